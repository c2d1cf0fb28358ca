"""The children of the county: how many go missing how often in each year, and who they are."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tracker.core.clock import Period
from tracker.demo import people
from tracker.demo.people import District, Home

CARRIED_REPEAT, CARRIED_OTHER = 0.57, 0.2
"""Shares of one year's repeat runaways, and of its other children, that go missing in the next year too."""

STAYS_REPEAT, BECOMES_REPEAT = 0.72, 0.18
"""Of those carried over: who is again missing three or more times, and who newly is."""


@dataclass(frozen=True)
class Place:
    """Where from, where last seen, where found: free text as a force writes it."""

    missing_from: str = ""
    last_seen: str = ""
    found_at: str = ""
    found_by: str = ""
    circumstances: str = ""
    prevention_outcome: str = ""


@dataclass(frozen=True)
class DemoChild:
    """An invented child. `placement` as the force writes it; `authority`: the council responsible, ours or another."""

    number: int
    surname: str
    forename: str
    born_on: date
    sex: str
    ethnicity: str
    address: str
    postcode: str
    district: District
    placement: str
    looked_after: bool
    authority: str
    is_ours: bool
    known_to_services: bool

    @property
    def person_id(self) -> str:
        """The police's own number of the child."""
        return f"P{100000 + self.number}"


@dataclass(frozen=True)
class Roster:
    """Each child with the number of countable episodes in each window, by the window's place."""

    counts: dict[DemoChild, dict[int, int]]


def make_roster(rng: Random, windows: list[tuple[Period, int, int]]) -> Roster:
    """`windows`: period, children, repeat children, oldest first; every figure is met exactly."""
    plans: list[dict[int, int]] = []
    for place, (period, children, repeat_children) in enumerate(windows):
        most = max(3, (period.end_on - period.start_on).days // 8)
        once_children = children - repeat_children
        repeat, once = _carried(rng, plans, place, repeat_children, once_children)
        repeat_new: list[dict[int, int]] = [{} for _ in range(repeat_children - len(repeat))]
        once_new: list[dict[int, int]] = [{} for _ in range(once_children - len(once))]
        for plan in (*repeat, *repeat_new):
            plan[place] = min(most, _times_of_repeat(rng))
        for plan in (*once, *once_new):
            plan[place] = 2 if rng.random() < 0.34 else 1
        plans += repeat_new + once_new
    makers = _Maker(rng)
    rng.shuffle(plans)
    return Roster({makers.child(plan, [window[0] for window in windows]): plan for plan in plans})


def _carried(
    rng: Random, plans: list[dict[int, int]], place: int, repeat_quota: int, once_quota: int
) -> tuple[list[dict[int, int]], list[dict[int, int]]]:
    """Those of the window before who go missing again: as repeat runaways, and otherwise."""
    repeat: list[dict[int, int]] = []
    once: list[dict[int, int]] = []
    for plan in plans:
        was_repeat = plan.get(place - 1, 0) >= 3
        if place - 1 not in plan or rng.random() >= (CARRIED_REPEAT if was_repeat else CARRIED_OTHER):
            continue
        again = rng.random() < (STAYS_REPEAT if was_repeat else BECOMES_REPEAT)
        (repeat if again else once).append(plan)
    return repeat[:repeat_quota], once[:once_quota]


def _times_of_repeat(rng: Random) -> int:
    """How often a repeat runaway goes missing in a year: three at least, a few children thirty times and more."""
    low, high = rng.choices([(3, 3), (4, 4), (5, 5), (6, 9), (10, 19), (20, 44)], [27, 18, 13, 24, 12, 6])[0]
    return rng.randint(low, high)


@dataclass
class _Maker:
    """Makes children one after another: no surname twice but for siblings, no date of birth twice."""

    rng: Random

    def __post_init__(self) -> None:
        self.surnames = people.surnames(self.rng)
        self.homes = people.children_homes(self.rng)
        self.births: set[date] = set()
        self.number = 0

    def child(self, plan: dict[int, int], periods: list[Period]) -> DemoChild:
        rng = self.rng
        self.number += 1
        repeat = max(plan.values()) >= 3
        is_ours = rng.random() >= 0.13
        looked_after = not is_ours or rng.random() < (0.44 if repeat else 0.25)
        home: Home | None = None
        if looked_after and rng.random() < (0.75 if repeat else 0.5):
            home = rng.choice(self.homes)
        district = home.district if home else rng.choices(people.DISTRICTS, [d.share for d in people.DISTRICTS])[0]
        sex = "Female" if rng.random() < 0.505 else "Male"
        ethnicity = rng.choices([name for name, _ in people.ETHNICITIES], [share for _, share in people.ETHNICITIES])[0]
        return DemoChild(
            number=self.number,
            surname=next(self.surnames),
            forename=people.forename(rng, sex),
            born_on=self._born_on(periods[min(plan)].start_on, periods[max(plan)].end_on, repeat),
            sex=sex,
            ethnicity=ethnicity,
            address=home.address if home else people.street_address(rng, district),
            postcode=home.postcode if home else people.postcode(rng, district),
            district=district,
            placement="Children's home" if home else "Foster placement" if looked_after else "Family home",
            looked_after=looked_after,
            authority=people.COUNTY if is_ours else rng.choice(people.OTHER_COUNCILS),
            is_ours=is_ours,
            known_to_services=looked_after or rng.random() < (0.6 if repeat else 0.42),
        )

    def _born_on(self, first_on: date, end_on: date, repeat: bool) -> date:
        """Mostly 13 to 16 when first missing; under 18 to the end of the last year in which they are missing."""
        weights = [1, 1, 2, 2, 3, 4, 7, 12, 20, 26, 26, 18] if not repeat else [0, 0, 0, 1, 1, 2, 6, 14, 25, 30, 26, 12]
        while True:
            age = self.rng.choices(range(5, 17), weights)[0]
            born_on = first_on - timedelta(days=int(age * 365.25) + self.rng.randint(1, 364))
            if born_on not in self.births and born_on > end_on - timedelta(days=int(18 * 365.25) - 2):
                self.births.add(born_on)
                return born_on
