"""Counts for a period: the table with what stands behind each number, and CSV.

Whoever sees the month sees every number of any period, as the month has them; a list opens for those only who may see
records. Somebody outside is given an answer without small numbers (services/answer_request.py).
"""

from dataclasses import dataclass
from datetime import date, datetime

from tracker.core.clock import Period, financial_year_of, local_date
from tracker.core.figures import ByCohort
from tracker.core.period_counts import (
    COUNTS,
    IMPLIED,
    REST,
    calendar_year_of,
    financial_quarter_of,
    period_counts,
)
from tracker.core.tables import csv_of
from tracker.core.terms import Cohort
from tracker.services.context import Context
from tracker.services.pages.episode_rows import record_list
from tracker.services.pages.periods import check, narrowed
from tracker.services.transaction import writing
from tracker.store import audit, summaries
from tracker.store.db import session as read_session

DEFINITIONS = {
    "children": "Different children with an episode that started in the period. Each is counted once, with whoever was "
    "responsible for the latest of those episodes.",
    "episodes": "Episodes that started in the period, by London days: those that count (missing, or away from "
    "placement without authorisation; not cancelled; under 18). Two that overlap count once until somebody settles "
    "them.",
    "required": "Returns in the period after which an interview was required: those with a clock, but for any that a "
    "manager approved as not required by the deadline.",
    "offered": "Of those required, the interviews of which an offer reached the child or carer. An unanswered attempt "
    "is no offer; one that was accepted, held or declined was offered.",
    "accepted": "Of those required, the interviews that were accepted, or held. One that was accepted may have been "
    "declined later, and is then in both.",
    "declined": "Of those required, the interviews declined by the child or by a parent or carer, and not held.",
    "completed": "Of those required, the interviews held, whenever that was.",
    "completed_in_72h": "Of those required, the interviews held within 72 hours of the return.",
    "not_required_late": "Of those required, the interviews approved as not required after the deadline.",
    "overdue": "Of those required, the interviews with the deadline past and nothing that closes them.",
    "not_yet_due": "Of those required, the interviews that are not due yet.",
}
"""Each count in a sentence, for the page, the export and whoever answers the request."""

QUARTERS_LISTED = 2


@dataclass(frozen=True)
class CountsPage:
    """`figures`: with the ids behind each. `period` is None where none was asked for yet; the choices are there in any
    case."""

    period: Period | None
    runs: bool  # not ended yet
    cut_off: datetime
    figures: dict[str, ByCohort]
    choices: tuple[tuple[str, Period], ...]


def counts_page(context: Context, period: Period | None) -> CountsPage:
    """The counts of a period, the view recorded first. Refused: a period that is none, or has not begun."""
    choices = _choices(context)
    if period is None:
        return CountsPage(None, False, context.now, {}, choices)
    check(context, period)
    record_list(context, "counts", narrowed(period))
    return CountsPage(period, period.end_at > context.now, context.now, figures_between(context, period), choices)


def counts_of(context: Context, period: Period) -> dict[str, ByCohort]:
    """For the command line, which sees every record. Recorded like the page."""
    check(context, period)
    record_list(context, "counts", narrowed(period))
    return figures_between(context, period)


def ids_behind_count(context: Context, period: Period, name: str, cohort: Cohort) -> list[int] | None:
    """The episodes (of `children`: the children) behind one count; None where there is no such count."""
    check(context, period)
    found = figures_between(context, period).get(name)
    return None if found is None else list(found[cohort].ids)


def counts_csv(context: Context, period: Period) -> str:
    """One row for a count and cohort, with its definition. Recorded as an export."""
    check(context, period)
    with writing() as session:
        details = {"filter": narrowed(period)}
        audit.record(session, "export_made", context.actor, context.now, "counts", None, details)
    figures = figures_between(context, period)
    head = (period.start_on.isoformat(), period.last_day.isoformat(), context.now.isoformat())
    rows = [
        (*head, name, str(cohort), len(figures[name][cohort].ids), definition_of(name))
        for name in (*COUNTS, *REST, *IMPLIED)
        for cohort in Cohort
    ]
    return csv_of(("first_day", "last_day", "cut_off", "count", "cohort", "value", "definition"), rows)


def definition_of(name: str) -> str:
    if name in IMPLIED:
        what = name.removesuffix("_implied")
        return f"Of those {what}, how many are known only from a later step: nobody recorded that they were {what}."
    return DEFINITIONS[name]


def figures_between(context: Context, period: Period) -> dict[str, ByCohort]:
    """Every count with the ids behind it, from today's records."""
    rows = summaries.rows_between(read_session(), period.start_at, period.end_at, context.now)
    return period_counts(rows, period, context.now, context.rules.policy)


def _choices(context: Context) -> tuple[tuple[str, Period], ...]:
    today = local_date(context.now)
    found: list[tuple[str, Period]] = []
    for year in (today.year, today.year - 1):
        found.append((f"Calendar year {year}", calendar_year_of(date(year, 1, 1))))
    now = financial_year_of(today)
    for financial in (now, financial_year_of(date(now.start_on.year - 1, 4, 1))):
        found.append((f"Financial year {financial.start_on.year} to {financial.end_on.year}", financial))
    return (*found, *((_quarter_words(quarter), quarter) for quarter in _ended_quarters(today)))


def _ended_quarters(today: date) -> list[Period]:
    """The newest first."""
    found = [financial_quarter_of(today)]
    while len(found) <= QUARTERS_LISTED:
        found.append(financial_quarter_of(found[-1].previous().start_on))
    return found[1:]


def _quarter_words(quarter: Period) -> str:
    return f"{quarter.start_on:%B} to {quarter.last_day:%B %Y}"
