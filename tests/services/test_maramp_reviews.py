"""Overdue reviews of MARAMPs: told once for each review day, to whoever may open the plan; on boards, in the digest."""

from datetime import timedelta

import pytest
from flask import Flask

from tests.services.trigger_world import (
    NOTHING,
    TODAY,
    alerts,
    change,
    child,
    maramp,
    messages,
    people,
    run,
    told,
)  # fmt: skip
from tests.services.world import NOON
from tracker.core.alert_terms import DigestPart
from tracker.core.digest import Scope, scope_of
from tracker.core.directory import Recipient
from tracker.core.terms import Role
from tracker.services.context import Context, Viewer
from tracker.services.pages.digest import digest_items
from tracker.services.pages.overdue_reviews import overdue_reviews
from tracker.services.transaction import writing
from tracker.store import notices
from tracker.store.db import session
from tracker.store.models import Child, Maramp, Team

TEMPLATE = "maramp_review_overdue"


@pytest.fixture
def known(app: Flask) -> dict[Role, int]:
    return people(Role.LEAD, Role.MANAGER, Role.SERVICE_MANAGER, Role.INTERVIEWER, Role.OPERATIONAL_GROUP)


def test_told_once_when_the_day_is_over_and_again_for_another_day(context: Context, known: dict[Role, int]) -> None:
    id_ = maramp(child(), lead_id=known[Role.SERVICE_MANAGER])
    assert run(context, 11.9) == NOTHING, "the day itself is not over"
    assert run(context, 12.1).alerts == 3
    assert told(TEMPLATE) == ["lead", "manager", "service_manager"]
    assert run(context, 13) == NOTHING and run(context, 100) == NOTHING
    change(Maramp, id_, next_review_on=TODAY + timedelta(days=7))
    assert run(context, 24 * 7) == NOTHING
    assert run(context, 24 * 8).alerts == 3
    assert all(one.child_id is not None and one.subject == notices.MARAMP for one in alerts(TEMPLATE))


def test_an_earlier_day_is_no_news_and_a_closed_plan_asks_nothing(context: Context, known: dict[Role, int]) -> None:
    id_, closed = maramp(child()), maramp(child(), closed_at=NOON, closed_reason="Safe")
    assert run(context, 13).matters == 1
    change(Maramp, id_, next_review_on=TODAY - timedelta(days=3))
    assert run(context, 14) == NOTHING
    assert closed not in {one.subject_id for one in alerts(TEMPLATE)}
    alert = alerts(TEMPLATE)[0]
    assert notices.stands(session(), alert)
    change(Maramp, id_, next_review_on=TODAY + timedelta(days=20))
    assert not notices.stands(session(), alerts(TEMPLATE)[0]), "reviewed: its email is withdrawn"
    change(Maramp, id_, next_review_on=TODAY, closed_at=NOON)
    assert not notices.stands(session(), alerts(TEMPLATE)[0])


def test_a_lead_professional_who_may_not_open_the_plan_is_not_told(context: Context, known: dict[Role, int]) -> None:
    maramp(child(), lead_id=known[Role.INTERVIEWER])
    run(context, 13)
    assert told(TEMPLATE) == ["lead", "manager"]
    assert all("MARAMP" in one.body and "Invented" not in one.body for one in messages(TEMPLATE))


def test_on_the_boards_and_in_the_digest(context: Context, known: dict[Role, int]) -> None:
    lead = Viewer(known[Role.LEAD], "lead", frozenset({Role.LEAD}))
    with writing() as current:
        team = Team(name="North")
        current.add(team)
        current.flush()
        team_id = team.id
    theirs, others = child(team_id=team_id), child()
    with writing() as current:
        other_team = Team(name="South")
        current.add(other_team)
        current.flush()
        current.get_one(Child, others).team_id = other_team.id
    maramp(theirs, TODAY - timedelta(days=2))
    maramp(others, TODAY - timedelta(days=5), known[Role.SERVICE_MANAGER])
    maramp(child(), TODAY)
    found = overdue_reviews(session(), context, lead)
    assert [(one.child_id, one.days_overdue) for one in found.rows] == [(others, 5), (theirs, 2)] and found.total == 2
    assert [one.child_id for one in overdue_reviews(session(), context, lead, team_id).rows] == [theirs]
    assert overdue_reviews(session(), context, lead, limit=1).total == 2, "the rest are counted"
    interviewer = Viewer(known[Role.INTERVIEWER], "bob", frozenset({Role.INTERVIEWER}))
    assert overdue_reviews(session(), context, interviewer).total == 0

    def counted(role: Role, scope: Scope | None = None) -> int:
        reader = Recipient(known[role], frozenset({role}), None, email=f"{role}@council.invalid")
        items = digest_items(session(), context, reader, scope or scope_of(reader))
        return {item.name: item.count for item in items}.get(DigestPart.MARAMP_REVIEWS, 0)

    assert counted(Role.LEAD) == 2
    assert counted(Role.MANAGER, Scope(teams=frozenset({team_id}), people=frozenset({known[Role.MANAGER]}))) == 1
    assert counted(Role.SERVICE_MANAGER, Scope(people=frozenset({known[Role.SERVICE_MANAGER]}))) == 1, "their own"
    assert counted(Role.INTERVIEWER) == 0
