"""Who may open and change what belongs to the workspace of frequent runaways: asked by every use case of it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.clock import local_date
from tracker.services.context import Context, Viewer
from tracker.services.errors import FormProblem, Refused
from tracker.services.form_access import viewer_of_actor
from tracker.store.models import Child
from tracker.store.visibility import frequent_visible_to


def sees_frequent(session: Session, context: Context, viewer: Viewer, child_id: int) -> bool:
    """Whether this viewer may read of the child in the workspace."""
    seen = frequent_visible_to(viewer, local_date(context.now))
    return session.scalar(select(Child.id).where(Child.id == child_id, seen)) is not None


def refuse_unseen_frequent(session: Session, context: Context, child_id: int, problem: FormProblem) -> None:
    """Refused with `problem` where there is no such child, or none that the actor may read of here."""
    viewer = viewer_of_actor(session, context)
    if viewer is not None and not sees_frequent(session, context, viewer, child_id):
        raise Refused(problem)
    if viewer is None and session.get(Child, child_id) is None:
        raise Refused(problem)
