"""What a force's words for a status, a kind, a risk … mean: by our own words, by the known feeds, by their parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.core.column_words import words_of
from tracker.core.feed import fold
from tracker.core.report_values import coded_value

CODED = ("status", "kind", "risk", "setting", "sex", "known_to")
"""Fields whose words stand for a value of ours."""

BLANK = ""
"""The meaning "not known"."""

_PARTS: Mapping[str, Sequence[tuple[str, str]]] = {
    "status": (
        ("not missing", "cancelled"), ("no longer missing", "returned"), ("error", "cancelled"),
        ("cancelled", "cancelled"), ("canceled", "cancelled"), ("duplicate", "cancelled"), ("not returned", "found"),
        ("not back", "found"), ("not found", "missing"), ("hospital", "found"), ("custody", "found"),
        ("arrested", "found"), ("returned", "returned"), ("back", "returned"), ("safe well", "returned"),
        ("found", "found"), ("missing", "missing"), ("outstanding", "missing"), ("outst", "missing"),
        ("open", "missing"), ("ongoing", "missing"), ("live", "missing"), ("whereabouts unknown", "missing"),
        ("home", "returned"),
    ),
    "kind": (
        ("no apparent risk", "no_apparent_risk"), ("absent", "no_apparent_risk"),
        ("unauthorised", "away_from_placement_without_authorisation"),
        ("away placement", "away_from_placement_without_authorisation"),
        ("unauth", "away_from_placement_without_authorisation"),
        ("absconded", "away_from_placement_without_authorisation"), ("missing", "missing"), ("misper", "missing"),
    ),
    "risk": (
        ("no apparent", "no_apparent_risk"), ("absent", "no_apparent_risk"), ("very low", "very_low"), ("high", "high"),
        ("hi", "high"), ("medium", "medium"), ("med", "medium"), ("std", "low"), ("standard", "low"), ("low", "low"),
    ),
    "setting": (
        ("foster", "looked_after"), ("residential", "looked_after"), ("children home", "looked_after"),
        ("childrens home", "looked_after"), ("care home", "looked_after"), ("semi independent", "looked_after"),
        ("supported", "looked_after"), ("secure", "looked_after"), ("placement", "looked_after"),
        ("in care", "looked_after"), ("looked after", "looked_after"), ("parent", "home"), ("parents", "home"),
        ("parental", "home"), ("family", "home"), ("mother", "home"), ("father", "home"), ("mum", "home"),
        ("dad", "home"), ("relative", "home"),
        ("relatives", "home"), ("home", "home"),
    ),
    "sex": (("female", "female"), ("male", "male")),
    "known_to": (("not known", "no"), ("not open", "no"), ("not", "no"), ("no", "no"), ("yes", "yes"), ("open", "yes"),
                 ("services", "yes"), ("both", "yes")),
}  # fmt: skip
"""Field → words that a force's text may contain, with what it then means; the first that fits counts."""


_DENIALS = frozenset({"not", "never", "without"})
"""What turns a text round: only a pattern that has it too says what such a text means."""


@dataclass(frozen=True)
class WordGuess:
    """`value`: ours, "" for "not known", None where nothing is guessed. `is_own`: read so without any table."""

    value: str | None
    why: str = ""
    is_own: bool = False


def guess_word(field: str, word: str, known: Mapping[str, str]) -> WordGuess:
    """What a word of this coded field may mean. `known`: folded word → value, of all the feeds that there are."""
    own = coded_value(field, word, {})
    if own is not None:
        return WordGuess(own, "read by itself", is_own=True)
    if fold(word) in known:
        return WordGuess(known[fold(word)], "as other feeds have it")
    words = set(words_of(word))
    for parts, value in _PARTS[field]:
        if set(parts.split()) <= words and words & _DENIALS <= set(parts.split()):
            return WordGuess(value, f"because of “{parts}”")
    return WordGuess(None)
