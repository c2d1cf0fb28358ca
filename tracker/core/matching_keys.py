"""Short keys by which held children are found for a line: any one shared makes a candidate.

Each joins two facts, so that no common name, birthday or postcode brings thousands: of name, date of birth and home,
two must agree, as far as a key can tell. Only a line without a date of birth asks by the name alone.
"""

from datetime import date
from functools import lru_cache

from tracker.core.daily_report import normalise_reference
from tracker.core.likeness import address_words, is_street_word, uk_postcode
from tracker.core.names import name_keys, name_parts, sound_of
from tracker.core.report_values import is_placeholder

KEYS_VERSION = "2"
"""Another scheme has another number: keys stored under an earlier one are made anew (`services/matching_keys.py`)."""

_LONGEST = 40


def blocking_keys(
    surname: str,
    forename: str,
    date_of_birth: date | None,
    police_person_id: str | None,
    council_id: str | None = None,
    postcode: str | None = None,
    address: str | None = None,
) -> frozenset[str]:
    """The keys under which a child is held, for one of its names.

    `p:` `c:` a number; `d:` day of birth and how a part of the name begins; `y:` `m:` how the name sounds, in either
    order, with the year, or with day and month, so that one wrong digit leaves one of them; `u:` the name where no
    birth is known; `n:` the name, for lines that know no birth; `h:` the home and a first sound; `b:` the home and the
    birth.
    """
    sounds = _sounds(surname, forename)
    keys = _common_keys(surname, forename, date_of_birth, police_person_id, council_id, postcode, address)
    keys |= {f"n:{sound}" for sound in sounds}
    if date_of_birth is None:
        keys |= {f"u:{sound}" for sound in sounds}
    return frozenset(keys)


@lru_cache(maxsize=2_000)
def search_keys(
    surname: str,
    forename: str,
    date_of_birth: date | None,
    police_person_id: str | None,
    council_id: str | None = None,
    postcode: str | None = None,
    address: str | None = None,
) -> frozenset[str]:
    """The keys to look up for a line. Whoever could be certain is found by a number, or by `d:`, always."""
    keys = _common_keys(surname, forename, date_of_birth, police_person_id, council_id, postcode, address)
    kind = "n" if date_of_birth is None else "u"
    return frozenset(keys | {f"{kind}:{sound}" for sound in _sounds(surname, forename)})


def number_keys(number: str) -> tuple[str, str]:
    """Under which a child is held who has this number, with the police or with the council."""
    return _number_key("p", number), _number_key("c", number)


def _number_key(kind: str, number: str) -> str:
    return f"{kind}:{normalise_reference(number)[:_LONGEST]}"


def _common_keys(
    surname: str, forename: str, born: date | None, person_id: str | None, council_id: str | None,
    postcode: str | None, address: str | None,
) -> set[str]:  # fmt: skip
    keys = set()
    for kind, number in (("p", person_id), ("c", council_id)):
        if number and not is_placeholder(number):
            keys.add(_number_key(kind, number))
    firsts, initials = _initials(surname, forename)
    code, (number, places) = uk_postcode(postcode or ""), _places(address or "")
    if code:
        keys |= {f"h:{code}:{first}" for first in firsts}
    else:
        keys |= {f"h:{place}:{pair}" for place in places for pair in initials}
        keys |= {f"h:{number}{place}:{first}" for place in places for first in firsts if number}
    if born:
        keys |= {f"d:{born.isoformat()}:{begins}" for begins in _beginnings(surname, forename) or ("",)}
        keys |= {f"b:{home}:{born:%y%m%d}" for home in ([code] if code else places)}
        day_and_month = "".join(sorted((f"{born:%d}", f"{born:%m}")))
        for sound in _sounds(surname, forename):
            keys |= {f"y:{sound}:{born.year}", f"m:{sound}:{day_and_month}"}
    return keys


def _beginnings(surname: str, forename: str) -> set[str]:
    """The first two sounds of each part of the name, and of surname and forename written in one word."""
    lasts, firsts = name_parts(surname), name_parts(forename)
    parts = {*lasts[:3], *firsts[:2], "".join(lasts), "".join(firsts)} - {""}
    return {sound_of(part)[:2] for part in parts}


def _initials(surname: str, forename: str) -> tuple[set[str], set[str]]:
    """The first sound of each part of the name, and those of surname and forename together, in either order."""
    lasts, firsts = (
        {sound_of(part)[:1] for part in name_parts(text)[:most]} for text, most in ((surname, 3), (forename, 2))
    )
    return lasts | firsts, {"".join(sorted((last, first))) for last in lasts for first in firsts}


def _sounds(surname: str, forename: str) -> set[str]:
    lasts = {key for part in name_parts(surname)[:3] for key in name_keys(part)}
    firsts = {key for part in name_parts(forename)[:2] for key in name_keys(part)}
    return {"+".join(sorted((last, first))) for last in lasts for first in firsts}


def _places(address: str) -> tuple[str, list[str]]:
    """The house number, and how the first words of an address sound: for homes without a postcode of this country."""
    words = address_words(address)
    number = next((word for word in words if word[0].isdigit()), "")
    named = [word for word in words if word.isalpha() and not is_street_word(word)]
    return number[:_LONGEST], [sound_of(word)[:_LONGEST] for word in named[:3]]
