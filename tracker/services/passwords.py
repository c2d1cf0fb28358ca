"""Passwords: hashed with Argon2id, verified in the same time whoever is asked for."""

from dataclasses import dataclass
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tracker.core.terms import Role
from tracker.services.errors import FormProblem
from tracker.services.transaction import writing
from tracker.store import people
from tracker.store.db import session
from tracker.store.models import Person

MINIMUM_PASSWORD = 12
LONGEST_PASSWORD = 1024
"""Longer texts are refused before any work is done on them."""

_HASHER = PasswordHasher()


@cache
def _of_nobody() -> str:
    """Verified where there is nobody to verify: only as much work as a real one."""
    return _HASHER.hash("the password of nobody")


@dataclass(frozen=True)
class VerifiedPerson:
    """Whose password was right."""

    id: int
    email: str
    name: str
    roles: frozenset[Role]
    team_id: int | None


def password_problem(password: str) -> FormProblem | None:
    """Why this cannot be a password, or None."""
    if len(password) < MINIMUM_PASSWORD:
        sentence = f"A password has at least {MINIMUM_PASSWORD} characters. Three unrelated words are easy to remember."
        return FormProblem("short_password", sentence, ("password",))
    if len(password) > LONGEST_PASSWORD:
        sentence = f"A password has at most {LONGEST_PASSWORD} characters."
        return FormProblem("long_password", sentence, ("password",))
    return None


def hash_password(password: str) -> str:
    return _HASHER.hash(password)


def verify_password(email: str, password: str) -> VerifiedPerson | None:
    """Whose they are; None for a wrong password, an unknown address, somebody disabled: each takes the same work.

    A hash made with older parameters is made anew.
    """
    if len(password) > LONGEST_PASSWORD:
        return None
    row = people.by_email(session(), email)
    usable = row is not None and row.is_active and row.password_hash is not None
    held = row.password_hash if row is not None and usable and row.password_hash else _of_nobody()
    if not _is_right(held, password) or row is None or not usable:
        return None
    person = VerifiedPerson(row.id, row.email, row.name, people.roles_of(row), row.team_id)
    if _HASHER.check_needs_rehash(held):
        with writing() as current:
            current.get_one(Person, person.id).password_hash = hash_password(password)
    return person


def _is_right(held: str, password: str) -> bool:
    try:
        return _HASHER.verify(held, password)
    except (VerificationError, InvalidHashError):
        return False
