"""A row of the police's report: read whole, or every reason why not (definitions §1, §2, §4)."""

from dataclasses import fields
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import london, unhurried, utc
from tests.core.strategies import FEED, REPORT_AT, cells, sound_cells
from tracker.core.daily_report import LineReading, ReportLine, normalise_reference, read_line
from tracker.core.feed import FIELDS, Feed
from tracker.core.line_problems import in_words
from tracker.core.report_terms import ProblemCode, ReportStatus
from tracker.core.report_values import LONGEST_VALUE
from tracker.core.terms import EpisodeKind, FlagCode, LivingSetting, RiskLevel

SOUND = {
    "police_reference": "WX/00123/26",
    "surname": "Testsurname",
    "forename": "Testforename",
    "date_of_birth": "03/05/2012",
    "missing_from_at": "16/11/2026 14:05",
}


def read(feed: Feed = FEED, /, **more: str) -> LineReading:
    return read_line({**SOUND, **more}, feed, (REPORT_AT, 7))


def line(feed: Feed = FEED, /, **more: str) -> ReportLine:
    reading = read(feed, **more)
    assert reading.line is not None, reading.problems
    return reading.line


def codes(reading: LineReading) -> list[ProblemCode]:
    assert reading.line is None
    return [problem.code for problem in reading.problems]


def test_a_whole_line_is_read() -> None:
    found = line(
        police_person_id="P/77", sex="F", ethnicity="Not said", address=" 1  Invented Street ", postcode="wx1 1aa",
        setting="LAC", responsible_authority="wexcombeshire", known_to="Yes - social care", kind="missing", risk="High",
        reported_at="16/11/2026 1500", found_date="17/11/2026", found_time="0930", returned_date="17/11/2026",
        returned_time="11.15am", status="Returned", circumstances="Left after tea.\r\n\r\nSeen at the\tstation.",
        prevention_interview_at="17/11/2026 16:00", prevention_interview_outcome="Done", found_by="Carer",
    )  # fmt: skip
    assert found == ReportLine(
        as_of=(REPORT_AT, 7),
        police_force="test-force",
        police_reference="WX0012326",
        missing_from_at=utc("2026-11-16 14:05"),
        surname="Testsurname",
        forename="Testforename",
        police_person_id="P/77",
        date_of_birth=date(2012, 5, 3),
        sex="female",
        ethnicity="Not said",
        address="1 Invented Street",
        postcode="wx1 1aa",
        setting=LivingSetting.LOOKED_AFTER,
        responsible_authority="wexcombeshire",
        is_ours=True,
        known_to_services=True,
        reported_at=utc("2026-11-16 15:00"),
        found_at=utc("2026-11-17 09:30"),
        returned_at=utc("2026-11-17 11:15"),
        status=ReportStatus.RETURNED,
        kind=EpisodeKind.MISSING,
        risk=RiskLevel.HIGH,
        found_by="Carer",
        prevention_interview_at=utc("2026-11-17 16:00"),
        prevention_interview_outcome="Done",
        circumstances="Left after tea.\nSeen at the station.",
    )


def test_only_a_reference_a_name_and_a_start_are_needed() -> None:
    found = line(date_of_birth="")
    assert (found.police_reference, found.status, found.kind, found.returned_at) == ("WX0012326", None, None, None)
    assert (found.is_ours, found.known_to_services) == (None, None)
    assert found.flags == {FlagCode.AGE_UNKNOWN}


@pytest.mark.parametrize(
    "row", [{}, {"surname": " "}, {"surname": "\x00\u200b", "status": "\u00a0\t\n"}, {"other": "x"}]
)
def test_a_blank_row_is_blank(row: dict[str, str]) -> None:
    reading = read_line(row, FEED, (REPORT_AT, 7))
    assert reading.is_blank
    assert reading.returned_at is None


@pytest.mark.parametrize(
    ("missing", "field"),
    [
        ({"police_reference": ""}, "police_reference"),
        ({"police_reference": "--/ "}, "police_reference"),
        ({"police_reference": "N/A"}, "police_reference"),
        ({"police_reference": "000"}, "police_reference"),
        ({"surname": "", "forename": ""}, "surname"),
        ({"surname": "?", "forename": "-"}, "forename"),
        ({"missing_from_at": ""}, "missing_from_at"),
        ({"missing_from_at": "", "missing_time": "14:05"}, "missing_date"),
    ],
)
def test_what_must_be_there_is_asked_for(missing: dict[str, str], field: str) -> None:
    reading = read(**missing)
    assert codes(reading) == [ProblemCode.MISSING_VALUE]
    assert field in reading.problems[0].fields


def test_every_problem_is_given_at_once_with_its_fields_and_nothing_of_the_cells() -> None:
    reading = read(police_reference="", date_of_birth="30/02/2012", missing_from_at="Zyxwv 14:05", status="Qwertz",
                   kind="Plugh", risk="Xyzzy", setting="Frobozz", returned_at="17/11/2026 12:00")  # fmt: skip
    assert {(problem.code, problem.fields) for problem in reading.problems} == {
        (ProblemCode.MISSING_VALUE, ("police_reference",)),
        (ProblemCode.UNREADABLE_DATE_OF_BIRTH, ("date_of_birth",)),
        (ProblemCode.UNREADABLE_TIME, ("missing_from_at",)),
        (ProblemCode.UNKNOWN_VALUE, ("status",)),
        (ProblemCode.UNKNOWN_VALUE, ("kind",)),
        (ProblemCode.UNKNOWN_VALUE, ("risk",)),
        (ProblemCode.UNKNOWN_VALUE, ("setting",)),
    }
    said = " ".join(problem.sentence for problem in reading.problems)
    assert not any(word in said for word in ("Qwertz", "Plugh", "Xyzzy", "Frobozz", "Zyxwv", "30/02", "Testsurname"))
    assert all(problem.sentence[0].isupper() and problem.sentence.endswith(".") for problem in reading.problems)
    assert reading.returned_at == utc("2026-11-17 12:00"), "a line kept out has the deadline of its readable return"


# Times (§2)


@pytest.mark.parametrize("name", ["missing", "found", "returned"])
@pytest.mark.parametrize(
    "cells",
    [
        {"at": "17/11/2026 14:05"},
        {"at": "2026-11-17T14:05:00"},
        {"at": "2026-11-17T14:05:00Z"},
        {"at": "2026-11-17T15:05:00+01:00"},
        {"date": "17/11/2026", "time": "1405"},
        {"date": "17/11/2026", "time": "2.05pm"},
        {"date": "2026-11-17 00:00:00", "time": "14:05:00"},  # two cells of a spreadsheet
        {"date": "2026-11-17 00:00:00", "time": "1899-12-30 14:05:00"},
        {"date": "2026-11-17", "time": "2026-11-17 14:05:00"},
        {"date": "17/11/2026 14:05"},
        {"time": "17/11/2026 14:05"},
        {"at": "17/11/2026", "time": "14:05"},
        {"at": "17/11/2026 14:05", "date": "17/11/2026", "time": "14:05"},
    ],
)
def test_an_instant_in_one_cell_or_two(name: str, cells: dict[str, str]) -> None:
    names = {"at": "missing_from_at" if name == "missing" else f"{name}_at"}
    row = {names.get(part, f"{name}_{part}"): text for part, text in cells.items()}
    found = read_line(
        {**({**SOUND, "missing_from_at": ""} if name == "missing" else SOUND), **row}, FEED, (REPORT_AT, 7)
    )
    assert found.line is not None
    assert getattr(found.line, names["at"]) == utc("2026-11-17 14:05")
    assert not found.line.flags


@pytest.mark.parametrize("text", ["soon", "0", "46343.5", "31/11/2026 10:00", "11/17/2026 10:00", "17/11/2026 25:00",
                                  "17/11/2026 10:00 approx", "17/11/1926 10:00", "00/00/0000", "midnight",
                                  "-"])  # fmt: skip
@pytest.mark.parametrize(
    "field", ["missing_from_at", "reported_at", "found_at", "returned_at", "prevention_interview_at"]
)
def test_a_time_that_cannot_be_read_is_never_treated_as_absent(field: str, text: str) -> None:
    reading = read(**{field: text})
    assert codes(reading) == [ProblemCode.UNREADABLE_TIME]
    assert reading.problems[0].fields == (field,)
    assert reading.returned_at is None


@pytest.mark.parametrize(
    "row",
    [
        {"returned_date": "17/11/2026", "returned_time": "soon"},
        {"returned_date": "17/11/2026 09:00", "returned_time": "14:05"},
        {"returned_at": "17/11/2026 14:05", "returned_date": "18/11/2026"},
        {"returned_date": "17/11/2026", "returned_time": "2026-11-18 14:05:00"},
    ],
)
def test_cells_that_contradict_one_another_are_not_guessed(row: dict[str, str]) -> None:
    assert codes(read(**row)) == [ProblemCode.UNREADABLE_TIME]


def test_24_00_is_the_midnight_that_ends_the_day() -> None:
    assert line(returned_date="17/11/2026", returned_time="2400").returned_at == utc("2026-11-18 00:00")
    assert line(returned_at="17/11/2026 00:00").returned_at == utc("2026-11-17 00:00")
    # The day on which the clocks go back has 25 hours: its 24:00 is 00:00 GMT on the 26th.
    found = line(missing_from_at="24/10/2026 20:00", returned_at="25/10/2026 24:00")
    assert found.returned_at == utc("2026-10-26 00:00")


def test_the_march_gap_and_the_october_hour_are_flagged() -> None:
    gap = line(missing_from_at="29/03/2026 01:30")
    assert (gap.missing_from_at, gap.flags) == (utc("2026-03-29 01:30"), {FlagCode.TIME_NONEXISTENT})
    twice = line(missing_from_at="24/10/2026 22:00", returned_at="25/10/2026 01:30")
    assert (twice.returned_at, twice.flags) == (utc("2026-10-25 00:30"), {FlagCode.TIME_AMBIGUOUS})
    after = line(missing_from_at="25/10/2026 01:45", returned_at="25/10/2026 01:15")
    assert (after.missing_from_at, after.returned_at) == (utc("2026-10-25 00:45"), utc("2026-10-25 01:15"))
    said = line(missing_from_at="24/10/2026 22:00", returned_at="25/10/2026 01:30 GMT")
    assert (said.returned_at, said.flags) == (utc("2026-10-25 01:30"), frozenset())


def test_a_return_without_a_time_is_the_later_of_midnight_and_the_start_or_the_find() -> None:
    next_day = line(returned_date="17/11/2026")
    assert (next_day.returned_at, next_day.flags) == (utc("2026-11-17 00:00"), {FlagCode.RETURN_TIME_ESTIMATED})
    same_day = line(returned_date="16/11/2026")
    assert same_day.returned_at == same_day.missing_from_at
    assert same_day.flags == {FlagCode.RETURN_TIME_ESTIMATED, FlagCode.ENDS_AS_IT_STARTS}
    after_find = line(found_at="17/11/2026 09:00", returned_date="17/11/2026")
    assert after_find.returned_at == utc("2026-11-17 09:00")
    earlier = read(returned_date="15/11/2026")
    assert codes(earlier) == [ProblemCode.RETURN_BEFORE_MISSING], "the day before is no estimate of the start"


def test_a_start_or_a_find_without_a_time_is_flagged() -> None:
    start = line(missing_from_at="", missing_date="16/07/2026")
    assert (start.missing_from_at, start.flags) == (london("2026-07-16 00:00"), {FlagCode.START_TIME_ESTIMATED})
    found = line(found_at="16/11/2026")
    assert found.found_at == found.missing_from_at
    assert found.flags == {FlagCode.FOUND_TIME_ESTIMATED, FlagCode.ENDS_AS_IT_STARTS}


@pytest.mark.parametrize("field", ["found_at", "returned_at"])
def test_an_end_before_the_start_is_kept_out_and_an_equal_one_flagged(field: str) -> None:
    reading = read(**{field: "16/11/2026 14:04"})
    assert codes(reading) == [ProblemCode.RETURN_BEFORE_MISSING]
    assert reading.problems[0].fields == ("missing_from_at", field)
    assert line(**{field: "16/11/2026 14:05"}).flags == {FlagCode.ENDS_AS_IT_STARTS}
    assert line(**{field: "16/11/2026 14:06"}).flags == frozenset()


@pytest.mark.parametrize(
    "field", ["missing_from_at", "reported_at", "found_at", "returned_at", "prevention_interview_at"]
)
def test_more_than_24_hours_ahead_of_the_report_is_kept_out(field: str) -> None:
    assert line(**{field: "21/11/2026 07:00"})  # the report is of 20 November, 07:00
    reading = read(**{field: "21/11/2026 07:01"})
    assert ProblemCode.IN_THE_FUTURE in codes(reading)
    assert any(problem.fields == (field,) for problem in reading.problems)


# What the status says of the return


def test_returned_without_a_return_takes_the_find_estimated_or_asks() -> None:
    found = line(status="returned", found_at="17/11/2026 09:00")
    assert (found.returned_at, found.found_at) == (utc("2026-11-17 09:00"), utc("2026-11-17 09:00"))
    assert found.flags == {FlagCode.RETURN_TIME_ESTIMATED}
    assert found.return_inferred
    reading = read(status="returned")
    assert codes(reading) == [ProblemCode.MISSING_VALUE]
    assert reading.problems[0].fields == ("returned_at",)
    assert codes(read(status="returned", found_at="some time")) == [ProblemCode.UNREADABLE_TIME]


def test_found_is_a_state_of_its_own_unless_the_force_means_the_return() -> None:
    found = line(status="found", found_at="17/11/2026 09:00")
    assert (found.status, found.found_at, found.returned_at) == (ReportStatus.FOUND, utc("2026-11-17 09:00"), None)
    assert codes(read(status="found")) == [ProblemCode.MISSING_VALUE]
    means_it = Feed("test", "test-force", {}, found_means_returned=True)
    back = line(means_it, status="found", found_at="17/11/2026 09:00")
    assert (back.status, back.returned_at, back.flags) == (ReportStatus.RETURNED, utc("2026-11-17 09:00"), frozenset())
    assert not back.return_inferred
    assert line(means_it, found_at="17/11/2026").flags == {
        FlagCode.FOUND_TIME_ESTIMATED,
        FlagCode.RETURN_TIME_ESTIMATED,
    }
    own = line(means_it, status="found", found_at="17/11/2026 09:00", returned_at="17/11/2026 10:00")
    assert own.returned_at == utc("2026-11-17 10:00")
    assert line(means_it, status="missing", found_at="17/11/2026 09:00").returned_at is None
    assert codes(read(means_it, status="found")) == [ProblemCode.MISSING_VALUE]


# Words


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("status", "RETURNED", ReportStatus.RETURNED), ("status", "Not missing", ReportStatus.CANCELLED),
        ("status", "created in error", ReportStatus.CANCELLED), ("kind", "Absent", EpisodeKind.NO_APPARENT_RISK),
        ("kind", "Away from placement without authorisation", EpisodeKind.AWAY), ("kind", "A", EpisodeKind.AWAY),
        ("risk", "absent", RiskLevel.NO_APPARENT_RISK), ("risk", "Very low", RiskLevel.VERY_LOW), ("risk", "N/K", None),
        ("setting", "Looked-after", LivingSetting.LOOKED_AFTER), ("setting", "not known", None), ("sex", "M", "male"),
        ("sex", "Prefers not to say", "Prefers not to say"), ("sex", "unknown", None),
        ("police_person_id", "n/a", None),
    ],
)  # fmt: skip
def test_words_are_read(field: str, text: str, value: object) -> None:
    assert getattr(line(**{field: text}, returned_at="17/11/2026 10:00"), field) == value


@pytest.mark.parametrize("field", ["status", "kind", "risk", "setting"])
def test_a_word_that_nobody_knows_keeps_the_line_out(field: str) -> None:
    reading = read(**{field: "Qwertz"}, returned_at="17/11/2026 10:00")
    assert [(p.code, p.fields) for p in reading.problems] == [(ProblemCode.UNKNOWN_VALUE, (field,))]
    assert reading.returned_at == utc("2026-11-17 10:00")


@pytest.mark.parametrize("field", ["status", "kind"])
def test_a_status_and_a_kind_must_be_known(field: str) -> None:
    assert codes(read(**{field: "unknown"})) == [ProblemCode.UNKNOWN_VALUE]


def test_the_feeds_words_come_before_our_own() -> None:
    words = {"status": {"missing": "cancelled", "Bad entry": "returnd"}, "found_at": {"n/a": ""}, "risk": {"none": ""}}
    feed = Feed("test", "test-force", {}, words)
    found = line(feed, status="Missing", found_at="N/A", risk="None")
    assert (found.status, found.found_at, found.risk) == (ReportStatus.CANCELLED, None, None)
    assert codes(read(feed, status="Bad entry")) == [ProblemCode.UNKNOWN_VALUE]


@pytest.mark.parametrize(
    ("text", "known"),
    [("Yes", True), ("y", True), ("Yes - CSC", True), ("No", False), ("Neither", False), ("Closed", False),
     ("Not known", None), ("No longer at this address", None), ("Somebody will ring", None), ("", None)],
)  # fmt: skip
def test_known_to_services_is_yes_no_or_not_known(text: str, known: bool | None) -> None:
    assert line(known_to=text).known_to_services is known


@pytest.mark.parametrize(
    ("text", "ours"),
    [("Wexcombeshire", True), ("WEXCOMBE-SHIRE", True), ("Otherborough", False), ("", None), ("n/k", None)],
)
def test_whose_child_it_is(text: str, ours: bool | None) -> None:
    assert line(responsible_authority=text).is_ours is ours


@pytest.mark.parametrize(
    ("full_name", "surname", "forename"),
    [
        ("TESTSURNAME, Jane Ann", "TESTSURNAME", "Jane Ann"),
        ("Testsurname , Miss Jane", "Testsurname", "Jane"),
        ("Jane Testsurname", "Testsurname", "Jane"),
        ("Jane Ann Testsurname", "Testsurname", "Jane Ann"),
        ("Jane TEST MADEUP", "TEST MADEUP", "Jane"),
        ("TEST-MADEUP Jane", "TEST-MADEUP", "Jane"),
        ("JANE TESTSURNAME", "TESTSURNAME", "JANE"),
        ("Jane van der Madeup", "van der Madeup", "Jane"),
        ("Mr J Testsurname", "Testsurname", "J"),
        ("Testsurname", "Testsurname", ""),
    ],
)
def test_a_full_name_is_divided(full_name: str, surname: str, forename: str) -> None:
    found = line(surname="", forename="", full_name=full_name)
    assert (found.surname, found.forename) == (surname, forename)


def test_a_full_name_only_fills_what_is_blank() -> None:
    found = line(surname="Testsurname", forename="", full_name="Other, Jane")
    assert (found.surname, found.forename) == ("Testsurname", "Jane")


# Date of birth


@pytest.mark.parametrize("text", ["2012-05-03", "03/05/2012", "3 May 2012", "2012-05-03 00:00:00",
                                  "2012-05-03T00:00:00Z", "2012-05-02T23:00:00Z"])  # fmt: skip
def test_a_date_of_birth_is_a_day(text: str) -> None:
    assert line(date_of_birth=text).date_of_birth == date(2012, 5, 3)


@pytest.mark.parametrize(
    "text", ["31/02/2012", "2012", "12 or 13", "0", "01/01/1900", "03/05/2012 14:05", "05/13/2012"]
)
def test_a_date_of_birth_that_cannot_be_read_is_a_problem(text: str) -> None:
    assert codes(read(date_of_birth=text)) == [ProblemCode.UNREADABLE_DATE_OF_BIRTH]


def test_a_date_of_birth_ahead_or_after_the_start_is_a_problem() -> None:
    assert codes(read(date_of_birth="21/11/2026")) == [ProblemCode.IN_THE_FUTURE]
    assert codes(read(date_of_birth="03/05/68")) == [ProblemCode.IN_THE_FUTURE]  # two digits: 2068
    assert codes(read(date_of_birth="17/11/2026")) == [ProblemCode.UNREADABLE_DATE_OF_BIRTH]
    assert line(date_of_birth="16/11/2026").date_of_birth == date(2026, 11, 16)


def test_no_date_of_birth_is_flagged() -> None:
    for text in ("", "Unknown", "n/k"):
        found = line(date_of_birth=text)
        assert (found.date_of_birth, found.flags) == (None, {FlagCode.AGE_UNKNOWN})


# References and length


@pytest.mark.parametrize("text", ["TV/123-45", "tv 12345", "TV12345", "ＴＶ１２３４５", " tv.123/45 "])
def test_one_reference_written_in_many_ways(text: str) -> None:
    assert normalise_reference(text) == "TV12345"


def test_a_reference_must_have_its_forces_shape_where_it_has_one() -> None:
    shaped = Feed("test", "test-force", {}, reference_pattern=r"WX/\d{5}/\d\d")
    assert line(shaped).police_reference == "WX0012326"
    assert codes(read(shaped, police_reference="4.326E+10")) == [ProblemCode.UNKNOWN_VALUE]


def test_a_value_too_long_is_a_problem_and_no_second_one() -> None:
    assert line(circumstances="x" * LONGEST_VALUE).circumstances == "x" * LONGEST_VALUE
    for field in ("circumstances", "police_reference", "surname", "returned_at"):
        reading = read(**{field: "x" * (LONGEST_VALUE + 1)})
        assert [(p.code, p.fields) for p in reading.problems] == [(ProblemCode.VALUE_TOO_LONG, (field,))]


# Whatever comes (habits)

_OWN_WORDS = ("16/11/2026 14:05", *map(in_words, FIELDS))
"""What our sentences say of themselves, whatever the row holds: the example of a time, and the names of fields."""


@pytest.mark.parametrize("text", ["prevention", "16/11/2026 14:05"])
def test_a_row_that_holds_words_of_our_own_is_no_leak(text: str) -> None:
    reading = read(prevention_interview_at=text, surname=text)
    assert reading.problems or reading.line
    assert any(text in own for own in _OWN_WORDS)


@given(cells(), st.booleans())
@unhurried(250)
def test_no_cells_at_all_make_reading_fail(row: dict[str, str], found_means_returned: bool) -> None:
    feed = Feed("test", "test-force", {}, found_means_returned=found_means_returned)
    reading = read_line(row, feed, (REPORT_AT, 1))
    assert (reading.line is None) == (reading.is_blank or bool(reading.problems))
    assert reading == read_line(row, feed, (REPORT_AT, 1))
    told = [text for text in row.values() if len(text) > 9 and not any(text in own for own in _OWN_WORDS)]
    for problem in reading.problems:
        assert set(problem.fields) <= set(FIELDS)
        assert problem.fields
        assert not any(text in problem.sentence for text in told)
    _check(reading)


@given(sound_cells())
@unhurried(150)
def test_rows_nearly_sound_are_lines_or_say_why_not(row: dict[str, str]) -> None:
    reading = read_line(row, FEED, (REPORT_AT, 1))
    assert not reading.is_blank
    _check(reading)


def _check(reading: LineReading) -> None:
    """What holds of every line that is read."""
    found = reading.line
    if found is None:
        return
    assert reading.returned_at == found.returned_at
    assert found.police_reference == normalise_reference(found.police_reference) != ""
    ends = [at for at in (found.found_at, found.returned_at) if at]
    assert all(at >= found.missing_from_at for at in ends)
    assert (FlagCode.ENDS_AS_IT_STARTS in found.flags) == (found.missing_from_at in ends)
    assert all(at <= REPORT_AT + timedelta(hours=24) for at in (found.missing_from_at, *ends))
    assert found.status is not ReportStatus.RETURNED or found.returned_at
    assert found.status is not ReportStatus.FOUND or ends
    assert (found.date_of_birth is None) == (FlagCode.AGE_UNKNOWN in found.flags)
    for field in fields(found):
        value = getattr(found, field.name)
        if isinstance(value, str):
            assert "\x00" not in value
            assert value.encode("utf-8") or value == ""  # no half of a surrogate pair: a database takes it


@given(st.text(max_size=30))
@unhurried(200)
def test_a_normalised_reference_is_its_own(text: str) -> None:
    assert normalise_reference(normalise_reference(text)) == normalise_reference(text)
