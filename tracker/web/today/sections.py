"""How much stands in each part of Today: the counts at its top, each leading to its part."""

from dataclasses import dataclass

from tracker.core.terms import InterviewState
from tracker.services.pages.today import Today


@dataclass(frozen=True)
class Count:
    """A number with its words; `anchor` is the id of the part it leads to. `colour`: red, amber or none."""

    number: int
    words: str
    anchor: str
    colour: str = ""
    at_least: bool = False  # more stand below than are shown


def at_a_glance(today: Today) -> list[Count]:
    """The clocks always; of the rest, what waits."""
    running, overdue = today.running, today.overdue
    soon = sum(clock.state is InterviewState.DUE_SOON for clock in running.rows)
    clocks = (*overdue.rows, *running.rows)
    cut = overdue.total + running.total > len(clocks)
    unallocated = sum(clock.episode is None or clock.episode.allocated_to is None for clock in clocks)
    to_decide = (
        today.lines_to_decide.total + today.same_episode.total + today.value_decisions.total
        + today.still_missing.total + today.conflicts.total + today.interviews_to_check.total + today.approvals.total
    )  # fmt: skip
    rest = [
        Count(unallocated, "unallocated", "overdue" if overdue.total else "running", "amber", cut),
        Count(to_decide, "to decide", "decide", "amber"),
        Count(today.awaiting_return.total, "not yet back", "awaiting"),
        Count(today.found_not_returned.total, "found, not returned", "found"),
        Count(
            today.repeat_flags.total,
            "repeat flags, new" if today.repeat_flags.total > 1 else "repeat flag, new",
            "repeats",
        ),
    ]
    return [
        Count(overdue.total, "overdue", "overdue", "red" if overdue.total else ""),
        Count(soon, "due in 24 hours", "running", "amber" if soon else "", cut and soon == len(running.rows)),
        Count(running.total, "clocks running" if running.total != 1 else "clock running", "running"),
        *(count for count in rest if count.number),
    ]
