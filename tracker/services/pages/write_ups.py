"""The write-up of an interview: its sections as they stand, what waits to be settled, reviews, what the police know.

Every opening is recorded before anything is shown.
"""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.form_answers import missing_in
from tracker.core.interview_course import stage_of
from tracker.core.interview_form import InterviewForm, Section
from tracker.services.context import Context, Viewer
from tracker.services.form_access import form_in_force, may_write, why_not_open
from tracker.services.not_required import APPROVERS
from tracker.services.pages.episode_rows import Found, name_of, visible_episodes
from tracker.services.pages.police_shares import shares_of
from tracker.services.pages.write_up_shapes import (
    ConflictView,
    DeclineView,
    EarlierVersion,
    EpisodeOf,
    ReviewView,
    SectionView,
    WriteUpAct,
    WriteUpPage,
)
from tracker.services.review_interview import waits_for_review, whose_work
from tracker.services.transaction import writing
from tracker.store import audit, interview_forms, people
from tracker.store.db import session as read_session
from tracker.store.interview_courses import courses_of
from tracker.store.models import (
    Episode,
    Interview,
    InterviewEpisode,
    InterviewReview,
    InterviewSectionConflict,
    InterviewSectionVersion,
)

__all__ = [
    "ConflictView", "DeclineView", "EarlierVersion", "EpisodeOf", "ReviewView", "SectionView", "WriteUpAct",
    "WriteUpPage", "earlier_versions", "section_asked", "write_up_page",
]  # fmt: skip


def write_up_page(
    context: Context, viewer: Viewer, interview_id: int, *, part: str | None = None
) -> WriteUpPage | None:
    """The whole of it, its opening recorded first; `part`: what of it is opened, for the trail.

    None where there is none that this viewer may see.
    """
    if not _record_opening(context, viewer, interview_id, part):
        return None
    session = read_session()
    row = session.get_one(Interview, interview_id)
    found = session.execute(_covered(viewer, interview_id).order_by(Episode.missing_from_at, Episode.id)).all()
    child = found[0][1]
    names = people.names_by_id(session)
    form = form_in_force(session, context, row)
    conflicts = _conflicts(session, row, form, names)
    return WriteUpPage(
        interview_id=row.id,
        child_id=child.id,
        child_name=name_of(child),
        episodes=tuple(EpisodeOf(e.id, e.missing_from_at, e.returned_at, e.found_at) for e, _ in found),
        stage=stage_of(courses_of(session, [row])[row.id]),
        allocated_to=names.get(row.allocated_to_id or 0),
        completed_at=row.completed_at,
        interviewer_name=row.interviewer_name,
        written_up_at=row.written_up_at,
        written_up_by=names.get(row.written_up_by_id or 0),
        approved_at=row.approved_at,
        closed_at=row.closed_at,
        form=form,
        sections=_sections(session, row, form, names, conflicts),
        conflicts=conflicts,
        reviews=_reviews(session, row, names),
        shares=shares_of(session, row.id),
        decline=_decline(row),
        shut=why_not_open(row),
        may=_acts(session, row, viewer),
    )


def section_asked(context: Context, interview_id: int, code: str) -> Section | None:
    """The questions of one section, to read what was sent by. Nothing that is written is read, and nothing recorded.

    None where there is no such section or interview. Whether the person may see it, saving asks.
    """
    known, pinned = interview_forms.form_of_interview(read_session(), interview_id)
    form = pinned or context.rules.interview_form
    return form.section(code) if known and form else None


def earlier_versions(page: WriteUpPage, section: SectionView) -> tuple[EarlierVersion, ...]:
    """What a section said before, as far as its history keeps it, newest first. The page was opened before."""
    session = read_session()
    names = people.names_by_id(session)
    kept = InterviewSectionVersion
    of_section = (kept.interview_id == page.interview_id, kept.section == section.section.code)
    query = select(kept).where(*of_section).order_by(kept.id.desc())
    return tuple(
        EarlierVersion(row.version, row.answers, row.saved_at, names.get(row.saved_by_id or 0))
        for row in session.scalars(query)
    )


def _covered(viewer: Viewer, interview_id: int) -> Found:
    """The episodes that it covers and the viewer may see, each with its child."""
    covered = select(InterviewEpisode.episode_id).where(InterviewEpisode.interview_id == interview_id)
    return visible_episodes(viewer, Episode.id.in_(covered))


def _record_opening(context: Context, viewer: Viewer, interview_id: int, part: str | None) -> bool:
    with writing() as session:
        child_id = session.scalar(_covered(viewer, interview_id).with_only_columns(Episode.child_id).limit(1))
        if child_id is None:
            return False
        details = {"child_id": child_id, **({"part": part} if part else {})}
        audit.record(session, "interview_form_viewed", context.actor, context.now, "interview", interview_id, details)
        return True


def _conflicts(
    session: Session, row: Interview, form: InterviewForm, names: Mapping[int, str]
) -> tuple[ConflictView, ...]:
    query = select(InterviewSectionConflict).where(InterviewSectionConflict.interview_id == row.id)
    found = []
    for one in session.scalars(query.order_by(InterviewSectionConflict.id)):
        section = form.section(one.section)
        assert section is not None, "what was kept is of a section of the pinned form"
        by, settled_by = names.get(one.kept_by_id or 0), names.get(one.settled_by_id or 0)
        found.append(ConflictView(one.id, section, one.answers, one.kept_at, by, one.settled_at, settled_by))
    return tuple(found)


def _sections(
    session: Session,
    row: Interview,
    form: InterviewForm,
    names: Mapping[int, str],
    conflicts: tuple[ConflictView, ...],
) -> tuple[SectionView, ...]:
    held = interview_forms.sections_of(session, row.id)
    views = []
    for section in form.sections:
        one = held.get(section.code)
        answers = one.answers if one else {}
        views.append(
            SectionView(
                section=section,
                version=one.version if one else 0,
                answers=answers,
                saved_at=one.saved_at if one else None,
                saved_by=names.get(one.saved_by_id or 0) if one else None,
                needed=tuple(missing.question.label for missing in missing_in(section, answers)),
                conflicts=tuple(c for c in conflicts if c.section is section and c.settled_at is None),
            )
        )
    return tuple(views)


def _reviews(session: Session, row: Interview, names: Mapping[int, str]) -> tuple[ReviewView, ...]:
    query = select(InterviewReview).where(InterviewReview.interview_id == row.id).order_by(InterviewReview.id)
    return tuple(
        ReviewView(one.decision, one.comments, one.decided_at, names.get(one.decided_by_id or 0))
        for one in session.scalars(query)
    )


def _decline(row: Interview) -> DeclineView | None:
    if row.declined_at is None or row.completed_at is not None:
        return None
    return DeclineView(
        declined_at=row.declined_at,
        declined_by=row.declined_by,
        reason=row.decline_reason,
        child_was_asked=row.child_was_asked,
        child_not_asked_reason=row.child_not_asked_reason,
        carer_asked_instead=row.carer_asked_instead,
    )


def _acts(session: Session, row: Interview, viewer: Viewer) -> frozenset[WriteUpAct]:
    acts = set()
    if may_write(row, viewer.person_id, viewer.roles):
        acts.add(WriteUpAct.SHARE)
        if why_not_open(row) is None:
            acts |= {WriteUpAct.WRITE, WriteUpAct.FINISH}
        elif row.declined_at is not None and row.completed_at is None and row.returned_at is not None:
            acts.add(WriteUpAct.SEND_BACK)
    decided = row.returned_at or row.approved_at or row.closed_at
    if row.written_up_at and not decided and viewer.person_id in (row.written_up_by_id, row.allocated_to_id):
        acts.add(WriteUpAct.TAKE_BACK)
    if viewer.roles & APPROVERS:
        if waits_for_review(row) and viewer.person_id not in whose_work(session, row):
            acts.add(WriteUpAct.REVIEW)
        if row.approved_at is not None and row.closed_at is None:
            acts.add(WriteUpAct.CLOSE)
        if (row.approved_at is not None or row.closed_at is not None) and not row.written_elsewhere:
            acts.add(WriteUpAct.REOPEN)
    return frozenset(acts)
