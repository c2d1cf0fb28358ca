"""Who may push reports over HTTP, and what they have pushed under which key."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tracker.store.db import Base


class ApiToken(Base):
    """A token of the HTTP interface: its SHA-256 only, so that nobody can read it back.

    `purpose`: `reports` pushes those of one feed; `mail_events` says what became of emails, and has no feed ("").

    Never deleted: a revoked one stays, with who revoked it and when, so that history keeps its label.
    """

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    label: Mapped[str]
    purpose: Mapped[str] = mapped_column(default="reports")
    feed: Mapped[str]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class IdempotencyKey(Base):
    """A key under which a token pushed some bytes: written in the transaction that keeps them, so never without them.

    Kept as long as the receipt: a second try that comes weeks later still finds the first.
    """

    __tablename__ = "api_idempotency_key"

    token_id: Mapped[int] = mapped_column(ForeignKey("api_token.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    receipt_id: Mapped[int] = mapped_column(ForeignKey("receipt.id"))
    created_at: Mapped[datetime]
