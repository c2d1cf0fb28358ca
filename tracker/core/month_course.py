"""What else the month's interviews tell (definitions §2.6, §6): the clock from the notice, why the 72 hours were not
met, accepted, attempts. By the month of the return, of the required interviews, like the figures of the first edition.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from operator import attrgetter

from tracker.core.clock import Period
from tracker.core.figures import ByCohort, Timed, breakdown, median_hours, median_number, share
from tracker.core.interview_course import attempts_to_first_contact
from tracker.core.month_interviews import NOT_REQUIRED, OUTCOMES, counted, is_not_required, offered_by, outcome_of
from tracker.core.month_past import Returned
from tracker.core.month_rows import MonthRows, ReturnedEpisode, by_id, within
from tracker.core.terms import BreachReason

NOT_GIVEN = "not_given"
NOTICE_OUTCOMES = (NOT_REQUIRED, *OUTCOMES)
"""What became of a required interview judged from the notice: with `notice_unknown` they add up to `required`."""

LATE = frozenset({"completed_late", "declined_late", "not_required_late", "overdue"})
"""The outcomes of an interview whose 72 hours were not met: each has a reason, or `not_given`."""


def course_figures(rows: MonthRows, period: Period) -> dict[str, ByCohort]:
    """`interviews.<outcome>_of_notice`, `.breach_reasons.*`, `.accepted`, and the medians of the course."""
    returned = by_id(within(rows.returned, period, attrgetter("returned_at")))
    outcomes = [(one, outcome_of(one, rows.cut_off)) for one in returned]
    required = [one for one, outcome in outcomes if outcome != NOT_REQUIRED]
    late = [one for one, outcome in outcomes if outcome in LATE]
    figures = {
        "accepted": counted(one for one in required if accepted_by(one, rows.cut_off)),
        "median_hours_to_offer": median_hours(_to_offer(required, rows.cut_off)),
        "median_attempts_to_first_contact": median_number(_to_contact(required)),
        **_from_notice(required, rows.cut_off),
        **_reasons(late),
    }
    return {f"interviews.{name}": figure for name, figure in figures.items()}


def series_of_notice(rows: MonthRows, period: Period) -> dict[str, ByCohort]:
    """The share by the second clock, of these alone: what the thirteen-month series shows."""
    judged: list[Returned] = []
    in_time: list[Returned] = []
    for one in within(rows.series.returned, period, attrgetter("returned_at")):
        due = due_from_notice_at(one)
        if due is None or is_not_required(one):
            continue
        outcome = outcome_of(one, rows.cut_off, due)
        if outcome != "not_yet_due":
            judged.append(one)
        if outcome == "completed_in_72h":
            in_time.append(one)
    return {"interviews.pct_in_72h_of_notice": share(counted(in_time), counted(judged))}


def due_from_notice_at(one: Returned) -> datetime | None:
    """The deadline counted from when the council was told, by the same hours; told before the return: from that."""
    told_at = one.notified_at
    return None if told_at is None else one.due_at + max(told_at - one.returned_at, timedelta())


def accepted_by(one: ReturnedEpisode, by: datetime) -> bool:
    """Recorded as accepted, or implied by being held; an interview accepted may still be declined later."""
    return one.accepted_at is not None and one.accepted_at <= by


def _from_notice(required: Sequence[ReturnedEpisode], cut_off: datetime) -> dict[str, ByCohort]:
    known = [(one, due) for one in required if (due := due_from_notice_at(one))]
    by_outcome: dict[str, list[ReturnedEpisode]] = {outcome: [] for outcome in NOTICE_OUTCOMES}
    for one, due in known:
        by_outcome[outcome_of(one, cut_off, due)].append(one)
    waiting = by_outcome["not_yet_due"]
    judged = [one for outcome in NOTICE_OUTCOMES if outcome != "not_yet_due" for one in by_outcome[outcome]]
    assert len(judged) + len(waiting) == len(known)
    return {
        "offered_in_72h_of_notice": counted(one for one, due in known if offered_by(one, min(cut_off, due))),
        **{f"{outcome}_of_notice": counted(ones) for outcome, ones in by_outcome.items()},
        "notice_unknown": counted(one for one in required if one.episode.notified_at is None),
        "pct_in_72h_of_notice": share(counted(by_outcome["completed_in_72h"]), counted(judged)),
    }


def _reasons(late: Iterable[ReturnedEpisode]) -> dict[str, ByCohort]:
    """Every reason, those not given too; they add up to what was late."""
    given = [(one.reason or NOT_GIVEN, one.member) for one in late]
    found = breakdown(given, [*BreachReason, NOT_GIVEN])
    return {f"breach_reasons.{reason}": found[reason] for reason in (*BreachReason, NOT_GIVEN)}


def _to_offer(required: Iterable[ReturnedEpisode], cut_off: datetime) -> list[Timed]:
    """Return → the offer as recorded; one made before the return, to a child found, is left out."""
    timed: list[Timed] = []
    for one in required:
        offers = [i.offered_at for i in one.interviews if i.offered_at and one.returned_at <= i.offered_at <= cut_off]
        if offers:
            timed.append((*one.member, min(offers) - one.returned_at))
    return timed


def _to_contact(required: Iterable[ReturnedEpisode]) -> list[tuple[int, bool | None, int]]:
    """How many attempts it took until somebody answered, where anybody has."""
    counts = ((one, attempts_to_first_contact(one.attempts)) for one in required)
    return [(*one.member, number) for one, number in counts if number is not None]
