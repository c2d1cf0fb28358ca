"""October 2026, worked by hand in tests/core/test_worked_month.py, put into the database and read wherever figures are
shown: page, JSON of the command, CSV, workbook and the text of the PDF. Every number is the one worked out by hand, and
every other cell of the pack is the same everywhere.

The second clock by hand (72 h from when the council was told; a line is the episode, hours after its return):
 1 told 10, held 36: in     2 told 2, held 72: in      3 told 0, held 72 h 1 min: late    4 told 2, declined 48: in time
 5 told 5, held 72.5: in    7 told 8, approved 128     8 told 96, nothing by 168: overdue, offered 112: by then
 9 told 12, due 84 h: not yet   10 told 6, declined 127: late   12, 14, 15, 16 told 1 or 2, held by then: in
 19 not known when told. Six is not required by the law's clock, so in neither.
 held in 72 h: 1, 2, 5, 12, 14, 15, 16 = 7 of the 12 judged (13 known − 1 not yet due): 58.3; without 5: 6 of 11, 54.5
Hours to the offer, where one is recorded: 1: 11, 3: 18, 4: 24, 5: 28, 8: 112, 9: 14, 19: 7. The fourth of seven is 18;
 without 5 the middle of 14 and 18: 16.
Late or overdue, each without a reason given: 3, 5, 7, 8, 10, 19.
"""

import csv
import html
import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy.orm import Session

from tests import factories
from tests.core.test_worked_month import ALERTS, EPISODES, INTERVIEWS, SECOND
from tests.web.conftest import ClientRequest, client_request, database_url, people
from tracker.cli import cli
from tracker.core.clock import FixedClock
from tracker.core.month_facts import AlertFact
from tracker.core.pack_shapes import cell_of
from tracker.core.pack_words import COHORTS
from tracker.core.rules import Rules
from tracker.core.terms import Cohort
from tracker.services.context import Actor, Context
from tracker.services.pages.month import month_shown
from tracker.services.pages.month_pack import Pack, pack_of
from tracker.services.transaction import writing
from tracker.settings import Settings
from tracker.store.models import Alert, Episode, OutboxMessage

__all__ = ["client_request", "database_url", "people"]

BY_HAND: dict[str, tuple[object, object, object]] = {
    # all, ours, other councils'
    "episodes.started": (13, 12, 1),
    "episodes.open_at_month_end": (1, 1, 0),
    "episodes.no_apparent_risk": (2, 2, 0),
    "children.missing": (11, 10, 1),
    "children.first_time": (10, 9, 1),
    "hours.total": (180.5, 169.5, 11.0),
    "hours.mean": (13.9, 14.1, 11.0),  # 13.88…; 169.5 ÷ 12 = 14.125; 11
    "hours.median": (11.5, 11.8, 11.0),  # ours: (11.5 + 12) ÷ 2 = 11.75
    "episodes.by_weekday.monday": (3, 3, 0),
    "episodes.by_weekday.friday": (2, 1, 1),
    "episodes.by_hour_band.18-24": (10, 9, 1),
    "episodes.by_hour_band.unknown": (1, 1, 0),
    "episodes.by_weekday_hour.saturday.18-24": (3, 3, 0),
    "episodes.by_duration_band.6_to_24h": (8, 7, 1),
    "episodes.by_age_band.16-17": (1, 1, 0),
    "episodes.by_age_band.unknown": (12, 11, 1),
    "episodes.by_kind.missing": (13, 12, 1),
    "interviews.returns": (15, 14, 1),
    "interviews.not_required": (1, 1, 0),
    "interviews.required": (14, 13, 1),
    "interviews.offered": (13, 12, 1),
    "interviews.offered_in_72h": (11, 10, 1),
    "interviews.accepted": (9, 8, 1),
    "interviews.completed_in_72h": (6, 6, 0),
    "interviews.completed_late": (3, 2, 1),
    "interviews.declined": (1, 1, 0),
    "interviews.declined_late": (1, 1, 0),
    "interviews.not_required_late": (1, 1, 0),
    "interviews.overdue": (1, 1, 0),
    "interviews.not_yet_due": (1, 1, 0),
    "interviews.pct_in_72h_of_returns": ((46.2, 6, 13), (50.0, 6, 12), (0.0, 0, 1)),
    "interviews.pct_in_72h_of_accepted": ((50.0, 6, 12), (54.5, 6, 11), (0.0, 0, 1)),
    "interviews.pct_in_72h_of_completed": ((66.7, 6, 9), (75.0, 6, 8), (0.0, 0, 1)),
    "interviews.median_hours_to_interview": (54.0, 36.0, 72.5),  # ours: 24, 24, 26, 36, 72, 72 1/60, 151
    "interviews.median_notice_hours": (2.0, 2.0, 5.0),  # ours: 0, 1, 1, 1, 2, 2, 2, 6, 8, 10, 12, 96
    "interviews.median_hours_to_offer": (18.0, 16.0, 28.0),
    "interviews.completed_in_72h_of_notice": (7, 6, 1),
    "interviews.completed_late_of_notice": (1, 1, 0),
    "interviews.declined_of_notice": (1, 1, 0),
    "interviews.declined_late_of_notice": (1, 1, 0),
    "interviews.not_required_of_notice": (0, 0, 0),
    "interviews.not_required_late_of_notice": (1, 1, 0),
    "interviews.overdue_of_notice": (1, 1, 0),
    "interviews.not_yet_due_of_notice": (1, 1, 0),
    "interviews.notice_unknown": (1, 1, 0),
    "interviews.offered_in_72h_of_notice": (11, 10, 1),
    "interviews.pct_in_72h_of_notice": ((58.3, 7, 12), (54.5, 6, 11), (100.0, 1, 1)),
    "interviews.breach_reasons.not_given": (6, 5, 1),
    "repeat.3_in_365.children": (1, 1, 0),
    "repeat.3_in_365.share_pct": ((8.3, 1, 12), (9.1, 1, 11), (0.0, 0, 1)),
    "repeat.3_in_90.newly": (1, 1, 0),
    "year_to_date.children": (12, 11, 1),
    "year_to_date.repeat_pct": ((8.3, 1, 12), (9.1, 1, 11), (0.0, 0, 1)),
    "alerts.raised": (6, 4, 1),  # one is about a line: of no cohort yet
    "alerts.sent": (5, 3, 1),
    "alerts.undelivered": (1, 1, 0),
    "alerts.median_hours_to_acknowledge": (6.0, 6.0, None),
    "escalations.raised": (2, 2, 0),
    "escalations.median_hours_to_acknowledge": (10.0, 10.0, None),
    "comparison.previous_month.episodes.started": (1, 1, 0),
    "comparison.same_month_last_year.episodes.started": (0, 0, 0),
}  # fmt: skip


@pytest.fixture
def clock() -> FixedClock:
    """Monday 2 November at noon: the cut-off of the month worked by hand."""
    return FixedClock(SECOND)


@pytest.fixture
def pack(app: Flask) -> Pack:
    """October in the database, each clock pinned and followed up as the services do it; and its pack."""
    context = Context(SECOND, Rules(), Actor("test"))
    with writing() as session:
        _load(session, context)
    page = month_shown(context, "2026-10")
    assert page is not None
    return pack_of(page, Cohort.ALL, context.rules.repeat_rules)


def _load(session: Session, context: Context) -> None:
    born = {one.child_id: one.date_of_birth for one in EPISODES if one.date_of_birth}
    children = {}
    for number in sorted({one.child_id for one in EPISODES}):
        children[number] = factories.child(session, date_of_birth=born.get(number))
        assert children[number].id == number
    rows: dict[int, Episode] = {}
    for one in EPISODES:
        same = ("found_at", "notified_at", "kind", "is_ours", "interview_requested", "excluded")
        facts = {name: getattr(one, name) for name in same}
        rows[one.id] = factories.episode(
            session, children[one.child_id], one.missing_from_at, one.returned_at, context=context,
            flags=sorted(one.flags), **facts,
        )  # fmt: skip
        assert rows[one.id].id == one.id
    for held in INTERVIEWS:
        names = ("offered_at", "completed_at", "declined_at", "not_required_at", "not_required_approved_at")
        facts = {name: getattr(held, name) for name in names}
        factories.interview(session, [rows[id_] for id_ in sorted(held.episode_ids)], context=context, **facts)
    for fact in ALERTS:
        session.add(_alert(session, fact))


def _alert(session: Session, fact: AlertFact) -> Alert:
    refused_at = fact.raised_at if fact.undelivered else None
    message = OutboxMessage(
        dedupe_key=f"m{fact.id}", message_id=f"<{fact.id}@council.invalid>", template="overdue", subject="s", body="b",
        to_address="x@council.invalid", created_at=fact.raised_at, try_at=fact.raised_at, sent_at=fact.sent_at,
        stopped_at=refused_at, undelivered_at=refused_at,
    )  # fmt: skip
    session.add(message)
    session.flush()
    hours = {"due_soon": -24, "overdue": 0, "overdue_24h": 24, "overdue_96h": 96}[fact.rung]
    return Alert(
        reference=f"R{fact.id}", dedupe_key=f"a{fact.id}", subject="episode" if fact.episode_id else "line",
        subject_id=fact.episode_id or 0, episode_id=fact.episode_id, clock_no=1, rung=fact.rung, offset_hours=hours,
        rungs=[fact.rung], outbox_id=message.id, due_at=fact.raised_at, raised_at=fact.raised_at,
        acknowledged_at=fact.acknowledged_at,
    )  # fmt: skip


def by_hand() -> Iterator[tuple[str, Cohort, Any]]:
    for key, values in BY_HAND.items():
        yield from ((key, cohort, value) for cohort, value in zip(Cohort, values, strict=True))


def parts(value: Any) -> tuple[object, object, object]:
    """A value, and of a percentage its numerator and denominator."""
    if isinstance(value, dict):
        return value["pct"], value["numerator"], value["denominator"]
    return value if isinstance(value, tuple) else (value, None, None)


def number(text: object) -> float | None:
    return None if text in (None, "") else float(str(text))


def numbers(cells: Any) -> tuple[float | None, ...]:
    return tuple(number(cell) for cell in cells)


def tidy_rows(rows: list[list[object]]) -> dict[tuple[str, str], tuple[float | None, ...]]:
    """Key and cohort → value, numerator, denominator, of a table as it leaves."""
    heads = [str(head) for head in rows[0]]
    at = [heads.index(name) for name in ("value", "numerator", "denominator")]
    key, cohort = heads.index("key"), heads.index("cohort")
    return {(str(row[key]), str(row[cohort])): numbers(row[place] for place in at) for row in rows[1:]}


def test_json_of_the_command_has_the_figures_worked_by_hand(
    pack: Pack, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_ENV", "test")
    monkeypatch.setenv("TRACKER_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("TRACKER_SECRET_KEY", "t" * 40)
    done = CliRunner().invoke(cli, ["summary", "2026-10", "--json", "--now", SECOND.isoformat()])
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    for key, cohort, value in by_hand():
        place = document
        for part in key.split("."):
            place = place[part]
        assert parts(place[cohort]) == parts(value), (key, cohort)
    figures = {name: document[name] for name in document if isinstance(document[name], dict)}
    assert figures == {name: pack.page.document[name] for name in figures}


def test_csv_and_workbook_have_the_figures_worked_by_hand_and_agree(client_request: ClientRequest, pack: Pack) -> None:
    charlie = client_request.sign_in("Charlie")
    archive = zipfile.ZipFile(io.BytesIO(charlie.raw("GET", "/month/2026-10/pack.zip").data))
    book = load_workbook(io.BytesIO(charlie.raw("GET", "/month/2026-10/pack.xlsx").data))
    by_key = tidy_rows(list(csv.reader(io.StringIO(charlie.raw("GET", "/month/2026-10/figures.csv").text[1:]))))
    seen: set[tuple[str, str]] = set()
    for file in archive.namelist():
        name = file.rpartition("/")[2].removesuffix(".csv")
        if name in ("about", "front-page"):
            continue
        read = tidy_rows(list(csv.reader(io.StringIO(archive.read(file).decode("utf-8-sig")))))
        assert read == tidy_rows([list(row) for row in book[name].iter_rows(values_only=True)])
        assert read == {place: by_key[place] for place in read}
        seen |= set(read)
    for key, cohort, value in by_hand():
        assert by_key[key, cohort] == numbers(parts(value)), (key, cohort)
        assert (key, str(cohort)) in seen


@pytest.mark.parametrize("cohort", list(Cohort))
def test_the_page_has_the_figures_worked_by_hand_in_every_cell(
    client_request: ClientRequest, pack: Pack, cohort: Cohort
) -> None:
    answer = client_request.sign_in("Charlie").raw("GET", f"/month/2026-10?cohort={cohort}")
    shown = tables_on(answer.text)
    worked: dict[tuple[str, Cohort], Any] = {(key, of): value for key, of, value in by_hand()}
    checked = 0
    for section in pack.sections:
        for table in section.tables:
            for row in table.rows:
                for column, key in enumerate(row.keys):
                    of = table.cohort_of(column, cohort)
                    text = shown[table.title][row.label][column]
                    cell = cell_of(pack.page.document, key, of)
                    assert text == f"{cell.text} {cell.beside}".strip(), (table.name, row.label)
                    if key and (key, of) in worked:
                        assert text == as_read(worked[key, of]), (key, of)
                        checked += 1
    assert checked >= len(BY_HAND)


def as_read(value: Any) -> str:
    """`46.2% 6 of 13`, `13`, `180.5`, written out here by itself."""
    if isinstance(value, tuple):
        return f"{value[0]}% {value[1]} of {value[2]}"
    return "none" if value is None else str(value)


def tables_on(page: str) -> dict[str, dict[str, list[str]]]:
    """Caption → label → cells, of every table of a page."""
    found: dict[str, dict[str, list[str]]] = {}
    for table in re.findall(r"<table.*?</table>", page, re.DOTALL):
        caption = re.search(r"<caption.*?>(.*?)</caption>", table, re.DOTALL)
        rows = re.findall(r"<tr.*?</tr>", table.partition("<tbody")[2], re.DOTALL)
        cells = [[words(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)] for row in rows]
        assert caption
        found[words(caption[1])] = {label: rest for label, *rest in cells}
    return found


def words(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<.*?>", "", markup)).split())


def test_the_text_of_the_pdf_has_the_figures_worked_by_hand(client_request: ClientRequest, pack: Pack) -> None:
    document = client_request.sign_in("Charlie").raw("GET", "/month/2026-10/pack.pdf").data
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(document)).pages).split())
    worked = {(key, cohort): value for key, cohort, value in by_hand()}
    for section in pack.sections:
        for table in section.tables:
            for row in table.rows:
                if len(table.columns) == 1:
                    cells = [cell_of(pack.page.document, row.keys[0], cohort).whole for cohort in Cohort]
                else:
                    at = [(key, table.cohort_of(column, Cohort.ALL)) for column, key in enumerate(row.keys)]
                    cells = [cell_of(pack.page.document, key, cohort).whole for key, cohort in at]
                assert f"{row.label} {' '.join(cells)}" in text, (table.name, row.label)
    assert "Interviews required 14 13 1" in text  # of all, ours and other councils', as worked by hand
    assert "Held within 72 hours, of those not declined in time 50.0% (6 of 12) 54.5% (6 of 11) 0.0% (0 of 1)" in text
    assert "Held within 72 hours, of those due 46.2% (6 of 13) 58.3% (7 of 12)" in text
    assert "Hours missing, together 180.5 169.5 11.0" in text
    assert worked["interviews.pct_in_72h_of_returns", Cohort.ALL] == (46.2, 6, 13)
    assert COHORTS[Cohort.ALL] in text
