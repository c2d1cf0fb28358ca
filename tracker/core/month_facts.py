"""The rows that a summary is made from: what publishing freezes and `--verify` recomputes from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker.core.interview_terms import AuthorityAnswer, ContactOutcome
from tracker.core.interviews import ReturnHomeInterview
from tracker.core.missing_episode import MissingEpisode
from tracker.core.month_past import PastEpisode
from tracker.core.terms import BreachReason

FIRST_EDITION = 1
SECOND_EDITION = 2
EDITION = 3
"""Which figures a month has. Raised when keys are added: a month published before has the figures of its edition, and
verifies by them. 1: those of definitions §6 at first. 2: the second clock, breach reasons, accepted, attempts. 3: who
repeats still, newly or no longer, escalations answered within a day, other councils asked, prevention interviews."""


@dataclass(frozen=True)
class AlertFact:
    """One alert raised, as the month counts it. `episode_id` is None for one about a quarantined line."""

    id: int
    rung: str
    raised_at: datetime
    sent_at: datetime | None = None
    undelivered: bool = False
    acknowledged_at: datetime | None = None
    episode_id: int | None = None


@dataclass(frozen=True)
class ReasonFact:
    """Why the 72 hours were not met: of the breach that stands for an episode, where somebody has said."""

    id: int
    episode_id: int
    reason: BreachReason
    given_at: datetime


@dataclass(frozen=True)
class AttemptFact:
    """One attempt to reach the child or carer that stands."""

    id: int
    interview_id: int
    at: datetime
    outcome: ContactOutcome


@dataclass(frozen=True)
class RequestFact:
    """That another council was asked to hold an interview, and what it answered; one withdrawn is left out."""

    id: int
    interview_id: int
    asked_at: datetime
    answer: AuthorityAnswer | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True)
class SummaryInput:
    """`episodes`: every episode, countable or not, of every child with one that started, ended or returned on or after
    `history_needed_from(period, rules)` or has not ended: whole histories, for first-time and repeats.
    `interviews`: all those linked with them, with their `attempts` and `requests`. `alerts`: those raised in the month.
    `known_before`: children of whose histories the episodes are only the newest, and who went missing before them.
    `past`: of the times that are not shown in full (`month_spans.past_in`), what is not among the episodes.
    """

    episodes: Sequence[MissingEpisode]
    interviews: Sequence[ReturnHomeInterview]
    alerts: Sequence[AlertFact] = ()
    reasons: Sequence[ReasonFact] = ()
    attempts: Sequence[AttemptFact] = ()
    requests: Sequence[RequestFact] = ()
    known_before: frozenset[int] = frozenset()
    past: Sequence[PastEpisode] = ()
