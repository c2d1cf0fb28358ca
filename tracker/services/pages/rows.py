"""The shapes that several pages share: an episode in a list, a clock, a page of a list."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from tracker.core.terms import (
    OPEN_CLOCK_STATES,
    EpisodeKind,
    ExclusionReason,
    FlagCode,
    InterviewState,
    LivingSetting,
    RiskLevel,
)

T = TypeVar("T")
PAGE_SIZE = 25

Urgency = Literal["red", "amber", "none"]


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list; `number` counts from 1."""

    rows: tuple[T, ...]
    total: int
    number: int = 1
    size: int = PAGE_SIZE

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True)
class Section(Generic[T]):
    """A part of Today: the first rows of it, and how many there are in all."""

    rows: tuple[T, ...] = ()
    total: int = 0


@dataclass(frozen=True)
class EpisodeRow:
    """An episode as lists show it. `hours_left` is given while its clock is open, negative once past."""

    id: int
    child_id: int
    child_name: str
    age: int | None
    police_force: str | None
    police_reference: str | None
    kind: EpisodeKind
    risk: RiskLevel | None
    setting: LivingSetting | None
    is_ours: bool
    responsible_authority: str | None
    district: str | None
    missing_from_at: datetime
    found_at: datetime | None
    returned_at: datetime | None
    out_of_counts: ExclusionReason | None
    flags: tuple[FlagCode, ...]
    state: InterviewState
    due_at: datetime | None
    hours_left: float | None
    allocated_to_id: int | None
    allocated_to: str | None
    team: str | None
    version: int

    @property
    def ended_at(self) -> datetime | None:
        return self.found_at or self.returned_at

    @property
    def clock_is_open(self) -> bool:
        return self.state in OPEN_CLOCK_STATES

    @property
    def urgency(self) -> Urgency:
        return urgency_of(self.state)


def urgency_of(state: InterviewState) -> Urgency:
    """Red: overdue. Amber: 24 hours or less left."""
    if state is InterviewState.OVERDUE:
        return "red"
    return "amber" if state is InterviewState.DUE_SOON else "none"


@dataclass(frozen=True)
class WaitingLine:
    """A line of a report that waits for a person; opened on the page of its receipt.

    `cells`: as corrected, else as received (`line_names.said_in` reads the name in them).
    """

    id: int
    receipt_id: int
    line_no: int
    feed: str
    as_of_at: datetime
    problem_code: str | None
    problem_sentence: str | None
    problem_fields: tuple[str, ...]
    candidates: int
    due_at: datetime | None
    version: int
    cells: Mapping[str, Any] = field(default_factory=dict, repr=False)
