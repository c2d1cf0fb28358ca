"""Ofsted's Annex A, list 8 (children looked after): its four columns on going missing, of twelve months to a day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter

from tracker.core.clock import Period
from tracker.core.interview_answers import Answer, accepted, offered
from tracker.core.interviews import ReturnHomeInterview
from tracker.core.missing_episode import MissingEpisode
from tracker.core.overlap import count_once
from tracker.core.policy import Policy
from tracker.core.ssda903_rows import for_returns
from tracker.core.tables import Table
from tracker.core.terms import EpisodeKind

HEADERS = (
    "Child Unique ID",
    "Number of Episodes the Child has been 'Missing' from their Placement in the last 12 months",
    "Number of Episodes the Child has been 'Absent' from their Placement in the last 12 months",
    "Was the child offered a Return Interview after their last missing episode (where applicable)?",
    "Did the child accept a Return Interview after their last missing episode (where applicable)?",
)

_WORDS = {
    Answer.YES: "a) Yes", Answer.NO: "b) No", Answer.NOT_REQUIRED: "b) No", Answer.UNKNOWN: "c) Unknown",
    Answer.NOT_ASKED: "",
}  # fmt: skip


@dataclass(frozen=True)
class ListedChild:
    """A line of the list. `last_id`: the missing episode that the answers are about."""

    child_id: int
    code: str
    missing: int
    absent: int
    offered: str
    accepted: str
    last_id: int | None

    @property
    def cells(self) -> tuple[str | int, ...]:
        return self.code, self.missing, self.absent, self.offered, self.accepted


def twelve_months_to(day: date) -> Period:
    """The twelve months that end with this day, which counts."""
    after = day + timedelta(days=1)
    leap_day = (after.month, after.day) == (2, 29)
    return Period(after.replace(year=after.year - 1, day=28 if leap_day else after.day), after)


def listed_child(
    child_id: int,
    code: str,
    history: Iterable[MissingEpisode],
    held: Sequence[ReturnHomeInterview],
    period: Period,
    policy: Policy,
) -> ListedChild:
    """One child's line. `history`: its episodes while looked after; overlapping ones count once.

    The answers are about the last missing episode that has ended in a return by then.
    """
    started = [one.stands for one in count_once(history, for_returns(policy)) if one.stands.missing_from_at in period]
    missing = [one for one in started if one.kind is EpisodeKind.MISSING]
    back = [one for one in missing if one.returned_at is not None and one.returned_at < period.end_at]
    last = max(back, key=attrgetter("missing_from_at"), default=None)
    answers = ("", "")
    if last is not None:
        answers = (
            _WORDS[offered(last, held, period.end_at, policy)],
            _WORDS[accepted(last, held, period.end_at, policy)],
        )
    return ListedChild(child_id, code, len(missing), len(started) - len(missing), *answers, last.id if last else None)


def annex_table(children: Sequence[ListedChild], day: date) -> Table:
    return Table("annex-a-list-8", f"Annex A list 8, {day.isoformat()}", HEADERS, tuple(one.cells for one in children))
