"""The keys by which children are found, made anew where they were stored under an earlier scheme."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, func, select

from tracker.core.matching_keys import KEYS_VERSION
from tracker.services.transaction import writing
from tracker.store import children, db, engine
from tracker.store.models import Child, DueRun

WORK = "matching_keys"
_SO_FAR = f"{WORK}_so_far"
AT_ONCE = 500
"""Children in one transaction: the database is held briefly, and a stop repeats at most so many."""


def renew_keys(now: datetime, advance: Callable[[int], None] = lambda _: None) -> int:
    """Make the keys of all children anew, unless they are of this version; of how many it was.

    A run that is stopped goes on where it was: how far it is stands beside its work, the child's id as the key. To run
    it again changes nothing. `advance` is told of each transaction's children.
    """
    renewed = 0
    while not _is_done():
        with writing() as session:
            last = session.scalar(select(func.max(DueRun.key)).where(DueRun.work == _SO_FAR))
            after = int(last.partition(":")[2]) if last and last.startswith(f"{KEYS_VERSION}:") else 0
            query = select(Child.id).where(Child.id > after).order_by(Child.id).limit(AT_ONCE)
            ids = list(session.scalars(query))
            children.renew_keys(session, ids)
            session.execute(delete(DueRun).where(DueRun.work == _SO_FAR))
            if ids:
                engine.mark_done(session, _SO_FAR, f"{KEYS_VERSION}:{ids[-1]}", now)
            else:
                engine.mark_done(session, WORK, KEYS_VERSION, now)
        renewed += len(ids)
        advance(len(ids))
    return renewed


def _is_done() -> bool:
    session = db.session()
    found = session.get(DueRun, (WORK, KEYS_VERSION)) is not None
    session.rollback()
    return found
