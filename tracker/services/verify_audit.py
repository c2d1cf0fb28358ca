"""Whether the audit trail is whole: every row's hash and its link to the row before."""

from dataclasses import dataclass
from itertools import islice

from sqlalchemy import func, select

from tracker.store import audit
from tracker.store.db import session
from tracker.store.models import AuditEntry

SHOWN = 20


@dataclass(frozen=True)
class AuditCheck:
    """`broken`: ids of the first rows that do not hold."""

    rows: int
    broken: tuple[int, ...]


def verify_audit() -> AuditCheck:
    """Reads the whole trail, in order. That nothing was cut off at its end is for the backups to show."""
    current = session()
    rows = current.scalar(select(func.count()).select_from(AuditEntry)) or 0
    return AuditCheck(rows, tuple(islice(audit.broken_links(current), SHOWN)))
