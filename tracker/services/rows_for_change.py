"""The rows that a use case is about to change: found, open to the person who acts, held against other writers.

The audit chain's writing place is taken before any row is locked: two writers never wait for one another.
"""

from collections.abc import Collection
from functools import lru_cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from tracker.services.context import Context, Viewer
from tracker.services.errors import Conflict, FormProblem, Refused
from tracker.store import audit, people
from tracker.store.models import Alert, Child, Episode, Interview, InterviewEpisode
from tracker.store.visibility import alerts_visible_to, children_visible_to, episodes_visible_to, sees_all

CHANGED_MEANWHILE = FormProblem(
    "changed_meanwhile",
    "Somebody else changed this record while you had it open. Look at it as it stands now, then decide again.",
)


def episode_for_change(session: Session, context: Context, episode_id: int, version: int | None = None) -> Episode:
    """The row, locked. Refused (`unknown_episode`) where there is none that the actor may see; Conflict where its
    version is not the one their page showed."""
    return episodes_for_change(session, context, [episode_id], version)[0]


def episodes_for_change(
    session: Session, context: Context, episode_ids: Collection[int], version: int | None = None
) -> list[Episode]:
    """Several rows, in order of start. Refused where one is unknown or hidden, or none is named."""
    wanted = set(episode_ids)
    audit.hold_chain(session)
    person_id = context.actor.person_id
    query = _held_for(_actor_as_viewer(session, person_id) if person_id is not None else None)
    rows = list(session.scalars(query, {"ids": list(wanted)})) if wanted else []
    if not wanted or len(rows) < len(wanted):
        raise Refused(FormProblem("unknown_episode", "There is no such episode.", ("episode_id",)))
    if version is not None and any(row.version != version for row in rows):
        raise Conflict(CHANGED_MEANWHILE)
    return rows


@lru_cache(maxsize=1000)
def _held_for(viewer: Viewer | None) -> Select[Episode]:
    """Built once for each person as they are now: asked with every change. None: a part of the system."""
    query = select(Episode).where(Episode.id.in_(bindparam("ids", expanding=True)))
    if viewer is not None:
        query = query.where(episodes_visible_to(viewer))
    held = query.order_by(Episode.missing_from_at, Episode.id).with_for_update()
    return held.execution_options(populate_existing=True)


def interview_for_change(session: Session, context: Context, interview_id: int) -> tuple[Interview, list[Episode]]:
    """The interview, locked, with the episodes it covers. Refused (`unknown_interview`) as above."""
    unknown = Refused(FormProblem("unknown_interview", "There is no such interview.", ("interview_id",)))
    query = select(InterviewEpisode.episode_id).where(InterviewEpisode.interview_id == interview_id)
    covered = list(session.scalars(query))
    if not covered:
        raise unknown
    try:
        rows = episodes_for_change(session, context, covered)
    except Refused:
        raise unknown from None
    return hold_interview(session, interview_id), rows


def hold_interview(session: Session, interview_id: int) -> Interview:
    held = select(Interview).where(Interview.id == interview_id).with_for_update()
    return session.scalars(held.execution_options(populate_existing=True)).one()


def children_seen_by_actor(session: Session, context: Context) -> Select[int]:
    """The ids of the children that the actor may see; a part of the system may see all."""
    held = select(Child.id).where(Child.undone_at.is_(None))
    if context.actor.person_id is None:
        return held
    return held.where(children_visible_to(_actor_as_viewer(session, context.actor.person_id)))


def refuse_unseen_child(session: Session, context: Context, child_id: int, problem: FormProblem) -> None:
    """Refused with `problem` where there is no such child, or none that the actor may see."""
    if session.scalar(children_seen_by_actor(session, context).where(Child.id == child_id)) is None:
        raise Refused(problem)


def actor_sees_all(session: Session, context: Context) -> bool:
    """Whether the actor may see records that belong to no child yet. A part of the system may."""
    return context.actor.person_id is None or sees_all(_actor_as_viewer(session, context.actor.person_id))


def actor_sees_alert(session: Session, context: Context, alert_id: int) -> bool:
    """Whether the actor may see this alert. A part of the system may."""
    if context.actor.person_id is None:
        return True
    seen = alerts_visible_to(_actor_as_viewer(session, context.actor.person_id))
    return session.scalar(select(Alert.id).where(Alert.id == alert_id, seen)) is not None


def _actor_as_viewer(session: Session, person_id: int) -> Viewer:
    name, team_id, roles = people.acting(session, person_id)
    return Viewer(person_id, name, roles, team_id)
