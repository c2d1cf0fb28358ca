"""One row of a council's own spreadsheet of interviews, read: what it says of the interview after one episode."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tracker.core.clock import local_date, local_midnight
from tracker.core.episodes import MissingEpisode
from tracker.core.feed import Feed, fold
from tracker.core.report_times import read_instant
from tracker.core.terms import DeclinedBy
from tracker.core.written_times import UnreadableTime
from tracker.services.errors import FormProblem, Refused

COLUMNS = (
    "police_reference", "offered_at", "outcome", "completed_at", "declined_by", "reason", "child_was_asked",
    "child_not_asked_reason", "carer_asked_instead", "interviewer_name",
)  # fmt: skip
"""What may stand in the spreadsheet, each under its own name, case and spacing ignored. Times are Europe/London.

`completed_at` of a declined row is when it was declined; where it is blank, that was at the offer.
"""

NOT_STATED = "Not stated in the spreadsheet that this was loaded from"
"""Why the child was not asked, where a spreadsheet that says a carer declined has no word on it."""


class SheetOutcome(StrEnum):
    COMPLETED = "completed"
    DECLINED = "declined"
    NOT_REQUIRED = "not_required"
    OFFERED = "offered"  # nothing yet but, perhaps, an offer


_OUTCOMES = {
    "completed": SheetOutcome.COMPLETED, "complete": SheetOutcome.COMPLETED, "held": SheetOutcome.COMPLETED,
    "done": SheetOutcome.COMPLETED, "interviewed": SheetOutcome.COMPLETED, "declined": SheetOutcome.DECLINED,
    "refused": SheetOutcome.DECLINED, "notrequired": SheetOutcome.NOT_REQUIRED, "offered": SheetOutcome.OFFERED,
    "pending": SheetOutcome.OFFERED, "awaiting": SheetOutcome.OFFERED, "": SheetOutcome.OFFERED,
}  # fmt: skip
_CHILD = ("child", "youngperson", "yp")
_CARER = ("parentorcarer", "parentcarer", "parent", "carer", "fostercarer", "mother", "father", "placement")
_DECLINED_BY = {**dict.fromkeys(_CHILD, DeclinedBy.CHILD), **dict.fromkeys(_CARER, DeclinedBy.PARENT_OR_CARER)}
_YES_NO = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}


@dataclass(frozen=True)
class SheetRow:
    """`at`: when it was completed or declined."""

    outcome: SheetOutcome
    offered_at: datetime | None = None
    at: datetime | None = None
    declined_by: DeclinedBy | None = None
    reason: str = ""
    child_was_asked: bool | None = None
    child_not_asked_reason: str | None = None
    carer_asked_instead: str | None = None
    interviewer_name: str | None = None


def read_sheet_row(cells: Mapping[str, str], episode: MissingEpisode, feed: Feed) -> SheetRow:
    """`cells`: our name of a column → its text, trimmed. Raises Refused with all that is wrong with the row."""
    problems: list[FormProblem] = []
    outcome = _OUTCOMES.get(fold(cells.get("outcome", "")))
    if outcome is None:
        sentence = "The outcome is not one of: completed, declined, not required, or blank for nothing yet."
        problems.append(FormProblem("unknown_value", sentence, ("outcome",)))
    offered_at = _instant("offered_at", cells, episode, feed, problems)
    at = _instant("completed_at", cells, episode, feed, problems)
    if outcome is SheetOutcome.DECLINED and not cells.get("completed_at"):
        at = offered_at
    if outcome in (SheetOutcome.COMPLETED, SheetOutcome.DECLINED) and at is None and not problems:
        sentence = f"The outcome is {outcome}, and the time is missing."
        problems.append(FormProblem("missing_value", sentence, ("completed_at",)))
    declined_by = _DECLINED_BY.get(fold(cells.get("declined_by", "")))
    if outcome is SheetOutcome.DECLINED and declined_by is None:
        sentence = "Say who declined: child, or parent or carer."
        problems.append(FormProblem("unknown_value", sentence, ("declined_by",)))
    if problems or outcome is None:
        raise Refused(problems)
    asked = _YES_NO.get(fold(cells.get("child_was_asked", "")))
    by_carer = declined_by is DeclinedBy.PARENT_OR_CARER
    return SheetRow(
        outcome=outcome,
        offered_at=offered_at,
        at=at,
        declined_by=declined_by,
        reason=cells.get("reason", ""),
        child_was_asked=bool(asked) if by_carer else None,
        child_not_asked_reason=(cells.get("child_not_asked_reason") or NOT_STATED) if by_carer and not asked else None,
        carer_asked_instead=cells.get("carer_asked_instead") or None,
        interviewer_name=cells.get("interviewer_name") or None,
    )


def _instant(
    name: str, cells: Mapping[str, str], episode: MissingEpisode, feed: Feed, problems: list[FormProblem]
) -> datetime | None:
    """An instant in London's time. A date alone will do, unless the deadline falls on that very day.

    It then stands at the day's beginning, or at the episode's end where that is later (as for a return, §2.5).
    """
    text = cells.get(name, "")
    word = name.removesuffix("_at")
    if not text:
        return None
    try:
        reading = read_instant(text, feed.date_formats, episode.ended_at)
    except UnreadableTime:
        sentence = f"The time {word} cannot be read. Write it like 16/11/2026 14:05."
        problems.append(FormProblem("unreadable_time", sentence, (name,)))
        return None
    due = episode.interview_due_at
    day_ends_at = local_midnight(local_date(reading.at) + timedelta(days=1))
    if reading.estimated and due is not None and reading.at <= due < day_ends_at:
        sentence = f"The deadline falls on the day {word}: write the time of day too, like 16/11/2026 14:05."
        problems.append(FormProblem("unreadable_time", sentence, (name,)))
        return None
    return reading.at
