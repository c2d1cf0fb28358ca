"""How much stands in each part of Today: the counts at its top, each leading to its part."""

from dataclasses import dataclass

from tracker.core.terms import InterviewState
from tracker.services.pages.today import Today
from tracker.services.pages.today_shapes import Clock


@dataclass(frozen=True)
class Count:
    """A number with its words; `anchor` is the id of the part it leads to. `colour`: red, amber or none.

    `narrows`: it leads to the page of nothing but these, since not all of them are shown.
    """

    number: int
    words: str
    anchor: str
    colour: str = ""
    narrows: bool = False


def at_a_glance(today: Today) -> list[Count]:
    """The clocks always; of the rest, what waits."""
    running, overdue, counted = today.running, today.overdue, today.totals
    lines = [clock for clock in (*overdue.rows, *running.rows) if clock.line]
    soon = counted.due_soon + sum(clock.state is InterviewState.DUE_SOON for clock in lines)
    unallocated = counted.unallocated + len(lines)
    to_decide = (
        today.lines_to_decide.total + today.same_episode.total + today.value_decisions.total
        + today.still_missing.total + today.conflicts.total + today.interviews_to_check.total + today.approvals.total
    )  # fmt: skip
    passed = today.visits_passed.total
    rest = [
        Count(unallocated, "unallocated", "unallocated", "amber", narrows=shown_unallocated(today) < unallocated),
        Count(passed, "visits: held or not?" if passed != 1 else "visit: held or not?", "visits-passed", "amber"),
        Count(today.visits_today.total, "visits today" if today.visits_today.total != 1 else "visit today", "visits"),
        Count(today.to_write_up.total, "to write up", "to-write-up"),
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
        Count(soon, "due in 24 hours", "running", "amber" if soon else ""),
        Count(running.total, "clocks running" if running.total != 1 else "clock running", "running"),
        *(count for count in rest if count.number),
    ]


def first_unallocated(today: Today) -> Clock | None:
    """The first clock shown that is nobody's: the row to which the count of them leads."""
    return next((clock for clock in _shown(today) if _is_nobodys(clock)), None)


def shown_unallocated(today: Today) -> int:
    return sum(map(_is_nobodys, _shown(today)))


def _shown(today: Today) -> tuple[Clock, ...]:
    return (*today.overdue.rows, *today.running.rows)


def _is_nobodys(clock: Clock) -> bool:
    return clock.episode is None or not clock.episode.allocated_to
