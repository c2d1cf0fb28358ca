"""The sweep's part of strategy meetings: those whose trigger has come true are asked for, once."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.episodes import MissingEpisode
from tracker.core.meetings import come_true, comes_true, next_check_at, was_back
from tracker.services.context import Context
from tracker.services.follow_up import note
from tracker.services.follow_up_meetings import ask, keep_meetings
from tracker.store import episodes, meetings
from tracker.store.models import Child, Episode, StrategyMeeting


def ask_due_meetings(session: Session, episode_ids: Sequence[int], context: Context) -> int:
    """Ask for what has come true of these episodes, those of them that are still due; how many meetings were asked for.

    Called by the sweep inside its transaction, which holds the audit chain: of two sweeps at once one waits, and then
    finds nothing due. What became known too late was never made due (services/follow_up_meetings.py), so that a sweep
    that was away for a week asks for all that came true meanwhile.
    """
    rows = meetings.lock_due_episodes(session, episode_ids, context.now)
    children = select(Child).where(Child.id.in_({row.child_id for row in rows}))
    whose = {child.id: child for child in session.scalars(children)}
    held = meetings.of_episodes(session, rows)
    new: list[StrategyMeeting] = []
    for row in rows:
        episode, asked = episodes.to_core(row, whose[row.child_id]), held.get(row.id, [])
        keep_meetings(session, episode, asked, context)
        new += _due_of(session, row, episode, {meeting.trigger for meeting in asked}, context)
    ask(session, new, context)
    return len(new)


def _due_of(
    session: Session, row: Episode, episode: MissingEpisode, asked: set[str], context: Context
) -> list[StrategyMeeting]:
    """The new meetings of one episode. When it must be looked at again is noted on its row."""
    triggers = context.rules.meetings.triggers
    times = {} if was_back(episode) else comes_true(episode, triggers, context.rules.policy)
    due = come_true(times, context.now)
    ahead = {name: at for name, at in times.items() if name not in due}
    note(session, row, meeting_check_at=next_check_at(ahead, ()))
    return [
        StrategyMeeting(
            key=meetings.episode_key(row.id, trigger.name),
            child_id=row.child_id,
            episode_id=row.id,
            trigger=trigger.name,
            title=trigger.title,
            due_at=due[trigger.name],
            asked_at=context.now,
        )
        for trigger in triggers
        if trigger.name in due and trigger.name not in asked
    ]
