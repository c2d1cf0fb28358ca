"""Small numbers kept back from an answer to a request, so that none can be worked out (definitions §6).

The counts of a family lie within one another (held within 72 hours ⊆ held ⊆ accepted ⊆ offered ⊆ required; children ≤
episodes), so what one leaves of another is a count too: 562 required and 561 offered tell of one not offered. So

1. in the column of all children, the counts are taken in the order of what is asked for most; each is shown if neither
   it, nor what it leaves of one shown before, nor what held and declined leave together, is a small number. If the
   first of a family is small, it is "fewer than 5" and nothing else of the family is shown;
2. our own and other councils' columns are shown only where the whole family could be, in every column: two columns that
   add up to the third would give one another away. A nought of all children is a nought of each.

"Fewer than 5" is said of a first count only. Of counts that limit each other, to say which is small tells its size.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tracker.core.terms import Cohort

THRESHOLD = 5


class Hidden(StrEnum):
    FEWER = "fewer"  # it is 1 to 4
    WITHHELD = "withheld"  # it may be any number


@dataclass(frozen=True)
class Family:
    """`names` in the order in which they are shown if they can be. `left`: the whole, and the parts taken from it."""

    names: tuple[str, ...]
    left: tuple[tuple[str, tuple[str, ...]], ...]


FAMILIES = (
    Family(("episodes", "children"), (("episodes", ("children",)),)),
    Family(
        ("required", "completed", "completed_in_72h", "offered", "declined", "accepted"),
        (
            *(("required", (part,)) for part in ("completed", "completed_in_72h", "offered", "declined", "accepted")),
            *(("offered", (part,)) for part in ("completed", "completed_in_72h", "declined", "accepted")),
            *(("accepted", (part,)) for part in ("completed", "completed_in_72h")),
            ("completed", ("completed_in_72h",)),
            ("required", ("completed", "declined")),
            ("offered", ("completed", "declined")),
        ),
    ),
)

Shown = int | Hidden
Counts = Mapping[str, Mapping[Cohort, int]]


def suppressed(counts: Counts, threshold: int = THRESHOLD) -> dict[str, dict[Cohort, Shown]]:
    """Name → cohort → the number, or what stands in its place. Counts of no family are left out."""
    found: dict[str, dict[Cohort, Shown]] = {}
    for family in FAMILIES:
        columns = {cohort: {name: counts[name][cohort] for name in family.names} for cohort in Cohort}
        shown = _shown(columns[Cohort.ALL], family, threshold)
        parts_shown = all(_shown(column, family, threshold) == {*family.names} for column in columns.values())
        for name in family.names:
            whole: Shown = counts[name][Cohort.ALL]
            if name not in shown:
                whole = Hidden.WITHHELD if family.names[0] != name else Hidden.FEWER
            found[name] = {
                cohort: counts[name][cohort] if parts_shown or whole == 0 else Hidden.WITHHELD for cohort in Cohort
            } | {Cohort.ALL: whole}
    return found


def _shown(column: Mapping[str, int], family: Family, threshold: int) -> set[str]:
    """The names of one column that are shown."""

    def is_small(number: int) -> bool:
        return 0 < number < threshold

    found: set[str] = set()
    for name in family.names:
        with_it = {*found, name}
        left = [(whole, parts) for whole, parts in family.left if with_it >= {whole, *parts}]
        rests = [column[whole] - sum(column[part] for part in parts) for whole, parts in left]
        if not is_small(column[name]) and not any(map(is_small, rests)):
            found.add(name)
        elif not found:
            break
    return found
