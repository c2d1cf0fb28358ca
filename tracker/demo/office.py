"""The interviewers' office: who is in which team, who is away when, when people work, how full their days are. Pure."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from tracker.core.clock import local, read_local

VISITS_A_DAY = 4
"""More than so many conversations nobody holds in a day."""

LEFT_AT = time(13)
"""On the last day but one somebody went home ill; what they had been given in the morning is still theirs."""

WORKS_AT_WEEKENDS = 0.75
"""How often somebody is found who works on a day of the weekend."""


@dataclass(frozen=True)
class Leave:
    """Somebody is away; their open interviews are mostly taken over by a colleague."""

    email: str
    from_at: datetime
    until_at: datetime


@dataclass
class Office:
    """The interviewers' working weeks: who is in which team, away when, and how many visits are agreed for a day."""

    rng: Random
    teams: dict[str, list[str]]
    leaves: list[Leave] = field(default_factory=list)
    visits: Counter[tuple[str, date]] = field(default_factory=Counter)

    def give_leave(self, first_on: date, last_on: date) -> None:
        """Each is away for a week every two months or so, never two of a team at once; on the last day one is."""
        for members in self.teams.values():
            day = first_on + timedelta(days=self.rng.randint(5, 25))
            while day < last_on - timedelta(days=16):
                monday = day - timedelta(days=day.weekday())
                email = members[len(self.leaves) % len(members)]
                away = timedelta(days=self.rng.choice((4, 7, 7, 11)))
                self.leaves.append(Leave(email, instant(monday, time(8)), instant(monday + away, time(8))))
                day += timedelta(days=self.rng.randint(24, 38))
        from_at, until_at = instant(last_on - timedelta(days=1), LEFT_AT), instant(last_on + timedelta(days=5), time(8))
        self.leaves.append(Leave(members[-1], from_at, until_at))

    @property
    def away_at_the_end(self) -> Leave:
        return self.leaves[-1]

    def leave_of(self, email: str, at: datetime) -> Leave | None:
        return next(
            (leave for leave in self.leaves if leave.email == email and leave.from_at <= at < leave.until_at), None
        )

    def somebody(self, team: str, at: datetime, *and_at: datetime) -> str:
        """Of those who are in (then, and at the other instants too), more often whoever has fewer visits that day."""
        instants = (at, *and_at)
        present = [e for e in self.teams[team] if not any(self.leave_of(e, one) for one in instants)]
        present = present or self.teams[team]
        weights = [1 / (1 + self.visits[(email, local(at).date())]) for email in present]
        return self.rng.choices(present, weights)[0]

    def works(self, day: date) -> bool:
        return day.weekday() < 5 or self.rng.random() < WORKS_AT_WEEKENDS

    def has_room(self, email: str, day: date) -> bool:
        return self.works(day) and self.visits[(email, day)] < VISITS_A_DAY

    def working(self, at: datetime) -> datetime:
        """From this instant on, the next in working hours; at a weekend only now and then."""
        while True:
            wall = local(at)
            weekend = wall.weekday() >= 5
            opens, closes = (10, 16) if weekend else (9, 18)
            works = self.works(wall.date())
            if works and opens <= wall.hour < closes:
                return at
            day = wall.date() if works and wall.hour < opens else wall.date() + timedelta(days=1)
            at = instant(day, time(9 if day.weekday() < 5 else 10)) + timedelta(minutes=self.rng.randint(0, 110))


def instant(day: date, wall: time) -> datetime:
    return read_local(datetime.combine(day, wall)).at
