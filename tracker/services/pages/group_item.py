"""One child as the operational group sees them: what must be known, on one screen; and what it decided before."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.clock import age_on, local_date
from tracker.core.episodes import MissingEpisode, count_once
from tracker.core.group_terms import GroupDecision
from tracker.core.interviews import interview_state
from tracker.core.terms import InterviewState
from tracker.services.context import Context, Viewer
from tracker.services.frequent_access import sees_frequent
from tracker.services.pages.actions import actions_of_child, actions_of_group_items
from tracker.services.pages.episode_rows import name_of
from tracker.services.pages.group import reasons_of
from tracker.services.pages.group_shapes import ChildHistory, ChildPicture, Decided, EpisodeSeen, FlagSeen, ItemPage
from tracker.services.pages.meetings import meetings_of_child
from tracker.services.transaction import writing
from tracker.store import audit, episodes, group_meetings, interviews, merges, people
from tracker.store.models import Child, Episode, GroupItem, GroupMeeting, RepeatFlagRow
from tracker.store.visibility import children_visible_to

SHOWN = 5
"""Episodes on the screen, the newest; the others are counted."""


_NO_INTERVIEW = frozenset({InterviewState.NO_CLOCK, InterviewState.WITHDRAWN})


def item_page(context: Context, viewer: Viewer, item_id: int) -> ItemPage | None:
    """One child of one meeting, its opening recorded first; None where there is none whom this viewer may see here."""
    with writing() as session:
        item = session.get(GroupItem, item_id)
        child = _seen(session, context, viewer, item.child_id) if item is not None else None
        if item is None or child is None:
            return None
        details = {"group_item_id": item_id}
        audit.record(session, "group_item_viewed", context.actor, context.now, "child", child.id, details)
        meeting = session.get_one(GroupMeeting, item.meeting_id)
        order = [one.id for one in group_meetings.items_of(session, meeting.id) if one.left_out_at is None]
        place = order.index(item_id) if item_id in order else None
        names = people.names_by_id(session)
        return ItemPage(
            id=item.id,
            meeting_id=meeting.id,
            meets_at=meeting.meets_at,
            state=group_meetings.state_of(meeting),
            place=None if place is None else place + 1,
            of=len(order),
            reasons=reasons_of(item),
            asked_why=item.asked_why,
            left_out_reason=item.left_out_reason if item.left_out_at else None,
            discussion=item.discussion,
            decision=GroupDecision(item.decision) if item.decision else None,
            words=item.decision_words,
            maramp_on=item.maramp_on,
            bring_back_on=item.bring_back_on,
            decided_by=names.get(item.decided_by_id or 0),
            strategy_meeting_id=item.strategy_meeting_id,
            previous_id=order[place - 1] if place else None,
            next_id=order[place + 1] if place is not None and place + 1 < len(order) else None,
            own=actions_of_group_items(session, context, [item_id]).get(item_id, ()),
            child=_picture(session, context, viewer, child, before=meeting),
            version=item.version,
        )


def child_history(context: Context, viewer: Viewer, child_id: int) -> ChildHistory | None:
    """What the group decided for a child, its opening recorded first; None where this viewer may not see the child.

    The old number of a record that was merged into another leads to that one.
    """
    with writing() as session:
        child = _seen(session, context, viewer, merges.standing_for(session, child_id))
        if child is None:
            return None
        audit.record(session, "group_history_viewed", context.actor, context.now, "child", child.id)
        past = _past(session, context, child.id, None)
        return ChildHistory(
            child.id,
            name_of(child),
            _flags(session, context, child.id),
            past,
            _may_open(session, viewer, child.id),
            sees_frequent(session, context, viewer, child.id),
        )


def picture_of(
    session: Session, context: Context, viewer: Viewer, child_id: int, before: GroupMeeting
) -> ChildPicture | None:
    """The same of a child on an agenda that is taken away as a document; whoever takes it records that."""
    child = _seen(session, context, viewer, child_id)
    return _picture(session, context, viewer, child, before) if child is not None else None


def _seen(session: Session, context: Context, viewer: Viewer, child_id: int) -> Child | None:
    return group_meetings.seen_children(session, viewer, context.now, [child_id]).get(child_id)


def _may_open(session: Session, viewer: Viewer, child_id: int) -> bool:
    return session.scalar(select(Child.id).where(Child.id == child_id, children_visible_to(viewer))) is not None


def _picture(session: Session, context: Context, viewer: Viewer, child: Child, before: GroupMeeting) -> ChildPicture:
    today = local_date(context.now)
    held = episodes.with_children(session, (Episode.child_id == child.id) & Episode.joined_into_id.is_(None))
    counted = [one.stands.start_on for one in count_once(held, context.rules.policy)]
    seen = _episodes(session, context, held)
    year = today - timedelta(days=364)
    states = Counter(one.interview for one, facts in zip(seen, held, strict=True) if facts.start_on >= year)
    return ChildPicture(
        child_id=child.id,
        name=name_of(child),
        age=age_on(child.date_of_birth, today) if child.date_of_birth else None,
        is_ours=child.is_ours,
        responsible_authority=child.responsible_authority,
        flags=_flags(session, context, child.id),
        in_90_days=sum(0 <= (today - on).days <= 89 for on in counted),
        in_365_days=sum(0 <= (today - on).days <= 364 for on in counted),
        episodes=tuple(reversed(seen[-SHOWN:])),
        interviews={state: states[state] for state in InterviewState if states[state] and state not in _NO_INTERVIEW},
        open_actions=tuple(one for one in actions_of_child(session, context, child.id) if one.is_open),
        strategy_meetings=tuple(
            one for one in meetings_of_child(session, context, child.id) if one.state != "withdrawn"
        ),
        past=_past(session, context, child.id, before),
        may_open=_may_open(session, viewer, child.id),
        in_workspace=sees_frequent(session, context, viewer, child.id),
    )


def _episodes(session: Session, context: Context, held: Sequence[MissingEpisode]) -> list[EpisodeSeen]:
    """In order of start."""
    asked = interviews.interviews_by_episode(session, [one.id for one in held])
    policy = context.rules.policy
    return [
        EpisodeSeen(
            id=one.id,
            missing_from_at=one.missing_from_at,
            ended_at=one.ended_at,
            hours=(one.ended_at - one.missing_from_at).total_seconds() / 3600 if one.ended_at else None,
            missing_from=one.missing_from_address or one.last_seen_location or one.district,
            found=one.found_location,
            risk=one.risk,
            interview=interview_state(one, asked.get(one.id, []), context.now, policy),
        )
        for one in held
    ]


def _flags(session: Session, context: Context, child_id: int) -> tuple[FlagSeen, ...]:
    titles = {rule.name: rule.title for rule in context.rules.repeat_rules}
    query = select(RepeatFlagRow).where(RepeatFlagRow.child_id == child_id, *group_meetings.STANDING)
    return tuple(
        FlagSeen(titles.get(row.rule) or row.rule, row.raised_on, row.decision, row.maramp_on)
        for row in session.scalars(query.order_by(RepeatFlagRow.raised_on, RepeatFlagRow.id))
    )


def _past(session: Session, context: Context, child_id: int, before: GroupMeeting | None) -> tuple[Decided, ...]:
    """Newest first; `before`: only what was before this meeting."""
    query = group_meetings.history_of([child_id])
    if before is not None:
        query = query.where(GroupMeeting.meets_at < before.meets_at, GroupMeeting.id != before.id)
    rows = session.execute(query).all()
    actions = actions_of_group_items(session, context, [item.id for item, _ in rows])
    return tuple(
        Decided(
            meeting_id=meeting.id,
            meets_at=meeting.meets_at,
            closed=meeting.closed_at is not None,
            discussion=item.discussion,
            decision=GroupDecision(item.decision) if item.decision else None,
            words=item.decision_words,
            bring_back_on=item.bring_back_on,
            left_out_reason=item.left_out_reason if item.left_out_at else None,
            actions=actions.get(item.id, ()),
        )
        for item, meeting in rows
    )
