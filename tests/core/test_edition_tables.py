"""A quarter's edition: its tables add up, tell nothing small, and rest on this quarter alone."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import POLICY, gone, inputs, unhurried, utc
from tracker.core.edition_tables import edition_counts, edition_document, sums_of, tables_of
from tracker.core.interviews import ReturnHomeInterview
from tracker.core.month_facts import SummaryInput
from tracker.core.monthly_summary import MonthlySummary, monthly_summary
from tracker.core.period_counts import financial_quarter_of
from tracker.core.sums import Kept, found_out, require_tree
from tracker.core.terms import LivingSetting

QUARTER = financial_quarter_of(date(2025, 10, 1))
LATER = utc("2027-06-01 00:00")
DISTRICTS = ["St Invented", "Elsewhere"]
TABLES = tables_of(DISTRICTS)
SUMS = sums_of(TABLES)


def of(rows: SummaryInput) -> MonthlySummary:
    return monthly_summary(rows, QUARTER, LATER, LATER, POLICY, [])


def cells(document: dict) -> dict[str, int | str]:
    return {row["cell"]: row["shown"] for table in document["tables"] for row in table["rows"]}


def read_back(document: dict) -> dict:
    return {name: Kept(cell) if isinstance(cell, str) else cell for name, cell in cells(document).items()}


def test_the_system_is_a_tree_of_every_cell() -> None:
    require_tree(SUMS)
    shown = [cell for table in TABLES for cell, _ in table.rows]
    assert len(shown) == len(set(shown))
    assert {name for one in SUMS for name in (one.whole, *one.parts)} == {*shown}


def test_no_figure_runs_from_one_quarter_into_the_next() -> None:
    keys = [key for table in TABLES for key, _ in table.measures]
    assert not [key for key in keys if key.startswith(("year_to_date", "repeat", "comparison"))]
    assert "first_time" not in " ".join(cell for table in TABLES for cell, _ in table.rows)


@unhurried(120)
@given(inputs(most=12), st.sampled_from([5, 5, 10, 3]))
def test_whatever_happened_nothing_small_is_shown_or_found_out(rows: SummaryInput, threshold: int) -> None:
    summary = of(rows)
    counts = edition_counts(summary, TABLES)
    document = edition_document(summary, threshold, DISTRICTS)
    assert found_out(read_back(document), SUMS, threshold) == []
    for name, cell in cells(document).items():
        assert isinstance(cell, str) or (cell == counts[name] and not 0 < cell < threshold)


@unhurried(60)
@given(inputs(), st.integers(1, 400))
def test_what_happens_in_another_quarter_to_another_child_changes_nothing(rows: SummaryInput, days: int) -> None:
    """So no edition can be subtracted from another."""
    far = utc("2026-01-01 00:00") + timedelta(days=days)
    more = SummaryInput([*rows.episodes, gone(900, 900, far, far + timedelta(hours=3))], rows.interviews)
    assert edition_counts(of(more), TABLES) == edition_counts(of(rows), TABLES)


def autumn(children: int, looked_after: int, in_time: int, declined: int = 0) -> SummaryInput:
    start = utc("2025-11-03 12:00")
    found, held = [], []
    for place in range(children):
        at = start + timedelta(hours=place)
        setting = LivingSetting.LOOKED_AFTER if place < looked_after else LivingSetting.HOME
        found.append(
            gone(
                place + 1,
                place + 1,
                at,
                at + timedelta(hours=4),
                setting=setting,
                district="st. invented" if place else "Afar",
                sex="F" if place % 2 else "male",
            )
        )
        hours = timedelta(hours=30 if place < in_time else 100)
        facts = {"declined_at" if place >= children - declined else "completed_at": at + hours}
        held.append(ReturnHomeInterview(place + 1, frozenset({place + 1}), **facts))
    return SummaryInput(found, held)


def test_a_quarter_with_one_child_of_a_setting() -> None:
    document = edition_document(of(autumn(20, 19, 12)), 5, DISTRICTS)
    shown = cells(document)
    assert (shown["episodes"], shown["children"], shown["episodes.ours"], shown["episodes.other"]) == (20, 20, 20, 0)
    assert (shown["setting.looked_after"], shown["setting.home"], shown["setting.unknown"]) == ("partner", "fewer", 0)
    assert (shown["district.st invented"], shown["district.elsewhere"], shown["district."]) == ("partner", 0, "fewer")
    assert (shown["sex.female"], shown["sex.male"]) == (10, 10)
    assert (shown["required"], shown["completed_in_72h"], shown["completed_late"]) == (20, 12, 8)
    measures = {one["figure"]: one for table in document["tables"] for one in table["measures"]}
    assert measures["interviews.pct_in_72h_of_returns"]["value"] == 60.0
    assert measures["interviews.median_hours_to_interview"]["value"] == 26.0
    assert measures["hours.median"]["value"] == 4.0


@pytest.mark.parametrize(("in_time", "share"), [(11, (55.0, False)), (12, (None, True)), (16, (None, True))])
def test_a_share_and_a_median_that_rest_on_what_is_kept_back_are_withheld(in_time: int, share: tuple) -> None:
    """Two declined: those held late are kept back, and the median with them. With six of them, eight together would say
    too much: those held in time as well, and the share with them."""
    document = edition_document(of(autumn(20, 10, in_time, declined=2)), 5)
    assert cells(document)["declined"] == "fewer"
    assert "partner" in (cells(document)["completed_late"], cells(document)["completed_in_72h"])
    interviews = next(table for table in document["tables"] if table["name"] == "interviews")
    assert [(one["value"], one["kept_back"]) for one in interviews["measures"]] == [share, (None, True)]


def test_children_are_not_told_where_they_would_tell_that_few_went_missing_again() -> None:
    rows = autumn(20, 10, 12)
    again = gone(99, 1, utc("2025-12-20 12:00"), utc("2025-12-20 15:00"))
    shown = cells(edition_document(of(SummaryInput([*rows.episodes, again], rows.interviews)), 5))
    assert (shown["episodes"], shown["children"], shown["again"]) == (21, "partner", "fewer")


def test_a_running_quarter_has_no_edition() -> None:
    early = utc("2026-01-03 23:59")
    with pytest.raises(ValueError, match="final"):
        edition_document(monthly_summary(SummaryInput([], []), QUARTER, early, early, POLICY, []), 5)
