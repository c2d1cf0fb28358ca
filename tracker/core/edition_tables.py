"""The suppressed edition: one fixed set of tables of one financial quarter, for whoever may not see full figures.

All its cells are one system of sums, and a tree (core/sums.py), so that what can be worked out within a table and
across tables is known exactly. That is why it is small: children stand for all alone (of ours and of other councils'
they would be tied to their episodes twice), and offers not at all (who was interviewed was offered).

Across quarters there is nothing to subtract: every figure is of this quarter alone, no figure runs from a quarter into
the next, and a quarter is issued once. A percentage is given where both its counts are, a median (which limits counts,
too) only where every count of its table is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.core.bands import AGE_BANDS, DURATION_BANDS
from tracker.core.figures import UNKNOWN, Figure, one_decimal
from tracker.core.monthly_summary import FINAL, MonthlySummary
from tracker.core.places import alike
from tracker.core.sums import Cell, Kept, Sum
from tracker.core.suppressing import suppress
from tracker.core.terms import Cohort, LivingSetting, RiskLevel


@dataclass(frozen=True)
class Fixed:
    """One table of the edition: cell → what people read. `measures`: figure of definitions §6 → the same."""

    name: str
    title: str
    rows: tuple[tuple[str, str], ...]
    measures: tuple[tuple[str, str], ...] = ()


_SEX = {"female": "female", "f": "female", "girl": "female", "male": "male", "m": "male", "boy": "male"}
_AGES = tuple((f"age.{band}", f"{band.replace('-', ' to ')} years") for band in AGE_BANDS)
_RISKS = {
    RiskLevel.HIGH: "High",
    RiskLevel.MEDIUM: "Medium",
    RiskLevel.LOW: "Low",
    RiskLevel.VERY_LOW: "Very low",
    RiskLevel.NO_APPARENT_RISK: "No apparent risk",
}
_DURATIONS = (
    "Under 6 hours", "6 to 24 hours", "24 to 48 hours", "48 to 72 hours", "3 to 7 days", "Over 7 days", "Still missing",
)  # fmt: skip

TABLES = (
    Fixed("episodes", "Episodes and children", (
        ("episodes", "Episodes that started"), ("episodes.ours", "Of them: our own children’s"),
        ("episodes.other", "Of them: other councils’ children’s"), ("children", "Children missing"),
        ("again", "Further episodes of the same children"),
    )),
    Fixed("returns", "Returns, and interviews required", (
        ("returns", "Returns with a clock"), ("not_required", "Interview not required, approved in time"),
        ("required", "Interview required"), ("required.ours", "Of them: our own children’s"),
        ("required.other", "Of them: other councils’ children’s"),
    )),
    Fixed("interviews", "What became of the interviews required", (
        ("completed_in_72h", "Held within 72 hours"), ("completed_late", "Held later"), ("declined", "Declined"),
        ("not_required_late", "Not required, approved late"), ("open", "Neither held nor answered"),
    ), (
        ("interviews.pct_in_72h_of_returns", "Held within 72 hours, of those required"),
        ("interviews.median_hours_to_interview", "Median hours from return to interview"),
    )),
    Fixed("age", "Episodes by age at the start", (*_AGES, ("age.unknown", "Not known"))),
    Fixed("sex", "Episodes by sex", (
        ("sex.female", "Female"), ("sex.male", "Male"), ("sex.unknown", "Other, or not known"),
    )),
    Fixed("setting", "Episodes by where the child lives", (
        ("setting.looked_after", "Looked after"), ("setting.home", "At home"), ("setting.unknown", "Not known"),
    )),
    Fixed("risk", "Episodes by the police’s risk level", (
        *((f"risk.{risk}", text) for risk, text in _RISKS.items()), ("risk.unknown", "Not known"),
    )),
    Fixed("duration", "Episodes by how long they lasted", (
        *((f"duration.{band}", text) for band, text in zip(DURATION_BANDS, _DURATIONS, strict=True)),
        ("duration.unknown", "Not known"),
    ), (("hours.median", "Median hours, of episodes that ended in the quarter"),)),
)  # fmt: skip
"""In the order shown. The set is fixed: another table, or another cut of one, could be subtracted from these. The
council's districts stand among them, as far as they are configured."""

_BREAKDOWNS = ("age", "sex", "setting", "risk", "duration", "district")


def tables_of(districts: Sequence[str]) -> tuple[Fixed, ...]:
    """The tables of a council with these districts."""
    rows = (*((f"district.{alike(name)}", name) for name in districts), ("district.", "Another district, or not known"))
    return (*TABLES, Fixed("district", "Episodes by district", rows))


def sums_of(tables: Sequence[Fixed]) -> tuple[Sum, ...]:
    """Every sum that holds among the cells."""
    rows = {table.name: tuple(cell for cell, _ in table.rows) for table in tables}
    return (
        Sum("episodes", ("episodes.ours", "episodes.other")),
        Sum("episodes", ("children", "again")),
        *(Sum("episodes", rows[name]) for name in _BREAKDOWNS if name in rows),
        Sum("returns", ("not_required", "required")),
        Sum("required", ("required.ours", "required.other")),
        Sum("required", rows["interviews"]),
    )


def edition_counts(summary: MonthlySummary, tables: Sequence[Fixed]) -> dict[str, int]:
    """Every cell's true number: the month's own figures of the quarter, some of them together."""
    figures = summary.figures
    cells = [cell for table in tables for cell, _ in table.rows]

    def n(key: str, cohort: Cohort = Cohort.ALL) -> int:
        return len(figures[key][cohort].ids)

    counts = {
        "episodes": n("episodes.started"),
        "episodes.ours": n("episodes.started", Cohort.OURS),
        "episodes.other": n("episodes.started", Cohort.OTHER),
        "children": n("children.missing"),
        "again": n("episodes.started") - n("children.missing"),
        "required.ours": n("interviews.required", Cohort.OURS),
        "required.other": n("interviews.required", Cohort.OTHER),
        "declined": n("interviews.declined") + n("interviews.declined_late"),
        "open": n("interviews.overdue") + n("interviews.not_yet_due"),
        **{name: n(f"interviews.{name}") for name in ("returns", "not_required", "required", "not_required_late")},
        **{name: n(f"interviews.{name}") for name in ("completed_in_72h", "completed_late")},
        **{cell: 0 for cell in cells if cell.startswith(("sex.", "district."))},
    }
    for key in figures:
        _, _, written = key.partition(".by_sex.")
        if written:
            counts[f"sex.{_SEX.get(alike(written), UNKNOWN)}"] += n(key)
        _, _, written = key.partition(".by_district.")
        if written:
            cell = f"district.{alike(written)}"
            counts[cell if cell in counts else "district."] += n(key)
    bands: dict[str, tuple[str, Sequence[str]]] = {
        "age": ("age_band", AGE_BANDS),
        "setting": ("setting", list(LivingSetting)),
        "risk": ("risk", list(RiskLevel)),
        "duration": ("duration_band", DURATION_BANDS),
    }
    for name, (what, known) in bands.items():
        counts |= {f"{name}.{band}": n(f"episodes.by_{what}.{band}") for band in (*known, UNKNOWN)}
    return counts


def edition_document(summary: MonthlySummary, threshold: int, districts: Sequence[str] = ()) -> dict[str, Any]:
    """What is shown, and nothing else: no number kept back is in it. Raises ValueError for what is not final."""
    if summary.status != FINAL:
        raise ValueError("only a quarter whose figures are final has an edition")
    tables = tables_of(districts)
    cells = suppress(edition_counts(summary, tables), sums_of(tables), threshold)
    return {
        "first_day": summary.period.start_on.isoformat(),
        "last_day": summary.period.last_day.isoformat(),
        "cut_off": summary.cut_off.isoformat(),
        "rules_version": summary.rules_version,
        "threshold": threshold,
        "tables": [_table(table, cells, summary, threshold) for table in tables],
    }


def _table(table: Fixed, cells: Mapping[str, Cell], summary: MonthlySummary, threshold: int) -> dict[str, Any]:
    shown = [{"cell": cell, "text": text, "shown": _plain(cells[cell])} for cell, text in table.rows]
    total = "required" if table.name == "interviews" else "episodes"
    whole = all(isinstance(cells[cell], int) for cell in (*(cell for cell, _ in table.rows), total))
    measures = []
    for key, text in table.measures:
        figure = summary.figures[key][Cohort.ALL]
        given = _is_of(figure, cells) if figure.is_percentage else whole and _rests_on_enough(figure, threshold)
        measures.append({"figure": key, "text": text, **_measure(figure, given)})
    return {"name": table.name, "title": table.title, "rows": shown, "measures": measures}


def _plain(cell: Cell) -> int | str:
    return str(cell) if isinstance(cell, Kept) else cell


def _is_of(figure: Figure, cells: Mapping[str, Cell]) -> bool:
    """Whether a share is that of two counts which are shown."""
    return (figure.numerator, figure.denominator) == (cells["completed_in_72h"], cells["required"])


def _rests_on_enough(figure: Figure, threshold: int) -> bool:
    """A median of nothing, or of no small number of episodes."""
    return not figure.ids or len(figure.ids) >= threshold


def _measure(figure: Figure, given: bool) -> dict[str, Any]:
    """`kept_back`: not given because a count of its table is not. A value of None is a share or median of nothing."""
    value = one_decimal(figure.value) if given and figure.value is not None else None
    return {"value": value, "is_share": figure.is_percentage, "kept_back": not given}
