"""Take back what a person decided of a line: it waits again, and the episode that it made goes."""

from collections.abc import Mapping

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.orm import Session

from tracker.adapters.tabular import Row
from tracker.core.alerts import next_alert_at
from tracker.core.feed import Feed
from tracker.core.report_terms import LineOutcome
from tracker.services.context import Context
from tracker.services.empty_children import remove_if_empty
from tracker.services.errors import Conflict, FormProblem, Refused
from tracker.services.line_verdicts import kept_out
from tracker.services.match_decisions import standing_decision, undo_decision
from tracker.services.merge_children import follow_up_whole
from tracker.services.read_lines import FieldsOf, read_row
from tracker.services.rows_for_change import CHANGED_MEANWHILE, actor_sees_all, episode_for_change
from tracker.services.taught import take_back
from tracker.services.transaction import writing
from tracker.store import alerts, audit, plans
from tracker.store.meetings import is_persons
from tracker.store.models import (
    Action,
    Alert,
    Breach,
    Child,
    Episode,
    EpisodeDecision,
    EpisodeJoin,
    EpisodeVersion,
    InterviewEpisode,
    Line,
    MatchDecision,
    Receipt,
    StrategyMeeting,
)

MATCHED = "matched"
_NOTHING = FormProblem("nothing_to_undo", "Nobody decided whose this line is, or it was undone already.")


def undo_match(
    context: Context, *, line_id: int, version: int, feeds: Mapping[str, Feed], reason: str = ""
) -> int | None:
    """The line, and every later one of its episode, wait again. The id of a child that was taken away with it, or None.

    Steps: 1. refused where a person has worked on the episode since (move it instead); 2. what its lines taught the
    child is taken back; 3. its alerts are about the line again, so that nobody is told twice; 4. the episode goes, and
    its child where nothing else is known of it; 5. the lines ask what they asked.
    """
    with writing() as session:
        line, decision, row = _hold(session, context, line_id, version)
        refuse_worked_on(session, row)
        child = session.get_one(Child, row.child_id, with_for_update=True, populate_existing=True)
        take_back(session, child, [row.id], feeds, context)
        lines = session.scalars(
            select(Line)
            .where(Line.episode_id == row.id)
            .order_by(Line.as_of_at, Line.line_no, Line.id)
            .with_for_update()
        ).all()
        told = update(Alert).where(Alert.episode_id == row.id).values(episode_id=None, line_id=line.id, child_id=None)
        session.execute(told)
        for one in lines:
            _ask_again(session, one, decision, feeds, context)
        undo_decision(decision, context, reason.strip())
        details = {"episode_id": row.id, "child_id": child.id}
        audit.record(session, "match_undone", context.actor, context.now, "line", line.id, details)
        _remove_episode(session, row, line.id, context)
        removed = remove_if_empty(session, child, line.id, context)
        if not removed:
            follow_up_whole(session, [child.id], context)
        return child.id if removed else None


def _hold(session: Session, context: Context, line_id: int, version: int) -> tuple[Line, MatchDecision, Episode]:
    audit.hold_chain(session)
    query = select(Line).where(Line.id == line_id).with_for_update()
    line = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if line is None or not actor_sees_all(session, context):
        raise Refused(FormProblem("unknown_line", "There is no such line.", ("line_id",)))
    if line.version != version:
        raise Conflict(CHANGED_MEANWHILE)
    decision = standing_decision(session, line.id)
    if decision is None or line.settled_how != MATCHED:
        raise Refused(_NOTHING)
    if line.outcome != LineOutcome.CREATED or line.episode_id is None:
        sentence = (
            "This line changed an episode that was held before. Correct that episode, or move it to another child."
        )
        raise Refused(FormProblem("only_updated", sentence))
    return line, decision, episode_for_change(session, context, line.episode_id)


def refuse_worked_on(session: Session, row: Episode) -> None:
    """Refused, saying what, where anything that a person did would be lost with the episode."""
    found = _work_of_people(session, row)
    if found:
        sentence = (
            f"The episode cannot go back to waiting: {'; '.join(found)}. Move the episode to the right child instead: "
            "everything goes with it."
        )
        raise Refused(FormProblem("worked_on", sentence))


def _work_of_people(session: Session, row: Episode) -> list[str]:
    acknowledged = select(Alert.id).where(Alert.episode_id == row.id, Alert.acknowledged_at.is_not(None))
    reasoned = select(Breach.id).where(Breach.episode_id == row.id, Breach.reason.is_not(None))
    decided = select(EpisodeDecision.id).where(
        EpisodeDecision.episode_id == row.id, EpisodeDecision.decided_at.is_not(None)
    )
    changed = select(EpisodeVersion.id).where(
        EpisodeVersion.episode_id == row.id, EpisodeVersion.line_id.is_(None), EpisodeVersion.changed_by_id.is_not(None)
    )
    joined = select(EpisodeJoin.id).where(or_(EpisodeJoin.kept_id == row.id, EpisodeJoin.joined_id == row.id))
    covered = select(InterviewEpisode.episode_id).where(InterviewEpisode.episode_id == row.id)
    acted = select(Action.id).where(Action.episode_id == row.id)
    met = select(StrategyMeeting.id).where(StrategyMeeting.episode_id == row.id, is_persons())
    asked: tuple[tuple[str, Select[int]], ...] = (
        ("an interview is arranged or recorded", covered),
        ("somebody changed it by hand", changed),
        ("somebody answered an alert about it", acknowledged),
        ("somebody said why the deadline was missed", reasoned),
        ("somebody decided between two values", decided),
        ("it was made one with another episode", joined),
        ("something is to be done that came from it", acted),
        ("somebody asked for, planned or settled its strategy meeting", met),
    )  # fmt: skip
    return [words for words, query in asked if session.scalar(query.limit(1)) is not None]


def _ask_again(
    session: Session, line: Line, decision: MatchDecision, feeds: Mapping[str, Feed], context: Context
) -> None:
    """As it stood before the decision. A copy of a line that waits elsewhere asks nothing of its own."""
    receipt = session.get_one(Receipt, line.receipt_id)
    line.episode_id = line.child_id = None
    is_copy = receipt.duplicate_of_id is not None and line.outcome in (LineOutcome.UNCHANGED, LineOutcome.STALE)
    if is_copy or line.outcome == LineOutcome.QUARANTINED:
        return
    problems = decision.asked["problems"]
    line.outcome = str(LineOutcome.QUARANTINED)
    line.problems = problems
    line.problem_code, line.problem_sentence = problems[0]["code"], problems[0]["sentence"]
    line.problem_fields = problems[0]["fields"]
    line.candidates, line.match_reasons = decision.asked["candidates"], []
    line.settled_at = line.settled_by_id = line.settled_how = line.settled_reason = None
    line.due_at = line.sweep_at = None
    if receipt.feed in feeds:
        row = Row(line.line_no, dict(line.corrected_cells or line.cells))
        reading = read_row(row, FieldsOf(feeds[receipt.feed]), line.as_of_at).reading
        line.due_at = kept_out(reading, (), context.rules).due_at
    session.flush()
    clock = alerts.line_clock(session, line)
    line.sweep_at = next_alert_at(clock, context.rules.ladder, context.now) if clock else None


def _remove_episode(session: Session, row: Episode, line_id: int, context: Context) -> None:
    session.flush()
    plans.remove_asked(session, child_id=row.child_id, episode_id=row.id)
    for model in (EpisodeDecision, EpisodeVersion, Breach):
        session.execute(delete(model).where(model.episode_id == row.id))
    session.delete(row)
    details = {"line_id": line_id}
    audit.record(session, "episode_removed", context.actor, context.now, "episode", row.id, details)
