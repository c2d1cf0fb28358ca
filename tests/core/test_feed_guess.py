"""What is guessed of an unknown force's sample: columns by heading and content, dates, words; never US order."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import unhurried
from tracker.core.column_content import content_of
from tracker.core.date_shapes import date_formats_in
from tracker.core.feed import FIELDS, Feed
from tracker.core.feed_guess import REPORT_TIME, guess_columns
from tracker.core.report_values import VALUES
from tracker.core.value_guess import CODED, guess_word

CELLS = {
    "Log number": ("MP/26/1", "MP/26/2"), "Nominal surname": ("Inventedname", "Otherwise"),
    "Nominal Forename(s)": ("Testa", "Testo"), "Subject DOB": ("03/04/2012", "28/11/2010"), "Gender": ("F", "M"),
    "PCode": ("OX1 1AA", "OX1 1AB"), "Dt Missing": ("14-Nov-2026", "15-Nov-2026"), "Tm Missing": ("2210", "0930"),
    "Date/Time Last Seen": ("14/11/2026 22:00", "15/11/2026 09:00"), "Dt Found": ("", "15-Nov-2026"),
    "Tm Found": ("", "1400"), "Ret Dt": ("", ""), "Ret Tm": ("", ""), "Current Status": ("Outstanding", "Located"),
    "MisPer Category": ("Missing", "Absent"), "Risk Grading": ("MED", "STD"), "Home LA": ("Wexcombeshire", "Other"),
    "Missing from": ("12 Invented Road", "The Willows"), "Location found": ("", "Station"), "Found by": ("", "Police"),
    "Report Run": ("16/11/2026 06:00", "16/11/2026 06:00"), "OIC": ("PC 1", "PC 2"), "Person URN": ("U1", "U2"),
    "Parent surname": ("Inventedname", "Otherwise"), "Age": ("14", "15"), "Risk date": ("14/11/2026", "15/11/2026"),
}  # fmt: skip
ROWS = [{heading: cells[place] for heading, cells in CELLS.items()} for place in (0, 1)]


def test_an_unknown_forces_columns() -> None:
    guesses = guess_columns(list(CELLS), ROWS, {})
    assert {heading: guess.field for heading, guess in guesses.items() if guess.field} == {
        "Log number": "police_reference", "Nominal surname": "surname", "Nominal Forename(s)": "forename",
        "Subject DOB": "date_of_birth", "Gender": "sex", "PCode": "postcode", "Dt Missing": "missing_date",
        "Tm Missing": "missing_time", "Dt Found": "found_date", "Tm Found": "found_time", "Ret Dt": "returned_date",
        "Ret Tm": "returned_time", "Current Status": "status", "MisPer Category": "kind", "Risk Grading": "risk",
        "Home LA": "responsible_authority", "Missing from": "missing_from_address",
        "Location found": "found_location", "Found by": "found_by", "Report Run": REPORT_TIME,
        "Person URN": "police_person_id",
    }  # fmt: skip
    assert guesses["Dt Missing"].why == "by its heading; 2 of 2 look like dates"
    assert guesses["Date/Time Last Seen"].why == "2 of 2 look like dates with a time: say of what"
    assert guesses["OIC"].why == ""


def test_a_known_feeds_heading_comes_first() -> None:
    guesses = guess_columns(["Occurrence No", "Kennziffer"], [], {"police_reference": ["kennziffer"]})
    assert guesses["Kennziffer"].field == "police_reference"
    assert guesses["Occurrence No"].field is None


@pytest.mark.parametrize(
    ("heading", "cells", "field"),
    [
        ("MisPer ref", (), "police_reference"),
        ("OccurrenceNo", (), "police_reference"),
        ("Subject", ("Invented, Testa",), "full_name"),
        ("Date/Time Last Seen", ("14/11/2026 22:00",), "missing_from_at"),
        ("Last seen", ("The Willows",), "last_seen_location"),
        ("Date reported", ("14/11/2026", "15/11/2026"), "reported_at"),
        ("Date of report", ("16/11/2026", "16/11/2026"), REPORT_TIME),
        ("Safe & Well date", ("16/11/2026",), "prevention_interview_at"),
        ("Safe & Well outcome", ("Fine",), "prevention_interview_outcome"),
        ("Known to CSC/YOS", ("Y",), "known_to"),
        ("Social worker name", ("Invented",), None),
        ("Return interview date", ("16/11/2026",), None),
        ("Missing episodes", ("3",), None),
        ("Risk review date", ("16/11/2026",), None),
    ],
)
def test_single_headings(heading: str, cells: tuple[str, ...], field: str | None) -> None:
    rows = [{heading: cell} for cell in cells]
    assert guess_columns([heading], rows, {})[heading].field == field


def test_headings_that_say_nothing_are_guessed_by_their_cells() -> None:
    rows = [{"A": "OX1 1AA", "B": "F", "C": "04/03/2012", "D": "15/11/2026", "E": "Other"}] * 3
    guesses = guess_columns(list("ABCDE"), rows, {})
    assert {heading: guess.field for heading, guess in guesses.items()} == {
        "A": "postcode", "B": "sex", "C": "date_of_birth", "D": None, "E": None,
    }  # fmt: skip
    assert guesses["A"].why == "by its content: 3 of 3 look like postcodes"


def test_what_most_cells_look_like() -> None:
    assert content_of(["15/11/2026"] * 19 + ["soon"]).sentence == "19 of 20 look like dates"
    assert content_of(["15/11/2026", "15/11/2026 10:30"]).kind == "moments"
    assert content_of(["0930", "2400"]).kind == "times"
    assert content_of(["", " "]).of == 0


@pytest.mark.parametrize(
    ("texts", "formats", "said"),
    [
        (("03/04/2026", "28/04/2026 10:00"), ("%d/%m/%Y",), "The day comes first: 1 of 2"),
        (("03/04/2026",), ("%d/%m/%Y",), "would fit both orders"),
        (("28.04.26",), ("%d.%m.%y",), "The day comes first"),
        (("14-Nov-2026", "3 Sept 2026"), ("%d %b %Y",), "one way only"),
        (("14th November 2026",), ("%d %B %Y",), "one way only"),
        (("2026-11-14T10:00",), ("%Y-%m-%d",), "one way only"),
        (("20261114",), ("%Y%m%d",), "one way only"),
        (("soon",), (), "No date"),
        (("03/14/2026", "03/04/2026", "3 Nov 2026"), ("%d %b %Y",), "month before the day"),
    ],
)
def test_the_formats_of_dates(texts: tuple[str, ...], formats: tuple[str, ...], said: str) -> None:
    guess = date_formats_in(texts)
    assert guess.formats == formats
    assert said in guess.sentence


DAYS = st.dates(date(2015, 1, 1), date(2027, 1, 1))


@given(
    st.lists(DAYS, min_size=1, max_size=6), st.sampled_from(["%d/%m/%Y", "%d.%m.%y", "%d-%m-%Y", "%d %b %Y", "%Y%m%d"])
)
@unhurried(150)
def test_dates_written_day_first_are_found_and_never_us(days: list[date], written: str) -> None:
    guess = date_formats_in(day.strftime(written) for day in days)
    assert guess.formats == (written,) and not guess.is_us
    Feed("x", "x", {}, date_formats=guess.formats)


@given(st.lists(DAYS.filter(lambda day: day.day > 12), min_size=1, max_size=6), st.lists(DAYS, max_size=6))
@unhurried(100)
def test_us_order_is_never_taken(proofs: list[date], others: list[date]) -> None:
    guess = date_formats_in([day.strftime("%m/%d/%Y") for day in [*others, *proofs]])
    assert guess.is_us and guess.formats == ()


@pytest.mark.parametrize(
    ("field", "word", "value"),
    [
        ("status", "MISPER - OUTSTANDING", "missing"),
        ("status", "Located - not back", "found"),
        ("status", "Located & returned", "returned"),
        ("status", "Missing from home", "missing"),
        ("status", "Not located", "missing"),
        ("status", "Never returned", None),
        ("status", "Closed", None),
        ("status", "Recorded in error", "cancelled"),
        ("kind", "Absent Cat A", "no_apparent_risk"),
        ("risk", "MED", "medium"),
        ("risk", "Std", "low"),
        ("setting", "Childrens Home", "looked_after"),
        ("setting", "Lives w. mother", "home"),
        ("sex", "Girl", "female"),
        ("known_to", "Not known to CSC", "no"),
    ],
)
def test_words(field: str, word: str, value: str | None) -> None:
    assert guess_word(field, word, {}).value == value


def test_a_word_of_another_feed_is_known() -> None:
    guess = guess_word("status", "Tea time", {"teatime": "returned"})
    assert (guess.value, guess.why) == ("returned", "as other feeds have it")
    assert guess_word("status", "Returned", {"returned": "found"}).is_own


@given(st.sampled_from(CODED), st.text(max_size=30))
@unhurried(200)
def test_no_word_raises_and_every_guess_is_a_value_of_ours(field: str, word: str) -> None:
    assert guess_word(field, word, {}).value in {None, "", *VALUES[field]}


@given(st.lists(st.text(max_size=20), max_size=6, unique=True), st.lists(st.lists(st.text(max_size=12)), max_size=3))
@unhurried(200)
def test_any_sample_is_guessed_at_without_raising(headings: list[str], cells: list[list[str]]) -> None:
    rows = [dict(zip(headings, row, strict=False)) for row in cells]
    guesses = guess_columns(headings, rows, {})
    fields = [guess.field for guess in guesses.values() if guess.field]
    assert set(guesses) == set(headings)
    assert len(fields) == len(set(fields)) and set(fields) <= {*FIELDS, REPORT_TIME}
