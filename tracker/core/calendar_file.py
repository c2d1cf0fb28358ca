"""One appointment as an iCalendar file (RFC 5545): what a person's own calendar takes in. Pure.

It is stored on telephones and in other companies' services: the caller puts nothing into it that tells of a child.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tracker.core.clock import require_aware

PRODUCT = "-//Return home interviews//Tracker//EN"
_LONGEST = 75
"""Octets of a line without its end (RFC 5545 §3.1); a longer one is folded."""


@dataclass(frozen=True)
class Appointment:
    """`uid`: random, the same for a visit moved. `sequence`: how often it was moved. `stamp_at`: when it is written."""

    uid: str
    starts_at: datetime
    minutes: int
    summary: str
    stamp_at: datetime
    sequence: int = 0
    location: str | None = None
    address: str | None = None  # where in this service it is looked at: https://…
    cancelled: bool = False


def calendar_file(appointment: Appointment) -> bytes:
    """The whole file in UTF-8. A visit that stands is published, one that does not is cancelled."""
    lines = (folded for line in _lines(appointment) for folded in _folded(line))
    return b"".join(line + b"\r\n" for line in lines)


def _lines(one: Appointment) -> Iterator[str]:
    ends_at = require_aware(one.starts_at) + timedelta(minutes=one.minutes)
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN")
    yield f"METHOD:{'CANCEL' if one.cancelled else 'PUBLISH'}"
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(one.uid)}"
    yield f"DTSTAMP:{_instant(one.stamp_at)}"
    yield f"DTSTART:{_instant(one.starts_at)}"
    yield f"DTEND:{_instant(ends_at)}"
    yield f"SEQUENCE:{one.sequence}"
    yield f"STATUS:{'CANCELLED' if one.cancelled else 'CONFIRMED'}"
    yield "CLASS:PRIVATE"
    yield f"SUMMARY:{_text(one.summary)}"
    if one.location:
        yield f"LOCATION:{_text(one.location)}"
    if one.address:
        yield f"URL:{one.address}"
    yield from ("END:VEVENT", "END:VCALENDAR")


def _instant(at: datetime) -> str:
    return f"{require_aware(at).astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    """A value of type TEXT (RFC 5545 §3.3.11): what separates is escaped, what cannot stand in a line is left out."""
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\n"), ("\r", "\n"), ("\n", "\\n")):
        value = value.replace(plain, escaped)
    return "".join(character for character in value if character == "\t" or not _is_control(character))


def _is_control(character: str) -> bool:
    return ord(character) < 32 or ord(character) == 127 or 0xD800 <= ord(character) <= 0xDFFF


def _folded(line: str) -> Iterator[bytes]:
    """Lines of at most 75 octets; each after the first begins with a space. No character is cut in two."""
    part = b""
    for character in line:
        octets = character.encode()
        if len(part) + len(octets) > _LONGEST:
            yield part
            part = b" "
        part += octets
    yield part
