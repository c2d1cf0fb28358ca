"""The page of one interview: its opening recorded first, shown to whoever may see the episodes that it covers."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.clock import local_date
from tracker.core.independence import cares_as
from tracker.core.interview_course import Course, stage_of, who_holds
from tracker.core.interview_terms import ContactRelation
from tracker.core.interviews import ReturnHomeInterview, closing_of
from tracker.core.terms import OPEN_CLOCK_STATES, InterviewState
from tracker.services.allocate_interview import MAY_ALLOCATE
from tracker.services.context import Context, Viewer
from tracker.services.pages import interview_parts as parts
from tracker.services.pages.episode_parts import child_header, interview_views
from tracker.services.pages.episode_rows import episode_rows, visible_episodes
from tracker.services.pages.interview_shapes import AttemptView, ContactPage, ContactView, InterviewPage, VisitView
from tracker.services.transaction import writing
from tracker.store import audit, child_contacts, episodes, interview_courses, interviews, people
from tracker.store.db import session as read_session
from tracker.store.models import Child, ChildContact, Episode, Interview, InterviewEpisode, Person
from tracker.store.visibility import children_visible_to

COVERABLE = OPEN_CLOCK_STATES | {InterviewState.FOUND_NOT_RETURNED}
"""States of the child's other episodes that one conversation may cover as well, once they have ended."""


def interview_page(context: Context, viewer: Viewer, interview_id: int) -> InterviewPage | None:
    """One interview; None where there is none that covers an episode which this viewer may see."""
    with writing() as session:
        child_id = _child_of(session, viewer, interview_id)
        if child_id is None:
            return None
        _record(session, context, interview_id, child_id)
    session = read_session()
    row = session.get_one(Interview, interview_id)
    return _page(session, context, viewer, row, [link.episode_id for link in row.links])


def interview_of_episode(context: Context, viewer: Viewer, episode_id: int) -> int | InterviewPage | None:
    """The id of an episode's interview, the newest still being arranged before others; else what is needed of one.

    None where this viewer may see no such episode. Nothing is made by looking.
    """
    session = read_session()
    child_id = session.scalar(visible_episodes(viewer, Episode.id == episode_id).with_only_columns(Episode.child_id))
    if child_id is None:
        return None
    rows = interviews.rows_of_episode(session, episode_id)
    open_row = interviews.open_row(session, episode_id)
    if rows:
        return (open_row or rows[-1]).id
    session.rollback()
    with writing() as current:
        details = {"child_id": child_id}
        audit.record(current, "episode_viewed", context.actor, context.now, "episode", episode_id, details)
    return _page(read_session(), context, viewer, None, [episode_id])


def visit_for_calendar(
    context: Context, viewer: Viewer, interview_id: int, visit_id: int, with_place: bool
) -> VisitView | None:
    """The visit whose calendar file is about to be given out; recorded before it is."""
    with writing() as session:
        if _child_of(session, viewer, interview_id) is None:
            return None
        visits = parts.visit_views(session, interview_id, people.names_by_id(session))
        visit = next((one for one in visits if one.id == visit_id), None)
        if visit is not None:
            details = {"visit_id": visit_id, "with_place": with_place}
            actor, now = context.actor, context.now
            audit.record(session, "interview_calendar_downloaded", actor, now, "interview", interview_id, details)
        return visit


def contact_page(context: Context, viewer: Viewer, child_id: int, contact_id: int | None = None) -> ContactPage | None:
    """A child, and one of whom to ring about them; recorded as an opening of the child."""
    with writing() as session:
        seen = select(Child).where(Child.id == child_id, children_visible_to(viewer), Child.undone_at.is_(None))
        child = session.scalar(seen)
        contact = session.get(ChildContact, contact_id) if contact_id is not None else None
        if child is None or (contact_id is not None and (contact is None or contact.child_id != child_id)):
            return None
        if contact is not None and contact.removed_at is not None:
            return None
        audit.record(session, "child_viewed", context.actor, context.now, "child", child_id)
        name = f"{child.forename} {child.surname}"
        return ContactPage(child_id, name, parts.contact_view(contact) if contact else None)


def contacts_of_child(child_id: int) -> tuple[ContactView, ...]:
    """Whom to ring about a child whose record the caller has opened."""
    return parts.contact_views(read_session(), child_id)


def attempt_answered(episode_id: int, attempt_id: int) -> AttemptView | None:
    """One attempt of an episode that the caller has opened; None where it is of another, or withdrawn."""
    session = read_session()
    for row in interviews.rows_of_episode(session, episode_id):
        for attempt in parts.attempt_views(session, row.id, {}):
            if attempt.id == attempt_id and attempt.withdrawn_at is None:
                return attempt
    return None


def caring_people(child_id: int) -> dict[int, ContactRelation]:
    """Person id → as what the child's contacts name them, for those who work here and care for the child."""
    session = read_session()
    known = child_contacts.known_contacts(session, [child_id]).get(child_id, [])
    if not known:
        return {}
    found = ((row.id, cares_as(row.name, row.email, known)) for row in people.all_people(session))
    return {id_: relation for id_, relation in found if relation is not None}


def _child_of(session: Session, viewer: Viewer, interview_id: int) -> int | None:
    """The child of the episodes that an interview covers, where this viewer may see them."""
    covered = select(InterviewEpisode.episode_id).where(InterviewEpisode.interview_id == interview_id)
    visible = visible_episodes(viewer, Episode.id.in_(covered)).with_only_columns(Episode.child_id)
    return session.scalars(visible.limit(1)).first()


def _record(session: Session, context: Context, interview_id: int, child_id: int) -> None:
    details = {"child_id": child_id}
    audit.record(session, "interview_viewed", context.actor, context.now, "interview", interview_id, details)


def _page(
    session: Session, context: Context, viewer: Viewer, row: Interview | None, episode_ids: Sequence[int]
) -> InterviewPage:
    first = session.get_one(Episode, min(episode_ids))
    child = session.get_one(Child, first.child_id)
    listed = episode_rows(
        session, context, session.execute(visible_episodes(viewer, Episode.child_id == child.id)).all()
    )
    listed = tuple(sorted(listed, key=lambda one: one.missing_from_at))
    covered = tuple(one for one in listed if one.id in episode_ids)
    names = people.names_by_id(session)
    course = interview_courses.courses_of(session, [row])[row.id] if row else Course()
    requests = parts.request_views(session, row.id) if row else ()
    lead = next((one for one in covered if one.clock_is_open), covered[-1])
    other = _closed_by(session, lead.id, row)
    return InterviewPage(
        id=row.id if row else None,
        episode_id=lead.id,
        child=child_header(session, child, local_date(context.now), context),
        stage=stage_of(course),
        course=course,
        view=interview_views(session, [row], viewer)[0] if row else None,
        covered=covered,
        coverable=tuple(one for one in listed if one not in covered and one.ended_at and one.state in COVERABLE),
        arranged=() if row else interview_views(session, _under_way(session, [one.id for one in listed]), viewer),
        contacts=parts.contact_views(session, child.id),
        allocations=parts.allocation_views(session, row.id, names) if row else (),
        attempts=parts.attempt_views(session, row.id, names) if row else (),
        visits=parts.visit_views(session, row.id, names) if row else (),
        requests=requests,
        holder=who_holds(parts.asked(requests), lead.is_ours),
        is_open=other is None and not (row and interviews.to_core(row).is_closed),
        closed_by_id=other.id if other else None,
        may_hand_over=row is not None and _may_hand_over(row, viewer),
        holder_cares_as=_cares_as(session, child.id, row),
    )


def _under_way(session: Session, episode_ids: Sequence[int]) -> list[Interview]:
    """The interviews being arranged for any of these episodes."""
    open_rows = [interviews.open_row(session, id_) for id_ in episode_ids]
    return list({row.id: row for row in open_rows if row is not None}.values())


def _closed_by(session: Session, episode_id: int, row: Interview | None) -> ReturnHomeInterview | None:
    """Another interview that closed the episode, while this one did not."""
    held = interviews.interviews_of_episode(session, episode_id)
    mine = next((one for one in held if row is not None and one.id == row.id), None)
    episode = episodes.episodes_by_id(session, [episode_id])[0]
    if (mine and mine.is_closed) or closing_of(episode, held) is None:
        return None
    return next((one for one in reversed(held) if one is not mine and one.is_closed), None)


def _may_hand_over(row: Interview, viewer: Viewer) -> bool:
    """Whoever has it, or may allocate, while something is left to do of it."""
    finished = (row.not_required_approved_at, row.approved_at, row.closed_at)
    theirs = row.allocated_to_id == viewer.person_id or bool(viewer.roles & MAY_ALLOCATE)
    return row.allocated_to_id is not None and theirs and not any(finished)


def _cares_as(session: Session, child_id: int, row: Interview | None) -> ContactRelation | None:
    person = session.get(Person, row.allocated_to_id) if row and row.allocated_to_id else None
    known = child_contacts.known_contacts(session, [child_id]).get(child_id, [])
    return cares_as(person.name, person.email, known) if person and known else None
