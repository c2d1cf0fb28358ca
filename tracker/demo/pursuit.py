"""How one interview is pursued: people ring and nobody answers, they agree on a visit and it falls through. Pure.

What comes of it (in time, late, declined) is not drawn: it follows from what people did, day after day, until the
conversation was held. Nothing here knows the deadline's forecast, and nothing of these chances is told to it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from random import Random

from tracker.core.clock import local
from tracker.core.interview_terms import (
    REACHED,
    AllocationKind,
    ContactMethod,
    ContactOutcome,
    ContactWith,
    NotHeldReason,
    VisitEnd,
)
from tracker.demo.office import Leave, Office, instant

ELSEWHERE = ("At school, in the quiet room", "In the youth centre", "On a walk", "At the hub")

_FALLS_THROUGH = (
    (NotHeldReason.CHILD_NOT_THERE, 5), (NotHeldReason.NOT_READY, 4), (NotHeldReason.CANCELLED_BY_FAMILY, 2),
    (NotHeldReason.CANCELLED_BY_US, 1),
)  # fmt: skip


@dataclass(frozen=True)
class Given:
    """That somebody got the interview, by email address."""

    at: datetime
    email: str
    kind: AllocationKind = AllocationKind.ALLOCATED


@dataclass(frozen=True)
class Attempt:
    at: datetime
    email: str
    method: ContactMethod
    with_whom: ContactWith
    outcome: ContactOutcome


@dataclass(frozen=True)
class Visit:
    """`agreed_at`: when it was planned. `ended_as` None: it lies ahead, or nobody has said."""

    agreed_at: datetime
    email: str
    planned_at: datetime
    minutes: int
    place: str
    ended_as: VisitEnd | None = None
    ended_at: datetime | None = None
    reason: NotHeldReason | None = None


@dataclass(frozen=True)
class Family:
    """What somebody who rings this home meets with: how often it is answered, how often a visit falls through."""

    answers: float
    declines: float
    falls_through: float
    at_placement: bool

    @staticmethod
    def drawn(rng: Random, at_placement: bool) -> "Family":
        answers = rng.choices((0.9, 0.7, 0.3), (62, 27, 11))[0]
        declines = rng.choices((0.02, 0.08, 0.3), (62, 30, 8))[0]
        return Family(answers, declines, rng.choice((0.04, 0.1, 0.25)), at_placement)


@dataclass(frozen=True)
class Pursuit:
    """All that was done, in order of time. `ended_at`: of the conversation, or of the decline where `declined`."""

    given: tuple[Given, ...]
    attempts: tuple[Attempt, ...]
    visits: tuple[Visit, ...]
    ended_at: datetime
    declined: bool = False

    def until(self, at: datetime) -> "Pursuit":
        """What of it was done before this instant."""
        visits = (v for v in self.visits if v.agreed_at < at)
        return replace(
            self,
            given=tuple(g for g in self.given if g.at < at),
            attempts=tuple(a for a in self.attempts if a.at < at),
            visits=tuple(
                v if v.ended_at is None or v.ended_at < at else replace(v, ended_as=None, ended_at=None, reason=None)
                for v in visits
            ),
        )


class Case:
    """One interview under way: `at` is how far it has come, `email` whose it is now.

    `stays_until`: it is given to somebody who is not away then either, and keeps it; `email`: to this person.
    """

    def __init__(
        self,
        office: Office,
        family: Family,
        team: str,
        given_at: datetime,
        due_at: datetime,
        stays_until: datetime | None = None,
        email: str | None = None,
    ) -> None:
        self.office, self.rng, self.family, self.due_at = office, office.rng, family, due_at
        self.team, self.at = team, given_at
        self.email = email or office.somebody(team, given_at, *filter(None, [stays_until]))
        self.given = [Given(given_at, self.email)]
        self.attempts: list[Attempt] = []
        self.visits: list[Visit] = []
        self.seen: set[Leave] = set()

    def only_given(self, ended_at: datetime) -> Pursuit:
        """As far as it has come, without anybody ringing on."""
        return self._over(ended_at)

    def pursue(self, rings_from: datetime) -> Pursuit:
        """Until it is held or declined."""
        self.at = max(self.at, rings_from)
        if self.rng.random() < 0.03:
            self._hand_over(self.at + timedelta(hours=self.rng.uniform(0.5, 3)), AllocationKind.HANDED_OVER)
        while True:
            outcome = self._attempt()
            if outcome is ContactOutcome.DECLINED:
                return self._over(self.at, declined=True)
            if outcome is not ContactOutcome.ACCEPTED:
                continue
            if self.attempts[-1].method is ContactMethod.VISIT:  # at the door: they talk there and then
                return self._over(self.at + timedelta(minutes=self.rng.randint(25, 50)))
            while (ended := self._visit()) is not VisitEnd.NOT_HELD:
                if ended is VisitEnd.HELD:
                    visit = self.visits[-1]
                    return self._over(visit.planned_at + timedelta(minutes=visit.minutes))

    def _over(self, at: datetime, declined: bool = False) -> Pursuit:
        return Pursuit(tuple(self.given), tuple(self.attempts), tuple(self.visits), _minute(at), declined)

    def _step(self, hours: float) -> None:
        """So much later, in working hours, with whoever has it then: a colleague takes over, or it waits."""
        pressing = self.due_at - self.at < timedelta(hours=24)
        self.at = self.office.working(self.at + timedelta(hours=hours * (0.6 if pressing else 1.0)))
        if leave := self.office.leave_of(self.email, self.at):
            if leave not in self.seen and self.rng.random() < 0.75:
                self._hand_over(max(leave.from_at + timedelta(hours=2), self.given[-1].at), AllocationKind.COVER)
            else:
                self.at = self.office.working(leave.until_at + timedelta(hours=1))
            self.seen.add(leave)

    def _hand_over(self, at: datetime, kind: AllocationKind) -> None:
        others = [e for e in self.office.teams[self.team] if e != self.email and not self.office.leave_of(e, at)]
        if others:
            self.email = self.rng.choice(others)
            self.given.append(Given(_minute(at), self.email, kind))
            self.at = max(self.at, at)

    def _attempt(self) -> ContactOutcome:
        """Ring, write or stand at the door; what came of it."""
        tried = len(self.attempts)
        busy = self.office.visits[(self.email, local(self.at).date())]
        self._step(self.rng.expovariate(1 / (1.0 if tried == 0 else 3.2)) + 0.3 + busy * 0.6)
        unanswered = sum(attempt.outcome not in REACHED for attempt in self.attempts)
        method = self._method(tried, unanswered)
        evening = 0.08 if local(self.at).hour >= 16 else 0.0
        weekend = -0.1 if local(self.at).weekday() >= 5 else 0.0
        answered = self.rng.random() < min(0.95, self.family.answers + evening + weekend)
        if unanswered >= 9:
            answered = True
        outcome = self._answer(method) if answered else self._silence(method)
        whom = ContactWith.PLACEMENT if self.family.at_placement else ContactWith.PARENT_OR_CARER
        if self.rng.random() < 0.25:
            whom = ContactWith.CHILD
        self.attempts.append(Attempt(_minute(self.at), self.email, method, whom, outcome))
        return outcome

    def _method(self, tried: int, unanswered: int) -> ContactMethod:
        if unanswered >= 4 and self.rng.random() < 0.6:
            return ContactMethod.VISIT
        if tried and self.rng.random() < 0.2:
            return ContactMethod.TEXT_MESSAGE
        return ContactMethod.PHONE

    def _answer(self, method: ContactMethod) -> ContactOutcome:
        declines = self.family.declines
        if method is ContactMethod.VISIT:
            return self.rng.choices((ContactOutcome.ACCEPTED, ContactOutcome.DECLINED), (1 - declines, declines))[0]
        return self.rng.choices(
            (ContactOutcome.DECLINED, ContactOutcome.CALL_AGAIN, ContactOutcome.OFFERED, ContactOutcome.ACCEPTED),
            (declines, 0.08, 0.1, 0.82 - declines),
        )[0]

    def _silence(self, method: ContactMethod) -> ContactOutcome:
        if method is ContactMethod.TEXT_MESSAGE:
            return ContactOutcome.MESSAGE_LEFT
        return self.rng.choices(
            (ContactOutcome.NO_ANSWER, ContactOutcome.MESSAGE_LEFT, ContactOutcome.WRONG_DETAILS), (62, 33, 5)
        )[0]

    def _visit(self) -> VisitEnd:
        """Agree on a time, and what became of it."""
        agreed_at = self.at + timedelta(minutes=self.rng.randint(2, 12))
        planned_at = self._slot(agreed_at)
        visit = Visit(_minute(agreed_at), self.email, planned_at, self.rng.choice((45, 45, 60, 75)), self._place())
        chance = self.rng.random()
        ahead = planned_at - agreed_at
        if chance < 0.05 and ahead > timedelta(hours=16):
            ended_at = agreed_at + ahead * self.rng.uniform(0.2, 0.7)
            self._end(visit, VisitEnd.MOVED, ended_at)
            return VisitEnd.MOVED
        away = self.office.leave_of(self.email, planned_at)
        if chance > 1 - self.family.falls_through or away:
            reason = NotHeldReason.CANCELLED_BY_US
            if not away:
                reason = self.rng.choices([r for r, _ in _FALLS_THROUGH], [weight for _, weight in _FALLS_THROUGH])[0]
            self._end(visit, VisitEnd.NOT_HELD, planned_at + timedelta(minutes=self.rng.randint(20, 90)), reason)
            return VisitEnd.NOT_HELD
        self._end(visit, VisitEnd.HELD, planned_at + timedelta(minutes=visit.minutes))
        return VisitEnd.HELD

    def _end(self, visit: Visit, ended_as: VisitEnd, at: datetime, reason: NotHeldReason | None = None) -> None:
        self.visits.append(replace(visit, ended_as=ended_as, ended_at=_minute(at), reason=reason))
        self.at = at

    def _slot(self, after: datetime) -> datetime:
        """A free hour that suits both; the nearer the deadline, the more often a way is found before it."""
        first = after + timedelta(hours=1.5)
        for place, at in enumerate(self._free(first)):
            suits = self.rng.random() < (0.8 if at <= self.due_at else 0.5)
            last_before = at <= self.due_at and self.due_at - at < timedelta(hours=20) and self.rng.random() < 0.7
            if suits or last_before or place > 60:
                self.office.visits[(self.email, local(at).date())] += 1
                return at
        raise AssertionError("a free hour is always found")

    def _free(self, first: datetime) -> Iterator[datetime]:
        day = local(first).date()
        for _ in range(90):
            weekend = day.weekday() >= 5
            if self.office.has_room(self.email, day):
                for hour in self.rng.sample((10, 11, 13, 15, 16, 17), 3) if not weekend else (10, 12, 14):
                    at = instant(day, time(hour, self.rng.choice((0, 0, 30))))
                    if at >= first:
                        yield at
            day += timedelta(days=1)
        yield instant(day, time(10))

    def _place(self) -> str:
        home = "At the placement" if self.family.at_placement else "At home"
        return self.rng.choice((home, home, home, *ELSEWHERE))


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
