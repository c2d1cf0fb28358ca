"""What on Today waits for somebody's decision: lines, values, approvals, repeat flags; and the reports of the day."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from tracker.core.clock import local_date
from tracker.core.terms import LineOutcome, ProblemCode
from tracker.services.context import Context, Viewer
from tracker.services.not_required import APPROVERS, waits_for_approval
from tracker.services.pages.episode_rows import name_of, visible_episodes, waiting_lines
from tracker.services.pages.rows import Section, WaitingLine
from tracker.services.pages.today_clocks import MOST_SHOWN, last_day, lines_are_shown, narrowed_to
from tracker.services.pages.today_shapes import (
    Approval,
    NewRepeatFlag,
    ReportReceived,
    TodayFilter,
    ValueDecision,
)
from tracker.services.pages.value_views import sources_of
from tracker.store import people
from tracker.store.models import (
    Child,
    Episode,
    EpisodeDecision,
    Interview,
    InterviewEpisode,
    Line,
    Receipt,
    RepeatFlagRow,
)
from tracker.store.models.interviews import NOT_REQUIRED_WAITS
from tracker.store.models.reports import LINE_WAITS
from tracker.store.visibility import children_visible_to, episodes_visible_to

_SAME_EPISODE = str(ProblemCode.SAME_EPISODE_UNDECIDED)


def lines_to_decide(
    session: Session, viewer: Viewer, only: TodayFilter, same_episode: bool = False
) -> Section[WaitingLine]:
    """Waiting lines, the newest report first: those that ask "same episode?", or all others."""
    if not lines_are_shown(viewer, only):
        return Section()
    asks = Line.problem_code == _SAME_EPISODE if same_episode else Line.problem_code != _SAME_EPISODE
    newest = [Line.as_of_at.desc(), Line.receipt_id.desc(), Line.line_no]
    rows = waiting_lines(session, [LINE_WAITS, asks], newest, MOST_SHOWN)
    total = len(rows)
    if total == MOST_SHOWN:
        total = session.scalar(select(func.count()).select_from(Line).where(LINE_WAITS, asks)) or 0
    return Section(rows, total)


def value_decisions(session: Session, viewer: Viewer, only: TodayFilter) -> Section[ValueDecision]:
    """Values of the police that differ from what a person entered, the longest waiting first."""
    waits: list[ColumnElement[bool]] = [
        EpisodeDecision.decided_at.is_(None),
        episodes_visible_to(viewer),
        *narrowed_to(viewer, only),
    ]
    query = (
        select(EpisodeDecision, Child)
        .join(Episode, Episode.id == EpisodeDecision.episode_id)
        .join(Child, Child.id == Episode.child_id)
        .where(*waits)
        .order_by(EpisodeDecision.raised_at, EpisodeDecision.id)
    )
    found = [(row, child) for row, child in session.execute(query.limit(MOST_SHOWN))]
    sources = sources_of(session, [row for row, _ in found]) if found else {}
    rows = tuple(
        ValueDecision(
            id=row.id,
            episode_id=row.episode_id,
            child_name=name_of(child),
            field=row.field,
            held_value=row.held_value,
            police_value=row.police_value,
            raised_at=row.raised_at,
            **vars(sources[row.id]),
        )
        for row, child in found
    )
    total = len(rows)
    if total == MOST_SHOWN:
        count = (
            select(func.count()).select_from(EpisodeDecision).join(Episode, Episode.id == EpisodeDecision.episode_id)
        )
        total = session.scalar(count.where(*waits)) or 0
    return Section(rows, total)


def approvals(session: Session, viewer: Viewer, narrowed: Sequence[ColumnElement[bool]]) -> Section[Approval]:
    """ "Not required" waiting for a manager, the soonest deadline first: each once, with the episodes it is about."""
    query = (
        visible_episodes(viewer, Episode.clock_open, *narrowed)
        .join(InterviewEpisode, InterviewEpisode.episode_id == Episode.id)
        .join(Interview, Interview.id == InterviewEpisode.interview_id)
        .where(NOT_REQUIRED_WAITS)
        .add_columns(Interview)
        .order_by(Episode.interview_due_at, Episode.id)
    )
    about: dict[int, list[tuple[Episode, Child, Interview]]] = defaultdict(list)
    for row, child, interview in session.execute(query):
        if waits_for_approval(interview):
            about[interview.id].append((row, child, interview))
    names = people.names_by_id(session) if about else {}
    rows = [_approval(found, viewer, names) for found in list(about.values())[:MOST_SHOWN]]
    return Section(tuple(rows), len(about))


def _approval(found: Sequence[tuple[Episode, Child, Interview]], viewer: Viewer, names: dict[int, str]) -> Approval:
    row, child, interview = found[0]
    assert interview.not_required_at is not None
    by = interview.not_required_by_id
    return Approval(
        interview_id=interview.id,
        episode_ids=tuple(episode.id for episode, _, _ in found),
        child_id=child.id,
        child_name=name_of(child),
        reason=interview.not_required_reason or "",
        proposed_by=names.get(by, "") if by else "",
        proposed_at=interview.not_required_at,
        due_at=row.interview_due_at,
        may_approve=bool(viewer.roles & APPROVERS) and by != viewer.person_id,
    )


def repeat_flags(session: Session, context: Context, viewer: Viewer, only: TodayFilter) -> Section[NewRepeatFlag]:
    """Crossings that still hold and that nobody has reviewed, the newest first."""
    if only.mine:
        return Section()
    new: list[ColumnElement[bool]] = [
        RepeatFlagRow.ended_on.is_(None),
        RepeatFlagRow.withdrawn_at.is_(None),
        RepeatFlagRow.reviewed_at.is_(None),
        RepeatFlagRow.ends_on > local_date(context.now),
        children_visible_to(viewer),
    ]
    if only.team_id is not None:
        new.append(Child.team_id == only.team_id)
    query = select(RepeatFlagRow, Child).join(Child, Child.id == RepeatFlagRow.child_id).where(*new)
    newest = query.order_by(RepeatFlagRow.raised_on.desc(), RepeatFlagRow.id.desc()).limit(MOST_SHOWN)
    rules = {rule.name: rule for rule in context.rules.repeat_rules}
    rows = tuple(
        NewRepeatFlag(
            id=row.id,
            child_id=child.id,
            child_name=name_of(child),
            rule=row.rule,
            title=rules[row.rule].title if row.rule in rules else row.rule,
            action=rules[row.rule].action if row.rule in rules else "",
            raised_on=row.raised_on,
            ends_on=row.ends_on,
            episodes=len(row.episode_ids),
        )
        for row, child in session.execute(newest)
    )
    total = len(rows)
    if total == MOST_SHOWN:
        count = select(func.count()).select_from(RepeatFlagRow).join(Child, Child.id == RepeatFlagRow.child_id)
        total = session.scalar(count.where(*new)) or 0
    return Section(rows, total)


def reports(session: Session, context: Context, viewer: Viewer, only: TodayFilter) -> Section[ReportReceived]:
    """Reports received in the last 24 hours, the newest first, with what became of their lines."""
    if not lines_are_shown(viewer, only):
        return Section()
    query = select(Receipt).where(Receipt.received_at >= last_day(context.now)).order_by(Receipt.received_at.desc())
    receipts = session.scalars(query.limit(MOST_SHOWN)).all()
    if not receipts:
        return Section()
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    ids = [receipt.id for receipt in receipts]
    grouped = select(Line.receipt_id, Line.outcome, func.count()).where(Line.receipt_id.in_(ids))
    for receipt_id, outcome, lines in session.execute(grouped.group_by(Line.receipt_id, Line.outcome)):
        counts[receipt_id][LineOutcome(outcome)] = lines
    waits = select(Line.receipt_id, func.count()).where(LINE_WAITS, Line.receipt_id.in_(ids))
    waiting = dict(session.execute(waits.group_by(Line.receipt_id)).all())
    rows = tuple(
        ReportReceived(
            receipt_id=receipt.id,
            feed=receipt.feed,
            filename=receipt.filename,
            received_at=receipt.received_at,
            status=receipt.status,
            problem_sentence=receipt.problem_sentence,
            lines_read=receipt.lines_read,
            outcomes=dict(counts[receipt.id]),
            waiting=waiting.get(receipt.id, 0),
        )
        for receipt in receipts
    )
    return Section(rows, len(rows))
