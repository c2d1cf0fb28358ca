"""The outlook of many clocks from what is stored, in a fixed number of queries; and both rules asked about the past."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.conftest import NOON
from tests.services.world import HOUR, People, acting, episode, people
from tracker.core.forecast import Outlook
from tracker.core.interview_terms import (
    AskedBecause,
    AuthorityAnswer,
    ContactMethod,
    ContactOutcome,
    ContactWith,
    NotHeldReason,
    OutlookReason,
    VisitEnd,
)
from tracker.services import ask_authority, contact_child, plan_visit, record_interview
from tracker.services import people as people_services
from tracker.services.check_forecast import check_forecast, questions_asked
from tracker.services.context import Context
from tracker.services.pages.outlooks import outlooks
from tracker.store.db import db, session


@pytest.fixture
def here(app: Flask, context: Context) -> People:
    return people()


def outlook(context: Context, episode_id: int) -> Outlook:
    session().rollback()
    return outlooks(session(), context, [episode_id])[episode_id]


def attempt(context: Context, episode_id: int, outcome: ContactOutcome) -> int:
    return contact_child.record_attempt(
        context, episode_id=episode_id, at=context.now, method=ContactMethod.PHONE, with_whom=ContactWith.CHILD,
        outcome=outcome,
    )  # fmt: skip


@contextmanager
def counted() -> Iterator[list[str]]:
    told: list[str] = []

    def tell(_c: object, _cursor: object, statement: str, *_more: object) -> None:
        told.extend([statement] if statement.startswith("SELECT") else [])

    sa.event.listen(db.engine, "before_cursor_execute", tell)
    yield told
    sa.event.remove(db.engine, "before_cursor_execute", tell)


def test_each_step_changes_the_reason(here: People, context: Context) -> None:
    """A Monday noon with six hours left: every step short of a visit in time is too little."""
    one = episode(context, 66)
    alice, bob = acting(context, here.alice), acting(context, here.bob)
    assert outlook(context, one).reasons == (OutlookReason.NOT_ALLOCATED,)
    record_interview.allocate(alice, episode_id=one, person_id=here.bob.person_id)
    assert outlook(context, one).reasons == (OutlookReason.NOT_CONTACTED,)
    first = attempt(bob, one, ContactOutcome.NO_ANSWER)
    found = outlook(context, one)
    assert (found.reasons, found.figures[OutlookReason.NOBODY_REACHED]) == ((OutlookReason.NOBODY_REACHED,), 1)
    contact_child.withdraw_attempt(bob, attempt_id=first, reason="another child")
    assert outlook(context, one).reasons == (OutlookReason.NOT_CONTACTED,)
    request = ask_authority.ask_authority(
        alice, episode_id=one, authority="Northmarsh", why=AskedBecause.RESPONSIBLE_ELSEWHERE, asked_at=NOON - HOUR,
        asked_how=ContactMethod.EMAIL,
    )  # fmt: skip
    assert OutlookReason.COUNCIL_NOT_ANSWERED in outlook(context, one).reasons
    ask_authority.record_answer(alice, request_id=request, answer=AuthorityAnswer.WILL_NOT, answered_at=NOON)
    assert OutlookReason.COUNCIL_NOT_ANSWERED not in outlook(context, one).reasons


def test_a_visit_in_time_is_believed_until_something_speaks_against_it(here: People, context: Context) -> None:
    one = episode(context, 60)
    bob = acting(context, here.bob)
    record_interview.allocate(acting(context, here.alice), episode_id=one, person_id=here.bob.person_id)
    plan_visit.plan_visit(bob, episode_id=one, planned_at=NOON + 4 * HOUR, minutes=45, place="At home")
    assert not outlook(context, one).will_be_missed
    people_services.set_absence(
        context, person_id=here.bob.person_id, away_from=NOON + HOUR, away_until=NOON + 40 * HOUR
    )
    assert outlook(context, one).reasons == (OutlookReason.HOLDER_AWAY,)
    people_services.set_absence(context, person_id=here.bob.person_id, away_from=None, away_until=None)
    late = plan_visit.plan_visit(bob, episode_id=one, planned_at=NOON + 14 * HOUR, minutes=45, place="At home")
    assert outlook(context, one).reasons == (OutlookReason.PLANNED_LATE,)
    reason = NotHeldReason.CANCELLED_BY_FAMILY
    plan_visit.end_visit(bob, visit_id=late, ended_as=VisitEnd.NOT_HELD, reason=reason)
    assert outlook(context, one).reasons == (OutlookReason.VISIT_NOT_HELD,)


def test_other_clocks_of_the_same_person_weigh(here: People, context: Context) -> None:
    alice = acting(context, here.alice)
    ids = [episode(context, 66 - number) for number in range(6)]
    for each in ids:
        record_interview.allocate(alice, episode_id=each, person_id=here.bob.person_id)
    found = outlooks(session(), context, ids)
    assert OutlookReason.MANY_CLOCKS not in found[ids[0]].reasons
    assert found[ids[5]].figures[OutlookReason.MANY_CLOCKS] == 5
    record_interview.record_completed(alice, episode_ids=[ids[0]], completed_at=NOON)
    session().rollback()
    found = outlooks(session(), context, ids)
    assert ids[0] not in found
    assert found[ids[5]].figures[OutlookReason.MANY_CLOCKS] == 4


def test_many_take_as_many_queries_as_one_and_what_ran_out_is_left_out(here: People, context: Context) -> None:
    ids = [episode(context, 20 + number) for number in range(12)]
    for each in ids[:6]:
        record_interview.allocate(acting(context, here.alice), episode_id=each, person_id=here.bob.person_id)
    gone, awaited = episode(context, 80), episode(context, None)
    with counted() as for_one:
        outlooks(session(), context, ids[:1])
    with counted() as for_many:
        assert set(outlooks(session(), context, [*ids, gone, awaited])) == set(ids)
    assert len(for_many) == len(for_one) == 7


def test_what_is_recorded_later_is_not_known_when_the_past_is_asked(here: People, context: Context) -> None:
    """An offer made early and entered late, a completion entered after the deadline: both told truly."""
    one = episode(context, 72)
    alice, bob = acting(context, here.alice, -50), acting(context, here.bob, -8)
    record_interview.allocate(alice, episode_id=one, person_id=here.bob.person_id)
    contact_child.record_attempt(
        bob, episode_id=one, at=NOON - 40 * HOUR, method=ContactMethod.PHONE, with_whom=ContactWith.CHILD,
        outcome=ContactOutcome.ACCEPTED,
    )  # fmt: skip
    record_interview.record_completed(acting(context, here.bob, 5), episode_ids=[one], completed_at=NOON - HOUR)
    asked = {question.hours_left: question for question in questions_asked(acting(context, here.alice, 24), 10)}
    assert set(asked) == {60, 48, 36, 23, 12, 6}
    assert not any(question.missed for question in asked.values())
    assert [hours for hours, question in asked.items() if not question.facts.is_allocated] == [60]
    assert [hours for hours, question in asked.items() if question.facts.accepted_at] == [6]


def test_the_truth_is_what_the_facts_say_and_closed_clocks_are_not_asked_about(here: People, context: Context) -> None:
    missed, in_time = episode(context, 72), episode(context, 72)
    early = acting(context, here.alice, -30)
    record_interview.record_completed(early, episode_ids=[in_time], completed_at=NOON - 31 * HOUR)
    record_interview.record_completed(acting(context, here.alice, 9), episode_ids=[missed], completed_at=NOON + HOUR)
    later = replace(context, now=NOON + timedelta(days=2))
    asked = [(question.hours_left, question.missed) for question in questions_asked(later, 10)]
    assert sorted(asked) == sorted(
        [*((hours, True) for hours in (60, 48, 36, 23, 12, 6)), *((hours, False) for hours in (60, 48, 36))]
    )
    document = check_forecast(later, 10)
    parts = [document[part]["simple_rule"]["in_all"] for part in ("chosen_on", "held_out")]
    assert sum(part["asked"] for part in parts) == document["all"]["simple_rule"]["in_all"]["asked"] == 9
    assert document["all"]["simple_rule"]["in_all"]["warned"] == 3
    assert document["all"]["forecast"]["in_all"]["recall"] > document["all"]["simple_rule"]["in_all"]["recall"]
