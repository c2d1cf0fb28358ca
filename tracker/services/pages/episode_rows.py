"""From rows of the database to the shapes of lists: whose they may see, and in which state each episode is now."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, TextClause, exists, select
from sqlalchemy.orm import Session

from tracker.core.clock import age_on
from tracker.core.interviews import ReturnHomeInterview, hours_left, interview_state
from tracker.core.terms import OPEN_CLOCK_STATES
from tracker.services.context import Context, Viewer
from tracker.services.pages.rows import EpisodeRow, WaitingLine
from tracker.services.transaction import writing
from tracker.store import audit, episodes, interviews, people
from tracker.store.models import Child, Episode, Interview, InterviewEpisode, Line, Receipt, Team
from tracker.store.visibility import Whose, episodes_visible_to

Found = Select[Episode, Child]
Condition = SQLColumnExpression[bool] | TextClause


def visible_episodes(viewer: Viewer, *conditions: Condition) -> Found:
    """Episodes with their children that this viewer may see; every list of episodes begins with this."""
    return episodes_with_children(episodes_visible_to(viewer), *conditions)


def episodes_with_children(*conditions: Condition) -> Found:
    """The same, where the conditions say who may see them."""
    return select(Episode, Child).join(Child, Child.id == Episode.child_id).where(*conditions)


def is_allocated_to(person_id: Whose) -> ColumnElement[bool]:
    """A condition on `Episode`: an interview for it is this person's now. Found by all that is theirs: it is little."""
    theirs = (
        select(InterviewEpisode.episode_id)
        .join(Interview, Interview.id == InterviewEpisode.interview_id)
        .where(Interview.allocated_to_id == person_id)
    )
    return Episode.id.in_(theirs)


def is_allocated() -> ColumnElement[bool]:
    """A condition on `Episode`: an interview for it is somebody's."""
    query = (
        select(InterviewEpisode.episode_id)
        .join(Interview, Interview.id == InterviewEpisode.interview_id)
        .where(InterviewEpisode.episode_id == Episode.id, Interview.allocated_to_id.is_not(None))
    )
    return exists(query.correlate(Episode))


def record_list(context: Context, what: str, narrowed: Mapping[str, object], *, action: str = "list_viewed") -> None:
    """One audit row for a list that is about to be shown, with what it is narrowed to; empty parts are left out."""
    given = {name: value for name, value in narrowed.items() if value not in (None, "", (), [], False)}
    with writing() as session:
        audit.record(session, action, context.actor, context.now, what, None, {"filter": given})


def name_of(child: Child) -> str:
    return f"{child.forename} {child.surname}"


def episode_rows(session: Session, context: Context, found: Iterable[tuple[Episode, Child]]) -> tuple[EpisodeRow, ...]:
    """The rows of a list, in the order found."""
    given = [(row, child) for row, child in found]
    if not given:
        return ()
    held = interviews.interviews_by_episode(session, [row.id for row, _ in given])
    names = people.names_by_id(session)
    teams = {team.id: team.name for team in session.scalars(select(Team))}
    return tuple(_row(row, child, held.get(row.id, []), names, teams, context) for row, child in given)


def _row(
    row: Episode,
    child: Child,
    held: Sequence[ReturnHomeInterview],
    names: Mapping[int, str],
    teams: Mapping[int, str],
    context: Context,
) -> EpisodeRow:
    facts = episodes.to_core(row, child)
    state = interview_state(facts, held, context.now, context.rules.policy)
    allocated_to_id = allocated_to(held)
    return EpisodeRow(
        id=row.id,
        child_id=child.id,
        child_name=name_of(child),
        age=age_on(child.date_of_birth, facts.start_on) if child.date_of_birth else None,
        police_force=row.police_force,
        police_reference=row.police_reference,
        kind=facts.kind,
        risk=facts.risk,
        setting=facts.setting,
        is_ours=row.is_ours,
        responsible_authority=row.responsible_authority,
        district=row.district,
        missing_from_at=row.missing_from_at,
        found_at=row.found_at,
        returned_at=row.returned_at,
        out_of_counts=facts.out_of_counts,
        flags=tuple(sorted(facts.flags)),
        state=state,
        due_at=row.interview_due_at,
        hours_left=hours_left(facts, context.now) if state in OPEN_CLOCK_STATES else None,
        allocated_to_id=allocated_to_id,
        allocated_to=names.get(allocated_to_id) if allocated_to_id else None,
        team=teams.get(row.team_id) if row.team_id else None,
        version=row.version,
    )


def allocated_to(held: Sequence[ReturnHomeInterview]) -> int | None:
    """Whose the interview is: of the newest that is anybody's."""
    theirs = [interview for interview in held if interview.allocated_to_id is not None]
    return max(theirs, key=lambda interview: interview.id).allocated_to_id if theirs else None


def waiting_line(line: Line | Any, feed: str) -> WaitingLine:
    """Of a line, or of a row with its columns."""
    return WaitingLine(
        id=line.id,
        receipt_id=line.receipt_id,
        line_no=line.line_no,
        feed=feed,
        as_of_at=line.as_of_at,
        problem_code=line.problem_code,
        problem_sentence=line.problem_sentence,
        problem_fields=tuple(line.problem_fields),
        candidates=len(line.candidates),
        due_at=line.due_at,
        version=line.version,
        cells=line.corrected_cells or line.cells,
    )


_OF_LINE = (
    Line.id, Line.receipt_id, Line.line_no, Line.as_of_at, Line.problem_code, Line.problem_sentence,
    Line.problem_fields, Line.candidates, Line.due_at, Line.version, Line.cells, Line.corrected_cells,
    Receipt.feed,
)  # fmt: skip


def waiting_lines(*conditions: Condition) -> Select[*tuple[Any, ...]]:
    """The columns of lines that a list shows, with the feed of each."""
    return select(*_OF_LINE).join(Receipt, Receipt.id == Line.receipt_id).where(*conditions)


def lines_with_receipts(*conditions: Condition) -> Select[Line, Receipt]:
    return select(Line, Receipt).join(Receipt, Receipt.id == Line.receipt_id).where(*conditions)


def iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
