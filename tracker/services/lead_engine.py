"""Of several schedulers one acts: a lease in the database, with a token that rises with every change of hands.

Not a safeguard against two acting at once (every act is a compare-and-set, so that does no harm), but against all of
them doing the same work.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from tracker.services.transaction import writing
from tracker.store import db, engine

NAME = "engine"


def hold(
    worker: str, now: datetime, seconds: float, is_gone: Callable[[str], bool] = lambda worker: False
) -> int | None:
    """Take the lease, or keep it, for so many seconds from now; the fencing token, or None where another leads.

    A follower only reads. A holder of which `is_gone` is known to have ended: its lease is free at once.
    """
    session = db.session()
    held = engine.lease(session, NAME)
    another = held is not None and held.holder != worker
    waits = held is not None and another and not engine.is_free(held, now) and not is_gone(held.holder)
    session.rollback()
    if waits:
        return None
    with writing() as writer:
        if held is not None and another and is_gone(held.holder):
            engine.give_back_lease(writer, NAME, held.holder, now)
        return engine.take_lease(writer, NAME, worker, now, now + timedelta(seconds=seconds))


def let_go(worker: str, now: datetime) -> None:
    """On a clean stop: another may act at once."""
    with writing() as session:
        engine.give_back_lease(session, NAME, worker, now)
