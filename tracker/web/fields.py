"""Form fields of our own: a London date and time, and a date, in separate boxes and read tolerantly.

What cannot be read is a sentence that says what is missing; `first_wrong` names the box that the error link leads to.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from wtforms import Field
from wtforms.utils import unset_value
from wtforms.validators import StopValidation

from tracker.core.clock import LONDON, LocalReading, local, read_local, require_aware
from tracker.core.terms import FlagCode

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = re.compile(r"(\d{1,2})(?:\s*[:.h]\s*(\d{2})|(\d{2}))?\s*([ap]\.?m\.?)?", re.IGNORECASE | re.ASCII)


class Unreadable(ValueError):  # noqa: N818 (a sentence for a person, not a fault)
    """What was typed is no date or time: a sentence, and the box concerned."""

    def __init__(self, sentence: str, box: str) -> None:
        super().__init__(sentence)
        self.box = box


def read_time(text: str) -> time:
    """`14:30`, `14.30`, `1430`, `2:30pm`, `2 pm`, `9.05 am`. Raises Unreadable with a sentence."""
    example = "Write the time like 14:30"
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise Unreadable(f"{example}.", "time")
    hour, minute, half = int(match[1]), int(match[2] or match[3] or 0), (match[4] or "").lower()[:1]
    if half:
        if not 1 <= hour <= 12:
            raise Unreadable(f"{example}, or like 2:30pm.", "time")
        hour = hour % 12 + (12 if half == "p" else 0)
    elif match[2] is None and match[3] is None:
        raise Unreadable(f"Write the time with its minutes, like {hour:02}:00.", "time")
    if hour == 24 and minute == 0:
        raise Unreadable("Write midnight as 00:00 of the day that begins.", "time")
    if hour > 23 or minute > 59:
        raise Unreadable(f"There is no such time. {example}.", "time")
    return time(hour, minute)


def read_date(day: str, month: str, year: str) -> date:
    """A date from three boxes; the month as a number or a name. Raises Unreadable with a sentence."""
    missing = [box for box, text in (("day", day), ("month", month), ("year", year)) if not text]
    if missing:
        raise Unreadable(f"The date must have a {' and a '.join(missing)}.", missing[0])
    if not day.isdecimal() or not 1 <= int(day) <= 31:
        raise Unreadable("The day must be a number from 1 to 31.", "day")
    name = month.strip(".").lower()[:3]
    if month.isdecimal() and 1 <= int(month) <= 12:
        month_no = int(month)
    elif name in _MONTHS:
        month_no = _MONTHS.index(name) + 1
    else:
        raise Unreadable("The month must be a number from 1 to 12, or its name.", "month")
    if not re.fullmatch(r"[12][0-9]{3}", year):
        raise Unreadable("The year must have 4 numbers, like 2026.", "year")
    try:
        return date(int(year), month_no, int(day))
    except ValueError:
        raise Unreadable(f"There is no {int(day)} in that month.", "day") from None


class LondonDateField(Field):  # type: ignore[misc]  # WTForms has no types
    """A date in three boxes, `<name>-day`, `-month`, `-year`. `data` is a date, or None where all boxes are empty."""

    boxes: Sequence[str] = ("day", "month", "year")

    def __init__(self, label: str = "", validators: Any = None, **kwargs: Any) -> None:
        self.typed: dict[str, str] = {}
        self.wrong: str | None = None
        self._unreadable: Unreadable | None = None
        super().__init__(label, validators, **kwargs)

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """WTForms' hook: from the boxes of the form sent, else from the value given."""
        self.process_errors: list[str] = []
        if data is unset_value:
            data = self.default() if callable(self.default) else self.default
        self.object_data = self.data = data
        self.typed = self._boxes_of(data) if data is not None else dict.fromkeys(self.boxes, "")
        if formdata is None:
            return
        self.typed = {box: str(formdata.get(f"{self.name}-{box}", "")).strip() for box in self.boxes}
        self.raw_data = [" ".join(text for text in self.typed.values() if text)]
        self.data, self._unreadable, self.wrong = None, None, None
        if self._is_empty():
            return
        try:
            self.data = self._read()
        except Unreadable as error:
            self._unreadable, self.wrong = error, error.box

    def pre_validate(self, form: Any) -> None:
        """What cannot be read is the only error told: no other validator runs after it."""
        if self._unreadable is not None:
            raise StopValidation(_of_field(self.label.text, str(self._unreadable)))

    @property
    def first_wrong(self) -> str:
        """The id of the box that an error link leads to."""
        return f"{self.id}-{self.wrong or self.boxes[0]}"

    def wrong_boxes(self) -> set[str]:
        """Which boxes are marked: the one concerned, or all where the date as a whole is refused."""
        if not self.errors:
            return set()
        return {self.wrong} if self.wrong else set(self.boxes)

    def _is_empty(self) -> bool:
        return not any(self.typed.values())

    def _read(self) -> date | datetime:
        return read_date(self.typed["day"], self.typed["month"], self.typed["year"])

    def _boxes_of(self, data: Any) -> dict[str, str]:
        return {"day": str(data.day), "month": str(data.month), "year": f"{data.year:04}"}


class LondonDateTimeField(LondonDateField):
    """An instant typed as a London date and time (definitions §2.2, §2.4). `data` is in UTC, or None where empty.

    The hour that occurs twice is asked about ("BST or GMT?"), with the earlier instant chosen beforehand. One that does
    not exist is read forward. `reading` keeps the flag for the service, `note` the sentence for the person. With
    `time_required=False` a date alone is accepted: `data` is then None and `date_on` the date.
    """

    boxes = ("day", "month", "year", "time", "zone")

    def __init__(self, label: str = "", validators: Any = None, time_required: bool = True, **kwargs: Any) -> None:
        self.time_required = time_required
        self.reading: LocalReading | None = None
        self.date_on: date | None = None
        self.asks_zone = False
        super().__init__(label, validators, **kwargs)

    def _is_empty(self) -> bool:
        return not any(self.typed[box] for box in ("day", "month", "year", "time"))

    def _read(self) -> datetime | None:  # type: ignore[override]
        self.reading, self.date_on = None, None
        on = read_date(self.typed["day"], self.typed["month"], self.typed["year"])
        self.date_on = on
        if not self.typed["time"]:
            if self.time_required:
                raise Unreadable("The time is missing. Write it like 14:30.", "time")
            return None
        wall = datetime.combine(on, read_time(self.typed["time"]))
        reading = read_local(wall)
        if reading.flag is FlagCode.TIME_AMBIGUOUS:
            reading = self._choose(wall, reading)
        self.reading = reading
        return reading.at

    def _choose(self, wall: datetime, earlier: LocalReading) -> LocalReading:
        self.asks_zone = True
        if self.typed["zone"] == "GMT":
            return LocalReading(require_aware(wall.replace(tzinfo=LONDON, fold=1)))
        if self.typed["zone"] == "BST":
            return LocalReading(earlier.at)
        self.typed["zone"] = "BST"  # the earlier instant gives the earlier deadline
        raise Unreadable(
            f"{wall:%H:%M} happened twice on {wall.day} {wall:%B %Y}, because the clocks went back. "
            "Choose which; if you do not know, keep the first.",
            "zone",
        )

    @property
    def note(self) -> str | None:
        """What a person should be told of a reading that had to choose."""
        if self.reading is None or self.reading.flag is not FlagCode.TIME_NONEXISTENT:
            return None
        return f"{self.typed['time']} did not exist that day, because the clocks went forward: it was read as " + (
            f"{local(self.reading.at):%H:%M} BST."
        )

    def _boxes_of(self, data: Any) -> dict[str, str]:
        wall = local(data)
        return {**super()._boxes_of(wall), "time": f"{wall:%H:%M}", "zone": wall.tzname() or ""}


class TimeGiven:
    """Validator: something must be typed. `TimeGiven("when the child returned")` says what is missing."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __call__(self, form: Any, field: LondonDateField) -> None:
        if field.data is None and getattr(field, "date_on", None) is None:
            raise StopValidation(f"Enter {self.what}.")


def typed_values(form: Mapping[str, str], skip: Sequence[str] = ()) -> list[tuple[str, str]]:
    """What a person typed, by the name of its box in plain words: kept for them on the page of a conflict."""
    return [
        (name.replace("-", " ").replace("_", " ").capitalize(), text)
        for name, text in form.items()
        if text.strip() and name not in skip
    ]


def _of_field(label: str, sentence: str) -> str:
    """The sentence with its field in front: after a question as it is, after other words behind a colon."""
    return f"{label} {sentence}" if label.endswith("?") else f"{label}: {sentence[:1].lower()}{sentence[1:]}"
