"""Every message of a demonstration is searched for whatever it holds about any child: nothing of it is there.

Some weeks of it, or with TRACKER_FAULTS=full the whole of it.
"""

import itertools
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from tracker.bootstrap import create_app
from tracker.cli import cli
from tracker.core.clock import FixedClock
from tracker.settings import load_settings
from tracker.store.db import db
from tracker.store.models import Alert, Child, ChildContact, ChildIdentifier, ChildName, Episode, OutboxMessage

pytestmark = pytest.mark.xdist_group("demonstration")

BUILT_AT = datetime(2026, 11, 16, 14, 20, 33, tzinfo=UTC)
WEEKS, WHOLE = 30, 730
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("privacy")
    url = f"sqlite:///{folder / 'tracker.sqlite3'}"
    days = WHOLE if os.environ.get("TRACKER_FAULTS") == "full" else WEEKS
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TRACKER_FAULTS", raising=False)  # no setting of the product
        patch.setenv("TRACKER_ENV", "test")
        patch.setenv("TRACKER_DATABASE_URL", url)
        patch.setenv("TRACKER_MAIL_FOLDER", str(folder / "mailbox"))
        assert CliRunner().invoke(cli, ["db", "upgrade"]).exit_code == 0
        done = CliRunner().invoke(cli, ["demo", "--days", str(days), "--now", BUILT_AT.isoformat(), "--json"])
        assert done.exit_code == 0, done.output
    app = create_app(load_settings(environ={}, env="test", database_url=url), FixedClock(BUILT_AT))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def dates_as_written(born_on: date) -> set[str]:
    """A date of birth in each form in which anybody might write it."""
    day, month, year = born_on.day, born_on.month, born_on.year
    name = MONTHS[month - 1]
    forms = {born_on.isoformat(), born_on.strftime("%Y%m%d"), born_on.strftime("%d%m%Y")}
    for d, m, y in itertools.product(
        (f"{day}", f"{day:02}"), (f"{month}", f"{month:02}"), (f"{year}", f"{year % 100:02}")
    ):
        forms |= {separator.join((d, m, y)) for separator in ("/", "-", ".")}
    for d, month_name in itertools.product((f"{day}", f"{day:02}"), (name, name[:3])):
        forms |= {f"{d} {month_name} {year}", f"{month_name} {d}, {year}"}
    return {form.casefold() for form in forms}


def initials_as_written(forename: str, surname: str) -> set[str]:
    """A pair used as initials, in its forms with a stop; two bare letters are no word of a sentence in capitals."""
    one, two = forename[:1].upper(), surname[:1].upper()
    return {f"{one}.{two}.", f"{one}. {two}.", f"{one} {two}", f"{one}{two}"}


def words_of(text: str) -> set[str]:
    return {word.casefold() for word in WORD.findall(text)}


def searched_texts() -> list[tuple[str, str]]:
    """(template, subject and body) of every row of the outbox, without its random reference and our own address."""
    references: dict[int | None, list[str]] = defaultdict(list)
    for alert in db.session.scalars(select(Alert)):
        references[alert.outbox_id].append(alert.reference)
    found = []
    for row in db.session.scalars(select(OutboxMessage)):
        text = f"{row.subject}\n{row.body}\n{row.to_address.partition('@')[2]}"
        for reference in references[row.id]:
            text = text.replace(reference, "")
        found.append((row.template, text.replace("http://127.0.0.1:5000", "")))
    return found


def secrets() -> dict[str, set[str]]:
    """What is known of every child, by kind: whole words apart from what is longer."""
    held: dict[str, set[str]] = defaultdict(set)
    for child in db.session.scalars(select(Child)):
        held["initials"] |= initials_as_written(child.forename, child.surname)
        held["word"] |= words_of(f"{child.forename} {child.surname}")
        held["text"] |= {part.casefold() for part in (child.address, child.postcode, child.council_id) if part}
        if child.postcode:
            held["text"].add(child.postcode.replace(" ", "").casefold())
        if child.date_of_birth:
            held["date"] |= dates_as_written(child.date_of_birth)
    for surname, forename in db.session.execute(select(ChildName.surname, ChildName.forename)):
        held["word"] |= words_of(f"{forename} {surname}")
    held["text"] |= {value.casefold() for value in db.session.scalars(select(ChildIdentifier.value)) if value}
    for contact in db.session.scalars(select(ChildContact)):
        held["text"] |= {part.casefold() for part in (contact.name, contact.phone, contact.email) if part}
    for row in db.session.scalars(select(Episode)):
        parts = (row.police_reference, row.missing_from_address, row.last_seen_location, row.found_location)
        held["text"] |= {part.casefold() for part in parts if part}
    return held


def leaks(texts: list[tuple[str, str]], held: dict[str, set[str]]) -> list[tuple[str, str, str]]:
    """(template, kind, value) of everything found. Each distinct text is searched once."""
    found = []
    initials = re.compile(r"(?<![\w/])(?:" + "|".join(map(re.escape, sorted(held["initials"]))) + r")(?![\w/])")
    for template, text in set(texts):
        folded = text.casefold()
        found += [(template, "name", word) for word in words_of(text) & held["word"]]
        found += [(template, kind, value) for kind in ("text", "date") for value in held[kind] if value in folded]
        found += [(template, "initials", one) for one in initials.findall(text)]
    return found


def test_no_message_holds_anything_of_any_child(built: Flask) -> None:
    texts, held = searched_texts(), secrets()
    templates = sorted({template for template, _ in texts})
    sys.stderr.write(
        f"\n{len(texts)} messages of {len(templates)} kinds ({', '.join(templates)}) searched for "
        f"{len(held['word'])} names, {len(held['initials'])} initials, {len(held['date'])} dates of birth as written, "
        f"{len(held['text'])} addresses, references and contacts\n"
    )
    assert len(texts) > 50
    assert {"overdue", "due_soon", "digest"} <= set(templates)
    assert all(len(held[kind]) > 50 for kind in ("word", "text", "date", "initials"))
    assert leaks(texts, held) == []


def test_the_search_would_find_each_kind(built: Flask) -> None:
    held = secrets()
    child = db.session.scalars(
        select(Child).where(Child.date_of_birth.is_not(None), Child.postcode.is_not(None))
    ).first()
    row = db.session.scalars(select(Episode).where(Episode.police_reference.is_not(None))).first()
    assert child is not None
    assert child.date_of_birth is not None
    assert row is not None
    for planted in (
        child.surname.upper(), f"about {child.forename}", f"{child.forename[0]}.{child.surname[0]}.",
        f"({child.forename[0]}{child.surname[0]})", child.date_of_birth.strftime("%d/%m/%y"),
        child.date_of_birth.strftime("%d %B %Y"), child.postcode, child.address, row.police_reference,
    ):  # fmt: skip
        assert leaks([("planted", f"Look at {planted} now.")], held), planted


def test_the_words_of_the_emails_are_no_childs_names_by_chance(built: Flask) -> None:
    """Whoever words an email anew reads here which word is also a name, and why the search stops at it."""
    folder = Path(__file__).resolve().parents[2] / "templates" / "emails"
    said = set().union(*(words_of(re.sub(r"{[{%].*?[%}]}", " ", path.read_text())) for path in folder.glob("*.txt")))
    assert said & secrets()["word"] == set()
