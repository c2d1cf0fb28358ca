"""Tokens of the HTTP interface: made, shown once, kept as a SHA-256, and revoked.

One pushes the reports of a feed, or says what became of emails.
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.services.context import Context
from tracker.services.errors import Conflict, FormProblem, Refused
from tracker.services.transaction import writing
from tracker.store import api_tokens, audit, db
from tracker.store.models import ApiToken

PREFIX = "rit_"
"""What every token begins with, so that programs that look for leaked secrets know one."""

REPORTS = "reports"
MAIL_EVENTS = "mail_events"
"""What a token may be for."""

_TOUCHED_AT_MOST_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class TokenHolder:
    """Who pushes: a token that opens one feed, or with the purpose `mail_events` says what became of emails."""

    token_id: int
    feed: str
    purpose: str = REPORTS


def create_token(
    context: Context,
    *,
    label: str,
    feed: str,
    feeds: Collection[str],
    expires_at: datetime | None = None,
    purpose: str = REPORTS,
) -> tuple[int, str]:
    """The new token's id, and the token itself: 256 random bits, shown here once and never again.

    For `mail_events` no feed is taken: `feed` is empty.
    """
    known = feeds if purpose == REPORTS else [""]
    problems = list(_problems(context, label, feed, known, expires_at))
    if problems:
        raise Refused(problems)
    token = PREFIX + secrets.token_urlsafe(32)
    with writing() as session:
        row = ApiToken(
            token_hash=_hash(token),
            label=label.strip(),
            purpose=purpose,
            feed=feed,
            created_at=context.now,
            created_by_id=context.actor.person_id,
            expires_at=expires_at,
        )
        session.add(row)
        session.flush()
        details = {"feed": feed, "purpose": purpose}
        audit.record(session, "api_token_created", context.actor, context.now, "api_token", row.id, details)
        return row.id, token


def _problems(
    context: Context, label: str, feed: str, feeds: Collection[str], expires_at: datetime | None
) -> list[FormProblem]:
    found = []
    if not label.strip() or len(label.strip()) > 80 or not label.isprintable():
        sentence = "Enter a label of at most 80 characters: who or what will hold the token."
        found.append(FormProblem("bad_label", sentence, ("label",)))
    if feed not in feeds:
        found.append(FormProblem("unknown_feed", "Choose a feed that is in force.", ("feed",)))
    if expires_at is not None and expires_at <= context.now:
        found.append(FormProblem("expired", "The day on which the token ends must lie ahead.", ("last_day",)))
    return found


def revoke_token(context: Context, *, token_id: int) -> None:
    """From now on it opens nothing. Raises Refused for an unknown one, Conflict where it was revoked already."""
    with writing() as session:
        row = session.get(ApiToken, token_id)
        if row is None:
            raise Refused(FormProblem("unknown_token", "There is no such token."))
        if not api_tokens.revoke(session, token_id, context.now, context.actor.person_id):
            raise Conflict(FormProblem("already_revoked", "This token has been revoked already."))
        details = {"feed": row.feed}
        audit.record(session, "api_token_revoked", context.actor, context.now, "api_token", token_id, details)


def token_holder(token: str, now: datetime) -> TokenHolder | None:
    """Who holds this token; None where it opens nothing, whatever the reason. Its use is noted once a minute at most.

    Looked up by its hash: how long that takes says nothing about how near a guess was.
    """
    session = db.session()
    row = api_tokens.by_hash(session, _hash(token), now)
    found = TokenHolder(row.id, row.feed, row.purpose) if row else None
    used_at = row.last_used_at if row else None
    session.rollback()
    if found and (used_at is None or not timedelta(0) <= now - used_at < _TOUCHED_AT_MOST_EVERY):
        with writing() as writer:
            api_tokens.touch(writer, found.token_id, now)
    return found


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
