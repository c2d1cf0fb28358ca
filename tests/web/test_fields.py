"""Dates and times as people type them: read tolerantly, refused in sentences, asked about in October."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import Form

from tracker.core.clock import local
from tracker.core.terms import FlagCode
from tracker.web.fields import LondonDateField, LondonDateTimeField, TimeGiven, Unreadable, read_date, read_time


class When(Form):  # type: ignore[misc]
    at = LondonDateTimeField("Returned", [TimeGiven("when the child returned")])
    day = LondonDateField("Born")
    loose = LondonDateTimeField("Found", time_required=False)


def typed(field: str, day: str = "", month: str = "", year: str = "", time: str = "", zone: str = "") -> When:
    boxes = {"day": day, "month": month, "year": year, "time": time, "zone": zone}
    return When(MultiDict({f"{field}-{box}": text for box, text in boxes.items()}))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("14:30", time(14, 30)), ("14.30", time(14, 30)), ("1430", time(14, 30)), ("2:30pm", time(14, 30)),
        ("2.30 pm", time(14, 30)), ("2:30 p.m.", time(14, 30)), ("930", time(9, 30)), ("9.05", time(9, 5)),
        ("2pm", time(14)), ("12am", time(0)), ("12pm", time(12)), ("12:15 AM", time(0, 15)), ("00:00", time(0)),
        (" 23:59 ", time(23, 59)), ("14h30", time(14, 30)),
    ],
)  # fmt: skip
def test_times_are_read_as_people_write_them(text: str, read: time) -> None:
    assert read_time(text) == read


@pytest.mark.parametrize(
    "text", ["", "noon", "25:00", "14:60", "24:00", "13pm", "0pm", "14", "1:2", "14:30:00", "٣:٠٠"]
)
def test_what_is_no_time_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_time(text)
    assert refused.value.box == "time"
    assert str(refused.value).endswith(".")


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
def test_nothing_typed_is_a_fault(day: str, month: str, year: str, clock: str) -> None:
    form = typed("at", day, month, year, clock)
    assert form.validate() is bool(form.at.data)
    assert form.at.data is not None or form.at.errors


@given(st.datetimes(datetime(2015, 1, 1), datetime(2040, 1, 1)))
def test_an_instant_shown_is_read_back_as_itself(at: datetime) -> None:
    at = at.replace(second=0, microsecond=0, tzinfo=UTC)
    shown = When(data={"at": at}).at.typed
    form = typed("at", **shown)
    assert form.validate(), form.errors
    assert form.at.data == at


def test_months_may_be_named() -> None:
    assert read_date("5", "Nov", "2026") == read_date("05", "11", "2026") == read_date("5", "november", "2026")


@pytest.mark.parametrize(
    ("boxes", "sentence", "box"),
    [
        (("", "11", "2026"), "Returned: the date must have a day.", "day"),
        (("5", "", ""), "Returned: the date must have a month and a year.", "month"),
        (("32", "1", "2026"), "Returned: the day must be a number from 1 to 31.", "day"),
        (("5", "13", "2026"), "Returned: the month must be a number from 1 to 12, or its name.", "month"),
        (("5", "11", "26"), "Returned: the year must have 4 numbers, like 2026.", "year"),
        (("31", "11", "2026"), "Returned: there is no 31 in that month.", "day"),
        (("5", "11", "2026"), "Returned: the time is missing. Write it like 14:30.", "time"),
    ],
)
def test_what_is_wrong_is_said_and_the_link_leads_to_its_box(
    boxes: tuple[str, str, str], sentence: str, box: str
) -> None:
    form = typed("at", *boxes)
    assert not form.validate()
    assert form.at.errors == [sentence]
    assert form.at.first_wrong == f"at-{box}"
    assert form.at.wrong_boxes() == {box}


def test_nothing_typed_where_something_is_needed() -> None:
    form = typed("at")
    assert not form.validate()
    assert form.at.errors == ["Enter when the child returned."]
    assert form.at.first_wrong == "at-day"


def test_summer_time_is_read_as_local() -> None:
    form = typed("at", "1", "7", "2026", "14:30")
    assert form.validate()
    assert form.at.data == datetime(2026, 7, 1, 13, 30, tzinfo=UTC)
    assert form.at.reading is not None
    assert form.at.reading.flag is None


class TestTheHourThatOccursTwice:
    """25 October 2026: 01:30 happens in BST (00:30 UTC) and again in GMT (01:30 UTC)."""

    def test_is_asked_about_with_the_earlier_chosen(self) -> None:
        form = typed("at", "25", "10", "2026", "01:30")
        assert not form.validate()
        assert "happened twice on 25 October 2026" in form.at.errors[0]
        assert form.at.asks_zone
        assert form.at.typed["zone"] == "BST"
        assert form.at.first_wrong == "at-zone"

    @pytest.mark.parametrize(("zone", "hour"), [("BST", 0), ("GMT", 1)])
    def test_is_read_as_chosen(self, zone: str, hour: int) -> None:
        form = typed("at", "25", "10", "2026", "01:30", zone)
        assert form.validate(), form.errors
        assert form.at.data == datetime(2026, 10, 25, hour, 30, tzinfo=UTC)


def test_the_hour_that_does_not_exist_is_read_forward_flagged_and_told() -> None:
    form = typed("at", "29", "3", "2026", "01:30")
    assert form.validate(), form.errors
    assert form.at.data == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert local(form.at.data).strftime("%H:%M %Z") == "02:30 BST"
    assert form.at.reading is not None
    assert form.at.reading.flag is FlagCode.TIME_NONEXISTENT
    assert "read as 02:30 BST" in (form.at.note or "")


def test_a_date_alone_where_that_is_enough() -> None:
    form = typed("loose", "5", "11", "2026")
    assert not form.loose._unreadable
    assert form.loose.data is None
    assert form.loose.date_on == date(2026, 11, 5)


def test_a_date_of_birth() -> None:
    form = typed("day", "29", "2", "2012")
    assert form.day.data == date(2012, 2, 29)
    assert When(data={"day": date(2012, 2, 29)}).day.typed == {"day": "29", "month": "2", "year": "2012"}
