"""Minutes for circulation: children's names and initials in what was written, replaced by the children's numbers."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_WORD = r"(?<!\w){}(?!\w)"


@dataclass(frozen=True)
class Named:
    """A child and every name under which people may have written of them: forenames, surnames, former ones."""

    child_id: int
    forename: str
    surname: str
    others: tuple[str, ...] = ()

    @property
    def words(self) -> frozenset[str]:
        """Each part of each name: of "Ann-Marie O'Testly" also "Ann" and "Marie", but no single letters."""
        given = (self.forename, self.surname, *self.others)
        parts = {part for name in given for part in (*name.split(), *re.split(r"[\s\-]+", name))}
        return frozenset(part for part in (*parts, *given) if len(part) > 1)


def number_of(child_id: int) -> str:
    """How a child is spoken of where no name is."""
    return f"Child {child_id}"


def without_names(text: str, children: Iterable[Named]) -> str:
    """The text with each child's full name, any part of it and the initials replaced by the child's number.

    A part counts where it stands as a word of its own, in whatever case; a name that is a plain word too, and initials,
    only with a capital: "will" stays and "Will" goes. Rather too much than too little. Where two share a name, the
    first given has it.
    """
    wanted: dict[str, str] = {}
    for child in children:
        for word in sorted(child.words):
            wanted.setdefault(word.casefold(), number_of(child.child_id))
        for initials in _initials(child):
            wanted.setdefault(initials.casefold(), number_of(child.child_id))
    return _replaced(text, wanted) if wanted else text


def _initials(child: Named) -> Sequence[str]:
    first, last = child.forename[:1], child.surname[:1]
    return (f"{first}.{last}.", f"{first}. {last}.", f"{first}{last}") if first and last else ()


def _replaced(text: str, wanted: Mapping[str, str]) -> str:
    """The longest first; a number that directly follows itself (forename and surname) is said once."""
    longest = sorted(wanted, key=lambda name: (-len(name), name))
    pattern = re.compile("|".join(_WORD.format(re.escape(name)) for name in longest), re.IGNORECASE)

    def replacement(match: re.Match[str]) -> str:
        found, name = match[0], match[0].casefold()
        if (name in PLAIN_WORDS and found.islower()) or (name in _SHORT and not found.isupper()):
            return found
        return wanted[name]

    told = pattern.sub(replacement, text)
    for number in sorted(set(wanted.values())):
        told = re.sub(rf"{number}(?:\s+{number})+(?!\d)", number, told)
    return told


_SHORT = frozenset(
    {
        "am", "an", "as", "at", "be", "by", "do", "go", "he", "if", "in", "is", "it", "me", "my", "no", "of", "on",
        "or", "so", "to", "up", "us", "we",
    }
)  # fmt: skip
"""Words of two letters: initials only where both letters are capitals."""

PLAIN_WORDS = frozenset(
    {
        "amber", "angel", "april", "art", "ash", "august", "autumn", "bill", "chance", "chase", "clay", "cliff",
        "daisy", "dale", "dawn", "dean", "destiny", "drew", "eve", "faith", "felicity", "flora", "frank", "gene",
        "glen", "grace", "guy", "harmony", "heath", "heather", "hope", "hunter", "iris", "ivy", "jack", "jasmine",
        "jet", "joy", "june", "lane", "lily", "mark", "may", "melody", "mercy", "miles", "miller", "nick", "olive",
        "park", "pat", "patience", "pearl", "penny", "poppy", "prince", "ray", "reed", "rich", "river", "rob",
        "robin", "rose", "ruby", "sandy", "serenity", "skip", "sky", "star", "stone", "storm", "sue", "summer",
        "taylor", "trinity", "victor", "violet", "ward", "west", "will", "willow", "wood", "young",
    }
)  # fmt: skip
"""Names that are words of plain English too."""
