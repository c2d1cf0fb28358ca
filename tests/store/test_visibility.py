"""Whose records three named people may see."""

from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories
from tests.conftest import NOON
from tests.services import world
from tests.services.world import People, acting
from tracker.core.terms import Role
from tracker.services import record_interview as interview
from tracker.services.context import Context
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import Child, Episode, Interview
from tracker.store.visibility import Sees, children_visible_to, episodes_visible_to, sees_all


@dataclass(frozen=True)
class Somebody:
    person_id: int
    roles: frozenset[Role]


@pytest.fixture
def people(app: Flask) -> People:
    return world.people()


def episodes_of(viewer: Sees) -> set[int]:
    session().rollback()
    return set(session().scalars(select(Episode.id).where(episodes_visible_to(viewer))))


def children_of(viewer: Sees) -> set[int]:
    session().rollback()
    return set(session().scalars(select(Child.id).where(children_visible_to(viewer))))


def test_alice_sees_all_bob_his_own_charlie_none(context: Context, people: People) -> None:
    his, others = world.episode(context, 10), world.episode(context, 20)
    earlier = world.episode(context, 200, child_id=world.row(his).child_id)
    assert episodes_of(people.bob) == set()
    interview.allocate(acting(context, people.alice), episode_id=his, person_id=people.bob.person_id)
    assert episodes_of(people.alice) == {his, others, earlier}
    assert episodes_of(people.bob) == {his, earlier}  # and all the child's episodes
    assert children_of(people.bob) == {world.row(his).child_id}
    assert episodes_of(people.charlie) == set()
    assert children_of(people.charlie) == set()


def test_who_had_an_interview_goes_on_seeing_the_child(context: Context, people: People) -> None:
    id_ = world.episode(context, 10)
    interview.allocate(acting(context, people.alice), episode_id=id_, person_id=people.bob.person_id)
    interview.allocate(acting(context, people.alice), episode_id=id_, person_id=people.mary.person_id)
    assert episodes_of(people.bob) == {id_}


def test_an_allocation_that_only_stands_on_the_interview_counts(context: Context, people: People) -> None:
    id_ = world.episode(context, 10)
    with writing() as current:
        factories.interview(current, [current.get_one(Episode, id_)], allocated_to_id=people.bob.person_id)
    assert session().scalar(select(Interview.allocated_to_id)) == people.bob.person_id
    assert episodes_of(people.bob) == {id_}


def test_an_allocation_without_the_role_shows_nothing(context: Context, people: People) -> None:
    id_ = world.episode(context, 10)
    interview.allocate(acting(context, people.alice), episode_id=id_, person_id=people.bob.person_id)
    for role in (Role.OPERATIONAL_GROUP, Role.ADMINISTRATOR, Role.INFORMATION_GOVERNANCE):
        assert episodes_of(Somebody(people.bob.person_id, frozenset({role}))) == set()
    assert episodes_of(Somebody(people.bob.person_id, frozenset())) == set()


@pytest.mark.parametrize("role", list(Role))
def test_the_roles_that_see_every_record(app: Flask, role: Role) -> None:
    everything = {Role.LEAD, Role.MANAGER, Role.SERVICE_MANAGER, Role.HEAD_OF_SERVICE}
    assert sees_all(Somebody(1, frozenset({role}))) is (role in everything)
    assert sees_all(Somebody(1, frozenset({role, Role.LEAD})))


def test_the_clock_stands_where_the_tests_say(context: Context) -> None:
    assert context.now == NOON
