"""Reads for answers to requests: those given, one of them as it was given, what overlaps with a period; its file."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tracker.core.clock import Period
from tracker.core.period_counts import financial_quarter_of
from tracker.core.suppression import Hidden
from tracker.core.tables import Cell, Table
from tracker.core.terms import Cohort
from tracker.services.context import Context
from tracker.services.pages.counts import definition_of
from tracker.services.pages.episode_rows import record_list
from tracker.services.pages.periods import quarter_name
from tracker.services.transaction import writing
from tracker.store import audit, disclosures, people
from tracker.store.db import session as read_session
from tracker.store.models import FoiAnswer

LISTED = 100


@dataclass(frozen=True)
class Answer:
    """An answer as it was given."""

    id: int
    period: Period
    reference: str
    answered_at: datetime
    answered_by: str
    document: dict[str, Any]


@dataclass(frozen=True)
class Overlaps:
    """What was given before of days that a period shares: answers, and published quarters by name and first day."""

    answers: tuple[Answer, ...]
    quarters: tuple[tuple[str, Period], ...]

    @property
    def any(self) -> bool:
        return bool(self.answers or self.quarters)


def answer_list(context: Context) -> list[Answer]:
    """The newest answers; the list view is recorded first."""
    record_list(context, "foi_answers", {})
    session = read_session()
    names = people.names_by_id(session)
    return [_answer(row, names) for row in disclosures.answers(session, LISTED)]


def answer_given(context: Context, answer_id: int, *, exported: bool = False) -> Answer | None:
    """One answer, its view (or export) recorded first; None where there is none."""
    if read_session().get(FoiAnswer, answer_id) is None:
        return None
    with writing() as session:
        action = "export_made" if exported else "list_viewed"
        details = {"filter": {"id": answer_id}}
        audit.record(session, action, context.actor, context.now, "foi_answer", answer_id, details)
    session = read_session()
    return _answer(session.get_one(FoiAnswer, answer_id), people.names_by_id(session))


def overlaps(period: Period) -> Overlaps:
    """Answers and published quarters of days that the period shares, withdrawn quarters too: files of them are out."""
    session = read_session()
    names = people.names_by_id(session)
    quarters = [
        financial_quarter_of(row.first_on)
        for row in disclosures.editions_within(session, period.start_on, period.last_day)
    ]
    return Overlaps(
        tuple(_answer(row, names) for row in disclosures.answers_within(session, period.start_on, period.last_day)),
        tuple((quarter_name(quarter), quarter) for quarter in quarters),
    )


def answer_file(document: dict[str, Any]) -> Table:
    """One row for a count and cohort, with its definition."""
    threshold = document["threshold"]
    days = document["first_day"], document["last_day"], document["cut_off"]
    rows = tuple(
        (*days, name, str(cohort), _cell(shown[cohort], threshold), definition_of(name))
        for name, shown in document["counts"].items()
        for cohort in Cohort
    )
    headers = ("first_day", "last_day", "cut_off", "count", "cohort", "value", "definition")
    return Table("counts", "Counts for a period, without small numbers", headers, rows)


def answer_words(shown: int | str, threshold: int) -> str:
    """A number, or what stands in its place."""
    if isinstance(shown, int):
        return f"{shown:,}"
    return f"fewer than {threshold}" if shown == Hidden.FEWER else "not shown"


def _cell(shown: int | str, threshold: int) -> Cell:
    """The same for a file: a number stays one."""
    return shown if isinstance(shown, int) else answer_words(shown, threshold)


def _answer(row: FoiAnswer, names: dict[int, str]) -> Answer:
    period = Period(row.first_on, row.last_on + timedelta(days=1))
    by = names.get(row.answered_by_id, "") if row.answered_by_id else ""
    return Answer(row.id, period, row.reference, row.answered_at, by, row.document)
