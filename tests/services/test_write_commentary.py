"""The lead's commentary: kept by month, two people at once, and in the audit trail without its words."""

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories
from tracker.core.terms import Role
from tracker.services import publish_month
from tracker.services.context import Actor, Context
from tracker.services.errors import Conflict, Refused
from tracker.services.pages.month import commentary_of, month_shown
from tracker.services.transaction import writing
from tracker.services.write_commentary import LONGEST, write_commentary
from tracker.store.db import session
from tracker.store.models import AuditEntry, MonthCommentary


@pytest.fixture
def lead(app: Flask, context: Context) -> Context:
    with writing() as current:
        person = factories.person(current, Role.LEAD, name="Lena Testlead")
        return Context(context.now, context.rules, Actor(person.name, person.id))


def test_it_is_kept_and_read_with_who_wrote_it_and_when(lead: Context) -> None:
    assert commentary_of(lead, "2026-10").version == 0
    write_commentary(lead, month="2026-10", text=" Two homes opened.\r\nWatch them. ", version=0)
    held = commentary_of(lead, "2026-10")
    assert (held.text, held.written_by, held.written_at) == (
        "Two homes opened.\nWatch them.",
        "Lena Testlead",
        lead.now,
    )
    write_commentary(lead, month="2026-10", text="One home opened.", version=held.version)
    page = month_shown(lead, "2026-10")
    assert page is not None
    assert page.commentary.text == "One home opened."


def test_whoever_looked_at_an_earlier_text_is_told(lead: Context) -> None:
    write_commentary(lead, month="2026-10", text="First.", version=0)
    with pytest.raises(Conflict, match="Somebody else"):
        write_commentary(lead, month="2026-10", text="Also first.", version=0)
    assert commentary_of(lead, "2026-10").text == "First."


def test_the_audit_trail_says_who_wrote_and_not_what(lead: Context) -> None:
    write_commentary(lead, month="2026-10", text="Plainly invented words.", version=0)
    row = session().scalars(select(AuditEntry).where(AuditEntry.action == "month_commentary_written")).one()
    assert (row.subject, row.subject_id, row.details) == ("month", "2026-10", {"length": 23})
    version = commentary_of(lead, "2026-10").version
    write_commentary(lead, month="2026-10", text="Plainly invented words.", version=version)  # nothing changed
    assert session().query(AuditEntry).filter_by(action="month_commentary_written").count() == 1


@pytest.mark.parametrize(
    ("month", "text", "code"),
    [
        ("2026-13", "x", "not_a_month"),
        ("2027-01", "x", "month_not_begun"),
        ("2026-10", "x" * (LONGEST + 1), "too_long"),
    ],
    ids=["no month", "ahead", "too long"],
)
def test_what_cannot_be_kept_is_refused_in_words(lead: Context, month: str, text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        write_commentary(lead, month=month, text=text, version=0)
    assert [problem.code for problem in refused.value.problems] == [code]
    assert session().query(MonthCommentary).count() == 0


def test_a_published_version_keeps_what_it_was_published_with(lead: Context) -> None:
    """Publishing copies the text (services/publish_month); what is written later changes no version."""
    published = publish_month.publish(lead, "2026-10")
    write_commentary(lead, month="2026-10", text="Written afterwards.", version=0)
    page = month_shown(lead, "2026-10", published.version)
    assert page is not None
    assert page.commentary.text == ""
    assert page.published_by == "Lena Testlead"
