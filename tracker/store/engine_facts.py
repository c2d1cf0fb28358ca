"""What every page asks of the engine, read at once: one statement, each part of it by an index of its own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, bindparam, func, select
from sqlalchemy.orm import Session

from tracker.store.db import plain_rows
from tracker.store.models import Heartbeat, OutboxMessage, Receipt, ReportAbsence, ReportWatch
from tracker.store.models.reports import RECEIPT_READING
from tracker.store.outbox import NO_LONGER_NEEDED, WAITING


@dataclass(frozen=True)
class EngineFacts:
    """`waiting_emails`: not yet sent, the oldest of them from `oldest_unsent_at`. `stopped_emails`: those a server
    refused. `receipts_reading`: reports whose lines are not all read. `reports_missing`: feeds that are watched and
    have a day on which nothing came, and nothing since."""

    waiting_emails: int
    oldest_unsent_at: datetime | None
    stopped_emails: int
    last_sweep_at: datetime | None
    last_delivery_at: datetime | None
    last_ping_at: datetime | None
    receipts_reading: int
    reports_missing: int


def engine_facts(session: Session, *, sweep: str, deliver: str, ping: str, stopped_since: datetime) -> EngineFacts:
    """As they stand now. `sweep`, `deliver` and `ping` are the names under which these jobs beat."""
    (row,) = plain_rows(session, _FACTS, sweep=sweep, deliver=deliver, ping=ping, stopped_since=stopped_since)
    return EngineFacts(*row)


def _last_beat(job: str) -> ScalarSelect[Any]:
    return select(Heartbeat.at).where(Heartbeat.job == bindparam(job)).scalar_subquery()


_WAITING = (
    select(func.count().label("emails"), func.min(OutboxMessage.created_at).label("oldest_at"))
    .where(WAITING)
    .subquery("waiting")
)
_STOPPED = select(func.count()).where(
    OutboxMessage.sent_at.is_(None),
    OutboxMessage.stopped_at >= bindparam("stopped_since"),
    OutboxMessage.stopped_why != NO_LONGER_NEEDED,
)
_MISSING = (
    select(func.count(ReportAbsence.feed.distinct()))
    .join(ReportWatch, ReportWatch.feed == ReportAbsence.feed)
    .where(ReportAbsence.settled_at.is_(None))
)
_FACTS = select(
    _WAITING.c.emails,
    _WAITING.c.oldest_at,
    _STOPPED.scalar_subquery(),
    _last_beat("sweep"),
    _last_beat("deliver"),
    _last_beat("ping"),
    select(func.count()).select_from(Receipt).where(RECEIPT_READING).scalar_subquery(),
    _MISSING.scalar_subquery(),
).select_from(_WAITING)
