"""Signing in and out: server-side sessions, revocable, found by a random token of which only the hash is kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select

from tracker.core.terms import Role
from tracker.services.context import Actor, Context, Viewer
from tracker.services.transaction import writing
from tracker.store import audit
from tracker.store.db import plain_rows, session
from tracker.store.models import Person, PersonRole, WebSession

TOUCH_EVERY = timedelta(minutes=1)
"""How exactly idleness is measured; keeps a page view from being a write each time."""

_BY_TOKEN = (
    select(
        WebSession.created_at, WebSession.last_seen_at, WebSession.expires_at,
        Person.id, Person.name, Person.email, Person.team_id, Person.is_active, PersonRole.role,
    )
    .join(Person, Person.id == WebSession.person_id)
    .outerjoin(PersonRole, PersonRole.person_id == Person.id)
    .where(WebSession.token_hash == bindparam("token_hash"))
)  # fmt: skip
"""A row for each role; built once, for it is asked with every page."""


@dataclass(frozen=True)
class SignedIn:
    """A live session: whose, and since when."""

    viewer: Viewer
    email: str
    since: datetime


def start_session(context: Context, person_id: int, lifetime: timedelta) -> str:
    """Open a session for a person whose password has been verified; the token for their cookie.

    Ends nothing else: one person may be signed in at two places. Records `signed_in`.
    """
    token = secrets.token_urlsafe(32)
    with writing() as current:
        person = current.get_one(Person, person_id)
        person.last_signed_in_at = context.now
        current.execute(delete(WebSession).where(WebSession.expires_at <= context.now))
        current.add(
            WebSession(
                token_hash=token_hash(token),
                person_id=person_id,
                data={},
                created_at=context.now,
                last_seen_at=context.now,
                expires_at=context.now + lifetime,
            )
        )
        audit.record(current, "signed_in", Actor(person.name, person.id), context.now, "person", person.id)
    return token


def find_session(token: str, now: datetime, idle: timedelta) -> SignedIn | None:
    """Whose session this token opens, or None: unknown, expired, idle for too long, or of somebody disabled."""
    hashed = token_hash(token)
    rows = plain_rows(session(), _BY_TOKEN, token_hash=hashed)
    if not rows:
        return None
    held = rows[0]
    if now >= held.expires_at or now - held.last_seen_at >= idle or not held.is_active:
        return None
    if now - held.last_seen_at >= TOUCH_EVERY:
        _touch(hashed, now)
    roles = frozenset(Role(row.role) for row in rows if row.role is not None)
    return SignedIn(Viewer(held.id, held.name, roles, held.team_id), held.email, held.created_at)


def _touch(hashed: str, now: datetime) -> None:
    with writing() as current:
        held = current.get(WebSession, hashed)
        if held is not None:
            held.last_seen_at = now


def end_session(context: Context, token: str) -> None:
    """Sign out: the token opens nothing from now on. Records `signed_out`. Unknown tokens are no error."""
    with writing() as current:
        held = current.get(WebSession, token_hash(token))
        if held is None:
            return
        current.delete(held)
        audit.record(current, "signed_out", context.actor, context.now, "person", held.person_id)


def record_failure(context: Context, person_id: int | None) -> None:
    """A sign-in that failed: whose account where it is one, never the address as typed."""
    with writing() as current:
        audit.record(current, "sign_in_failed", context.actor, context.now, "person", person_id)


def token_hash(token: str) -> str:
    """How a session's row is found: the token itself is kept nowhere."""
    return hashlib.sha256(token.encode()).hexdigest()
