"""The one next step of an interview, as the button that a card leads with."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracker.core.interview_terms import InterviewStage, WhoHolds
from tracker.services.pages.clock_rows import ClockRow
from tracker.web.addresses import address

ATTEMPT = "interviews.record_attempt"
PLAN = "interviews.plan"
HELD = "interviews.record_completed"
LOOK = "interviews.of_episode"


@dataclass(frozen=True)
class Step:
    """Its words, and where it is taken."""

    words: str
    endpoint: str
    episode_id: int

    @property
    def is_looking(self) -> bool:
        """Nothing is to be done but to look."""
        return self.endpoint == LOOK

    @property
    def address(self) -> str:
        back: dict[str, Any] = {} if self.is_looking else {"from": "mine"}
        return address(self.endpoint, episode_id=self.episode_id, **back)


_BY_STAGE: dict[InterviewStage, tuple[str, str]] = {
    InterviewStage.NEEDED: ("Record an attempt", ATTEMPT),
    InterviewStage.ALLOCATED: ("Record an attempt", ATTEMPT),
    InterviewStage.ATTEMPTED: ("Record the next attempt", ATTEMPT),
    InterviewStage.OFFERED: ("Record their answer", ATTEMPT),
    InterviewStage.ACCEPTED: ("Plan the visit", PLAN),
    InterviewStage.NOT_HELD: ("Plan another visit", PLAN),
}


def next_step(clock: ClockRow, now: datetime) -> Step:
    """By the stage; another council that is to hold it leaves only looking."""
    work = clock.work
    if clock.planned_late and work.planned_at is not None and now < work.planned_at and now < clock.due_at:
        return Step("Plan an earlier visit", PLAN, clock.id)
    if work.stage is InterviewStage.PLANNED and work.planned_at is not None:
        words = "Record that it was held" if work.planned_at <= now else "Open the interview"
        return Step(words, HELD if work.planned_at <= now else LOOK, clock.id)
    if clock.holder.holds is WhoHolds.THEM or work.stage not in _BY_STAGE:
        return Step("Open the interview", LOOK, clock.id)
    if clock.holder.holds is WhoHolds.THEY_HELD:
        return Step("Record that it was held", HELD, clock.id)
    return Step(*_BY_STAGE[work.stage], clock.id)
