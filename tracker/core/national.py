"""Published figures of other places, kept as data with their source, to stand beside the council's own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tracker.core.clock import Period


@dataclass(frozen=True)
class NationalFigure:
    """`key`: the figure of definitions §6 that it may be compared with. `value`: per cent.

    `note` says how it was made and what is not the same; `looked_up_on`: when somebody last read it at its source.
    """

    key: str
    title: str
    area: str
    period: Period
    value: float
    note: str
    source: str
    address: str
    looked_up_on: date


def beside(figures: Iterable[NationalFigure], period: Period) -> list[NationalFigure]:
    """For each key and area the one to stand beside a period: that of the same days, else the newest that had ended by
    the period's end, else the newest."""
    chosen: dict[tuple[str, str], NationalFigure] = {}
    for figure in sorted(figures, key=lambda one: _rank(one, period)):
        chosen[figure.key, figure.area] = figure
    return list(chosen.values())


def _rank(figure: NationalFigure, period: Period) -> tuple[bool, bool, date]:
    return figure.period == period, figure.period.end_on <= period.end_on, figure.period.end_on
