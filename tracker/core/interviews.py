"""The 72-hour clock and the state of a return home interview: pure functions of the facts and `now`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from tracker.core.clock import elapsed_hours, require_aware
from tracker.core.episodes import MissingEpisode
from tracker.core.policy import Policy
from tracker.core.terms import DeclinedBy, InterviewState


@dataclass(frozen=True)
class ReturnHomeInterview:
    """One interview, from allocation to its outcome; it may cover several episodes (`episode_ids`).

    Facts carry their own time: `offered_at` when the offer reached the child or carer, `completed_at` when the
    conversation ended, `declined_at` when it was declined, `not_required_approved_at` when a manager approved.
    """

    id: int
    episode_ids: frozenset[int]
    allocated_to_id: int | None = None
    allocated_at: datetime | None = None
    offered_at: datetime | None = None
    accepted_at: datetime | None = None
    completed_at: datetime | None = None
    declined_at: datetime | None = None
    declined_by: DeclinedBy | None = None
    not_required_at: datetime | None = None
    not_required_approved_at: datetime | None = None

    @property
    def is_closed(self) -> bool:
        return any((self.completed_at, self.declined_at, self.not_required_approved_at))

    def reached_offer_at(self) -> datetime | None:
        """When the offer reached them: recorded, else implied by the answer itself."""
        return first_of([self.offered_at, self.accepted_at, self.completed_at, self.declined_at])


def interview_due_at(returned_at: datetime, deadline_hours: int) -> datetime:
    """The deadline: elapsed hours from the return, added in UTC, weekends and holidays included (DfE 2014)."""
    return require_aware(returned_at) + timedelta(hours=deadline_hours)


def runs_clock(episode: MissingEpisode, policy: Policy) -> bool:
    """Whether this return asks for an interview (definitions §3); a person may ask for one in any case."""
    if episode.returned_at is None or episode.out_of_counts is not None:
        return False
    if episode.interview_requested:
        return True
    if policy.only_known_to_services and episode.known_to_services is False:
        return False
    return episode.kind in policy.clock_kinds


def deadline_of(episode: MissingEpisode, policy: Policy) -> datetime | None:
    """The deadline this episode should bear: by the hours pinned on it, else by today's policy."""
    if not runs_clock(episode, policy) or episode.returned_at is None:
        return None
    return interview_due_at(episode.returned_at, episode.deadline_hours or policy.deadline_hours)


def clock_due_at(episode: MissingEpisode, policy: Policy) -> datetime | None:
    """The deadline of the clock that runs: the one pinned on the episode, else the one it should bear."""
    if episode.returned_at is None or episode.out_of_counts is not None:
        return None
    return episode.interview_due_at or deadline_of(episode, policy)


class Closing(NamedTuple):
    """What closed the clock, and when by its own date."""

    state: InterviewState
    at: datetime


def closing_of(
    episode: MissingEpisode, interviews: Iterable[ReturnHomeInterview], by: datetime | None = None
) -> Closing | None:
    """The fact that closes the episode's clock, dated by `by` where given: not required, completed, then declined.

    A linked interview closes it whatever the episode's end now is: a correction never detaches one (definitions §3).
    """
    mine = [interview for interview in interviews if episode.id in interview.episode_ids]
    return closed_by(
        first_of([i.not_required_approved_at for i in mine]),
        first_of([i.completed_at for i in mine]),
        first_of([i.declined_at for i in mine]),
        episode.interview_due_at,
        by,
    )


def closed_by(
    approved_at: datetime | None,
    completed_at: datetime | None,
    declined_at: datetime | None,
    due_at: datetime | None,
    by: datetime | None = None,
) -> Closing | None:
    """Which of the earliest facts of each kind closes a clock: approved, completed, then declined; dated by `by`."""
    if approved_at is not None and (by is None or approved_at <= by):
        return Closing(InterviewState.NOT_REQUIRED, approved_at)
    if completed_at is not None and (by is None or completed_at <= by):
        late = due_at is not None and completed_at > due_at
        return Closing(InterviewState.COMPLETED_LATE if late else InterviewState.COMPLETED_IN_TIME, completed_at)
    if declined_at is not None and (by is None or declined_at <= by):
        return Closing(InterviewState.DECLINED, declined_at)
    return None


def first_of(instants: Iterable[datetime | None]) -> datetime | None:
    """The earliest of those given, or None."""
    given = [at for at in instants if at is not None]
    return min(given) if given else None


def interview_state(
    episode: MissingEpisode, interviews: Sequence[ReturnHomeInterview], now: datetime, policy: Policy
) -> InterviewState:
    """definitions §3. Precedence: withdrawn, approved not required, completed, declined, then time."""
    if episode.out_of_counts is not None:
        return InterviewState.WITHDRAWN
    closing = closing_of(episode, interviews)
    if closing:
        return closing.state
    due = episode.interview_due_at
    if due is None:
        return _state_without_clock(episode, policy)
    return state_by_time(due, now, policy)


def state_by_time(due_at: datetime, now: datetime, policy: Policy) -> InterviewState:
    """The state of a clock that nothing closes: overdue once `now` is past the deadline, else by the hours left."""
    if now > due_at:
        return InterviewState.OVERDUE
    return InterviewState.DUE_SOON if due_at - now <= timedelta(hours=policy.due_soon_hours) else InterviewState.DUE


def _state_without_clock(episode: MissingEpisode, policy: Policy) -> InterviewState:
    if episode.returned_at is not None or not (episode.kind in policy.clock_kinds or episode.interview_requested):
        return InterviewState.NO_CLOCK
    return InterviewState.FOUND_NOT_RETURNED if episode.found_at else InterviewState.AWAITING_RETURN


def is_breached(episode: MissingEpisode, interviews: Sequence[ReturnHomeInterview], now: datetime) -> bool:
    """The deadline passed and no closing fact is dated by it: whether a breach should stand (definitions §3).

    A decline or an approval decided after the deadline leaves the breach standing; an interview held in time and
    recorded late takes it away.
    """
    due = episode.interview_due_at
    if due is None or episode.out_of_counts is not None or now <= due:
        return False
    return closing_of(episode, interviews, by=due) is None


def may_cover(episode: MissingEpisode, completed_at: datetime) -> bool:
    """An interview may cover an episode whose end is not after it (definitions §3)."""
    return episode.ended_at is not None and episode.ended_at <= completed_at


def held_before_return(episode: MissingEpisode, completed_at: datetime) -> bool:
    """Held after found and before return: accepted, in time, flagged, left out of the median hours."""
    return episode.returned_at is not None and completed_at < episode.returned_at


def hours_left(episode: MissingEpisode, now: datetime) -> float | None:
    """Hours to the deadline, negative once past; None while no clock runs."""
    return None if episode.interview_due_at is None else elapsed_hours(now, episode.interview_due_at)
