"""What the pages of a MARAMP show, as values."""

from dataclasses import dataclass
from datetime import date, datetime

from tracker.core.maramp import MarampPlan
from tracker.core.maramp_changes import PlanChange
from tracker.core.plan_gaps import SaidAndPlanned
from tracker.core.said import Said
from tracker.services.pages.actions import ActionView
from tracker.services.pages.frequent_shapes import FrequentRow


@dataclass(frozen=True)
class VersionView:
    """One version as it was published. `lead`: the lead professional's name."""

    number: int
    plan: MarampPlan
    lead: str | None
    why: str
    published_at: datetime
    published_by: str | None


@dataclass(frozen=True)
class DraftView:
    """What somebody is writing. `based_on`: the version they began from."""

    person_id: int
    person: str
    plan: MarampPlan
    based_on: int
    saved_at: datetime
    version: int


@dataclass(frozen=True)
class MarampPage:
    """One MARAMP. `versions` in order; `own` is the viewer's draft, `others` who else has one, and since when.

    `version`: of the row, for closing it and opening it again. `told`: what the interviews say, with what the newest
    version and the actions do about each.
    """

    id: int
    child_id: int
    row: FrequentRow
    opened_at: datetime
    next_review_on: date | None
    days_overdue: int | None
    closed_at: datetime | None
    closed_by: str | None
    closed_reason: str | None
    version: int
    versions: tuple[VersionView, ...]
    own: DraftView | None
    others: tuple[tuple[str, datetime], ...]
    actions: tuple[ActionView, ...]
    told: tuple[SaidAndPlanned, ...]

    @property
    def newest(self) -> VersionView | None:
        return self.versions[-1] if self.versions else None

    @property
    def gaps(self) -> int:
        return sum(row.is_gap for row in self.told)

    @property
    def said(self) -> tuple[Said, ...]:
        return tuple(row.said for row in self.told)

    @property
    def is_behind(self) -> bool:
        """The viewer's draft began from a version that is not the newest any more."""
        return self.own is not None and self.own.based_on != len(self.versions)

    def until(self, number: int) -> tuple[VersionView, ...]:
        """The versions up to and with this one: what an earlier version knew."""
        return self.versions[:number]

    def numbered(self, number: int) -> VersionView | None:
        return self.versions[number - 1] if 0 < number <= len(self.versions) else None


@dataclass(frozen=True)
class MarampSummary:
    """One of a child's, as their page lists them."""

    id: int
    version_no: int
    opened_at: datetime
    closed_at: datetime | None
    next_review_on: date | None


@dataclass(frozen=True)
class SaidPage:
    """What is said of a child, with what the plan of the open MARAMP does about each."""

    row: FrequentRow
    told: tuple[SaidAndPlanned, ...]

    @property
    def gaps(self) -> int:
        return sum(row.is_gap for row in self.told)


@dataclass(frozen=True)
class Comparison:
    """`before` and `after`: how each is called; `changes`: part by part."""

    before: str
    after: str
    changes: tuple[PlanChange, ...]
