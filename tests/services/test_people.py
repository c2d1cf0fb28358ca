"""People, roles, teams and passwords; whom the ladder could tell."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select, update

from tests.conftest import NOON
from tracker.core.terms import Role
from tracker.services import passwords
from tracker.services import people as service
from tracker.services.context import Context
from tracker.services.errors import Refused
from tracker.services.pages import people as pages
from tracker.services.transaction import writing
from tracker.store import people as store
from tracker.store.db import session
from tracker.store.models import AuditEntry, Person, WebSession

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def in_the_application(app: Flask) -> None:
    pass


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[tuple[str, tuple[str, ...]]]:
    return [(problem.code, problem.fields) for problem in refused.value.problems]


def add(context: Context, email: str = "Ada@Council.invalid", *roles: Role, **more: object) -> int:
    given = {"password": PASSWORD, **more}
    return service.add_person(context, email=email, name="Ada Lead", roles=roles or (Role.LEAD,), **given)  # type: ignore[arg-type]


def test_added_with_roles_and_found_by_any_case_of_the_address(context: Context) -> None:
    id_ = add(context, "Ada@Council.invalid", Role.LEAD, Role.MANAGER)
    row = pages.person(context, id_)
    assert row is not None
    assert (row.email, row.roles, row.has_password) == (
        "ada@council.invalid", frozenset({Role.LEAD, Role.MANAGER}), True,
    )  # fmt: skip
    verified = service.verify_password(" ADA@council.invalid ", PASSWORD)
    assert verified is not None
    assert (verified.id, verified.roles) == (id_, frozenset({Role.LEAD, Role.MANAGER}))
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "person_added")).one()
    assert entry.details == {"roles": ["lead", "manager"]}


def test_every_problem_of_a_new_person_at_once(context: Context) -> None:
    with pytest.raises(Refused) as refused:
        service.add_person(context, email="nobody", name=" ", roles=(), password="short", team_id=9)
    assert codes(refused) == [
        ("not_an_email", ("email",)),
        ("missing_value", ("name",)),
        ("missing_value", ("roles",)),
        ("unknown_team", ("team_id",)),
        ("short_password", ("password",)),
    ]


def test_an_address_is_somebodys_once(context: Context) -> None:
    add(context)
    with pytest.raises(Refused) as refused:
        add(context, "ADA@council.invalid")
    assert codes(refused) == [("email_in_use", ("email",))]


@pytest.mark.parametrize(("length", "accepted"), [(11, False), (12, True), (1024, True), (1025, False)])
def test_how_long_a_password_is(context: Context, length: int, accepted: bool) -> None:
    assert (passwords.password_problem("p" * length) is None) is accepted


def test_a_wrong_password_an_unknown_address_and_a_leaver_are_alike(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaver = add(context, "leaver@council.invalid")
    add(context)
    service.disable_person(context, person_id=leaver)
    no_password = add(context, "new@council.invalid", password=None)
    work: list[str] = []
    real = PasswordHasher.verify

    def counted(self: PasswordHasher, held: str, password: str) -> bool:
        work.append(held)
        return real(self, held, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    for email in ("ada@council.invalid", "nobody@council.invalid", "leaver@council.invalid", "new@council.invalid"):
        assert service.verify_password(email, "wrong horse battery") is None
        assert service.verify_password(email, "x") is None
    assert len(work) == 8
    assert service.verify_password("leaver@council.invalid", PASSWORD) is None
    assert pages.person(context, no_password) is not None


def test_nobodys_password_opens_nothing(context: Context) -> None:
    add(context, "new@council.invalid", password=None)
    assert service.verify_password("new@council.invalid", "the password of nobody") is None
    assert service.verify_password("unknown@council.invalid", "the password of nobody") is None


def test_a_hash_with_older_parameters_is_made_anew(context: Context) -> None:
    id_ = add(context)
    old = PasswordHasher(time_cost=1, memory_cost=64).hash(PASSWORD)
    with writing() as current:
        current.execute(update(Person).where(Person.id == id_).values(password_hash=old))
    assert service.verify_password("ada@council.invalid", PASSWORD) is not None
    session().rollback()
    assert session().get_one(Person, id_).password_hash != old
    assert service.verify_password("ada@council.invalid", PASSWORD) is not None


def test_what_changed_is_named_and_what_is_the_same_is_not(context: Context) -> None:
    id_ = add(context)
    assert service.change_person(context, person_id=id_, name="Ada Lead", roles=[Role.LEAD]) == ()
    changed = service.change_person(
        context, person_id=id_, name="Ada Manager", email="Ada.Manager@council.invalid", roles=[Role.MANAGER]
    )
    assert changed == ("name", "email", "roles")
    row = pages.person(context, id_)
    assert row is not None
    assert (row.name, row.email, row.roles) == (
        "Ada Manager", "ada.manager@council.invalid", frozenset({Role.MANAGER}),
    )  # fmt: skip
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "person_changed")).one()
    assert entry.details == {"changed": ["email", "name", "roles"]}


def test_there_is_always_an_administrator(context: Context) -> None:
    only = add(context, "root@council.invalid", Role.ADMINISTRATOR)
    for lose in (
        lambda: service.change_person(context, person_id=only, roles=[Role.LEAD]),
        lambda: service.disable_person(context, person_id=only),
    ):
        with pytest.raises(Refused) as refused:
            lose()
        assert codes(refused) == [("last_administrator", ("roles",))]
    add(context, "second@council.invalid", Role.ADMINISTRATOR)
    service.disable_person(context, person_id=only)
    row = pages.person(context, only)
    assert row is not None
    assert row.is_active is False
    service.enable_person(context, person_id=only)
    assert service.verify_password("root@council.invalid", PASSWORD) is not None


def test_a_leaver_and_a_new_password_end_every_session(context: Context) -> None:
    id_ = add(context)
    for end in (
        lambda: service.set_password(context, person_id=id_, password="another horse battery"),
        lambda: service.disable_person(context, person_id=id_),
    ):
        with writing() as current:
            current.add(
                WebSession(token_hash="t", person_id=id_, data={}, created_at=NOON, last_seen_at=NOON, expires_at=NOON)
            )
        end()
        session().rollback()
        assert session().scalars(select(WebSession)).all() == []


def test_a_new_password_replaces_the_old(context: Context) -> None:
    id_ = add(context)
    with pytest.raises(Refused):
        service.set_password(context, person_id=id_, password="elevenchars")
    service.set_password(context, person_id=id_, password="another horse battery")
    assert service.verify_password("ada@council.invalid", PASSWORD) is None
    assert service.verify_password("ada@council.invalid", "another horse battery") is not None


def test_teams_have_names_of_their_own(context: Context) -> None:
    north = service.add_team(context, name="North")
    with pytest.raises(Refused) as refused:
        service.add_team(context, name=" north ")
    assert codes(refused) == [("name_in_use", ("name",))]
    service.rename_team(context, team_id=north, name="Far north")
    assert [team.name for team in pages.teams()] == ["Far north"]
    id_ = add(context)
    service.set_team(context, person_id=id_, team_id=north)
    row = pages.person(context, id_)
    assert row is not None
    assert row.team == "Far north"
    with pytest.raises(Refused):
        service.set_team(context, person_id=id_, team_id=99)


def test_those_who_may_be_told_are_active_with_roles_team_and_absence(context: Context) -> None:
    north = service.add_team(context, name="North")
    here = add(context, "here@council.invalid", Role.MANAGER, team_id=north)
    gone = add(context, "gone@council.invalid")
    service.disable_person(context, person_id=gone)
    service.set_absence(context, person_id=here, away_from=NOON, away_until=NOON + timedelta(days=2))
    (found,) = store.recipients(session())
    assert (found.id, found.roles, found.team_id) == (here, frozenset({Role.MANAGER}), north)
    assert found.is_away(NOON)
    assert not found.is_away(NOON + timedelta(days=2))
    row = pages.person(context, here)
    assert row is not None
    assert row.is_away is True
    with pytest.raises(Refused) as refused:
        service.set_absence(context, person_id=here, away_from=NOON, away_until=NOON)
    assert codes(refused) == [("wrong_order", ("away_from", "away_until"))]


def test_an_unknown_person_is_said(context: Context) -> None:
    with pytest.raises(Refused) as refused:
        service.change_person(context, person_id=77, name="Nobody")
    assert codes(refused) == [("unknown_person", ("person_id",))]
    assert pages.person(context, 77) is None
    assert service.person_id_of("nobody@council.invalid") is None


def test_interviews_can_be_given_to_those_who_hold_them_interviewers_first(context: Context) -> None:
    add(context, "lead@council.invalid", Role.LEAD)
    bob = add(context, "bob@council.invalid", Role.INTERVIEWER)
    add(context, "group@council.invalid", Role.OPERATIONAL_GROUP)
    choices = pages.allocatable(context)
    assert choices[0].id == bob
    assert len(choices) == 2
    from tests.services import world
    from tracker.services import record_interview as interview

    interview.allocate(context, episode_id=world.episode(context, 10), person_id=bob)
    session().rollback()
    assert pages.allocatable(context)[0].open_clocks == 1


# Cover


def test_somebody_covers_who_may_see_what_they_are_told_of(context: Context) -> None:
    bob, alice, ed, mary = (
        add(context, f"{name}@council.invalid", role)
        for name, role in (
            ("bob", Role.INTERVIEWER),
            ("alice", Role.LEAD),
            ("ed", Role.ADMINISTRATOR),
            ("mo", Role.MANAGER),
        )
    )
    away = {"away_from": NOON, "away_until": None}
    service.set_absence(context, person_id=bob, **away, covered_by_id=alice)
    row = pages.person(context, bob)
    assert row is not None
    assert (row.is_away, row.covered_by_id) == (True, alice)
    assert {id_ for id_, _ in pages.covers_for(context, bob)} == {alice, mary}
    assert {id_ for id_, _ in pages.covers_for(context, ed)} == {alice, mary}
    for person_id, cover, code in (
        (bob, bob, "unknown_cover"), (bob, 999, "unknown_cover"), (bob, ed, "cover_sees_too_little"),
        (alice, bob, "cover_sees_too_little"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            service.set_absence(context, person_id=person_id, **away, covered_by_id=cover)
        assert [problem.code for problem in refused.value.problems] == [code]
    service.set_absence(context, person_id=bob, away_from=None, away_until=None)
    row = pages.person(context, bob)
    assert row is not None
    assert (row.is_away, row.covered_by_id) == (False, None)
