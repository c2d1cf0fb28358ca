"""A meeting of the operational group is held: who came, what was said and decided for each child, other business."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from tracker.core.clock import local_date
from tracker.core.group_terms import Attendance, GroupDecision, MeetingState
from tracker.services.actions import NewAction, write_action, write_done
from tracker.services.context import Context
from tracker.services.errors import Conflict, FormProblem, Refused
from tracker.services.group_rows import item_for_change, meeting_for_change, text_problems
from tracker.services.meetings import write_asked
from tracker.services.plan_group_meeting import fill_agenda
from tracker.services.review_repeat import write_review
from tracker.services.rows_for_change import CHANGED_MEANWHILE
from tracker.services.transaction import writing
from tracker.store import audit, group_meetings
from tracker.store.models import Action, GroupItem, GroupMember, RepeatFlagRow

_HELD = MeetingState.BEING_HELD


def start_meeting(context: Context, *, meeting_id: int, version: int) -> None:
    """It begins. Who belongs on the agenda by now and is not on it is put there first."""
    with writing() as session:
        row = meeting_for_change(session, context, meeting_id, version, MeetingState.PLANNED)
        fill_agenda(session, context, row)
        row.started_at, row.started_by_id = context.now, context.actor.person_id
        audit.record(session, "group_meeting_started", context.actor, context.now, "group_meeting", row.id)


def record_attendance(
    context: Context,
    *,
    meeting_id: int,
    version: int,
    present: Collection[int],
    apologies: Collection[int],
    others: Collection[str] = (),
) -> None:
    """Who of those invited (by the ids of their places) came or sent apologies; `others` came without invitation."""
    with writing() as session:
        row = meeting_for_change(session, context, meeting_id, version, _HELD)
        members = group_meetings.members_of(session, meeting_id)
        problems = _attendance_problems({member.id for member in members}, present, apologies, others)
        if problems:
            raise Refused(problems)
        for member in members:
            came = Attendance.PRESENT if member.id in present else Attendance.ABSENT
            member.attendance = str(Attendance.APOLOGIES if member.id in apologies else came)
        for other in dict.fromkeys(other.strip() for other in others if other.strip()):
            session.add(GroupMember(meeting_id=meeting_id, name=other, attendance=str(Attendance.PRESENT)))
        flag_modified(row, "place")  # whoever has the same page open is told that it changed
        audit.record(session, "group_attendance_recorded", context.actor, context.now, "group_meeting", row.id)


def _attendance_problems(
    known: Collection[int], present: Collection[int], apologies: Collection[int], others: Collection[str]
) -> list[FormProblem]:
    found = []
    if not {*present, *apologies} <= set(known):
        found.append(FormProblem("unknown_person", "Choose people from the list.", ("present",)))
    if not present and not any(other.strip() for other in others):
        found.append(FormProblem("nobody_present", "Tick who is there.", ("present",)))
    if set(present) & set(apologies):
        sentence = "Somebody is marked as there and as having sent apologies. Choose one of the two."
        found.append(FormProblem("both", sentence, ("apologies",)))
    if any(len(other) > 200 for other in others):
        found.append(FormProblem("too_long", "Write at most 200 characters a line.", ("others",)))
    return found


@dataclass(frozen=True)
class Record:
    """What is written of one child. `words`: the decision in words, with its reason."""

    discussion: str = ""
    decision: GroupDecision | None = None
    words: str = ""
    maramp_on: date | None = None
    bring_back_on: date | None = None


def record_item(
    context: Context, *, item_id: int, version: int, record: Record, action: NewAction | None = None
) -> None:
    """What was said and decided for a child, and one action if one is given. Recorded again, it corrects.

    Steps: 1. the item, as the page showed it; 2. what is missing is refused, and nothing is written; 3. what changed is
    written; 4. "strategy meeting" asks for one, once for an item; "MARAMP" sets its day on the child's standing flags;
    5. the action is added.
    """
    with writing() as session:
        item, _ = item_for_change(session, context, item_id, version, _HELD)
        if item.left_out_at is not None:
            raise Refused(FormProblem("left_out", "This child was left out of the agenda. Put the child back first."))
        values = _values(record)
        if problems := _problems(record, item, local_date(context.now)):
            raise Refused(problems)
        changed = {name: value for name, value in values.items() if getattr(item, name) != value}
        for name, value in changed.items():
            setattr(item, name, value)
        if changed:
            _note_decision(session, context, item, changed)
        if action is not None:
            write_action(session, context, item.child_id, action, {"group_item_id": item.id})


def _values(record: Record) -> dict[str, object]:
    opens = record.decision is GroupDecision.OPEN_MARAMP
    return {
        "discussion": record.discussion.strip() or None,
        "decision": str(record.decision) if record.decision else None,
        "decision_words": record.words.strip() or None,
        "maramp_on": record.maramp_on if opens else None,
        "bring_back_on": record.bring_back_on,
    }


def _problems(record: Record, item: GroupItem, today: date) -> list[FormProblem]:
    found = text_problems(record.discussion.strip(), "discussion")
    missing = "Write the decision in words, with its reason." if record.decision else None
    found += text_problems(record.words.strip(), "words", missing)
    if record.decision is None and (record.words.strip() or item.decision):
        found.append(FormProblem("missing_value", "Choose what was decided.", ("decision",)))
    if record.decision is GroupDecision.OPEN_MARAMP:
        if record.maramp_on is None:
            found.append(FormProblem("missing_value", "Enter the day of the MARAMP.", ("maramp_on",)))
        elif record.maramp_on != item.maramp_on and record.maramp_on < today:
            found.append(_passed("maramp_on"))
    elif record.maramp_on not in (None, item.maramp_on):
        sentence = "A day goes with the decision that a MARAMP is to be opened. Choose that, or clear the day."
        found.append(FormProblem("not_opened", sentence, ("maramp_on",)))
    back = record.bring_back_on
    if back is not None and back != item.bring_back_on and back <= today:
        found.append(FormProblem("in_the_past", "Enter a day after today.", ("bring_back_on",)))
    if back is not None and record.decision is None:
        sentence = "Choose what was decided: a child with no decision stands on the next agenda in any case."
        found.append(FormProblem("missing_value", sentence, ("decision",)))
    return found


def _passed(field: str) -> FormProblem:
    return FormProblem("in_the_past", "This day has passed. Enter today or a later day.", (field,))


def _note_decision(session: Session, context: Context, item: GroupItem, changed: Mapping[str, object]) -> None:
    """When it was first decided stays: a flag raised after that is decided on by nobody yet."""
    if item.decision is not None and item.decided_at is None:
        item.decided_at = context.now
    if "decision" in changed or "decision_words" in changed:
        item.decided_by_id = context.actor.person_id
    details = {"group_item_id": item.id, "decision": item.decision}
    audit.record(session, "group_item_recorded", context.actor, context.now, "child", item.child_id, details)
    words = item.decision_words or ""
    if item.decision == GroupDecision.STRATEGY_MEETING and item.strategy_meeting_id is None:
        item.strategy_meeting_id = write_asked(session, context, item.child_id, words)
    if item.decision == GroupDecision.OPEN_MARAMP and not changed.keys().isdisjoint(
        {"decision", "decision_words", "maramp_on"}
    ):
        for flag in _standing_flags(session, item.child_id):
            write_review(session, context, flag, words, item.maramp_on)


def _standing_flags(session: Session, child_id: int) -> Collection[RepeatFlagRow]:
    query = select(RepeatFlagRow).where(RepeatFlagRow.child_id == child_id, *group_meetings.STANDING)
    held = query.order_by(RepeatFlagRow.id).with_for_update()
    return session.scalars(held.execution_options(populate_existing=True)).all()


def finish_group_action(context: Context, *, item_id: int, action_id: int, version: int, outcome: str) -> None:
    """Told at the meeting: an action of the group's for this child is done, and what came of it.

    Refused where it is no action of the group's, of this child; Conflict where it was changed meanwhile.
    """
    with writing() as session:
        item, _ = item_for_change(session, context, item_id, None, _HELD)
        query = select(Action).where(
            Action.id == action_id, Action.child_id == item.child_id, Action.group_item_id.is_not(None)
        )
        row = session.scalars(query.with_for_update().execution_options(populate_existing=True)).one_or_none()
        if row is None:
            raise Refused(FormProblem("unknown_action", "There is no such action.", ("action_id",)))
        if row.version != version:
            raise Conflict(CHANGED_MEANWHILE)
        write_done(session, context, row, outcome)


def record_business(
    context: Context, *, meeting_id: int, version: int, other_business: str, next_at: datetime | None
) -> None:
    """Any other business, and when the group meets next, if that is known."""
    with writing() as session:
        row = meeting_for_change(session, context, meeting_id, version, _HELD)
        problems = text_problems(other_business.strip(), "other_business")
        if next_at is not None and next_at != row.next_at and next_at <= context.now:
            problems.append(FormProblem("in_the_past", "Enter a time that lies ahead.", ("next_at",)))
        if problems:
            raise Refused(problems)
        values = {"other_business": other_business.strip() or None, "next_at": next_at}
        changed = sorted(name for name, value in values.items() if getattr(row, name) != value)
        for name in changed:
            setattr(row, name, values[name])
        if changed:
            details = {"changed": changed}
            audit.record(session, "group_meeting_changed", context.actor, context.now, "group_meeting", row.id, details)
