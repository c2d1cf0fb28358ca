"""A database is replaced by an older copy: what people were told since the copy was made is not told again.

What can be read of the database that goes is put into the copy. Where nothing can, the first sweep after sums up what
it tells, one message for each person, because nobody knows what they were told before.
"""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from tracker.services.context import Context
from tracker.services.transaction import writing
from tracker.store import audit, db, engine, tellings
from tracker.store.models import Episode
from tracker.store.tellings import Tellings

log = logging.getLogger(__name__)

RESTORED = "restored"
"""The heartbeat that says that a copy was put back, of which it is not known what was told since it was made."""

LOOK_BACK = timedelta(days=7)
"""How much older than the copy a message may be that waited in it and has gone since."""


def remember(copy_made_at: datetime | None) -> Tellings | None:
    """What the database that is about to go knows of it; None where it cannot be read, or holds no episode."""
    reading = db.session()
    try:
        if reading.scalar(select(Episode.id).limit(1)) is None:
            return None
        return tellings.told_since(reading, copy_made_at - LOOK_BACK if copy_made_at else None)
    except SQLAlchemyError as error:
        log.warning("what was told since the copy cannot be read: %s", type(error).__name__)
        return None
    finally:
        reading.close()


def carry_over(told: Tellings | None, context: Context) -> int:
    """Into the copy that is in its place; how many alerts it did not know."""
    with writing() as session:
        if told is None:
            engine.beat(session, RESTORED, context.now, 0)
            return 0
        audit.hold_chain(session)
        carried = tellings.put_back(session, told)
        acts = [
            audit.Act(
                "alert_raised",
                row["subject"],
                row["subject_id"],
                {
                    "rung": row["rung"],
                    "recipient_id": row["recipient_id"],
                    "alert_id": row["id"],
                    "carried_over": True,
                },
            )
            for row in carried
        ]
        audit.record_many(session, acts, context.actor, context.now)
        return len(carried)


def summing_up_after_restore(context: Context) -> tuple[Context, bool]:
    """The context of a sweep; after such a copy with one message for each person, and whether that is so."""
    reading = db.session()
    restored = engine.last_beat_at(reading, RESTORED) is not None
    reading.rollback()
    return (replace(context, rules=replace(context.rules, single_messages=0)), True) if restored else (context, False)


def restore_is_over() -> None:
    """The first whole sweep after it has ended."""
    with writing() as session:
        engine.end_beat(session, RESTORED)
