"""Which of our children a CHILD id means: who decided it, and what may stand (definitions §8, statutory returns)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class LinkHow(StrEnum):
    NUMBER = "number"  # the council's number is the same, and the date of birth
    MATCHED = "matched"  # the same name and date of birth, and nothing against it
    SETTLED = "settled"  # by a person: this child, or none of ours
    UNDECIDED = "undecided"  # somebody must look
    NOT_HELD = "not_held"  # no child held here is like this one


@dataclass(frozen=True)
class Link:
    how: LinkHow
    child_id: int | None = None
    candidates: tuple[int, ...] = ()


def without_doubles(links: Mapping[str, Link]) -> dict[str, Link]:
    """Two CHILD ids never mean one child: where matching says so, both are undecided; what a person settled stands."""
    taken = {link.child_id for link in links.values() if link.how is LinkHow.SETTLED and link.child_id}
    often = Counter(link.child_id for link in links.values() if link.child_id is not None)
    return {
        code: Link(LinkHow.UNDECIDED, None, (link.child_id,))
        if link.child_id is not None
        and link.how is not LinkHow.SETTLED
        and (often[link.child_id] > 1 or link.child_id in taken)
        else link
        for code, link in links.items()
    }
