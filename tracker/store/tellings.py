"""Who was told of what, taken out of a database that is about to be replaced, and put into the copy that replaces it.

Only of records that are the same in both: an id that was given after the copy was made will be given again, to another
child's record, and what was told of the one must never keep the other from being told of.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, or_, select, update
from sqlalchemy.orm import Session

from tracker.store.bulk import insert_for_ids
from tracker.store.db import Base
from tracker.store.models import Alert, Episode, Line, OutboxMessage, Person

Row = dict[str, Any]

_MARKS = (
    "sent_at", "attempts", "stopped_at", "stopped_why", "provider_id", "delivered_at", "undelivered_at",
    "undelivered_why", "undelivered_told_at",
)  # fmt: skip
_SAME_EPISODE = ("child_id", "created_at", "missing_from_at", "found_at", "returned_at")
_SAME_LINE = ("receipt_id", "line_no", "as_of_at")
_SAME_PERSON = ("email", "created_at")
_CHUNK = 500


@dataclass(frozen=True)
class Tellings:
    """Alerts with their messages and what identifies the records they speak of; and what became of older messages."""

    alerts: Sequence[Row]
    messages: Mapping[int, Row]
    episodes: Mapping[int, Row]
    lines: Mapping[int, Row]
    people: Mapping[int, Row]
    marks: Sequence[Row]


def told_since(session: Session, since: datetime | None) -> Tellings:
    """What was raised, sent or stopped since then (None: ever). Raises SQLAlchemyError where it cannot be read."""
    alert, outbox = _table(Alert), _table(OutboxMessage)
    recent = select(alert).order_by(alert.c.id)
    done = select(outbox.c.message_id, *(outbox.c[name] for name in _MARKS))
    if since is not None:
        recent = recent.where(alert.c.raised_at >= since)
        done = done.where(or_(outbox.c.sent_at >= since, outbox.c.stopped_at >= since))
    alerts = [dict(row) for row in session.execute(recent).mappings()]
    return Tellings(
        alerts=alerts,
        messages=_by_id(session, OutboxMessage, {row["outbox_id"] for row in alerts}),
        episodes=_by_id(session, Episode, {row["episode_id"] for row in alerts}, _SAME_EPISODE),
        lines=_by_id(session, Line, {row["line_id"] for row in alerts}, _SAME_LINE),
        people=_by_id(session, Person, _people(alerts), _SAME_PERSON),
        marks=[dict(row) for row in session.execute(done).mappings()],
    )


def put_back(session: Session, told: Tellings) -> list[Row]:
    """Write what the copy does not know; the alerts written, with their new ids."""
    wanted = _unknown(session, Alert, "dedupe_key", told.alerts)
    episodes = _by_id(session, Episode, {row["episode_id"] for row in wanted}, (*_SAME_EPISODE, "clock_no", _DUE))
    lines = _by_id(session, Line, {row["line_id"] for row in wanted}, (*_SAME_LINE, "due_at"))
    people = _by_id(session, Person, _people(wanted), _SAME_PERSON)
    known = {id_ for id_, person in people.items() if _same(person, told.people.get(id_), _SAME_PERSON)}
    kept = [
        row
        for row in wanted
        if row["recipient_id"] in (None, *known)
        and (_of_same_episode(row, told, episodes) or _of_same_line(row, told, lines))
    ]
    messages = _put_messages(session, [told.messages[row["outbox_id"]] for row in kept if row["outbox_id"]])
    for row in kept:
        answered = row["acknowledged_by_id"] in known
        unanswered = dict.fromkeys(("acknowledged_at", "acknowledged_by_id", "acknowledged_reason", "planned_at"))
        values = {**row, "outbox_id": messages.get(row["outbox_id"])} | ({} if answered else unanswered)
        del values["id"]
        (row["id"],) = insert_for_ids(session, Alert, [values])
    _mark(session, told.marks)
    return kept


_DUE = "interview_due_at"


def _of_same_episode(alert: Row, told: Tellings, now: Mapping[int, Row]) -> bool:
    """The same going-missing and, of a rung, the same deadline: one that moved is told anew."""
    held = now.get(alert["episode_id"])
    if held is None or not _same(held, told.episodes.get(alert["episode_id"]), _SAME_EPISODE):
        return False
    return alert["trigger"] is not None or (held["clock_no"], held[_DUE]) == (alert["clock_no"], alert["due_at"])


def _of_same_line(alert: Row, told: Tellings, now: Mapping[int, Row]) -> bool:
    held = now.get(alert["line_id"])
    if held is None or not _same(held, told.lines.get(alert["line_id"]), _SAME_LINE):
        return False
    return alert["trigger"] is not None or held["due_at"] == alert["due_at"]


def _put_messages(session: Session, rows: Iterable[Row]) -> dict[int, int]:
    """Old id → new id. One that the copy has stays the one that it is."""
    table = _table(OutboxMessage)
    found: dict[int, int] = {}
    for row in {row["id"]: row for row in rows}.values():
        there = select(table.c.id).where(table.c.message_id == row["message_id"])
        id_ = session.connection().scalar(there)
        if id_ is None:
            values = {**row, "lease": None, "leased_until": None}
            del values["id"]
            (id_,) = insert_for_ids(session, OutboxMessage, [values])
        found[row["id"]] = id_
    return found


def _mark(session: Session, marks: Sequence[Row]) -> None:
    """Messages that wait in the copy and have gone, or were stopped, since."""
    table = _table(OutboxMessage)
    waits = (table.c.sent_at.is_(None), table.c.stopped_at.is_(None))
    waiting = set(session.connection().scalars(select(table.c.message_id).where(*waits)))
    done = [{**mark, "of_message": mark["message_id"]} for mark in marks if mark["message_id"] in waiting]
    if done:
        one = update(table).where(table.c.message_id == bindparam("of_message"))
        session.connection().execute(one.values({name: bindparam(name) for name in _MARKS}), done)


def _unknown(session: Session, model: type[Base], key: str, rows: Sequence[Row]) -> list[Row]:
    table = _table(model)
    known: set[str] = set()
    for start in range(0, len(rows), _CHUNK):
        keys = [row[key] for row in rows[start : start + _CHUNK]]
        known |= set(session.connection().scalars(select(table.c[key]).where(table.c[key].in_(keys))))
    return [row for row in rows if row[key] not in known]


def _by_id(
    session: Session, model: type[Base], ids: Iterable[int | None], columns: Sequence[str] | None = None
) -> dict[int, Row]:
    """Id → the row, or these columns of it."""
    table = _table(model)
    wanted = sorted({id_ for id_ in ids if id_ is not None})
    asked = [table.c.id, *(table.c[name] for name in columns)] if columns else list(table.c)
    found: dict[int, Row] = {}
    for start in range(0, len(wanted), _CHUNK):
        query = select(*asked).where(table.c.id.in_(wanted[start : start + _CHUNK]))
        found |= {row["id"]: dict(row) for row in session.connection().execute(query).mappings()}
    return found


def _people(alerts: Iterable[Row]) -> set[int | None]:
    return {row[name] for row in alerts for name in ("recipient_id", "acknowledged_by_id")}


def _same(one: Row, other: Row | None, names: Sequence[str]) -> bool:
    return other is not None and all(one[name] == other[name] for name in names)


def _table(model: type[Base]) -> Table:
    return cast("Table", model.__table__)
