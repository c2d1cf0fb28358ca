"""How alike two dates of birth, addresses, sexes or numbers are; blank where one of them is not known."""

import re
from collections.abc import Iterable
from datetime import date

from tracker.core.names import Comparison, compare_forenames, compare_surnames, is_no_name, name_parts
from tracker.core.report_child import normalise_reference
from tracker.core.report_values import coded_value, is_placeholder

MATCH, NEAR, DIFFERS, BLANK = Comparison

_POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}", re.ASCII)
_NO_ADDRESS = frozenset({"nofixedabode", "nfa", "asabove", "nofixedaddress"})
_ORDER = (MATCH, NEAR, DIFFERS, BLANK)


def best(comparisons: Iterable[Comparison]) -> Comparison:
    """The likest of several values held; blank where there is none."""
    return min(comparisons, key=_ORDER.index, default=BLANK)


def compare_names(line: tuple[str, str], held: tuple[str, str]) -> tuple[Comparison, Comparison]:
    """(surname, forename) compared. The same parts otherwise divided, or in the other order, are near."""
    if is_no_name(*line) or is_no_name(*held):
        return BLANK, BLANK
    found = compare_surnames(line[0], held[0]), compare_forenames(line[1], held[1])
    if found != (MATCH, MATCH):
        parts = [sorted((*name_parts(surname), *name_parts(forename))) for surname, forename in (line, held)]
        if parts[0] == parts[1] and len(parts[0]) > 1:
            return NEAR, NEAR
    return found


def compare_dates(line: date | None, held: date | None) -> Comparison:
    """Near: day and month swapped, or one digit off."""
    if line is None or held is None:
        return BLANK
    if line == held:
        return MATCH
    if (line.year, line.month, line.day) == (held.year, held.day, held.month):
        return NEAR
    digits_off = sum(a != b for a, b in zip(f"{line:%Y%m%d}", f"{held:%Y%m%d}", strict=True))
    return NEAR if digits_off == 1 else DIFFERS


def compare_numbers(line: str | None, held: Iterable[str]) -> Comparison:
    """A police person number against those held."""
    numbers = {normalise_reference(number) for number in held if not is_placeholder(number)}
    if not line or is_placeholder(line) or not numbers:
        return BLANK
    return MATCH if normalise_reference(line) in numbers else DIFFERS


def compare_sex(line: str | None, held: str | None) -> Comparison:
    """Only female against male differs; any other word settles nothing."""
    ours, theirs = (coded_value("sex", text or "", {}) for text in (line, held))
    if ours not in ("female", "male") or theirs not in ("female", "male"):
        return BLANK
    return MATCH if ours == theirs else DIFFERS


def compare_postcodes(line: str, held: str) -> Comparison:
    """Near: the same outward part. What is no postcode settles nothing."""
    ours, theirs = normalise_reference(line), normalise_reference(held)
    if not _POSTCODE.fullmatch(ours) or not _POSTCODE.fullmatch(theirs):
        return BLANK
    if ours == theirs:
        return MATCH
    return NEAR if ours[:-3] == theirs[:-3] else DIFFERS


def compare_addresses(line: str, held: str) -> Comparison:
    """Near: the same number and a word of the street, as where one address says more than the other."""
    ours, theirs = _address_words(line), _address_words(held)
    if not ours or not theirs:
        return BLANK
    if ours == theirs:
        return MATCH
    shared = set(ours) & set(theirs)
    numbered = any(word[0].isdigit() for word in shared)
    return NEAR if numbered and any(len(word) > 3 and word.isalpha() for word in shared) else DIFFERS


def _address_words(text: str) -> list[str]:
    words = re.findall(r"\w+", text.casefold())
    joined = "".join(words)
    return [] if is_placeholder(text) or joined in _NO_ADDRESS else words
