"""Strategy meetings in the play: most are held or decided against within days, with actions (papers.py does those).

What was asked for in the last days is left, some of it with a day, for whoever opens the demonstration.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from tracker.core.clock import local_date
from tracker.core.terms import Role
from tracker.demo.county import County
from tracker.demo.world import World
from tracker.services import actions, demonstration, meetings
from tracker.services.context import Context
from tracker.services.demonstration import StandingMeeting

LEFT = timedelta(days=1)
"""Meetings asked for in this last stretch are left to be arranged, or have a day."""

OUTCOMES = (
    "Plan agreed with the placement and the school; reviewed in two weeks.",
    "Risk assessment updated. The social worker sees the child each week.",
    "Safety plan agreed with the child and the carer.",
)
NOT_NEEDED = (
    "Back safe; discussed with the social worker the same day.",
    "A plan from the last meeting is in place and still fits.",
)
WHAT = (
    "Ask the school about a quieter start to the day",
    "Arrange a visit to see their grandmother",
    "Update the risk assessment",
    "Ask the youth worker to meet them weekly",
    "Check the phone and travel card",
)
OTHERS = ("Ms Quillfeather, school", "Mr Pottlebrook, placement")


@dataclass
class Meetings:
    """One for the whole play."""

    county: County
    rng: Random

    def morning(self, world: World, now: datetime) -> None:
        if now < world.meetings_from:
            return
        context = world.lead(now)
        for meeting in demonstration.standing_meetings():
            if meeting.asked_at < self.county.now - LEFT and self.rng.random() < 0.85:
                self._settle(world, context, meeting)
            elif meeting.asked_at >= self.county.now - LEFT and self.rng.random() < 0.3:
                planned_at = now + timedelta(days=3, hours=1)
                meetings.plan_meeting(context, meeting_id=meeting.id, version=meeting.version, planned_at=planned_at)

    def _settle(self, world: World, context: Context, meeting: StandingMeeting) -> None:
        if self.rng.random() < 0.4:
            reason = self.rng.choice(NOT_NEEDED)
            meetings.decide_not_needed(context, meeting_id=meeting.id, version=meeting.version, reason=reason)
            return
        meetings.record_held(
            context, meeting_id=meeting.id, version=meeting.version, held_at=context.now,
            outcome=self.rng.choice(OUTCOMES),
        )  # fmt: skip
        for what in self.rng.sample(WHAT, self.rng.choice((0, 1, 1, 2))):
            self._add(world, context, meeting, what)

    def _add(self, world: World, context: Context, meeting: StandingMeeting, what: str) -> None:
        workers = (*world.staff.of_role(Role.MANAGER), *world.staff.of_role(Role.INTERVIEWER))
        staff = [member for member in workers if member.email in world.staff.ids]  # whoever has joined by now
        ours = self.rng.random() < 0.7
        actions.add_action(
            context,
            child_id=meeting.child_id,
            meeting_id=meeting.id,
            what=what,
            due_on=local_date(context.now) + timedelta(days=self.rng.randint(5, 20)),
            owner_id=world.staff.ids[self.rng.choice(staff).email] if ours else None,
            owner_name=None if ours else self.rng.choice(OTHERS),
            asked_by_child=self.rng.random() < 0.3,
        )
