"""The operational group in the play: two meetings held, whose minutes are frozen, and one planned for next week.

The first speaks of a few children who were on a flag then; later ones of whoever the flags put on the agenda.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from tracker.core.clock import local_date, read_local
from tracker.core.group_terms import GroupDecision
from tracker.core.terms import Role
from tracker.demo.acts import Act
from tracker.demo.world import World
from tracker.services import close_group_meeting, hold_group_meeting, plan_group_meeting
from tracker.services import demonstration_group as held
from tracker.services.actions import NewAction
from tracker.services.context import Context
from tracker.services.hold_group_meeting import Record
from tracker.services.plan_group_meeting import MeetingPlan

MEETS_AT = time(10)
HELD_BEFORE = (timedelta(days=48), timedelta(days=13))
"""How long before the end the group met; on the Friday before where that is a weekend."""

AHEAD = timedelta(days=6)
"""How long after the end it meets next; on the Monday after where that is a weekend."""

RANK = 7
"""After all that is done of a morning."""

SPOKEN_OF = 4
"""Children of whom the first meeting speaks."""

OTHERS = ("Ms Quillfeather, school nursing", "Sgt Pottlebrook, police", "Mr Thimblequay, youth justice")
SAID = (
    "The placement has seen fewer late returns since the bus pass was renewed. School attendance is steady.",
    "Goes to the same two places with older friends. The school heard of it before anybody else did.",
    "Says that weekends are long. The youth worker sees them on Saturdays since last month.",
)
DECIDED = (
    (GroupDecision.PLAN_SUFFICIENT, "The plan fits and is followed."),
    (GroupDecision.PLAN_NEEDS_CHANGE, "Weekends are to be planned with the young person."),
    (GroupDecision.OPEN_MARAMP, "The risks have grown since the last review."),
    (GroupDecision.ESCALATE, "To the service manager: no placement near the school has been found."),
    (GroupDecision.NO_FURTHER_ACTION, "Settled, and not missing for a month."),
)
WHAT = ("Share the pattern with the school", "Plan the weekends together", "Agree who is rung first at night")


@dataclass
class Group:
    """One for the whole play."""

    ends_at: datetime
    rng: Random

    def acts(self, since: datetime) -> Iterator[Act]:
        """`since`: when the council began to work here."""
        for before in HELD_BEFORE:
            at = _at_ten(local_date(self.ends_at - before), -1)
            if at > since + timedelta(days=1):
                yield Act(at, RANK, self._meet)
        yield Act(self.ends_at, RANK, self._plan_next)

    def _meet(self, world: World, now: datetime) -> None:
        context = world.lead(now)
        meeting_id = plan_group_meeting.plan_group_meeting(context, self._plan(world, now))
        known = {item.child_id for item in held.agenda(meeting_id)}
        others = [child_id for child_id in held.flagged_children() if child_id not in known]
        for child_id in others[: max(0, SPOKEN_OF - len(known))]:
            why = "Missing often this year: how do the plans stand?"
            plan_group_meeting.add_child(context, meeting_id=meeting_id, child_id=child_id, why=why)
        self._hold(context, meeting_id)

    def _hold(self, context: Context, meeting_id: int) -> None:
        version = held.version(meeting_id)
        hold_group_meeting.start_meeting(context, meeting_id=meeting_id, version=version)
        for place, item in enumerate(held.agenda(meeting_id)):
            record, action = self._record(context, place)
            hold_group_meeting.record_item(context, item_id=item.id, version=item.version, record=record, action=action)
        members = held.members(meeting_id)
        hold_group_meeting.record_attendance(
            context, meeting_id=meeting_id, version=held.version(meeting_id), present=members[:-1],
            apologies=members[-1:],
        )  # fmt: skip
        hold_group_meeting.record_business(
            context, meeting_id=meeting_id, version=held.version(meeting_id),
            other_business="The police’s new form is in use from next month.", next_at=context.now + timedelta(days=35),
        )  # fmt: skip
        close_group_meeting.close_meeting(context, meeting_id=meeting_id, version=held.version(meeting_id))

    def _record(self, context: Context, place: int) -> tuple[Record, NewAction | None]:
        today = local_date(context.now)
        decision, words = DECIDED[place % len(DECIDED)]
        back = today + timedelta(days=14) if decision is GroupDecision.PLAN_NEEDS_CHANGE else None
        maramp = today + timedelta(days=10) if decision is GroupDecision.OPEN_MARAMP else None
        record = Record(self.rng.choice(SAID), decision, words, maramp, back)
        if place % 2 == 0:
            return record, None
        due_on = today + timedelta(days=self.rng.randint(7, 21))
        return record, NewAction(self.rng.choice(WHAT), due_on, owner_name=self.rng.choice(OTHERS))

    def _plan_next(self, world: World, now: datetime) -> None:
        at = _at_ten(local_date(now + AHEAD), 1)
        plan_group_meeting.plan_group_meeting(world.lead(now), self._plan(world, at))

    def _plan(self, world: World, at: datetime) -> MeetingPlan:
        members = (*world.staff.of_role(Role.OPERATIONAL_GROUP), *world.staff.of_role(Role.LEAD))
        ids = tuple(world.staff.ids[member.email] for member in members)
        return MeetingPlan(at, "County Hall, committee room 2", members[0].name, ids, OTHERS)


def _at_ten(day: date, step: int) -> datetime:
    """On the first working day from `day` on, or back from it."""
    while day.weekday() >= 5:
        day += timedelta(days=step)
    return read_local(datetime.combine(day, MEETS_AT)).at
