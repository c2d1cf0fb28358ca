"""Change an episode by hand: found, returned, corrected, left out of the counts, taken back, settled.

Each takes the `version` that the page showed and raises Conflict where somebody changed the episode meanwhile.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from tracker.core.terms import BreachReason, ExclusionReason, FlagCode
from tracker.services.context import Context

CORRECTABLE = (
    "missing_from_at", "found_at", "returned_at", "reported_at", "kind", "risk", "setting", "police_force",
    "police_reference", "responsible_authority", "is_ours", "known_to_services", "district", "missing_from_address",
    "last_seen_location", "found_location", "found_by", "prevention_interview_at", "prevention_interview_outcome",
    "circumstances", "team_id",
)  # fmt: skip
"""The fields that a person may correct; a value of None takes the held one away."""


def record_found(
    context: Context,
    *,
    episode_id: int,
    version: int,
    found_at: datetime,
    found_location: str | None = None,
    found_by: str | None = None,
    flags: Collection[FlagCode] = (),
) -> None:
    """The child has been located. Refused: found already, in the future, before going missing."""
    raise NotImplementedError


def record_returned(
    context: Context, *, episode_id: int, version: int, returned_at: datetime, flags: Collection[FlagCode] = ()
) -> None:
    """The child is back: the clock starts. Refused: returned already, in the future, before going missing."""
    raise NotImplementedError


def correct_episode(
    context: Context,
    *,
    episode_id: int,
    version: int,
    values: Mapping[str, object],
    reason: str = "",
    flags: Collection[FlagCode] = (),
) -> tuple[str, ...]:
    """Write these values (CORRECTABLE); the names of those that changed, in their order."""
    raise NotImplementedError


def exclude_episode(
    context: Context, *, episode_id: int, version: int, reason: ExclusionReason, note: str = ""
) -> None:
    """Leave it out of every count; it stays listed and its clock stops."""
    raise NotImplementedError


def reinstate_episode(context: Context, *, episode_id: int, version: int, note: str = "") -> None:
    """Take it back into the counts."""
    raise NotImplementedError


def request_interview(context: Context, *, episode_id: int, version: int, note: str = "") -> None:
    """Ask for an interview after an episode of a kind that runs no clock of its own (definitions §3)."""
    raise NotImplementedError


def settle_conflict(context: Context, *, episode_id: int, version: int, note: str = "") -> None:
    """Overlapping, and yet separate: both count from now on. (Where one is wrong, correct or exclude it instead.)"""
    raise NotImplementedError


def give_breach_reason(context: Context, *, episode_id: int, reason: BreachReason, note: str = "") -> None:
    """Why the 72 hours were not met. Refused where no breach stands; given again, the newer stands."""
    raise NotImplementedError
