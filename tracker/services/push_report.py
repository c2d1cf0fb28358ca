"""A report pushed over HTTP: taken once under its key, read as far as one request should, told as a receipt."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import InternalError, OperationalError
from sqlalchemy.orm import Session

from tracker.adapters.tabular import FileLimits
from tracker.core.feed import Feed
from tracker.core.report_terms import Road
from tracker.services import api_tokens
from tracker.services.api_tokens import TokenHolder
from tracker.services.context import Context
from tracker.services.errors import FormProblem, Refused
from tracker.services.pages.receipt_document import receipt_document
from tracker.services.pages.reports import receipt_summary
from tracker.services.receive_report import receive_report
from tracker.store import api_tokens as store
from tracker.store.db import session as current_session
from tracker.store.models import IdempotencyKey, Receipt

READ_AT_MOST = 5_000
"""Lines read within the request that brings them; the scheduler reads the rest (definitions §8)."""


class UnavailableError(RuntimeError):
    """The database could not be used now: busy, read-only, full or away. The same request may be sent again."""


class KeyReused(Refused):
    """The key has been used for other bytes."""


@dataclass(frozen=True)
class Pushed:
    """The receipt's document. `is_repeat`: it had been made by an earlier try under the same key."""

    document: dict[str, Any]
    is_repeat: bool


class _UnderKey:
    """One key of one token: the receipt it has already, else the one it gets (services.receive_report.Once)."""

    def __init__(self, token_id: int, key: str, now: datetime) -> None:
        self.token_id = token_id
        self.key = key
        self.now = now
        self.is_repeat = False

    def receipt_of(self, session: Session, sha256: str) -> int | None:
        held = store.pushed_under(session, self.token_id, self.key)
        if held is None:
            return None
        if held.sha256 != sha256:
            sentence = "This Idempotency-Key was used before for another report. Use a new key for each report."
            raise KeyReused(FormProblem("key_reused", sentence, ("Idempotency-Key",)))
        self.is_repeat = True
        return held.receipt_id

    def keep(self, session: Session, receipt_id: int, sha256: str) -> None:
        row = {"token_id": self.token_id, "key": self.key, "sha256": sha256, "receipt_id": receipt_id}
        session.add(IdempotencyKey(**row, created_at=self.now))


def push_report(
    context: Context,
    holder: TokenHolder,
    *,
    content: bytes,
    filename: str,
    feed: Feed,
    key: str | None,
    limits: FileLimits,
    at_most: int = READ_AT_MOST,
) -> Pushed:
    """Keep the bytes, read up to `at_most` lines of them, and say what became of them.

    With a `key` a second try with the same bytes gives the same receipt, and goes on reading where the first was cut
    short; the key is committed with the bytes, so that no crash parts them. Raises KeyReused for other bytes under it,
    UnavailableError where the database cannot be used.
    """
    once = _UnderKey(holder.token_id, key, context.now) if key else None
    with answering():
        receipt_id = receive_report(
            context,
            content=content,
            filename=filename,
            feed=feed,
            source=Road.API,
            limits=limits,
            once=once,
            at_most=at_most,
        )
        return Pushed(receipt_document(receipt_summary(receipt_id)), once is not None and once.is_repeat)


def pushed_receipt(holder: TokenHolder, receipt_id: int) -> dict[str, Any] | None:
    """The document of a receipt of the token's own feed, by whichever road it came; None where there is none."""
    with answering():
        query = select(Receipt.id).where(Receipt.id == receipt_id, Receipt.feed == holder.feed)
        found = current_session().scalar(query)
        return None if found is None else receipt_document(receipt_summary(found))


def holder_of(token: str, now: datetime) -> TokenHolder | None:
    """Who holds the token (services.api_tokens). Raises UnavailableError where the database cannot be used."""
    with answering():
        return api_tokens.token_holder(token, now)


@contextmanager
def answering() -> Iterator[None]:
    """A database that cannot be used is a value to the caller, not a fault. Its own words may quote a row."""
    try:
        yield
    except (InternalError, OperationalError) as error:
        current_session().rollback()
        raise UnavailableError(type(error).__name__) from None
