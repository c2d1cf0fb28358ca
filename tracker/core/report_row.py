"""The cells of one row made plain, and every problem met in reading them."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import TypeVar

from tracker.core.feed import FIELDS, Feed, fold
from tracker.core.line_problems import LineProblem, in_words
from tracker.core.report_terms import ProblemCode
from tracker.core.report_times import Reading, TimeWithoutDate, instant_of, moment_of
from tracker.core.report_values import LONGEST_VALUE, VALUES, coded_value, tidy
from tracker.core.written_times import UnreadableTime

Word = TypeVar("Word", bound=StrEnum)

TIME_CELLS = {
    "missing_from_at": ("missing_from_at", "missing_date", "missing_time"),
    "reported_at": ("reported_at",),
    "found_at": ("found_at", "found_date", "found_time"),
    "returned_at": ("returned_at", "returned_date", "returned_time"),
    "prevention_interview_at": ("prevention_interview_at",),
}
"""An instant, and the fields whose cells may state it: both in one, or the date, or the time."""

_FIELDS = frozenset(FIELDS)
_KEEP_LINES = frozenset({"circumstances", "prevention_interview_outcome"})


@cache
def _members(words: type[StrEnum]) -> frozenset[str]:
    return frozenset(words)


class Row:
    """One row: `text`, `coded` and `instant` read a field, None for a blank; what cannot be read is a problem."""

    def __init__(self, cells: Mapping[str, str], feed: Feed) -> None:
        self.feed = feed
        self.problems: list[LineProblem] = []
        self._texts = {name: self._plain(name, raw) for name, raw in cells.items() if name in _FIELDS}

    @property
    def is_blank(self) -> bool:
        return not self.problems and not any(self._texts.values())

    def _plain(self, name: str, raw: str) -> str:
        text = "" if raw is None else str(raw)
        if not text:
            return ""
        if len(text) > LONGEST_VALUE:
            sentence = f"The {in_words(name)} is longer than {LONGEST_VALUE:,} characters. Shorten it."
            self.refuse(ProblemCode.VALUE_TOO_LONG, sentence, name)
            return ""
        plain = tidy(text, keep_lines=name in _KEEP_LINES)
        words = self.feed.values.get(name) if name not in VALUES else None
        return "" if words and words.get(fold(plain)) == "" else plain

    def refuse(self, code: ProblemCode, sentence: str, *fields: str) -> None:
        """The line is kept out: for this reason among others."""
        self.problems.append(LineProblem(code, sentence, fields))

    def is_refused(self, *fields: str) -> bool:
        """Whether a problem already speaks of one of these fields."""
        return any(name in problem.fields for problem in self.problems for name in fields)

    def mapped(self, *fields: str) -> tuple[str, ...]:
        """Those of the fields that this feed has columns for; the first where it has none."""
        return tuple(name for name in fields if name in self.feed.columns) or fields[:1]

    def text(self, name: str) -> str | None:
        return self._texts.get(name) or None

    def coded(self, name: str, words: type[Word]) -> Word | None:
        """The value that the cell's word stands for."""
        text = self.text(name)
        if text is None:
            return None
        value = coded_value(name, text, self.feed.values.get(name, {}))
        if value in _members(words):
            return words(value)
        if value != "":
            sentence = f"The {in_words(name)} is a word that is not known. Correct it, or add it to the feed file."
            self.refuse(ProblemCode.UNKNOWN_VALUE, sentence, name)
        return None

    def instant(self, name: str, start: datetime | None = None, found: datetime | None = None) -> Reading | None:
        """An instant from its one to three cells. `start`, `found`: of the same episode, where known."""
        given = tuple(cell for cell in TIME_CELLS[name] if self._texts.get(cell))
        if not given:
            return None
        both, day, clock_time = [self.text(cell) or "" for cell in (*TIME_CELLS[name], "", "")[:3]]
        try:
            moment = moment_of(both, day, clock_time, self.feed.date_formats)
            return None if moment is None else instant_of(moment, start, found)
        except TimeWithoutDate:
            sentence = f"The {in_words(name)} has no date. Add the date."
            self.refuse(ProblemCode.MISSING_VALUE, sentence, TIME_CELLS[name][1], *given)
        except UnreadableTime:
            sentence = f"The {in_words(name)} cannot be read. Write it like 16/11/2026 14:05."
            self.refuse(ProblemCode.UNREADABLE_TIME, sentence, *given)
        return None
