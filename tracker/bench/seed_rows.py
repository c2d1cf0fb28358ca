"""The rows of invented data for measurements: people, children, episodes with their interviews and breaches."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from tracker.bench.seed_work import Work, interviewers_for
from tracker.core.interviews import interview_due_at
from tracker.core.matching import blocking_keys
from tracker.core.rules import Rules
from tracker.core.terms import RULES_VERSION, EpisodeKind, InterviewState, LivingSetting, RiskLevel, Role
from tracker.demo import people, shapes
from tracker.demo.people import DISTRICTS
from tracker.store.children import identifier_kind
from tracker.store.db import Base
from tracker.store.models import (
    Breach,
    Child,
    ChildIdentifier,
    ChildKey,
    ChildName,
    Episode,
    Interview,
    InterviewEpisode,
    Person,
    PersonRole,
    Team,
)

FORCE = "bench"
INTERVIEWERS_IN_TEAM = 10

Rows = list[tuple[type[Base], dict[str, Any]]]
"""The rows of one subject, each with its table; in an order that keeps foreign keys."""


@dataclass(frozen=True)
class SeedSize:
    """How much. `open_clocks` and `overdue` are of the `episodes`, whose others lie in the `years` before now."""

    children: int
    episodes: int
    open_clocks: int
    overdue: int
    years: int = 10

    def problem(self) -> str | None:
        """What is wrong with it, in a sentence, or None."""
        if min(self.children, self.years) < 1 or min(self.episodes, self.open_clocks, self.overdue) < 0:
            return "Give at least one child and one year, and no number below nothing."
        if self.open_clocks + self.overdue > self.episodes:
            return "The open and the overdue are among the episodes: there cannot be more of them."
        return None


class Seeder:
    """Makes rows. `first` says at which id to begin in each table whose ids others need."""

    def __init__(self, size: SeedSize, now: datetime, rules: Rules, first: Mapping[Any, int], number: int) -> None:
        self.size, self.now, self.rules, self.first = size, now, rules, first
        self.rng = Random(number)  # noqa: S311 (a simulation)
        self.work = Work(now, number)
        self.next_interview = first[Interview]
        self.interviewers = interviewers_for(size.open_clocks)
        self.areas = -(-self.interviewers // INTERVIEWERS_IN_TEAM)

    def people(self) -> Iterator[Rows]:
        """Interviewers in teams of ten, and for each overdue episode a team with one manager."""
        for number in range(self.areas):
            yield [(Team, {"id": self.first[Team] + number, "name": f"Bench area {number}"})]
        for number in range(self.interviewers):
            yield self._person(
                self.first[Person] + number, f"interviewer{number}", Role.INTERVIEWER, self._team_of(number)
            )
        for number in range(self.size.overdue):
            team_id = self.first[Team] + self.areas + number
            team: tuple[type[Base], dict[str, Any]] = (Team, {"id": team_id, "name": f"Bench team {number}"})
            person_id = self.first[Person] + self.interviewers + number
            yield [team, *self._person(person_id, f"manager{number}", Role.MANAGER, team_id)]

    def _team_of(self, interviewer: int) -> int:
        return int(self.first[Team]) + interviewer // INTERVIEWERS_IN_TEAM

    def _person(self, person_id: int, name: str, role: Role, team_id: int | None) -> Rows:
        values = {
            "id": person_id,
            "email": f"{name}@bench.invalid",
            "name": f"Bench {name}",
            "team_id": team_id,
            "created_at": self.now,
        }
        return [(Person, values), (PersonRole, {"person_id": person_id, "role": str(role)})]

    def children(self) -> Iterator[Rows]:
        names = list(people.surnames(self.rng))
        for number in range(self.size.children):
            yield self._child(self.first[Child] + number, names)

    def _child(self, child_id: int, names: list[str]) -> Rows:
        """About 14 in the middle of the two years in which they go missing; a surname of two invented ones."""
        rng = self.rng
        sex = rng.choice(("Female", "Male"))
        surname, forename = f"{rng.choice(names)}-{rng.choice(names)}", people.forename(rng, sex)
        born_on = self._era_of(child_id) - timedelta(days=rng.randint(10 * 365, 15 * 365))
        district = rng.choice(DISTRICTS)
        person_id = f"B{child_id}"
        values = {
            "id": child_id,
            "surname": surname,
            "forename": forename,
            "date_of_birth": born_on,
            "sex": sex.lower(),
            "address": people.street_address(rng, district),
            "postcode": people.postcode(rng, district),
            "is_ours": rng.random() < 0.88,
            "created_at": self.now,
        }
        kind = identifier_kind(FORCE)
        keys = blocking_keys(
            surname, forename, born_on, person_id, None, str(values["postcode"]), str(values["address"])
        )
        return [
            (Child, values),
            (ChildName, {"child_id": child_id, "surname": surname, "forename": forename}),
            (ChildIdentifier, {"child_id": child_id, "kind": kind, "value": person_id}),
            *((ChildKey, {"key": key, "child_id": child_id}) for key in sorted(keys)),
        ]

    def _era_of(self, child_id: int) -> date:
        """The first day of the two years in which a child goes missing: spread over the years, in order of id.

        The last children are those whose interviews are still to be held: of the last year, so that none is 18 yet.
        """
        size = self.size
        place = (child_id - self.first[Child]) / size.children
        recent = place >= 1 - (size.open_clocks + size.overdue) / size.children
        return self.now.date() - timedelta(days=1 + int((1 - place) * 365 * (1 if recent else size.years)))

    def episodes(self) -> Iterator[Rows]:
        """The overdue, then those whose clock runs, then all that are over."""
        size, rng = self.size, self.rng
        recent = size.overdue + size.open_clocks
        for number in range(recent):
            child_id = self.first[Child] + size.children - 1 - number % size.children
            if number < size.overdue:
                returned_at = self.now - timedelta(hours=72 + 0.2 + rng.uniform(0, 20))
                yield [self._episode(number, child_id, returned_at, team_id=self.first[Team] + self.areas + number)]
            else:
                yield self._open(number, child_id, self.now - timedelta(hours=rng.uniform(0.2, 46)))
        for number, (returned_at, child_id) in enumerate(self._returns(size.episodes - recent), recent):
            yield self._over(number, child_id, returned_at)

    def _returns(self, number: int) -> list[tuple[datetime, int]]:
        """When whose episodes were over, in order of time, as they came in: rows of one month lie side by side."""
        rng, today = self.rng, self.now.date()
        found = []
        for _ in range(number):
            child_id = self.first[Child] + rng.randrange(self.size.children)
            days = (today - self._era_of(child_id)).days
            ago = timedelta(days=days - rng.randint(0, min(700, days)), hours=rng.uniform(150, 170))
            found.append((self.now - ago, child_id))
        return sorted(found)

    def _open(self, number: int, child_id: int, returned_at: datetime) -> Rows:
        """An episode whose clock runs, of its interviewer's team, with the work done on it so far."""
        who = number % self.interviewers
        episode = self._episode(number, child_id, returned_at, team_id=self._team_of(who))
        interview_id = self.next_interview
        self.next_interview += 1
        return [
            episode,
            *self.work.on_open(interview_id, number + 1, child_id, returned_at, self.first[Person] + who),
        ]

    def _over(self, number: int, child_id: int, returned_at: datetime) -> Rows:
        """An episode that is over, with the interview that closed its clock, and the breach if that was late."""
        rng = self.rng
        in_time, declined = rng.random() < 0.7, rng.random() < 0.1
        held_at = returned_at + timedelta(hours=rng.uniform(5, 70) if in_time else rng.uniform(73, 140))
        closed = InterviewState.COMPLETED_IN_TIME if in_time else InterviewState.COMPLETED_LATE
        closed_as = InterviewState.DECLINED if declined else closed
        episode = self._episode(number, child_id, returned_at, closed_as=str(closed_as))
        interview_id = self.next_interview
        self.next_interview += 1
        who, allocated_at = self.first[Person] + number % self.interviewers, returned_at + timedelta(hours=3)
        interview = {
            "id": interview_id,
            "created_at": returned_at,
            "allocated_to_id": who,
            "allocated_at": allocated_at,
            "completed_at": None if declined else held_at,
            "declined_at": held_at if declined else None,
            "declined_by": "child" if declined else None,
            **self.work.after_holding(held_at),
        }
        rows: Rows = [
            episode,
            (Interview, interview),
            (InterviewEpisode, {"interview_id": interview_id, "episode_id": number + 1}),
            self.work.allocation(interview_id, allocated_at, who),
        ]
        if not in_time:
            due_at = episode[1]["interview_due_at"]
            breach = {"episode_id": number + 1, "clock_no": 1, "breached_at": due_at, "detected_at": due_at}
            rows.append((Breach, breach))
        return rows

    def _episode(
        self,
        number: int,
        child_id: int,
        returned_at: datetime,
        *,
        team_id: int | None = None,
        closed_as: str | None = None,
    ) -> tuple[type[Base], dict[str, Any]]:
        """One episode whose clock has started; its number + 1 is its id, for the table is empty."""
        rng, policy = self.rng, self.rules.policy
        due_at = interview_due_at(returned_at, policy.deadline_hours)
        missing_from_at = returned_at - shapes.duration(rng, EpisodeKind.MISSING)
        first_alert_at = due_at + timedelta(hours=min(step.offset_hours for step in self.rules.ladder))
        values = {
            "id": number + 1,
            "child_id": child_id,
            "police_force": FORCE,
            "police_reference": f"BENCH{number + 1:09d}",
            "kind": str(EpisodeKind.MISSING),
            "risk": str(rng.choice((RiskLevel.HIGH, RiskLevel.MEDIUM, RiskLevel.MEDIUM, RiskLevel.LOW))),
            "missing_from_at": missing_from_at,
            "found_at": returned_at,
            "returned_at": returned_at,
            "notified_at": returned_at + timedelta(hours=9),
            "setting": str(rng.choice((LivingSetting.HOME, LivingSetting.LOOKED_AFTER))),
            "district": rng.choice(DISTRICTS).name,
            "interview_due_at": due_at,
            "deadline_hours": policy.deadline_hours,
            "rules_version": RULES_VERSION,
            "clock_no": 1,
            "clock_open": closed_as is None,
            "closed_as": closed_as,
            "team_id": team_id,
            "sweep_at": first_alert_at if closed_as is None else None,
            "created_at": missing_from_at,
        }
        return Episode, values
