"""What is planned for a child (actions, meetings, MARAMPs, whom to ring), when its child or episode becomes another.

So with what the operational group decided for the child; an action from there goes where its item goes.

Rows are handed over without raising their `version`: nothing that a person edits of them is changed.
"""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import and_, delete, select, update
from sqlalchemy.orm import Session

from tracker.store.meetings import is_persons
from tracker.store.models import Action, ChildContact, GroupItem, InterviewEpisode, Maramp, StrategyMeeting

Held = Mapping[str, Sequence[int]]
"""Kind of row → ids."""

_Kept = type[Action] | type[StrategyMeeting] | type[ChildContact] | type[GroupItem] | type[Maramp]

_MODELS: Mapping[str, _Kept] = {
    "actions": Action,
    "meetings": StrategyMeeting,
    "contacts": ChildContact,
    "group_items": GroupItem,
    "maramps": Maramp,
}


def of_child(session: Session, child_id: int) -> dict[str, list[int]]:
    """Everything of this child."""
    return {
        name: list(session.scalars(select(model.id).where(model.child_id == child_id).order_by(model.id)))
        for name, model in _MODELS.items()
    }


def of_episodes(session: Session, child_id: int, episode_ids: Collection[int]) -> dict[str, list[int]]:
    """What goes with these episodes of this child: their meetings; actions of them, of an interview that covers none
    but them, and of those meetings."""
    theirs = select(StrategyMeeting.id).where(
        StrategyMeeting.child_id == child_id, StrategyMeeting.episode_id.in_(episode_ids)
    )
    meetings = list(session.scalars(theirs.order_by(StrategyMeeting.id)))
    covered = select(InterviewEpisode.interview_id).where(InterviewEpisode.episode_id.in_(episode_ids))
    others = select(InterviewEpisode.interview_id).where(InterviewEpisode.episode_id.not_in(episode_ids))
    whole = set(session.scalars(covered)) - set(
        session.scalars(others.where(InterviewEpisode.interview_id.in_(covered)))
    )
    actions = select(Action.id).where(
        Action.child_id == child_id,
        Action.episode_id.in_(episode_ids) | Action.meeting_id.in_(meetings) | Action.interview_id.in_(whole),
    )
    return {"actions": list(session.scalars(actions.order_by(Action.id))), "meetings": meetings, "contacts": []}


def hand_over(session: Session, held: Held, from_id: int, to_id: int) -> None:
    """Those of `held` that are still the one child's become the other's; with a MARAMP all the actions that it has."""
    of_plans = select(Action.id).where(Action.maramp_id.in_(held.get("maramps", ())))
    actions = [*held.get("actions", ()), *session.scalars(of_plans)]
    for name, ids in {**held, "actions": actions}.items():
        model = _MODELS[name]
        theirs = update(model).where(model.id.in_(ids), model.child_id == from_id)
        session.execute(theirs.values(child_id=to_id))
    decided = held.get("group_items", ())
    since = update(Action).where(Action.group_item_id.in_(decided), Action.child_id == from_id)
    session.execute(since.values(child_id=to_id))


def worked_on_episodes(session: Session, episode_ids: Collection[int]) -> set[int]:
    """Those of these episodes from which an action came, or of whose meeting a person did something."""
    found = set(session.scalars(select(Action.episode_id).where(Action.episode_id.in_(episode_ids))))
    met = select(StrategyMeeting.episode_id).where(StrategyMeeting.episode_id.in_(episode_ids), is_persons())
    return {id_ for id_ in (*found, *session.scalars(met)) if id_ is not None}


def worked_on_children(session: Session, child_ids: Collection[int]) -> set[int]:
    """Those of these children with an action, a MARAMP, somebody to ring, a place on an agenda of the operational
    group, or a meeting of which a person did something."""
    return {
        *session.scalars(select(GroupItem.child_id).where(GroupItem.child_id.in_(child_ids))),
        *session.scalars(select(Maramp.child_id).where(Maramp.child_id.in_(child_ids))),
        *session.scalars(select(Action.child_id).where(Action.child_id.in_(child_ids))),
        *session.scalars(select(ChildContact.child_id).where(ChildContact.child_id.in_(child_ids))),
        *session.scalars(select(StrategyMeeting.child_id).where(StrategyMeeting.child_id.in_(child_ids), is_persons())),
    }


def remove_asked(session: Session, *, child_id: int, episode_id: int | None = None) -> None:
    """The meetings that triggers alone asked for go with the record that set them off."""
    theirs = StrategyMeeting.child_id == child_id
    if episode_id is not None:
        theirs = and_(theirs, StrategyMeeting.episode_id == episode_id)
    ids = list(session.scalars(select(StrategyMeeting.id).where(theirs, ~is_persons())))
    session.execute(delete(StrategyMeeting).where(StrategyMeeting.id.in_(ids)))
