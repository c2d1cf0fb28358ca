"""How a person's choices change a definition, and how two versions of one differ."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import unhurried
from tracker.core.feed_changes import Difference, differences, fields_of_headings, with_columns
from tracker.core.feed_guess import REPORT_TIME

HELD: dict[str, Any] = {
    "name": "x",
    "columns": {"police_reference": ["Occ", "Log"], "kind": "Category", "risk": "Category", "surname": ["Surname"]},
    "report_time_column": "Run at",
}
SAMPLE = ["Log", "Category", "Surname", "RUN AT", "Notes"]
SHOWN = {"Log": "police_reference", "Category": "kind", "Surname": "surname", "RUN AT": REPORT_TIME, "Notes": None}


def test_what_the_headings_of_a_sample_are_read_as() -> None:
    assert fields_of_headings(HELD, SAMPLE) == {
        "Log": ["police_reference"], "Category": ["kind", "risk"], "Surname": ["surname"], "RUN AT": [REPORT_TIME],
    }  # fmt: skip


def test_choices_that_change_nothing_change_nothing() -> None:
    made = with_columns(HELD, SAMPLE, SHOWN)
    assert differences(HELD, made) == ()


def test_a_column_is_read_as_another_field() -> None:
    made = with_columns(HELD, SAMPLE, SHOWN | {"Notes": "circumstances", "RUN AT": None, "Surname": "full_name"})
    assert made["columns"]["circumstances"] == ["Notes"]
    assert made["columns"]["full_name"] == ["Surname"] and "surname" not in made["columns"]
    assert made["report_time_column"] == ""
    assert made["columns"]["police_reference"] == ["Occ", "Log"]  # the name that this sample lacks stays


def test_no_other_heading_takes_the_place_of_one_no_longer_read() -> None:
    headings = ["Occ", "Log"]
    made = with_columns(HELD, headings, {"Occ": None, "Log": None})
    assert "police_reference" not in made["columns"]
    other = with_columns(HELD, headings, {"Occ": None, "Log": "police_reference"})
    assert fields_of_headings(other, headings) == {"Log": ["police_reference"]}


FIELDS = ["police_reference", "kind", "risk", "surname", "circumstances", REPORT_TIME]


@given(
    st.dictionaries(st.sampled_from(SAMPLE), st.sampled_from(FIELDS)).filter(lambda d: len(set(d.values())) == len(d))
)
@unhurried(200)
def test_every_choice_is_what_is_read_afterwards(chosen: dict[str, str]) -> None:
    held = {**HELD, "columns": HELD["columns"] | {"risk": []}}
    made = with_columns(held, SAMPLE, chosen)
    assert fields_of_headings(made, SAMPLE) == {heading: [field] for heading, field in chosen.items()}


def test_the_differences_of_two_versions() -> None:
    before = {"columns": {"sex": "Sex"}, "values": {"status": {"Back": "returned", "Gone": "missing"}}}
    after = {
        "found_means_returned": True,
        "columns": {"sex": ["Sex", "Gender"]},
        "values": {"status": {"Back": "found", "?": ""}},
        "date_formats": ["%d/%m/%Y"],
    }
    assert differences(before, after) == (
        Difference(("found_means_returned",), "", "yes"),
        Difference(("columns", "sex"), "Sex", "Sex or Gender"),
        Difference(("values", "status", "Back"), "returned", "found"),
        Difference(("values", "status", "?"), "", "not known"),
        Difference(("date_formats",), "", "%d/%m/%Y"),
        Difference(("values", "status", "Gone"), "missing", ""),
    )
