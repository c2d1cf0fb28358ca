"""What stands on My interviews, as values."""

from dataclasses import dataclass, field
from datetime import datetime

from tracker.core.interview_terms import AllocationKind, ContactRelation
from tracker.core.terms import InterviewState
from tracker.services.pages.actions import ActionView
from tracker.services.pages.clock_rows import ClockRow
from tracker.services.pages.interview_items import InterviewItem
from tracker.services.pages.rows import Section, Urgency
from tracker.services.pages.work_rows import Work


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """Whom to ring about a child. `dialled`: the number as a telephone takes it."""

    relation: ContactRelation
    name: str
    phone: str
    note: str | None

    @property
    def dialled(self) -> str:
        return "".join(sign for sign in self.phone if sign.isdigit() or sign == "+")


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit of today, or one whose time has passed without an outcome."""

    interview: InterviewItem
    phones: tuple[PhoneNumber, ...] = ()


@dataclass(frozen=True, slots=True)
class ToDo:
    """One child with every clock that the viewer is to see to, the soonest deadline first."""

    clocks: tuple[ClockRow, ...]
    phones: tuple[PhoneNumber, ...] = ()

    @property
    def first(self) -> ClockRow:
        return self.clocks[0]

    @property
    def work(self) -> Work:
        return self.first.work

    @property
    def state(self) -> InterviewState:
        return self.first.state

    @property
    def urgency(self) -> Urgency:
        return self.first.urgency


@dataclass(frozen=True, slots=True)
class Returned:
    """Written up, and returned by a manager with what is to be changed."""

    interview: InterviewItem
    returned_at: datetime
    returned_by: str | None
    comments: str | None


@dataclass(frozen=True, slots=True)
class GivenOver:
    """Handed over, or given in somebody's absence, to the viewer in the last days; still theirs."""

    interview: InterviewItem
    kind: AllocationKind
    at: datetime
    by: str | None
    note: str | None


@dataclass(frozen=True)
class MyInterviews:
    """`visits`: of today and those whose time has passed, in order of time; `later_visits`: of the days to come."""

    now: datetime
    visits: Section[Visit]
    to_do: tuple[ToDo, ...]
    clocks: int
    children: int
    to_write_up: Section[InterviewItem]
    returned: tuple[Returned, ...]
    given_over: tuple[GivenOver, ...]
    actions: Section[ActionView]
    later_visits: tuple[InterviewItem, ...] = field(default=())

    @property
    def shown_clocks(self) -> int:
        return sum(len(one.clocks) for one in self.to_do)

    @property
    def overdue(self) -> int:
        return self._in(InterviewState.OVERDUE)

    @property
    def due_soon(self) -> int:
        return self._in(InterviewState.DUE_SOON)

    def _in(self, state: InterviewState) -> int:
        return sum(clock.state is state for one in self.to_do for clock in one.clocks)
