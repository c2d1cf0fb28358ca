"""Tokens of the HTTP interface, and the keys under which they pushed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from tracker.store.engine import changed
from tracker.store.models import ApiToken, IdempotencyKey


def by_hash(session: Session, token_hash: str, now: datetime) -> ApiToken | None:
    """The token of this SHA-256 that opens something at `now`: neither revoked nor expired."""
    query = select(ApiToken).where(
        ApiToken.token_hash == token_hash,
        ApiToken.revoked_at.is_(None),
        or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > now),
    )
    return session.scalar(query)


def touch(session: Session, token_id: int, now: datetime) -> None:
    session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=now))


def revoke(session: Session, token_id: int, now: datetime, by_id: int | None) -> bool:
    """False if it had been revoked already."""
    row = update(ApiToken).where(ApiToken.id == token_id, ApiToken.revoked_at.is_(None))
    return changed(session, row.values(revoked_at=now, revoked_by_id=by_id)) == 1


def all_tokens(session: Session) -> Sequence[ApiToken]:
    """Those that were not revoked first, then the newest."""
    return session.scalars(select(ApiToken).order_by(ApiToken.revoked_at.is_not(None), ApiToken.id.desc())).all()


def pushed_under(session: Session, token_id: int, key: str) -> IdempotencyKey | None:
    return session.get(IdempotencyKey, (token_id, key))
