"""The only writer of audit rows: a closed set of actions, append-only, each row's hash covering the one before it.

Written in the transaction of the act. If it cannot be written, the act, or the showing of a record, does not happen.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.orm import Session

from tracker.store.models import AuditEntry

# Action → the keys its details must have. Names are permanent: proof-read before adding one.
ACTIONS: dict[str, frozenset[str]] = {
    # signing in
    "signed_in": frozenset(),
    "sign_in_failed": frozenset(),
    "signed_out": frozenset(),
    "password_changed": frozenset(),
    # people
    "person_added": frozenset({"roles"}),
    "person_changed": frozenset({"changed"}),
    "person_disabled": frozenset(),
    "team_added": frozenset(),
    "team_renamed": frozenset(),
    # reads
    "child_viewed": frozenset(),
    "episode_viewed": frozenset(),
    "interview_viewed": frozenset(),
    "receipt_viewed": frozenset(),
    "line_viewed": frozenset(),
    "list_viewed": frozenset({"filter"}),
    "search_made": frozenset({"filter"}),
    "export_made": frozenset({"filter"}),
    "summary_viewed": frozenset(),
    "audit_viewed": frozenset({"filter"}),
    # reports
    "report_received": frozenset({"feed", "sha256"}),
    "report_refused": frozenset({"feed", "code"}),
    "report_absence_recorded": frozenset({"feed", "expected_on"}),
    "report_absence_told": frozenset({"feed", "expected_on", "recipient_ids"}),
    "report_absence_settled": frozenset({"receipt_id"}),
    "api_token_created": frozenset({"feed"}),
    "api_token_revoked": frozenset({"feed"}),
    "receipt_downloaded": frozenset({"sha256"}),
    "load_undo_started": frozenset({"feed"}),
    "load_undone": frozenset({"feed", "counts"}),
    "lines_reexamined": frozenset({"looked_at", "settled", "refreshed"}),
    "line_replayed": frozenset({"outcome"}),
    "line_dismissed": frozenset({"reason"}),
    "match_decided": frozenset({"child_id"}),
    "match_undone": frozenset({"episode_id"}),
    "same_episode_decided": frozenset({"episode_id"}),
    # feeds
    "feed_saved": frozenset({"name", "version_no"}),
    "feed_retired": frozenset({"name", "version_no"}),
    "feed_sample_viewed": frozenset({"sha256"}),
    # children and episodes
    "child_created": frozenset(),
    "child_changed": frozenset({"changed"}),
    "child_name_added": frozenset(),
    "child_name_removed": frozenset(),
    "child_number_added": frozenset({"kind"}),
    "child_number_removed": frozenset({"kind"}),
    "children_merged": frozenset({"kept_id", "gone_id"}),
    "children_unmerged": frozenset({"kept_id", "gone_id"}),
    "child_removed": frozenset({"line_id"}),
    "episode_created": frozenset(),
    "episode_changed": frozenset({"changed"}),
    "episode_decision_made": frozenset({"field", "took_police_value"}),
    "still_missing_settled": frozenset({"decision"}),
    "episode_conflict_settled": frozenset(),
    "episode_moved": frozenset({"from_child_id", "to_child_id"}),
    "episode_removed": frozenset({"line_id"}),
    "episodes_joined": frozenset({"kept_id", "joined_id"}),
    "episodes_separated": frozenset({"kept_id", "joined_id"}),
    # interviews
    "interview_allocated": frozenset({"allocated_to_id"}),
    "interview_offered": frozenset(),
    "interview_completed": frozenset({"in_time"}),
    "interview_declined": frozenset({"declined_by"}),
    "interview_not_required_proposed": frozenset(),
    "interview_not_required_approved": frozenset(),
    "interview_not_required_refused": frozenset(),
    "interviews_loaded": frozenset({"lines", "problems"}),
    "interview_accepted": frozenset({"accepted_by"}),
    "interview_planned": frozenset(),
    "interview_visit_ended": frozenset({"ended_as"}),
    "interview_calendar_downloaded": frozenset(),
    "contact_attempt_recorded": frozenset({"outcome"}),
    "contact_attempt_withdrawn": frozenset({"attempt_id"}),
    "authority_asked": frozenset({"why"}),
    "authority_answered": frozenset({"answer"}),
    "authority_request_withdrawn": frozenset({"request_id"}),
    # what is written of them
    "interview_form_started": frozenset({"form_version_id"}),
    "interview_form_viewed": frozenset(),
    "interview_section_saved": frozenset({"section", "version"}),
    "interview_section_conflict_kept": frozenset({"section", "based_on_version"}),
    "interview_section_conflict_settled": frozenset({"section"}),
    "interview_written_up": frozenset(),
    "interview_form_reopened": frozenset(),
    "interview_reviewed": frozenset({"decision"}),
    "interview_closed": frozenset(),
    "interview_reopened": frozenset(),
    "police_share_added": frozenset({"share_id"}),
    "police_share_changed": frozenset({"share_id", "changed"}),
    # what is to be done
    "action_added": frozenset({"child_id"}),
    "action_changed": frozenset({"changed"}),
    "action_done": frozenset(),
    "action_reopened": frozenset(),
    "action_withdrawn": frozenset(),
    "action_viewed": frozenset(),
    "meeting_asked": frozenset({"trigger", "child_id"}),
    "meeting_changed": frozenset({"changed"}),
    "meeting_held": frozenset(),
    "meeting_not_needed": frozenset(),
    "meeting_withdrawn": frozenset({"reason"}),
    "meeting_viewed": frozenset(),
    "child_contact_added": frozenset({"contact_id"}),
    "child_contact_changed": frozenset({"contact_id", "changed"}),
    "child_contact_removed": frozenset({"contact_id"}),
    # frequent runaways
    "frequent_viewed": frozenset({"part"}),
    "interview_quality_checked": frozenset({"role", "number"}),
    "maramp_opened": frozenset({"maramp_id"}),
    "maramp_draft_saved": frozenset({"maramp_id"}),
    "maramp_draft_discarded": frozenset({"maramp_id"}),
    "maramp_published": frozenset({"maramp_id", "number"}),
    "maramp_closed": frozenset({"maramp_id"}),
    "maramp_reopened": frozenset({"maramp_id"}),
    "maramp_downloaded": frozenset({"maramp_id", "number"}),
    "action_answers_changed": frozenset({"child_id"}),
    # the engine
    "breach_recorded": frozenset({"clock_no"}),
    "breach_withdrawn": frozenset({"clock_no", "reason"}),
    "breach_reason_given": frozenset({"reason"}),
    "repeat_flag_raised": frozenset({"rule"}),
    "repeat_flag_ended": frozenset({"rule"}),
    "repeat_flag_withdrawn": frozenset({"rule"}),
    "repeat_flag_reviewed": frozenset({"decision"}),
    "alert_raised": frozenset({"rung", "recipient_id"}),
    "alert_acknowledged": frozenset({"rung"}),
    "alert_escalated": frozenset({"rung", "reason"}),
    "email_stopped": frozenset({"why"}),
    "email_tried_again": frozenset(),
    "email_bounced": frozenset({"why"}),
    "test_message_queued": frozenset({"road"}),
    "digest_queued": frozenset({"day"}),
    "ladder_saved": frozenset({"version_no"}),
    "alert_chain_viewed": frozenset(),
    # the operational group's meetings: what is about one child has that child as its subject
    "group_meeting_planned": frozenset(),
    "group_meeting_changed": frozenset({"changed"}),
    "group_meeting_cancelled": frozenset(),
    "group_meeting_viewed": frozenset({"child_ids"}),
    "group_agenda_ordered": frozenset(),
    "group_agenda_downloaded": frozenset({"child_ids"}),
    "group_item_added": frozenset({"group_item_id", "reasons"}),
    "group_item_left_out": frozenset({"group_item_id"}),
    "group_item_put_back": frozenset({"group_item_id"}),
    "group_item_viewed": frozenset({"group_item_id"}),
    "group_item_recorded": frozenset({"group_item_id", "decision"}),
    "group_history_viewed": frozenset(),
    "group_meeting_started": frozenset(),
    "group_attendance_recorded": frozenset(),
    "group_meeting_closed": frozenset({"sha256"}),
    "group_minutes_corrected": frozenset({"note_id"}),
    "group_minutes_downloaded": frozenset({"sha256", "names"}),
    # oversight
    "summary_prepared": frozenset({"month"}),
    "summary_published": frozenset({"month", "version", "sha256"}),
    "care_extract_loaded": frozenset({"kind", "year", "sha256"}),
    "care_extract_refused": frozenset({"kind", "year", "sha256", "problems"}),
    "care_link_settled": frozenset({"child_id"}),
    "edition_viewed": frozenset(),
    "edition_issued": frozenset({"quarter", "threshold", "sha256"}),
    "edition_withdrawn": frozenset({"quarter"}),
    "request_answered": frozenset({"period", "threshold"}),
    "month_commentary_written": frozenset({"length"}),
    "summary_told": frozenset({"template", "recipient_ids"}),
}

READS = frozenset(
    {action for action in ACTIONS if action.endswith("_viewed")}
    | {
        "search_made",
        "export_made",
        "receipt_downloaded",
        "interview_calendar_downloaded",
        "group_agenda_downloaded",
        "group_minutes_downloaded",
        "maramp_downloaded",
        "signed_in",
        "sign_in_failed",
        "signed_out",
    }
)
"""Actions that change no record."""

FIRST_HASH = "0" * 64
_LOCK = 7203720372  # the advisory lock that gives the chain one writer at a time on PostgreSQL

_IDLE = "30s"  # between two statements of one transaction: no step of ours thinks for so long
_HOLD = text("SELECT pg_advisory_xact_lock(:lock), set_config('idle_in_transaction_session_timeout', :idle, true)")


@dataclass(frozen=True)
class Actor:
    """Who acts: a person, or a part of the system by its name (`scheduler`, `command line`)."""

    name: str
    person_id: int | None = None


def hold_chain(session: Session) -> None:
    """Take the chain's one writing place until the transaction ends (SQLite has one writer anyway).

    `record` does it by itself. Where many rows are locked first, as in a sweep, it is taken before them: whoever holds
    a row may be waiting for this place, and two that wait for each other would stop. On PostgreSQL whoever has it and
    then stands still (a paused machine) loses the transaction after `_IDLE`, so that nobody waits for it for ever.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_HOLD, {"lock": _LOCK, "idle": _IDLE})


@dataclass(frozen=True)
class Act:
    """What one row says: an action of ACTIONS, on what, with its details."""

    action: str
    subject: str
    subject_id: int | str | None = None
    details: Mapping[str, object] | None = None


def record(
    session: Session,
    action: str,
    actor: Actor,
    now: datetime,
    subject: str,
    subject_id: int | str | None = None,
    details: Mapping[str, object] | None = None,
) -> None:
    """Append one row. Raises ValueError for an unknown action or missing details: a mistake of ours.

    `details` hold ids, codes and field names, never a child's name or free text about one.
    """
    session.flush()
    record_many(session, [Act(action, subject, subject_id, details)], actor, now)


def record_many(session: Session, acts: Sequence[Act], actor: Actor, now: datetime) -> None:
    """Append a row for each act, in their order: the many of a report cost little more than one.

    What is pending in the session may stay so: the rows that are spoken of have their ids.
    """
    for act in acts:
        if act.action not in ACTIONS or not ACTIONS[act.action] <= (act.details or {}).keys():
            raise ValueError(f"audit action {act.action!r} is unknown, or its details lack a required key")
    if not acts:
        return
    hold_chain(session)
    connection = session.connection()
    previous = connection.scalar(_NEWEST_HASH) or FIRST_HASH
    rows: list[dict[str, object]] = []
    for act in acts:
        row: dict[str, object] = {
            "at": now,
            "actor_id": actor.person_id,
            "actor": actor.name,
            "action": act.action,
            "subject": act.subject,
            "subject_id": None if act.subject_id is None else str(act.subject_id),
            "details": dict(act.details or {}),
            "previous_hash": previous,
        }
        previous = row["hash"] = _hash_of(row, now)
        rows.append(row)
    connection.execute(_APPEND, rows)


_AUDIT = cast("Table", AuditEntry.__table__)
_NEWEST_HASH = select(_AUDIT.c.hash).order_by(_AUDIT.c.id.desc()).limit(1)
_APPEND = insert(_AUDIT)
_HASHED = ("actor_id", "actor", "action", "subject", "subject_id", "details")
_AS_TEXT = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def _hash_of(row: Mapping[str, object], at: datetime) -> str:
    content = [row["previous_hash"], at.isoformat(), *(row[name] for name in _HASHED)]
    return hashlib.sha256(_AS_TEXT(content).encode()).hexdigest()


def broken_links(session: Session) -> Iterator[int]:
    """The ids of rows whose hash, or whose link to the row before, does not hold."""
    previous = FIRST_HASH
    for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=1000)):
        row = {name: getattr(entry, name) for name in ("previous_hash", *_HASHED)}
        if entry.previous_hash != previous or entry.hash != _hash_of(row, entry.at):
            yield entry.id
        previous = entry.hash


def newest(session: Session) -> int:
    """The id of the newest row; 0 where there is none."""
    return session.scalar(select(func.max(AuditEntry.id))) or 0


def newest_of(session: Session, beginnings: Collection[str], except_for: Collection[str], after_id: int) -> int | None:
    """The id of the newest row after one whose action begins with one of these; None if there is none."""
    names = [name for name in ACTIONS if name.startswith(tuple(beginnings)) and name not in except_for]
    query = select(AuditEntry.id).where(AuditEntry.id > after_id, AuditEntry.action.in_(names))
    return session.scalar(query.order_by(AuditEntry.id.desc()).limit(1))


def last_change(session: Session) -> int:
    """The id of the newest row that tells of a change: while it is the same, no record has changed. 0: none yet.

    Read backwards from the newest, so that it costs the reads since the last change and nothing else.
    """
    query = select(AuditEntry.id).where(AuditEntry.action.not_in(READS)).order_by(AuditEntry.id.desc()).limit(1)
    return session.scalar(query) or 0
