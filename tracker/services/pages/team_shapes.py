"""What stands on My team, as values."""

from dataclasses import dataclass
from datetime import datetime

from tracker.core.terms import BreachReason
from tracker.services.pages.actions import ActionView
from tracker.services.pages.clock_rows import ClockRow
from tracker.services.pages.interview_items import InterviewItem
from tracker.services.pages.overdue_reviews import OverdueReview
from tracker.services.pages.rows import Section
from tracker.services.pages.today_shapes import Approval, ClockTotals


@dataclass(frozen=True, slots=True)
class Load:
    """What one person has: running clocks, of them those due soon and overdue; visits of the next days; to write up."""

    person_id: int
    name: str
    team: str | None
    clocks: int = 0
    due_soon: int = 0
    overdue: int = 0
    visits: int = 0
    to_write_up: int = 0
    is_away: bool = False
    away_from: datetime | None = None
    away_until: datetime | None = None

    @property
    def in_time(self) -> int:
        return self.clocks - self.due_soon - self.overdue


@dataclass(frozen=True, slots=True)
class OverdueClock:
    """Why it is overdue: the reason that somebody gave, else what the facts say.

    `told_after_hours`: how long after the return the police told us, where that took a third of the time or more.
    """

    clock: ClockRow
    reason: BreachReason | None
    told_after_hours: float | None


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody who is away, with interviews whose clocks run meanwhile, the soonest deadline first."""

    load: Load
    interviews: tuple[InterviewItem, ...]


@dataclass(frozen=True)
class TeamBoard:
    """`team_id` None: all teams. Work that belongs to no team stands on every team's board, for somebody must see it.

    `to_review`: written up, or declined, and no manager has looked at it, the longest waiting first.
    """

    now: datetime
    team_id: int | None
    totals: ClockTotals
    loads: tuple[Load, ...]
    overdue: Section[OverdueClock]
    unallocated: Section[ClockRow]
    away: tuple[Away, ...]
    to_cover: int
    approvals: Section[Approval]
    to_review: Section[InterviewItem]
    overdue_actions: Section[ActionView]
    overdue_reviews: Section[OverdueReview]

    @property
    def most_clocks(self) -> int:
        """The heaviest load: what the bars are drawn against."""
        return max((load.clocks for load in self.loads), default=0)
