"""Through the sweep: work that is nobody's, or whose person left or is away, reaches a manager, then the lead."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from tests import factories
from tests.conftest import NOON
from tests.services.world import HOUR
from tracker.core.alert_terms import Rung
from tracker.core.terms import Role
from tracker.services import people as people_services
from tracker.services.context import Context
from tracker.services.raise_alerts import sweep
from tracker.services.record_interview import allocate
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import Alert, Person, Team

NAMES = {
    "lead": Role.LEAD, "north": Role.MANAGER, "south": Role.MANAGER, "bob": Role.INTERVIEWER,
    "service": Role.SERVICE_MANAGER, "head": Role.HEAD_OF_SERVICE,
}  # fmt: skip


@pytest.fixture
def council(app: Flask) -> dict[str, int]:
    """Two teams with a manager each; the interviewer is of the north."""
    with writing() as current:
        teams = {name: factories.team(current, name).id for name in ("north", "south", "empty")}
        of = {"north": "north", "south": "south", "bob": "north"}
        people = {
            name: factories.person(current, role, name=name, team_id=teams.get(of.get(name, ""))).id
            for name, role in NAMES.items()
        }
    return people | {f"team {name}": id_ for name, id_ in teams.items()}


def episode(context: Context, council: dict[str, int], team: str | None, allocated: bool = False) -> int:
    """23 h before its deadline."""
    returned = NOON - 49 * HOUR
    then = replace(context, now=returned)
    team_id = council[f"team {team}"] if team else None
    with writing() as current:
        child = factories.child(current)
        id_ = factories.episode(current, child, returned - HOUR, returned, context=then, team_id=team_id).id
    if allocated:
        allocate(then, episode_id=id_, person_id=council["bob"])
    return id_


def told(context: Context, id_: int, rung: Rung, hours: float) -> set[str]:
    """Whose names an alert of this step bears, after a sweep so many hours from noon."""
    sweep(replace(context, now=NOON + hours * HOUR))
    query = select(Person.name).join(Alert, Alert.recipient_id == Person.id)
    found = set(session().scalars(query.where(Alert.episode_id == id_, Alert.rung == rung)))
    session().rollback()
    return found


def away(context: Context, council: dict[str, int], name: str, cover: str | None = None) -> None:
    people_services.set_absence(
        context, person_id=council[name], away_from=NOON - HOUR, away_until=None,
        covered_by_id=council[cover] if cover else None,
    )  # fmt: skip


def test_unallocated_work_falls_to_the_team_manager(context: Context, council: dict[str, int]) -> None:
    assert told(context, episode(context, council, "north"), Rung.DUE_SOON, 0) == {"north", "lead"}


def test_work_of_somebody_who_left_falls_to_the_team_manager(context: Context, council: dict[str, int]) -> None:
    id_ = episode(context, council, "north", allocated=True)
    people_services.disable_person(context, person_id=council["bob"])
    assert told(context, id_, Rung.DUE_SOON, 0) == {"north", "lead"}


def test_work_of_somebody_away_falls_to_their_cover_and_a_cover_passes_it_on(
    context: Context, council: dict[str, int]
) -> None:
    away(context, council, "bob", cover="south")
    assert told(context, episode(context, council, "north", allocated=True), Rung.DUE_SOON, 0) == {"south", "lead"}
    away(context, council, "south", cover="service")
    assert told(context, episode(context, council, "north", allocated=True), Rung.DUE_SOON, 0) == {"service", "lead"}
    away(context, council, "service")
    assert told(context, episode(context, council, "north", allocated=True), Rung.DUE_SOON, 0) == {"north", "lead"}


def test_a_team_without_a_manager_falls_to_the_lead_then_to_those_above(
    context: Context, council: dict[str, int]
) -> None:
    id_ = episode(context, council, "empty")
    assert told(context, id_, Rung.DUE_SOON, 0) == {"lead"}
    away(context, council, "lead")
    assert told(context, id_, Rung.OVERDUE, 24) == {"service"}
    away(context, council, "service")
    assert told(context, id_, Rung.OVERDUE_24H, 48) == {"head"}
    away(context, council, "head")
    assert told(context, id_, Rung.OVERDUE_96H, 120) == {"north", "south"}


def test_work_of_no_team_reaches_every_manager(context: Context, council: dict[str, int]) -> None:
    assert told(context, episode(context, council, None), Rung.DUE_SOON, 0) == {"north", "south", "lead"}


def test_a_manager_who_changes_team_takes_nothing_along(context: Context, council: dict[str, int]) -> None:
    id_ = episode(context, council, "north")
    people_services.set_team(context, person_id=council["north"], team_id=council["team south"])
    assert told(context, id_, Rung.DUE_SOON, 0) == {"lead"}


def test_where_nobody_is_left_the_first_one_back_is_told(context: Context, council: dict[str, int]) -> None:
    id_ = episode(context, council, "north", allocated=True)
    for name in NAMES:
        away(context, council, name)
    assert told(context, id_, Rung.DUE_SOON, 0) == set()
    people_services.set_absence(context, person_id=council["head"], away_from=None, away_until=None)
    assert told(context, id_, Rung.DUE_SOON, 1) == {"head"}


def test_a_team_goes_only_with_nobody_and_nothing_in_it(council: dict[str, int]) -> None:
    """No page takes a team away; the database itself keeps one that has people or work."""
    with pytest.raises(IntegrityError), writing() as current:
        current.execute(delete(Team).where(Team.id == council["team north"]))
