"""What of an interview the police are to know: what, when it went and to whom, whether they have it, the outcome."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.core.clock import require_aware
from tracker.services.context import Context
from tracker.services.errors import Conflict, FormProblem, Refused
from tracker.services.form_access import interview_to_write
from tracker.services.rows_for_change import CHANGED_MEANWHILE
from tracker.services.transaction import writing
from tracker.store import audit
from tracker.store.models import PoliceShare

CORRECTABLE = (
    "what", "sent_at", "sent_how", "sent_to", "acknowledged_at", "acknowledged_by", "outcome",
)  # fmt: skip
LONGEST = {"what": 4_000, "outcome": 4_000}
LINE = 200


def add_share(context: Context, *, interview_id: int, what: str, **more: object) -> int:
    """Something to be shared, or shared already: with `sent_at`, `sent_how` and `sent_to`. Returns its id.

    It waits for no write-up, and stays open to change after it: danger is told at once, and answers come later.
    """
    with writing() as session:
        interview_to_write(session, context, interview_id)
        values = _checked(dict.fromkeys(CORRECTABLE) | {"what": what, **more}, context.now)
        row = PoliceShare(
            interview_id=interview_id, created_at=context.now, created_by_id=context.actor.person_id, **values
        )
        _note_when(row, {}, context)
        session.add(row)
        session.flush()
        details = {"share_id": row.id}
        audit.record(session, "police_share_added", context.actor, context.now, "interview", interview_id, details)
        return row.id


def change_share(context: Context, *, share_id: int, version: int, values: Mapping[str, object]) -> None:
    """Correct it, or go on: sent, acknowledged, what came of it. `values`: any of CORRECTABLE. The same: no change.

    Conflict where its version is not the one shown. Refused: in the future; acknowledged before it was sent.
    """
    with writing() as session:
        row = _share_for_change(session, context, share_id, version)
        before = {name: getattr(row, name) for name in CORRECTABLE}
        after = _checked({**before, **values}, context.now)
        changed = sorted(name for name in CORRECTABLE if before[name] != after[name])
        if not changed:
            return
        for name in changed:
            setattr(row, name, after[name])
        _note_when(row, before, context)
        _record_change(session, context, row, changed)


def withdraw_share(context: Context, *, share_id: int, version: int, reason: str) -> None:
    """It need not be shared after all, or was entered by mistake; the record is kept."""
    text = reason.strip()
    if not text:
        raise Refused(FormProblem("missing_value", "Say why it is not to be shared.", ("reason",)))
    if len(text) > LINE:
        raise Refused(FormProblem("too_long", f"Write at most {LINE} characters here.", ("reason",)))
    with writing() as session:
        row = _share_for_change(session, context, share_id, version)
        row.withdrawn_at, row.withdrawn_reason = context.now, text
        _record_change(session, context, row, ["withdrawn_at"])


def _share_for_change(session: Session, context: Context, share_id: int, version: int) -> PoliceShare:
    unknown = Refused(FormProblem("unknown_share", "There is no such record."))
    found = session.get(PoliceShare, share_id)
    if found is None:
        raise unknown
    try:
        interview_to_write(session, context, found.interview_id)
    except Refused as refused:
        raise unknown if refused.problems[0].code == "unknown_interview" else refused from None
    session.refresh(found)
    if found.version != version:
        raise Conflict(CHANGED_MEANWHILE)
    if found.withdrawn_at is not None:
        raise Refused(FormProblem("withdrawn", "This was withdrawn. Add it anew if it is to be shared after all."))
    return found


def _note_when(row: PoliceShare, before: Mapping[str, object], context: Context) -> None:
    """Who sent it, and when an outcome was first recorded."""
    if row.sent_at is not None and before.get("sent_at") is None:
        row.sent_by_id = context.actor.person_id
    if row.outcome != before.get("outcome"):
        row.outcome_at = context.now if row.outcome else None


def _record_change(session: Session, context: Context, row: PoliceShare, changed: list[str]) -> None:
    session.flush()
    details = {"share_id": row.id, "changed": changed}
    audit.record(session, "police_share_changed", context.actor, context.now, "interview", row.interview_id, details)


def _checked(given: Mapping[str, object], now: datetime) -> dict[str, Any]:
    """The values, trimmed; refused where something is missing or cannot be."""
    if unknown := set(given) - set(CORRECTABLE):
        raise ValueError(f"a share has no {sorted(unknown)}")
    values: dict[str, Any] = {
        name: (value.strip() or None) if isinstance(value, str) else value for name, value in given.items()
    }
    problems = []
    if values["what"] is None:
        problems.append(FormProblem("missing_value", "Say what the police are to know.", ("what",)))
    for name, value in values.items():
        if isinstance(value, str) and len(value) > LONGEST.get(name, LINE):
            sentence = f"Write at most {LONGEST.get(name, LINE):,} characters here."
            problems.append(FormProblem("too_long", sentence, (name,)))
    problems += _time_problems(values, now)
    if problems:
        raise Refused(problems)
    return values


def _time_problems(values: Mapping[str, Any], now: datetime) -> list[FormProblem]:
    sent, acknowledged = values["sent_at"], values["acknowledged_at"]
    problems = [
        FormProblem("in_the_future", "This time lies in the future. Check the date.", (name,))
        for name in ("sent_at", "acknowledged_at")
        if values[name] is not None and require_aware(values[name]) > now
    ]
    if sent is None and any(values[name] for name in ("sent_how", "sent_to", "acknowledged_at")):
        problems.append(FormProblem("missing_value", "Say when it was sent.", ("sent_at",)))
    if sent is not None and values["sent_to"] is None:
        problems.append(FormProblem("missing_value", "Say to whom it was sent.", ("sent_to",)))
    if acknowledged is not None and values["acknowledged_by"] is None:
        problems.append(FormProblem("missing_value", "Say who acknowledged it.", ("acknowledged_by",)))
    if sent is not None and acknowledged is not None and acknowledged < sent:
        sentence = "This is before it was sent. Check both times."
        problems.append(FormProblem("before_sent", sentence, ("acknowledged_at",)))
    return problems
