"""A child known only by lines that prove to be about another: the record goes, so that no later line finds it."""

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from tracker.services.context import Context
from tracker.store import audit, plans
from tracker.store.models import (
    Alert,
    AuditEntry,
    Child,
    ChildIdentifier,
    ChildKey,
    ChildMerge,
    ChildName,
    Episode,
    Line,
    MatchDecision,
    RepeatFlagRow,
)
from tracker.store.models.reports import LINE_WAITS


def remove_if_empty(session: Session, child: Child, line_id: int | None, context: Context) -> bool:
    """Take the record away unless an episode, a person's entry, a review, a merge or a decision hangs on it."""
    session.flush()
    if _is_needed(session, child.id):
        return False
    session.execute(update(Line).where(LINE_WAITS, Line.child_id == child.id).values(child_id=None))
    if session.scalar(select(Line.id).where(Line.child_id == child.id).limit(1)) is not None:
        return False
    plans.remove_asked(session, child_id=child.id)
    session.execute(update(Alert).where(Alert.child_id == child.id).values(child_id=None))
    for model in (RepeatFlagRow, ChildKey, ChildIdentifier, ChildName):
        session.execute(delete(model).where(model.child_id == child.id))
    session.delete(child)
    details = {"line_id": line_id}
    audit.record(session, "child_removed", context.actor, context.now, "child", child.id, details)
    return True


def _is_needed(session: Session, child_id: int) -> bool:
    entries = select(AuditEntry.action, AuditEntry.details).where(
        AuditEntry.subject == "child",
        AuditEntry.subject_id == str(child_id),
        AuditEntry.action.in_(["child_created", "child_changed"]),
    )
    held = session.execute(entries).all()
    if all(action != "child_created" for action, _ in held) or any(details.get("by_hand") for _, details in held):
        return True  # not made by a line, or a person wrote of it
    hanging = (
        select(Episode.id).where(Episode.child_id == child_id),
        select(ChildName.id).where(ChildName.child_id == child_id, ChildName.added_by_id.is_not(None)),
        select(ChildIdentifier.id).where(
            ChildIdentifier.child_id == child_id, ChildIdentifier.added_by_id.is_not(None)
        ),
        select(RepeatFlagRow.id).where(RepeatFlagRow.child_id == child_id, RepeatFlagRow.reviewed_at.is_not(None)),
        select(ChildMerge.id).where(or_(ChildMerge.kept_id == child_id, ChildMerge.gone_id == child_id)),
        select(MatchDecision.id).where(MatchDecision.child_id == child_id),
    )
    if plans.worked_on_children(session, [child_id]):
        return True
    return any(session.scalar(query.limit(1)) is not None for query in hanging)
