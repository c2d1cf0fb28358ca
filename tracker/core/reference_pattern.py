"""Which regular expressions a feed may use for its references: those whose matching cannot take long.

A pattern comes from a person and is matched against whatever a report holds. So it may hold characters, classes,
groups, alternatives and repetitions, but no repetition of a group (only `?`), nothing that looks around or back, and
no more ways to match than `_MOST_WAYS`: what is repeated without a limit counts as `_UNLIMITED` ways.
"""

import re

LONGEST_PATTERN = 100
_MOST_WAYS = 100_000
_UNLIMITED = 1_000

_PIECE = re.compile(
    r"(?P<single>\\[dDwWsS]|\\[^a-zA-Z0-9\s]|\[\^?(?:\\[^\s]|(?!--|&&|~~|\|\|)[^\[\]\\])+\]|[^\\\[\](){}|?*+^$])"
    r"(?P<times>[?*+]|\{\d{1,2}(?:,\d{0,2})?\})?"
    r"|(?P<open>\((?:\?:)?)|(?P<close>\))(?P<maybe>\??)|(?P<other>\|)|(?P<edge>[\^$])"
)


def pattern_problem(pattern: str) -> str | None:
    """Why the pattern cannot be used, as a sentence; None where it can."""
    if len(pattern) > LONGEST_PATTERN:
        return f"The reference pattern is longer than {LONGEST_PATTERN} characters."
    ways = _ways(pattern)
    if ways is None:
        return (
            "The reference pattern uses something that could take very long. Use letters, digits, classes like [A-Z], "
            "alternatives and repetitions like {6,12}; a group may be optional but not repeated."
        )
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"The reference pattern is no regular expression: {getattr(error, 'msg', 'it is too deep')}."
    if ways > _MOST_WAYS:
        return "The reference pattern can match in too many ways. Repeat fewer parts without a limit."
    return None


def _ways(pattern: str) -> int | None:
    """The product of what every repetition and alternative leaves open; None for what is not allowed."""
    ways, at = 1, 0
    while at < len(pattern):
        piece = _PIECE.match(pattern, at)
        if piece is None:
            return None
        at = piece.end()
        if piece["times"]:
            ways *= _counts(piece["times"])
        elif piece["maybe"] or piece["other"]:
            ways *= 2
    return ways


def _counts(times: str) -> int:
    if times == "?":
        return 2
    if times in "*+" or times.endswith(",}"):
        return _UNLIMITED
    low, _, high = times.strip("{}").partition(",")
    return int(high) - int(low) + 1 if high else 1
