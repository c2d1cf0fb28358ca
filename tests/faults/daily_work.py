"""What the scheduler does once a day, put aside in tests that run by the real clock, at whatever hour they run."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from tracker.core.clock import local_date
from tracker.services.send_digest import DIGEST
from tracker.store import engine


def digests_are_sent(session: Session, now: datetime) -> None:
    """Of today and tomorrow: after eight the digest would be one more message to each of those who are told."""
    for day in (local_date(now), local_date(now + timedelta(days=1))):
        engine.mark_done(session, DIGEST, day.isoformat(), now)
