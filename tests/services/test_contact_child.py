"""Attempts, offers and answers: what each says of the interview, and what is left when one is withdrawn."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.services import world
from tests.services.course import acts, attempt, codes, held, stage
from tests.services.test_two_people import at_once
from tests.services.world import HOUR, NOON, People, acting
from tracker.core.interview_course import attempts_to_first_contact
from tracker.core.interview_terms import ContactOutcome, ContactWith, InterviewStage
from tracker.core.terms import DeclinedBy, EpisodeKind
from tracker.services import contact_child as contact
from tracker.services import record_interview as interview
from tracker.services.context import Context
from tracker.services.errors import Refused
from tracker.services.transaction import writing
from tracker.store import interview_courses, interviews
from tracker.store.db import session
from tracker.store.models import ContactAttempt

REACHING = [ContactOutcome.OFFERED, ContactOutcome.ACCEPTED, ContactOutcome.DECLINED]
OTHERS = [outcome for outcome in ContactOutcome if outcome not in REACHING]


@pytest.mark.parametrize("outcome", OTHERS)
def test_an_attempt_without_an_offer_is_none(app: Flask, context: Context, outcome: ContactOutcome) -> None:
    id_ = world.episode(context)
    attempt(context, id_, outcome)
    row = held(id_)
    assert (row.offered_at, row.offered_to, row.accepted_at) == (None, None, None)
    assert interviews.to_core(row).reached_offer_at() is None
    assert stage(id_) is InterviewStage.ATTEMPTED
    assert acts("contact_attempt_recorded") == [
        {"attempt_id": 1, "outcome": str(outcome), "episode_ids": [id_]},
    ]


@pytest.mark.parametrize("outcome", REACHING)
def test_an_attempt_that_reached_them_dates_the_offer(app: Flask, context: Context, outcome: ContactOutcome) -> None:
    id_ = world.episode(context)
    attempt(context, id_, outcome, with_whom=ContactWith.CHILD)
    row = held(id_)
    assert (row.offered_at, row.offered_to) == (NOON - HOUR, "child")
    accepted = (NOON - HOUR, "child") if outcome is ContactOutcome.ACCEPTED else (None, None)
    assert (row.accepted_at, row.accepted_by) == accepted
    assert row.declined_at is None, "a decline is recorded by itself"


def test_the_earliest_offer_counts_in_whatever_order_it_is_recorded(app: Flask, context: Context) -> None:
    id_ = world.episode(context)
    attempt(context, id_, ContactOutcome.OFFERED, NOON - HOUR)
    attempt(context, id_, ContactOutcome.OFFERED, NOON - 3 * HOUR, ContactWith.PLACEMENT)
    attempt(context, id_, ContactOutcome.NO_ANSWER, NOON - 5 * HOUR)
    row = held(id_)
    assert (row.offered_at, row.offered_to) == (NOON - 3 * HOUR, "placement")
    found = interview_courses.attempts_of(session(), [row.id])[row.id]
    assert [one.at for one in found] == [NOON - 5 * HOUR, NOON - 3 * HOUR, NOON - HOUR]
    assert attempts_to_first_contact(found) == 2


def test_a_double_tap_is_one_attempt(app: Flask, context: Context, people: People) -> None:
    id_ = world.episode(context)
    alice, mary = acting(context, people.alice), acting(context, people.mary)
    first = attempt(alice, id_, note=" rang twice ")
    assert attempt(acting(context, people.alice, 1), id_, note="rang twice") == first
    assert attempt(alice, id_, note=None) != first
    assert attempt(mary, id_, note="rang twice") != first, "another person's attempt is another"
    contact.withdraw_attempt(alice, attempt_id=first, reason="entered twice")
    assert attempt(alice, id_, note="rang twice") != first, "one withdrawn does not stand for it"


def test_two_taps_at_once_are_one(app: Flask, context: Context, people: People) -> None:
    id_ = world.episode(context)
    alice = acting(context, people.alice)
    met = at_once(app, *[lambda: attempt(alice, id_, ContactOutcome.ACCEPTED)] * 4)
    assert met == [None] * 4
    session().rollback()
    assert len(session().scalars(select(ContactAttempt)).all()) == 1
    assert len(interviews.rows_of_episode(session(), id_)) == 1


def test_what_lies_ahead_or_before_the_end_is_refused(app: Flask, context: Context) -> None:
    id_ = world.episode(context, 10)
    for at, code in ((NOON + timedelta(seconds=1), "in_the_future"), (NOON - 11 * HOUR, "before_end")):
        with pytest.raises(Refused) as refused:
            attempt(context, id_, at=at)
        assert codes(refused) == {code}
    with pytest.raises(Refused) as missing:
        attempt(context, world.episode(context, None))
    assert codes(missing) == {"not_ended"}
    assert interviews.rows_of_episode(session(), id_) == []


def test_an_attempt_while_found_and_not_yet_returned_counts(app: Flask, context: Context) -> None:
    id_ = world.episode(context, None, found_at=NOON - 5 * HOUR)
    attempt(context, id_, ContactOutcome.OFFERED)
    assert held(id_).offered_at == NOON - HOUR


def test_withdrawing_takes_back_only_what_the_attempt_alone_said(app: Flask, context: Context) -> None:
    id_ = world.episode(context)
    first = attempt(context, id_, ContactOutcome.ACCEPTED, NOON - 5 * HOUR, ContactWith.CHILD)
    second = attempt(context, id_, ContactOutcome.OFFERED, NOON - 3 * HOUR)
    contact.withdraw_attempt(context, attempt_id=first, reason="another child’s")
    row = held(id_)
    assert (row.offered_at, row.offered_to, row.accepted_at) == (NOON - 3 * HOUR, "parent_or_carer", None)
    contact.withdraw_attempt(context, attempt_id=second, reason="likewise")
    contact.withdraw_attempt(context, attempt_id=second, reason="once more")
    row = held(id_)
    assert (row.offered_at, row.offered_to, row.accepted_by) == (None, None, None)
    assert stage(id_) is InterviewStage.NEEDED
    kept = session().get_one(ContactAttempt, second)
    assert (kept.withdrawn_reason, kept.withdrawn_at) == ("likewise", NOON)
    assert [one["attempt_id"] for one in acts("contact_attempt_withdrawn")] == [first, second]


def test_what_a_person_entered_stands_when_an_attempt_is_withdrawn(app: Flask, context: Context) -> None:
    id_ = world.episode(context)
    interview.record_offer(context, episode_id=id_, offered_at=NOON - 2 * HOUR, offered_to=ContactWith.PLACEMENT)
    contact.record_accepted(context, episode_id=id_, accepted_at=NOON - HOUR, accepted_by=ContactWith.CHILD)
    earlier = attempt(context, id_, ContactOutcome.ACCEPTED, NOON - 4 * HOUR)
    row = held(id_)
    assert (row.offered_at, row.accepted_at, row.accepted_by) == (NOON - 4 * HOUR, NOON - 4 * HOUR, "parent_or_carer")
    contact.withdraw_attempt(context, attempt_id=earlier, reason="it was of last week")
    row = held(id_)
    assert (row.offered_at, row.offered_to) == (NOON - 2 * HOUR, "placement")
    assert (row.accepted_at, row.accepted_by) == (NOON - HOUR, "child")


def test_an_offer_entered_at_the_time_of_an_attempt_stands_without_it(app: Flask, context: Context) -> None:
    id_ = world.episode(context)
    wrong = attempt(context, id_, ContactOutcome.OFFERED, NOON - 2 * HOUR)
    for _ in range(2):
        interview.record_offer(context, episode_id=id_, offered_at=NOON - 2 * HOUR)
    assert len(acts("interview_offered")) == 1
    contact.withdraw_attempt(context, attempt_id=wrong, reason="it was by letter")
    assert held(id_).offered_at == NOON - 2 * HOUR


def test_an_offer_held_from_before_there_were_attempts_stands(app: Flask, context: Context) -> None:
    id_ = world.episode(context)
    kept = interview.record_offer(context, episode_id=id_, offered_at=NOON - 2 * HOUR)
    with writing() as current:  # as loaded by an earlier release
        row = current.get_one(type(held(id_)), kept)
        row.entered_offered_at = None
    wrong = attempt(context, id_, ContactOutcome.OFFERED, NOON - 4 * HOUR)
    contact.withdraw_attempt(context, attempt_id=wrong, reason="another child’s")
    assert held(id_).offered_at == NOON - 2 * HOUR


def test_the_outcome_stands_for_the_offer_when_its_attempt_is_withdrawn(app: Flask, context: Context) -> None:
    id_ = world.episode(context)
    wrong = attempt(context, id_, ContactOutcome.ACCEPTED, NOON - 4 * HOUR)
    kept = interview.record_completed(context, episode_ids=[id_], completed_at=NOON - HOUR)
    contact.withdraw_attempt(context, attempt_id=wrong, reason="another child’s")
    row = held(id_)
    assert row.id == kept
    assert interviews.to_core(row).reached_offer_at() == NOON - HOUR
    assert stage(id_) is InterviewStage.HELD


def test_a_withdrawal_says_why(app: Flask, context: Context, people: People) -> None:
    id_ = attempt(context, world.episode(context))
    with pytest.raises(Refused) as blank:
        contact.withdraw_attempt(context, attempt_id=id_, reason=" ")
    assert codes(blank) == {"missing_value"}
    for person in (people.bob, people.charlie):
        with pytest.raises(Refused) as hidden:
            contact.withdraw_attempt(acting(context, person), attempt_id=id_, reason="not mine")
        assert codes(hidden) == {"unknown_attempt"}


def test_an_answer_recorded_by_itself(app: Flask, context: Context) -> None:
    id_ = world.episode(context)
    values = {"episode_id": id_, "accepted_by": ContactWith.CHILD}
    first = contact.record_accepted(context, accepted_at=NOON - 2 * HOUR, **values)  # type: ignore[arg-type]
    assert contact.record_accepted(context, accepted_at=NOON - 2 * HOUR, **values) == first  # type: ignore[arg-type]
    assert stage(id_) is InterviewStage.ACCEPTED
    row = held(id_)
    assert (row.accepted_at, row.accepted_by, row.offered_at) == (NOON - 2 * HOUR, "child", None)
    assert interviews.to_core(row).reached_offer_at() == NOON - 2 * HOUR
    contact.record_accepted(context, accepted_at=NOON - HOUR, **values)  # type: ignore[arg-type]
    assert held(id_).accepted_at == NOON - HOUR, "given again, the newer stands"
    assert len(acts("interview_accepted")) == 2


def test_an_attempt_remembered_after_the_outcome_belongs_to_that_interview(app: Flask, context: Context) -> None:
    id_ = world.episode(context)
    kept = interview.record_declined(
        context, episode_ids=[id_], declined_at=NOON - HOUR, declined_by=DeclinedBy.CHILD, reason="no"
    )
    attempt(context, id_, ContactOutcome.OFFERED, NOON - 3 * HOUR)
    row = held(id_)
    assert (row.id, row.offered_at) == (kept, NOON - 3 * HOUR)
    with pytest.raises(Refused) as after:
        attempt(context, id_, ContactOutcome.NO_ANSWER, NOON - timedelta(minutes=5))
    assert codes(after) == {"already_closed"}


def test_an_interviewer_records_for_their_own_children_alone(app: Flask, context: Context, people: People) -> None:
    mine, others = world.episode(context), world.episode(context, kind=EpisodeKind.MISSING)
    interview.allocate(context, episode_id=mine, person_id=people.bob.person_id)
    attempt(acting(context, people.bob), mine)
    for person, id_ in ((people.bob, others), (people.charlie, mine)):
        with pytest.raises(Refused) as refused:
            attempt(acting(context, person), id_)
        assert codes(refused) == {"unknown_episode"}
