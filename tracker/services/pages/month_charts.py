"""The month's charts: for each its rows and its words; its table stands beside it, so that no picture tells alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.core.clock import parse_month
from tracker.core.pack_shapes import Document, PackTable, Row, shown, value_of
from tracker.core.terms import Cohort

DARK_FROM = 0.7
"""From this part of the largest number on, the number on a square of the heat map is white."""

TIES_NAMED = 2

_SERIES = (
    ("interviews.pct_in_72h_of_returns", "of the return", "from the return"),
    ("interviews.pct_in_72h_of_notice", "of our being told", "from being told"),
)
"""Of each line: its figure, its name, and how it is written at its end."""


@dataclass(frozen=True)
class Chart:
    """`name`: of the table that it pictures. `spec`: the file in templates/charts; `rows` are its data."""

    name: str
    spec: str
    title: str
    words: str
    rows: tuple[Mapping[str, object], ...]


def chart_of(document: Document, table: PackTable, cohort: Cohort) -> Chart | None:
    """The picture of a table; None where it has none."""
    if table.chart is None:
        return None
    if table.chart == "thirteen-months":
        return _thirteen_months(document, table, cohort)
    if table.chart == "weekday-hour":
        return _weekday_hour(document, table, cohort)
    return _bars(document, table, cohort)


def _thirteen_months(document: Document, table: PackTable, cohort: Cohort) -> Chart:
    """Both shares by month. A month in which none was due is a gap in its line, never a nought."""
    rows: list[Mapping[str, object]] = []
    told: list[str] = []
    last: list[tuple[float, str, dict[str, object]]] = []
    for key, words, ending in _SERIES:
        known: list[tuple[float, str]] = []
        for row in table.rows:
            month = _key_ending(row, key)
            value = value_of(document, month, cohort)
            if month is None or value is None:
                continue
            start_on = parse_month(month.split(".")[2]).start_on
            point: dict[str, object] = {"month": f"{start_on:%b %Y}", "series": words, "pct": value["pct"], "label": ""}
            rows.append(point)
            if value["pct"] is not None:
                known.append((value["pct"], row.label))
                newest = (value["pct"], ending, point)
        if known:
            (low, low_month), (high, high_month) = min(known), max(known)
            told.append(f"Within 72 hours {words}: from {low:.1f}% ({low_month}) to {high:.1f}% ({high_month}).")
            last.append(newest)
    _label_the_last(last)
    words = " ".join(told) or "No interview was due in these thirteen months."
    return Chart(table.name, "thirteen-months", table.title, words, tuple(rows))


def _key_ending(row: Row, key: str) -> str | None:
    return next((own for own in row.keys if own and own.endswith(f".{key}")), None)


def _label_the_last(last: list[tuple[float, str, dict[str, object]]]) -> None:
    """Each line is named where it ends: the higher above its end, the lower below, so that they never overlap."""
    for place, (pct, ending, point) in enumerate(sorted(last, key=lambda one: -one[0])):
        point["label"] = f"{pct:.1f}% {ending}"
        point["above"] = place == 0


def _bars(document: Document, table: PackTable, cohort: Cohort) -> Chart:
    counts = [(row.label, value_of(document, row.keys[0], cohort)) for row in table.rows]
    rows = tuple({"band": label, "number": count} for label, count in counts)
    return Chart(table.name, str(table.chart), table.title, _most_often(counts), rows)


def _most_often(counts: Sequence[tuple[str, int]]) -> str:
    """The largest in words; where more than two are alike, that several are."""
    most = max((count for _, count in counts), default=0)
    named = [label for label, count in counts if count == most]
    if not most:
        return "None."
    if len(named) > TIES_NAMED:
        return f"Several are alike: {shown(most).text} each."
    return f"Most often: {' and '.join(named)} ({shown(most).text}{' each' if len(named) > 1 else ''})."


def _weekday_hour(document: Document, table: PackTable, cohort: Cohort) -> Chart:
    squares: list[tuple[str, str, int]] = []
    for row in table.rows:
        for column, key in zip(table.columns, row.keys, strict=True):
            if key and key.startswith("episodes.by_weekday_hour.") and not key.endswith(".unknown"):
                squares.append((row.label, column, value_of(document, key, cohort)))
    most = max((count for *_, count in squares), default=0)
    rows = tuple(
        {"day": day, "hours": hours, "number": count, "dark": most > 0 and count >= most * DARK_FROM}
        for day, hours, count in squares
    )
    words = _most_often([(f"{day} {hours}", count) for day, hours, count in squares])
    return Chart(table.name, "weekday-hour", table.title, words, rows)
