"""Who may write of an interview, and whether its form is open: asked by every use case that changes what is written."""

from functools import lru_cache
from typing import cast

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, lazyload

from tracker.core.interview_form import InterviewForm
from tracker.core.terms import Role
from tracker.services.context import Context, Viewer
from tracker.services.errors import FormProblem, Refused
from tracker.store import audit, interview_forms
from tracker.store.models import Episode, Interview, InterviewEpisode, Person, PersonRole
from tracker.store.visibility import episodes_visible_to

WRITE_ANY = frozenset({Role.LEAD, Role.MANAGER})
"""Roles that may write of every interview; an interviewer of those that are theirs now."""


_HELD = select(Interview).where(Interview.id == bindparam("id")).with_for_update().options(lazyload(Interview.links))
_ROLES = select(PersonRole.role).join(Person).where(Person.id == bindparam("id"), Person.is_active)


def interview_to_write(session: Session, context: Context, interview_id: int) -> Interview:
    """The interview, locked. Refused where the actor may not see it (`unknown_interview`) or write (`not_yours`).

    Its episodes are not locked: what is written of them is read again by `interview_for_change`. Saving as typed asks
    this every few seconds, and so it reads no more than it needs.
    """
    audit.hold_chain(session)
    found = session.execute(_HELD, {"id": interview_id}, execution_options={"populate_existing": True})
    row = found.scalar_one_or_none()
    viewer = viewer_of_actor(session, context)
    if row is None or (viewer is not None and not _sees(session, viewer, interview_id)):
        raise Refused(FormProblem("unknown_interview", "There is no such interview.", ("interview_id",)))
    if not may_write(row, context.actor.person_id, viewer.roles if viewer else None):
        sentence = "This interview is somebody else's now. You may read what is written, and not change it."
        raise Refused(FormProblem("not_yours", sentence))
    return row


def _sees(session: Session, viewer: Viewer, interview_id: int) -> bool:
    asked = {"interview_id": interview_id, "person_id": viewer.person_id}
    return session.execute(_visible_to(viewer.roles), asked).first() is not None


@lru_cache(maxsize=64)
def _visible_to(roles: frozenset[Role]) -> Select[int]:
    """An episode of the interview that a person with these roles may see: made once, for whoever they are."""
    anybody = Viewer(cast("int", bindparam("person_id")), "", roles)
    covered = select(InterviewEpisode.episode_id).where(InterviewEpisode.interview_id == bindparam("interview_id"))
    return select(Episode.id).where(Episode.id.in_(covered), episodes_visible_to(anybody)).limit(1)


def viewer_of_actor(session: Session, context: Context) -> Viewer | None:
    """The person who acts, with no roles where they work here no longer; None for a part of the system."""
    if context.actor.person_id is None:
        return None
    held = session.execute(_ROLES, {"id": context.actor.person_id}).scalars()
    return Viewer(context.actor.person_id, context.actor.name, frozenset(Role(role) for role in held))


def roles_of_actor(session: Session, context: Context) -> frozenset[Role] | None:
    """None for a part of the system; nothing for somebody who no longer works here."""
    viewer = viewer_of_actor(session, context)
    return viewer.roles if viewer else None


def may_write(row: Interview, person_id: int | None, roles: frozenset[Role] | None) -> bool:
    """Whoever has it now, the lead, managers. An earlier holder may read."""
    if roles is None:
        return True
    return bool(roles & WRITE_ANY) or (Role.INTERVIEWER in roles and row.allocated_to_id == person_id)


def why_not_open(row: Interview) -> FormProblem | None:
    """Why nothing can be written now; None where it can."""
    if row.written_elsewhere:
        return FormProblem("written_elsewhere", "The form of this interview is kept elsewhere.")
    if row.not_required_approved_at is not None:
        return FormProblem("not_required", "No interview is required here, so there is no form.")
    if row.declined_at is not None and row.completed_at is None:
        return FormProblem("declined", "The interview was declined: there is no form to write.")
    if row.closed_at is not None or row.approved_at is not None:
        return FormProblem("approved", "This is approved. A manager can reopen it, with a reason.")
    if row.written_up_at is not None and row.returned_at is None:
        sentence = "This is written up and waits for a manager. Whoever wrote it can take it back until then."
        return FormProblem("written_up", sentence)
    return None


def refuse_unless_open(row: Interview) -> None:
    problem = why_not_open(row)
    if problem is not None:
        raise Refused(problem)


def form_in_force(session: Session, context: Context, row: Interview) -> InterviewForm:
    """The form that the interview was begun with; before that, the one of the settings."""
    form = interview_forms.pinned_form(session, row.form_version_id) or context.rules.interview_form
    if form is None:
        raise RuntimeError("the rules handed in bear no interview form: take those of the settings")
    return form
