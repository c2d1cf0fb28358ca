"""When an act of an interview may be dated: never ahead, never before the end of the episode that it is about."""

from collections.abc import Sequence
from datetime import datetime

from tracker.core.episodes import MissingEpisode
from tracker.core.interviews import may_cover
from tracker.services.errors import FormProblem, Refused


def refuse_future(at: datetime, field: str, now: datetime) -> None:
    """Facts lie in the past (definitions §3)."""
    if at > now:
        raise Refused(FormProblem("in_the_future", "This time lies in the future. Check the date.", (field,)))


def refuse_times(facts: Sequence[MissingEpisode], at: datetime, field: str, now: datetime) -> None:
    """Refused in the future; while one of the episodes has not ended; before the end of one of them."""
    refuse_future(at, field, now)
    if any(episode.ended_at is None for episode in facts):
        sentence = "The child has been neither found nor returned. Record that first."
        raise Refused(FormProblem("not_ended", sentence, ("episode_ids",)))
    if not all(may_cover(episode, at) for episode in facts):
        sentence = "This is before the child was found or returned. Check both times."
        raise Refused(FormProblem("before_end", sentence, (field, "episode_ids")))
