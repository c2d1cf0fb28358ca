"""Actions: one owner, a day, done or withdrawn and kept; overdue is told by the day in London and never stored."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests import factories
from tests.services import world
from tests.services.world import DAY, HOUR, NOON, People, acting, codes
from tracker.core.clock import local_date
from tracker.services import actions as act
from tracker.services.context import Context
from tracker.services.errors import Conflict, Refused
from tracker.services.meetings import ask_for_meeting
from tracker.services.pages import actions as pages
from tracker.services.pages.audit_trail import record_trail
from tracker.services.record_interview import allocate
from tracker.services.transaction import writing
from tracker.store.db import db, session
from tracker.store.models import Action, AuditEntry, Child, Person

TODAY = local_date(NOON)


@pytest.fixture
def child_id(lead: Context) -> int:
    return world.row(world.episode(lead)).child_id


def held(action_id: int) -> Action:
    session().rollback()
    return session().get_one(Action, action_id, populate_existing=True)


def add(context: Context, child_id: int, **more: object) -> int:
    given: dict[str, object] = {"what": "Ring the school", "due_on": TODAY, "owner_name": "Ms Invented"}
    return act.add_action(context, child_id=child_id, **given | more)  # type: ignore[arg-type]


def test_added_changed_done_opened_again_withdrawn_all_kept_and_recorded(
    lead: Context, people: People, child_id: int
) -> None:
    id_ = add(lead, child_id, owner_name=None, owner_id=people.bob.person_id, asked_by_child=True)
    changed = act.change_action(
        lead,
        action_id=id_,
        version=1,
        what="Ring the school",
        due_on=TODAY + timedelta(days=3),
        owner_name="Ms Invented",
    )
    assert set(changed) == {"due_on", "owner_id", "owner_name", "asked_by_child"}
    act.finish_action(lead, action_id=id_, version=2, outcome="They know", done_at=NOON - HOUR)
    assert (held(id_).done_at, held(id_).outcome, held(id_).done_by_id) == (
        NOON - HOUR,
        "They know",
        lead.actor.person_id,
    )
    act.reopen_action(lead, action_id=id_, version=3)
    assert (held(id_).done_at, held(id_).outcome) == (None, "They know")
    act.withdraw_action(lead, action_id=id_, version=4, reason="Another school")
    assert (held(id_).withdrawn_at, held(id_).withdrawn_reason) == (NOON, "Another school")
    written = session().execute(
        select(AuditEntry.action, AuditEntry.details).where(AuditEntry.subject == "action").order_by(AuditEntry.id)
    )
    found = [tuple(row) for row in written]
    assert [action for action, _ in found] == [
        "action_added", "action_changed", "action_done", "action_reopened", "action_withdrawn",
    ]  # fmt: skip
    assert not any(word in str(details) for _, details in found for word in ("school", "Invented", "know"))
    trail = record_trail(lead, people.alice, child_id)
    assert trail is not None
    assert {action for action, _ in found} <= {entry.action for entry in trail.entries.rows}, "on the child's trail"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"what": " "}, ["missing_value"]),
        ({"what": "x" * 2001}, ["too_long"]),
        ({"owner_name": None}, ["one_owner"]),
        ({"owner_id": 1}, ["one_owner"]),
        ({"owner_name": None, "owner_id": 99_999}, ["unknown_owner"]),
        ({"due_on": TODAY - timedelta(days=1)}, ["in_the_past"]),
        ({"episode_id": 99_999}, ["unknown_source"]),
        ({"interview_id": 99_999}, ["unknown_source"]),
        ({"meeting_id": 99_999}, ["unknown_source"]),
    ],
)
def test_what_an_action_cannot_be(lead: Context, child_id: int, given: dict[str, object], expected: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        add(lead, child_id, **given)
    assert codes(refused) == expected
    assert session().scalar(select(Action.id)) is None


def test_the_owner_works_with_records_and_has_not_left(lead: Context, people: People, child_id: int) -> None:
    with pytest.raises(Refused) as refused:
        add(lead, child_id, owner_name=None, owner_id=people.charlie.person_id)
    assert codes(refused) == ["unknown_owner"]
    id_ = add(lead, child_id, owner_name=None, owner_id=people.max.person_id)
    with writing() as current:
        current.get_one(Person, people.max.person_id).is_active = False
    act.change_action(
        lead, action_id=id_, version=1, what="Another", due_on=TODAY, owner_id=people.max.person_id
    )  # who has left stays named until somebody else has it
    assert held(id_).what == "Another"


def test_two_at_once_the_second_is_told(lead: Context, child_id: int) -> None:
    id_ = add(lead, child_id)
    act.finish_action(lead, action_id=id_, version=1, outcome="done")
    for late in (
        lambda: act.finish_action(lead, action_id=id_, version=1, outcome="mine"),
        lambda: act.withdraw_action(lead, action_id=id_, version=1, reason="mine"),
        lambda: act.change_action(lead, action_id=id_, version=1, what="x", due_on=TODAY, owner_name="y"),
    ):
        with pytest.raises(Conflict):
            late()
    with pytest.raises(Refused) as refused:
        act.finish_action(lead, action_id=id_, version=2, outcome="again")
    assert codes(refused) == ["closed"]
    assert held(id_).outcome == "done"


def test_done_is_no_plan(lead: Context, child_id: int) -> None:
    id_ = add(lead, child_id)
    with pytest.raises(Refused) as refused:
        act.finish_action(lead, action_id=id_, version=1, outcome="done", done_at=NOON + HOUR)
    assert codes(refused) == ["in_the_future"]


def test_an_interviewer_works_where_they_see_the_child_and_finishes_what_is_theirs(
    lead: Context, people: People, child_id: int
) -> None:
    bob = acting(lead, people.bob)
    with pytest.raises(Refused) as refused:
        add(bob, child_id)
    assert codes(refused) == ["unknown_child"]
    theirs = add(lead, child_id, owner_name=None, owner_id=people.bob.person_id)
    others = add(lead, child_id)
    for id_ in (theirs, others):
        with pytest.raises(Refused) as refused:
            act.withdraw_action(bob, action_id=id_, version=1, reason="no")
        assert codes(refused) == ["unknown_action"]
    assert pages.action_page(bob, people.bob, others) is None
    page = pages.action_page(bob, people.bob, theirs)
    assert page is not None
    assert (page.action.what, page.action.child_name, page.action.child_id) == ("Ring the school", None, None)
    assert (page.may_work, page.may_finish) == (False, True)
    act.finish_action(bob, action_id=theirs, version=1, outcome="done")
    assert pages.action_list(bob, people.bob, pages.ActionFilters("all", "closed")).total == 1


def test_it_comes_from_one_thing(lead: Context, people: People) -> None:
    episode_id = world.episode(lead)
    child_id = world.row(episode_id).child_id
    interview_id = allocate(lead, episode_id=episode_id, person_id=people.bob.person_id)
    meeting_id = ask_for_meeting(lead, child_id=child_id, reason="a reason")
    made = add(lead, child_id, episode_id=episode_id, interview_id=interview_id, meeting_id=meeting_id)
    assert (held(made).interview_id, held(made).meeting_id, held(made).episode_id) == (interview_id, None, None)
    of_meeting = add(lead, child_id, episode_id=episode_id, meeting_id=meeting_id)
    current = session()
    assert [one.id for one in pages.actions_of_interview(current, lead, interview_id)] == [made]
    assert [one.id for one in pages.actions_of_meeting(current, lead, child_id, meeting_id)] == [of_meeting]
    assert [(one.id, one.source) for one in pages.actions_of_child(current, lead, child_id)] == [
        (made, "interview"), (of_meeting, "meeting"),
    ]  # fmt: skip


def test_overdue_turns_at_midnight_in_london(lead: Context, people: People, child_id: int) -> None:
    summer = replace(lead, now=datetime(2027, 7, 1, 22, 59, tzinfo=UTC))
    id_ = add(lead, child_id, due_on=date(2027, 7, 1))
    assert pages.overdue_actions(session(), summer, people.alice).total == 0
    after = replace(summer, now=summer.now + timedelta(minutes=1))
    late = pages.overdue_actions(session(), after, people.alice)
    assert [(one.id, one.days_overdue) for one in late.rows] == [(id_, 1)]
    act.finish_action(after, action_id=id_, version=1, outcome="done")
    assert pages.overdue_actions(session(), after, people.alice).total == 0


def test_of_an_owner_of_a_team_and_of_all(lead: Context, people: People, child_id: int) -> None:
    with writing() as current:
        team = factories.team(current).id
        current.get_one(Person, people.mary.person_id).team_id = team
    marys = add(lead, child_id, owner_name=None, owner_id=people.mary.person_id)
    bobs = add(lead, child_id, owner_name=None, owner_id=people.bob.person_id)
    named = add(lead, child_id)
    later = replace(lead, now=NOON + 2 * DAY)

    def ids(**more: int) -> list[int]:
        return [one.id for one in pages.overdue_actions(session(), later, people.alice, **more).rows]

    assert ids() == [marys, bobs, named]
    assert ids(owner_id=people.bob.person_id) == [bobs]
    assert ids(team_id=team) == [marys]
    with writing() as current:
        current.get_one(Child, child_id).team_id = team
    assert ids(team_id=team) == [marys, named]
    assert ids(limit=1) == [marys]
    mary = replace(people.mary, team_id=team)
    assert pages.action_list(later, mary, pages.ActionFilters("team", "overdue")).total == 2
    assert pages.action_list(later, mary, pages.ActionFilters("mine")).total == 1
    assert pages.my_actions(session(), later, people.bob).total == 1


def test_overdue_and_mine_read_the_partial_indexes(lead: Context, people: People, child_id: int) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL chooses its plan by the size of the table")
    add(lead, child_id, owner_name=None, owner_id=people.alice.person_id)
    asked: list[tuple[str, tuple[object, ...]]] = []

    @db.event.listens_for(db.engine, "before_cursor_execute")
    def _note(_connection: object, _cursor: object, statement: str, given: tuple[object, ...], *_rest: object) -> None:
        asked.append((statement, given))

    pages.overdue_actions(session(), replace(lead, now=NOON + DAY), people.alice)
    pages.my_actions(session(), lead, people.alice)
    db.event.remove(db.engine, "before_cursor_execute", _note)
    plans = [
        str(session().connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all())
        for statement, given in asked
        if " FROM action" in statement.replace("\n", " ")
    ]
    assert len(plans) == 4
    assert all("ix_action_open" in plan for plan in plans[:2]), plans
    assert all("ix_action_owner_open" in plan for plan in plans[2:]), plans
