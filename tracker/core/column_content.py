"""What the cells of one column look like: dates, times, postcodes, words for a sex."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.core.date_shapes import date_formats_in
from tracker.core.feed import USUAL_DATE_FORMATS, fold
from tracker.core.written_times import UnreadableTime, read_moment, read_time

LOOKED_AT = 50
"""So many cells that are not blank say what a column holds."""

_MOSTLY = 0.7
_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?\s*[0-9][A-Z]{2}", re.IGNORECASE)
_SEXES = frozenset({"m", "f", "male", "female", "boy", "girl"})

WORDS = {
    "dates": "dates",
    "moments": "dates with a time",
    "times": "times of day",
    "postcodes": "postcodes",
    "sexes": "words for a sex",
}


@dataclass(frozen=True)
class Content:
    """`kind`: a key of WORDS, or "" where nothing stands out; `fits` of the `of` cells looked at are of that kind."""

    kind: str = ""
    fits: int = 0
    of: int = 0

    @property
    def sentence(self) -> str:
        """`19 of 20 look like dates`."""
        return f"{self.fits} of {self.of} look like {WORDS[self.kind]}" if self.kind else ""


def content_of(cells: Iterable[str]) -> Content:
    """What most of the cells that are not blank look like."""
    filled = [text for text in (cell.strip() for cell in cells) if text][:LOOKED_AT]
    if not filled:
        return Content()
    formats = (*USUAL_DATE_FORMATS, *date_formats_in(filled).formats)
    kinds = [_kind(text, formats) for text in filled]
    dated = sum(kind in ("dates", "moments") for kind in kinds)
    if dated >= _MOSTLY * len(filled):  # one time among dates makes them dates with a time
        return Content("moments" if "moments" in kinds else "dates", dated, len(filled))
    for kind in ("times", "postcodes", "sexes"):
        if kinds.count(kind) >= _MOSTLY * len(filled):
            return Content(kind, kinds.count(kind), len(filled))
    return Content("", 0, len(filled))


def _kind(text: str, formats: Sequence[str]) -> str:
    if _POSTCODE.fullmatch(text):
        return "postcodes"
    if fold(text) in _SEXES:
        return "sexes"
    try:
        read_time(text)
    except UnreadableTime:
        pass
    else:
        return "times" if ":" in text or "." in text or not text.isdigit() or len(text) == 4 else ""
    try:
        moment = read_moment(text, formats)
    except UnreadableTime:
        return ""
    return "dates" if moment.time is None else "moments"


_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def years_in(cells: Iterable[str]) -> list[int]:
    """The years written out in these cells."""
    return [int(year) for text in cells for year in _YEAR.findall(text)]
