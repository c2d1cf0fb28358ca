"""The audit trail: who did or saw what, and everything about one child on one page."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session

from tracker.core.clock import local_midnight
from tracker.core.tables import Cell, csv_of
from tracker.core.terms import Role
from tracker.services.context import Context, Viewer
from tracker.services.pages.episode_parts import alerts_with_messages, told_name
from tracker.services.pages.episode_rows import record_list
from tracker.services.pages.rows import PAGE_SIZE, Page
from tracker.services.transaction import writing
from tracker.store import audit, merges, people
from tracker.store.db import session as read_session
from tracker.store.models import (
    Action,
    Alert,
    AuditEntry,
    Child,
    Episode,
    GroupItem,
    InterviewEpisode,
    StrategyMeeting,
)
from tracker.store.visibility import children_visible_to

TRAIL_SIZE = 100

FILE_SIZE = 20_000
"""So many entries go into one file: whoever needs more takes it by dates."""


class TrailPart(StrEnum):
    """What is asked of a child's trail: who looked, who was told, or what was done; or all of it."""

    EVERYTHING = "everything"
    LOOKED = "looked"
    TOLD = "told"
    DONE = "done"


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
    """One happening about a child. `kind`: `view`, `change`, `interview`, `plan`, `clock`, `alert` or `email`.

    `actor`: who acted; of an alert raised or an email, who was told.
    """

    at: datetime
    kind: str
    action: str
    actor: str
    episode_id: int | None
    details: Mapping[str, object]


@dataclass(frozen=True)
class RecordTrail:
    """Who looked at this child's record, and when was the lead told? Newest first. No name of the child.

    `entries`: those of the part that was asked for. `counts`: how many each part has.
    """

    child_id: int
    episode_ids: tuple[int, ...]
    entries: Page[TrailEntry]
    counts: Mapping[TrailPart, int]
    merged_ids: tuple[int, ...] = ()  # records that became this one: their entries are among these
    merged_into_id: int | None = None


def audit_entries(context: Context, viewer: Viewer, filters: AuditFilters, page: int = 1) -> Page[AuditRow]:
    """Newest first. Looking at the trail is itself recorded."""
    record_list(context, "audit", {**_narrowed(filters), "page": page}, action="audit_viewed")
    session = read_session()
    conditions = _conditions(filters)
    total = session.scalar(select(func.count()).select_from(AuditEntry).where(*conditions)) or 0
    number = max(1, page)
    newest = select(AuditEntry).where(*conditions).order_by(AuditEntry.id.desc())
    rows = session.scalars(newest.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE))
    return Page(tuple(_row(row) for row in rows), total, number)


def audit_file(context: Context, filters: AuditFilters) -> str | None:
    """The same as CSV, whole; None of more entries than one file holds. The export is itself recorded."""
    session = read_session()
    conditions = _conditions(filters)
    total = session.scalar(select(func.count()).select_from(AuditEntry).where(*conditions)) or 0
    session.rollback()  # the read ends before the write begins
    if total > FILE_SIZE:
        return None
    with writing() as writer:
        details = {"filter": {name: value for name, value in _narrowed(filters).items() if value}, "rows": total}
        audit.record(writer, "export_made", context.actor, context.now, "audit", None, details)
    newest = select(AuditEntry).where(*conditions).order_by(AuditEntry.id.desc()).limit(FILE_SIZE)
    return csv_of(FILE_HEADERS, [_file_row(row) for row in read_session().scalars(newest)])


FILE_HEADERS = ("entry", "at", "who", "person", "action", "about", "number", "details")


def _file_row(row: AuditEntry) -> tuple[Cell, ...]:
    details = json.dumps(row.details, sort_keys=True, ensure_ascii=False)
    return (row.id, row.at.isoformat(), row.actor, row.actor_id, row.action, row.subject, row.subject_id, details)


def _narrowed(filters: AuditFilters) -> dict[str, object]:
    """What the trail is narrowed to, as the trail itself records it."""
    return {
        "subject": filters.subject,
        "subject_id": filters.subject_id,
        "person_id": filters.person_id,
        "action": filters.action,
        "on": f"{filters.on_from or ''}/{filters.on_to or ''}".strip("/"),
    }


def _conditions(filters: AuditFilters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.subject:
        found.append(AuditEntry.subject == filters.subject)
    if filters.subject_id:
        found.append(AuditEntry.subject_id == filters.subject_id)
    if filters.person_id is not None:
        found.append(AuditEntry.actor_id == filters.person_id)
    if filters.action:
        found.append(AuditEntry.action == filters.action)
    if filters.on_from:
        found.append(AuditEntry.at >= local_midnight(filters.on_from))
    if filters.on_to:
        found.append(AuditEntry.at < local_midnight(filters.on_to + timedelta(days=1)))
    return found


def _row(row: AuditEntry) -> AuditRow:
    return AuditRow(row.id, row.at, row.actor_id, row.actor, row.action, row.subject, row.subject_id, row.details)


def record_trail(
    context: Context, viewer: Viewer, child_id: int, page: int = 1, part: TrailPart = TrailPart.EVERYTHING
) -> RecordTrail | None:
    """Views, changes, breaches, alerts and emails of one child merged; None where this viewer may not see it.

    Information governance may see the trail of any child, without the record.
    """
    session = read_session()
    seen = true() if Role.INFORMATION_GOVERNANCE in viewer.roles else children_visible_to(viewer)
    standing = merges.standing_for(session, child_id)
    if session.scalar(select(Child.id).where(Child.id == standing, seen)) is None:
        return None
    narrowed = {"child_id": child_id, "page": page, "part": part if part is not TrailPart.EVERYTHING else None}
    record_list(context, "audit", narrowed, action="audit_viewed")
    session = read_session()
    episode_ids = tuple(session.scalars(select(Episode.id).where(Episode.child_id == child_id).order_by(Episode.id)))
    merged = merges.merged_into(session, child_id)
    entries = sorted(
        [
            *_acts(session, {child_id, *merged}, episode_ids),
            *_at_meetings(session, {child_id, *merged}),
            *_told(session, episode_ids),
        ],
        key=lambda entry: entry.at,
        reverse=True,
    )
    parted = {one: [entry for entry in entries if one in _parts(entry)] for one in TrailPart}
    number = max(1, page)
    first = (number - 1) * TRAIL_SIZE
    shown = Page(tuple(parted[part][first : first + TRAIL_SIZE]), len(parted[part]), number, TRAIL_SIZE)
    counts = {one: len(found) for one, found in parted.items()}
    into = standing if standing != child_id else None
    return RecordTrail(child_id, episode_ids, shown, counts, tuple(sorted(merged)), into)


def _parts(entry: TrailEntry) -> tuple[TrailPart, TrailPart]:
    if entry.kind in ("alert", "email"):
        return TrailPart.EVERYTHING, TrailPart.TOLD
    return TrailPart.EVERYTHING, TrailPart.LOOKED if entry.kind == "view" else TrailPart.DONE


PLANNED: dict[str, type[Action] | type[StrategyMeeting]] = {"action": Action, "meeting": StrategyMeeting}
"""What is planned for a child has rows of its own, each under its own subject."""

AT_MEETINGS = ("group_meeting_viewed", "group_agenda_downloaded", "group_minutes_downloaded")

_OF_INTERVIEWS = ("interview_", "contact_attempt_", "authority_", "police_share_")


def _acts(session: Session, child_ids: Collection[int], episode_ids: Sequence[int]) -> Iterator[TrailEntry]:
    """What the audit trail holds of the child, the episodes, the interviews that cover them, actions and meetings."""
    episode_of = _subjects(session, child_ids, episode_ids)
    about = or_(
        *(
            and_(AuditEntry.subject == subject, AuditEntry.subject_id.in_([str(id_) for id_ in ids]))
            for subject, ids in episode_of.items()
        )
    )
    for row in session.scalars(select(AuditEntry).where(about)):
        if row.action == "alert_raised":  # told below, with when its email went
            continue
        episode_id = episode_of[row.subject].get(int(row.subject_id or 0))
        yield TrailEntry(row.at, _kind(row.action), row.action, row.actor, episode_id, row.details)


def _at_meetings(session: Session, child_ids: Set[int]) -> Iterator[TrailEntry]:
    """Who opened, or took the papers of, a meeting of the operational group with the child on its agenda."""
    held = select(GroupItem.meeting_id).where(GroupItem.child_id.in_(child_ids))
    ids = [str(id_) for id_ in session.scalars(held.distinct())]
    about = and_(AuditEntry.subject == "group_meeting", AuditEntry.subject_id.in_(ids))
    for row in session.scalars(select(AuditEntry).where(about, AuditEntry.action.in_(AT_MEETINGS))):
        named = row.details.get("child_ids")
        if named is None or not child_ids.isdisjoint(named):
            details = {"meeting": row.subject_id} | {k: v for k, v in row.details.items() if k != "child_ids"}
            yield TrailEntry(row.at, "view", row.action, row.actor, None, details)


def _subjects(
    session: Session, child_ids: Collection[int], episode_ids: Sequence[int]
) -> dict[str, dict[int, int | None]]:
    """Subject → the ids of it that are of this child → the episode concerned, if one is."""
    covering = select(InterviewEpisode).where(InterviewEpisode.episode_id.in_(episode_ids))
    found: dict[str, dict[int, int | None]] = {
        "child": dict.fromkeys(child_ids),
        "episode": {id_: id_ for id_ in episode_ids},
        "interview": {link.interview_id: link.episode_id for link in session.scalars(covering)},
    }
    for subject, kind in PLANNED.items():
        query = select(kind.id, kind.episode_id).where(kind.child_id.in_(child_ids))
        found[subject] = {row.id: row.episode_id for row in session.execute(query)}
    return found


def _kind(action: str) -> str:
    if action.endswith("_viewed") or action in ("interview_calendar_downloaded", "maramp_downloaded"):
        return "view"
    if action.startswith(_OF_INTERVIEWS):
        return "interview"
    if action.startswith(("action_", "meeting_", "maramp_")):
        return "plan"
    return "clock" if action.startswith(("breach_", "repeat_flag_")) else "change"


def _told(session: Session, episode_ids: Sequence[int]) -> Iterator[TrailEntry]:
    """When somebody was to be told, when the email went or was given up, and when they answered."""
    names = people.names_by_id(session)
    for alert, message in session.execute(alerts_with_messages().where(Alert.episode_id.in_(episode_ids))):
        details: dict[str, object] = {"rung": alert.rung, "clock_no": alert.clock_no, "reference": alert.reference}
        told = told_name(alert, names)
        yield TrailEntry(alert.raised_at, "alert", "alert_raised", told, alert.episode_id, details)
        if message is not None and message.sent_at is not None:
            yield TrailEntry(message.sent_at, "email", "email_sent", told, alert.episode_id, details)
        if message is not None and message.stopped_at is not None:
            stopped = {**details, "why": message.stopped_why}
            yield TrailEntry(message.stopped_at, "email", "email_stopped", told, alert.episode_id, stopped)
        if alert.acknowledged_at is not None:
            by = names.get(alert.acknowledged_by_id, "") if alert.acknowledged_by_id else ""
            answer = {**details, "reason": alert.acknowledged_reason}
            yield TrailEntry(alert.acknowledged_at, "alert", "alert_acknowledged", by, alert.episode_id, answer)
