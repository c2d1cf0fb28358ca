"""Repeat flags of two children that become one, and of one that become two again (definitions §5).

Each keeps its review. Which crossings are true is worked out afterwards, by `follow_up_children`, from the history that
stands then; here it is only said whose each flag is.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.services.context import Context
from tracker.services.follow_up_meetings import keep_flag_meetings
from tracker.services.follow_up_repeats import stored_flags
from tracker.store.db import as_json_value
from tracker.store.models import RepeatFlagRow

MERGED = "merged"
_AS_RAISED = ("raised_at", "withdrawn_at", "withdrawn_reason")
_REVIEW = ("reviewed_at", "reviewed_by_id", "decision", "maramp_on")


def move_flags(session: Session, kept_id: int, gone_id: int, context: Context) -> dict[str, Any]:
    """The gone child's flags to the kept one; what is needed to put them back.

    A crossing that both have on one day stays with the gone child, withdrawn; its review goes over where the kept
    child's was not reviewed.
    """
    held = stored_flags(session, [kept_id, gone_id])
    known = {(flag.rule, flag.raised_on): flag for flag in held[kept_id]}
    record: dict[str, Any] = {
        "flags_kept": [_snapshot(flag) for flag in held[kept_id]], "flags_moved": [], "flags_left": [], "reviews": [],
    }  # fmt: skip
    for flag in held[gone_id]:
        twin = known.get((flag.rule, flag.raised_on))
        record["flags_left" if twin else "flags_moved"].append(_snapshot(flag))
        if twin is None:
            flag.child_id = kept_id
            continue
        if twin.reviewed_at is None and flag.reviewed_at is not None:
            _set_review(twin, {name: getattr(flag, name) for name in _REVIEW})
            record["reviews"].append([twin.id, flag.id])
        if flag.withdrawn_at is None:
            flag.withdrawn_at, flag.withdrawn_reason = context.now, MERGED
    session.flush()
    left = [flag for flag in held[gone_id] if flag.withdrawn_reason == MERGED]
    keep_flag_meetings(session, left, context)  # the kept child's own asks for one
    return record


def put_flags_back(session: Session, gone_id: int, record: Mapping[str, Any]) -> None:
    """As they stood before; reviews made meanwhile stay where they were made."""
    for twin_id, flag_id in record["reviews"]:
        twin, flag = session.get(RepeatFlagRow, twin_id), session.get(RepeatFlagRow, flag_id)
        if twin and flag and all(getattr(twin, name) == getattr(flag, name) for name in _REVIEW):
            _set_review(twin, dict.fromkeys(_REVIEW))
    _restore(session, record["flags_kept"], None)
    _restore(session, record["flags_moved"], gone_id)
    _restore(session, record["flags_left"], None)
    session.flush()


def _restore(session: Session, snapshots: Sequence[Mapping[str, Any]], child_id: int | None) -> None:
    for snapshot in snapshots:
        flag = session.get(RepeatFlagRow, snapshot["id"])
        if flag is None:
            continue
        if child_id is not None:
            flag.child_id = child_id
        for name in _AS_RAISED:
            value = snapshot[name]
            setattr(flag, name, datetime.fromisoformat(value) if name.endswith("_at") and value else value)


def _snapshot(flag: RepeatFlagRow) -> dict[str, object]:
    return {"id": flag.id, **{name: as_json_value(getattr(flag, name)) for name in _AS_RAISED}}


def _set_review(flag: RepeatFlagRow, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(flag, name, value)
