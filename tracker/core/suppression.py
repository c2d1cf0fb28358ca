"""Small counts kept back from those who may see no records, so that none can be worked out (definitions §6).

The counts of a family are a chain: each step lies within the one before (held within 72 hours ⊆ held ⊆ offered ⊆
required; children ≤ episodes), and those of one step limit each other (held + declined ≤ offered). So

1. in the column of all children, the first step with a count of 1 to 4 and every later step are kept back: what stands
   before it gives only an upper limit of 5 or more;
2. our own and other councils' columns are shown only where no count of the family, in any column, is 1 to 4: two
   columns that add up to the third would give one another away. A nought of all children is a nought of each.

"Fewer than 5" is said only of a step of one count. Of two that limit each other, to say which is small tells its size.
"""

from collections.abc import Mapping
from enum import StrEnum

from tracker.core.terms import Cohort

THRESHOLD = 5

FAMILIES = (
    (("episodes",), ("children",)),
    (("required",), ("offered",), ("accepted", "declined", "completed"), ("completed_in_72h",)),
)


class Hidden(StrEnum):
    FEWER = "fewer"  # it is 1 to 4
    WITHHELD = "withheld"  # it may be any number


Shown = int | Hidden
Counts = Mapping[str, Mapping[Cohort, int]]


def suppressed(counts: Counts, threshold: int = THRESHOLD) -> dict[str, dict[Cohort, Shown]]:
    """Name → cohort → the number, or what stands in its place. Counts of no family are left out."""
    found: dict[str, dict[Cohort, Shown]] = {}
    for steps in FAMILIES:

        def small(step: tuple[str, ...], *cohorts: Cohort) -> bool:
            return any(0 < counts[name][cohort] < threshold for name in step for cohort in cohorts)

        kept_from = next((place for place, step in enumerate(steps) if small(step, Cohort.ALL)), len(steps))
        parts_shown = not any(small(step, *Cohort) for step in steps)
        for place, step in enumerate(steps):
            for name in step:
                whole: Shown = counts[name][Cohort.ALL]
                if place >= kept_from:
                    whole = Hidden.FEWER if place == kept_from and len(step) == 1 else Hidden.WITHHELD
                found[name] = {
                    cohort: counts[name][cohort] if parts_shown or whole == 0 else Hidden.WITHHELD for cohort in Cohort
                } | {Cohort.ALL: whole}
    return found
