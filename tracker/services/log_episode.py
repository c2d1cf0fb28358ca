"""Log an episode by hand: for a child held, or for one not known before."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from tracker.core.matching import FieldReason
from tracker.core.terms import EpisodeKind, FlagCode, LivingSetting, RiskLevel
from tracker.services.context import Context


@dataclass(frozen=True)
class NewChild:
    """A child not held before. `is_ours` None: by the responsible authority, ours where none is given."""

    surname: str
    forename: str
    date_of_birth: date | None = None
    sex: str | None = None
    ethnicity: str | None = None
    address: str | None = None
    postcode: str | None = None
    council_id: str | None = None
    responsible_authority: str | None = None
    is_ours: bool | None = None


@dataclass(frozen=True)
class SimilarChild:
    """A child held who may be the one meant, with the reasons by field, the likeliest first."""

    child_id: int
    name: str
    date_of_birth: date | None
    address: str | None
    episodes: int
    weight: int
    reasons: tuple[FieldReason, ...]


def find_children(
    context: Context, *, surname: str, forename: str, date_of_birth: date | None = None
) -> tuple[SimilarChild, ...]:
    """Held children like this one, at most five. Records one search, without the name."""
    raise NotImplementedError


def log_episode(
    context: Context,
    *,
    child_id: int | None = None,
    new_child: NewChild | None = None,
    missing_from_at: datetime,
    kind: EpisodeKind = EpisodeKind.MISSING,
    risk: RiskLevel | None = None,
    force: str | None = None,
    police_reference: str | None = None,
    found_at: datetime | None = None,
    returned_at: datetime | None = None,
    reported_at: datetime | None = None,
    setting: LivingSetting | None = None,
    known_to_services: bool | None = None,
    district: str | None = None,
    missing_from_address: str | None = None,
    last_seen_location: str | None = None,
    found_location: str | None = None,
    found_by: str | None = None,
    circumstances: str | None = None,
    interview_requested: bool = False,
    flags: Collection[FlagCode] = (),
    confirm: bool = False,
) -> int:
    """The new episode's id. `flags`: what reading the typed times had to choose (core.clock.read_local).

    Refused: exactly one of `child_id` and `new_child` is wanted; facts in the future; an end before the start; a
    police reference already held (`reference_held`). Unless `confirm`: an episode of this child starts within 24 h
    (`possible_duplicate`), or a child held has this name and date of birth (`possible_same_child`).
    """
    raise NotImplementedError
