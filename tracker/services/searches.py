"""Words that a person searched for, kept with their session: an address holds a random key, never a child's name.

Addresses end up in histories, logs and shared links. What was typed stays in the database, in the session of whoever
typed it, and is gone when that session ends.
"""

import hashlib
import secrets
from collections.abc import Mapping

from sqlalchemy.orm.attributes import flag_modified

from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import WebSession

KEPT = 20
"""How many searches a session keeps; the oldest goes first."""

_FIELD = "searches"


def keep_search(session_token: str, typed: Mapping[str, str]) -> str:
    """Keep what was typed; the key under which this session finds it again. The same words keep their key.

    A session that has ended meanwhile keeps nothing: its key finds nothing.
    """
    key = secrets.token_urlsafe(9)
    with writing() as current:
        held = current.get(WebSession, _hash(session_token))
        if held is None:
            return key
        kept: dict[str, dict[str, str]] = dict(held.data.get(_FIELD, {}))
        same = next((known for known, words in kept.items() if words == dict(typed)), None)
        if same is not None:
            return same
        kept[key] = dict(typed)
        held.data = {**held.data, _FIELD: dict(list(kept.items())[-KEPT:])}
        flag_modified(held, "data")
    return key


def find_search(session_token: str, key: str) -> dict[str, str] | None:
    """What this session typed under that key; None where it is not, or no longer, held."""
    held = session().get(WebSession, _hash(session_token))
    found: dict[str, str] | None = held.data.get(_FIELD, {}).get(key) if held is not None else None
    return found


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
