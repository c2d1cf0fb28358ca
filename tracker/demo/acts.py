"""What people do about one return, as acts at their instants: allocate, ring, plan, record, propose, approve."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from tracker.core.interview_terms import (
    AllocationKind,
    AskedBecause,
    AuthorityAnswer,
    ContactMethod,
    ContactOutcome,
    ContactWith,
    VisitEnd,
)
from tracker.core.terms import DeclinedBy
from tracker.demo.contacts import add_contacts
from tracker.demo.county import DemoEpisode
from tracker.demo.interviews import DemoInterview, Outcome
from tracker.demo.pursuit import Attempt, Given, Visit
from tracker.demo.world import World
from tracker.services import (
    allocate_interview,
    ask_authority,
    contact_child,
    correct_episode,
    plan_visit,
    record_interview,
)
from tracker.services.context import Context

DECLINE_REASONS = (
    "Said they did not want to talk about it.",
    "Would rather speak with their own social worker.",
    "Said that all is well now, and that they will ring if they wish to talk.",
)
NOT_REQUIRED_REASONS = (
    "Was with a parent the whole time; recorded as missing by mistake of times.",
    "Moved to another council's area on the day of return; that council interviews.",
)
HANDED_OVER_NOTE = "You know the family from the autumn; the carer would like it to be you."


@dataclass(frozen=True)
class Act:
    """Something done at an instant. At one instant, acts are done in order of `rank`: reports first."""

    at: datetime
    rank: int
    do: Callable[[World, datetime], None]


def acts_of_interview(plan: DemoInterview) -> Iterator[Act]:
    """`plan.known_at` is the morning's report; nothing here comes before it."""
    for episode, pursuit in plan.earlier:
        yield from _acts_of_pursuit(plan, episode, pursuit.given, pursuit.attempts, pursuit.visits)
    if plan.asked:
        yield Act(plan.asked.at, 2, partial(_ask, plan))
        if plan.asked.is_answered:
            yield Act(plan.asked.answered_at, 2, partial(_answer, plan))
    if plan.pursuit:
        pursuit = plan.pursuit
        yield from _acts_of_pursuit(plan, plan.episodes[-1], pursuit.given, pursuit.attempts, pursuit.visits)
    if plan.recorded_at:
        yield Act(plan.recorded_at, 3, partial(_RECORD[plan.outcome], plan))
    if plan.approved_at:
        yield Act(plan.approved_at, 4, partial(_approve, plan))


def _acts_of_pursuit(
    plan: DemoInterview,
    episode: DemoEpisode,
    given: tuple[Given, ...],
    attempts: tuple[Attempt, ...],
    visits: tuple[Visit, ...],
) -> Iterator[Act]:
    for place, one in enumerate(given):
        before = given[place - 1].email if place else None
        yield Act(one.at, 1, partial(_give, episode, one, before))
    for attempt in attempts:
        yield Act(attempt.at + timedelta(minutes=1), 2, partial(_attempt, plan, episode, attempt))
    for visit in visits:
        yield Act(visit.agreed_at + timedelta(minutes=1), 2, partial(_plan, episode, visit))
        if visit.ended_as is VisitEnd.NOT_HELD and visit.ended_at:
            yield Act(visit.ended_at, 2, partial(_not_held, visit))


def _give(episode: DemoEpisode, given: Given, before: str | None, world: World, now: datetime) -> None:
    """The team's manager gives the interview to somebody, and files the episode under the team and the district.

    Before the council began to allocate here, it is filed alone.
    Later, whoever has it hands it over, or the manager gives it to a colleague because they are away.
    """
    manager = world.manager(now, episode.child.district.team)
    person_id = world.staff.ids[given.email]
    if before is None:
        _file(episode, world, now, manager)
        if now < world.allocated_from:
            return
        interview_id = allocate_interview.allocate(
            manager, episode_id=world.episode_id(episode.reference), person_id=person_id, independent=True
        )
        world.interview_ids[episode.reference] = interview_id
        add_contacts(episode, world, now)
        return
    if episode.reference not in world.interview_ids:  # of before anybody was allocated one here
        return
    interview_id = world.interview_ids[episode.reference]
    if given.kind is AllocationKind.COVER:
        allocate_interview.cover(manager, interview_ids=[interview_id], person_id=person_id)
    else:
        note = HANDED_OVER_NOTE
        by = world.acting(now, before)
        allocate_interview.hand_over(by, interview_id=interview_id, person_id=person_id, independent=True, note=note)


def _file(episode: DemoEpisode, world: World, now: datetime, context: Context) -> None:
    if now >= world.teams_from:
        district = episode.child.district
        values = {"team_id": world.staff.teams[district.team], "district": district.name}
        held = world.held(episode.reference)
        correct_episode.correct_episode(context, episode_id=held.id, version=held.version, values=values)


def _attempt(plan: DemoInterview, episode: DemoEpisode, attempt: Attempt, world: World, now: datetime) -> None:
    if now < world.courses_from:
        return
    whom = attempt.with_whom
    if attempt.outcome is ContactOutcome.DECLINED:
        whom = ContactWith.CHILD if _declined_by_child(plan) else ContactWith.PARENT_OR_CARER
    contact_child.record_attempt(
        world.acting(now, attempt.email),
        episode_id=world.episode_id(episode.reference),
        at=attempt.at,
        method=attempt.method,
        with_whom=whom,
        outcome=attempt.outcome,
    )


def _plan(episode: DemoEpisode, visit: Visit, world: World, now: datetime) -> None:
    if now >= world.courses_from:
        visit_id = plan_visit.plan_visit(
            world.acting(now, visit.email),
            episode_id=world.episode_id(episode.reference),
            planned_at=visit.planned_at,
            minutes=visit.minutes,
            place=visit.place,
        )
        world.visit_ids[visit] = visit_id


def _not_held(visit: Visit, world: World, now: datetime) -> None:
    if visit_id := world.visit_ids.pop(visit, None):
        context = world.lead(now) if now < visit.planned_at else world.acting(now, visit.email)
        plan_visit.end_visit(context, visit_id=visit_id, ended_as=VisitEnd.NOT_HELD, reason=visit.reason)


def _ask(plan: DemoInterview, world: World, now: datetime) -> None:
    """The duty desk asks the council that is responsible for the child."""
    assert plan.asked is not None
    if now >= world.courses_from:
        episode = plan.episodes[-1]
        world.request_ids[episode.reference] = ask_authority.ask_authority(
            world.lead(now),
            episode_id=world.episode_id(episode.reference),
            authority=plan.asked.authority,
            why=AskedBecause.RESPONSIBLE_ELSEWHERE,
            asked_at=plan.asked.at,
            asked_how=ContactMethod.EMAIL,
            asked_of="Missing children desk",
        )


def _answer(plan: DemoInterview, world: World, now: datetime) -> None:
    assert plan.asked is not None
    _record_answer(plan, plan.asked.answer, plan.asked.answered_at, world, now)


def _record_answer(
    plan: DemoInterview, answer: AuthorityAnswer, answered_at: datetime, world: World, now: datetime
) -> None:
    if request_id := world.request_ids.get(plan.episodes[-1].reference):
        ask_authority.record_answer(
            world.lead(now), request_id=request_id, answer=answer, answered_at=answered_at, answered_by="Duty worker"
        )


def _complete(plan: DemoInterview, world: World, now: datetime) -> None:
    assert plan.happened_at is not None
    elsewhere = _was_held_by_own_council(plan)
    if elsewhere:
        _record_answer(plan, AuthorityAnswer.HELD, now, world, now)
    record_interview.record_completed(
        _recorder(plan, world, now),
        episode_ids=_ids(plan, world),
        completed_at=plan.happened_at,
        interviewer_name=held_by(plan) if elsewhere or not _was_allocated(plan, world) else None,
        written_elsewhere=elsewhere or now < world.forms_from,
    )


def held_by(plan: DemoInterview) -> str:
    """Who held it, where it was nobody who signs in: until the council allocated here, it had others hold them."""
    if _was_held_by_own_council(plan):
        return "Interviewer of the child's own council"
    return "Interviewer of the commissioned service"


def _was_held_by_own_council(plan: DemoInterview) -> bool:
    return plan.asked is not None and plan.asked.held_at is not None and plan.asked.is_answered


def _declined_by_child(plan: DemoInterview) -> bool:
    """Two in three by the child."""
    return plan.episodes[-1].child.number % 3 != 0


@dataclass(frozen=True)
class Decline:
    """What was said of it. A carer's answer says whether the child was asked."""

    declined_by: DeclinedBy
    reason: str
    child_was_asked: bool | None = None
    child_not_asked_reason: str | None = None
    carer_asked_instead: str | None = None


def decline_of(plan: DemoInterview) -> Decline:
    number = plan.episodes[-1].child.number
    reason = DECLINE_REASONS[number % len(DECLINE_REASONS)]
    if _declined_by_child(plan):
        return Decline(DeclinedBy.CHILD, reason)
    was_asked = number % 2 == 0
    return Decline(
        DeclinedBy.PARENT_OR_CARER,
        reason,
        was_asked,
        None if was_asked else "The carer would not pass the telephone on.",
        "What had helped; who else could speak with the child.",
    )


def _decline(plan: DemoInterview, world: World, now: datetime) -> None:
    assert plan.happened_at is not None
    said = decline_of(plan)
    record_interview.record_declined(
        _recorder(plan, world, now),
        episode_ids=_ids(plan, world),
        declined_at=plan.happened_at,
        declined_by=said.declined_by,
        reason=said.reason,
        child_was_asked=said.child_was_asked,
        child_not_asked_reason=said.child_not_asked_reason,
        carer_asked_instead=said.carer_asked_instead,
        written_elsewhere=now < world.forms_from,
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
    """Whoever has the interview records it; where nobody was given it here, the lead does."""
    email = plan.interviewer if _was_allocated(plan, world) else None
    return world.acting(now, email) if email else world.lead(now)


def _was_allocated(plan: DemoInterview, world: World) -> bool:
    return plan.episodes[-1].reference in world.interview_ids


def _ids(plan: DemoInterview, world: World) -> list[int]:
    return [world.episode_id(episode.reference) for episode in plan.episodes]
