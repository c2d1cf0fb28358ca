"""A council's own spreadsheet of interviews, loaded row by row through the same use cases as the pages."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from tracker.adapters.tabular import Columns, FileLimits, Refusal, Row, read_table
from tracker.core.daily_report import normalise_reference
from tracker.core.feed import Feed
from tracker.services import record_interview
from tracker.services.context import Context
from tracker.services.errors import FormProblem, Refused
from tracker.services.interview_rows import facts_of
from tracker.services.interview_sheet import COLUMNS, SheetOutcome, SheetRow, read_sheet_row
from tracker.services.transaction import writing
from tracker.store import audit, episodes, interviews
from tracker.store.db import session as current_session
from tracker.store.models import Interview

REQUIRED = (("police_reference",), ("outcome",))


@dataclass(frozen=True)
class LoadProblem:
    """Why a row was not recorded: its number as a spreadsheet shows it, a code, a plain sentence, the columns."""

    line_no: int
    code: str
    sentence: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Loaded:
    """What a file brought. `refusal`: nothing of it was read. Rows read are recorded, unchanged, or have a problem."""

    lines_read: int = 0
    recorded: int = 0
    unchanged: int = 0
    problems: tuple[LoadProblem, ...] = ()
    refusal: Refusal | None = None


def load_interviews(context: Context, *, content: bytes, filename: str, feed: Feed, limits: FileLimits) -> Loaded:
    """Record every row whose reference, of that feed's force, is known. Loading twice changes nothing.

    "Not required" is only proposed: it closes nothing until a manager approves. What was held or declined is written up
    where the spreadsheet came from: nobody is asked for its form here.
    """
    wanted = Columns({name: (name,) for name in COLUMNS}, REQUIRED)
    table = read_table(content, filename, wanted, limits.rows)
    if isinstance(table, Refusal):
        return Loaded(refusal=table)
    outcomes: list[bool | tuple[LoadProblem, ...]] = []
    for row in table.rows():
        cells = {name: row.cells[header].strip() for name, header in table.columns.items()}
        if any(cells.values()) and not row.holds_no_child:
            outcomes.append(_outcome_of(context, row, cells, feed))
    failed = [found for found in outcomes if isinstance(found, tuple)]
    problems = tuple(problem for found in failed for problem in found)
    with writing() as session:
        sha256 = hashlib.sha256(content).hexdigest()
        details = {"lines": len(outcomes), "problems": len(failed), "feed": feed.name, "sha256": sha256}
        audit.record(session, "interviews_loaded", context.actor, context.now, "interview", None, details)
    return Loaded(len(outcomes), outcomes.count(True), outcomes.count(False), problems)


def _outcome_of(context: Context, row: Row, cells: Mapping[str, str], feed: Feed) -> bool | tuple[LoadProblem, ...]:
    """Whether the row changed anything, or what is wrong with it."""
    if row.problems:
        return tuple(LoadProblem(row.line_no, str(p.code), p.sentence, p.fields) for p in row.problems)
    try:
        return _load(context, cells, feed)
    except Refused as refused:
        return tuple(LoadProblem(row.line_no, p.code, p.sentence, p.fields) for p in refused.problems)


def _load(context: Context, cells: Mapping[str, str], feed: Feed) -> bool:
    """Record one row; whether anything changed. What is recorded already is not recorded again."""
    session = current_session()
    try:
        row = episodes.row_by_reference(session, feed.force, normalise_reference(cells["police_reference"]))
        if row is None:
            sentence = "No episode of this force has this police reference."
            raise Refused(FormProblem("unknown_reference", sentence, ("police_reference",)))
        episode = facts_of(session, row)
        held = interviews.rows_of_episode(session, row.id)
        said = read_sheet_row(cells, episode, feed)
        before, closed, proposed = _state(held), any(map(_is_closed, held)), _reasons(held)
    finally:
        session.rollback()
    if said.outcome is SheetOutcome.NOT_REQUIRED:
        _propose(context, episode.id, said, closed, proposed)
    else:
        _record(context, episode.id, said, closed)
    after = _state(interviews.rows_of_episode(session, episode.id))
    session.rollback()
    return after != before


def _record(context: Context, episode_id: int, said: SheetRow, closed: bool) -> None:
    if said.offered_at and not closed:
        record_interview.record_offer(context, episode_id=episode_id, offered_at=said.offered_at)
    if said.outcome is SheetOutcome.COMPLETED and said.at:
        record_interview.record_completed(
            context,
            episode_ids=[episode_id],
            completed_at=said.at,
            interviewer_name=said.interviewer_name,
            written_elsewhere=True,
        )
    if said.outcome is SheetOutcome.DECLINED and said.at and said.declined_by:
        record_interview.record_declined(
            context,
            episode_ids=[episode_id],
            declined_at=said.at,
            declined_by=said.declined_by,
            reason=said.reason,
            child_was_asked=said.child_was_asked,
            child_not_asked_reason=said.child_not_asked_reason,
            carer_asked_instead=said.carer_asked_instead,
            written_elsewhere=True,
        )


def _propose(context: Context, episode_id: int, said: SheetRow, closed: bool, proposed: frozenset[str | None]) -> None:
    """The same proposal again changes nothing, whatever a manager made of it."""
    if said.reason in proposed:
        return
    if closed:
        raise Refused(FormProblem("already_closed", "The outcome of this interview is recorded already.", ("outcome",)))
    record_interview.propose_not_required(context, episode_id=episode_id, reason=said.reason)


def _is_closed(row: Interview) -> bool:
    return interviews.to_core(row).is_closed


def _reasons(held: list[Interview]) -> frozenset[str | None]:
    return frozenset(row.not_required_reason for row in held if row.not_required_at)


def _state(held: list[Interview]) -> frozenset[tuple[int, int]]:
    """What tells whether anything was recorded: the interviews of an episode, each at its version."""
    return frozenset((row.id, row.version) for row in held)
