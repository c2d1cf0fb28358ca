"""Write the verdicts on some lines: children, episodes, lines, versions, decisions and audit rows, each in bulk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from tracker.core.daily_report import LineProblem
from tracker.core.episodes import Decision
from tracker.core.report_terms import LineOutcome
from tracker.services.context import Context
from tracker.services.follow_up import follow_up_children, keep_clocks, keep_first_clock
from tracker.services.line_memory import Memory, plain
from tracker.services.line_verdicts import Verdict, reasons_json, sweep_at
from tracker.store import audit, children, episodes, reports
from tracker.store.bulk import insert_for_ids, insert_objects, insert_rows
from tracker.store.db import as_json_value
from tracker.store.models import Episode, EpisodeDecision, EpisodeVersion, Line, Receipt


@dataclass
class Entry:
    """A line with its verdict. `held`: the stored line that is replayed; None for one read for the first time.

    Once it is taken in: `changes` is what it changed of an episode held, `{field: [old, new]}`; `only_age`: nothing,
    and the episode is now known to be as new as the line.
    """

    receipt: Receipt
    line_no: int
    cells: Mapping[str, str]
    as_of_at: datetime
    verdict: Verdict
    held: Line | None = None
    changes: dict[str, object] = field(default_factory=dict)
    only_age: bool = False
    taken_in: bool = False


@dataclass(frozen=True)
class Touched:
    """What must be followed up: episodes by id, and children."""

    episodes: dict[int, Episode]
    children: dict[int, None]


def take_in(entry: Entry, memory: Memory, context: Context) -> None:
    """Make the memory say what the line made true, so that the next line finds it; nothing is stored yet."""
    entry.taken_in = True
    verdict = entry.verdict
    if verdict.outcome is LineOutcome.CREATED:
        verdict.row = row = _new_episode(entry, context)
        memory.episodes[row.police_reference or ""] = row
    elif verdict.row is not None and verdict.outcome in (LineOutcome.UPDATED, LineOutcome.UNCHANGED):
        _change(entry, verdict.row)
        for decision in verdict.decisions:
            memory.decided[verdict.row.id, decision.field, decision.police] = False


def write(session: Session, entries: Sequence[Entry], memory: Memory, context: Context, touched: Touched) -> None:
    """Store what every entry does, in order; add to `touched` what must be followed up before the transaction ends.

    Steps: 1. new children; 2. new episodes, with their clocks; 3. the lines; 4. versions and decisions; 5. the names
    and numbers that children were reported under; 6. the audit rows. Changes of what was held are written by the
    follow-up, with what it changes itself. The memory is used up by it: new rows are not in the session.
    """
    for entry in entries:
        if not entry.taken_in:
            take_in(entry, memory, context)
    created = [entry for entry in entries if entry.verdict.outcome is LineOutcome.CREATED]
    acts: list[audit.Act] = []
    born = _add_children(session, memory, acts)
    _add_episodes(session, created, memory, context, acts)
    ids = _add_lines(session, entries, memory, context)
    _add_versions(session, entries, ids, context, acts)
    reports.refresh_as_of(session, _ages(entries))
    for entry in entries:
        _touch(entry, touched)
    for entry in created:  # its clock is as all these lines left it
        touched.episodes.pop(entry.verdict.row.id if entry.verdict.row else 0, None)
    _teach(session, memory, born, acts, touched)
    audit.record_many(session, acts, context.actor, context.now)


def follow_up(session: Session, touched: Touched, context: Context) -> None:
    """Each touched episode and child once, after everything of the chunk is written."""
    keep_clocks(session, touched.episodes.values(), context)
    follow_up_children(session, touched.children, context)


def _new_episode(entry: Entry, context: Context) -> Episode:
    """Under the id by which the memory knows its child."""
    values = {name: plain(value) for name, value in entry.verdict.values.items()}
    return Episode(
        child_id=entry.verdict.child_id,
        as_of_at=entry.as_of_at,
        as_of_line=entry.line_no,
        notified_at=_notified_at(entry) if values.get("returned_at") else None,
        created_at=context.now,
        created_by_id=context.actor.person_id,
        person_fields=[],
        carried_rungs=[],
        clock_no=0,
        interview_requested=False,
        conflict_settled=False,
        **values,
    )


def _change(entry: Entry, row: Episode) -> None:
    """Write the line's values over the episode that it is about, and keep the line's age."""
    values = dict(entry.verdict.values)
    if "returned_at" in values and row.returned_at is None and row.notified_at is None:
        values["notified_at"] = _notified_at(entry)
    entry.changes = episodes.set_values(row, values)
    age = (entry.as_of_at, entry.line_no)
    if entry.changes or (row.id is None and _is_newer(age, row)):
        row.as_of_at, row.as_of_line = age
    elif _is_newer(age, row):  # nothing else of it changed, so its version stays
        entry.only_age = True
        set_committed_value(row, "as_of_at", entry.as_of_at)
        set_committed_value(row, "as_of_line", entry.line_no)


def _is_newer(age: tuple[datetime, int], row: Episode) -> bool:
    return row.as_of_at is None or (row.as_of_at, row.as_of_line or 0) < age


def _ages(entries: Sequence[Entry]) -> dict[int, tuple[datetime, int]]:
    """Episode → the age of the line that agreed with it last, unless one after it changed the episode."""
    ages: dict[int, tuple[datetime, int]] = {}
    for entry in entries:
        row = entry.verdict.row
        if row is not None and entry.only_age:
            ages[row.id] = (entry.as_of_at, entry.line_no)
        elif row is not None and entry.changes:
            ages.pop(row.id, None)
    return ages


def _add_children(session: Session, memory: Memory, acts: list[audit.Act]) -> set[int]:
    """The ids that the new children were given."""
    new = [memory.children[stand_in] for stand_in in memory.stand_ins]
    insert_objects(session, new)
    acts += [audit.Act("child_created", "child", child.id) for child in new]
    memory.settle()
    return {child.id for child in new}


def _add_episodes(
    session: Session, created: Sequence[Entry], memory: Memory, context: Context, acts: list[audit.Act]
) -> None:
    rows = []
    for entry in created:
        row = entry.verdict.row
        assert row is not None
        child = memory.children[row.child_id]
        row.child_id = child.id
        keep_first_clock(session, row, child, context)
        rows.append(row)
    insert_objects(session, rows)
    for entry, row in zip(created, rows, strict=True):
        acts.append(audit.Act("episode_created", "episode", row.id, {"receipt_id": entry.receipt.id}))


def _notified_at(entry: Entry) -> datetime | None:
    """When we were told of a return: this report's receipt; unknown for loaded history (definitions §2.6)."""
    return None if entry.receipt.is_history else entry.receipt.received_at


def _add_lines(session: Session, entries: Sequence[Entry], memory: Memory, context: Context) -> list[int]:
    """The ids of the lines, in the order of the entries: inserted, or those that are replayed."""
    fresh = [entry for entry in entries if entry.held is None]
    new_ids = iter(insert_for_ids(session, Line, [_line_values(entry, memory, context) for entry in fresh]))
    ids = []
    for entry in entries:
        if entry.held is None:
            ids.append(next(new_ids))
            continue
        for name, value in _line_values(entry, memory, context).items():
            if name not in _AS_RECEIVED:
                setattr(entry.held, name, value)
        ids.append(entry.held.id)
    return ids


_AS_RECEIVED = frozenset({"receipt_id", "line_no", "cells", "as_of_at", "version"})
"""What a replay leaves as it was."""


def _line_values(entry: Entry, memory: Memory, context: Context) -> dict[str, Any]:
    verdict, twin = entry.verdict, entry.verdict.twin
    child_id = memory.children[verdict.child_id].id if verdict.child_id is not None else None
    episode_id = verdict.row.id if verdict.row is not None else None
    first = verdict.problems[0] if verdict.problems else None
    kept_out = verdict.outcome is LineOutcome.QUARANTINED
    return {
        "receipt_id": entry.receipt.id,
        "line_no": entry.line_no,
        "cells": dict(entry.cells),
        "as_of_at": entry.as_of_at,
        "outcome": str(verdict.outcome),
        "episode_id": twin.episode_id if twin else episode_id,
        "child_id": twin.child_id if twin else child_id,
        "problem_code": str(first.code) if first else None,
        "problem_sentence": first.sentence if first else None,
        "problem_fields": list(first.fields) if first else [],
        "problems": [_problem_json(problem) for problem in verdict.problems],
        "candidates": _candidates_json(verdict, memory),
        "taught": _taught_json(verdict),
        "match_reasons": reasons_json(verdict.reasons),
        "due_at": verdict.due_at if kept_out else None,
        "sweep_at": sweep_at(verdict.due_at, context.rules, context.now) if kept_out else None,
        "version": 1,
    }


def _taught_json(verdict: Verdict) -> dict[str, object] | None:
    """What its child owes to this line alone, for whoever takes the load back."""
    told = {"child": verdict.makes_child, "name": verdict.new_name, "number": verdict.new_number}
    if not any(told.values()) and not verdict.learnt:
        return None
    return {**told, "filled": sorted(verdict.learnt)}


def _problem_json(problem: LineProblem) -> dict[str, object]:
    return {"code": str(problem.code), "sentence": problem.sentence, "fields": list(problem.fields)}


def _candidates_json(verdict: Verdict, memory: Memory) -> list[dict[str, object]]:
    """The children, or the episodes, between which a person decides."""
    found: list[dict[str, object]] = [
        {
            "child_id": memory.stored_id(one.child_id),
            "weight": one.weight,
            "reasons": reasons_json(one.reasons),
        }
        for one in verdict.candidates
    ]
    return found + [{"episode_id": episode_id} for episode_id in verdict.candidate_episodes]


def _add_versions(
    session: Session, entries: Sequence[Entry], ids: Sequence[int], context: Context, acts: list[audit.Act]
) -> None:
    """What each line made or changed of its episode, and the differing values that a person must decide."""
    versions, decisions = [], []
    for entry, line_id in zip(entries, ids, strict=True):
        verdict, row = entry.verdict, entry.verdict.row
        if row is None:
            continue
        changes = _as_made(verdict) if verdict.outcome is LineOutcome.CREATED else entry.changes
        if changes:
            versions.append(_version_values(row, line_id, changes, context))
        if entry.changes:
            details = {"changed": sorted(entry.changes), "receipt_id": entry.receipt.id}
            acts.append(audit.Act("episode_changed", "episode", row.id, details))
        decisions += [_decision_values(row, line_id, one, context) for one in verdict.decisions]
    insert_rows(session, EpisodeVersion, versions)
    insert_rows(session, EpisodeDecision, decisions)


def _as_made(verdict: Verdict) -> dict[str, object]:
    return {
        name: [None, as_json_value(plain(value))]
        for name, value in verdict.values.items()
        if value is not None and value != frozenset()
    }


def _version_values(row: Episode, line_id: int, changes: Mapping[str, object], context: Context) -> dict[str, Any]:
    return {
        "episode_id": row.id,
        "changed_at": context.now,
        "changed_by_id": context.actor.person_id,
        "line_id": line_id,
        "changes": changes,
    }


def _decision_values(row: Episode, line_id: int, decision: Decision, context: Context) -> dict[str, Any]:
    return {
        "episode_id": row.id,
        "field": decision.field,
        "held_value": decision.held,
        "police_value": decision.police,
        "line_id": line_id,
        "raised_at": context.now,
    }


def _touch(entry: Entry, touched: Touched) -> None:
    row = entry.verdict.row
    if row is None or entry.verdict.outcome not in (LineOutcome.CREATED, LineOutcome.UPDATED):
        return
    touched.children[row.child_id] = None
    if entry.verdict.outcome is LineOutcome.UPDATED:
        touched.episodes[row.id] = row


def _teach(session: Session, memory: Memory, new_ids: set[int], acts: list[audit.Act], touched: Touched) -> None:
    """What lines taught of children: the names and numbers they are found by, and blanks that were filled."""
    taught, changed, born = memory.take_taught()
    children.learn(session, taught, new_ids)
    for child_id, names in changed.items():
        acts.append(audit.Act("child_changed", "child", child_id, {"changed": sorted(names), "by": "line"}))
    for row in session.scalars(select(Episode).where(Episode.child_id.in_(born))) if born else ():
        touched.episodes[row.id] = row  # with its child's date of birth known, it may turn out to be an adult's
        touched.children[row.child_id] = None
