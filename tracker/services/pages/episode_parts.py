"""The parts of the page of one episode, each read for itself."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from tracker.core.alert_terms import EscalationReason, named_step
from tracker.core.clock import age_on, elapsed_hours, local_date
from tracker.core.episodes import MissingEpisode
from tracker.core.interview_course import Course, Holder, stage_of
from tracker.core.interviews import ReturnHomeInterview, closing_of
from tracker.core.terms import BreachReason
from tracker.services.context import Context, Viewer
from tracker.services.not_required import APPROVERS, waits_for_approval
from tracker.services.pages.episode_rows import name_of
from tracker.services.pages.episode_shapes import (
    AlertView,
    BreachView,
    ChildHeader,
    ClockView,
    DecisionView,
    InterviewView,
    VersionView,
)
from tracker.services.pages.interview_parts import holders_of
from tracker.services.pages.value_views import sources_of
from tracker.store import breaches, interview_courses, people
from tracker.store.models import (
    Alert,
    Child,
    Episode,
    EpisodeDecision,
    EpisodeVersion,
    Interview,
    InterviewAllocation,
    Line,
    OutboxMessage,
    RepeatFlagRow,
    Team,
)

_OF_THE_MACHINERY = frozenset({"person_fields"})


def child_header(session: Session, child: Child, on: date, context: Context) -> ChildHeader:
    """Who it is, with the age on a day and the repeat flags that stand now."""
    rules = {rule.name: rule.title for rule in context.rules.repeat_rules}
    standing = select(RepeatFlagRow.rule).where(
        RepeatFlagRow.child_id == child.id,
        RepeatFlagRow.withdrawn_at.is_(None),
        RepeatFlagRow.ends_on > local_date(context.now),
    )
    team = session.get(Team, child.team_id) if child.team_id else None
    return ChildHeader(
        id=child.id,
        name=name_of(child),
        date_of_birth=child.date_of_birth,
        age=age_on(child.date_of_birth, on) if child.date_of_birth else None,
        sex=child.sex,
        ethnicity=child.ethnicity,
        address=child.address,
        postcode=child.postcode,
        responsible_authority=child.responsible_authority,
        is_ours=child.is_ours,
        known_to_services=child.known_to_services,
        council_id=child.council_id,
        team=team.name if team else None,
        repeat_titles=tuple(rules.get(rule) or rule for rule in session.scalars(standing.order_by(RepeatFlagRow.id))),
    )


def clock_view(
    row: Episode, facts: MissingEpisode, held: Sequence[ReturnHomeInterview], context: Context
) -> ClockView | None:
    """Both clocks; None while none runs."""
    if facts.returned_at is None or facts.interview_due_at is None:
        return None
    hours = facts.deadline_hours or context.rules.policy.deadline_hours
    told = facts.notified_at
    from_notice = told + timedelta(hours=hours) if told else None
    return ClockView(
        returned_at=facts.returned_at,
        due_at=facts.interview_due_at,
        hours_left=elapsed_hours(context.now, facts.interview_due_at),
        deadline_hours=hours,
        rules_version=facts.rules_version or context.rules.policy.rules_version,
        clock_no=row.clock_no,
        notified_at=told,
        notice_hours=elapsed_hours(facts.returned_at, told) if told else None,
        due_from_notice_at=from_notice,
        is_open=facts.out_of_counts is None and closing_of(facts, held) is None,
    )


def interview_views(session: Session, rows: Iterable[Interview], viewer: Viewer) -> tuple[InterviewView, ...]:
    """Every column that people read, with names for ids; oldest first."""
    given = list(rows)
    names = people.names_by_id(session)
    earlier: dict[int, list[str]] = {row.id: [] for row in given}
    query = select(InterviewAllocation).where(InterviewAllocation.interview_id.in_(earlier))
    for past in session.scalars(query.order_by(InterviewAllocation.id)):
        earlier[past.interview_id].append(names[past.person_id])
    courses = interview_courses.courses_of(session, given)
    holders = holders_of(session, given)
    return tuple(
        _interview_view(row, names, earlier[row.id], viewer, courses[row.id], holders[row.id]) for row in given
    )


_SAME = (
    "id", "allocated_to_id", "allocated_at", "not_independent_reason", "offered_at", "offered_to", "accepted_at",
    "accepted_by", "planned_at", "written_elsewhere", "written_up_at", "returned_at", "approved_at", "closed_at",
    "completed_at", "completed_recorded_at", "interviewer_name", "declined_at", "declined_by", "decline_reason",
    "child_was_asked", "child_not_asked_reason", "carer_asked_instead", "declined_recorded_at", "not_required_at",
    "not_required_reason", "not_required_approved_at", "not_required_refused_at", "not_required_refused_reason",
)  # fmt: skip


def _interview_view(
    row: Interview, names: dict[int, str], had_it: Sequence[str], viewer: Viewer, course: Course, holder: Holder
) -> InterviewView:
    def named(id_: int | None) -> str | None:
        return names.get(id_) if id_ is not None else None

    waits = waits_for_approval(row)
    before = had_it[:-1] if row.allocated_to_id is not None else had_it
    return InterviewView(
        **{name: getattr(row, name) for name in _SAME},
        episode_ids=tuple(sorted(link.episode_id for link in row.links)),
        allocated_to=named(row.allocated_to_id),
        allocated_before=tuple(before),
        completed_by=named(row.completed_by_id),
        not_required_by=named(row.not_required_by_id),
        not_required_approved_by=named(row.not_required_approved_by_id),
        written_up_by=named(row.written_up_by_id),
        approved_by=named(row.approved_by_id),
        closed_by=named(row.closed_by_id),
        stage=stage_of(course),
        attempts=len(course.attempts),
        holder=holder,
        waits_for_approval=waits,
        may_approve=waits and bool(viewer.roles & APPROVERS) and row.not_required_by_id != viewer.person_id,
    )


def breach_views(session: Session, episode_id: int) -> tuple[BreachView, ...]:
    """In order of their clocks."""
    names = people.names_by_id(session)
    return tuple(
        BreachView(
            clock_no=row.clock_no,
            breached_at=row.breached_at,
            detected_at=row.detected_at,
            reason=BreachReason(row.reason) if row.reason else None,
            reason_note=row.reason_note,
            reason_by=names.get(row.reason_by_id) if row.reason_by_id else None,
            reason_at=row.reason_at,
            withdrawn_at=row.withdrawn_at,
            withdrawn_reason=row.withdrawn_reason,
        )
        for row in breaches.all_of_episode(session, episode_id)
    )


def alerts_with_messages() -> Select[Alert, OutboxMessage]:
    """Alerts with the email that carries each, where there is one."""
    return select(Alert, OutboxMessage).outerjoin(OutboxMessage, OutboxMessage.id == Alert.outbox_id)


def alert_views(session: Session, episode_id: int) -> tuple[AlertView, ...]:
    """The whole chain of an episode, in the order in which people were told."""
    query = alerts_with_messages().where(Alert.episode_id == episode_id).order_by(Alert.raised_at, Alert.id)
    names = people.names_by_id(session)
    return tuple(alert_view(alert, message, names) for alert, message in session.execute(query))


def told_name(alert: Alert, names: dict[int, str]) -> str:
    """Who was told: a person's name, an address, or a webhook's name."""
    if alert.recipient_id is not None:
        return names.get(alert.recipient_id, "")
    return (alert.to_other or "").partition(":")[2]


def alert_view(alert: Alert, message: OutboxMessage | None, names: dict[int, str]) -> AlertView:
    return AlertView(
        id=alert.id,
        reference=alert.reference,
        rung=named_step(alert.rung),
        clock_no=alert.clock_no,
        due_at=alert.due_at,
        raised_at=alert.raised_at,
        recipient_id=alert.recipient_id,
        recipient=told_name(alert, names),
        sent_at=message.sent_at if message else None,
        undelivered_why=(message.undelivered_why or message.stopped_why) if message else None,
        acknowledged_at=alert.acknowledged_at,
        acknowledged_by=names.get(alert.acknowledged_by_id) if alert.acknowledged_by_id else None,
        acknowledged_reason=BreachReason(alert.acknowledged_reason) if alert.acknowledged_reason else None,
        planned_at=alert.planned_at,
        escalated_by=names.get(alert.escalated_by_id) if alert.escalated_by_id else None,
        escalated_reason=EscalationReason(alert.escalated_reason) if alert.escalated_reason else None,
    )


def history_views(session: Session, episode_id: int) -> tuple[VersionView, ...]:
    """Every change, newest first, with who or which line of which report made it."""
    names = people.names_by_id(session)
    query = (
        select(EpisodeVersion, Line.receipt_id, Line.line_no)
        .outerjoin(Line, Line.id == EpisodeVersion.line_id)
        .where(EpisodeVersion.episode_id == episode_id)
        .order_by(EpisodeVersion.id.desc())
    )
    found = []
    for version, receipt_id, line_no in session.execute(query):
        changes = {name: (old, new) for name, (old, new) in version.changes.items() if name not in _OF_THE_MACHINERY}
        if changes or version.reason:
            by = names.get(version.changed_by_id) if version.changed_by_id else None
            found.append(VersionView(version.changed_at, by, receipt_id, line_no, changes, version.reason))
    return tuple(found)


def decision_views(session: Session, episode_id: int) -> tuple[DecisionView, ...]:
    """Those that wait first, then by when they were raised."""
    names = people.names_by_id(session)
    query = select(EpisodeDecision).where(EpisodeDecision.episode_id == episode_id).order_by(EpisodeDecision.id)
    rows = sorted(session.scalars(query), key=lambda row: row.decided_at is not None)
    sources = sources_of(session, rows)
    return tuple(
        DecisionView(
            id=row.id,
            field=row.field,
            held_value=row.held_value,
            police_value=row.police_value,
            raised_at=row.raised_at,
            decided_at=row.decided_at,
            decided_by=names.get(row.decided_by_id) if row.decided_by_id else None,
            took_police_value=row.took_police_value,
            **vars(sources[row.id]),
        )
        for row in rows
    )
