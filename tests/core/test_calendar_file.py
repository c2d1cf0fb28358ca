"""A calendar file, read back by the rules of RFC 5545 and not by how it was written."""

import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracker.core.calendar_file import Appointment, calendar_file

AT = datetime(2026, 11, 16, 15, 30, tzinfo=UTC)
ESCAPES = {"\\n": "\n", "\\N": "\n", "\\,": ",", "\\;": ";", "\\\\": "\\"}
LINES = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


def read(content: bytes) -> list[tuple[str, str]]:
    """Properties in order, unfolded and unescaped (RFC 5545 §3.1, §3.3.11). Fails where a line breaks a rule."""
    assert content.endswith(b"\r\n")
    lines = content[:-2].split(b"\r\n")
    for line in lines:
        assert len(line) <= 75, "a line holds at most 75 octets"
        assert not re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line), "no control character, and no bare line end"
        line.decode()  # no character is cut in two
    unfolded: list[bytes] = []
    for line in lines:
        if line.startswith(b" "):
            unfolded[-1] += line[1:]
        else:
            unfolded.append(line)
    found = []
    for whole in unfolded:
        name, _, value = whole.decode().partition(":")
        assert re.fullmatch(r"[A-Z-]+", name)
        found.append((name, re.sub(r"\\[nN,;\\]", lambda escape: ESCAPES[escape[0]], value)))
    return found


def made(**more: object) -> list[tuple[str, str]]:
    values: dict[str, object] = {
        "uid": "a-uid", "starts_at": AT, "minutes": 45, "summary": "Visit, interview 7", "stamp_at": AT, **more,
    }  # fmt: skip
    return read(calendar_file(Appointment(**values)))  # type: ignore[arg-type]


def test_a_whole_file() -> None:
    address = "https://tracker.invalid/interviews/7"
    assert made(starts_at=AT.astimezone(), sequence=2, address=address) == [
        ("BEGIN", "VCALENDAR"),
        ("VERSION", "2.0"),
        ("PRODID", "-//Return home interviews//Tracker//EN"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
        ("BEGIN", "VEVENT"),
        ("UID", "a-uid"),
        ("DTSTAMP", "20261116T153000Z"),
        ("DTSTART", "20261116T153000Z"),
        ("DTEND", "20261116T161500Z"),
        ("SEQUENCE", "2"),
        ("STATUS", "CONFIRMED"),
        ("CLASS", "PRIVATE"),
        ("SUMMARY", "Visit, interview 7"),
        ("URL", address),
        ("END", "VEVENT"),
        ("END", "VCALENDAR"),
    ]


def test_one_that_was_called_off_is_cancelled() -> None:
    properties = dict(made(cancelled=True))
    assert (properties["METHOD"], properties["STATUS"]) == ("CANCEL", "CANCELLED")


def test_a_visit_across_a_clock_change_lasts_its_minutes() -> None:
    night = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 01:30 BST, which comes twice
    properties = dict(made(starts_at=night, minutes=60))
    assert (properties["DTSTART"], properties["DTEND"]) == ("20261025T003000Z", "20261025T013000Z")


@given(place=LINES, summary=LINES)
def test_any_text_comes_back_and_breaks_no_line(place: str, summary: str) -> None:
    def kept(text: str) -> str:
        one_end = text.replace("\r\n", "\n").replace("\r", "\n")
        return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", one_end)

    properties = dict(made(location=place, summary=summary))
    assert properties["SUMMARY"] == kept(summary)
    assert properties.get("LOCATION", "") == kept(place)


@given(st.integers(0, 200), st.sampled_from(["a", "é", "中", "😀", ",", "\n"]))
def test_every_length_is_folded(length: int, character: str) -> None:
    assert dict(made(summary=character * length))["SUMMARY"] == character * length


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.integers(5, 480))
def test_the_end_is_the_start_and_the_minutes(at: datetime, minutes: int) -> None:
    properties = dict(made(starts_at=at.replace(tzinfo=UTC), minutes=minutes))
    start, end = (datetime.strptime(properties[name], "%Y%m%dT%H%M%S%z") for name in ("DTSTART", "DTEND"))
    assert end - start == timedelta(minutes=minutes)
