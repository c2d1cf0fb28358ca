"""The pack's tables: every figure of a month has a place, each cell is that figure, and old editions still show."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given

from tests.core.made import OCTOBER, POLICY, inputs, unhurried, utc
from tests.core.test_worked_month import SECOND, summary_at
from tracker.core.month_facts import SummaryInput
from tracker.core.month_pack import sections_of
from tracker.core.monthly_summary import as_json, monthly_summary
from tracker.core.pack_corrections import corrections_of, corrections_table
from tracker.core.pack_shapes import PackTable, cell_of, figure_of, held_by, shown, tidy, value_of
from tracker.core.pack_words import band_words, count_words
from tracker.core.rules import SHIPPED_REPEAT_RULES
from tracker.core.terms import Cohort

FIRST_RELEASE = Path(__file__).parents[1] / "services" / "published" / "2026-10-first-edition.json"
TITLES = {rule.name: rule.title for rule in SHIPPED_REPEAT_RULES}

ALWAYS_NONE = {"episodes.by_weekday.unknown", "alerts.sent_by_rung.unknown", "escalations.sent_by_rung.unknown"}
"""Every start has a day; an alert's step that is none of the shipped counts by its hours."""


def tables_of(document: dict[str, object]) -> Iterator[PackTable]:
    return (table for section in sections_of(document, TITLES) for table in section.tables)


@pytest.fixture(scope="module")
def october() -> dict[str, object]:
    return as_json(summary_at(SECOND))


def test_every_figure_of_the_month_has_a_place(october: dict[str, object]) -> None:
    placed = {key for table in tables_of(october) for row in table.rows for key in row.keys}
    own = {key for key in summary_at(SECOND).figures if not key.startswith("comparison.")}
    crossed = {key for key in own if key.startswith("episodes.by_weekday_hour.")}
    assert own - placed - ALWAYS_NONE == set()
    assert crossed <= placed


def test_files_and_sheets_can_be_named_by_the_tables(october: dict[str, object]) -> None:
    names = [table.name for table in tables_of(october)]
    assert len(set(names)) == len(names)
    assert not [name for name in names if len(name) > 31 or not name.replace("-", "").isalnum()]
    anchors = [section.name for section in sections_of(october, TITLES)]
    assert len(set(anchors)) == len(anchors)


@given(inputs())
@unhurried(40)
def test_each_cell_is_the_summarys_own_figure(rows: SummaryInput) -> None:
    """Over random histories: districts with full stops, months with nothing in them, percentages of nothing."""
    at = utc("2026-11-20 09:00")
    summary = monthly_summary(rows, OCTOBER, at, at, POLICY, SHIPPED_REPEAT_RULES)
    document = as_json(summary)
    for key, by_cohort in summary.figures.items():
        found = figure_of(document, key)
        assert found is not None, key
        numerators = {cohort: by_cohort[cohort].numerator for cohort in Cohort if by_cohort[cohort].is_percentage}
        assert {cohort: found[cohort]["numerator"] for cohort in numerators} == numerators
    for table in tables_of(document):
        whole = [line[-1] for line in tidy(document, table).rows]
        assert {key for row in table.rows for key in row.keys if key and figure_of(document, key)} == set(whole)


def test_the_columns_of_the_two_clocks_add_up_to_what_was_required(october: dict[str, object]) -> None:
    table = next(table for table in tables_of(october) if table.name == "two-clocks")
    for column in range(2):
        outcomes = [value_of(october, row.keys[column], Cohort.ALL) for row in table.rows[:10]]
        assert sum(outcome or 0 for outcome in outcomes[:9]) == outcomes[9] == 14


def test_days_and_hours_add_up_on_both_sides(october: dict[str, object]) -> None:
    table = next(table for table in tables_of(october) if table.name == "weekday-hour")
    numbers = [[value_of(october, key, Cohort.ALL) for key in row.keys] for row in table.rows]
    assert all(sum(line[:-1]) == line[-1] for line in numbers)
    assert [sum(column) for column in zip(*numbers[:-1], strict=True)] == numbers[-1]
    assert numbers[-1][-1] == 13


def test_a_month_of_the_first_release_shows_without_what_it_did_not_have() -> None:
    document = json.loads(FIRST_RELEASE.read_text(encoding="utf-8"))["document"]
    tables = {table.name: table for table in tables_of(document)}
    assert "reasons" not in tables
    assert tables["two-clocks"].columns == ("Number",)
    assert "when we were told" not in " ".join(section.intro for section in sections_of(document, TITLES))
    assert tables["thirteen-months"].columns[0] == "Within 72 hours of the return"


def test_a_figure_as_it_is_read() -> None:
    assert shown({"pct": 46.2, "numerator": 6, "denominator": 13}).whole == "46.2% (6 of 13)"
    assert shown({"pct": None, "numerator": 0, "denominator": 0}).whole == "no percentage (0 of 0)"
    assert [shown(value).text for value in (0, 1234, 1234.5, None)] == ["0", "1,234", "1,234.5", "none"]


def test_a_cell_without_a_figure_is_a_dash_and_no_nought(october: dict[str, object]) -> None:
    assert cell_of(october, None, Cohort.ALL).text == "–"
    assert cell_of(october, "interviews.nonsense", Cohort.ALL).text == "–"
    assert cell_of(october, "interviews.overdue", Cohort.OTHER).text == "0"


def test_in_a_file_a_percentage_of_nothing_is_an_empty_cell(october: dict[str, object]) -> None:
    table = next(table for table in tables_of(october) if table.name == "thirteen-months")
    key = "comparison.series.2026-04.interviews.pct_in_72h_of_returns"
    april = next(line for line in tidy(october, table).rows if line[-1] == key)
    assert april[3:9] == ("Apr 2026", "Within 72 hours of the return", "all", None, 0, 0)


def test_a_table_without_any_figure_is_left_out() -> None:
    assert held_by({}, next(tables_of(as_json(summary_at(SECOND))))) is None


def test_what_a_version_corrects_is_called_as_in_the_packs_tables(october: dict[str, object]) -> None:
    listed = [
        {"key": "interviews.overdue", "cohort": "all", "before": 2, "after": 1},
        {"key": "episodes.by_age_band.16-17", "cohort": "other", "before": None, "after": 3},
        {"key": "comparison.previous_month.interviews.overdue", "cohort": "all", "before": 1, "after": 0},
        {"key": "of.no.table", "cohort": "all", "before": 1, "after": 0},
    ]
    found = corrections_of(listed, sections_of(october, TITLES))
    assert [(one.words, one.cohort, *(cell.text for cell in one.shown)) for one in found] == [
        ("What became of the required interviews, by each clock: Overdue, From the return (the law)", "all", "2", "1"),
        ("Episodes by age: 16–17", "other", "none", "3"),
    ]
    assert corrections_table(found).rows[1][1:] == ("other", None, None, None, 3, None, None, listed[1]["key"])


def test_the_words_of_bands() -> None:
    assert band_words("age_band", "13-15") == "13–15"
    assert band_words("district", "unknown") == "Not known"
    assert band_words("district", "north-east ward") == "North-east ward"
    assert band_words("kind", "missing") == "Missing"
    assert (count_words(1, "child", "children"), count_words(1204, "child", "children")) == (
        "1 child",
        "1,204 children",
    )
