"""The audit trail: who did or saw what, and everything about one child on one page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tracker.services.context import Context, Viewer
from tracker.services.pages.rows import Page


@dataclass(frozen=True)
class AuditFilters:
    """Dates are local and both ends count."""

    subject: str = ""
    subject_id: str = ""
    person_id: int | None = None
    action: str = ""
    on_from: date | None = None
    on_to: date | None = None


@dataclass(frozen=True)
class AuditRow:
    id: int
    at: datetime
    actor_id: int | None
    actor: str
    action: str
    subject: str
    subject_id: str | None
    details: Mapping[str, object]


@dataclass(frozen=True)
class TrailEntry:
    """One happening about a child. `kind`: `view`, `change`, `interview`, `clock`, `alert` or `email`."""

    at: datetime
    kind: str
    action: str
    actor: str
    episode_id: int | None
    details: Mapping[str, object]


@dataclass(frozen=True)
class RecordTrail:
    """Who looked at this child's record, and when was the lead told? Newest first. No name of the child."""

    child_id: int
    episode_ids: tuple[int, ...]
    entries: Page[TrailEntry]


def audit_entries(context: Context, viewer: Viewer, filters: AuditFilters, page: int = 1) -> Page[AuditRow]:
    """Newest first. Looking at the trail is itself recorded."""
    raise NotImplementedError


def record_trail(context: Context, viewer: Viewer, child_id: int, page: int = 1) -> RecordTrail | None:
    """Views, changes, breaches, alerts and emails of one child merged; None where this viewer may not see it.

    Information governance may see the trail of any child, without the record.
    """
    raise NotImplementedError
