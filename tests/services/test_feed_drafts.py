"""Drafts and samples: guessed, previewed by the real matching without naming or writing, gone after a day."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests import factories
from tests.adapters.workbooks import workbook
from tests.reports import COLUMNS, as_csv, feed_of, receive, row, strangers
from tests.services.test_feeds import definitions, in_force
from tracker.adapters.tabular import Refusal
from tracker.bootstrap import wiring
from tracker.core.terms import Role
from tracker.services import feed_drafts as drafts
from tracker.services.context import Actor, Context, Viewer
from tracker.services.errors import Conflict, Refused
from tracker.services.feed_drafts import Base, SampleFile
from tracker.services.feed_sample import Known, Sample, guess_definition, known_of, read_sample
from tracker.services.preview_feed import Preview, PreviewOutcome, preview_feed
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import AuditEntry, Child, ChildName, Episode, FeedDraft, Line, Receipt

ODD = (
    "A force's own return\n\nLog no|MisPer|Dt missing|Tm missing|Position\n"
    "1/26|INVENTEDNAME, Testa|14/11/2026|2210|Home safe\n"
)


def known(app: Flask) -> Known:
    return known_of(in_force(app))


def sample(app: Flask, content: bytes | str, name: str = "a.csv") -> Sample | Refusal:
    given = content.encode() if isinstance(content, str) else content
    return read_sample(given, name, known(app), wiring(app).settings.limits)


def viewer(context: Context, *roles: Role) -> tuple[Viewer, Context]:
    with writing() as current:
        person = factories.person(current, *roles)
        found = Viewer(person.id, person.name, frozenset(roles))
    return found, replace(context, actor=Actor(found.name, found.person_id))


def preview(app: Flask, context: Context, *rows: dict[str, str]) -> Preview:
    limits = wiring(app).settings.limits
    found = preview_feed(context, content=as_csv(rows), filename="a.csv", feed=feed_of(app), limits=limits)
    assert isinstance(found, Preview)
    return found


def test_the_header_of_an_unknown_force_is_found_below_its_titles(app: Flask) -> None:
    found = sample(app, ODD)
    assert isinstance(found, Sample)
    assert found.headings == ("Log no", "MisPer", "Dt missing", "Tm missing", "Position")
    assert guess_definition(found, known(app)) == {
        "columns": {
            "police_reference": ["Log no"], "full_name": ["MisPer"], "missing_date": ["Dt missing"],
            "missing_time": ["Tm missing"], "status": ["Position"],
        },
        "report_time_column": "",
        "date_formats": ["%d/%m/%Y"],
        "values": {"status": {"Home safe": "returned"}},
    }  # fmt: skip


def test_a_sample_by_a_known_feed_is_read_by_its_headings(app: Flask) -> None:
    found = sample(app, as_csv([row()]))
    assert isinstance(found, Sample)
    assert found.headings == tuple(COLUMNS.values()) and found.words(["Status"]) == {"Missing": 1}


def test_a_workbook_is_a_sample_too(app: Flask) -> None:
    rows = [["Return of the day"], ["Log no", "MisPer", "Gone from"], ["1/26", "Inventedname", "14/11/2026 10:00"]]
    found = sample(app, workbook(rows), "a.xlsx")
    assert isinstance(found, Sample) and found.cells("Log no") == ["1/26"]


@pytest.mark.parametrize("content", [b"", b"\x89PNG", b"one\ntwo\n", b"a,b\n1,2\n", ("x,y,z\n" * 1100).encode()])
def test_what_is_no_sample_is_refused_in_a_sentence(app: Flask, content: bytes) -> None:
    found = sample(app, content)
    assert isinstance(found, Refusal) and found.sentence.endswith(".")


def everything() -> list[int]:
    session().rollback()
    return [session().scalar(select(func.count()).select_from(one)) or 0 for one in (Child, ChildName, Episode, Line)]


def test_the_preview_judges_as_the_intake_would_and_writes_nothing(app: Flask, context: Context) -> None:
    held = row("TV1", person="U1")
    receive(app, context, held)
    with writing() as current:
        named = factories.child(current, "Kettlewick", "Odette", date(2011, 2, 3))
        factories.episode(current, named, missing_from_at=context.now - timedelta(hours=30), police_reference=None)
    before = everything()
    new = strangers(3)[2] | {COLUMNS["reference"]: "TV9"}
    found = preview(
        app,
        context,
        held,
        row("TV2", person="U1", missing="16/11/2026 09:00"),
        new,
        new | {COLUMNS["missing"]: "15/11/2026 11:00"},
        row("TV3", surname="Inventedname", forename="Testa", born="05/03/2012", missing="16/11/2026 08:00"),
        row("TV4", status="Odd"),
        {},
    )
    assert [line.outcome for line in found.lines] == [
        PreviewOutcome.KNOWN_EPISODE, PreviewOutcome.KNOWN_CHILD, PreviewOutcome.NEW_CHILD,
        PreviewOutcome.KNOWN_EPISODE, PreviewOutcome.TO_DECIDE, PreviewOutcome.PROBLEM, PreviewOutcome.BLANK,
    ]  # fmt: skip
    assert sum(found.counts.values()) == len(found.lines) == 7
    assert everything() == before
    assert not session().dirty and not session().new


def test_a_preview_names_no_child_who_is_held(app: Flask, context: Context) -> None:
    with writing() as current:
        factories.child(current, "Secretlyheld", "Testa", date(2012, 3, 4))
    found = preview(app, context, row(surname="Secretlyhelt", forename="Testa", born="04/03/2012"))
    assert "Secretlyheld" not in repr(found)


def start(app: Flask, context: Context, who: Viewer, base: Base | None = None, content: str = ODD) -> None:
    given = base or Base({"name": "x", "force": "x"})
    file, limits = SampleFile(content.encode(), "a.csv"), wiring(app).settings.limits
    drafts.start_draft(context, who, base=given, sample=file, known=known(app), limits=limits)


def test_a_draft_is_one_persons_changed_saved_and_gone(app: Flask, context: Context) -> None:
    ed, as_ed = viewer(context, Role.ADMINISTRATOR)
    other, as_other = viewer(context, Role.ADMINISTRATOR)
    start(app, as_ed, ed)
    draft = drafts.draft_of(ed)
    assert draft is not None and drafts.draft_of(other) is None
    session().rollback()
    with pytest.raises(Conflict):
        drafts.change_draft(as_other, other, key=draft.key, definition={})
    changed: dict[str, Any] = {**draft.definition, "description": "Changed"}
    drafts.change_draft(as_ed, ed, key=draft.key, definition=changed)
    assert drafts.save_draft(as_ed, ed, key=draft.key, name="x", note="New", files=definitions(app)) == 1
    assert in_force(app)["x"].description == "Changed"
    assert session().scalar(select(func.count()).select_from(FeedDraft)) == 0


def test_a_draft_that_cannot_be_saved_stays(app: Flask, context: Context) -> None:
    ed, as_ed = viewer(context, Role.ADMINISTRATOR)
    start(app, as_ed, ed)
    draft = drafts.draft_of(ed)
    session().rollback()
    assert draft is not None
    with pytest.raises(Refused, match="of this name already"):
        drafts.save_draft(as_ed, ed, key=draft.key, name="generic", note="New", files=definitions(app))
    assert drafts.draft_of(ed) == draft


def test_drafts_go_after_a_day_without_a_touch(app: Flask, context: Context) -> None:
    ed, as_ed = viewer(context, Role.ADMINISTRATOR)
    start(app, as_ed, ed)
    assert drafts.delete_old_drafts(replace(context, now=context.now + timedelta(hours=24))) == 0
    assert drafts.delete_old_drafts(replace(context, now=context.now + timedelta(hours=24, seconds=1))) == 1


def test_reading_a_sample_is_recorded_without_its_text(app: Flask, context: Context) -> None:
    ed, as_ed = viewer(context, Role.ADMINISTRATOR)
    start(app, as_ed, ed)
    assert drafts.open_sample(as_ed, ed, known(app), wiring(app).settings.limits) is not None
    (entry,) = session().scalars(select(AuditEntry))
    assert (entry.action, entry.actor_id, set(entry.details)) == ("feed_sample_viewed", ed.person_id, {"sha256"})


def test_a_receipt_is_a_sample_for_those_who_see_reports(app: Flask, context: Context) -> None:
    receive(app, context, row())
    receipt_id = session().scalars(select(Receipt.id)).one()
    session().rollback()
    ed, as_ed = viewer(context, Role.ADMINISTRATOR)
    lead, as_lead = viewer(context, Role.LEAD)
    assert drafts.sample_of_receipt(as_ed, ed, receipt_id) is None
    assert drafts.sample_of_receipt(as_lead, lead, 404) is None
    file = drafts.sample_of_receipt(as_lead, lead, receipt_id)
    assert file is not None and file.content == as_csv([row()])
    last = session().scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert last is not None and (last.action, last.subject_id) == ("receipt_viewed", str(receipt_id))
