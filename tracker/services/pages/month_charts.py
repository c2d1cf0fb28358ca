"""The month's charts: for each its rows, its table and its words, so that nothing is told by a picture alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.core.bands import AGE_BANDS, HOUR_BANDS, WEEKDAYS
from tracker.core.clock import parse_month
from tracker.services.pages.month import MonthPage


@dataclass(frozen=True)
class Cell:
    """A value of a chart's table; `key` is the figure it opens, None where it opens nothing."""

    text: str
    key: str | None = None


@dataclass(frozen=True)
class Chart:
    """`spec` names the file in templates/charts; `rows` are its data, `table` the same for reading."""

    name: str
    spec: str
    title: str
    words: str
    headers: tuple[str, ...]
    table: tuple[tuple[Cell, ...], ...]
    rows: tuple[Mapping[str, object], ...]


def month_charts(page: MonthPage, cohort: str) -> list[Chart]:
    """Every chart of a month for one cohort."""
    return [
        thirteen_months(page, cohort),
        _bars(page, cohort, "age", "age_band", "Age when the episode started", (*AGE_BANDS, "unknown"), _age),
        _bars(
            page, cohort, "setting", "setting", "Where the child lives", ("looked_after", "home", "unknown"), _setting
        ),
        weekday_hour(page, cohort),
    ]


def thirteen_months(page: MonthPage, cohort: str) -> Chart:
    series: dict[str, Any] = page.document["comparison"]["series"]
    rows: list[Mapping[str, object]] = []
    table: list[tuple[Cell, ...]] = []
    known: list[tuple[float, str]] = []
    for month, figures in sorted(series.items()):
        share = figures["interviews"]["pct_in_72h_of_returns"][cohort]
        name = f"{parse_month(month).start_on:%b %Y}"
        pct = share["pct"]
        label = "none" if pct is None else f"{pct:.0f}"
        rows.append({"month": name, "height": pct or 0, "label": label, "current": month == page.month})
        counted = f"{share['numerator']} of {share['denominator']}"
        table.append((Cell(name), Cell(percent_text(pct)), Cell(counted)))
        if pct is not None:
            known.append((pct, name))
    words = "No interview was due in these thirteen months."
    if known:
        (low, low_month), (high, high_month) = min(known), max(known)
        words = f"From {percent_text(low)} ({low_month}) to {percent_text(high)} ({high_month}) held within 72 hours."
    headers = ("Month", "Held within 72 hours", "Interviews")
    return Chart("thirteen-months", "thirteen-months", "Thirteen months", words, headers, tuple(table), tuple(rows))


def percent_text(value: float | None) -> str:
    return "no percentage" if value is None else f"{value:.1f}%"


def _age(band: str) -> str:
    return "Not known" if band == "unknown" else band.replace("-", "–")


def _setting(band: str) -> str:
    return {"looked_after": "Looked after", "home": "At home", "unknown": "Not known"}[band]


def _bars(
    page: MonthPage,
    cohort: str,
    name: str,
    breakdown: str,
    title: str,
    bands: Sequence[str],
    text_of: Callable[[str], str],
) -> Chart:
    rows: list[Mapping[str, object]] = []
    table: list[tuple[Cell, ...]] = []
    counts: dict[str, int] = {}
    for band in bands:
        key = f"episodes.by_{breakdown}.{band}"
        count = page.document["episodes"][f"by_{breakdown}"].get(band, {}).get(cohort, 0)
        counts[text_of(band)] = count
        rows.append({"band": text_of(band), "episodes": count})
        table.append((Cell(text_of(band)), Cell(str(count), key if count else None)))
    most = max(counts, key=lambda band: counts[band])
    words = f"Most often: {most.lower()} ({counts[most]})." if counts[most] else "No episodes."
    return Chart(name, "bars", title, words, (title, "Episodes"), tuple(table), tuple(rows))


def weekday_hour(page: MonthPage, cohort: str) -> Chart:
    crossed: dict[str, Any] = page.document["episodes"]["by_weekday_hour"]
    counts = {(day, band): crossed[day][band][cohort] for day in WEEKDAYS for band in (*HOUR_BANDS, "unknown")}
    most = max(counts.values(), default=0)
    rows = [
        {"day": day.capitalize(), "hours": hours_text(band), "episodes": count, "dark": count > most * 0.6}
        for (day, band), count in counts.items()
        if band != "unknown"
    ]
    table = [
        (
            Cell(day.capitalize()),
            *(
                Cell(str(counts[day, band]), f"episodes.by_weekday_hour.{day}.{band}" if counts[day, band] else None)
                for band in (*HOUR_BANDS, "unknown")
            ),
        )
        for day in WEEKDAYS
    ]
    (day, band), top = max(counts.items(), key=lambda item: item[1])
    words = f"Most often: {day.capitalize()}, {hours_text(band)} ({top})." if top else "No episodes."
    headers = ("Day", *(hours_text(band) for band in HOUR_BANDS), "Time not known")
    return Chart("weekday-hour", "weekday-hour", "Day and hour", words, headers, tuple(table), tuple(rows))


def hours_text(band: str) -> str:
    return "time not known" if band == "unknown" else band.replace("-", "–")
