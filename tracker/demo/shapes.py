"""The shapes of going missing, drawn at random: when, for how long, how graded, and how soon anybody was told.

The proportions are plausible for an English county, not measured in one.
"""

from datetime import date, time, timedelta
from random import Random

from tracker.core.terms import EpisodeKind, RiskLevel
from tracker.demo import people
from tracker.demo.roster import DemoChild, Place

_HOUR_WEIGHTS = (4, 3, 2, 1, 1, 1, 1, 2, 4, 3, 3, 3, 4, 4, 4, 7, 8, 8, 10, 11, 11, 11, 10, 7)
_MONTH_WEIGHTS = (0.75, 0.8, 0.9, 0.95, 1.0, 1.0, 1.0, 0.95, 0.95, 0.9, 0.8, 0.75)
_WEEKDAY_WEIGHTS = (0.85, 0.8, 0.85, 0.9, 1.0, 1.0, 0.85)


def uncounted_extras(rng: Random, times: int) -> int:
    """Episodes that stand beside the counted ones (no apparent risk, or cancelled).

    Never so many that a child who is no repeat runaway would seem one.
    """
    if times >= 3:
        return sum(rng.random() < 0.09 for _ in range(times))
    return 1 if times == 1 and rng.random() < 0.04 else 0


def days_missing(rng: Random, first_on: date, length: int, times: int) -> list[date]:
    """On which days a child goes missing: once or twice anywhere in the year, more often in a bad patch of it."""
    if times <= 0:
        return []
    width = length if times == 1 else min(length, int(20 + times * rng.uniform(6, 24)))
    while True:
        patch = rng.randrange(length)  # a patch that runs over the end goes on at the start: no month has fewer
        days = [first_on + timedelta(days=(patch + offset) % length) for offset in rng.sample(range(width), times)]
        if times > 2 or rng.random() < _MONTH_WEIGHTS[days[0].month - 1] * _WEEKDAY_WEIGHTS[days[0].weekday()]:
            return days


def hour_missing(rng: Random) -> time:
    hour = rng.choices(range(24), _HOUR_WEIGHTS)[0]
    return time(hour, rng.choice((0, 5, 10, 15, 20, 25, 30, 40, 45, 50, 55, rng.randint(0, 59))))


def kind_and_risk(rng: Random, looked_after: bool, extra: bool) -> tuple[EpisodeKind, RiskLevel, bool]:
    """Kind, risk, and whether the police cancelled it; the extras are those that do not count."""
    if extra and rng.random() < 0.8:
        return EpisodeKind.NO_APPARENT_RISK, RiskLevel.NO_APPARENT_RISK, False
    if extra:
        return EpisodeKind.MISSING, RiskLevel.LOW, True
    if looked_after and rng.random() < 0.2:
        return EpisodeKind.AWAY, rng.choice((RiskLevel.LOW, RiskLevel.LOW, RiskLevel.VERY_LOW)), False
    levels = (RiskLevel.HIGH, RiskLevel.MEDIUM, RiskLevel.LOW, RiskLevel.VERY_LOW)
    return EpisodeKind.MISSING, rng.choices(levels, (17, 55, 23, 5))[0], False


def duration(rng: Random, kind: EpisodeKind) -> timedelta:
    """How long until found: most under a day, with a tail of days."""
    if kind is EpisodeKind.NO_APPARENT_RISK:
        return timedelta(hours=rng.uniform(0.7, 9))
    low, high = rng.choices([(0.6, 6), (6, 24), (24, 48), (48, 72), (72, 168), (168, 480)], [42, 38, 11, 4, 4, 1])[0]
    return timedelta(hours=rng.uniform(low, high))


def lag_to_return(rng: Random) -> timedelta:
    """From found to back at home or placement: mostly at once, seldom long (hospital, custody)."""
    chance = rng.random()
    if chance < 0.6:
        return timedelta()
    return timedelta(hours=rng.uniform(0.3, 3.5) if chance < 0.97 else rng.uniform(6, 40))


def lag_to_report(rng: Random, prompt: bool) -> timedelta:
    """From going missing to the police's record of it; seldom a day, unless prompt."""
    late = rng.random() >= 0.97 and not prompt
    return timedelta(hours=rng.uniform(10, 30) if late else rng.uniform(0.3, 4))


def police_lag(rng: Random, prompt: bool) -> timedelta:
    """From the return to the police's record of it; now and then a day or two late, unless prompt."""
    late = rng.random() >= 0.94 and not prompt
    return timedelta(hours=rng.uniform(20, 60) if late else rng.uniform(0.2, 3))


def lag_to_prevention(rng: Random) -> timedelta:
    return timedelta(hours=rng.uniform(0.5, 22))


def place_of(rng: Random, child: DemoChild) -> Place:
    return Place(
        missing_from=child.address if rng.random() < 0.85 else rng.choice(people.PLACES),
        last_seen=rng.choice(people.PLACES) if rng.random() < 0.5 else "",
        found_at=rng.choice(people.PLACES) if rng.random() < 0.6 else child.address,
        found_by=rng.choice(people.FOUND_BY),
        circumstances=rng.choice(people.CIRCUMSTANCES) if rng.random() < 0.8 else "",
        prevention_outcome=rng.choice(people.PREVENTION_OUTCOMES),
    )
