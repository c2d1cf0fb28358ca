"""Whether a month is out of the ordinary, so that noise is not called a trend: run charts with control limits.

Counts and hours: an individuals chart (XmR), mean ± 2.66 × the mean moving range. Shares: a p-chart, the limits of each
month by its own denominator, three standard errors from the overall share. Three signals, and only these: a month
outside its limits; eight months in a row on one side of the median (a month on it neither counts nor breaks the row);
six in a row each higher, or each lower, than the one before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import sqrt
from statistics import fmean, median

FEWEST = 12
"""With fewer months there are no limits and no signals: anything may still be usual."""

XMR = 2.66  # 3 / 1.128, the constant for moving ranges of two
SIDE, TREND = 8, 6


class Rule(StrEnum):
    ABOVE = "above"
    BELOW = "below"
    HIGH_SIDE = "high_side"
    LOW_SIDE = "low_side"
    RISING = "rising"
    FALLING = "falling"


@dataclass(frozen=True)
class Point:
    """One month. A share has `denominator`, and `value` in per cent; None where there is no value."""

    name: str
    value: float | None
    denominator: int | None = None


@dataclass(frozen=True)
class Signal:
    """A rule that holds from one month to another, both included."""

    rule: Rule
    first: str
    last: str


@dataclass(frozen=True)
class RunChart:
    """`limits`: for each point the least and the most that is usual, None where there is none."""

    points: tuple[Point, ...]
    median: float | None
    limits: tuple[tuple[float, float] | None, ...]
    signals: tuple[Signal, ...]

    @property
    def has_limits(self) -> bool:
        return any(self.limits)

    def signalled(self) -> frozenset[str]:
        """The months that any signal takes in."""
        names = [point.name for point in self.points]
        within = (names[names.index(one.first) : names.index(one.last) + 1] for one in self.signals)
        return frozenset(name for ones in within for name in ones)


def run_chart(points: Sequence[Point]) -> RunChart:
    """The chart of a series, oldest first. Names are unique."""
    known = [point for point in points if point.value is not None]
    values = [point.value for point in known if point.value is not None]
    middle = median(values) if values else None
    if len(values) < FEWEST or middle is None:
        return RunChart(tuple(points), middle, (None,) * len(points), ())
    usual = _share_limits(known) if known[0].denominator is not None else dict.fromkeys(known, _xmr_limits(values))
    signals = (*_outside(usual), *_sides(known, middle), *_trends(known))
    return RunChart(tuple(points), middle, tuple(usual.get(point) for point in points), signals)


def _xmr_limits(values: Sequence[float]) -> tuple[float, float]:
    """No count and no number of hours is below nought."""
    centre = fmean(values)
    reach = XMR * fmean(abs(later - earlier) for earlier, later in pairwise(values))
    return max(0.0, centre - reach), centre + reach


def _share_limits(points: Sequence[Point]) -> dict[Point, tuple[float, float]]:
    """In per cent, within 0 and 100. The overall share is weighted by the denominators."""
    whole = sum(point.denominator or 0 for point in points)
    share = sum((point.value or 0.0) * (point.denominator or 0) for point in points) / whole / 100
    found = {}
    for point in points:
        reach = 3 * sqrt(share * (1 - share) / (point.denominator or 1))
        found[point] = max(0.0, share - reach) * 100, min(1.0, share + reach) * 100
    return found


def _outside(usual: dict[Point, tuple[float, float]]) -> list[Signal]:
    found = []
    for point, (low, high) in usual.items():
        if point.value is not None and not low <= point.value <= high:
            found.append(Signal(Rule.ABOVE if point.value > high else Rule.BELOW, point.name, point.name))
    return found


def _sides(points: Sequence[Point], middle: float) -> list[Signal]:
    off = [(point.name, (point.value or 0.0) > middle) for point in points if point.value != middle]
    return [
        Signal(Rule.HIGH_SIDE if is_high else Rule.LOW_SIDE, off[start][0], off[end][0])
        for start, end, is_high in _rows([is_high for _, is_high in off])
        if end - start + 1 >= SIDE
    ]


def _trends(points: Sequence[Point]) -> list[Signal]:
    """A row of n steps joins n + 1 months."""
    values = [point.value or 0.0 for point in points]
    steps = [(later > earlier) - (later < earlier) for earlier, later in pairwise(values)]
    return [
        Signal(Rule.RISING if way > 0 else Rule.FALLING, points[start].name, points[end + 1].name)
        for start, end, way in _rows(steps)
        if way and end - start + 2 >= TREND
    ]


def _rows(items: Sequence[int]) -> list[tuple[int, int, int]]:
    """Where equal items stand together: first place, last place, the item."""
    found: list[tuple[int, int, int]] = []
    for place, item in enumerate(items):
        if found and found[-1][2] == item:
            found[-1] = found[-1][0], place, item
        else:
            found.append((place, place, item))
    return found
