"""What is written of interviews: the forms that they were begun with, their sections, what was typed over another's."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from tracker.core.form_definition import form_of
from tracker.core.interview_form import InterviewForm
from tracker.store.models import (
    Interview,
    InterviewFormVersion,
    InterviewSection,
    InterviewSectionConflict,
    InterviewSectionVersion,
)

# Saving as typed asks these every few seconds: their statements are made once.
_SHA256 = select(InterviewFormVersion.sha256).where(InterviewFormVersion.id == bindparam("id"))
_DEFINITION = select(InterviewFormVersion.definition).where(InterviewFormVersion.sha256 == bindparam("sha256"))
_SHA256_OF_INTERVIEW = (
    select(Interview.id, InterviewFormVersion.sha256)
    .outerjoin(InterviewFormVersion, InterviewFormVersion.id == Interview.form_version_id)
    .where(Interview.id == bindparam("id"))
)
_SECTION = select(InterviewSection).where(
    InterviewSection.interview_id == bindparam("id"), InterviewSection.section == bindparam("section")
)
_LAST_KEPT_AT = select(func.max(InterviewSectionVersion.saved_at)).where(
    InterviewSectionVersion.interview_id == bindparam("id"), InterviewSectionVersion.section == bindparam("section")
)
_READ: dict[str, InterviewForm] = {}


def pinned_form(session: Session, form_version_id: int | None) -> InterviewForm | None:
    """The form that an interview was begun with; None where nothing is written yet."""
    if form_version_id is None:
        return None
    return _form_of_sum(session, session.execute(_SHA256, {"id": form_version_id}).scalar_one())


def form_of_interview(session: Session, interview_id: int) -> tuple[bool, InterviewForm | None]:
    """Whether there is such an interview, and the form that it was begun with."""
    found = session.execute(_SHA256_OF_INTERVIEW, {"id": interview_id}).one_or_none()
    if found is None:
        return False, None
    return True, _form_of_sum(session, found.sha256) if found.sha256 else None


def _form_of_sum(session: Session, sha256: str) -> InterviewForm:
    """Read once for a process: what a sum stands for never changes."""
    form = _READ.get(sha256)
    if form is None:
        _READ[sha256] = form = form_of(session.execute(_DEFINITION, {"sha256": sha256}).scalar_one())
    return form


def version_of_form(session: Session, form: InterviewForm, now: datetime) -> int:
    """The id under which this form is kept; kept now where it is not yet."""
    sha256 = form.sha256()
    held = session.scalar(select(InterviewFormVersion.id).where(InterviewFormVersion.sha256 == sha256))
    if held is not None:
        return held
    row = InterviewFormVersion(sha256=sha256, definition=form.plain(), first_used_at=now)
    session.add(row)
    session.flush()
    return row.id


def section_row(session: Session, interview_id: int, section: str) -> InterviewSection | None:
    found = session.execute(
        _SECTION, {"id": interview_id, "section": section}, execution_options={"populate_existing": True}
    )
    return found.scalar_one_or_none()


def sections_of(session: Session, interview_id: int) -> dict[str, InterviewSection]:
    """Section code → what is held of it."""
    query = select(InterviewSection).where(InterviewSection.interview_id == interview_id)
    return {row.section: row for row in session.scalars(query.execution_options(populate_existing=True))}


def last_kept_at(session: Session, interview_id: int, section: str) -> datetime | None:
    """When the newest version of the section's history had been saved."""
    found: datetime | None = session.execute(_LAST_KEPT_AT, {"id": interview_id, "section": section}).scalar()
    return found


def keep_version(session: Session, row: InterviewSection) -> None:
    """The section as it stands goes into the history."""
    session.add(
        InterviewSectionVersion(
            interview_id=row.interview_id,
            section=row.section,
            version=row.version,
            answers=row.answers,
            saved_at=row.saved_at,
            saved_by_id=row.saved_by_id,
        )
    )


def conflict_row(session: Session, conflict_id: int) -> InterviewSectionConflict | None:
    """One, held against other writers."""
    query = select(InterviewSectionConflict).where(InterviewSectionConflict.id == conflict_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def same_conflict(
    session: Session, interview_id: int, section: str, person_id: int | None, based_on_version: int, sha256: str
) -> InterviewSectionConflict | None:
    """The same text, of the same person, typed over the same version."""
    wanted = InterviewSectionConflict
    by = wanted.kept_by_id.is_(None) if person_id is None else wanted.kept_by_id == person_id
    query = select(wanted).where(
        wanted.interview_id == interview_id, wanted.section == section, by,
        wanted.based_on_version == based_on_version, wanted.answers_sha256 == sha256,
    )  # fmt: skip
    return session.scalars(query).first()


def unsettled(session: Session, interview_ids: Collection[int]) -> list[InterviewSectionConflict]:
    """What was typed over another's and nobody has settled, oldest first."""
    query = select(InterviewSectionConflict).where(
        InterviewSectionConflict.interview_id.in_(interview_ids), InterviewSectionConflict.settled_at.is_(None)
    )
    return list(session.scalars(query.order_by(InterviewSectionConflict.id)))


def answers_by_section(session: Session, interview_id: int) -> dict[str, dict[str, Any]]:
    return {code: row.answers for code, row in sections_of(session, interview_id).items()}
