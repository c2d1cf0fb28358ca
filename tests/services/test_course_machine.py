"""Whatever is recorded in whatever order: no offer without an answer, one visit at most, and its time is the plan's."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from tests.services import world
from tests.services.course import attempt, held, plan, visits
from tests.services.world import HOUR, NOON
from tracker.core.interview_terms import OFFERS, ContactOutcome, ContactWith, NotHeldReason, VisitEnd
from tracker.core.rules import Rules
from tracker.services import record_interview as interview
from tracker.services.contact_child import record_accepted, withdraw_attempt
from tracker.services.context import Actor, Context
from tracker.services.plan_visit import end_visit
from tracker.store import interviews
from tracker.store.audit import broken_links
from tracker.store.db import session
from tracker.store.interview_courses import attempts_of

BACK = st.integers(1, 9)


class Course(RuleBasedStateMachine):
    """One interview: contacted, planned, moved, not held, corrected; in the end perhaps held."""

    @initialize()
    def begin(self) -> None:
        session().rollback()
        self.context = Context(NOON, Rules(), Actor("test"))
        self.episode_id = world.episode(self.context, 10)
        self.attempts: list[int] = []
        self.begun = self.done = self.offered_by_hand = self.answered_by_hand = False

    def _later(self) -> Context:
        self.context = replace(self.context, now=self.context.now + timedelta(minutes=1))
        return self.context

    @precondition(lambda self: not self.done)
    @rule(hours=BACK, outcome=st.sampled_from(ContactOutcome))
    def contacted(self, hours: int, outcome: ContactOutcome) -> None:
        self.attempts.append(attempt(self._later(), self.episode_id, outcome, NOON - hours * HOUR))
        self.begun = True

    @precondition(lambda self: self.attempts)
    @rule(which=st.integers(0, 9))
    def withdrawn(self, which: int) -> None:
        id_ = self.attempts.pop(which % len(self.attempts))
        withdraw_attempt(self._later(), attempt_id=id_, reason="entered by mistake")
        self.attempts = [one for one in self.attempts if one != id_]

    @precondition(lambda self: not self.done)
    @rule(hours=BACK)
    def offer_entered(self, hours: int) -> None:
        interview.record_offer(self._later(), episode_id=self.episode_id, offered_at=NOON - hours * HOUR)
        self.begun = self.offered_by_hand = True

    @precondition(lambda self: not self.done)
    @rule(hours=BACK)
    def answer_entered(self, hours: int) -> None:
        at = NOON - hours * HOUR
        record_accepted(self._later(), episode_id=self.episode_id, accepted_at=at, accepted_by=ContactWith.CHILD)
        self.begun = self.answered_by_hand = True

    @precondition(lambda self: not self.done)
    @rule(hours=BACK)
    def planned(self, hours: int) -> None:
        plan(self._later(), self.episode_id, NOON + (24 + hours) * HOUR)
        self.begun = True

    @precondition(lambda self: self.begun)
    @rule(ended_as=st.sampled_from([VisitEnd.NOT_HELD, VisitEnd.CANCELLED]))
    def visit_ended(self, ended_as: VisitEnd) -> None:
        for visit in visits(held(self.episode_id).id):
            if visit.ended_as is None:
                end_visit(self._later(), visit_id=visit.id, ended_as=ended_as, reason=NotHeldReason.OTHER)

    @precondition(lambda self: self.begun and not self.done)
    @rule(chance=st.integers(0, 4))
    def held_at_last(self, chance: int) -> None:
        if chance == 0:
            interview.record_completed(self._later(), episode_ids=[self.episode_id], completed_at=NOON)
            self.done = True

    @invariant()
    def an_offer_has_somebody_who_says_so(self) -> None:
        session().rollback()
        for row in interviews.rows_of_episode(session(), self.episode_id):
            said = attempts_of(session(), [row.id]).get(row.id, [])
            offers = [one.at for one in said if one.outcome in OFFERS]
            assert (row.offered_at is not None) == bool(offers or self.offered_by_hand)
            assert row.offered_at is None or all(row.offered_at <= at for at in offers)
            answers = [one.at for one in said if one.outcome is ContactOutcome.ACCEPTED]
            assert (row.accepted_at is not None) == bool(answers or self.answered_by_hand)

    @invariant()
    def one_visit_at_most_stands_and_its_time_is_the_plan(self) -> None:
        session().rollback()
        for row in interviews.rows_of_episode(session(), self.episode_id):
            standing = [one.planned_at for one in visits(row.id) if one.ended_as is None]
            assert standing == ([row.planned_at] if row.planned_at else [])

    def teardown(self) -> None:
        session().rollback()
        assert not list(broken_links(session()))


@pytest.fixture
def database_url(tmp_path: Path, upgraded: Path) -> str:  # SQLite is enough: the rules are the same
    shutil.copy(upgraded, tmp_path / "tracker.sqlite3")
    return f"sqlite:///{tmp_path / 'tracker.sqlite3'}"


def test_any_course(app: Flask) -> None:
    run_machine(
        Course,
        settings=settings(
            max_examples=5,
            stateful_step_count=10,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate,),  # each step is a transaction: to shrink would take minutes
        ),
    )
