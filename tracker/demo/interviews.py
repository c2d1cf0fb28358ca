"""What the council did about each return: who was given the interview, how it was pursued, what came of it.

Pure. Who was allocated and rung, and what came of each attempt, is drawn first (pursuit.py); whether the 72 hours were
met follows from it: for about two thirds, fewer of those reported at a weekend. A child who goes missing again before
the interview is interviewed once, for all. At the end nothing is overdue but what was staged.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from tracker.core.clock import local_date
from tracker.core.interview_terms import OFFERS, NotHeldReason, VisitEnd
from tracker.core.terms import EpisodeKind, Role
from tracker.demo.county import County, DemoEpisode, knows_return
from tracker.demo.ending import NEVER_INTERVIEWED, Matter
from tracker.demo.office import Office
from tracker.demo.other_councils import Asked, ask
from tracker.demo.people import STAFF, TEAMS
from tracker.demo.pursuit import Case, Family, Pursuit
from tracker.demo.staged_cases import asked_elsewhere, staged_case, visit_ahead

DEADLINE = timedelta(hours=72)
CLEAR_OF_NOW = timedelta(hours=2.5)
"""No deadline but the staged ones lies between now and this long after it."""

JUST_NOW = timedelta(minutes=20)
"""What was done in the last minutes is not recorded yet."""


class Outcome(StrEnum):
    COMPLETED = "completed"
    DECLINED = "declined"
    NOT_REQUIRED = "not_required"
    OPEN = "open"


@dataclass(frozen=True)
class DemoInterview:
    """One interview. `happened_at` is the fact's own time, `recorded_at` when it was entered; None while it is open.

    `earlier`: what was done for an episode before the child went missing again. `asked`: another council, of its child.
    """

    episodes: tuple[DemoEpisode, ...]
    known_at: datetime
    pursuit: Pursuit | None = None
    outcome: Outcome = Outcome.OPEN
    happened_at: datetime | None = None
    recorded_at: datetime | None = None
    approved_at: datetime | None = None
    earlier: tuple[tuple[DemoEpisode, Pursuit], ...] = ()
    asked: Asked | None = None

    @property
    def allocated_at(self) -> datetime | None:
        return self.pursuit.given[0].at if self.pursuit and self.pursuit.given else None

    @property
    def interviewer(self) -> str | None:
        """Whose it is in the end."""
        return self.pursuit.given[-1].email if self.pursuit and self.pursuit.given else None

    @property
    def offered_at(self) -> datetime | None:
        attempts = self.pursuit.attempts if self.pursuit else ()
        return next((attempt.at for attempt in attempts if attempt.outcome in OFFERS), None)


def runs_clock(episode: DemoEpisode, county: County) -> bool:
    """Whether its return, as far as it is held at the end, asks for an interview."""
    return (
        knows_return(episode, county.last_report_at)
        and episode.kind is not EpisodeKind.NO_APPARENT_RISK
        and not episode.cancelled
    )


def office_of(county: County) -> Office:
    """The interviewers of the county and their leave; at the end one of them is away."""
    teams = {team: [m.email for m in STAFF if Role.INTERVIEWER in m.roles and m.team == team] for team in TEAMS}
    office = Office(Random(county.seed + 4), teams)  # noqa: S311 (a simulation)
    office.give_leave(local_date(county.report_times[0]), local_date(county.now))
    return office


def plan_interviews(county: County) -> list[DemoInterview]:
    """Every interview of the two years, in order of the news of the return."""
    by_child: dict[int, list[DemoEpisode]] = defaultdict(list)
    for episode in county.episodes:
        by_child[episode.child.number].append(episode)
    planner = _Planner(county, Random(county.seed + 1), office_of(county))  # noqa: S311 (a simulation)
    found = [interview for episodes in by_child.values() for interview in planner.of_child(episodes)]
    found = _with_visits_ahead(found, planner.office, county.now)
    return sorted(found, key=lambda interview: (interview.known_at, interview.episodes[0].reference))


def _with_visits_ahead(plans: list[DemoInterview], office: Office, now: datetime) -> list[DemoInterview]:
    """Each interviewer who is there and has something open has a visit later today, after hours on the coming day."""
    held: dict[str, list[Pursuit]] = defaultdict(list)
    for plan in plans:
        if plan.outcome is Outcome.OPEN and plan.pursuit and plan.interviewer:
            staged = plan.episodes[-1].stage is not None
            held[plan.interviewer] += [] if staged and not plan.pursuit.visits else [plan.pursuit]
    changed = dict(filter(None, (visit_ahead(office, email, pursuits, now) for email, pursuits in held.items())))
    return [replace(p, pursuit=changed[p.pursuit]) if p.pursuit in changed else p for p in plans]


@dataclass
class _Planner:
    county: County
    rng: Random
    office: Office
    earlier: list[tuple[DemoEpisode, Pursuit]] = field(default_factory=list)

    def of_child(self, episodes: Sequence[DemoEpisode]) -> Iterator[DemoInterview]:
        """In order of start. `waiting` are those not yet interviewed when the child went missing again."""
        waiting: list[DemoEpisode] = []
        self.earlier = []
        family = Family.drawn(self.rng, episodes[0].child.looked_after)
        for place, episode in enumerate(episodes):
            if not runs_clock(episode, self.county):
                continue
            waiting.append(episode)
            later = episodes[place + 1] if place + 1 < len(episodes) else None
            if episode.stage and episode.stage.matter in NEVER_INTERVIEWED:
                yield self._staged(tuple(waiting), episode)
            else:
                interview = self._drawn(tuple(waiting), family)
                if later and interview.happened_at and interview.happened_at >= later.missing_from_at:
                    if runs_clock(later, self.county) and later.stage is None and self.rng.random() < 0.6:
                        self._keep(episode, interview, later.missing_from_at)
                        continue
                    interview = self._declined_before(interview, later.missing_from_at)
                yield self._as_of_now(interview)
            waiting, self.earlier = [], []
        assert not waiting

    def _drawn(self, episodes: tuple[DemoEpisode, ...], family: Family) -> DemoInterview:
        """Pursued from the morning of the news on, until it was held or declined."""
        known_at, last = self._known_at(episodes), episodes[-1]
        if self.rng.random() < 0.025:
            return self._not_required(episodes, known_at)
        given_at = self._given_at(known_at)
        asked = None if last.child.is_ours else ask(self.rng, last.child.authority, given_at)
        if asked and asked.held_at:
            held_at = max(asked.held_at, _returned(last))
            told_at = asked.answered_at + (held_at - asked.answered_at) * 1.1 + timedelta(hours=3)
            pursuit = Case(self.office, family, last.child.district.team, given_at, _due(last)).only_given(held_at)
            return self._held(episodes, known_at, pursuit, asked, told_at)
        rings_from = asked.until if asked else given_at
        case = Case(self.office, family, last.child.district.team, given_at, _due(last))
        soon = self.rng.random() < 0.93
        lag = timedelta(hours=self.rng.uniform(0.1, 2.5) if soon else self.rng.uniform(12, 40))
        pursuit = case.pursue(rings_from)
        return self._held(episodes, known_at, pursuit, asked, pursuit.ended_at + lag)

    def _held(
        self,
        episodes: tuple[DemoEpisode, ...],
        known_at: datetime,
        pursuit: Pursuit,
        asked: Asked | None,
        recorded_at: datetime,
    ) -> DemoInterview:
        return DemoInterview(
            episodes=episodes,
            known_at=known_at,
            pursuit=pursuit,
            outcome=Outcome.DECLINED if pursuit.declined else Outcome.COMPLETED,
            happened_at=pursuit.ended_at,
            recorded_at=max(_minute(recorded_at), known_at + timedelta(minutes=45)),
            earlier=tuple(self.earlier),
            asked=asked,
        )

    def _given_at(self, known_at: datetime) -> datetime:
        """In office hours after the morning's news; now and then a day later, less so in later years."""
        whole = self.county.now - self.county.report_times[0]
        progress = (known_at - self.county.report_times[0]) / whole if whole else 1.0
        given_at = self.office.working(known_at + timedelta(hours=self.rng.uniform(2.5, 6.5)))
        if self.rng.random() < 0.12 - 0.06 * progress:
            given_at = self.office.working(given_at + timedelta(hours=self.rng.uniform(18, 30)))
        return _minute(given_at)

    def _keep(self, episode: DemoEpisode, interview: DemoInterview, again_at: datetime) -> None:
        """What was done before the child went missing again; the visit that was agreed did not come about."""
        if interview.pursuit is None:
            return
        pursuit = interview.pursuit.until(again_at)
        visits = tuple(
            replace(v, ended_as=VisitEnd.NOT_HELD, ended_at=_minute(again_at), reason=NotHeldReason.MISSING_AGAIN)
            if v.ended_as is None
            else v
            for v in pursuit.visits
        )
        if pursuit.given:
            self.earlier.append((episode, replace(pursuit, visits=visits)))

    def _not_required(self, episodes: tuple[DemoEpisode, ...], known_at: datetime) -> DemoInterview:
        team = episodes[-1].child.district.team
        given_at = _minute(known_at + timedelta(hours=3))
        proposed = _minute(known_at + timedelta(hours=self.rng.uniform(4, 20)))
        family = Family(0, 0, 0, at_placement=False)
        return DemoInterview(
            episodes=episodes,
            known_at=known_at,
            pursuit=Case(self.office, family, team, given_at, _due(episodes[-1])).only_given(proposed),
            outcome=Outcome.NOT_REQUIRED,
            happened_at=proposed,
            recorded_at=proposed,
            approved_at=_minute(proposed + timedelta(hours=self.rng.uniform(1, 16))),
            earlier=tuple(self.earlier),
        )

    def _declined_before(self, interview: DemoInterview, again_at: datetime) -> DemoInterview:
        """Declined between the return and the next going missing; entered when the council knew of the return."""
        returned = _returned(interview.episodes[-1])
        at = _minute(returned + (again_at - returned) * 0.5)
        pursuit = interview.pursuit.until(at) if interview.pursuit else None
        recorded_at = max(at + timedelta(minutes=50), interview.known_at + timedelta(minutes=45))
        if pursuit and not pursuit.given:
            pursuit = None
        return replace(
            interview, pursuit=pursuit, outcome=Outcome.DECLINED, happened_at=at, recorded_at=_minute(recorded_at),
            approved_at=None, asked=None,
        )  # fmt: skip

    def _as_of_now(self, interview: DemoInterview) -> DemoInterview:
        """What of it has been recorded by now; what falls due is brought to an end before."""
        now = self.county.now
        asked = interview.asked.known_by(now) if interview.asked else None
        settled_at = interview.approved_at or interview.recorded_at
        if settled_at and settled_at < now:
            return replace(interview, asked=asked)
        due_first = min(_returned(episode) for episode in interview.episodes) + DEADLINE
        if due_first > now + CLEAR_OF_NOW:
            pursuit = interview.pursuit.until(now - JUST_NOW) if interview.pursuit else None
            return self._open(replace(interview, pursuit=pursuit, asked=asked))
        first = max(interview.known_at + timedelta(minutes=30), _returned(interview.episodes[-1]))
        at = _minute(first + (now - first) * self.rng.uniform(0.5, 0.8))
        pursuit = interview.pursuit.until(at) if interview.pursuit else None
        return replace(
            self._open(replace(interview, pursuit=pursuit, asked=asked)),
            outcome=Outcome.COMPLETED,
            happened_at=at,
            recorded_at=_minute(at + (now - at) * 0.5),
        )

    def _open(self, interview: DemoInterview) -> DemoInterview:
        pursuit = interview.pursuit if interview.pursuit and interview.pursuit.given else None
        return replace(
            interview, pursuit=pursuit, outcome=Outcome.OPEN, happened_at=None, recorded_at=None, approved_at=None
        )

    def _staged(self, episodes: tuple[DemoEpisode, ...], episode: DemoEpisode) -> DemoInterview:
        """Still to be held at the end, with what was tried for it."""
        assert episode.stage is not None
        known_at = self._known_at(episodes)
        pursuit = staged_case(self.office, episode, known_at, self.county.now)
        is_asked = episode.stage.matter is Matter.ASKED_ELSEWHERE
        asked = asked_elsewhere(episode, pursuit, self.county.now) if pursuit and is_asked else None
        return DemoInterview(
            episodes=episodes, known_at=known_at, pursuit=pursuit, earlier=tuple(self.earlier), asked=asked
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


def _returned(episode: DemoEpisode) -> datetime:
    assert episode.returned_at is not None
    return episode.returned_at


def _due(episode: DemoEpisode) -> datetime:
    return _returned(episode) + DEADLINE


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
