"""Write the verdicts on some lines: children, episodes, lines, versions, decisions and audit rows, each in bulk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from tracker.core.daily_report import LineProblem
from tracker.core.terms import LineOutcome
from tracker.services.context import Context
from tracker.services.follow_up import follow_up_children, follow_up_episodes
from tracker.services.line_memory import Memory, plain
from tracker.services.line_verdicts import Verdict, reasons_json, sweep_at
from tracker.store import audit, children, episodes, reports
from tracker.store.db import as_json_value
from tracker.store.models import Episode, EpisodeDecision, EpisodeVersion, Line, Receipt


@dataclass
class Entry:
    """A line with its verdict. `held`: the stored line that is replayed; None for one read for the first time."""

    receipt: Receipt
    line_no: int
    cells: Mapping[str, str]
    as_of_at: datetime
    verdict: Verdict
    held: Line | None = None


@dataclass(frozen=True)
class Touched:
    """What must be followed up: episodes by id, and children."""

    episodes: dict[int, Episode]
    children: dict[int, None]


def write(session: Session, entries: Sequence[Entry], memory: Memory, context: Context, touched: Touched) -> None:
    """Write every entry, in order; add to `touched` what must be followed up before the transaction ends.

    Steps: 1. new children with their names; 2. new episodes; 3. the lines; 4. what changed, with its version; 5. what
    children were taught; 6. the audit rows.
    """
    acts: list[audit.Act] = []
    created = [e for e in entries if e.verdict.outcome is LineOutcome.CREATED]
    _add_children(session, memory, acts)
    _add_episodes(session, created, memory, context, acts)
    ids = _add_lines(session, entries, memory, context)
    versions = [_version_of_new(entry, line_id, context) for entry, line_id in zip(entries, ids, strict=True)]
    if new := [version for version in versions if version]:
        session.execute(insert(EpisodeVersion), new)
    ages: dict[int, tuple[datetime, int]] = {}
    for entry, line_id in zip(entries, ids, strict=True):
        _apply(session, entry, line_id, memory, context, acts, ages)
        _touch(entry, touched)
    reports.refresh_as_of(session, ages)
    _teach(session, memory, context, acts, touched)
    audit.record_many(session, acts, context.actor, context.now)


def follow_up(session: Session, touched: Touched, context: Context) -> None:
    """Each touched episode and child once, after everything of the chunk is written."""
    follow_up_episodes(session, touched.episodes.values(), context)
    follow_up_children(session, touched.children, context)


def _add_children(session: Session, memory: Memory, acts: list[audit.Act]) -> None:
    new = [memory.children[stand_in] for stand_in in memory.stand_ins]
    session.add_all(new)
    session.flush()
    acts += [audit.Act("child_created", "child", child.id) for child in new]
    memory.settle()


def _add_episodes(
    session: Session, created: Sequence[Entry], memory: Memory, context: Context, acts: list[audit.Act]
) -> None:
    for entry in created:
        verdict = entry.verdict
        assert verdict.child_id is not None
        values = {name: plain(value) for name, value in verdict.values.items()}
        verdict.row = Episode(
            child_id=memory.children[verdict.child_id].id,
            as_of_at=entry.as_of_at,
            as_of_line=entry.line_no,
            notified_at=_notified_at(entry) if values.get("returned_at") else None,
            created_at=context.now,
            created_by_id=context.actor.person_id,
            person_fields=[],
            **values,
        )
        session.add(verdict.row)
    session.flush()
    for entry in created:
        row = entry.verdict.row
        assert row is not None and row.police_reference is not None
        memory.episodes[row.police_reference] = row
        acts.append(audit.Act("episode_created", "episode", row.id, {"receipt_id": entry.receipt.id}))


def _notified_at(entry: Entry) -> datetime | None:
    """When we were told of a return: this report's receipt; unknown for loaded history (definitions §2.6)."""
    return None if entry.receipt.is_history else entry.receipt.received_at


def _add_lines(session: Session, entries: Sequence[Entry], memory: Memory, context: Context) -> list[int]:
    """The ids of the lines, in the order of the entries: inserted, or those that are replayed."""
    fresh = [entry for entry in entries if entry.held is None]
    new_ids = iter(reports.add_lines(session, [_line_values(entry, memory, context) for entry in fresh]))
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
            "child_id": memory.children[one.child_id].id,
            "weight": one.weight,
            "reasons": reasons_json(one.reasons),
        }
        for one in verdict.candidates
    ]
    return found + [{"episode_id": episode_id} for episode_id in verdict.candidate_episodes]


def _version_of_new(entry: Entry, line_id: int, context: Context) -> dict[str, Any] | None:
    verdict = entry.verdict
    if verdict.outcome is not LineOutcome.CREATED or verdict.row is None:
        return None
    changes = {
        name: [None, as_json_value(plain(value))]
        for name, value in verdict.values.items()
        if value is not None and value != frozenset()
    }
    return {
        "episode_id": verdict.row.id,
        "changed_at": context.now,
        "changed_by_id": context.actor.person_id,
        "line_id": line_id,
        "changes": changes,
    }


def _apply(
    session: Session,
    entry: Entry,
    line_id: int,
    memory: Memory,
    context: Context,
    acts: list[audit.Act],
    ages: dict[int, tuple[datetime, int]],
) -> None:
    """Change the episode that the line is about, raise what a person must decide, and keep the line's age."""
    verdict, row = entry.verdict, entry.verdict.row
    if row is None or verdict.outcome not in (LineOutcome.UPDATED, LineOutcome.UNCHANGED):
        return
    values = dict(verdict.values)
    if "returned_at" in values and row.returned_at is None and row.notified_at is None:
        values["notified_at"] = _notified_at(entry)
    changes = episodes.write_changes(
        session, row, values, context.now, person_id=context.actor.person_id, line_id=line_id
    )
    if changes:
        details = {"changed": sorted(changes), "receipt_id": entry.receipt.id}
        acts.append(audit.Act("episode_changed", "episode", row.id, details))
        row.as_of_at, row.as_of_line = entry.as_of_at, entry.line_no
    elif row.as_of_at is None or (row.as_of_at, row.as_of_line or 0) < (entry.as_of_at, entry.line_no):
        ages[row.id] = (entry.as_of_at, entry.line_no)
        set_committed_value(row, "as_of_at", entry.as_of_at)
        set_committed_value(row, "as_of_line", entry.line_no)
    for decision in verdict.decisions:
        memory.decided[row.id, decision.field, decision.police] = False
        session.add(
            EpisodeDecision(
                episode_id=row.id,
                field=decision.field,
                held_value=decision.held,
                police_value=decision.police,
                line_id=line_id,
                raised_at=context.now,
            )
        )


def _touch(entry: Entry, touched: Touched) -> None:
    row = entry.verdict.row
    if row is not None and entry.verdict.outcome in (LineOutcome.CREATED, LineOutcome.UPDATED):
        touched.episodes[row.id] = row
        touched.children[row.child_id] = None


def _teach(session: Session, memory: Memory, context: Context, acts: list[audit.Act], touched: Touched) -> None:
    """What lines taught of children: the names and numbers they are found by, and blanks that were filled."""
    taught, changed, born = memory.take_taught()
    session.flush()
    children.learn(session, taught)
    for child_id, names in changed.items():
        acts.append(audit.Act("child_changed", "child", child_id, {"changed": sorted(names), "by": "line"}))
    for row in session.scalars(select(Episode).where(Episode.child_id.in_(born))) if born else ():
        touched.episodes[row.id] = row  # with its child's date of birth known, it may turn out to be an adult's
        touched.children[row.child_id] = None
