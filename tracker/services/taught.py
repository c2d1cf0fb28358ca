"""What lines of reports taught of a child: taken back, or handed on, when they prove to be about another."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.adapters.tabular import Row
from tracker.core.daily_report import ReportLine
from tracker.core.feed import Feed
from tracker.services.context import Context
from tracker.services.find_children import is_ours
from tracker.services.line_memory import plain
from tracker.services.line_verdicts import LEARNT
from tracker.services.read_lines import FieldsOf, read_row
from tracker.store import audit, children
from tracker.store.models import AuditEntry, Child, Episode, Line, Receipt
from tracker.store.taught import Kept, forget


def said_of(session: Session, episode_ids: Collection[int], feeds: Mapping[str, Feed]) -> list[ReportLine]:
    """What the lines of these episodes say, oldest first; those that no configured feed can read are left out."""
    query = (
        select(Line, Receipt.feed)
        .join(Receipt, Receipt.id == Line.receipt_id)
        .where(Line.episode_id.in_(episode_ids))
        .order_by(Line.as_of_at, Line.line_no, Line.id)
    )
    readers: dict[str, FieldsOf] = {}
    found = []
    for line, feed in session.execute(query):
        if feed in feeds:
            row = Row(line.line_no, dict(line.corrected_cells or line.cells))
            read = read_row(row, readers.setdefault(feed, FieldsOf(feeds[feed])), line.as_of_at).reading.line
            found += [read] if read else []
    return found


def hand_on(
    session: Session, child: Child, other: Child, gone: Collection[int], feeds: Mapping[str, Feed], keep: Kept
) -> None:
    """The names and numbers that only the lines of the episodes `gone` from a child taught: the other child's now."""
    said = said_of(session, gone, feeds)
    staying = said_of(session, _others(session, child.id, gone), feeds)
    _forget_names(session, child, said, staying, keep)
    learn_from(session, other, said)


def learn_from(session: Session, child: Child, said: Sequence[ReportLine]) -> None:
    """The names and numbers under which these lines report a child: kept, so that the next line finds them."""
    reported = [
        children.Reported(
            line.surname, line.forename, line.date_of_birth or child.date_of_birth, line.police_force,
            line.police_person_id,
        )
        for line in said
    ]  # fmt: skip
    if reported:
        children.learn(session, {child.id: reported})


def take_back(
    session: Session, child: Child, gone: Collection[int], feeds: Mapping[str, Feed], context: Context
) -> None:
    """Names, numbers, keys and filled blanks that only the lines of the episodes `gone` from this child taught it.

    What another line of the child says too, and what a person entered, stays.
    """
    said = said_of(session, gone, feeds)
    staying = said_of(session, _others(session, child.id, gone), feeds)
    if not said:
        return
    _forget_names(session, child, said, staying, Kept())
    entered = _entered(session, child.id)
    lost = []
    for name in LEARNT:
        held = getattr(child, name)
        if held is None or name in entered or all(plain(getattr(line, name)) != held for line in said):
            continue
        if any(plain(getattr(line, name)) == held for line in staying):
            continue
        given = [getattr(line, name) for line in staying if getattr(line, name) is not None]
        setattr(child, name, plain(given[-1]) if given else None)
        lost.append(name)
    if "responsible_authority" in lost and "is_ours" not in entered:
        child.is_ours = is_ours(child.responsible_authority, context)
    if lost:
        children.renew_keys(session, [child.id])
        audit.record(session, "child_changed", context.actor, context.now, "child", child.id, {"changed": sorted(lost)})


def _others(session: Session, child_id: int, gone: Collection[int]) -> list[int]:
    query = select(Episode.id).where(Episode.child_id == child_id, Episode.id.not_in(gone))
    return list(session.scalars(query))


def _forget_names(
    session: Session, child: Child, said: Sequence[ReportLine], staying: Sequence[ReportLine], keep: Kept
) -> None:
    names = {(line.surname, line.forename) for line in said} - {(line.surname, line.forename) for line in staying}
    names.discard((child.surname, child.forename))
    numbers = {_number(line) for line in said} - {_number(line) for line in staying}
    forget(session, child, sorted(names), sorted(number for number in numbers if number[1]), but=keep)


def _number(line: ReportLine) -> tuple[str, str]:
    return children.identifier_kind(line.police_force), line.police_person_id or ""


def _entered(session: Session, child_id: int) -> set[str]:
    """The fields that a person ever wrote of this child, as the audit trail says."""
    query = select(AuditEntry.details).where(
        AuditEntry.subject == "child",
        AuditEntry.subject_id == str(child_id),
        AuditEntry.action.in_(["child_created", "child_changed"]),
    )
    return {str(name) for details in session.scalars(query) for name in details.get("by_hand", ())}
