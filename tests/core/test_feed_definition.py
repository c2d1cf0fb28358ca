"""What may stand in a feed's definition: each rule broken has a code, a sentence and its place; nothing raises."""

import json
import re
import tomllib
from datetime import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import unhurried
from tracker.core.feed import Feed
from tracker.core.feed_definition import feed_of, plain_definition, read_definition
from tracker.core.reference_pattern import pattern_problem

GOOD: dict[str, Any] = {
    "name": "north-mercia",
    "force": "north-mercia",
    "columns": {"police_reference": "Log number", "full_name": ["Subject", "MisPer"], "missing_date": "Dt missing"},
}
SHIPPED = sorted((Path(__file__).resolve().parents[2] / "config" / "feeds").glob("*.toml"))


def test_a_good_one_is_a_feed() -> None:
    feed = read_definition(GOOD, ("Wexcombeshire",))
    assert isinstance(feed, Feed)
    assert feed.columns["full_name"] == ("Subject", "MisPer")
    assert feed.own_authority == ("Wexcombeshire",)
    assert (feed.expected_by, feed.expected_days, feed.version_no) == (None, frozenset(range(7)), None)


def test_when_a_report_is_expected() -> None:
    feed = read_definition(GOOD | {"expected_by": "08:30", "expected_days": ["mon", "fri"]})
    assert isinstance(feed, Feed)
    assert (feed.expected_by, feed.expected_days) == (time(8, 30), {0, 4})


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"colour": "red"}, "unknown_key", "colour"),
        ({"name": "North Mercia"}, "bad_name", "name"),
        ({"name": "north\n"}, "bad_name", "name"),
        ({"force": None}, "bad_name", "force"),
        ({"columns": {}}, "missing_column", "columns"),
        ({"columns": ["Ref"]}, "wrong_kind", "columns"),
        ({"found_means_returned": "yes"}, "wrong_kind", "found_means_returned"),
        ({"description": "x" * 300}, "wrong_kind", "description"),
        ({"description": "\ud800"}, "wrong_kind", "description"),
        ({"own_authority": ["a\0b"]}, "wrong_kind", "own_authority"),
        ({"date_formats": ["%m/%d/%Y"]}, "bad_date_format", "date_formats"),
        ({"date_formats": ["%d/%m"]}, "bad_date_format", "date_formats"),
        ({"date_formats": ["%Q"]}, "bad_date_format", "date_formats"),
        ({"date_formats": ["%d/%m/%Y %"]}, "bad_date_format", "date_formats"),
        ({"reference_pattern": "("}, "bad_pattern", "reference_pattern"),
        ({"reference_pattern": "(a+)+b"}, "bad_pattern", "reference_pattern"),
        ({"expected_by": "8am"}, "bad_time", "expected_by"),
        ({"expected_by": "24:00"}, "bad_time", "expected_by"),
        ({"expected_days": []}, "bad_days", "expected_days"),
        ({"expected_days": ["monday"]}, "bad_days", "expected_days"),
        ({"values": {"status": {"Back": "home"}}}, "unknown_value", "values.status"),
        ({"values": {"address": {"NFA": "none"}}}, "unknown_value", "values.address"),
        ({"values": {"colour": {"Red": ""}}}, "unknown_field", "values.colour"),
        ({"values": {"status": {"Safe & well": "returned", "safe well": "found"}}}, "word_used_twice", "values.status"),
        ({"report_time_column": "log NUMBER"}, "column_used_twice", "columns.report_time_column"),
    ],
)
def test_what_is_wrong_has_its_code_and_place(wrong: dict[str, Any], code: str, field: str) -> None:
    found = read_definition(GOOD | wrong)
    assert not isinstance(found, Feed)
    assert (code, field) in [(problem.code, problem.field) for problem in found]
    assert all(problem.sentence.endswith(".") for problem in found)


@pytest.mark.parametrize(
    ("columns", "code", "field"),
    [
        ({"colour": "Colour"}, "unknown_field", "colour"),
        ({"police_reference": []}, "missing_column", "columns.police_reference"),
        ({"full_name": []}, "missing_column", "columns.surname"),
        ({"missing_date": []}, "missing_column", "columns.missing_from_at"),
        ({"sex": "--"}, "bad_column", "columns.sex"),
        ({"returned_at": "DT MISSING"}, "column_used_twice", "columns.returned_at"),
    ],
)
def test_columns_that_cannot_be(columns: dict[str, Any], code: str, field: str) -> None:
    found = read_definition(GOOD | {"columns": GOOD["columns"] | columns})
    assert not isinstance(found, Feed)
    assert [(problem.code, problem.field) for problem in found] == [(code, field)]


def test_one_column_may_hold_kind_and_risk() -> None:
    columns = GOOD["columns"] | {"kind": "Category", "risk": "Category"}
    assert isinstance(read_definition(GOOD | {"columns": columns}), Feed)


def test_a_word_may_stand_twice_with_one_meaning() -> None:
    assert isinstance(read_definition(GOOD | {"values": {"sex": {"F": "female", "f.": "female", "?": ""}}}), Feed)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_plain_form_of_a_shipped_feed_reads_the_same(path: Path) -> None:
    definition = tomllib.loads(path.read_text(encoding="utf-8"))
    plain = plain_definition(definition)
    assert feed_of(plain) == read_definition(definition)
    assert plain_definition(plain) == plain
    assert plain_definition(json.loads(json.dumps(plain))) == plain


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*GOOD, "values", "date_formats", "expected_by", "expected_days"]), ANYTHING))
@unhurried(200)
def test_reading_never_raises(wrong: dict[str, Any]) -> None:
    found = read_definition(GOOD | wrong)
    assert isinstance(found, Feed) or found


@pytest.mark.parametrize(
    "pattern", ["", r"\d{8}", r"4[0-9]{10,13}", "(?:MP|LOG)/?[A-Z]{2,3}-?\\d+", "^TV[/-]\\d{5}$", "[^a-f]x", r"\[\d\]"]
)
def test_patterns_that_forces_need(pattern: str) -> None:
    assert pattern_problem(pattern) is None


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+", "(a|a)*", "(?=a)", r"(a)\1", "a{100000}", "x" * 101, r"\d+\d+", "(a|b)" * 20, "a?" * 20, "[", "a**"],
)
def test_patterns_that_could_take_long_or_are_none(pattern: str) -> None:
    sentence = pattern_problem(pattern)
    assert sentence and sentence.endswith(".")


@given(st.text(alphabet="ab01(|)[]{},?*+^$.\\d-", max_size=14))
@unhurried(300)
def test_no_pattern_raises_and_each_accepted_one_is_matched(pattern: str) -> None:
    if pattern_problem(pattern) is None:
        re.fullmatch(pattern, "a0" * 300)
