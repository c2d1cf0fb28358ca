"""Was a return home interview offered after this episode, and accepted? As inspectors' and sector lists ask it."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from tracker.core.interviews import ReturnHomeInterview, clock_due_at
from tracker.core.missing_episode import MissingEpisode
from tracker.core.policy import Policy


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    NOT_REQUIRED = "not_required"  # no interview was asked for, or a manager approved that none is required
    NOT_ASKED = "not_asked"  # not back yet; of accepting: nothing was offered


def offered(episode: MissingEpisode, held: Iterable[ReturnHomeInterview], by: datetime, policy: Policy) -> Answer:
    """As known at `by`. Unknown: loaded as history, with nothing recorded of an interview."""
    if episode.returned_at is None or episode.returned_at > by:
        return Answer.NOT_ASKED
    mine = [one for one in held if episode.id in one.episode_ids]
    if any(_by(one.reached_offer_at(), by) for one in mine):
        return Answer.YES
    if any(_by(one.not_required_approved_at, by) for one in mine) or clock_due_at(episode, policy) is None:
        return Answer.NOT_REQUIRED
    return Answer.UNKNOWN if episode.notified_at is None and not mine else Answer.NO


def accepted(episode: MissingEpisode, held: Iterable[ReturnHomeInterview], by: datetime, policy: Policy) -> Answer:
    """Accepted or held: yes. Offered and not answered yet: unknown. Nothing offered: not asked."""
    mine = [one for one in held if episode.id in one.episode_ids]
    was_offered = offered(episode, mine, by, policy)
    if was_offered is not Answer.YES:
        return Answer.UNKNOWN if was_offered is Answer.UNKNOWN else Answer.NOT_ASKED
    if any(_by(one.completed_at, by) for one in mine):
        return Answer.YES
    if any(_by(one.declined_at, by) for one in mine):
        return Answer.NO
    return Answer.YES if any(_by(one.accepted_at, by) for one in mine) else Answer.UNKNOWN


def _by(at: datetime | None, by: datetime) -> bool:
    return at is not None and at <= by
