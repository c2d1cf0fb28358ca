"""Minutes for circulation: children's names and initials in what was written, replaced by the children's numbers."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from tracker.core.folded_text import LETTER, folded
from tracker.core.interview_terms import ContactRelation
from tracker.core.names import fold_name
from tracker.core.plain_words import ALSO_NAMES, COMMON


@dataclass(frozen=True)
class Around:
    """Somebody around a child, by name: a parent or carer, the placement, anybody else who is no professional."""

    name: str
    relation: ContactRelation


AROUND_WORDS = {
    ContactRelation.PARENT_OR_CARER: "parent or carer",
    ContactRelation.PLACEMENT: "placement",
    ContactRelation.OTHER: "contact",
}
"""Whose names tell who the child is. Social workers and schools are spoken of by name in minutes."""


_WHOSE = "’s (?:" + "|".join(AROUND_WORDS.values()) + ")"


@dataclass(frozen=True)
class Named:
    """A child, every name under which people may have written of them (forenames, surnames, former ones, nicknames),
    and those around them."""

    child_id: int
    forename: str
    surname: str
    others: tuple[str, ...] = ()
    around: tuple[Around, ...] = ()


def number_of(child_id: int) -> str:
    """How a child is spoken of where no name is."""
    return f"Child {child_id}"


def without_names(text: str, children: Iterable[Named]) -> str:
    """The text with each child's names, any part of them and the initials replaced by the child's number; and the names
    of those around the child by who they are to it.

    A part counts where it stands as a word of its own or with a possessive s, in whatever case, with any apostrophe,
    hyphen or accent, or none. A name that is a plain word too, and initials, only with a capital: "will" stays and
    "Will" goes. Rather too much than too little. Where two share a name, the first given has it.
    """
    wanted: dict[str, _Wanted] = {}
    known = list(children)
    for child in known:
        for one in _of_child(child):
            wanted.setdefault(one.key, one)
    for child in known:
        for one in _of_those_around(child):
            wanted.setdefault(one.key, one)
    return _replaced(text, wanted) if wanted else text


class _When(Enum):
    ALWAYS = "in whatever case"
    CAPITAL = "where it has a capital"
    CAPITALS = "where each letter is one"


@dataclass(frozen=True)
class _Wanted:
    """A name to be found. `key`: its letters alone, and for initials also their dots."""

    key: str
    pattern: str
    said: str
    when: _When = _When.ALWAYS


def _of_child(child: Named) -> Iterator[_Wanted]:
    number = number_of(child.child_id)
    for name in (child.forename, child.surname, *child.others):
        yield from _parts(name, number)
    first, last = fold_name(child.forename)[:1], fold_name(child.surname)[:1]
    if first and last:
        yield _Wanted(f"{first}.{last}.", rf"{first}\.\s*{last}\.", number)
        yield _Wanted(f"{first}{last}", f"{first}{last}", number, _When.CAPITALS)


def _of_those_around(child: Named) -> Iterator[_Wanted]:
    for one in child.around:
        if one.relation is ContactRelation.CHILD:
            yield from _parts(one.name, number_of(child.child_id), leave_out=COMMON)
        elif one.relation in AROUND_WORDS:
            said = f"{number_of(child.child_id)}’s {AROUND_WORDS[one.relation]}"
            yield from _parts(one.name, said, leave_out=COMMON)


def _parts(name: str, said: str, leave_out: frozenset[str] = frozenset()) -> Iterator[_Wanted]:
    """The whole name, and each part of it that is more than a letter: of "Ann-Marie O'Testly" also "Ann" and "Marie".

    `leave_out`: words that alone name nobody ("Foster carer Mrs Brown" is found by "Brown").
    """
    words = [part for part in re.split(r"[ \-]+", folded(name).text) if re.search(LETTER, part)]
    for parts in dict.fromkeys([tuple(words), *((word,) for word in words), *_by_spaces(name)]):
        letters = [re.sub(r"[^\w']|[\d_]", "", part).strip("'") for part in parts]
        key = "".join(letters).replace("'", "")
        if len(key) < 2 or all(part in leave_out for part in letters):
            continue
        plain = key in ALSO_NAMES or key in COMMON
        yield _Wanted(key, r"[\s\-]*".join(map(_letters, letters)), said, _When.CAPITAL if plain else _When.ALWAYS)


def _by_spaces(name: str) -> list[tuple[str, ...]]:
    """Each word with its hyphens: "Ann-Marie" is one name, however it is joined."""
    words = [re.split("-", word) for word in folded(name).text.split()]
    return [tuple(part for part in word if part) for word in words if len(word) > 1]


def _letters(word: str) -> str:
    """An apostrophe may stand, or be missing, anywhere; where the name has one, a space may stand too."""
    return r"['\s]{0,2}".join("'?".join(map(re.escape, part)) for part in word.split("'") if part)


def _replaced(text: str, wanted: Mapping[str, _Wanted]) -> str:
    """The longest first; a number that directly follows itself (forename and surname) is said once."""
    longest = sorted(wanted.values(), key=lambda one: (-len(one.key), one.key))
    found = "|".join(one.pattern for one in longest)
    pattern = re.compile(rf"(?<!{LETTER})({found})('?s|')?(?!{LETTER})")
    plain, told, after = folded(text), [], 0
    for match in pattern.finditer(plain.text):
        start, end = plain.span(*match.span(1))
        written = text[start:end]
        one = wanted[_key(match[1])]
        if (one.when is _When.CAPITAL and written == written.lower()) or (
            one.when is _When.CAPITALS and written != written.upper()
        ):
            continue
        told += [text[after:start], one.said]
        after = end
        if match[2] == "s":  # "Anwens bag"
            told.append("’")
    whole = "".join([*told, text[after:]])
    for said in sorted({one.said for one in wanted.values()}):
        whole = re.sub(rf"{said}(?:\s+{said})+(?!\d|{_WHOSE})", said, whole)
    return whole


def _key(matched: str) -> str:
    dots = "." in matched
    return re.sub(r"[^\w.]|[\d_]" if dots else r"[\W\d_]", "", matched)
