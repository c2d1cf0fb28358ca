"""What on Today waits for somebody's decision: lines, values, approvals, repeat flags; and the reports of the day."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from tracker.core.clock import local_date
from tracker.core.report_terms import LineOutcome, ProblemCode
from tracker.services.context import Viewer
from tracker.services.not_required import APPROVERS, waits_for_approval
from tracker.services.pages.asking import IDS, Asking, Listed, Scope
from tracker.services.pages.episode_rows import episodes_with_children, name_of, waiting_line, waiting_lines
from tracker.services.pages.rows import Section, WaitingLine
from tracker.services.pages.today_clocks import MOST_SHOWN, last_day, lines_are_shown
from tracker.services.pages.today_shapes import Approval, NewRepeatFlag, ReportReceived, ValueDecision
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

_SAME_EPISODE = str(ProblemCode.SAME_EPISODE_UNDECIDED)


def lines_to_decide(asked: Asking, *, same_episode: bool = False) -> Section[WaitingLine]:
    """Waiting lines, the newest report first: those that ask "same episode?", or all others."""
    if not lines_are_shown(asked.scope):
        return Section()
    rows, total = asked.listed(_lines(same_episode=same_episode))
    return Section(tuple(waiting_line(row, row.feed) for row in rows), total)


@cache
def _lines(*, same_episode: bool) -> Listed:
    asks = Line.problem_code == _SAME_EPISODE if same_episode else Line.problem_code != _SAME_EPISODE
    newest = (Line.as_of_at.desc(), Line.receipt_id.desc(), Line.line_no)
    return Listed(
        waiting_lines(LINE_WAITS, asks).order_by(*newest).limit(MOST_SHOWN),
        select(func.count()).select_from(Line).where(LINE_WAITS, asks),
        MOST_SHOWN,
    )


def value_decisions(asked: Asking) -> Section[ValueDecision]:
    """Values of the police that differ from what a person entered, the longest waiting first."""
    found, total = asked.listed(_values(asked.scope))
    sources = sources_of(asked.session, [row for row, _ in found]) if found else {}
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
    return Section(rows, total)


@cache
def _values(scope: Scope) -> Listed:
    waits = (EpisodeDecision.decided_at.is_(None), *scope.episodes())
    of_episode = Episode.id == EpisodeDecision.episode_id
    return Listed(
        select(EpisodeDecision, Child)
        .join(Episode, of_episode)
        .join(Child, Child.id == Episode.child_id)
        .where(*waits)
        .order_by(EpisodeDecision.raised_at, EpisodeDecision.id)
        .limit(MOST_SHOWN),
        select(func.count()).select_from(EpisodeDecision).join(Episode, of_episode).where(*waits),
        MOST_SHOWN,
        whole=True,
    )


def approvals(asked: Asking) -> Section[Approval]:
    """ "Not required" waiting for a manager, the soonest deadline first: each once, with the episodes it is about."""
    about: dict[int, list[tuple[Episode, Child, Interview]]] = defaultdict(list)
    found = asked.entities(_not_required(asked.scope))
    for row, child, interview in sorted(found, key=lambda one: (one[0].interview_due_at, one[0].id)):
        if waits_for_approval(interview):
            about[interview.id].append((row, child, interview))
    names = people.names_by_id(asked.session) if about else {}
    rows = [_approval(found, asked.viewer, names) for found in list(about.values())[:MOST_SHOWN]]
    return Section(tuple(rows), len(about))


@cache
def _not_required(scope: Scope) -> Select[*tuple[Any, ...]]:
    """In no order: to sort them, SQLite would walk every open clock by its deadline instead of the few that wait."""
    return (
        episodes_with_children(Episode.clock_open, *scope.episodes())
        .join(InterviewEpisode, InterviewEpisode.episode_id == Episode.id)
        .join(Interview, Interview.id == InterviewEpisode.interview_id)
        .where(NOT_REQUIRED_WAITS)
        .add_columns(Interview)
    )


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


def repeat_flags(asked: Asking) -> Section[NewRepeatFlag]:
    """Crossings that still hold and that nobody has reviewed, the newest first."""
    if asked.scope.mine:
        return Section()
    found, total = asked.listed(_flags(asked.scope), today=local_date(asked.context.now))
    rules = {rule.name: rule for rule in asked.context.rules.repeat_rules}
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
        for row, child in found
    )
    return Section(rows, total)


@cache
def _flags(scope: Scope) -> Listed:
    new = (
        RepeatFlagRow.ended_on.is_(None),
        RepeatFlagRow.withdrawn_at.is_(None),
        RepeatFlagRow.reviewed_at.is_(None),
        RepeatFlagRow.ends_on > bindparam("today"),
        *scope.children(),
    )
    of_child = Child.id == RepeatFlagRow.child_id
    newest = (RepeatFlagRow.raised_on.desc(), RepeatFlagRow.id.desc())
    return Listed(
        select(RepeatFlagRow, Child).join(Child, of_child).where(*new).order_by(*newest).limit(MOST_SHOWN),
        select(func.count()).select_from(RepeatFlagRow).join(Child, of_child).where(*new),
        MOST_SHOWN,
        whole=True,
    )


_RECEIPTS = (
    select(Receipt)
    .where(Receipt.received_at >= bindparam("since"))
    .order_by(Receipt.received_at.desc())
    .limit(MOST_SHOWN)
)
_OUTCOMES = (
    select(Line.receipt_id, Line.outcome, func.count())
    .where(Line.receipt_id.in_(IDS))
    .group_by(Line.receipt_id, Line.outcome)
)
_WAITING = select(Line.receipt_id, func.count()).where(LINE_WAITS, Line.receipt_id.in_(IDS)).group_by(Line.receipt_id)


def reports(asked: Asking) -> Section[ReportReceived]:
    """Reports received in the last 24 hours, the newest first, with what became of their lines."""
    if not lines_are_shown(asked.scope):
        return Section()
    receipts = [receipt for (receipt,) in asked.entities(_RECEIPTS, since=last_day(asked.context.now))]
    if not receipts:
        return Section()
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    ids = [receipt.id for receipt in receipts]
    for receipt_id, outcome, lines in asked.rows(_OUTCOMES, ids=ids):
        counts[receipt_id][LineOutcome(outcome)] = lines
    waiting = dict(asked.rows(_WAITING, ids=ids))
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
