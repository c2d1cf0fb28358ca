"""Strategy meetings, what people do: ask for one, plan it, record that it was held, or decide that none is needed."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.services.context import Context
from tracker.services.errors import Conflict, FormProblem, Refused
from tracker.services.rows_for_change import CHANGED_MEANWHILE, refuse_unseen_child
from tracker.services.transaction import writing
from tracker.store import audit
from tracker.store.meetings import BY_HAND
from tracker.store.models import Episode, StrategyMeeting

MOST = 4_000
"""Characters of a text."""

_TITLE = "Asked for by a person"
_UNKNOWN = FormProblem("unknown_meeting", "There is no such meeting.", ("meeting_id",))


def ask_for_meeting(context: Context, *, child_id: int, reason: str, episode_id: int | None = None) -> int:
    """Somebody sees a need that no trigger does; the new meeting's id. Refused: unknown child or episode, no reason."""
    with writing() as session:
        audit.hold_chain(session)
        unknown = FormProblem("unknown_child", "There is no such child.", ("child_id",))
        refuse_unseen_child(session, context, child_id, unknown)
        problems = _text_problems(reason, "reason", "Write why a strategy meeting is asked for.")
        theirs = select(Episode.id).where(
            Episode.id == episode_id, Episode.child_id == child_id, Episode.joined_into_id.is_(None)
        )
        if episode_id is not None and session.scalar(theirs) is None:
            problems.append(FormProblem("unknown_episode", "This is not an episode of this child.", ("episode_id",)))
        if problems:
            raise Refused(problems)
        return write_asked(session, context, child_id, reason, episode_id)


def write_asked(session: Session, context: Context, child_id: int, reason: str, episode_id: int | None = None) -> int:
    """The same in a transaction under way, for a child whom the actor may see, and with a reason that was looked at."""
    row = StrategyMeeting(
        key=f"person:{secrets.token_hex(16)}", child_id=child_id, episode_id=episode_id, trigger=BY_HAND,
        title=_TITLE, reason=reason.strip(), due_at=context.now, asked_at=context.now,
        asked_by_id=context.actor.person_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    details = {"trigger": BY_HAND, "child_id": child_id}
    audit.record(session, "meeting_asked", context.actor, context.now, "meeting", row.id, details)
    return row.id


def plan_meeting(context: Context, *, meeting_id: int, version: int, planned_at: datetime | None) -> None:
    """When it is to be held; None: no day stands any more. Refused: a time that has passed, or it is settled."""
    with writing() as session:
        row = _for_change(session, context, meeting_id, version)
        if row.held_at is not None or row.decided_at is not None:
            raise Refused(FormProblem("settled", "What came of this meeting is recorded already. Correct that."))
        if planned_at is not None and planned_at < context.now:
            sentence = "This time has passed. Enter one that lies ahead, or record that the meeting was held."
            raise Refused(FormProblem("in_the_past", sentence, ("planned_at",)))
        _write(session, row, {"planned_at": planned_at}, "meeting_changed", context)


def record_held(context: Context, *, meeting_id: int, version: int, held_at: datetime, outcome: str) -> None:
    """It was held, and what came of it. Recorded again, it corrects what was recorded. Refused: the future, no text."""
    with writing() as session:
        row = _for_change(session, context, meeting_id, version)
        problems = _text_problems(outcome, "outcome", "Write what the meeting decided.")
        if held_at > context.now:
            problems.append(FormProblem("in_the_future", "This lies in the future. Check it.", ("held_at",)))
        if problems:
            raise Refused(problems)
        first = row.held_at is None
        values = {
            "held_at": held_at, "outcome": outcome.strip(),
            "not_needed_reason": None, "decided_at": None, "decided_by_id": None,
        }  # fmt: skip
        _write(session, row, values, "meeting_held" if first else "meeting_changed", context)


def decide_not_needed(context: Context, *, meeting_id: int, version: int, reason: str) -> None:
    """None is needed, and why. Decided again, it corrects the reason; of one that was held, that it was not held."""
    with writing() as session:
        row = _for_change(session, context, meeting_id, version)
        if problems := _text_problems(reason, "reason", "Write why no meeting is needed."):
            raise Refused(problems)
        first = row.decided_at is None
        values: dict[str, object] = {"not_needed_reason": reason.strip(), "held_at": None, "outcome": None}
        if first:
            values |= {"decided_at": context.now, "decided_by_id": context.actor.person_id}
        _write(session, row, values, "meeting_not_needed" if first else "meeting_changed", context)


def _for_change(session: Session, context: Context, meeting_id: int, version: int) -> StrategyMeeting:
    """The row, locked. Refused where the actor does not see its child, or it was withdrawn."""
    audit.hold_chain(session)
    query = select(StrategyMeeting).where(StrategyMeeting.id == meeting_id).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise Refused(_UNKNOWN)
    refuse_unseen_child(session, context, row.child_id, _UNKNOWN)
    if row.version != version:
        raise Conflict(CHANGED_MEANWHILE)
    if row.withdrawn_at is not None:
        sentence = "This meeting was withdrawn: what asked for it proved untrue. Ask for another if one is needed."
        raise Refused(FormProblem("withdrawn", sentence))
    return row


def _write(session: Session, row: StrategyMeeting, values: Mapping[str, object], action: str, context: Context) -> None:
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(row, name, values[name])
    details = {"child_id": row.child_id, "changed": sorted(changed)}
    audit.record(session, action, context.actor, context.now, "meeting", row.id, details)


def _text_problems(text: str, field: str, missing: str) -> list[FormProblem]:
    if not text.strip():
        return [FormProblem("missing_value", missing, (field,))]
    if len(text.strip()) > MOST:
        return [FormProblem("too_long", f"Write at most {MOST:,} characters.", (field,))]
    return []
