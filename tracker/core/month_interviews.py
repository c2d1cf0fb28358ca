"""The month's return home interviews (definitions §6): `interviews.*`, by the month of the return."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter

from tracker.core.clock import Period
from tracker.core.figures import ByCohort, Member, Timed, count, median_hours, share
from tracker.core.interviews import held_before_return
from tracker.core.month_past import Returned
from tracker.core.month_rows import MonthRows, ReturnedEpisode, by_id, within
from tracker.core.terms import InterviewState

OUTCOMES = (
    "completed_in_72h", "completed_late", "declined", "declined_late", "not_required_late", "overdue", "not_yet_due",
)  # fmt: skip
"""What became of a required interview by the cut-off: exactly one of these, so that they add up to `required`."""

NOT_REQUIRED = "not_required"
"""Approved by the deadline: outside `required`."""

_CLOSED = {
    InterviewState.NOT_REQUIRED: (NOT_REQUIRED, "not_required_late"),
    InterviewState.COMPLETED_IN_TIME: ("completed_in_72h", "completed_late"),
    InterviewState.COMPLETED_LATE: ("completed_in_72h", "completed_late"),
    InterviewState.DECLINED: ("declined", "declined_late"),
}


def outcome_of(returned: Returned, cut_off: datetime, due_at: datetime | None = None) -> str:
    """By the fact that closes the clock (its precedence is that of definitions §3), dated by the deadline or after it.

    With nothing closing it: overdue once the cut-off is past the deadline; at the very deadline it is not yet.
    `cut_off`: that of the rows. `due_at`: another deadline to judge by than the statutory one.
    """
    due_at, closing = due_at or returned.due_at, returned.closing
    if closing is None:
        return "overdue" if cut_off > due_at else "not_yet_due"
    by_deadline, late = _CLOSED[closing.state]
    return by_deadline if closing.at <= due_at else late


def is_not_required(returned: Returned) -> bool:
    """Whether its outcome is NOT_REQUIRED: approved by the deadline."""
    closing = returned.closing
    return closing is not None and closing.state is InterviewState.NOT_REQUIRED and closing.at <= returned.due_at


def _by_outcome(returned: Iterable[ReturnedEpisode], cut_off: datetime) -> dict[str, list[ReturnedEpisode]]:
    """What became of each return."""
    by_outcome: dict[str, list[ReturnedEpisode]] = {outcome: [] for outcome in (NOT_REQUIRED, *OUTCOMES)}
    for one in returned:
        by_outcome[outcome_of(one, cut_off)].append(one)
    return by_outcome


def interview_figures(rows: MonthRows, period: Period) -> dict[str, ByCohort]:
    """Every figure of the episodes with a clock whose return lies in the period."""
    returned = by_id(within(rows.returned, period, attrgetter("returned_at")))
    by_outcome = _by_outcome(returned, rows.cut_off)
    required = [one for outcome in OUTCOMES for one in by_outcome[outcome]]
    offered = [one for one in required if offered_by(one, rows.cut_off)]
    figures = {
        "returns": counted(returned),
        "not_required": counted(by_outcome[NOT_REQUIRED]),
        "required": counted(required),
        "offered": counted(offered),
        "offered_in_72h": counted([one for one in offered if offered_by(one, min(rows.cut_off, one.due_at))]),
        **{outcome: counted(by_outcome[outcome]) for outcome in OUTCOMES},
        **_shares(by_outcome),
        "median_hours_to_interview": median_hours(_to_interview(by_outcome)),
        "median_notice_hours": median_hours(_notice(returned)),
    }
    return {f"interviews.{name}": figure for name, figure in figures.items()}


def series_of_interviews(rows: MonthRows, period: Period) -> dict[str, ByCohort]:
    """The same, of these alone: what the thirteen-month series shows."""
    members: dict[str, list[Member]] = {outcome: [] for outcome in (NOT_REQUIRED, *OUTCOMES)}
    for one in within(rows.series.returned, period, attrgetter("returned_at")):
        members[outcome_of(one, rows.cut_off)].append(one.member)
    due = [member for outcome in OUTCOMES if outcome != "not_yet_due" for member in members[outcome]]
    required = count([*due, *members["not_yet_due"]])
    in_time = count(members["completed_in_72h"])
    return {
        "interviews.returns": count([member for outcome in members.values() for member in outcome]),
        "interviews.required": required,
        "interviews.completed_in_72h": in_time,
        "interviews.overdue": count(members["overdue"]),
        "interviews.not_yet_due": count(members["not_yet_due"]),
        "interviews.pct_in_72h_of_returns": share(in_time, count(due) if members["not_yet_due"] else required),
    }


def counted(returned: Iterable[Returned]) -> ByCohort:
    return count([one.member for one in returned])


def offered_by(one: ReturnedEpisode, by: datetime) -> bool:
    """An offer reached the child or carer: recorded, or implied by the answer to it."""
    return one.offered_at is not None and one.offered_at <= by


def _shares(by_outcome: Mapping[str, Sequence[Returned]]) -> dict[str, ByCohort]:
    """The three shares, each by what it leaves out: none of them waits for what is not yet due."""
    in_time = counted(by_outcome["completed_in_72h"])
    completed = counted([*by_outcome["completed_in_72h"], *by_outcome["completed_late"]])
    return {
        "pct_in_72h_of_returns": share(in_time, _among(by_outcome, "not_yet_due")),
        "pct_in_72h_of_accepted": share(in_time, _among(by_outcome, "not_yet_due", "declined")),
        "pct_in_72h_of_completed": share(in_time, completed),
    }


def _among(by_outcome: Mapping[str, Sequence[Returned]], *left_out: str) -> ByCohort:
    return counted([one for outcome in OUTCOMES if outcome not in left_out for one in by_outcome[outcome]])


def _to_interview(by_outcome: Mapping[str, Sequence[ReturnedEpisode]]) -> list[Timed]:
    """Return → completion; one held before the return is left out (definitions §3)."""
    timed: list[Timed] = []
    for one in (*by_outcome["completed_in_72h"], *by_outcome["completed_late"]):
        closing = one.closing
        if closing and not held_before_return(one.episode, closing.at):
            timed.append((*one.member, closing.at - one.returned_at))
    return timed


def _notice(returned: Iterable[ReturnedEpisode]) -> list[Timed]:
    """Return → the council told, where that is known; told before a return that was corrected to later: at once."""
    return [
        (*one.member, max(one.episode.notified_at - one.returned_at, timedelta()))
        for one in returned
        if one.episode.notified_at is not None
    ]
