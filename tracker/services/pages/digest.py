"""How one person's work stands: counts only, of what they may see, for the morning's email and its preview."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import ColumnElement, TextClause, and_, case, distinct, exists, false, func, or_, select
from sqlalchemy.orm import Session

from tracker.core.alert_terms import DigestPart
from tracker.core.clock import local_date
from tracker.core.digest import DigestItem, Scope
from tracker.core.directory import Recipient
from tracker.core.terms import InterviewState
from tracker.services.context import Context, Viewer
from tracker.services.not_required import APPROVERS
from tracker.services.pages.actions import seen_by
from tracker.store import notices
from tracker.store.models import (
    Action,
    Alert,
    Child,
    Episode,
    Interview,
    InterviewEpisode,
    Line,
    Maramp,
    OutboxMessage,
    Person,
    RepeatFlagRow,
    ReportAbsence,
)
from tracker.store.models.interviews import NOT_REQUIRED_WAITS, TO_REVIEW
from tracker.store.models.reports import LINE_WAITS
from tracker.store.visibility import SEES_ALL, children_visible_to, episodes_visible_to, sees_all

ALERTS_OF = timedelta(days=30)
"""An alert older than this is no news of the morning; what it is about is counted by itself."""


def digest_items(session: Session, context: Context, reader: Recipient, scope: Scope) -> tuple[DigestItem, ...]:
    """Each kind of work with how much of it waits, in the order in which it is told; empty where none does."""
    viewer = Viewer(reader.id, "", reader.roles, reader.team_id)
    return tuple(DigestItem(name, count) for name, count in _counts(session, context, viewer, scope) if count)


def _counts(session: Session, context: Context, viewer: Viewer, scope: Scope) -> Iterator[tuple[DigestPart, int]]:
    own = _episodes_of(session, scope)
    overdue, due_soon = _clocks(session, context, viewer, own)
    yield DigestPart.OVERDUE_INTERVIEWS, overdue
    yield DigestPart.DUE_SOON, due_soon
    yield DigestPart.FOUND_NOT_RETURNED, _found_not_returned(session, context, viewer, own)
    if scope.everything and sees_all(viewer):
        yield DigestPart.LINES_WAITING, session.scalar(select(func.count()).select_from(Line).where(LINE_WAITS)) or 0
    if viewer.roles & APPROVERS:
        others = Interview.not_required_by_id.is_distinct_from(viewer.person_id)
        yield DigestPart.APPROVALS, _interviews(session, viewer, own, NOT_REQUIRED_WAITS, others)
        yield DigestPart.REVIEWS, _interviews(session, viewer, own, TO_REVIEW)
    yield DigestPart.OVERDUE_ACTIONS, _overdue_actions(session, context, viewer, scope)
    if viewer.roles & SEES_ALL:
        yield DigestPart.MARAMP_REVIEWS, _maramp_reviews(session, context, viewer, scope)
        yield DigestPart.REPEAT_FLAGS, _repeat_flags(session, context, viewer, scope)
    yield DigestPart.ALERTS, _alerts(session, context, scope)


def _clocks(session: Session, context: Context, viewer: Viewer, own: list[ColumnElement[bool]]) -> tuple[int, int]:
    """Open clocks past their deadline, and those within the hours in which they are due soon."""
    now = context.now
    soon_until = now + timedelta(hours=context.rules.policy.due_soon_hours)
    is_overdue = Episode.interview_due_at < now
    due_soon = and_(~is_overdue, Episode.interview_due_at <= soon_until)
    query = select(func.sum(case((is_overdue, 1), else_=0)), func.sum(case((due_soon, 1), else_=0)))
    row = session.execute(query.where(Episode.clock_open, episodes_visible_to(viewer), *own)).one()
    return row[0] or 0, row[1] or 0


def _interviews(
    session: Session, viewer: Viewer, own: list[ColumnElement[bool]], *conditions: ColumnElement[bool] | TextClause
) -> int:
    theirs = exists(
        select(InterviewEpisode.episode_id)
        .join(Episode, Episode.id == InterviewEpisode.episode_id)
        .where(InterviewEpisode.interview_id == Interview.id, episodes_visible_to(viewer), *own)
        .correlate(Interview)
    )
    return session.scalar(select(func.count()).select_from(Interview).where(*conditions, theirs)) or 0


def _episodes_of(session: Session, scope: Scope) -> list[ColumnElement[bool]]:
    """Conditions on `Episode`. Work of no team is every manager's, as on the board of a team.

    Whose interviews they are is asked first, of what is open only: the few that are found then lead every other query.
    """
    if scope.everything:
        return []
    allocated = (
        select(InterviewEpisode.episode_id)
        .join(Interview, Interview.id == InterviewEpisode.interview_id)
        .join(Episode, Episode.id == InterviewEpisode.episode_id)
        .where(Interview.allocated_to_id.in_(scope.people))
        .where(or_(Episode.clock_open, and_(Episode.returned_at.is_(None), Episode.excluded.is_(None))))
    )
    theirs: list[ColumnElement[bool]] = [Episode.id.in_(session.scalars(allocated).all())]
    if scope.teams:
        theirs += [Episode.team_id.in_(scope.teams), Episode.team_id.is_(None)]
    return [or_(*theirs)]


def _found_not_returned(session: Session, context: Context, viewer: Viewer, own: list[ColumnElement[bool]]) -> int:
    kinds = [str(kind) for kind in context.rules.policy.clock_kinds]
    query = (
        select(func.count())
        .select_from(Episode)
        .where(
            Episode.returned_at.is_(None),
            Episode.excluded.is_(None),
            Episode.found_at.is_not(None),
            or_(Episode.closed_as.is_(None), Episode.closed_as != str(InterviewState.WITHDRAWN)),
            or_(Episode.kind.in_(kinds), Episode.interview_requested),
            episodes_visible_to(viewer),
            *own,
        )
    )
    return session.scalar(query) or 0


def _overdue_actions(session: Session, context: Context, viewer: Viewer, scope: Scope) -> int:
    late = [Action.done_at.is_(None), Action.withdrawn_at.is_(None), Action.due_on < local_date(context.now)]
    query = select(func.count()).select_from(Action).where(*late, seen_by(viewer))
    if not scope.everything:
        of_teams = select(Person.id).where(Person.team_id.in_(scope.teams))
        children = select(Child.id).where(Child.team_id.in_(scope.teams))
        nobodys = and_(Action.owner_id.is_(None), Action.child_id.in_(children))
        query = query.where(or_(Action.owner_id.in_(scope.people), Action.owner_id.in_(of_teams), nobodys))
    return session.scalar(query) or 0


def _maramp_reviews(session: Session, context: Context, viewer: Viewer, scope: Scope) -> int:
    """Open MARAMPs whose review day has passed: whoever leads them, and of whose team the child is."""
    query = (
        select(func.count())
        .select_from(Maramp)
        .join(Child, Child.id == Maramp.child_id)
        .where(Maramp.closed_at.is_(None), Maramp.next_review_on < local_date(context.now), children_visible_to(viewer))
    )
    if not scope.everything:
        of_team = or_(Child.team_id.in_(scope.teams), Child.team_id.is_(None)) if scope.teams else false()
        query = query.where(or_(Maramp.lead_id.in_(scope.people), of_team))
    return session.scalar(query) or 0


def _repeat_flags(session: Session, context: Context, viewer: Viewer, scope: Scope) -> int:
    row = RepeatFlagRow
    query = (
        select(func.count())
        .select_from(row)
        .join(Child, Child.id == row.child_id)
        .where(row.ended_on.is_(None), row.withdrawn_at.is_(None), row.reviewed_at.is_(None))
        .where(row.ends_on > local_date(context.now), children_visible_to(viewer))
    )
    if not scope.everything:
        query = query.where(or_(Child.team_id.in_(scope.teams), Child.team_id.is_(None)))
    return session.scalar(query) or 0


def _alerts(session: Session, context: Context, scope: Scope) -> int:
    """What was told to them, is not answered and still asks something: each matter once.

    Triggers about a child are counted by what they are about: found, flags, actions, reviews, lines.
    """
    row = Alert
    theirs = (
        row.recipient_id.in_(scope.people), row.raised_at >= context.now - ALERTS_OF, row.acknowledged_at.is_(None),
    )  # fmt: skip
    of_clocks = (
        select(func.count(distinct(row.episode_id)))
        .join(Episode, Episode.id == row.episode_id)
        .where(*theirs, row.trigger.is_(None), Episode.clock_open, Episode.clock_no == row.clock_no)
    )
    of_lines = select(func.count(distinct(row.line_id))).join(Line, Line.id == row.line_id).where(*theirs, LINE_WAITS)
    of_reports = (
        select(func.count(distinct(row.subject_id)))
        .join(ReportAbsence, ReportAbsence.id == row.subject_id)
        .where(*theirs, row.subject == notices.ABSENCE, ReportAbsence.settled_at.is_(None))
    )
    of_mail = (
        select(func.count(distinct(row.subject_id)))
        .join(OutboxMessage, OutboxMessage.id == row.subject_id)
        .where(*theirs, row.subject == notices.OUTBOX, OutboxMessage.undelivered_at.is_not(None))
    )
    return sum(session.scalar(query) or 0 for query in (of_clocks, of_lines, of_reports, of_mail))
