"""Two children who were taken for one are two again; what people entered meanwhile is kept."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from tracker.core.feed import Feed
from tracker.services.child_fields import as_held
from tracker.services.context import Context
from tracker.services.errors import Conflict, FormProblem, Refused
from tracker.services.merge_children import follow_up_whole, record_both
from tracker.services.merge_flags import put_flags_back
from tracker.services.rows_for_change import CHANGED_MEANWHILE, refuse_unseen_child
from tracker.services.taught import hand_on
from tracker.services.transaction import writing
from tracker.store import audit, children, episodes, group_meetings, merges, plans
from tracker.store.db import as_json_value
from tracker.store.models import (
    Child,
    ChildIdentifier,
    ChildMerge,
    ChildName,
    Episode,
    EpisodeJoin,
    InterviewEpisode,
    Line,
)
from tracker.store.taught import Kept

_REASON = "The merge of two records was undone."


def unmerge_children(
    context: Context, *, merge_id: int, version: int, also: Collection[int] = (), feeds: Mapping[str, Feed]
) -> None:
    """Put back what the merge moved. `version`: of the kept child; `also`: episodes added since that go as well.

    Steps: 1. nothing stands in the way; 2. episodes that were moved, and those a person names; 3. fields, where the
    merge's value still stands; 4. names and numbers; 5. repeat flags; 6. actions, meetings and whom to ring: those that
    were moved, and what hangs on the episodes that go; 7. lines; 8. everything worked out anew.
    """
    with writing() as session:
        held, kept, gone = _hold(session, context, merge_id, version)
        going = _going(session, held, also)
        refuse_torn_apart(session, kept.id, going)
        _send_back(session, going, gone.id, held.moved["settled"], context)
        _restore_fields(session, kept, held)
        _restore_names(session, kept, gone, held)
        put_flags_back(session, gone.id, held.moved)
        plans.hand_over(session, plans.of_episodes(session, kept.id, going), kept.id, gone.id)
        plans.hand_over(session, held.moved.get("plans", {}), kept.id, gone.id)
        group_meetings.put_twins_back(session, held.moved.get("group_twins", ()))
        lines = {*merges.lines_of(session, kept.id, going)} & {
            *held.moved["lines"],
            *_of_episodes(session, kept, going),
        }
        merges.name_in_lines(session, lines, gone.id)
        gone.merged_into_id = None
        flag_modified(kept, "surname")
        held.undone_at, held.undone_by_id = context.now, context.actor.person_id
        session.flush()
        hand_on(session, kept, gone, going, feeds, Kept(held.moved["names_before"], held.moved["numbers_before"]))
        children.renew_keys(session, [kept.id, gone.id])
        record_both(session, "children_unmerged", kept.id, gone.id, context)
        follow_up_whole(session, [kept.id, gone.id], context)


def _hold(session: Session, context: Context, merge_id: int, version: int) -> tuple[ChildMerge, Child, Child]:
    audit.hold_chain(session)
    query = select(ChildMerge).where(ChildMerge.id == merge_id).with_for_update()
    held = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    unknown = FormProblem("unknown_merge", "There is no such merge.", ("merge_id",))
    if held is None:
        raise Refused(unknown)
    refuse_unseen_child(session, context, merges.standing_for(session, held.kept_id), unknown)
    if held.undone_at is not None:
        raise Conflict(CHANGED_MEANWHILE)
    rows = select(Child).where(Child.id.in_([held.kept_id, held.gone_id])).order_by(Child.id).with_for_update()
    by_id = {row.id: row for row in session.scalars(rows.execution_options(populate_existing=True))}
    kept, gone = by_id[held.kept_id], by_id[held.gone_id]
    if kept.merged_into_id is not None:
        into = kept.merged_into_id
        sentence = f"Child {kept.id} was itself merged into child {into} since. Undo that merge first, then this one."
        raise Refused(FormProblem("merged_again", sentence))
    if kept.version != version:
        raise Conflict(CHANGED_MEANWHILE)
    return held, kept, gone


def _going(session: Session, held: ChildMerge, also: Collection[int]) -> list[int]:
    """The episodes that leave the kept child: those moved that a person did not move on, and those named."""
    here = set(session.scalars(select(Episode.id).where(Episode.child_id == held.kept_id)))
    before = {*held.moved["episodes_before"], *held.moved["episodes"]}
    if not set(also) <= here - before:
        sentence = "Only episodes that were added since the merge can go with the other child."
        raise Refused(FormProblem("not_added_since", sentence, ("also",)))
    return sorted({*held.moved["episodes"], *also} & here)


def refuse_torn_apart(session: Session, child_id: int, going: Collection[int]) -> None:
    """Refused where an interview, or two episodes that were joined, would belong to two children."""
    own = select(Episode.id).where(Episode.child_id == child_id)
    covers: dict[int, set[int]] = {}
    query = select(InterviewEpisode.interview_id, InterviewEpisode.episode_id).where(
        InterviewEpisode.episode_id.in_(own)
    )
    for interview_id, episode_id in session.execute(query):
        covers.setdefault(interview_id, set()).add(episode_id)
    for covered in covers.values():
        if covered & set(going) and covered - set(going):
            sentence = (
                f"One interview covers episodes {_listed(covered)}, which would belong to two children. Say on one of "
                "them that the interview does not cover it, then try again."
            )
            raise Refused(FormProblem("interview_of_both", sentence))
    joins = select(EpisodeJoin).where(EpisodeJoin.undone_at.is_(None), EpisodeJoin.kept_id.in_(own))
    for join in session.scalars(joins):
        if (join.kept_id in going) != (join.joined_id in going):
            sentence = f"Episode {join.kept_id} was made one with an episode of the other child. Separate those first."
            raise Refused(FormProblem("joined_of_both", sentence))


def _listed(ids: Collection[int]) -> str:
    first, *rest = sorted(ids, reverse=True)
    return f"{', '.join(str(id_) for id_ in sorted(rest))} and {first}" if rest else str(first)


def _send_back(
    session: Session, going: Collection[int], gone_id: int, settled: Collection[int], context: Context
) -> None:
    query = select(Episode).where(Episode.id.in_(going)).order_by(Episode.id).with_for_update()
    for row in session.scalars(query.execution_options(populate_existing=True)):
        values: dict[str, object] = {"child_id": gone_id}
        if row.id in settled:
            values["conflict_settled"] = True
        person_id = context.actor.person_id
        episodes.write_changes(session, row, values, context.now, person_id=person_id, reason=_REASON)


def _of_episodes(session: Session, kept: Child, going: Collection[int]) -> list[int]:
    """Lines of the episodes that go, those that came since the merge included."""
    return list(session.scalars(select(Line.id).where(Line.episode_id.in_(going), Line.child_id == kept.id)))


def _restore_fields(session: Session, kept: Child, held: ChildMerge) -> None:
    """What a person wrote since stays. Where a later merge took over what this one had written, it takes the older."""
    for name, (old, new) in held.moved["fields"].items():
        if as_json_value(getattr(kept, name)) == new:
            setattr(kept, name, as_held(name, old))
            continue
        for later in merges.merges_into(session, kept.id):
            pair = later.moved["fields"].get(name)
            if later.id > held.id and pair and pair[0] == new:
                fields = {**later.moved["fields"], name: [old, pair[1]]}
                later.moved = {**later.moved, "fields": fields}


def _restore_names(session: Session, kept: Child, gone: Child, held: ChildMerge) -> None:
    moved: Mapping[str, Any] = held.moved
    merges.hand_over(session, ChildName, kept.id, gone.id, moved["names"])
    merges.hand_over(session, ChildIdentifier, kept.id, gone.id, moved["numbers"])
    session.execute(delete(ChildIdentifier).where(ChildIdentifier.id.in_(moved["numbers_added"])))
