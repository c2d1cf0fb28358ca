"""Every figure of the month (DEFINITIONS §6), each with the ids of the episodes or children behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tracker.core.clock import Period
from tracker.core.episodes import MissingEpisode
from tracker.core.interviews import ReturnHomeInterview
from tracker.core.policy import Policy
from tracker.core.repeats import RepeatRule
from tracker.core.terms import Cohort


@dataclass(frozen=True)
class AlertFact:
    """One alert raised, as the month counts it."""

    id: int
    rung: str
    raised_at: datetime
    sent_at: datetime | None = None
    undelivered: bool = False
    acknowledged_at: datetime | None = None


@dataclass(frozen=True)
class SummaryInput:
    """The rows a summary is made from: what publishing freezes and `--verify` recomputes from.

    `episodes`: every episode, countable or not, of every child with an episode that touches the month, the financial
    year to its end or the windows of the rules, whole histories (for first-time and repeats). `interviews`: all those
    linked with them. `alerts`: those raised in the month.
    """

    episodes: Sequence[MissingEpisode]
    interviews: Sequence[ReturnHomeInterview]
    alerts: Sequence[AlertFact] = ()


@dataclass(frozen=True)
class Figure:
    """One figure for one cohort. A count has `value` = len(ids) unless stated; a percentage has numerator and
    denominator and a `value` of None when the denominator is 0; a median or mean is None over nothing."""

    value: float | int | None
    ids: tuple[int, ...] = ()
    numerator: int | None = None
    denominator: int | None = None
    of_children: bool = False


@dataclass(frozen=True)
class MonthlySummary:
    period: Period
    cut_off: datetime
    computed_at: datetime
    status: str  # "provisional" or "final"
    rules_version: str
    figures: Mapping[str, Mapping[Cohort, Figure]] = field(default_factory=dict)
    """Dotted key of DEFINITIONS §6 (a breakdown's band is one more part, `episodes.by_risk.high`) → cohort → figure."""


def monthly_summary(
    rows: SummaryInput,
    period: Period,
    cut_off: datetime,
    computed_at: datetime,
    policy: Policy,
    rules: Sequence[RepeatRule],
) -> MonthlySummary:
    """The month's figures from facts dated by the cut-off, as known at `computed_at`."""
    raise NotImplementedError


def as_json(summary: MonthlySummary) -> dict[str, object]:
    """The nested document of DEFINITIONS §6, without ids."""
    raise NotImplementedError
