"""The shapes of the operational group's pages: meetings, agendas, one child as the group sees them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tracker.core.group_agenda import Why
from tracker.core.group_minutes import Named
from tracker.core.group_terms import Attendance, GroupDecision, MeetingState
from tracker.core.terms import InterviewState, RiskLevel
from tracker.services.pages.actions import ActionView
from tracker.services.pages.meetings import MeetingView


@dataclass(frozen=True)
class MeetingRow:
    """A meeting in a list. `children`: how many are on its agenda; `decided`: for how many of them is decided."""

    id: int
    meets_at: datetime
    place: str
    chair: str
    state: MeetingState
    children: int
    decided: int
    cancelled_reason: str | None


@dataclass(frozen=True)
class MemberView:
    """`id`: of the place at this meeting. `person_id`: of somebody who signs in here."""

    id: int
    person_id: int | None
    name: str
    attendance: Attendance | None


@dataclass(frozen=True)
class Company:
    """With what the plan of a meeting begins: `person_ids` and `others` are invited."""

    person_ids: tuple[int, ...]
    others: tuple[str, ...]
    chair: str
    place: str
    next_at: datetime | None


@dataclass(frozen=True)
class ItemRow:
    """A child on an agenda. `place`: counted from 1 among those who are on it; None where left out."""

    id: int
    child_id: int
    child_name: str
    place: int | None
    reasons: tuple[Why, ...]
    asked_why: str | None
    decision: GroupDecision | None
    discussion: str | None
    left_out_reason: str | None
    left_out_by: str | None
    version: int


@dataclass(frozen=True)
class ToAdd:
    """A child who belongs on the agenda by now, and is not on it yet."""

    child_id: int
    child_name: str
    reasons: tuple[Why, ...]


@dataclass(frozen=True)
class NoteView:
    text: str
    added_at: datetime
    added_by: str | None


@dataclass(frozen=True)
class GroupMeetingPage:
    """One meeting. `not_shown`: children of an old meeting whom this viewer may not see any more.

    `minutes`: the frozen document, for those who may see every child in it; `as_frozen`: whether its hash still holds.
    `named`: every name of its children and of those around them, for the document without names; no page shows it.
    """

    id: int
    meets_at: datetime
    place: str
    chair: str
    state: MeetingState
    members: tuple[MemberView, ...]
    items: tuple[ItemRow, ...]
    left_out: tuple[ItemRow, ...]
    to_add: tuple[ToAdd, ...]
    not_shown: int
    other_business: str | None
    next_at: datetime | None
    started_at: datetime | None
    closed_at: datetime | None
    closed_by: str | None
    cancelled_reason: str | None
    minutes: Mapping[str, Any] | None
    sha256: str | None
    as_frozen: bool
    notes: tuple[NoteView, ...]
    version: int
    named: tuple[Named, ...] = ()

    @property
    def undecided(self) -> int:
        return sum(item.decision is None for item in self.items)

    @property
    def is_open(self) -> bool:
        return self.state in (MeetingState.PLANNED, MeetingState.BEING_HELD)

    @property
    def present(self) -> int:
        return sum(member.attendance is Attendance.PRESENT for member in self.members)

    @property
    def attendance_known(self) -> bool:
        return any(member.attendance is not None for member in self.members)


@dataclass(frozen=True)
class EpisodeSeen:
    """An episode as the group reads it. `hours`: None while the child is missing."""

    id: int
    missing_from_at: datetime
    ended_at: datetime | None
    hours: float | None
    missing_from: str | None
    found: str | None
    risk: RiskLevel | None
    interview: InterviewState


@dataclass(frozen=True)
class FlagSeen:
    title: str
    raised_on: date
    decision: str | None
    maramp_on: date | None


@dataclass(frozen=True)
class Decided:
    """What an earlier meeting decided, and its actions."""

    meeting_id: int
    meets_at: datetime
    closed: bool
    discussion: str | None
    decision: GroupDecision | None
    words: str | None
    bring_back_on: date | None
    left_out_reason: str | None
    actions: tuple[ActionView, ...]


@dataclass(frozen=True)
class ChildPicture:
    """What must be known of a child on one screen. Counts of episodes: countable, those that conflict once (§5).

    `interviews`: of the episodes that started in the last 365 days, by where each stands. `may_open`: the viewer may
    open the child's record.
    """

    child_id: int
    name: str
    age: int | None
    is_ours: bool
    responsible_authority: str | None
    flags: tuple[FlagSeen, ...]
    in_90_days: int
    in_365_days: int
    episodes: tuple[EpisodeSeen, ...]
    interviews: Mapping[InterviewState, int]
    open_actions: tuple[ActionView, ...]
    strategy_meetings: tuple[MeetingView, ...]
    past: tuple[Decided, ...]
    may_open: bool
    in_workspace: bool

    @property
    def overdue_actions(self) -> int:
        return sum(action.is_overdue for action in self.open_actions)


@dataclass(frozen=True)
class ItemPage:
    """One child of one meeting. `own`: the actions that came from this item; `previous_id`, `next_id`: of its order."""

    id: int
    meeting_id: int
    meets_at: datetime
    state: MeetingState
    place: int | None
    of: int
    reasons: tuple[Why, ...]
    asked_why: str | None
    left_out_reason: str | None
    discussion: str | None
    decision: GroupDecision | None
    words: str | None
    maramp_on: date | None
    bring_back_on: date | None
    decided_by: str | None
    strategy_meeting_id: int | None
    previous_id: int | None
    next_id: int | None
    own: tuple[ActionView, ...]
    child: ChildPicture
    version: int


@dataclass(frozen=True)
class OpenDecision:
    """A decision that still asks for something: a day to be brought back, actions that are to be done, or what was
    decided itself. `maramp_on`: the day of a MARAMP that nobody has opened since. `awaits_strategy`: the strategy
    meeting that was asked for has neither been held nor called off.
    """

    child_id: int
    child_name: str
    item_id: int
    meets_at: datetime
    decision: GroupDecision
    words: str | None
    bring_back_on: date | None
    actions: tuple[ActionView, ...]
    maramp_on: date | None = None
    awaits_strategy: bool = False


@dataclass(frozen=True)
class ChildHistory:
    """What the group decided for a child, newest first."""

    child_id: int
    name: str
    flags: tuple[FlagSeen, ...]
    past: tuple[Decided, ...]
    may_open: bool
    in_workspace: bool
