"""The shapes of the monthly pack: sections of tables whose cells are figures, read by key from a month's document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tracker.core.pack_words import band_words
from tracker.core.tables import Cell, Table
from tracker.core.terms import Cohort

Document = Mapping[str, Any]
"""A month's figures as `as_json` gives them (definitions §6), today's or as published."""


@dataclass(frozen=True)
class Shown:
    """A figure as people read it: `text`, and of a percentage `beside`, both its numbers."""

    text: str
    beside: str = ""

    @property
    def whole(self) -> str:
        return f"{self.text} ({self.beside})" if self.beside else self.text


@dataclass(frozen=True)
class Row:
    """`keys`: the figure in each column; None where that column has none for this row."""

    label: str
    keys: tuple[str | None, ...]


@dataclass(frozen=True)
class PackTable:
    """`name`: of its file and sheet. `lead`: the heading of the labels. `columns`: the headings of the figures.

    `cohorts`: where each column stands for one cohort; else every column is of the cohort that is looked at.
    `chart`: the picture of this table, by its spec in templates/charts; None for none. `note`: what a reader must know.
    """

    name: str
    title: str
    lead: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    chart: str | None = None
    note: str = ""
    cohorts: tuple[Cohort, ...] = ()

    def cohort_of(self, column: int, looked_at: Cohort) -> Cohort:
        return self.cohorts[column] if self.cohorts else looked_at


@dataclass(frozen=True)
class Section:
    """A part of the pack. `name`: its anchor. `intro`: one or two sentences, where the figures need them."""

    name: str
    title: str
    tables: tuple[PackTable, ...]
    intro: str = ""


def rows_of(pairs: Sequence[tuple[str, str]]) -> tuple[Row, ...]:
    """(key, label) → rows of one column."""
    return tuple(Row(label, (key,)) for key, label in pairs)


def counted(name: str, title: str, pairs: Sequence[tuple[str, str]], note: str = "") -> PackTable:
    """A table of figures, one below the other."""
    return PackTable(name, title, "Figure", ("Number",), rows_of(pairs), note=note)


def banded(name: str, lead: str, breakdown: str, bands: Sequence[str], chart: str | None = None) -> PackTable:
    """One column of episodes by band; what is not known stands last."""
    rows = [
        Row(band_words(breakdown, band), (f"episodes.by_{breakdown}.{band}",))
        for band in (*(band for band in bands if band != "unknown"), "unknown")
    ]
    return PackTable(name, f"Episodes by {lead[:1].lower()}{lead[1:]}", lead, ("Episodes",), tuple(rows), chart)


def written_bands(document: Document, breakdown: str) -> list[str]:
    """The bands that somebody wrote (sex, ethnicity, district), as the document has them."""
    return sorted(document.get("episodes", {}).get(f"by_{breakdown}", {}))


def parts_of(key: str) -> list[str]:
    """The way to a figure in the document. A breakdown's band is one step: it may be a district with a full stop."""
    parts = key.split(".")
    is_breakdown = len(parts) > 2 and parts[0] == "episodes" and parts[1].startswith("by_")
    return key.split(".", 2) if is_breakdown and parts[1] != "by_weekday_hour" else parts


def figure_of(document: Document, key: str) -> Mapping[str, Any] | None:
    """Cohort → value of the figure under a dotted key; None where the document has no such figure."""
    place: Any = document
    for part in parts_of(key):
        if not isinstance(place, Mapping) or part not in place:
            return None
        place = place[part]
    return place if isinstance(place, Mapping) and set(place) == set(Cohort) else None


def value_of(document: Document, key: str | None, cohort: Cohort) -> Any:
    """The value of one cohort; None where there is none, and where the document has no such figure."""
    found = figure_of(document, key) if key else None
    return None if found is None else found[cohort]


def shown(value: Any) -> Shown:
    """`1,234`, `12.5`, `63.9%` with `94 of 147`; in words where there is nothing to give."""
    if isinstance(value, Mapping):
        pct = value["pct"]
        text = "no percentage" if pct is None else f"{pct:.1f}%"
        return Shown(text, f"{value['numerator']:,} of {value['denominator']:,}")
    if value is None:
        return Shown("none")
    return Shown(f"{value:,}" if isinstance(value, int) else f"{value:,.1f}")


NO_FIGURE = Shown("–")


def cell_of(document: Document, key: str | None, cohort: Cohort) -> Shown:
    """What stands in a cell: the figure, or a dash where there is no such figure."""
    found = figure_of(document, key) if key else None
    return NO_FIGURE if found is None else shown(found[cohort])


def held_by(document: Document, table: PackTable) -> PackTable | None:
    """The table without the rows and columns that the document has no figure for: earlier editions had fewer keys."""
    rows = [row for row in table.rows if any(key and figure_of(document, key) for key in row.keys)]
    kept = [at for at in range(len(table.columns)) if any(_has(document, row.keys[at]) for row in rows)]
    if not rows or not kept:
        return None
    return replace(
        table,
        columns=tuple(table.columns[at] for at in kept),
        rows=tuple(Row(row.label, tuple(row.keys[at] for at in kept)) for row in rows),
        cohorts=tuple(table.cohorts[at] for at in kept) if table.cohorts else (),
    )


def _has(document: Document, key: str | None) -> bool:
    return bool(key) and figure_of(document, str(key)) is not None


TIDY = ("month", "status", "cut_off", "row", "column", "cohort", "value", "numerator", "denominator", "key")
"""The headings of every table as a file: one line for each figure and cohort."""


def tidy(document: Document, table: PackTable) -> Table:
    """The table as a file: every figure for every cohort. A missing percentage or median is an empty cell."""
    head = (document["month"], document["status"], document["cut_off"])
    lines: list[tuple[Cell, ...]] = []
    for row in table.rows:
        for at, key in enumerate(row.keys):
            if key is None or figure_of(document, key) is None:
                continue
            for cohort in [table.cohorts[at]] if table.cohorts else list(Cohort):
                value = value_of(document, key, cohort)
                lines.append((*head, row.label, table.columns[at], str(cohort), *value_parts(value), key))
    return Table(table.name, table.title, TIDY, tuple(lines))


def value_parts(value: Any) -> Sequence[Cell]:
    """Value, numerator, denominator: the last two are empty but for a percentage."""
    if isinstance(value, Mapping):
        return value["pct"], value["numerator"], value["denominator"]
    return value, None, None
