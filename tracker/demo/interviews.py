"""What the council did about each return: who was given the interview, when it was offered and held, what came of it.

Pure. About two thirds are held within 72 hours, fewer of those reported at a weekend, more in the later year. A child
who goes missing again before the interview is interviewed once, for all. At the end nothing is overdue but what was
staged.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from tracker.core.clock import local
from tracker.core.terms import EpisodeKind, Role
from tracker.demo.county import County, DemoEpisode, knows_return
from tracker.demo.ending import NEVER_INTERVIEWED, Matter
from tracker.demo.people import STAFF

DEADLINE = timedelta(hours=72)
CLEAR_OF_NOW = timedelta(hours=2.5)
"""No deadline but the staged ones lies between now and this long after it."""


class Outcome(StrEnum):
    COMPLETED = "completed"
    DECLINED = "declined"
    NOT_REQUIRED = "not_required"
    OPEN = "open"


@dataclass(frozen=True)
class DemoInterview:
    """One interview. `happened_at` is the fact's own time, `recorded_at` when it was entered; None while it is open."""

    episodes: tuple[DemoEpisode, ...]
    interviewer: str
    known_at: datetime
    allocated_at: datetime | None = None
    offered_at: datetime | None = None
    outcome: Outcome = Outcome.OPEN
    happened_at: datetime | None = None
    recorded_at: datetime | None = None
    approved_at: datetime | None = None


def runs_clock(episode: DemoEpisode, county: County) -> bool:
    """Whether its return, as far as it is held at the end, asks for an interview."""
    return (
        knows_return(episode, county.last_report_at)
        and episode.kind is not EpisodeKind.NO_APPARENT_RISK
        and not episode.cancelled
    )


def plan_interviews(county: County) -> list[DemoInterview]:
    """Every interview of the two years, in order of the news of the return."""
    by_child: dict[int, list[DemoEpisode]] = defaultdict(list)
    for episode in county.episodes:
        by_child[episode.child.number].append(episode)
    planner = _Planner(county, Random(county.seed + 1))  # noqa: S311 (a simulation)
    found = [interview for episodes in by_child.values() for interview in planner.of_child(episodes)]
    return sorted(found, key=lambda interview: (interview.known_at, interview.episodes[0].reference))


@dataclass
class _Planner:
    county: County
    rng: Random

    def of_child(self, episodes: Sequence[DemoEpisode]) -> Iterator[DemoInterview]:
        """In order of start. `waiting` are those not yet interviewed when the child went missing again."""
        waiting: list[DemoEpisode] = []
        for place, episode in enumerate(episodes):
            if not runs_clock(episode, self.county):
                continue
            waiting.append(episode)
            later = episodes[place + 1] if place + 1 < len(episodes) else None
            if episode.stage and episode.stage.matter in NEVER_INTERVIEWED:
                yield self._open(tuple(waiting), allocated=episode.stage.matter is not Matter.DUE_SOON_UNALLOCATED)
                waiting = []
                continue
            interview = self._drawn(tuple(waiting))
            if later and interview.happened_at and interview.happened_at >= later.missing_from_at:
                if runs_clock(later, self.county) and later.stage is None and self.rng.random() < 0.5:
                    continue
                interview = self._declined_before(tuple(waiting), later.missing_from_at)
            yield self._as_of_now(interview)
            waiting = []
        assert not waiting

    def _drawn(self, episodes: tuple[DemoEpisode, ...]) -> DemoInterview:
        """An outcome by chance: by the weekday of the news, and better with the years."""
        last = episodes[-1]
        known_at, due_at = self._known_at(episodes), _returned(last) + DEADLINE
        chance = self.rng.random()
        if chance < 0.025:
            return self._not_required(episodes, known_at)
        in_time = self._chance_in_time(known_at)
        first = max(known_at + timedelta(hours=2), _returned(last) + timedelta(hours=3))
        if chance < 0.025 + in_time and (at := self._working(first, due_at)):
            return self._held(episodes, Outcome.COMPLETED, at)
        if chance < 0.14 + in_time:
            at = self._working(first, due_at + timedelta(hours=self.rng.choice((0, 0, 0, 24))))
            if at:
                return self._held(episodes, Outcome.DECLINED, at)
        late_from = max(due_at + timedelta(minutes=20), first)
        days = min(14.0, 1.2 + self.rng.expovariate(1 / 2.5))
        at = self._working(late_from, late_from + timedelta(days=days)) or late_from + timedelta(days=1)
        return self._held(episodes, Outcome.COMPLETED, at)

    def _chance_in_time(self, known_at: datetime) -> float:
        whole = self.county.now - self.county.report_times[0]
        progress = (known_at - self.county.report_times[0]) / whole if whole else 1.0
        weekend = local(known_at).weekday() in (4, 5, 6)
        return 0.67 + 0.09 * progress - (0.13 if weekend else -0.05)

    def _held(self, episodes: tuple[DemoEpisode, ...], outcome: Outcome, at: datetime) -> DemoInterview:
        known_at = self._known_at(episodes)
        allocated = self._allocated(known_at, at) if at > known_at + timedelta(hours=1) else None
        soon = self.rng.random() < 0.93
        lag = timedelta(hours=self.rng.uniform(0.1, 2.5) if soon else self.rng.uniform(12, 40))
        offered = allocated + (at - allocated) * self.rng.uniform(0.1, 0.8) if allocated else None
        return DemoInterview(
            episodes=episodes,
            interviewer=self._interviewer(episodes[-1]),
            known_at=known_at,
            allocated_at=_minute(allocated) if allocated else None,
            offered_at=_minute(offered) if offered and self.rng.random() < 0.4 else None,
            outcome=outcome,
            happened_at=_minute(at),
            recorded_at=max(_minute(at + lag), known_at + timedelta(minutes=45)),
        )

    def _allocated(self, known_at: datetime, before: datetime) -> datetime:
        """In the office hours of the morning on which the news came, and before the interview."""
        return min(known_at + timedelta(hours=self.rng.uniform(3, 7)), known_at + (before - known_at) * 0.5)

    def _not_required(self, episodes: tuple[DemoEpisode, ...], known_at: datetime) -> DemoInterview:
        proposed = known_at + timedelta(hours=self.rng.uniform(4, 20))
        return DemoInterview(
            episodes=episodes,
            interviewer=self._interviewer(episodes[-1]),
            known_at=known_at,
            allocated_at=_minute(known_at + timedelta(hours=3)),
            outcome=Outcome.NOT_REQUIRED,
            happened_at=_minute(proposed),
            recorded_at=_minute(proposed),
            approved_at=_minute(proposed + timedelta(hours=self.rng.uniform(1, 16))),
        )

    def _declined_before(self, episodes: tuple[DemoEpisode, ...], again_at: datetime) -> DemoInterview:
        """Declined between the return and the next going missing; entered when the council knew of the return."""
        returned = _returned(episodes[-1])
        return self._held(episodes, Outcome.DECLINED, returned + (again_at - returned) * 0.5)

    def _as_of_now(self, interview: DemoInterview) -> DemoInterview:
        """What of it has been recorded by now; what falls due is brought to an end before."""
        now = self.county.now
        settled_at = interview.approved_at or interview.recorded_at
        if settled_at and settled_at < now:
            return interview
        due_first = min(_returned(episode) for episode in interview.episodes) + DEADLINE
        if due_first <= now + CLEAR_OF_NOW:
            first = max(interview.known_at + timedelta(hours=1), _returned(interview.episodes[-1]))
            at = self._working(first, now - timedelta(hours=1)) or first
            held = self._held(interview.episodes, Outcome.COMPLETED, at)
            return DemoInterview(**{**held.__dict__, "recorded_at": _minute(at + (now - at) * 0.5)})
        return self._open(interview.episodes, allocated=self.rng.random() < 0.7)

    def _open(self, episodes: tuple[DemoEpisode, ...], allocated: bool) -> DemoInterview:
        """Still to be held; allocated, and now and then offered, if there was time for it."""
        known_at = self._known_at(episodes)
        given_at = known_at + (self.county.now - known_at) * 0.4
        allocated = allocated and given_at > known_at + timedelta(minutes=30)
        offered = allocated and self.rng.random() < 0.4
        return DemoInterview(
            episodes=episodes,
            interviewer=self._interviewer(episodes[-1]),
            known_at=known_at,
            allocated_at=_minute(given_at) if allocated else None,
            offered_at=_minute(given_at + (self.county.now - given_at) * 0.5) if offered else None,
        )

    def _known_at(self, episodes: tuple[DemoEpisode, ...]) -> datetime:
        """When every return was known: the police may tell an earlier one later."""
        return max(self._told_at(episode) for episode in episodes)

    def _told_at(self, episode: DemoEpisode) -> datetime:
        """When the council first knew of the return: by the report that told it, or by hand."""
        if episode.told_by_hand_at is not None:
            return episode.told_by_hand_at
        assert episode.end_known_at is not None
        return self.county.report_times[bisect_left(self.county.report_times, episode.end_known_at)]

    def _interviewer(self, episode: DemoEpisode) -> str:
        team = episode.child.district.team
        return self.rng.choice([m.email for m in STAFF if Role.INTERVIEWER in m.roles and m.team == team])

    def _working(self, first: datetime, last: datetime) -> datetime | None:
        """An instant between the two in somebody's working hours; few at weekends, sooner than later. None: no such."""
        slots: list[datetime] = []
        weights: list[float] = []
        at = first + timedelta(minutes=self.rng.randint(0, 40))
        while at <= last:
            wall = local(at)
            hours, weight = ((9, 19), 1.0) if wall.weekday() < 5 else ((10, 16), 0.15)
            if hours[0] <= wall.hour < hours[1]:
                slots.append(at)
                weights.append(weight / (1 + ((at - first) / timedelta(hours=12)) ** 2))
            at += timedelta(minutes=50)
        return self.rng.choices(slots, weights)[0] if slots else None


def _returned(episode: DemoEpisode) -> datetime:
    assert episode.returned_at is not None
    return episode.returned_at


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
