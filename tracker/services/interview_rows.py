"""Interview rows for the use cases: found, made, linked, written with what they replaced, and followed up."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from tracker.core.episodes import MissingEpisode
from tracker.core.interviews import closing_of
from tracker.services.context import Context
from tracker.services.errors import FormProblem, Refused
from tracker.services.follow_up import follow_up_episode
from tracker.store import audit, children, episodes, interviews
from tracker.store.db import as_json_value
from tracker.store.models import Episode, Interview, InterviewEpisode

_NOT_SHOWN = frozenset(
    {
        "allocated_by_id", "completed_by_id", "completed_recorded_at", "declined_recorded_at", "closed_by_id",
        "entered_offered_at", "entered_offered_to", "entered_accepted_at", "entered_accepted_by", "form_version_id",
        "form_started_at", "written_up_by_id", "approved_by_id",
    }
)  # fmt: skip
"""Columns that say who wrote and when, which the version of the episode says itself, or what another column says."""


def facts_of(session: Session, row: Episode) -> MissingEpisode:
    """The row as the rules know it."""
    return episodes.to_core(row, children.traits_of(session, row.child_id))


def refuse_excluded(rows: Collection[Episode]) -> None:
    """No interview is arranged or recorded for what is out of the counts."""
    if any(row.excluded for row in rows):
        sentence = "This episode is out of the counts. Take it back into the counts first."
        raise Refused(FormProblem("excluded", sentence, ("episode_ids",)))


def of_children(session: Session, rows: Collection[Episode]) -> list[Interview]:
    """Every interview of any episode of these episodes' children, oldest first."""
    return list(session.scalars(_OF_CHILDREN, {"ids": list({row.child_id for row in rows})}).unique())


_covers, _of = InterviewEpisode.__table__.c, Episode.__table__.c
_OF_CHILDREN = (
    select(Interview)
    .where(
        Interview.id.in_(
            select(_covers.interview_id)
            .join(Episode.__table__, _of.id == _covers.episode_id)
            .where(_of.child_id.in_(bindparam("ids", expanding=True)))
        )
    )
    .order_by(Interview.id)
    .options(joinedload(Interview.links))
)  # built once: asked with every outcome


def covered_by(row: Interview) -> frozenset[int]:
    return frozenset(link.episode_id for link in row.links)


def open_or_new(session: Session, held: Collection[Interview], context: Context) -> Interview:
    """Of these episodes' interviews the one being arranged, the newest; else a new one, covering none yet."""
    return interviews.newest_open(sorted(held, key=lambda row: row.id)) or _new(session, context)


def _new(session: Session, context: Context) -> Interview:
    row = Interview(created_at=context.now, links=[])
    session.add(row)
    session.flush()
    return row


def being_arranged(
    session: Session, episode: Episode, context: Context, held: Sequence[Interview] | None = None
) -> Interview:
    """The same for one episode whose interview is still to come about; refused once its outcome is recorded.

    `held`: its interviews, oldest first, where they are known already.
    """
    refuse_excluded([episode])
    held = interviews.rows_of_episode(session, episode.id) if held is None else held
    if closing_of(facts_of(session, episode), [interviews.to_core(row) for row in held]):
        raise Refused(FormProblem("already_closed", "The outcome of this interview is recorded already."))
    return open_or_new(session, held, context)


def write_interview(
    session: Session,
    row: Interview,
    values: Mapping[str, object],
    context: Context,
    action: str | None,
    details: Mapping[str, object] | None = None,
    *,
    cover: Collection[Episode] = (),
    reason: str | None = None,
) -> None:
    """Write values, cover these episodes too, record the act, keep the clocks of all episodes covered true.

    `action` None: the act is recorded already.

    An interview has no history of its own: what it replaced stands in that of its episodes, as `interview.<column>`.
    """
    before = covered_by(row)
    row.links.extend(InterviewEpisode(episode_id=id_) for id_ in sorted({e.id for e in cover} - before))
    changes: dict[str, list[object]] = {
        f"interview.{name}": [as_json_value(getattr(row, name)), as_json_value(value)]
        for name, value in values.items()
        if name not in _NOT_SHOWN and getattr(row, name) != value
    }
    for name, value in values.items():
        setattr(row, name, value)
    for episode_id in sorted(covered_by(row)):
        joined: dict[str, list[object]] = {} if episode_id in before else {"interview.covers": [None, row.id]}
        _keep_version(session, episode_id, {**changes, **joined}, context, reason)
    session.flush()
    covered = sorted(covered_by(row))
    given = {**(details or {}), "episode_ids": covered}
    if action is not None:
        audit.record(session, action, context.actor, context.now, "interview", row.id, given)
    for episode_id in covered:
        follow_up_episode(session, session.get_one(Episode, episode_id), context)


def detach(session: Session, row: Interview, episode: Episode, context: Context, reason: str) -> None:
    """The interview covers this episode no longer; recorded on the episode, whose clock is followed up."""
    row.links = [link for link in row.links if link.episode_id != episode.id]
    _keep_version(session, episode.id, {"interview.covers": [row.id, None]}, context, reason)
    session.flush()
    details = {"changed": ["interview"], "interview_id": row.id}
    audit.record(session, "episode_changed", context.actor, context.now, "episode", episode.id, details)
    follow_up_episode(session, episode, context)


def _keep_version(
    session: Session, episode_id: int, changes: dict[str, list[object]], context: Context, reason: str | None
) -> None:
    if not changes:
        return
    episodes.keep_version(session, episode_id, changes, context.now, context.actor.person_id, reason)
