"""Any sequence of merging, unmerging, logging and moving leaves every episode with one child, and nothing lost."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from tests import factories
from tests.services import world
from tests.services.test_merge_children import child, merge, state
from tests.services.world import DAY, NOON
from tracker.core.clock import local_date
from tracker.core.repeats import repeat_flags
from tracker.core.rules import Rules
from tracker.services.actions import add_action
from tracker.services.context import Actor, Context
from tracker.services.errors import Refused
from tracker.services.log_episode import log_episode
from tracker.services.meetings import ask_for_meeting
from tracker.services.move_episode import move_episode
from tracker.services.raise_alerts import sweep
from tracker.services.transaction import writing
from tracker.services.unmerge_children import unmerge_children
from tracker.store import episodes
from tracker.store.audit import broken_links
from tracker.store.db import session
from tracker.store.models import Action, Child, ChildContact, ChildMerge, Episode, RepeatFlagRow, StrategyMeeting

FAMILY = 4
PLACES = st.integers(0, FAMILY - 1)


class Family(RuleBasedStateMachine):
    """Four records that may be one child or several."""

    @initialize()
    def begin(self) -> None:
        session().rollback()
        self.context = Context(NOON, Rules(), Actor("test"))
        with writing() as current:
            self.ids = [
                factories.child(current, f"Stem{'x' * place}", "Ada", sex="female" if place % 2 else None).id
                for place in range(FAMILY)
            ]
        self.logged: list[int] = []
        self.planned = 0
        self.standing: list[tuple[int, int, dict[str, object]]] = []  # (merge, kept, the state before it)

    def _later(self) -> Context:
        self.context = replace(self.context, now=self.context.now + timedelta(minutes=1))
        return self.context

    def _live(self) -> list[int]:
        session().rollback()
        query = select(Child.id).where(Child.id.in_(self.ids), Child.merged_into_id.is_(None))
        return sorted(session().scalars(query))

    @rule(place=PLACES, day=st.integers(1, 60), hours=st.sampled_from([9, 30]))
    def log(self, place: int, day: int, hours: int) -> None:
        live = self._live()
        start = NOON - day * DAY
        id_ = log_episode(
            self._later(), child_id=live[place % len(live)], missing_from_at=start,
            returned_at=min(start + timedelta(hours=hours), NOON), confirm=True,
        )  # fmt: skip
        self.logged.append(id_)
        self.standing = [(merge_id, kept, {}) for merge_id, kept, _ in self.standing]  # it is not the last act any more

    @rule(place=PLACES, which=st.integers(0, 9), of_episode=st.booleans())
    def plan(self, place: int, which: int, of_episode: bool) -> None:
        live = self._live()
        episode_id, child_id = None, live[place % len(live)]
        if of_episode and self.logged:
            episode_id = self.logged[which % len(self.logged)]
            child_id = world.row(episode_id).child_id
        context = self._later()
        meeting_id = ask_for_meeting(context, child_id=child_id, reason="A reason", episode_id=episode_id)
        for source in ({}, {"meeting_id": meeting_id}, {"episode_id": episode_id}):
            add_action(
                context, child_id=child_id, what="Ring", due_on=local_date(context.now), owner_name="Ms Invented",
                **source,
            )  # fmt: skip
        with writing() as current:
            current.add(ChildContact(child_id=child_id, relation="school", name="Ms Invented", added_at=context.now))
        self.planned += 1
        self.standing = [(merge_id, kept, {}) for merge_id, kept, _ in self.standing]

    @rule()
    def sweep(self) -> None:
        sweep(self._later())
        self.standing = [(merge_id, kept, {}) for merge_id, kept, _ in self.standing]

    @precondition(lambda self: self.logged)
    @rule(place=PLACES, which=st.integers(0, 9))
    def move(self, place: int, which: int) -> None:
        live = self._live()
        row = world.row(self.logged[which % len(self.logged)])
        to = live[place % len(live)]
        if row.child_id != to:
            move_episode(self._later(), episode_id=row.id, version=row.version, child_id=to, feeds={})
            self.standing = [(merge_id, kept, {}) for merge_id, kept, _ in self.standing]

    @rule(one=PLACES, other=PLACES)
    def merge(self, one: int, other: int) -> None:
        live = self._live()
        kept, gone = live[one % len(live)], live[other % len(live)]
        if kept == gone:
            return
        before = state(*self.ids)
        self.standing = [(merge_id, of, {}) for merge_id, of, _ in self.standing]
        self.standing.append((merge(self._later(), kept, gone), kept, before))

    @precondition(lambda self: self.standing)
    @rule(place=st.integers(0, 9), also=st.booleans())
    def unmerge(self, place: int, also: bool) -> None:
        at = place % len(self.standing)
        merge_id, kept, before = self.standing[at]
        held = session().get_one(ChildMerge, merge_id)
        known = {*held.moved["episodes"], *held.moved["episodes_before"]}
        here = set(session().scalars(select(Episode.id).where(Episode.child_id == kept)))
        added = sorted(here - known)
        try:
            unmerge_children(
                self._later(), merge_id=merge_id, version=child(kept).version, also=added if also else (), feeds={}
            )
        except Refused as refused:
            assert [problem.code for problem in refused.problems] == ["merged_again"]
            assert child(kept).merged_into_id is not None
            return
        del self.standing[at]
        if at < len(self.standing):  # not the last act: what stood before the later ones can stand no more
            self.standing = [(later, of, {}) for later, of, _ in self.standing]
        elif before:
            assert state(*self.ids) == before

    @invariant()
    def every_episode_belongs_to_one_live_child(self) -> None:
        session().rollback()
        query = select(Child.merged_into_id).join(Episode, Episode.child_id == Child.id)
        owners = session().scalars(query.where(Episode.id.in_(self.logged))).all()
        assert len(owners) == len(self.logged) and set(owners) <= {None}
        held = session().scalar(select(func.count()).select_from(Episode).where(Episode.child_id.in_(self.ids)))
        assert held == len(self.logged)

    @invariant()
    def what_is_planned_is_the_childs_whose_the_episode_is(self) -> None:
        live = set(self._live())
        counts = []
        for model in (Action, ChildContact, StrategyMeeting):
            rows = session().scalars(select(model).where(model.child_id.in_(self.ids))).all()
            counts.append(sum(1 for row in rows if not isinstance(row, StrategyMeeting) or row.reason))
            assert {row.child_id for row in rows} <= live
            for row in rows:
                if getattr(row, "episode_id", None):
                    assert session().get_one(Episode, row.episode_id).child_id == row.child_id
                if getattr(row, "meeting_id", None):
                    assert session().get_one(StrategyMeeting, row.meeting_id).child_id == row.child_id
        assert counts == [3 * self.planned, self.planned, self.planned]

    @invariant()
    def a_meeting_stands_for_each_standing_flag_that_asked(self) -> None:
        for row in session().scalars(select(StrategyMeeting).where(StrategyMeeting.child_id.in_(self.ids))):
            if row.flag_id is not None:
                flag = session().get_one(RepeatFlagRow, row.flag_id)
                assert (row.withdrawn_at is None) == (flag.withdrawn_at is None)

    @invariant()
    def repeat_flags_are_those_of_the_histories(self) -> None:
        rules, today = self.context.rules, local_date(self.context.now)
        for id_ in self.ids:
            history = episodes.episodes_of_child(session(), id_)
            true_now = repeat_flags(history, rules.repeat_rules, rules.policy, today)
            query = select(RepeatFlagRow).where(RepeatFlagRow.child_id == id_, RepeatFlagRow.withdrawn_at.is_(None))
            held = {(flag.rule, flag.raised_on): tuple(flag.episode_ids) for flag in session().scalars(query)}
            assert held == {(flag.rule, flag.raised_on): tuple(flag.episode_ids) for flag in true_now}

    def teardown(self) -> None:
        session().rollback()
        assert not list(broken_links(session()))


@pytest.fixture
def database_url(tmp_path, upgraded):  # type: ignore[no-untyped-def]  # SQLite is enough: the rules are the same
    import shutil

    shutil.copy(upgraded, tmp_path / "tracker.sqlite3")
    return f"sqlite:///{tmp_path / 'tracker.sqlite3'}"


def test_any_sequence(app: Flask) -> None:
    assert world.NOON == NOON
    run_state_machine_as_test(
        Family,
        settings=settings(
            max_examples=15,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate,),  # each step is several transactions: to shrink would take minutes
        ),
    )
