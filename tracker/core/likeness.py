"""How alike two dates of birth, addresses, sexes or numbers are; blank where one of them is not known."""

import re
from collections.abc import Callable, Collection, Iterable
from datetime import date
from functools import lru_cache

from tracker.core.names import Comparison, compare_forenames, compare_surnames, is_close, is_no_name, name_parts
from tracker.core.report_child import normalise_reference
from tracker.core.report_values import coded_value, is_placeholder

MATCH, NEAR, DIFFERS, BLANK = Comparison

_POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}", re.ASCII)
_NO_ADDRESS = frozenset({"nofixedabode", "nfa", "asabove", "nofixedaddress"})
_STREET_WORDS = frozenset({
    "road", "street", "lane", "avenue", "ave", "close", "drive", "court", "crescent", "place", "way", "walk", "grove",
    "gardens", "terrace", "row", "hill", "flat", "house", "apartment", "the",
})  # fmt: skip
_ORDER = (MATCH, NEAR, DIFFERS, BLANK)


def best(compared: Callable[[str, str], Comparison], line: str | None, held: Collection[str]) -> Comparison:
    """The likest of several values held; blank where one side has none."""
    if not line or not held:
        return BLANK
    return min((compared(line, value) for value in held), key=_ORDER.index)


@lru_cache(maxsize=50_000)
def compare_names(line: tuple[str, str], held: tuple[str, str]) -> tuple[Comparison, Comparison]:
    """(surname, forename) compared. The same parts otherwise divided, or in the other order, are near;
    so is a single one in the other's place."""
    if is_no_name(*line) or is_no_name(*held):
        return BLANK, BLANK
    found = compare_surnames(line[0], held[0]), compare_forenames(line[1], held[1])
    if DIFFERS not in found:
        return found
    parts = [sorted((*name_parts(surname), *name_parts(forename))) for surname, forename in (line, held)]
    if parts[0] == parts[1] and len(parts[0]) > 1:
        return NEAR, NEAR
    crossed = tuple(
        NEAR if compare_surnames(ours, theirs) in (MATCH, NEAR) else DIFFERS
        for ours, theirs in ((line[1], held[0]), (line[0], held[1]))
    )
    return (crossed[0], crossed[1]) if crossed == (NEAR, NEAR) or found == (DIFFERS, DIFFERS) else found


def compare_dates(line: date | None, held: date | None) -> Comparison:
    """Near: day and month swapped, one digit off, or two neighbouring digits swapped."""
    if line is None or held is None:
        return BLANK
    if line == held:
        return MATCH
    if (line.year, line.month, line.day) == (held.year, held.day, held.month):
        return NEAR
    ours, theirs = f"{line:%Y%m%d}", f"{held:%Y%m%d}"
    off = [place for place in range(8) if ours[place] != theirs[place]]
    if len(off) == 1:
        return NEAR
    neighbours = len(off) == 2 and off[1] == off[0] + 1
    return NEAR if neighbours and ours[off[0]] == theirs[off[1]] and ours[off[1]] == theirs[off[0]] else DIFFERS


def compare_numbers(line: str | None, held: Iterable[str]) -> Comparison:
    """A police person number against those held."""
    if not line or is_placeholder(line):
        return BLANK
    numbers = {normalise_reference(number) for number in held if not is_placeholder(number)}
    if not numbers:
        return BLANK
    return MATCH if normalise_reference(line) in numbers else DIFFERS


@lru_cache(maxsize=1_000)
def compare_sex(line: str | None, held: str | None) -> Comparison:
    """Only female against male differs; any other word settles nothing."""
    ours, theirs = (coded_value("sex", text or "", {}) for text in (line, held))
    if ours not in ("female", "male") or theirs not in ("female", "male"):
        return BLANK
    return MATCH if ours == theirs else DIFFERS


@lru_cache(maxsize=50_000)
def uk_postcode(text: str) -> str:
    """Without spaces, in capitals; empty for what is no postcode of this country."""
    plain = normalise_reference(text)
    return plain if _POSTCODE.fullmatch(plain) else ""


def compare_postcodes(line: str, held: str) -> Comparison:
    """Near: the same outward part, or the same code of another country. What is no postcode settles nothing."""
    ours, theirs = uk_postcode(line), uk_postcode(held)
    if not ours or not theirs:
        foreign = normalise_reference(line)
        is_code = len(foreign) > 3 and any(map(str.isdigit, foreign))
        return NEAR if is_code and foreign == normalise_reference(held) else BLANK
    if ours == theirs:
        return MATCH
    return NEAR if ours[:-3] == theirs[:-3] else DIFFERS


@lru_cache(maxsize=50_000)
def compare_addresses(line: str, held: str) -> Comparison:
    """Near: the same house number, or one with its digits swapped, and a word of the street, a slip allowed; without
    one of the numbers, two such words."""
    ours, theirs = address_words(line), address_words(held)
    if not ours or not theirs:
        return BLANK
    if ours == theirs:
        return MATCH
    numbers = [{"".join(sorted(word)) for word in words if word[0].isdigit()} for words in (ours, theirs)]
    if all(numbers) and not numbers[0] & numbers[1]:
        return DIFFERS
    return NEAR if _words_alike(ours, theirs) > (0 if all(numbers) else 1) else DIFFERS


def _words_alike(ours: tuple[str, ...], theirs: tuple[str, ...]) -> int:
    """How many words that name a place stand in both, a slip of the hand allowed; the same both ways."""
    mine, yours = ({word for word in words if word.isalpha() and not is_street_word(word)} for words in (ours, theirs))
    if mine <= yours or yours <= mine:
        return min(len(mine), len(yours))
    pairs = [(one, other) for one in mine for other in yours if one == other or is_close(one, other)]
    return min(len({one for one, _ in pairs}), len({other for _, other in pairs}))


def is_street_word(word: str) -> bool:
    """Whether it says nothing of which street or place it is."""
    return len(word) < 3 or word in _STREET_WORDS


@lru_cache(maxsize=50_000)
def address_words(text: str) -> tuple[str, ...]:
    """Folded; none for what stands where no address is known."""
    words = tuple(re.findall(r"\w+", text.casefold()))
    return () if is_placeholder(text) or "".join(words) in _NO_ADDRESS else words
