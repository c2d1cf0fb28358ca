"""In which formats a force writes its dates, from its dates. Day before month always; US order is never taken."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_NAMED = re.compile(r"(?<!\d)\d{1,2}(?:st|nd|rd|th)?[ /.-]*([a-z]{3,9})[ /.,-]+(\d{4}|\d{2})(?!\d)", re.IGNORECASE)
_NAME_FIRST = re.compile(r"\b([a-z]{3,9}) \d{1,2}(?:st|nd|rd|th)?,? (\d{4})(?!\d)", re.IGNORECASE)
_ISO = re.compile(r"(?<!\d)(?:19|20)\d\d-\d\d-\d\d(?!\d)")
_RUN = re.compile(
    r"(?<!\d)(?:(?P<year_first>(?:19|20)\d\d[01]\d[0-3]\d)|(?P<day_first>[0-3]\d[01]\d(?:19|20)\d\d))(?!\d)"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class DateGuess:
    """`formats`: those seen, the commonest first. `sentence`: how sure that is. `is_us`: some have the month first."""

    formats: tuple[str, ...]
    sentence: str
    is_us: bool = False


def date_formats_in(texts: Iterable[str]) -> DateGuess:
    """The formats of these dates. Where one proves that the month comes first, no numeric format is taken at all."""
    seen: Counter[str] = Counter()
    numbers: list[tuple[int, int]] = []
    for text in texts:
        numeric = _NUMERIC.search(text)
        if numeric:
            numbers.append((int(numeric[1]), int(numeric[3])))
            year = "Y" if len(numeric[4]) == 4 else "y"
            seen[f"%d{numeric[2]}%m{numeric[2]}%{year}"] += 1
        elif other := _other_format(text):
            seen[other] += 1
    is_us = any(first <= 12 < second for first, second in numbers)
    formats = tuple(
        one for one, _ in seen.most_common() if not (is_us and "%d" in one and "%m" in one and one[2] in "/.-")
    )
    return DateGuess(formats, _sentence(seen, numbers, is_us), is_us)


def _other_format(text: str) -> str | None:
    if _ISO.search(text):
        return "%Y-%m-%d"
    for pattern, before in ((_NAMED, "%d {} %{}"), (_NAME_FIRST, "{} %d %{}")):
        named = pattern.search(text)
        if named and named[1][:3].lower() in _MONTHS:
            month = "%b" if len(named[1]) == 3 or named[1].lower() == "sept" else "%B"
            return before.format(month, "Y" if len(named[2]) == 4 else "y")
    run = _RUN.search(text)
    if run:
        return "%Y%m%d" if run["year_first"] else "%d%m%Y"
    return None


def _sentence(seen: Counter[str], numbers: list[tuple[int, int]], is_us: bool) -> str:
    if is_us:
        return (
            "Some dates of this sample have the month before the day. They are never read: ask the force for "
            "day/month/year. Dates with numbers will wait for a person."
        )
    if not seen:
        return "No date was found in the columns chosen."
    proof = sum(first > 12 for first, _ in numbers)
    if proof:
        return f"The day comes first: {proof} of {len(numbers)} dates have a first number above 12."
    if numbers:
        return "Every date would fit both orders. The day is taken first, as everywhere in the United Kingdom."
    return "The dates of the sample can be read in one way only."
