"""What the workspace of frequent runaways shows of each child, as values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tracker.core.frequent import NextStep, PlanState
from tracker.core.names import fold_name
from tracker.core.terms import LivingSetting
from tracker.services.pages.rows import PAGE_SIZE, Page


@dataclass(frozen=True)
class FlagHeld:
    """A repeat rule that holds for a child. `is_reviewed`: a person has said what is to be done."""

    id: int
    rule: str
    title: str
    raised_on: date
    is_reviewed: bool
    maramp_on: date | None


@dataclass(frozen=True)
class FrequentRow:
    """One child on the list.

    Episodes are counted as the repeat rules count them, over the 90 and the 365 days that end today. `hours` missing
    of those that ended, in 365 days; `is_missing` now. `returns` and `in_time`: of those, the returns that asked for an
    interview whose time has come, and how many had it in time. `unchecked`: interviews held that nobody has checked.
    """

    child_id: int
    name: str
    age: int | None
    is_ours: bool
    responsible_authority: str | None
    setting: LivingSetting | None
    flags: tuple[FlagHeld, ...]
    episodes_90: int
    episodes_365: int
    last_missing_from_at: datetime | None
    is_missing: bool
    hours: float
    returns: int
    in_time: int
    unchecked: int
    plan: PlanState | None
    days_overdue: int | None
    step: NextStep


@dataclass(frozen=True)
class FrequentFilters:
    """Empty: everybody. `plan`: `none` (no open MARAMP) or `overdue` (its review); `whose`: `ours` or `other`.

    `sought`: parts of the name, or the child's number as minutes for circulation have it.
    """

    rule: str = ""
    plan: str = ""
    whose: str = ""
    sought: str = ""

    def take(self, row: FrequentRow) -> bool:
        return self._finds(row) and (
            (not self.rule or any(flag.rule == self.rule for flag in row.flags))
            and (self.plan != "none" or row.plan is None)
            and (self.plan != "overdue" or row.days_overdue is not None)
            and (self.whose != "ours" or row.is_ours)
            and (self.whose != "other" or not row.is_ours)
        )

    def _finds(self, row: FrequentRow) -> bool:
        sought = self.sought.strip()
        if sought.isdecimal():
            return sought == str(row.child_id)
        return all(part in fold_name(row.name) for part in fold_name(sought).split())


@dataclass(frozen=True)
class FrequentList:
    """`everybody`: how many stand on the list whatever it is narrowed to; the counts are of all of them."""

    page: Page[FrequentRow]
    everybody: int
    overdue: int
    without_plan: int
    unchecked: int

    @classmethod
    def of(cls, rows: Sequence[FrequentRow], filters: FrequentFilters, number: int = 1) -> "FrequentList":
        """25 a page."""
        taken, first = [row for row in rows if filters.take(row)], (max(1, number) - 1) * PAGE_SIZE
        return cls(
            page=Page(tuple(taken[first : first + PAGE_SIZE]), len(taken), max(1, number)),
            everybody=len(rows),
            overdue=sum(row.days_overdue is not None for row in rows),
            without_plan=sum(row.plan is None for row in rows),
            unchecked=sum(row.unchecked for row in rows),
        )
