"""Signing in and out: server-side sessions, revocable, found by a random token of which only the hash is kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from tracker.core.terms import Role
from tracker.services.context import Actor, Context, Viewer
from tracker.services.transaction import writing
from tracker.store import audit
from tracker.store.db import session
from tracker.store.models import Person, WebSession

TOUCH_EVERY = timedelta(minutes=1)
"""How exactly idleness is measured; keeps a page view from being a write each time."""


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
                token_hash=_hash(token),
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
    query = select(WebSession, Person).join(Person, Person.id == WebSession.person_id)
    found = session().execute(query.where(WebSession.token_hash == _hash(token))).one_or_none()
    if found is None:
        return None
    held, person = found
    if now >= held.expires_at or now - held.last_seen_at >= idle or not person.is_active:
        return None
    roles = frozenset(Role(row.role) for row in person.role_rows)
    signed_in = SignedIn(Viewer(person.id, person.name, roles, person.team_id), person.email, held.created_at)
    if now - held.last_seen_at >= TOUCH_EVERY:
        _touch(held.token_hash, now)
    return signed_in


def _touch(token_hash: str, now: datetime) -> None:
    with writing() as current:
        held = current.get(WebSession, token_hash)
        if held is not None:
            held.last_seen_at = now


def end_session(context: Context, token: str) -> None:
    """Sign out: the token opens nothing from now on. Records `signed_out`. Unknown tokens are no error."""
    with writing() as current:
        held = current.get(WebSession, _hash(token))
        if held is None:
            return
        current.delete(held)
        audit.record(current, "signed_out", context.actor, context.now, "person", held.person_id)


def end_sessions_of(person_id: int, except_token: str | None = None) -> int:
    """Revoke every session of a person, but for one; how many. After a new password, or when they leave."""
    query = delete(WebSession).where(WebSession.person_id == person_id)
    if except_token:
        query = query.where(WebSession.token_hash != _hash(except_token))
    with writing() as current:
        return current.execute(query.execution_options(synchronize_session=False)).rowcount  # type: ignore[attr-defined,no-any-return]


def record_failure(context: Context, person_id: int | None) -> None:
    """A sign-in that failed: whose account where it is one, never the address as typed."""
    with writing() as current:
        audit.record(current, "sign_in_failed", context.actor, context.now, "person", person_id)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
