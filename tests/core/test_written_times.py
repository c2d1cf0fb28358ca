"""Dates and times as people and spreadsheets write them."""

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import unhurried
from tests.core.strategies import DATES, FEED, MOMENTS, TIMES
from tracker.core.written_times import Moment, UnreadableTime, read_date, read_moment, read_time

FORMATS = FEED.date_formats


@pytest.mark.parametrize(
    ("text", "hours", "minutes"),
    [
        ("14:05", 14, 5), ("1405", 14, 5), ("0930", 9, 30), ("930", 9, 30), ("9:30", 9, 30), ("09.30", 9, 30),
        ("9.30pm", 21, 30), ("9:30 PM", 21, 30), ("9pm", 21, 0), ("9 p.m.", 21, 0), ("12am", 0, 0), ("12.15 am", 0, 15),
        ("12pm", 12, 0), ("14:05pm", 14, 5), ("1405 hrs", 14, 5), ("14:05hrs", 14, 5), ("0000", 0, 0), ("00:00", 0, 0),
        ("2400", 24, 0), ("24:00", 24, 0), ("24:00:00", 24, 0), ("noon", 12, 0), (" 14:05 ", 14, 5),
        ("14:04:59.999", 14, 5),  # a spreadsheet's fraction of a day
    ],
)  # fmt: skip
def test_a_time_is_read(text: str, hours: int, minutes: int) -> None:
    assert read_time(text) == (timedelta(hours=hours, minutes=minutes), None)


@pytest.mark.parametrize(
    "text",
    [
        "", "0", "9", "00", "000", "045", "24:01", "2401", "25:00", "14:60", "1460", "14:05:61", "13am", "14:05am",
        "0pm", "midnight", "about 9pm", "9-10pm", "-1", "0.5869", "14.05.26", "٠٩٣٠", "1 4:05", "14:5", "14:05+15:00",
        "14:05 EST",
    ],
)  # fmt: skip
def test_what_could_be_two_times_or_none_is_not_guessed(text: str) -> None:
    with pytest.raises(UnreadableTime):
        read_time(text)


@pytest.mark.parametrize(
    ("text", "ahead"),
    [("14:05Z", 0), ("14:05 UTC", 0), ("14:05 GMT", 0), ("14:05 BST", 60), ("14:05+01:00", 60), ("14:05+0530", 330),
     ("14:05-02", -120)],
)  # fmt: skip
def test_an_offset_is_kept(text: str, ahead: int) -> None:
    since, offset = read_time(text)
    assert since == timedelta(hours=14, minutes=5)
    assert offset is not None
    assert offset.utcoffset(None) == timedelta(minutes=ahead)


@pytest.mark.parametrize(
    "text",
    ["16/11/2026", "2026-11-16", "2026/11/16", "16.11.2026", "16-11-2026", "16/11/26", "16 Nov 2026", "16-Nov-2026",
     "16-Nov-26", "16 November 2026", "16th November 2026", "16/Nov/2026", "16 NOV 2026", "16NOV2026", "16Nov26",
     "16 November 26"],
)  # fmt: skip
def test_a_date_is_read_day_first_or_year_first(text: str) -> None:
    assert read_date(text, FORMATS) == date(2026, 11, 16)


@pytest.mark.parametrize(
    "text",
    ["11/16/2026", "31/02/2026", "29/02/2026", "00/01/2026", "16/13/2026", "2026-13-01", "2026-16-11", "0", "20261116",
     "46342", "46342.58", "16/11", "Nov 2026", "16/11/202", "16/11/20266", "x" * 10_000],
)  # fmt: skip
def test_a_date_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UnreadableTime):
        read_date(text, FORMATS)


def test_29_february_is_a_date_in_leap_years_only() -> None:
    assert read_date("29/02/2028", FORMATS) == date(2028, 2, 29)
    with pytest.raises(UnreadableTime):
        read_date("29/02/2027", FORMATS)


@given(st.dates(date(1990, 1, 1), date(2068, 12, 31)))
@unhurried(100)
def test_every_date_is_read_as_it_was_written(day: date) -> None:
    for written in FORMATS:
        if "%y" not in written or day.year >= 2000:
            assert read_date(day.strftime(written), FORMATS) == day
    american = day.strftime("%m/%d/%Y")
    if day.day > 12:
        with pytest.raises(UnreadableTime):
            read_date(american, FORMATS)


@pytest.mark.parametrize(
    "text",
    ["16/11/2026 14:05", "16/11/2026 1405", "16/11/2026, 14:05", "16/11/2026 at 2.05 pm", "14:05 16/11/2026",
     "1405 hrs on 16/11/2026", "2026-11-16T14:05", "2026-11-16T14:05:00", "2026-11-16 14:05:00", "16 Nov 2026 14:05",
     "16-Nov-26 1405hrs", "16th November 2026, 2:05pm", "16/11/2026T14:05", "16/11/2026t1405", "16 Nov 26 1405",
     "16NOV2026 1405", "16/11/2026 @ 1405", "16/11/2026 - 14:05", "1405 – 16/11/2026", "Mon 16/11/2026 14:05",
     "Monday, 16 November 2026 at 14:05", "Mon. 16 Nov 2026, 2.05pm", "1405hrs Monday 16/11/2026",
     "16/11/2026 02:05:00 PM", "2026/11/16 14:05:00.000"],
)  # fmt: skip
def test_a_date_and_a_time_in_one_cell(text: str) -> None:
    assert read_moment(text, FORMATS) == Moment(date(2026, 11, 16), timedelta(hours=14, minutes=5))


@pytest.mark.parametrize(
    "text",
    ["", "14:05", "16/11/2026 14:05 approx", "16/11/2026 or 17/11/2026", "16/11/2026 14:05 15:05", "0", "yesterday",
     "16/11/2026 9", " ".join(["16/11/2026"] * 9), "Tue 16/11/2026 14:05", "Mon Mon 16/11/2026", "Monday", "Mon 14:05",
     "16/11/2026 14:05 - 15:05", "16/11/2026 - 17/11/2026", "11/16/2026 14:05", "Nov 16 2026 14:05", "2026-13-01T14:05",
     "2026-16-11 14:05", "16/11/2026TT14:05", "16112026T1405", "46342T14:05", "16/11/2026 14:05 T", "16/11/2026T"],
)  # fmt: skip
def test_a_moment_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UnreadableTime):
        read_moment(text, FORMATS)


def test_a_moment_that_could_be_two_is_refused() -> None:
    formats = ("%Y %j", "%j %Y")  # the day of the year: 14:05 on the 100th of 2026, or 20:26 on the 100th of 1405
    assert read_moment("2026 100 14:05", formats) == Moment(date(2026, 4, 10), timedelta(hours=14, minutes=5))
    with pytest.raises(UnreadableTime):
        read_moment("2026 100 1405", formats)


def test_a_feed_may_write_date_and_time_in_a_format_of_its_own() -> None:
    formats = ("%d%m%Y:%H%M", "%Y%m%dT%H%M%S%z")
    assert read_moment("16112026:1405", formats) == Moment(date(2026, 11, 16), timedelta(hours=14, minutes=5))
    with_offset = read_moment("20261116T140500+0100", formats)
    assert with_offset.offset is not None
    assert with_offset.offset.utcoffset(None) == timedelta(hours=1)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(microsecond=0)))
@unhurried(100)
def test_iso_is_read_to_the_second(at: datetime) -> None:
    since = timedelta(hours=at.hour, minutes=at.minute, seconds=at.second)
    assert read_moment(at.isoformat(), FORMATS) == Moment(at.date(), since)
    assert read_moment(at.isoformat(" "), FORMATS) == Moment(at.date(), since)


DAYS_WRITTEN = (
    "%d/%m/%Y", "%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d-%m-%Y", "%d %b %Y", "%d-%b-%Y", "%d%b%Y", "%d %B %Y",
    "%d/%m/%y", "%d-%b-%y", "%d %B %y", "%a %d/%m/%Y", "%A %d %B %Y", "%A, %d %b %Y",
)  # fmt: skip
TIMES_WRITTEN = (
    "%H:%M", "%H%M", "%H.%M", "%H:%M:00", "%H:%M:00.000", "%H%Mhrs", "%H:%M hrs", "%H%M hours", "%I:%M %p", "%I.%M%p",
    "%I:%M:00 %p", "%I%M%p",
)  # fmt: skip
MINUTES = st.datetimes(datetime(2000, 1, 1), datetime(2068, 12, 31)).map(lambda at: at.replace(second=0, microsecond=0))
BETWEEN = (" ", ", ", "  ", " at ", " @ ", " - ", "T")
ZONES = {"": None, "Z": 0, " UTC": 0, " GMT": 0, " BST": 60, "+01:00": 60, "+0000": 0, " -05:30": -330}


@given(MINUTES, st.sampled_from(DAYS_WRITTEN), st.sampled_from(TIMES_WRITTEN), st.sampled_from(BETWEEN),
       st.sampled_from(list(ZONES)), st.booleans())  # fmt: skip
@unhurried(400)
def test_a_moment_is_read_back_in_every_form_in_which_it_is_written(
    at: datetime, day: str, clock: str, between: str, zone: str, time_first: bool
) -> None:
    if between == "T" and " " in day:
        between = " "
    date_text, time_text = at.strftime(day), at.strftime(clock) + zone
    if time_first:
        between = " " if between == "T" else between
        text = f"{time_text}{between}{date_text}"
    else:
        text = f"{date_text}{between}{time_text}"
    found = read_moment(text, FORMATS)
    assert (found.on, found.time) == (at.date(), timedelta(hours=at.hour, minutes=at.minute))
    ahead = ZONES[zone]
    assert found.offset == (None if ahead is None else timezone(timedelta(minutes=ahead)))


@given(MINUTES, st.sampled_from(("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%m/%d/%y", "%b %d %Y", "%B %d, %Y", "%Y-%d-%m")),
       st.sampled_from(TIMES_WRITTEN))  # fmt: skip
@unhurried(200)
def test_a_month_before_the_day_is_never_read_as_one(at: datetime, day: str, clock: str) -> None:
    """Where the day could be a month the text is in the usual order by its look: it is read so, or not at all."""
    try:
        found = read_moment(f"{at.strftime(day)} {at.strftime(clock)}", FORMATS)
    except UnreadableTime:
        return
    assert at.day <= 12 and (found.on.month, found.on.day) == (at.day, at.month)


@given(st.one_of(st.text(max_size=60), st.sampled_from(MOMENTS + DATES + TIMES)))
@unhurried(150)
def test_reading_gives_a_value_or_says_that_it_cannot(text: str) -> None:
    for read in (read_time, lambda given: read_moment(given, FORMATS), lambda given: read_date(given, FORMATS)):
        try:
            assert read(text) is not None
        except UnreadableTime as refusal:
            assert str(refusal) == ""  # nothing of the cell is carried along
