"""Counts for a period: the table with what stands behind each number, the same without small numbers, and CSV.

Whoever may see every record has any period and every number. Others (the operational group) have whole financial
quarters that have ended, without small numbers: two periods that overlap would give away by subtraction what either
keeps back, and so would one that still runs, looked at twice.
"""

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.core.clock import Period, financial_year_of, local_date
from tracker.core.figures import ByCohort
from tracker.core.period_counts import (
    COUNTS,
    IMPLIED,
    REST,
    calendar_year_of,
    financial_quarter_of,
    is_financial_quarter,
    period_counts,
)
from tracker.core.suppression import THRESHOLD, Shown, suppressed
from tracker.core.terms import Cohort
from tracker.services.context import Context, Viewer
from tracker.services.errors import FormProblem, Refused
from tracker.services.pages.episode_rows import record_list
from tracker.services.transaction import writing
from tracker.store import audit, summaries
from tracker.store.db import session as read_session
from tracker.store.visibility import sees_all

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

QUARTERS_LISTED = 8


@dataclass(frozen=True)
class CountsPage:
    """`figures`: with the ids behind each, None for those who see no small numbers. `shown`: what stands in each cell.

    `period` is None where none was asked for yet; the choices are there in any case.
    """

    period: Period | None
    runs: bool  # not ended yet
    cut_off: datetime
    figures: dict[str, ByCohort] | None
    shown: dict[str, dict[Cohort, Shown]]
    choices: tuple[tuple[str, Period], ...]
    whole: bool  # any period, every number
    threshold: int = THRESHOLD


def counts_page(context: Context, viewer: Viewer, period: Period | None) -> CountsPage:
    """The counts of a period, the view recorded first. Refused: a period that is none, or not one for this viewer."""
    whole, choices = sees_all(viewer), _choices(context, viewer)
    if period is None:
        return CountsPage(None, False, context.now, None, {}, choices, whole)
    _check(context, viewer, period)
    record_list(context, "counts", _narrowed(period))
    figures = _figures(read_session(), context, period)
    runs = period.end_at > context.now
    shown = _shown(figures, whole)
    return CountsPage(period, runs, context.now, figures if whole else None, shown, choices, whole)


def counts_of(context: Context, period: Period) -> dict[str, ByCohort]:
    """For the command line, which sees every record. Recorded like the page."""
    _check(context, None, period)
    record_list(context, "counts", _narrowed(period))
    return _figures(read_session(), context, period)


def ids_behind_count(context: Context, viewer: Viewer, period: Period, name: str, cohort: Cohort) -> list[int] | None:
    """The episodes (of `children`: the children) behind one count; None where there is no such count."""
    _check(context, viewer, period)
    found = _figures(read_session(), context, period).get(name)
    return None if found is None else list(found[cohort].ids)


def counts_csv(context: Context, viewer: Viewer, period: Period) -> str:
    """One row for a count and cohort, with its definition. Recorded as an export."""
    _check(context, viewer, period)
    with writing() as session:
        details = {"filter": _narrowed(period)}
        audit.record(session, "export_made", context.actor, context.now, "counts", None, details)
    shown = _shown(_figures(read_session(), context, period), sees_all(viewer))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["first_day", "last_day", "cut_off", "count", "cohort", "value", "definition"])
    head = [period.start_on.isoformat(), period.last_day.isoformat(), context.now.isoformat()]
    for name, by_cohort in shown.items():
        for cohort in Cohort:
            writer.writerow([*head, name, str(cohort), in_words(by_cohort[cohort]), definition_of(name)])
    return out.getvalue()


def definition_of(name: str) -> str:
    if name in IMPLIED:
        what = name.removesuffix("_implied")
        return f"Of those {what}, how many are known only from a later step: nobody recorded that they were {what}."
    return DEFINITIONS[name]


def in_words(value: Shown) -> str:
    """A number, or what stands in its place."""
    if isinstance(value, int):
        return str(value)
    return f"fewer than {THRESHOLD}" if value == "fewer" else "not shown"


def _shown(figures: dict[str, ByCohort], whole: bool) -> dict[str, dict[Cohort, Shown]]:
    values = {name: {cohort: len(one[cohort].ids) for cohort in Cohort} for name, one in figures.items()}
    if not whole:
        kept = suppressed(values)
        return {name: kept[name] for name in COUNTS}
    return {name: dict(values[name]) for name in (*COUNTS, *REST, *IMPLIED)}


def _figures(session: Session, context: Context, period: Period) -> dict[str, ByCohort]:
    rows = summaries.rows_between(session, period.start_at, period.end_at, context.now)
    return period_counts(rows, period, context.now, context.rules.policy)


def _narrowed(period: Period) -> dict[str, object]:
    return {"on": f"{period.start_on}/{period.last_day}"}


def _check(context: Context, viewer: Viewer | None, period: Period) -> None:
    if period.start_on >= period.end_on:
        raise Refused(FormProblem("wrong_order", "The last day cannot be before the first.", ("last_day",)))
    if period.start_at > context.now:
        raise Refused(FormProblem("not_begun", "This period has not begun.", ("first_day",)))
    if viewer is not None and not sees_all(viewer):
        if not is_financial_quarter(period):
            sentence = "These counts are given for whole quarters of the financial year. Choose one of them."
            raise Refused(FormProblem("not_a_quarter", sentence, ("first_day",)))
        if period.end_at > context.now:
            raise Refused(FormProblem("not_ended", "This quarter has not ended.", ("last_day",)))


def _choices(context: Context, viewer: Viewer) -> tuple[tuple[str, Period], ...]:
    today = local_date(context.now)
    if not sees_all(viewer):
        return tuple((_quarter_words(quarter), quarter) for quarter in _ended_quarters(today))
    found: list[tuple[str, Period]] = []
    for year in (today.year, today.year - 1):
        found.append((f"Calendar year {year}", calendar_year_of(date(year, 1, 1))))
    now = financial_year_of(today)
    for financial in (now, financial_year_of(date(now.start_on.year - 1, 4, 1))):
        found.append((f"Financial year {financial.start_on.year} to {financial.end_on.year}", financial))
    return (*found, *((_quarter_words(quarter), quarter) for quarter in _ended_quarters(today)[:2]))


def _ended_quarters(today: date) -> list[Period]:
    """The newest first."""
    found = [financial_quarter_of(today)]
    while len(found) <= QUARTERS_LISTED:
        found.append(financial_quarter_of(found[-1].previous().start_on))
    return found[1:]


def _quarter_words(quarter: Period) -> str:
    return f"{quarter.start_on:%B} to {quarter.last_day:%B %Y}"
