"""Two records prove to be one child: everything of one goes over to the other, and can be put back."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from tracker.core.episodes import overlaps
from tracker.services.child_fields import in_conflict, stored, values_after
from tracker.services.context import Context
from tracker.services.errors import Conflict, FormProblem, Refused
from tracker.services.follow_up import follow_up_children, follow_up_episodes
from tracker.services.merge_flags import move_flags
from tracker.services.rows_for_change import CHANGED_MEANWHILE, refuse_unseen_child
from tracker.services.transaction import writing
from tracker.store import audit, children, episodes, group_meetings, merges, plans
from tracker.store.models import Child, ChildIdentifier, ChildMerge, ChildName, Episode

FORMER_COUNCIL_ID = "council_id"
"""The kind under which a council's number is kept that the merged child does not bear: searches still find it."""

_REASON = "Two records were found to be one child."
_UNKNOWN = FormProblem("unknown_child", "There is no such child.", ("child_id",))


def merge_children(
    context: Context, *, kept_id: int, gone_id: int, kept_version: int, gone_version: int, take: Collection[str] = ()
) -> int:
    """The gone child becomes the kept one; the id of the merge. `take`: fields of which the gone child's value stands.

    Steps: 1. both held, both seen, as the page showed them; 2. fields, names and numbers go over; 3. the episodes
    with all that hangs on them (interviews, alerts, breaches), each with a version; 4. repeat flags; 5. actions,
    strategy meetings, whom to ring and what the operational group decided; 6. lines that name the child; 7. clocks,
    overlaps, repeat flags and what asks for a meeting are worked out anew. What moved is kept, to be undone.
    """
    if kept_id == gone_id:
        raise Refused(FormProblem("same_child", "This is the same record. Choose another child.", ("gone_id",)))
    with writing() as session:
        kept, gone = hold_children(session, context, (kept_id, kept_version), (gone_id, gone_version))
        moved: dict[str, Any] = _move_person(session, kept, gone, values_after(kept, gone, take), context)
        moved |= _move_episodes(session, kept, gone, context)
        moved |= move_flags(session, kept.id, gone.id, context)
        moved["plans"] = plans.of_child(session, gone.id)
        plans.hand_over(session, moved["plans"], gone.id, kept.id)
        items = moved["plans"]["group_items"]
        moved["group_twins"] = group_meetings.set_twins_aside(session, kept.id, items, context.now)
        moved["lines"] = merges.lines_of(session, gone.id, moved["episodes"])
        merges.name_in_lines(session, moved["lines"], kept.id)
        gone.merged_into_id = kept.id
        flag_modified(kept, "surname")  # whoever has the kept record open is told that it changed
        held = ChildMerge(
            kept_id=kept.id, gone_id=gone.id, merged_at=context.now, merged_by_id=context.actor.person_id, moved=moved
        )
        session.add(held)
        children.renew_keys(session, [kept.id, gone.id])
        record_both(session, "children_merged", kept.id, gone.id, context)
        follow_up_whole(session, [kept.id], context)
        return held.id


def hold_children(session: Session, context: Context, *shown: tuple[int, int]) -> list[Child]:
    """The children of these (id, version), locked in the order of their ids and returned in the order asked for.

    Refused where one is unknown, hidden from the actor or merged into another; Conflict where one was changed.
    """
    audit.hold_chain(session)
    for id_, _ in shown:
        refuse_unseen_child(session, context, id_, _UNKNOWN)
    query = select(Child).where(Child.id.in_([id_ for id_, _ in shown])).order_by(Child.id).with_for_update()
    rows = {row.id: row for row in session.scalars(query.execution_options(populate_existing=True))}
    for id_, version in shown:
        if rows[id_].merged_into_id is not None or rows[id_].version != version:
            raise Conflict(CHANGED_MEANWHILE)
    return [rows[id_] for id_, _ in shown]


def record_both(session: Session, action: str, kept_id: int, gone_id: int, context: Context) -> None:
    """One audit row on each child, so that the trail of either tells it."""
    details = {"kept_id": kept_id, "gone_id": gone_id}
    acts = [audit.Act(action, "child", id_, details) for id_ in (kept_id, gone_id)]
    audit.record_many(session, acts, context.actor, context.now)


def follow_up_whole(session: Session, child_ids: Sequence[int], context: Context) -> None:
    """Every clock of these children (the date of birth may be another), then what their episodes say of each other."""
    session.flush()
    query = select(Episode).where(Episode.child_id.in_(child_ids)).order_by(Episode.id)
    follow_up_episodes(session, session.scalars(query).all(), context)
    follow_up_children(session, child_ids, context)


def _move_person(
    session: Session, kept: Child, gone: Child, values: dict[str, list[object]], context: Context
) -> dict[str, Any]:
    """Fields, names and numbers; a council's number that does not stand is kept among the numbers."""
    names_before = session.scalars(select(ChildName.id).where(ChildName.child_id == kept.id)).all()
    numbers_before = session.scalars(select(ChildIdentifier.id).where(ChildIdentifier.child_id == kept.id)).all()
    former = None
    if "council_id" in in_conflict(kept, gone):
        old = kept.council_id if "council_id" in values else gone.council_id
        former = ChildIdentifier(child_id=kept.id, kind=FORMER_COUNCIL_ID, value=old)
        session.add(former)
    for name, (_, value) in values.items():
        setattr(kept, name, value)
    session.flush()
    moved: dict[str, Any] = {
        "fields": stored(values),
        "names": merges.hand_over(session, ChildName, gone.id, kept.id),
        "numbers": merges.hand_over(session, ChildIdentifier, gone.id, kept.id),
        "numbers_added": [former.id] if former else [],
        "names_before": list(names_before),
        "numbers_before": list(numbers_before),
    }
    return moved


def _move_episodes(session: Session, kept: Child, gone: Child, context: Context) -> dict[str, Any]:
    """Each with a version of its own. An overlap settled among the old ones is no answer about the new ones."""
    query = select(Episode).order_by(Episode.id).with_for_update().execution_options(populate_existing=True)
    own = session.scalars(query.where(Episode.child_id == kept.id)).all()
    theirs = session.scalars(query.where(Episode.child_id == gone.id)).all()
    held = [episodes.to_core(row, kept) for row in own]
    asked_again = []
    for row in theirs:
        values: dict[str, object] = {"child_id": kept.id}
        facts = episodes.to_core(row, gone)
        if row.conflict_settled and any(overlaps(facts, other) for other in held):
            values["conflict_settled"] = False
            asked_again.append(row.id)
        person_id = context.actor.person_id
        episodes.write_changes(session, row, values, context.now, person_id=person_id, reason=_REASON)
    return {
        "episodes": [row.id for row in theirs], "episodes_before": [row.id for row in own], "settled": asked_again,
    }  # fmt: skip
