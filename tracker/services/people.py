"""People who work here: added, changed, disabled; their teams and absence. Passwords: services/passwords.py."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from tracker.core.recipients import may_cover
from tracker.core.terms import Role
from tracker.services.context import Context
from tracker.services.errors import FormProblem, Refused
from tracker.services.passwords import (
    hash_password,
    password_problem,
    verify_password,
)
from tracker.services.save_ladder import follow_changed_address, follow_renamed_team
from tracker.services.transaction import writing
from tracker.store import audit, people
from tracker.store.db import session as read_session
from tracker.store.models import Person, PersonRole, Team, WebSession

__all__ = [
    "add_person", "add_team", "change_person", "disable_person", "enable_person", "person_id_of",
    "rename_team", "set_absence", "set_password", "set_team", "verify_password",
]  # fmt: skip


def add_person(
    context: Context,
    *,
    email: str,
    name: str,
    roles: Collection[Role],
    password: str | None = None,
    team_id: int | None = None,
) -> int:
    """The new person's id. Refused: an address in use or that is none, no name, no role, a short password."""
    with writing() as session:
        problems = [
            *_email_problems(session, email),
            *_name_problems(name),
            *_role_problems(roles),
            *_team_problems(session, team_id),
            *([problem] if password is not None and (problem := password_problem(password)) else []),
        ]
        if problems:
            raise Refused(problems)
        row = Person(
            email=people.normalise_email(email),
            name=name.strip(),
            password_hash=hash_password(password) if password is not None else None,
            team_id=team_id,
            created_at=context.now,
        )
        row.role_rows = [PersonRole(role=str(role)) for role in sorted(set(roles))]
        session.add(row)
        session.flush()
        details = {"roles": sorted(str(role) for role in set(roles))}
        audit.record(session, "person_added", context.actor, context.now, "person", row.id, details)
        return row.id


def change_person(
    context: Context,
    *,
    person_id: int,
    name: str | None = None,
    email: str | None = None,
    roles: Collection[Role] | None = None,
) -> tuple[str, ...]:
    """What is None stays. The names of what changed. Refused: the last active administrator loses that role."""
    with writing() as session:
        row = _person(session, person_id)
        problems = [
            *(_name_problems(name) if name is not None else []),
            *(_email_problems(session, email, except_id=person_id) if email is not None else []),
            *(_role_problems(roles) if roles is not None else []),
        ]
        if roles is not None and Role.ADMINISTRATOR not in roles:
            problems += _last_administrator_problems(session, row)
        if problems:
            raise Refused(problems)
        changed = []
        if name is not None and name.strip() != row.name:
            row.name = name.strip()
            changed.append("name")
        if email is not None and people.normalise_email(email) != row.email:
            follow_changed_address(session, context, row.email, people.normalise_email(email))
            row.email = people.normalise_email(email)
            changed.append("email")
        if roles is not None and frozenset(roles) != people.roles_of(row):
            kept = [held for held in row.role_rows if Role(held.role) in roles]
            new = [PersonRole(role=str(role)) for role in sorted(frozenset(roles) - people.roles_of(row))]
            row.role_rows = [*kept, *new]
            changed.append("roles")
        _record_changed(session, row, changed, context)
        return tuple(changed)


def set_team(context: Context, *, person_id: int, team_id: int | None) -> None:
    """The team a person belongs to, or none."""
    with writing() as session:
        row = _person(session, person_id)
        if problems := _team_problems(session, team_id):
            raise Refused(problems)
        if row.team_id != team_id:
            row.team_id = team_id
            _record_changed(session, row, ["team_id"], context)


def set_absence(
    context: Context,
    *,
    person_id: int,
    away_from: datetime | None,
    away_until: datetime | None,
    covered_by_id: int | None = None,
) -> None:
    """When they are away, whoever covers them is told in their place; else whoever stands in. Both None: they are here.

    Refused: an end before the beginning, a cover who left or may not see what they are told of.
    """
    if away_until is not None and (away_from is None or away_until <= away_from):
        sentence = "The absence ends before it begins. Check both dates."
        raise Refused(FormProblem("wrong_order", sentence, ("away_from", "away_until")))
    with writing() as session:
        row = _person(session, person_id)
        if covered_by_id is not None and (problem := _cover_problem(session, row, covered_by_id)):
            raise Refused(problem)
        changed = []
        if (row.away_from, row.away_until) != (away_from, away_until):
            row.away_from, row.away_until = away_from, away_until
            changed.append("away")
        if row.covered_by_id != covered_by_id:
            row.covered_by_id = covered_by_id
            changed.append("covered_by_id")
        _record_changed(session, row, changed, context)


def _cover_problem(session: Session, row: Person, covered_by_id: int) -> FormProblem | None:
    cover = session.get(Person, covered_by_id)
    if cover is None or not cover.is_active or cover.id == row.id:
        return FormProblem("unknown_cover", "Choose somebody else who works here.", ("cover",))
    if not may_cover(people.roles_of(cover), people.roles_of(row)):
        sentence = f"{cover.name} may not see everything that {row.name} is told of. Choose somebody who may."
        return FormProblem("cover_sees_too_little", sentence, ("cover",))
    return None


def disable_person(context: Context, *, person_id: int) -> None:
    """They can no longer sign in and are told of nothing; history keeps their name. Their sessions end."""
    with writing() as session:
        row = _person(session, person_id)
        if not row.is_active:
            return
        if problems := _last_administrator_problems(session, row):
            raise Refused(problems)
        row.is_active = False
        session.execute(delete(WebSession).where(WebSession.person_id == person_id))
        audit.record(session, "person_disabled", context.actor, context.now, "person", row.id)


def enable_person(context: Context, *, person_id: int) -> None:
    """They are back: they can sign in, and are told again."""
    with writing() as session:
        row = _person(session, person_id)
        if not row.is_active:
            row.is_active = True
            _record_changed(session, row, ["is_active"], context)


def set_password(context: Context, *, person_id: int, password: str) -> None:
    """At least 12 characters. Every session of theirs ends."""
    if problem := password_problem(password):
        raise Refused(problem)
    hashed = hash_password(password)
    with writing() as session:
        row = _person(session, person_id)
        row.password_hash = hashed
        session.execute(delete(WebSession).where(WebSession.person_id == person_id))
        audit.record(session, "password_changed", context.actor, context.now, "person", row.id)


def person_id_of(email: str) -> int | None:
    """For the record of a failed sign-in."""
    row = people.by_email(read_session(), email)
    return row.id if row else None


def add_team(context: Context, *, name: str) -> int:
    """The new team's id. Refused: no name, or one in use."""
    with writing() as session:
        _refuse_team_name(session, name)
        row = Team(name=name.strip())
        session.add(row)
        session.flush()
        audit.record(session, "team_added", context.actor, context.now, "team", row.id)
        return row.id


def rename_team(context: Context, *, team_id: int, name: str) -> None:
    """Refused: an unknown team, no name, or one in use."""
    with writing() as session:
        row = session.get(Team, team_id)
        if row is None:
            raise Refused(FormProblem("unknown_team", "There is no such team.", ("team_id",)))
        if row.name == name.strip():
            return
        _refuse_team_name(session, name, except_id=team_id)
        follow_renamed_team(session, context, row.name, name.strip())
        row.name = name.strip()
        audit.record(session, "team_renamed", context.actor, context.now, "team", row.id)


def _person(session: Session, person_id: int) -> Person:
    row = session.get(Person, person_id)
    if row is None:
        raise Refused(FormProblem("unknown_person", "There is no such person.", ("person_id",)))
    return row


def _record_changed(session: Session, row: Person, changed: Iterable[str], context: Context) -> None:
    if names := sorted(changed):
        audit.record(session, "person_changed", context.actor, context.now, "person", row.id, {"changed": names})


def _email_problems(session: Session, email: str, except_id: int | None = None) -> list[FormProblem]:
    text = people.normalise_email(email)
    name, at, domain = text.partition("@")
    if not name or not at or "." not in domain or any(letter.isspace() or ord(letter) < 32 for letter in text):
        sentence = "Write an email address, like name@council.gov.uk."
        return [FormProblem("not_an_email", sentence, ("email",))]
    held = people.by_email(session, text)
    if held is not None and held.id != except_id:
        return [FormProblem("email_in_use", "Somebody has this email address already.", ("email",))]
    return []


def _name_problems(name: str) -> list[FormProblem]:
    return [] if name.strip() else [FormProblem("missing_value", "Write the person's name.", ("name",))]


def _role_problems(roles: Collection[Role]) -> list[FormProblem]:
    return [] if roles else [FormProblem("missing_value", "Choose at least one role.", ("roles",))]


def _team_problems(session: Session, team_id: int | None) -> list[FormProblem]:
    if team_id is None or session.get(Team, team_id) is not None:
        return []
    return [FormProblem("unknown_team", "There is no such team.", ("team_id",))]


def _last_administrator_problems(session: Session, row: Person) -> list[FormProblem]:
    if Role.ADMINISTRATOR not in people.roles_of(row) or not row.is_active:
        return []
    query = select(func.count()).select_from(Person).join(PersonRole, PersonRole.person_id == Person.id)
    others = query.where(PersonRole.role == str(Role.ADMINISTRATOR), Person.is_active, Person.id != row.id)
    if session.scalar(others):
        return []
    sentence = "This is the last administrator. Make somebody else one first."
    return [FormProblem("last_administrator", sentence, ("roles",))]


def _refuse_team_name(session: Session, name: str, except_id: int | None = None) -> None:
    if not name.strip():
        raise Refused(FormProblem("missing_value", "Write the team's name.", ("name",)))
    query = select(Team.id).where(func.lower(Team.name) == name.strip().lower())
    if session.scalar(query if except_id is None else query.where(Team.id != except_id)) is not None:
        raise Refused(FormProblem("name_in_use", "There is a team of this name already.", ("name",)))
