"""Feeds: the two shipped ones, and what a feed refuses."""

import tomllib
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import unhurried
from tests.core.strategies import FEED, REPORT_AT
from tracker.core.daily_report import read_line
from tracker.core.feed import FIELDS, Feed, fold
from tracker.core.report_values import VALUES, coded_value

FOLDER = Path(__file__).resolve().parents[2] / "config" / "feeds"
SHIPPED = sorted(FOLDER.glob("*.toml"))
KEYS = {"name", "force", "description", "found_means_returned", "date_formats", "own_authority", "report_time_column",
        "columns", "values"}  # fmt: skip


def test_two_feeds_are_shipped() -> None:
    forces = {path.stem: tomllib.loads(path.read_text(encoding="utf-8"))["force"] for path in SHIPPED}
    assert forces == {"generic": "generic", "thames-valley": "thames-valley"}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_feed_says_only_what_we_know(path: Path) -> None:
    given = tomllib.loads(path.read_text(encoding="utf-8"))
    assert given["name"] == path.stem
    assert set(given) <= KEYS
    assert set(given["columns"]) <= set(FIELDS)
    assert {"police_reference", "surname", "forename", "missing_from_at"} <= set(given["columns"])
    assert any("Wexcombeshire" in name for name in given["own_authority"])
    for field, table in given["values"].items():
        assert set(table.values()) <= VALUES[field], field
        for word, ours in table.items():
            folded = {fold(key): value for key, value in table.items()}
            assert coded_value(field, word, folded) == ours, word


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_no_heading_stands_for_two_fields(path: Path) -> None:
    given = tomllib.loads(path.read_text(encoding="utf-8"))
    names = ([names] if isinstance(names, str) else names for names in given["columns"].values())
    headings = [fold(name) for name in [*chain.from_iterable(names), given["report_time_column"]]]
    assert len(headings) == len(set(headings))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_feed_reads_a_line_in_its_own_words(path: Path) -> None:
    given = tomllib.loads(path.read_text(encoding="utf-8"))
    feed = Feed(
        given["name"],
        given["force"],
        {},
        given["values"],
        date_formats=tuple(given["date_formats"]),
        own_authority=tuple(given["own_authority"]),
    )
    cells = {
        "police_reference": "43260000123", "surname": "Testsurname", "forename": "Testforename",
        "date_of_birth": "03/05/2012", "missing_from_at": "16/11/2026 14:05", "returned_at": "17/11/2026 09:00",
        "status": "Safe and well", "kind": "Unauthorised absence", "risk": "Standard", "setting": "Foster care",
        "sex": "F", "known_to": "Neither", "responsible_authority": "WEXCOMBESHIRE County Council",
    }  # fmt: skip
    line = read_line(cells, feed, (REPORT_AT, 1)).line
    assert line is not None
    said = (line.status, line.kind, line.risk, line.setting, line.sex, line.known_to_services, line.is_ours)
    assert said == (
        "returned", "away_from_placement_without_authorisation", "low", "looked_after", "female", False, True
    )  # fmt: skip


@pytest.mark.parametrize("written", ["%m/%d/%Y", "%m-%d-%y", "%m.%d", "%m/%d/%Y %H:%M", "%x", "%c", "%D"])
def test_a_feed_refuses_the_month_before_the_day(written: str) -> None:
    with pytest.raises(ValueError, match="puts the month before the day"):
        Feed("test", "test", {}, date_formats=(written,))


@pytest.mark.parametrize("written", ["%d/%m/%Y", "%Y-%m-%d", "%y%m%d", "%d %b %Y", "%b %d, %Y", "%Y-%m-%d %H:%M"])
def test_a_feed_takes_any_other_order(written: str) -> None:
    assert Feed("test", "test", {}, date_formats=(written,)).date_formats == (written,)


def test_a_feed_refuses_a_pattern_that_is_none() -> None:
    with pytest.raises(ValueError, match="no regular expression"):
        Feed("test", "test", {}, reference_pattern="(")


def test_a_feed_folds_its_words() -> None:
    feed = Feed("test", "test", {}, {"status": {"Safe & WELL": "returned"}})
    assert feed.values == {"status": {"safewell": "returned"}}


@given(st.text(max_size=30))
@unhurried(200)
def test_folding_ignores_case_spaces_and_punctuation(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(f" {text}-_. ") == fold(text)
    assert fold("Date/Time  Missing From") == fold("date time missing from") == "datetimemissingfrom"
    assert FEED.values == {}
