"""How figures are counted: by cohort, with the ids behind each; percentages, hours and breakdowns (definitions §6)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from operator import itemgetter
from statistics import median
from typing import Literal

from tracker.core.terms import Cohort

UNKNOWN = "unknown"
"""The band of every breakdown for what is not known."""

HOUR = timedelta(hours=1)

Subject = Literal["episode", "child", "alert"]

Member = tuple[int, bool | None]
"""An id and whether it is ours. None: of no cohort yet, so in `all` only."""

Timed = tuple[int, bool | None, timedelta]
"""A member and its elapsed time."""


@dataclass(frozen=True)
class Figure:
    """One figure for one cohort, and what is behind it: `ids` are those of `of`.

    A count: `value` is their number. A percentage: `value` is rounded half up to one decimal, None where the
    denominator is 0; `ids` are behind the numerator, `denominator_ids` behind the denominator. Hours: not rounded;
    a mean or median over nothing is None.
    """

    value: float | int | None
    ids: tuple[int, ...] = ()
    numerator: int | None = None
    denominator: int | None = None
    of: Subject = "episode"
    denominator_ids: tuple[int, ...] = ()

    @property
    def is_percentage(self) -> bool:
        return self.denominator is not None

    @property
    def of_children(self) -> bool:
        return self.of == "child"


ByCohort = dict[Cohort, Figure]


def count(members: Iterable[Member], of: Subject = "episode") -> ByCohort:
    """How many, each member given once."""
    return {cohort: Figure(len(ids), ids, of=of) for cohort, ids in _ids_by_cohort(members).items()}


def _ids_by_cohort(members: Iterable[Member]) -> dict[Cohort, tuple[int, ...]]:
    """In order of id, so that the order of the rows never shows."""
    ordered = sorted(members, key=itemgetter(0))
    if not ordered:
        return dict.fromkeys(Cohort, ())
    everyone = tuple([id_ for id_, _ in ordered])
    ours = tuple([id_ for id_, is_ours in ordered if is_ours])
    if len(ours) == len(everyone):
        return {Cohort.ALL: everyone, Cohort.OURS: ours, Cohort.OTHER: ()}
    other = tuple([id_ for id_, is_ours in ordered if is_ours is False])
    return {Cohort.ALL: everyone, Cohort.OURS: ours, Cohort.OTHER: other}


def share(part: ByCohort, whole: ByCohort) -> ByCohort:
    """One count as a percentage of another."""
    return {
        cohort: Figure(
            value=percent(len(part[cohort].ids), len(whole[cohort].ids)),
            ids=part[cohort].ids,
            numerator=len(part[cohort].ids),
            denominator=len(whole[cohort].ids),
            of=whole[cohort].of,
            denominator_ids=whole[cohort].ids,
        )
        for cohort in Cohort
    }


def percent(numerator: int, denominator: int) -> float | None:
    """Rounded half up to one decimal; None ("no percentage") where the denominator is 0."""
    if denominator == 0:
        return None
    return float((Decimal(numerator) * 100 / denominator).quantize(Decimal("0.1"), ROUND_HALF_UP))


def one_decimal(value: float) -> float:
    """Rounded half up as it reads: 2.25 is 2.3, where `round` would give 2.2, the even one."""
    return float(Decimal(repr(value)).quantize(Decimal("0.1"), ROUND_HALF_UP))


def total_hours(timed: Iterable[Timed], of: Subject = "episode") -> ByCohort:
    return _hours(timed, of, lambda spans: sum(spans, timedelta()) / HOUR)


def mean_hours(timed: Iterable[Timed], of: Subject = "episode") -> ByCohort:
    return _hours(timed, of, lambda spans: sum(spans, timedelta()) / (len(spans) * HOUR) if spans else None)


def median_hours(timed: Iterable[Timed], of: Subject = "episode") -> ByCohort:
    return _hours(timed, of, lambda spans: _middle_twice(spans) / (2 * HOUR) if spans else None)


def median_number(numbered: Iterable[tuple[int, bool | None, int]], of: Subject = "episode") -> ByCohort:
    """The median of whole numbers, each given with its member; None over nothing."""
    known = list(numbered)
    numbers = {id_: number for id_, _, number in known}
    by_cohort = _ids_by_cohort((id_, is_ours) for id_, is_ours, _ in known)
    return {
        cohort: Figure(float(median([numbers[id_] for id_ in ids])) if ids else None, ids, of=of)
        for cohort, ids in by_cohort.items()
    }


def _middle_twice(spans: list[timedelta]) -> timedelta:
    """Twice the median, which is a whole number of microseconds where the median itself may not be."""
    ordered = sorted(spans)
    return ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]


def _hours(timed: Iterable[Timed], of: Subject, measure: Callable[[list[timedelta]], float | None]) -> ByCohort:
    ordered = sorted(timed, key=itemgetter(0))
    by_cohort = {
        Cohort.ALL: ordered,
        Cohort.OURS: [one for one in ordered if one[1]],
        Cohort.OTHER: [one for one in ordered if one[1] is False],
    }
    return {
        cohort: Figure(measure([span for _, _, span in known]), tuple([id_ for id_, _, _ in known]), of=of)
        for cohort, known in by_cohort.items()
    }


def breakdown(
    banded: Iterable[tuple[str | None, Member]], bands: Sequence[str] | None = None, of: Subject = "episode"
) -> dict[str, ByCohort]:
    """Counts by band: every band of `bands`, empty ones too (else those that occur, in order), then `unknown`."""
    found: dict[str, list[Member]] = {}
    for band, member in banded:
        known = band is not None and (bands is None or band in bands)
        found.setdefault(band if band is not None and known else UNKNOWN, []).append(member)
    listed = sorted(band for band in found if band != UNKNOWN) if bands is None else bands
    return {band: count(found.get(band, ()), of) for band in (*listed, UNKNOWN)}
