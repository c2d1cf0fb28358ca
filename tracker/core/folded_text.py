"""A text folded for looking up names in it, each letter with its place in what was written."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from tracker.core.names import fold_name

APOSTROPHES = "'’‘‛ʼʹ′`´＇"
HYPHENS = "-‐‑‒–—―−﹣－"

LETTER = r"[^\W\d_]"


@dataclass(frozen=True)
class Folded:
    """`text`: small letters without accents, one apostrophe and one hyphen for all. `places`: where each sign of it
    stands in the original, and where that ends."""

    text: str
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where signs `start` to `end` of the folded text stand in the original; an accent after its letter with it."""
        return self.places[start], self.places[end]


def folded(original: str) -> Folded:
    signs: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(original):
        plain = _fold(sign)
        signs.append(plain)
        places += [place] * len(plain)
    return Folded("".join(signs), (*places, len(original)))


@lru_cache(maxsize=4_000)
def _fold(sign: str) -> str:
    """Nothing for an accent by itself and for what is not seen (a soft hyphen)."""
    if sign in APOSTROPHES:
        return "'"
    if sign in HYPHENS:
        return "-"
    if sign.isspace():
        return " "
    if unicodedata.category(sign) in ("Mn", "Me", "Cf"):
        return ""
    return fold_name(sign).replace(" ", "") or sign
