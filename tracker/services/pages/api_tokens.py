"""Tokens of the HTTP interface, for the page that lists them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tracker.core.feed import Feed
from tracker.services.api_tokens import REPORTS
from tracker.services.context import Context
from tracker.store import api_tokens, people
from tracker.store.db import session as read_session
from tracker.store.models import ApiToken


@dataclass(frozen=True)
class TokenRow:
    """A token: never its text. `state`: `in use`, `expired`, `revoked`, or `feed not in force`."""

    id: int
    label: str
    purpose: str
    feed: str
    state: str
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str | None


def token_list(context: Context, feeds: Mapping[str, Feed]) -> tuple[TokenRow, ...]:
    """Those that were not revoked first, then the newest."""
    session = read_session()
    names = people.names_by_id(session)
    return tuple(_row(row, context, feeds, names) for row in api_tokens.all_tokens(session))


def token_row(context: Context, feeds: Mapping[str, Feed], token_id: int) -> TokenRow | None:
    session = read_session()
    row = session.get(ApiToken, token_id)
    return _row(row, context, feeds, people.names_by_id(session)) if row else None


def _row(row: ApiToken, context: Context, feeds: Mapping[str, Feed], names: Mapping[int, str]) -> TokenRow:
    return TokenRow(
        id=row.id,
        label=row.label,
        purpose=row.purpose,
        feed=row.feed,
        state=_state(row, context, feeds),
        created_at=row.created_at,
        created_by=_name(row.created_by_id, names),
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
        revoked_by=_name(row.revoked_by_id, names) if row.revoked_at else None,
    )


def _state(row: ApiToken, context: Context, feeds: Mapping[str, Feed]) -> str:
    if row.revoked_at is not None:
        return "revoked"
    if row.expires_at is not None and row.expires_at <= context.now:
        return "expired"
    return "in use" if row.purpose != REPORTS or row.feed in feeds else "feed not in force"


def _name(person_id: int | None, names: Mapping[int, str]) -> str:
    return "the command line" if person_id is None else names.get(person_id, "")
