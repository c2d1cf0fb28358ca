"""The simulated county: children and their episodes over two years, with the Board's size and shape.

Pure: the same seed, instant and length give the same county. The Board's figures (OSCB 2014-15): in the last 365 days
694 children missing, 132 of them three or more times (19.0 %); in the 365 before, 636 and 97 (15.3 %).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random

from tracker.core.clock import Period, local, local_date, read_local
from tracker.core.terms import EpisodeKind, RiskLevel
from tracker.demo import shapes
from tracker.demo.ending import Stage, clear_minute, stages
from tracker.demo.roster import DemoChild, Place, Roster, make_roster

REPORT_HOUR = time(6)
"""The local time at which the police send their daily report."""

YEAR_DAYS = 365
BOARD_NEWEST_FIRST = ((694, 132), (636, 97))

PROMPT_DAYS = 8
"""Of these last days the police report all at once: what is overdue at the end is staged, never chance."""


@dataclass(frozen=True)
class Window:
    """A stretch of local days, with the children missing in it and those missing three or more times."""

    period: Period
    children: int
    repeat_children: int

    @property
    def days(self) -> int:
        return (self.period.end_on - self.period.start_on).days


@dataclass(frozen=True)
class DemoEpisode:
    """One going-missing as it truly was, and when the police's system knew what. Instants are UTC, whole minutes.

    `told_by_hand_at`: when somebody here entered what the police had not yet said (the return, or the whole episode).
    `cancelled`: withdrawn by the police once looked into.
    """

    child: DemoChild
    missing_from_at: datetime
    start_known_at: datetime
    kind: EpisodeKind
    risk: RiskLevel
    found_at: datetime | None = None
    found_known_at: datetime | None = None
    returned_at: datetime | None = None
    end_known_at: datetime | None = None
    cancelled: bool = False
    prevention_at: datetime | None = None
    prevention_known_at: datetime | None = None
    told_by_hand_at: datetime | None = None
    stage: Stage | None = None
    reference: str = ""
    place: Place = field(default_factory=Place)


@dataclass(frozen=True)
class County:
    """Everything that happened, by `now`. `report_times` are the mornings of the daily files, oldest first."""

    now: datetime
    windows: tuple[Window, ...]
    report_times: tuple[datetime, ...]
    children: tuple[DemoChild, ...]
    episodes: tuple[DemoEpisode, ...]
    seed: int

    @property
    def last_report_at(self) -> datetime:
        return self.report_times[-1]


def windows_until(today: date, days: int) -> tuple[Window, ...]:
    """The years of 365 days that end today, oldest first; a shorter stretch has its share of the figures."""
    found: list[Window] = []
    end_on = today + timedelta(days=1)
    for children, repeat_children in BOARD_NEWEST_FIRST:
        length = min(days, YEAR_DAYS)
        if length > 0:
            period = Period(end_on - timedelta(days=length), end_on)
            share = length / YEAR_DAYS
            found.insert(0, Window(period, round(children * share), round(repeat_children * share)))
        days -= length
        end_on -= timedelta(days=length)
    return tuple(found)


def report_times(now: datetime, days: int) -> tuple[datetime, ...]:
    """The last `days` mornings at which a report came, up to now."""
    last = local_date(now)
    if _at(last, REPORT_HOUR) > now:
        last -= timedelta(days=1)
    return tuple(_at(last - timedelta(days=back), REPORT_HOUR) for back in reversed(range(days)))


def simulate(now: datetime, seed: int, days: int = 2 * YEAR_DAYS) -> County:
    """The whole county as of `now`: children first, then each child's episodes, then references by order of start."""
    rng = Random(seed)  # noqa: S311 (a simulation)
    windows = windows_until(local_date(now), days)
    mornings = report_times(now, days)
    roster = make_roster(rng, [(w.period, w.children, w.repeat_children) for w in windows])
    staged = _cast(rng, roster, stages(now, mornings[-1]), len(windows) - 1)
    episodes: list[DemoEpisode] = []
    for child, counts in roster.counts.items():
        episodes.extend(_episodes_of(rng, child, counts, windows, mornings[-1], staged.get(child.number)))
    ordered = sorted(episodes, key=lambda episode: (episode.missing_from_at, episode.child.number))
    return County(now, windows, mornings, tuple(roster.counts), tuple(_with_references(ordered)), seed)


def _cast(rng: Random, roster: Roster, wanted: tuple[Stage, ...], window: int) -> dict[int, Stage]:
    """Which child plays each open matter of the ending: one with the history that it asks for."""
    free = [(child, counts.get(window, 0)) for child, counts in roster.counts.items()]
    rng.shuffle(free)
    cast: dict[int, Stage] = {}
    for stage in wanted:
        child = next(c for c, n in free if c.number not in cast and stage.fits(n, c))
        cast[child.number] = stage
    return cast


def _episodes_of(
    rng: Random,
    child: DemoChild,
    counts: dict[int, int],
    windows: tuple[Window, ...],
    last_report_at: datetime,
    stage: Stage | None,
) -> list[DemoEpisode]:
    """One child's episodes, none overlapping another. Regular ones start before the last report's day."""
    starts: list[tuple[datetime, bool]] = []
    for place, count in counts.items():
        first_on = windows[place].period.start_on
        until = min(windows[place].period.end_on, local_date(last_report_at))
        if stage and place == len(windows) - 1:
            count -= 1
            until = min(until, local_date(stage.missing_from_at) - timedelta(days=4))
        extras = shapes.uncounted_extras(rng, counts[place]) if count else 0
        days = shapes.days_missing(rng, first_on, (until - first_on).days, count + extras)
        uncounted = set(rng.sample(range(len(days)), extras))
        starts += [(_at(day, shapes.hour_missing(rng)), n in uncounted) for n, day in enumerate(days)]
    spaced = list(_spaced(sorted(starts)))
    limits = [at for at, _ in spaced[1:]] + [stage.missing_from_at if stage else None]
    prompt_from = last_report_at - timedelta(days=PROMPT_DAYS)
    regular = [_episode(rng, child, at, limits[n], extra, prompt_from) for n, (at, extra) in enumerate(spaced)]
    return regular + ([_staged(rng, child, stage)] if stage else [])


def _spaced(starts: list[tuple[datetime, bool]]) -> Iterator[tuple[datetime, bool]]:
    """At least six hours between starts, each kept on its own day, which holds one start only."""
    before: datetime | None = None
    for at, extra in starts:
        if before is not None and at - before < timedelta(hours=6):
            at = clear_minute(max(at, before + timedelta(hours=6)))
        before = at
        yield at, extra


def _episode(
    rng: Random, child: DemoChild, start: datetime, limit: datetime | None, extra: bool, prompt_from: datetime
) -> DemoEpisode:
    """One regular episode; it is over well before `limit`, the child's next start."""
    kind, risk, cancelled = shapes.kind_and_risk(rng, child.looked_after, extra)
    room = (limit - start) if limit else timedelta(days=40)
    found = clear_minute(start + min(shapes.duration(rng, kind), room * 0.7), after=start)
    lag = shapes.lag_to_return(rng)
    returned = max(found, clear_minute(found + min(lag, room * 0.2), after=start))
    reported_late = shapes.police_lag(rng, prompt=returned >= prompt_from)
    prevention = clear_minute(returned + shapes.lag_to_prevention(rng)) if rng.random() < 0.75 else None
    return DemoEpisode(
        child=child,
        missing_from_at=start,
        start_known_at=start + shapes.lag_to_report(rng, prompt=start >= prompt_from),
        kind=kind,
        risk=risk,
        found_at=found,
        found_known_at=found + timedelta(hours=2) if lag > timedelta(hours=5) else returned + reported_late,
        returned_at=returned,
        end_known_at=returned + reported_late,
        cancelled=cancelled,
        prevention_at=prevention,
        prevention_known_at=prevention + timedelta(hours=1) if prevention else None,
        place=shapes.place_of(rng, child),
    )


def knows_return(episode: DemoEpisode, at: datetime) -> bool:
    """Whether the council holds its return after the report of `at`."""
    if episode.returned_at is None:
        return False
    known = [known_at for known_at in (episode.end_known_at, episode.told_by_hand_at) if known_at]
    return bool(known) and min(known) <= at


def _staged(rng: Random, child: DemoChild, stage: Stage) -> DemoEpisode:
    return DemoEpisode(
        child=child,
        missing_from_at=stage.missing_from_at,
        start_known_at=stage.missing_from_at + timedelta(hours=1),
        kind=EpisodeKind.MISSING,
        risk=stage.risk,
        found_at=stage.found_at,
        found_known_at=stage.found_at + timedelta(hours=1) if stage.found_at and stage.by_hand_at is None else None,
        returned_at=stage.returned_at,
        end_known_at=stage.returned_at + timedelta(hours=1) if stage.returned_at and stage.by_hand_at is None else None,
        told_by_hand_at=stage.by_hand_at,
        stage=stage,
        place=shapes.place_of(rng, child),
    )


def _with_references(ordered: list[DemoEpisode]) -> Iterator[DemoEpisode]:
    for number, episode in enumerate(ordered, start=1):
        year = local(episode.missing_from_at).year % 100
        yield replace(episode, reference=f"WX/{number:05d}/{year:02d}")


def _at(day: date, wall: time) -> datetime:
    return clear_minute(read_local(datetime.combine(day, wall)).at)
