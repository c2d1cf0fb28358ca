"""Names compared: accents, order, spelling, short forms and slips of the hand, in the open."""

import unicodedata
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from tracker.core.name_aliases import NO_NAME, NO_PERSON, SHORT_FORMS, SPELLINGS


class Comparison(StrEnum):
    MATCH = "match"
    NEAR = "near"
    DIFFERS = "differs"
    BLANK = "blank"


_LETTERS = str.maketrans({"ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h",
                          "ŋ": "n", "ə": "e", "'": "", "’": "", "‘": "", "ʼ": "", "`": "", "´": ""})  # fmt: skip
_ONE_SPELLING = {name: group.split()[0] for group in SPELLINGS for name in group.split()}
_LONGEST = 60
"""Letters of a part that are compared; nobody's name is longer, and comparing costs the square."""


def _groups() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, group in enumerate(SHORT_FORMS):
        for name in group.split():
            found.setdefault(_ONE_SPELLING.get(name, name), set()).add(number)
    return {name: frozenset(numbers) for name, numbers in found.items()}


_SHORT_FORM_GROUPS = _groups()


def fold_name(text: str) -> str:
    """Lower case, accents and apostrophes gone, what is no letter a space: `Łucja O’Brïen-Ng` → lucja obrien ng."""
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS)).casefold()
    bare = (character for character in folded if not unicodedata.combining(character))
    return " ".join("".join(c if c.isalpha() else " " for c in bare).split())


@lru_cache(maxsize=20_000)
def name_parts(text: str) -> tuple[str, ...]:
    """The folded parts of a surname or of forenames; empty for a word that stands where a name is not known."""
    parts = tuple(part[:_LONGEST] for part in fold_name(text).split())
    return () if all(part in NO_NAME for part in parts) or "".join(parts) in NO_NAME else parts


@lru_cache(maxsize=50_000)
def is_no_name(surname: str, forename: str) -> bool:
    """`Unknown Male`, `Baby`, a blank: nothing that tells who it is. Never joined to anybody by itself."""
    parts = (*name_parts(surname), *name_parts(forename))
    return all(part in NO_NAME or part in NO_PERSON for part in parts)


@lru_cache(maxsize=50_000)
def compare_surnames(line: str, held: str) -> Comparison:
    """Match: the same parts in any order, joined or apart. Near: one half of a double-barrelled name, or a slip."""
    ours, theirs = name_parts(line), name_parts(held)
    if not ours or not theirs:
        return Comparison.BLANK
    joined, other = "".join(ours), "".join(theirs)
    if joined == other or sorted(ours) == sorted(theirs):
        return Comparison.MATCH
    shared = set(ours) & set(theirs)
    contained = shared in (set(ours), set(theirs)) and any(len(part) > 2 for part in shared)
    return Comparison.NEAR if contained or is_close(joined, other) else Comparison.DIFFERS


def compare_forenames(line: str, held: str) -> Comparison:
    """By the first name; further names only take certainty away. `Jane` and `Jane Mary` match, `Jane Ann` is near."""
    ours, theirs = name_parts(line), name_parts(held)
    if not ours or not theirs or is_no_name("", line) or is_no_name("", held):
        return Comparison.BLANK
    if "".join(ours) == "".join(theirs):
        return Comparison.MATCH
    first = _compare_parts(ours[0], theirs[0])
    if first is Comparison.MATCH and bool(ours[1:]) != bool(theirs[1:]) and is_shared_by_brothers(ours[0]):
        return Comparison.NEAR
    if first is Comparison.DIFFERS:
        known_by_another = ours[0] in theirs[1:] or theirs[0] in ours[1:]
        near = known_by_another or is_close("".join(ours), "".join(theirs))
        return Comparison.NEAR if near else Comparison.DIFFERS
    if first is Comparison.MATCH and ours[1:] and theirs[1:]:
        further = {_compare_parts(mine, yours) for mine in ours[1:] for yours in theirs[1:]}
        return Comparison.NEAR if further == {Comparison.DIFFERS} else Comparison.MATCH
    return first


def is_shared_by_brothers(part: str) -> bool:
    """A first name that several sons of one family may bear, each with another beside it: alone it names none."""
    return _ONE_SPELLING.get(part, part) in ("mohammed", "syed")


@lru_cache(maxsize=20_000)
def _compare_parts(line: str, held: str) -> Comparison:
    ours, theirs = _ONE_SPELLING.get(line, line), _ONE_SPELLING.get(held, held)
    if ours == theirs:
        return Comparison.MATCH
    short, long = sorted((ours, theirs), key=len)
    initial = len(short) == 1 and long.startswith(short)
    begins = (len(short) > 2 and long.startswith(short)) or (len(short) > 3 and long.endswith(short))
    groups = _SHORT_FORM_GROUPS.get(ours, frozenset()) & _SHORT_FORM_GROUPS.get(theirs, frozenset())
    close = is_close(line, held) or is_close(ours, theirs)
    return Comparison.NEAR if initial or begins or groups or close else Comparison.DIFFERS


@lru_cache(maxsize=20_000)
def is_close(one: str, other: str) -> bool:
    """A slip of the hand: one in four letters or more, two in seven or more. One more where they sound alike."""
    shorter, longer = (len(one), len(other)) if len(one) < len(other) else (len(other), len(one))
    if shorter < 3 or longer - shorter > 2:
        return False
    letters, others = set(one), set(other)
    if len(letters - others) > 2 or len(others - letters) > 2:
        return False  # one slip changes one letter: most pairs need no counting
    allowed = (longer >= 4) + (shorter >= 7)
    slips = slips_between(one, other)
    return slips <= allowed or (slips <= min(allowed + 1, 2) and sound_of(one) == sound_of(other))


def slips_between(one: str, other: str) -> int:
    """Letters added, left out, changed, or swapped with their neighbour (optimal string alignment)."""
    same = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    one, other = one[same:], other[same:]
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        earlier, before, row = before, row, [i]
        for j, theirs in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != theirs))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == theirs:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]


_SOUNDS = (("sch", "s"), ("tch", "c"), ("ph", "f"), ("gh", ""), ("kn", "n"), ("wr", "r"), ("ck", "k"), ("sh", "s"),
           ("ch", "c"), ("th", "t"), ("mac", "mc"), ("x", "ks"), ("q", "k"), ("c", "k"), ("z", "s"), ("v", "f"),
           ("j", "g"), ("d", "t"), ("p", "b"))  # fmt: skip


@lru_cache(maxsize=20_000)
def sound_of(part: str) -> str:
    """A rough key of how a folded part sounds: its consonants, like ones joined, none doubled; vowels only in front."""
    sound = part
    for written, heard in _SOUNDS:
        sound = sound.replace(written, heard)
    kept = ["a" if sound[:1] in tuple("aeiouy") else sound[:1]] if sound else []
    for before, letter in pairwise(sound):
        if letter not in "aeiouyhw" and letter != before:
            kept.append(letter)
    return "".join(kept)


def name_keys(part: str) -> frozenset[str]:
    """What finds a part of a name: the sounds in it, in no order, of the name itself and of all it may be short for."""
    name = _ONE_SPELLING.get(part, part)
    others = (SHORT_FORMS[number].split()[-1] for number in _SHORT_FORM_GROUPS.get(name, ()))
    names = {name, *(_ONE_SPELLING.get(other, other) for other in others)}
    return frozenset("".join(sorted(set(sound_of(one)))) for one in names)
