"""Counts for any period of London days, as councils are asked for them under freedom of information.

They are the month's figures (definitions §6) over another period: of a month they are its figures, and the periods that
make up a year add up in everything that counts episodes or interviews. Children are counted once in each period.
"""

from collections.abc import Iterable
from datetime import date, datetime
from operator import attrgetter

from tracker.core.clock import Period, require_aware
from tracker.core.figures import ByCohort, count
from tracker.core.month_course import accepted_by, course_figures
from tracker.core.month_episodes import episode_figures
from tracker.core.month_facts import SummaryInput
from tracker.core.month_interviews import NOT_REQUIRED, counted, interview_figures, offered_by, outcome_of
from tracker.core.month_rows import ReturnedEpisode, rows_at, within
from tracker.core.policy import Policy
from tracker.core.terms import Cohort

COUNTS = (
    "children", "episodes", "required", "offered", "accepted", "declined", "completed", "completed_in_72h",
)  # fmt: skip
"""What is asked for. Children and episodes by the start, interviews by the return."""

IMPLIED = ("offered_implied", "accepted_implied")
"""Of those offered or accepted, how many are known only by what came later."""

REST = ("not_required_late", "overdue", "not_yet_due")
"""With `declined` and `completed` they add up to `required`."""

_OF = {
    "children": ("children.missing",),
    "episodes": ("episodes.started",),
    "declined": ("interviews.declined", "interviews.declined_late"),
    "completed": ("interviews.completed_in_72h", "interviews.completed_late"),
}


def figures_of(name: str) -> tuple[str, ...]:
    """The month's figures that a count is made of."""
    return _OF.get(name, (f"interviews.{name}",))


def period_counts(rows: SummaryInput, period: Period, cut_off: datetime, policy: Policy) -> dict[str, ByCohort]:
    """Every count of COUNTS, IMPLIED and REST, from facts dated by the cut-off, of rows since its start.

    What has not been offered or accepted in so many words, and was held or declined, counts as offered (and accepted).
    """
    known = rows_at(rows, require_aware(cut_off), policy)
    month = {**episode_figures(known, period), **interview_figures(known, period), **course_figures(known, period)}
    returned = within(known.returned, period, attrgetter("returned_at"))
    required = [one for one in returned if outcome_of(one, known.cut_off) != NOT_REQUIRED]
    return {
        **{name: _together(month[key] for key in figures_of(name)) for name in (*COUNTS, *REST)},
        "offered_implied": counted(one for one in required if _is_implied(one, "offered_at", known.cut_off)),
        "accepted_implied": counted(one for one in required if _is_implied(one, "accepted_at", known.cut_off)),
    }


def _is_implied(one: ReturnedEpisode, column: str, by: datetime) -> bool:
    """Counted, and not recorded by itself."""
    counts = offered_by(one, by) if column == "offered_at" else accepted_by(one, by)
    recorded = (getattr(interview, column) for interview in one.interviews)
    return counts and not any(at is not None and at <= by for at in recorded)


def _together(parts: Iterable[ByCohort]) -> ByCohort:
    """Counts of different episodes as one."""
    given = list(parts)
    if len(given) == 1:
        return given[0]
    ours: dict[int, bool | None] = {}
    for part in given:
        for cohort, is_ours in ((Cohort.ALL, None), (Cohort.OURS, True), (Cohort.OTHER, False)):
            ours |= dict.fromkeys(part[cohort].ids, is_ours)
    return count(ours.items())


def financial_quarter_of(day: date) -> Period:
    """April to June, July to September, October to December, January to March."""
    month = (day.month - 1) // 3 * 3 + 1
    return Period(date(day.year, month, 1), date(day.year + (month == 10), (month + 2) % 12 + 1, 1))


def calendar_year_of(day: date) -> Period:
    return Period(date(day.year, 1, 1), date(day.year + 1, 1, 1))


def is_financial_quarter(period: Period) -> bool:
    return period == financial_quarter_of(period.start_on)
