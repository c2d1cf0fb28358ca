"""An episode proves to be another child's: it goes there, with everything that hangs on it."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.daily_report import ReportLine
from tracker.core.feed import Feed
from tracker.core.interview_terms import AllocationKind
from tracker.core.report_terms import LineOutcome
from tracker.services.context import Context
from tracker.services.empty_children import remove_if_empty
from tracker.services.errors import FormProblem, Refused
from tracker.services.find_children import NewChild, add_child
from tracker.services.match_decisions import keep_decision, standing_decision, undo_decision
from tracker.services.merge_children import follow_up_whole
from tracker.services.rows_for_change import episode_for_change, refuse_unseen_child
from tracker.services.taught import learn_from, said_of, take_back
from tracker.services.transaction import writing
from tracker.store import audit, episodes, interviews, merges, plans
from tracker.store.models import Child, Episode, Interview, InterviewAllocation, InterviewEpisode, Line

_REASON = "The episode was moved to another child."
_UNKNOWN = FormProblem("unknown_child", "There is no such child.", ("child_id",))
_OF_THE_CHILD = ("responsible_authority", "known_to_services")


def move_episode(
    context: Context,
    *,
    episode_id: int,
    version: int,
    feeds: Mapping[str, Feed],
    child_id: int | None = None,
    new_child: NewChild | None = None,
) -> int:
    """Give the episode to another child held, or to a new one; that child's id.

    Steps: 1. one other child, that the actor may see; 2. refused where an interview that was held or declined covers
    another episode of the first child too: whose it was, a person must say first; 3. what the episode's lines taught
    the first child is taken back, and taught to the other; 4. the episode moves, its lines with it: the next line of
    its reference follows, and so do the actions and meetings that came from it; 5. clocks, overlaps and repeat flags of
    both are worked out anew.
    """
    with writing() as session:
        row = episode_for_change(session, context, episode_id, version)
        old = session.get_one(Child, row.child_id, with_for_update=True, populate_existing=True)
        new = _other_child(session, context, old, child_id, new_child)
        joined = session.scalars(select(Episode).where(Episode.joined_into_id == row.id)).all()
        moving = [row.id, *(shell.id for shell in joined)]
        _part_interviews(session, moving, context)
        said = said_of(session, moving, feeds)
        take_back(session, old, moving, feeds, context)
        learn_from(session, new, said)
        lines = merges.lines_of(session, old.id, moving)
        lines = [id_ for id_ in lines if session.get_one(Line, id_).episode_id in moving]
        _move(session, [row, *joined], old, new, said, context)
        merges.name_in_lines(session, lines, new.id)
        plans.hand_over(session, plans.of_episodes(session, old.id, moving), old.id, new.id)
        _keep_decided(session, row, new if new_child is None else None, said, context)
        details = {"from_child_id": old.id, "to_child_id": new.id}
        audit.record(session, "episode_moved", context.actor, context.now, "episode", row.id, details)
        gone = remove_if_empty(session, old, None, context)
        follow_up_whole(session, [new.id] if gone else sorted((old.id, new.id)), context)
        return new.id


def _other_child(
    session: Session, context: Context, old: Child, child_id: int | None, new_child: NewChild | None
) -> Child:
    if (child_id is None) == (new_child is None):
        raise Refused(FormProblem("missing_value", "Choose a child, or enter a new one.", ("child_id",)))
    if new_child is not None:
        return add_child(session, context, new_child)
    assert child_id is not None
    standing = merges.standing_for(session, child_id)
    refuse_unseen_child(session, context, standing, _UNKNOWN)
    if standing == old.id:
        raise Refused(FormProblem("same_child", "The episode is this child’s already.", ("child_id",)))
    return session.get_one(Child, standing, with_for_update=True, populate_existing=True)


def _part_interviews(session: Session, moving: Collection[int], context: Context) -> None:
    """An interview of these episodes alone goes with them. One that is only planned for others too is planned twice."""
    for held in {row.id: row for id_ in moving for row in interviews.rows_of_episode(session, id_)}.values():
        covers = {link.episode_id for link in held.links}
        if covers <= set(moving):
            continue
        if held.completed_at or held.declined_at or held.not_required_at:
            others = ", ".join(str(id_) for id_ in sorted(covers - set(moving)))
            sentence = (
                f"Its interview covers episode {others} of this child too. Say on one of them that the interview does "
                "not cover it, then move the episode."
            )
            raise Refused(FormProblem("interview_of_both", sentence))
        _plan_apart(session, held, sorted(covers & set(moving)), context)


def _plan_apart(session: Session, held: Interview, episode_ids: list[int], context: Context) -> None:
    """The same person holds both. What was done with the first child stays with that child's interview.

    An offer, an attempt, a visit and a request to another council were of the other child: they are none of this one.
    Whether the person is independent of this child nobody was asked.
    """
    apart = Interview(created_at=context.now, links=[])
    held.links = [link for link in held.links if link.episode_id not in episode_ids]
    session.add(apart)
    session.flush()
    apart.links = [InterviewEpisode(episode_id=id_) for id_ in episode_ids]
    if held.allocated_to_id is not None:
        apart.allocated_to_id, apart.allocated_at = held.allocated_to_id, held.allocated_at
        apart.allocated_by_id = held.allocated_by_id
        session.add(
            InterviewAllocation(
                interview_id=apart.id, person_id=held.allocated_to_id, allocated_at=context.now,
                allocated_by_id=context.actor.person_id, kind=str(AllocationKind.ALLOCATED),
            )
        )  # fmt: skip
    session.flush()


def _move(
    session: Session, rows: Collection[Episode], old: Child, new: Child, said: Collection[ReportLine], context: Context
) -> None:
    """What the episode had from the first child's record, and from nobody else, it has from the other's now."""
    for row in rows:
        values: dict[str, object] = {"child_id": new.id}
        if row.team_id == old.team_id:
            values["team_id"] = new.team_id
        for name in _OF_THE_CHILD:
            if name not in row.person_fields and all(getattr(line, name) is None for line in said):
                values[name] = getattr(new, name)
        if "responsible_authority" in values and "is_ours" not in row.person_fields:
            values["is_ours"] = new.is_ours
        person_id = context.actor.person_id
        episodes.write_changes(session, row, values, context.now, person_id=person_id, reason=_REASON)


def _keep_decided(
    session: Session, row: Episode, child: Child | None, said: Collection[ReportLine], context: Context
) -> None:
    """Whose the line that made the episode is, a person has now said; what was said of it before is undone."""
    query = select(Line).where(Line.episode_id == row.id, Line.outcome == str(LineOutcome.CREATED))
    line = session.scalar(query.order_by(Line.id).limit(1))
    if line is None:
        return
    earlier = standing_decision(session, line.id)
    if earlier is not None:
        undo_decision(earlier, context, _REASON)
    keep_decision(session, context, line, next(iter(said), None), child.id if child else None)
