"""Rows below the last child that hold no child: totals, "end of report", who printed it, a nil return in words."""

import re
from collections.abc import Sequence

FOOTERS_WITHIN = 20
"""Only so many rows at the end of a sheet are looked at."""

_THING = r"(?:records?|rows?|lines?|entries|episodes?|reports?|occurrences?|(?:missing )?(?:children|persons|people))"
_COUNTED = re.compile(
    rf"(?:grand |sub ?)?totals?(?: (?:number|count|no\.?))?(?: of)?(?: {_THING})?|(?:{_THING} )?count"
    rf"|(?:number|no\.?) of {_THING}|{_THING}"
)
_COUNT = re.compile(
    rf"(?:(?:{_COUNTED.pattern})\s*[:=–-]?\s*)\d{{1,7}}|\d{{1,7}} {_THING}(?: (?:found|returned|selected|in total))?"
)
_ENDED = re.compile(
    r"(?:end of (?:the )?(?:report|file|list|data|extract|document)|page \d+(?: of \d+)?"
    r"|(?:official|restricted)(?:\W+sensitive)?|not protectively marked"
    r"|nil(?: returns?| reports?)?"
    rf"|(?:there are )?no (?:results|data|missing episodes|{_THING})"
    r"(?: (?:were|to|found|report|returned|reported|today))*)"
)
_MADE = re.compile(
    r"(?:report |file |list )?(?:printed|generated|produced|extracted|exported)(?: (?:on|at|by|from)\b.*|\s*:.*)?"
)
_NUMBER = re.compile(r"\d{1,7}")
_WHEN = re.compile(r"[\d/:. T-]{6,25}")


def is_footer(cells: Sequence[str], reference_place: int | None) -> bool:
    """Whether the row says nothing but such a thing. Anything else in it, or a third cell, and it may be a child.

    In the reference's own cell only the words themselves are believed, never a number or a date beside them.
    """
    texts = {place: _plain(cell) for place, cell in enumerate(cells) if cell.strip()}
    if not texts or len(texts) > 2:
        return False
    first, *others = sorted(texts)
    said = texts[first]
    if len(said) > 100:
        return False
    if not others:
        return any(pattern.fullmatch(said) for pattern in (_COUNT, _ENDED, _MADE)) or (
            "total" in said and bool(_COUNTED.fullmatch(said))
        )
    beside = texts[others[0]]
    if others[0] == reference_place:
        return False
    return bool(
        (_COUNTED.fullmatch(said) and _NUMBER.fullmatch(beside)) or (_MADE.fullmatch(said) and _WHEN.fullmatch(beside))
    )


def _plain(cell: str) -> str:
    """Without case, double spaces and the ornament around it ("*** End of report ***")."""
    return " ".join(cell.lower().split()).strip(" *-=_.:#~–—")
