"""The interview through its use cases, and the state that each leaves (definitions §3)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask

from tests import factories
from tests.conftest import NOON
from tracker.core.clock import FixedClock
from tracker.core.interviews import interview_state
from tracker.core.terms import DeclinedBy, EpisodeKind, ExclusionReason, FlagCode, InterviewState, Role
from tracker.services import correct_episode as correct
from tracker.services import record_interview as interview
from tracker.services.context import Actor, Context
from tracker.services.errors import Refused
from tracker.services.transaction import writing
from tracker.store import breaches, episodes, interviews
from tracker.store.db import session
from tracker.store.models import Breach, Episode, Interview

HOUR = timedelta(hours=1)


def at(context: Context, hours: float) -> Context:
    return replace(context, now=NOON + hours * HOUR)


def as_person(context: Context, person_id: int) -> Context:
    return replace(context, actor=Actor("somebody", person_id))


def make_episode(context: Context, returned_hours_ago: float | None = 10, **more: object) -> int:
    """An episode that began 30 hours before the child returned, or that has not ended."""
    with writing() as current:
        child = factories.child(current)
        returned = None if returned_hours_ago is None else NOON - returned_hours_ago * HOUR
        start = (returned or NOON) - 30 * HOUR
        return factories.episode(current, child, start, returned, context=context, **more).id


def state_of(episode_id: int, now: datetime, context: Context) -> InterviewState:
    held = episodes.episode(session(), episode_id)
    assert held is not None
    facts = interviews.interviews_of_episode(session(), episode_id)
    return interview_state(held, facts, now, context.rules.policy)


def row_of(episode_id: int) -> Episode:
    session().rollback()
    return session().get_one(Episode, episode_id)


def interview_row(interview_id: int) -> Interview:
    session().rollback()
    return session().get_one(Interview, interview_id)


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {problem.code for problem in refused.value.problems}


def worker(*roles: Role) -> int:
    with writing() as current:
        return factories.person(current, *roles).id


def test_an_interview_held_in_time_closes_the_clock(app: Flask, context: Context) -> None:
    id_ = make_episode(context)
    assert state_of(id_, NOON, context) is InterviewState.DUE
    interview.record_completed(context, episode_ids=[id_], completed_at=NOON - HOUR, interviewer_name="Ada Invented")
    assert state_of(id_, NOON, context) is InterviewState.COMPLETED_IN_TIME
    row = row_of(id_)
    assert (row.clock_open, row.sweep_at, row.closed_as) == (False, None, "completed_in_time")


def test_the_hours_of_each_state(app: Flask, context: Context) -> None:
    id_ = make_episode(context, returned_hours_ago=0)
    assert state_of(id_, NOON + 47 * HOUR, context) is InterviewState.DUE
    assert state_of(id_, NOON + 48 * HOUR, context) is InterviewState.DUE_SOON
    assert state_of(id_, NOON + 72 * HOUR, context) is InterviewState.DUE_SOON
    assert state_of(id_, NOON + 72 * HOUR + timedelta(seconds=1), context) is InterviewState.OVERDUE


def test_states_before_any_clock(app: Flask, context: Context) -> None:
    missing = make_episode(context, returned_hours_ago=None)
    assert state_of(missing, NOON, context) is InterviewState.AWAITING_RETURN
    found = make_episode(context, returned_hours_ago=None, found_at=NOON - HOUR)
    assert state_of(found, NOON, context) is InterviewState.FOUND_NOT_RETURNED
    absent = make_episode(context, kind=EpisodeKind.NO_APPARENT_RISK)
    assert state_of(absent, NOON, context) is InterviewState.NO_CLOCK


def test_held_at_72_hours_exactly_is_in_time_and_a_minute_later_is_late(app: Flask, context: Context) -> None:
    later = at(context, 100)
    in_time, late = make_episode(context, 0), make_episode(context, 0)
    interview.record_completed(later, episode_ids=[in_time], completed_at=NOON + 72 * HOUR)
    interview.record_completed(later, episode_ids=[late], completed_at=NOON + 72 * HOUR + timedelta(minutes=1))
    assert state_of(in_time, later.now, context) is InterviewState.COMPLETED_IN_TIME
    assert state_of(late, later.now, context) is InterviewState.COMPLETED_LATE
    assert row_of(in_time).sweep_at is None
    assert row_of(late).sweep_at == NOON + 72 * HOUR  # the sweep still owes the breach


def test_the_same_completion_again_changes_nothing(app: Flask, context: Context) -> None:
    id_ = make_episode(context)
    first = interview.record_completed(context, episode_ids=[id_], completed_at=NOON - HOUR)
    version = interview_row(first).version
    history = len(episodes.versions_of(session(), id_))
    again = interview.record_completed(at(context, 5), episode_ids=[id_], completed_at=NOON - HOUR)
    assert again == first
    assert interview_row(first).version == version
    assert len(episodes.versions_of(session(), id_)) == history


def test_another_completion_is_refused_until_it_corrects_the_one_held(app: Flask, context: Context) -> None:
    id_ = make_episode(context)
    first = interview.record_completed(context, episode_ids=[id_], completed_at=NOON - HOUR)
    with pytest.raises(Refused) as refused:
        interview.record_completed(context, episode_ids=[id_], completed_at=NOON - 2 * HOUR)
    assert codes(refused) == {"already_completed"}
    again = interview.record_completed(context, episode_ids=[id_], completed_at=NOON - 2 * HOUR, interview_id=first)
    assert again == first
    assert interview_row(first).completed_at == NOON - 2 * HOUR


def test_one_interview_covers_two_episodes_each_with_its_own_deadline(app: Flask, context: Context) -> None:
    with writing() as current:
        child = factories.child(current)
        older = factories.episode(current, child, NOON - 130 * HOUR, NOON - 100 * HOUR, context=context).id
        newer = factories.episode(current, child, NOON - 60 * HOUR, NOON - 50 * HOUR, context=context).id
    both = interview.record_completed(context, episode_ids=[older, newer], completed_at=NOON - HOUR)
    assert {link.episode_id for link in interview_row(both).links} == {older, newer}
    assert state_of(older, NOON, context) is InterviewState.COMPLETED_LATE
    assert state_of(newer, NOON, context) is InterviewState.COMPLETED_IN_TIME


def test_the_same_conversation_recorded_line_by_line_is_one_interview(app: Flask, context: Context) -> None:
    with writing() as current:
        child = factories.child(current)
        older = factories.episode(current, child, NOON - 130 * HOUR, NOON - 100 * HOUR, context=context).id
        newer = factories.episode(current, child, NOON - 60 * HOUR, NOON - 50 * HOUR, context=context).id
    first = interview.record_completed(context, episode_ids=[older], completed_at=NOON - HOUR)
    assert interview.record_completed(context, episode_ids=[newer], completed_at=NOON - HOUR) == first
    assert {link.episode_id for link in interview_row(first).links} == {older, newer}


def test_an_interview_cannot_cover_an_episode_that_ended_after_it(app: Flask, context: Context) -> None:
    id_ = make_episode(context, returned_hours_ago=10)
    with pytest.raises(Refused) as refused:
        interview.record_completed(context, episode_ids=[id_], completed_at=NOON - 11 * HOUR)
    assert codes(refused) == {"before_end"}
    assert interviews.rows_of_episode(session(), id_) == []


def test_what_has_not_ended_or_lies_ahead_is_refused(app: Flask, context: Context) -> None:
    missing = make_episode(context, returned_hours_ago=None)
    with pytest.raises(Refused) as not_ended:
        interview.record_completed(context, episode_ids=[missing], completed_at=NOON - HOUR)
    assert codes(not_ended) == {"not_ended"}
    returned = make_episode(context)
    for record in (
        lambda: interview.record_completed(context, episode_ids=[returned], completed_at=NOON + HOUR),
        lambda: interview.record_offer(context, episode_id=returned, offered_at=NOON + HOUR),
        lambda: interview.record_declined(
            context, episode_ids=[returned], declined_at=NOON + HOUR, declined_by=DeclinedBy.CHILD, reason="no"
        ),
    ):
        with pytest.raises(Refused) as ahead:
            record()
        assert codes(ahead) == {"in_the_future"}


def test_children_are_never_mixed(app: Flask, context: Context) -> None:
    one, other = make_episode(context), make_episode(context)
    with pytest.raises(Refused) as refused:
        interview.record_completed(context, episode_ids=[one, other], completed_at=NOON)
    assert codes(refused) == {"several_children"}


def test_held_after_found_and_before_return_is_accepted_flagged_and_in_time(app: Flask, context: Context) -> None:
    id_ = make_episode(context, returned_hours_ago=None, found_at=NOON - 5 * HOUR)
    interview.record_completed(context, episode_ids=[id_], completed_at=NOON - 4 * HOUR)
    assert FlagCode.HELD_BEFORE_RETURN in row_of(id_).flags
    correct.record_returned(at(context, 3), episode_id=id_, version=row_of(id_).version, returned_at=NOON + 2 * HOUR)
    assert FlagCode.HELD_BEFORE_RETURN in row_of(id_).flags
    assert state_of(id_, NOON + 3 * HOUR, context) is InterviewState.COMPLETED_IN_TIME
    assert row_of(id_).clock_open is False


def test_a_correction_that_puts_the_end_after_an_interview_asks_a_person_and_detaches_nothing(
    app: Flask, context: Context
) -> None:
    id_ = make_episode(context, returned_hours_ago=10)
    held = interview.record_completed(context, episode_ids=[id_], completed_at=NOON - 8 * HOUR)
    later = {"returned_at": NOON - 2 * HOUR}
    correct.correct_episode(context, episode_id=id_, version=row_of(id_).version, values=later)
    row = row_of(id_)
    assert FlagCode.INTERVIEW_BEFORE_END in row.flags
    assert row.needs_decision is True
    assert {link.episode_id for link in interview_row(held).links} == {id_}
    interview.detach_interview(context, interview_id=held, episode_id=id_, reason="it was about the time before")
    row = row_of(id_)
    assert FlagCode.INTERVIEW_BEFORE_END not in row.flags
    assert (row.needs_decision, row.clock_open) == (False, True)
    assert interview_row(held).completed_at == NOON - 8 * HOUR


def test_declined_by_the_child(app: Flask, context: Context) -> None:
    id_ = make_episode(context)
    held = interview.record_declined(
        context, episode_ids=[id_], declined_at=NOON, declined_by=DeclinedBy.CHILD, reason="does not wish to talk"
    )
    assert state_of(id_, NOON, context) is InterviewState.DECLINED
    again = interview.record_declined(
        context, episode_ids=[id_], declined_at=NOON, declined_by=DeclinedBy.CHILD, reason="does not wish to talk"
    )
    assert again == held


def test_a_parent_or_carer_declining_needs_what_the_child_was_asked(app: Flask, context: Context) -> None:
    id_ = make_episode(context)

    def decline(**more: object) -> int:
        return interview.record_declined(
            context,
            episode_ids=[id_],
            declined_at=NOON,
            declined_by=DeclinedBy.PARENT_OR_CARER,
            reason="not now",
            **more,  # type: ignore[arg-type]
        )

    with pytest.raises(Refused) as asked:
        decline()
    assert asked.value.problems[0].fields == ("child_was_asked",)
    with pytest.raises(Refused) as why_not:
        decline(child_was_asked=False)
    assert why_not.value.problems[0].fields == ("child_not_asked_reason",)
    held = decline(
        child_was_asked=False, child_not_asked_reason="asleep", carer_asked_instead="where the child had been"
    )
    row = interview_row(held)
    assert (row.child_was_asked, row.child_not_asked_reason) == (False, "asleep")
    assert row.carer_asked_instead == "where the child had been"


def test_a_child_who_declined_may_still_talk(app: Flask, context: Context) -> None:
    id_ = make_episode(context)
    declined = interview.record_declined(
        context, episode_ids=[id_], declined_at=NOON - HOUR, declined_by=DeclinedBy.CHILD, reason="no"
    )
    completed = interview.record_completed(context, episode_ids=[id_], completed_at=NOON)
    assert completed != declined
    assert state_of(id_, NOON, context) is InterviewState.COMPLETED_IN_TIME


def test_not_required_closes_nothing_until_another_manager_approves(app: Flask, context: Context) -> None:
    id_ = make_episode(context)
    manager, other, lead = worker(Role.MANAGER), worker(Role.MANAGER), worker(Role.LEAD)
    held = interview.propose_not_required(as_person(context, manager), episode_id=id_, reason="known to be at school")
    assert state_of(id_, NOON, context) is InterviewState.DUE
    assert row_of(id_).clock_open is True
    for person, code in ((manager, "own_proposal"), (lead, "not_a_manager")):
        with pytest.raises(Refused) as refused:
            interview.approve_not_required(as_person(context, person), interview_id=held)
        assert codes(refused) == {code}
    assert interview.approve_not_required(as_person(context, other), interview_id=held) == held
    assert state_of(id_, NOON, context) is InterviewState.NOT_REQUIRED
    assert row_of(id_).closed_as == "not_required"
    with pytest.raises(Refused) as again:
        interview.approve_not_required(as_person(context, other), interview_id=held)
    assert codes(again) == {"not_waiting"}


def test_a_part_of_the_system_approves_nothing(app: Flask, context: Context) -> None:
    held = interview.propose_not_required(context, episode_id=make_episode(context), reason="a reason")
    with pytest.raises(Refused) as refused:
        interview.approve_not_required(context, interview_id=held)
    assert codes(refused) == {"not_a_manager"}


def test_refused_and_proposed_again(app: Flask, context: Context) -> None:
    id_ = make_episode(context)
    manager, lead = worker(Role.MANAGER), worker(Role.LEAD)
    held = interview.propose_not_required(as_person(context, lead), episode_id=id_, reason="first")
    interview.refuse_not_required(as_person(context, manager), interview_id=held, reason="it is required")
    assert state_of(id_, NOON, context) is InterviewState.DUE
    assert interview_row(held).not_required_refused_reason == "it is required"
    assert interview.propose_not_required(as_person(context, lead), episode_id=id_, reason="second") == held
    history = [version.reason for version in episodes.versions_of(session(), id_) if version.reason]
    assert history == ["first", "it is required", "second"]


def test_an_allocation_moves_and_keeps_who_had_it(app: Flask, context: Context) -> None:
    id_ = make_episode(context)
    bob, ann = worker(Role.INTERVIEWER), worker(Role.INTERVIEWER)
    held = interview.allocate(context, episode_id=id_, person_id=bob)
    assert interview.allocate(context, episode_id=id_, person_id=bob) == held
    assert interview.allocate(context, episode_id=id_, person_id=ann, not_independent_reason="nobody else") == held
    row = interview_row(held)
    assert (row.allocated_to_id, row.not_independent_reason) == (ann, "nobody else")
    changes = [v.changes["interview.allocated_to_id"] for v in episodes.versions_of(session(), id_)]
    assert changes == [[None, bob], [bob, ann]]


@pytest.mark.parametrize("role", [Role.OPERATIONAL_GROUP, Role.ADMINISTRATOR, Role.INFORMATION_GOVERNANCE])
def test_only_those_who_could_see_the_child_are_given_an_interview(app: Flask, context: Context, role: Role) -> None:
    with pytest.raises(Refused) as refused:
        interview.allocate(context, episode_id=make_episode(context), person_id=worker(role))
    assert codes(refused) == {"cannot_interview"}


def test_allocating_many_is_all_or_none(app: Flask, context: Context) -> None:
    bob = worker(Role.INTERVIEWER)
    good, closed = make_episode(context), make_episode(context)
    interview.record_completed(context, episode_ids=[closed], completed_at=NOON)
    with pytest.raises(Refused) as refused:
        interview.bulk_allocate(context, episode_ids=[good, closed], person_id=bob)
    assert codes(refused) == {"already_closed"}
    assert interviews.rows_of_episode(session(), good) == []
    also = make_episode(context)
    assert len(set(interview.bulk_allocate(context, episode_ids=[good, also], person_id=bob))) == 2


def test_an_offer_is_kept_on_the_interview_being_arranged(app: Flask, context: Context) -> None:
    id_ = make_episode(context)
    held = interview.allocate(context, episode_id=id_, person_id=worker(Role.INTERVIEWER))
    assert interview.record_offer(context, episode_id=id_, offered_at=NOON - HOUR) == held
    assert interview.record_offer(context, episode_id=id_, offered_at=NOON - HOUR) == held
    assert interview.record_completed(context, episode_ids=[id_], completed_at=NOON) == held
    row = interview_row(held)
    assert (row.offered_at, row.completed_at) == (NOON - HOUR, NOON)


def test_nothing_is_recorded_for_what_is_out_of_the_counts(app: Flask, context: Context) -> None:
    id_ = make_episode(context)
    correct.exclude_episode(
        context, episode_id=id_, version=row_of(id_).version, reason=ExclusionReason.CREATED_IN_ERROR
    )
    with pytest.raises(Refused) as refused:
        interview.record_completed(context, episode_ids=[id_], completed_at=NOON)
    assert codes(refused) == {"excluded"}


def test_an_interviewer_records_only_what_is_theirs(app: Flask, context: Context) -> None:
    mine, others = make_episode(context), make_episode(context)
    bob = worker(Role.INTERVIEWER)
    interview.allocate(context, episode_id=mine, person_id=bob)
    interview.record_completed(as_person(context, bob), episode_ids=[mine], completed_at=NOON)
    with pytest.raises(Refused) as refused:
        interview.record_completed(as_person(context, bob), episode_ids=[others], completed_at=NOON)
    assert codes(refused) == {"unknown_episode"}


def test_an_interview_in_time_recorded_late_takes_the_breach_away(
    app: Flask, context: Context, clock: FixedClock
) -> None:
    id_ = make_episode(context, returned_hours_ago=0)
    later = at(context, 80)
    with writing() as current:
        current.add(Breach(episode_id=id_, clock_no=1, breached_at=NOON + 72 * HOUR, detected_at=NOON + 73 * HOUR))
    interview.record_completed(later, episode_ids=[id_], completed_at=NOON + 71 * HOUR)
    held = breaches.all_of_episode(session(), id_)
    assert [(b.clock_no, b.withdrawn_reason) for b in held] == [(1, "closed_in_time_completed_in_time")]
    assert row_of(id_).clock_no == 2


def test_a_decline_after_the_deadline_leaves_the_breach(app: Flask, context: Context) -> None:
    id_ = make_episode(context, returned_hours_ago=0)
    with writing() as current:
        current.add(Breach(episode_id=id_, clock_no=1, breached_at=NOON + 72 * HOUR, detected_at=NOON + 73 * HOUR))
    interview.record_declined(
        at(context, 80),
        episode_ids=[id_],
        declined_at=NOON + 79 * HOUR,
        declined_by=DeclinedBy.CHILD,
        reason="no",
    )
    assert breaches.standing(session(), id_) is not None
    assert state_of(id_, NOON + 80 * HOUR, context) is InterviewState.DECLINED
