"""What people do about one return, as acts at their instants: allocate, offer, record, propose, approve."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from tracker.core.terms import DeclinedBy
from tracker.demo.interviews import DemoInterview, Outcome
from tracker.demo.world import World
from tracker.services import correct_episode, record_interview
from tracker.services.context import Context

DECLINE_REASONS = (
    "Said they did not want to talk about it.",
    "Would rather speak with their own social worker.",
    "Did not answer the door; telephone call declined.",
)
NOT_REQUIRED_REASONS = (
    "Was with a parent the whole time; recorded as missing by mistake of times.",
    "Moved to another council's area on the day of return; that council interviews.",
)


@dataclass(frozen=True)
class Act:
    """Something done at an instant. At one instant, acts are done in order of `rank`: reports first."""

    at: datetime
    rank: int
    do: Callable[[World, datetime], None]


def acts_of_interview(plan: DemoInterview) -> Iterator[Act]:
    """In order of time. `plan.known_at` is the morning's report; nothing here comes before it."""
    if plan.allocated_at:
        yield Act(plan.allocated_at, 1, partial(_allocate, plan))
    if plan.offered_at:
        yield Act(plan.offered_at, 2, partial(_offer, plan))
    if plan.recorded_at:
        yield Act(plan.recorded_at, 3, partial(_RECORD[plan.outcome], plan))
    if plan.approved_at:
        yield Act(plan.approved_at, 4, partial(_approve, plan))


def _allocate(plan: DemoInterview, world: World, now: datetime) -> None:
    """The team's manager gives the interview to somebody, and files its episodes under the team and the district."""
    district = plan.episodes[-1].child.district
    context = world.manager(now, district.team)
    values = {"team_id": world.staff.teams[district.team], "district": district.name}
    for episode in plan.episodes if now >= world.teams_from else ():
        held = world.held(episode.reference)
        correct_episode.correct_episode(context, episode_id=held.id, version=held.version, values=values)
    last = world.episode_id(plan.episodes[-1].reference)
    record_interview.allocate(context, episode_id=last, person_id=world.staff.ids[plan.interviewer])


def _offer(plan: DemoInterview, world: World, now: datetime) -> None:
    if now < world.teams_from:
        return
    last = world.episode_id(plan.episodes[-1].reference)
    record_interview.record_offer(_recorder(plan, world, now), episode_id=last, offered_at=now)


def _complete(plan: DemoInterview, world: World, now: datetime) -> None:
    assert plan.happened_at is not None
    context = _recorder(plan, world, now)
    record_interview.record_completed(context, episode_ids=_ids(plan, world), completed_at=plan.happened_at)


def _decline(plan: DemoInterview, world: World, now: datetime) -> None:
    """Two in three by the child; a carer's answer says whether the child was asked."""
    assert plan.happened_at is not None
    number = plan.episodes[-1].child.number
    by_child = number % 3 != 0
    record_interview.record_declined(
        _recorder(plan, world, now),
        episode_ids=_ids(plan, world),
        declined_at=plan.happened_at,
        declined_by=DeclinedBy.CHILD if by_child else DeclinedBy.PARENT_OR_CARER,
        reason=DECLINE_REASONS[number % len(DECLINE_REASONS)],
        child_was_asked=None if by_child else number % 2 == 0,
        child_not_asked_reason=None if by_child or number % 2 == 0 else "The carer would not pass the telephone on.",
        carer_asked_instead=None if by_child else "What had helped; who else could speak with the child.",
    )


def _not_required(plan: DemoInterview, world: World, now: datetime) -> None:
    """Proposed for each episode, and approved later by the team's manager."""
    reason = NOT_REQUIRED_REASONS[plan.episodes[-1].child.number % len(NOT_REQUIRED_REASONS)]
    context = _recorder(plan, world, now)
    for episode_id in _ids(plan, world):
        proposed = record_interview.propose_not_required(context, episode_id=episode_id, reason=reason)
        world.proposed[episode_id] = proposed


def _approve(plan: DemoInterview, world: World, now: datetime) -> None:
    context = world.manager(now, plan.episodes[-1].child.district.team)
    for interview_id in sorted({world.proposed.pop(episode_id) for episode_id in _ids(plan, world)}):
        record_interview.approve_not_required(context, interview_id=interview_id)


_RECORD = {Outcome.COMPLETED: _complete, Outcome.DECLINED: _decline, Outcome.NOT_REQUIRED: _not_required}


def _recorder(plan: DemoInterview, world: World, now: datetime) -> Context:
    """Whoever has the interview records it; where nobody was given it, the lead does."""
    return world.acting(now, plan.interviewer) if plan.allocated_at else world.lead(now)


def _ids(plan: DemoInterview, world: World) -> list[int]:
    return [world.episode_id(episode.reference) for episode in plan.episodes]
