"""Undoing a load, the episodes: withdrawn, taken back field by field, or kept because a person has worked on them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from tracker.core.episodes import MissingEpisode
from tracker.core.feed import Feed
from tracker.core.line_marks import mark_in
from tracker.core.report_terms import LineOutcome
from tracker.core.terms import EpisodeKind, ExclusionReason, FlagCode, LivingSetting, RiskLevel
from tracker.core.undone import Entered, Event, Said, Unsaid, unsay
from tracker.services.context import Context
from tracker.services.read_lines import FieldsOf
from tracker.services.replay_line import read_again
from tracker.store import episodes, reports
from tracker.store.models import (
    Alert,
    Breach,
    Child,
    Episode,
    EpisodeDecision,
    EpisodeVersion,
    InterviewEpisode,
    Line,
    Receipt,
)
from tracker.store.models.reports import STANDS
from tracker.store.plans import worked_on_episodes

SPOKE = (LineOutcome.CREATED, LineOutcome.UPDATED, LineOutcome.UNCHANGED, LineOutcome.STALE)
"""Outcomes of lines that say something of an episode."""

WITHDRAWN, TAKEN_BACK, KEPT, UNTOUCHED = "withdrawn", "taken_back", "kept", "untouched"


@dataclass(frozen=True)
class Plan:
    """What undoing the load does to one episode, not yet done."""

    row: Episode
    child: Child  # held here, so that following up need not read it again
    became: str
    unsaid: Unsaid
    questions: Sequence[tuple[EpisodeDecision, int | None]]  # that wait, each with the receipt that raised it


def plans(session: Session, receipt: Receipt, ids: Collection[int], feeds: Mapping[str, Feed]) -> list[Plan]:
    """For these episodes, what undoing the load would do to each. Nothing is written."""
    rows = list(session.scalars(select(Episode).where(Episode.id.in_(ids)).order_by(Episode.id)))
    children = {row.child_id for row in rows}
    whose = {child.id: child for child in session.scalars(select(Child).where(Child.id.in_(children)))}
    versions = _by_episode(session.scalars(_ordered(EpisodeVersion, ids)))
    spoken = _lines(session, receipt, ids)
    worked_on = _worked_on(session, rows, versions)
    questions = _questions(session, ids)
    fields_of: dict[str, FieldsOf] = {}
    found = []
    for row in rows:
        held = episodes.to_core(row, whose[row.child_id])
        history = versions.get(row.id, [])
        events = _events(spoken.get(row.id, []), history, receipt, feeds, fields_of)
        unsaid = unsay(events, _base(history, held), held)
        became = _became(row, unsaid, row.id in worked_on)
        found.append(Plan(row, whose[row.child_id], became, unsaid, questions.get(row.id, ())))
    return found


def _became(row: Episode, unsaid: Unsaid, worked_on: bool) -> str:
    if row.excluded == ExclusionReason.LOAD_UNDONE:
        return UNTOUCHED
    if unsaid.vanishes:
        return KEPT if worked_on else WITHDRAWN
    return TAKEN_BACK if unsaid.values else UNTOUCHED


def carry_out(session: Session, plan: Plan, receipt: Receipt, context: Context) -> dict[str, object]:
    """Write one plan, not yet flushed; the fields that changed. What hangs on the episode, the caller follows up."""
    row = plan.row
    values: dict[str, object] = dict(plan.unsaid.values)
    if plan.became == WITHDRAWN:
        values = {
            "excluded": ExclusionReason.LOAD_UNDONE,
            "excluded_reason": f"The load of receipt {receipt.id} was undone.",
            "police_force": None,
            "police_reference": None,
        }
    elif plan.became == KEPT:
        values = {"flags": frozenset(map(FlagCode, row.flags)) | {FlagCode.LOAD_UNDONE}}
    if plan.became != KEPT:
        flags = values.get("flags", frozenset(map(FlagCode, row.flags)))
        assert isinstance(flags, frozenset)
        if not _withdraw_questions(session, plan, receipt):
            flags -= {FlagCode.POLICE_VALUE_DIFFERS}
        values["flags"] = flags
    changes = episodes.write_changes(session, row, values, context.now, reason=f"Receipt {receipt.id} was undone.")
    if changes and plan.became == TAKEN_BACK and plan.unsaid.as_of is not None:
        row.as_of_at, row.as_of_line = plan.unsaid.as_of
    elif plan.became == UNTOUCHED and plan.unsaid.as_of is not None:  # nothing else of it changed: its version stays
        reports.refresh_as_of(session, {row.id: plan.unsaid.as_of})
        set_committed_value(row, "as_of_at", plan.unsaid.as_of[0])
        set_committed_value(row, "as_of_line", plan.unsaid.as_of[1])
    return changes


def _questions(session: Session, ids: Collection[int]) -> dict[int, list[tuple[EpisodeDecision, int | None]]]:
    """Episode → the questions that wait for an answer, with the receipt whose line raised each."""
    query = select(EpisodeDecision, Line.receipt_id).outerjoin(Line, Line.id == EpisodeDecision.line_id)
    query = query.where(EpisodeDecision.episode_id.in_(ids), EpisodeDecision.decided_at.is_(None))
    found: dict[int, list[tuple[EpisodeDecision, int | None]]] = {}
    for decision, receipt_id in session.execute(query.order_by(EpisodeDecision.id)):
        found.setdefault(decision.episode_id, []).append((decision, receipt_id))
    return found


def _withdraw_questions(session: Session, plan: Plan, receipt: Receipt) -> bool:
    """Questions that only the load's lines ask, and nobody has answered, go with them; whether any waits still."""
    waits = False
    for decision, receipt_id in plan.questions:
        if receipt_id == receipt.id and (decision.field, decision.police_value) not in plan.unsaid.asked:
            session.delete(decision)
        else:
            waits = True
    return waits


def _ordered(model: type[EpisodeVersion], ids: Collection[int]) -> Any:
    return select(model).where(model.episode_id.in_(ids)).order_by(model.id)


def _by_episode(versions: Iterable[EpisodeVersion]) -> dict[int, list[EpisodeVersion]]:
    found: dict[int, list[EpisodeVersion]] = {}
    for version in versions:
        found.setdefault(version.episode_id, []).append(version)
    return found


def _lines(session: Session, receipt: Receipt, ids: Collection[int]) -> dict[int, list[tuple[Line, Receipt]]]:
    """The lines of this load and of every report that stands that spoke of these episodes.

    A row that corrected a line outside spoke through that line, and not itself.
    """
    query = (
        select(Line, Receipt)
        .join(Receipt, Receipt.id == Line.receipt_id)
        .where(Line.episode_id.in_(ids), Line.outcome.in_(SPOKE))
        .where((Receipt.id == receipt.id) | Receipt.status.in_(STANDS))
        .order_by(Line.id)
    )
    found: dict[int, list[tuple[Line, Receipt]]] = {}
    for line, origin in session.execute(query):
        if not mark_in(line.corrected_cells or line.cells):
            found.setdefault(line.episode_id or 0, []).append((line, origin))
    return found


def _events(
    spoken: Sequence[tuple[Line, Receipt]],
    versions: Sequence[EpisodeVersion],
    receipt: Receipt,
    feeds: Mapping[str, Feed],
    fields_of: dict[str, FieldsOf],
) -> list[Event]:
    """What happened, in order: what lines said when they were applied, and what people entered."""
    wrote = {version.line_id: version.changed_at for version in versions if version.line_id is not None}
    timed: list[tuple[datetime, float, Event]] = []
    for line, origin in spoken:
        feed = feeds.get(origin.feed)
        read = read_again(line, feed, fields_of.setdefault(feed.name, FieldsOf(feed))).reading.line if feed else None
        if read is not None:
            told_at = None if origin.is_history else origin.received_at
            at = wrote.get(line.id) or line.settled_at or origin.received_at
            timed.append((at, line.id, Said(read, told_at, origin.id == receipt.id)))
    for version in versions:
        if version.line_id is None and version.changed_by_id is not None:
            entered = typed(version.changes)
            timed.append((version.changed_at, float("inf"), Entered(entered)))
    return [event for _at, _place, event in sorted(timed, key=lambda one: one[:2])]


def _base(versions: Sequence[EpisodeVersion], held: MissingEpisode) -> MissingEpisode | None:
    """What was held before them all: nothing where a version made the episode, else what it replaced."""
    first: dict[str, Any] = {}
    for version in versions:
        for name, pair in version.changes.items():
            first.setdefault(name, pair)
    if "missing_from_at" in first and first["missing_from_at"][0] is None:
        return None
    before = typed({name: [None, old] for name, (old, _new) in first.items()})
    return replace(held, as_of=None, **before)


_TYPES: Mapping[str, Any] = {
    "kind": EpisodeKind,
    "risk": RiskLevel,
    "setting": LivingSetting,
    "excluded": ExclusionReason,
}
_FIELDS = frozenset(MissingEpisode.__dataclass_fields__) - {"id", "child_id", "as_of"}


def typed(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The new values of a version as the rules know them; what no rule knows is left out."""
    return {name: _typed(name, pair[1]) for name, pair in changes.items() if name in _FIELDS}


def _typed(name: str, value: Any) -> Any:
    if name == "flags":
        return frozenset(map(FlagCode, value or ()))
    if name == "person_fields":
        return frozenset(value or ())
    if value is None:
        return None
    if name.endswith("_at"):
        return datetime.fromisoformat(value)
    return _TYPES[name](value) if name in _TYPES else value


def _worked_on(
    session: Session, rows: Sequence[Episode], versions: Mapping[int, Sequence[EpisodeVersion]]
) -> frozenset[int]:
    """Episodes that a person has entered something of: a value, an interview, an answer, a reason, an
    action, a meeting."""
    ids = [row.id for row in rows]
    found = {row.id for row in rows if row.person_fields or row.interview_requested or row.conflict_settled}
    for episode_id, history in versions.items():
        if any(version.line_id is None and version.changed_by_id is not None for version in history):
            found.add(episode_id)
    for query in (
        select(InterviewEpisode.episode_id).where(InterviewEpisode.episode_id.in_(ids)),
        select(Alert.episode_id).where(Alert.episode_id.in_(ids), Alert.acknowledged_at.is_not(None)),
        select(Breach.episode_id).where(Breach.episode_id.in_(ids), Breach.reason_by_id.is_not(None)),
        select(EpisodeDecision.episode_id).where(
            EpisodeDecision.episode_id.in_(ids), EpisodeDecision.decided_by_id.is_not(None)
        ),
    ):
        found |= {episode_id for episode_id in session.scalars(query) if episode_id is not None}
    return frozenset(found | worked_on_episodes(session, ids))
