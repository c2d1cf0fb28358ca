"""Episodes logged by hand, for a child held or a new one, with what might be a duplicate asked about."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from tests import factories
from tests.services import world
from tests.services.world import DAY, HOUR, NOON, People, acting, codes
from tracker.core.terms import EpisodeKind, FlagCode, LivingSetting, RiskLevel
from tracker.services.context import Context
from tracker.services.errors import Refused
from tracker.services.log_episode import NewChild, find_children, log_episode
from tracker.services.transaction import writing
from tracker.store import episodes
from tracker.store.db import session
from tracker.store.models import AuditEntry, Child, ChildName, Episode

BORN = date(2012, 3, 4)
ADA = NewChild("Quillfeather", "Ada", BORN, sex="female", responsible_authority="Farshire")


def held_child(**more: Any) -> int:
    with writing() as current:
        return factories.child(current, "Quillfeather", "Ada", BORN, **more).id


def count(model: type) -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(model)) or 0


def test_for_a_child_held(context: Context, people: People) -> None:
    child_id = held_child(is_ours=False, responsible_authority="Farshire", known_to_services=True)
    id_ = log_episode(
        acting(context, people.alice),
        child_id=child_id,
        missing_from_at=NOON - 10 * HOUR,
        risk=RiskLevel.HIGH,
        force="Testshire",
        police_reference="ts/26-001",
        returned_at=NOON - HOUR,
        setting=LivingSetting.LOOKED_AFTER,
        district=" North ",
    )
    row = world.row(id_)
    assert (row.child_id, row.kind, row.risk, row.setting, row.district) == (
        child_id, "missing", "high", "looked_after", "North",
    )  # fmt: skip
    assert (row.police_force, row.police_reference) == ("testshire", "TS26001")
    assert (row.is_ours, row.responsible_authority, row.known_to_services) == (False, "Farshire", True)
    assert (row.notified_at, row.interview_due_at, row.clock_no) == (NOON, NOON + 71 * HOUR, 1)
    assert row.created_by_id == people.alice.person_id
    assert row.person_fields == [
        "district", "kind", "missing_from_at", "police_force", "police_reference", "returned_at", "risk", "setting",
    ]  # fmt: skip
    first = episodes.versions_of(session(), id_)[0]
    assert (first.changes["risk"], first.changed_by_id) == ([None, "high"], people.alice.person_id)


def test_for_a_new_child(context: Context, people: People) -> None:
    id_ = log_episode(acting(context, people.alice), new_child=ADA, missing_from_at=NOON - HOUR)
    row = world.row(id_)
    child = session().get_one(Child, row.child_id)
    assert (child.surname, child.forename, child.date_of_birth, child.sex) == ("Quillfeather", "Ada", BORN, "female")
    assert (child.is_ours, row.is_ours, row.notified_at) == (False, False, None)
    assert count(ChildName) == 1
    written = session().scalars(select(AuditEntry.action).where(AuditEntry.action.endswith("_created"))).all()
    assert sorted(written) == ["child_created", "episode_created"]


def test_ours_by_any_of_our_names_or_where_none_is_given(context: Context, people: People) -> None:
    from dataclasses import replace

    ours = replace(context, own_names=("Wexcombeshire County Council",))
    for authority, expected in (("wexcombeshire  county council", True), (None, True), ("Farshire", False)):
        child = NewChild("Invented", f"Child {authority}", BORN, responsible_authority=authority)
        row = world.row(log_episode(ours, new_child=child, missing_from_at=NOON - HOUR, confirm=True))
        assert row.is_ours is expected


def test_without_a_date_of_birth_it_is_a_child_until_shown_otherwise(context: Context, people: People) -> None:
    id_ = log_episode(context, new_child=NewChild("Invented", "Bo"), missing_from_at=NOON - HOUR)
    assert world.row(id_).flags == [str(FlagCode.AGE_UNKNOWN)]


def test_an_episode_of_this_child_within_24_hours_is_asked_about(context: Context, people: People) -> None:
    child_id = held_child()
    log_episode(context, child_id=child_id, missing_from_at=NOON - 34 * HOUR, returned_at=NOON - 33 * HOUR)
    with pytest.raises(Refused) as refused:
        log_episode(context, child_id=child_id, missing_from_at=NOON - 10 * HOUR)
    assert codes(refused) == ["possible_duplicate"]
    assert count(Episode) == 1
    log_episode(context, child_id=child_id, missing_from_at=NOON - 10 * HOUR, confirm=True)
    assert count(Episode) == 2


def test_a_start_more_than_24_hours_away_is_not_asked_about(context: Context, people: People) -> None:
    child_id = held_child()
    log_episode(context, child_id=child_id, missing_from_at=NOON - 34 * HOUR, returned_at=NOON - 33 * HOUR)
    log_episode(context, child_id=child_id, missing_from_at=NOON - 9 * HOUR)
    assert count(Episode) == 2


def test_a_child_of_this_name_and_birth_is_asked_about(context: Context, people: People) -> None:
    held_child()
    with pytest.raises(Refused) as refused:
        log_episode(context, new_child=ADA, missing_from_at=NOON - HOUR)
    assert codes(refused) == ["possible_same_child"]
    assert count(Child) == 1
    log_episode(context, new_child=ADA, missing_from_at=NOON - HOUR, confirm=True)
    assert count(Child) == 2
    with pytest.raises(Refused) as third:  # and also where two are held
        log_episode(context, new_child=ADA, missing_from_at=NOON - HOUR)
    assert codes(third) == ["possible_same_child"]


@pytest.mark.parametrize(
    ("facts", "code", "fields"),
    [
        ({"missing_from_at": NOON + HOUR}, "in_the_future", ("missing_from_at",)),
        ({"found_at": NOON + HOUR}, "in_the_future", ("found_at",)),
        ({"returned_at": NOON + HOUR}, "in_the_future", ("returned_at",)),
        ({"returned_at": NOON - 11 * HOUR}, "return_before_missing", ("missing_from_at", "returned_at")),
        ({"police_reference": "TS/1"}, "missing_value", ("force",)),
    ],
)
def test_bad_facts_are_refused_and_nothing_is_written(
    context: Context, people: People, facts: dict[str, Any], code: str, fields: tuple[str, ...]
) -> None:
    with pytest.raises(Refused) as refused:
        log_episode(context, new_child=ADA, **{"missing_from_at": NOON - 10 * HOUR, **facts})
    assert [(p.code, p.fields) for p in refused.value.problems] == [(code, fields)]
    assert (count(Child), count(Episode)) == (0, 0)


def test_every_problem_is_named_at_once(context: Context, people: People) -> None:
    with pytest.raises(Refused) as refused:
        log_episode(context, missing_from_at=NOON + HOUR, police_reference="TS/1")
    assert sorted(codes(refused)) == ["in_the_future", "missing_value", "missing_value"]


@pytest.mark.parametrize(
    ("child", "fields"),
    [
        (NewChild(" ", "Ada"), ("surname",)),
        (NewChild("Quillfeather", ""), ("forename",)),
        (NewChild("Quillfeather", "Ada", (NOON + 2 * DAY).date()), ("date_of_birth",)),
    ],
)
def test_a_new_child_needs_a_name_and_is_born(
    context: Context, people: People, child: NewChild, fields: tuple[str, ...]
) -> None:
    with pytest.raises(Refused) as refused:
        log_episode(context, new_child=child, missing_from_at=NOON - HOUR)
    assert [p.fields for p in refused.value.problems] == [fields]


def test_a_police_reference_already_held_is_refused(context: Context, people: People) -> None:
    world.episode(context, 50, police_force="testshire", police_reference="TS26001")
    with pytest.raises(Refused) as refused:
        log_episode(
            context,
            new_child=ADA,
            missing_from_at=NOON - HOUR,
            force="testshire",
            police_reference="TS 26/001",
        )
    assert codes(refused) == ["reference_held"]


def test_an_unknown_child_is_refused(context: Context, people: People) -> None:
    with pytest.raises(Refused) as refused:
        log_episode(context, child_id=99, missing_from_at=NOON - HOUR)
    assert codes(refused) == ["unknown_child"]


def test_a_child_the_actor_may_not_see_is_as_unknown_as_any(context: Context, people: People) -> None:
    with pytest.raises(Refused) as refused:
        log_episode(acting(context, people.bob), child_id=held_child(), missing_from_at=NOON - HOUR)
    assert codes(refused) == ["unknown_child"]


def test_no_apparent_risk_runs_no_clock_unless_asked_for(context: Context, people: People) -> None:
    absent = EpisodeKind.NO_APPARENT_RISK
    facts = {"kind": absent, "missing_from_at": NOON - 5 * HOUR, "returned_at": NOON - HOUR}
    quiet = log_episode(context, new_child=ADA, **facts)
    asked = log_episode(context, new_child=NewChild("Other", "Child"), interview_requested=True, **facts)
    assert world.row(quiet).interview_due_at is None
    assert world.row(asked).interview_due_at == NOON + 71 * HOUR


def test_similar_children_are_offered_with_the_reasons(context: Context, people: People) -> None:
    id_ = held_child()
    with writing() as current:
        factories.child(current, "Stoneybroke", "Zeb", date(2009, 9, 9))
    found = find_children(acting(context, people.alice), surname="Quillfeather", forename="Ada", date_of_birth=BORN)
    assert [child.child_id for child in found] == [id_]
    assert (found[0].name, found[0].episodes) == ("Ada Quillfeather", 0)
    compared = {reason.field: str(reason.comparison) for reason in found[0].reasons}
    assert (compared["surname"], compared["date_of_birth"], compared["postcode"]) == ("match", "match", "blank")


def test_a_search_is_recorded_without_the_name_and_shows_what_the_actor_may_see(
    context: Context, people: People
) -> None:
    held_child()
    assert find_children(acting(context, people.bob), surname="Quillfeather", forename="Ada") == ()
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "search_made")).one()
    assert entry.details == {"filter": {"name_length": 15, "by": "similar_child"}}
