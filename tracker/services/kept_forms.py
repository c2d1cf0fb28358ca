"""What somebody sent after their session had ended: kept for an hour, for that person alone, until they sign in again.

It lies in a row of their own beside their sessions, which no token opens. Nothing of it stands in an address, a cookie
or a log. docs/decisions/0022.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.services.sessions import token_hash
from tracker.services.transaction import writing
from tracker.store.db import session as read_session
from tracker.store.models import Person, WebSession

KEPT_FOR = timedelta(hours=1)

MOST = 5
"""Forms of one person; the oldest goes first."""

LONGEST = 200_000
"""Characters of one form, its names and values together."""

_MARK = "kept:"
"""Begins the key of such a row. The key of a session is a SHA-256 in hexadecimal, and never begins so."""

Fields = Sequence[tuple[str, str]]
"""Name and value, as a browser sent them; a name may come several times."""


@dataclass(frozen=True)
class KeptForm:
    """`path`: where it was sent. `with_files`: a file was sent with it, which is not kept."""

    id: str
    path: str
    fields: tuple[tuple[str, str], ...]
    with_files: bool
    kept_at: datetime


def keep_form(now: datetime, session_token: str, *, path: str, fields: Fields, with_files: bool) -> bool:
    """Keep it for the person whose session this token opened. False where nobody knows whose it was (the session was
    ended by signing out, by a new password or by an administrator), or where it is too long."""
    if not session_token or sum(len(name) + len(value) for name, value in fields) > LONGEST:
        return False
    with writing() as current:
        _forget_old(current, now)
        held = current.get(WebSession, token_hash(session_token))
        person = current.get(Person, held.person_id) if held is not None and held.person_id is not None else None
        if person is None or not person.is_active:
            return False
        data: dict[str, Any] = {"path": path, "fields": [list(pair) for pair in fields], "with_files": with_files}
        current.add(
            WebSession(
                token_hash=f"{_MARK}{secrets.token_urlsafe(16)}", person_id=person.id, data=data, created_at=now,
                last_seen_at=now, expires_at=now + KEPT_FOR,
            )
        )  # fmt: skip
        current.flush()
        for row in _of(current, now, person.id)[MOST:]:
            current.delete(row)
        return True


def kept_forms(now: datetime, person_id: int) -> tuple[KeptForm, ...]:
    """Theirs, the newest first."""
    return tuple(
        KeptForm(
            row.token_hash.removeprefix(_MARK), row.data["path"],
            tuple((name, value) for name, value in row.data["fields"]), row.data["with_files"], row.created_at,
        )
        for row in _of(read_session(), now, person_id)
    )  # fmt: skip


def forget_form(now: datetime, person_id: int, kept_id: str) -> None:
    """It was used, or is not wanted: gone. One that is nobody's, or another's, is no error."""
    with writing() as current:
        _forget_old(current, now)
        mine = (WebSession.token_hash == f"{_MARK}{kept_id}", WebSession.person_id == person_id)
        current.execute(delete(WebSession).where(*mine))


def _of(session: Session, now: datetime, person_id: int) -> list[WebSession]:
    query = select(WebSession).where(
        WebSession.person_id == person_id, WebSession.token_hash.startswith(_MARK), WebSession.expires_at > now
    )
    return list(session.scalars(query.order_by(WebSession.created_at.desc(), WebSession.token_hash)))


def _forget_old(session: Session, now: datetime) -> None:
    """Whoever keeps, uses or begins a session (services/sessions.py) clears away what is over."""
    old = (WebSession.token_hash.startswith(_MARK), WebSession.expires_at <= now)
    session.execute(delete(WebSession).where(*old))
