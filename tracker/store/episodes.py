"""Episodes: rows to core values and back, with a version for every change."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from tracker.core.candidates import Span
from tracker.core.episodes import MissingEpisode
from tracker.core.terms import EpisodeKind, ExclusionReason, FlagCode, LivingSetting, RiskLevel
from tracker.store.db import as_json_value, plain_rows
from tracker.store.models import Child, Episode, EpisodeVersion

_SAME = (
    "missing_from_at", "found_at", "returned_at", "notified_at", "police_force", "police_reference", "reported_at",
    "responsible_authority", "is_ours", "known_to_services", "district", "missing_from_address", "last_seen_location",
    "found_location", "found_by", "prevention_interview_at", "prevention_interview_outcome",
    "prevention_interview_raised_harm", "circumstances", "interview_requested", "interview_due_at", "deadline_hours",
    "rules_version", "clock_no", "conflict_settled",
)  # fmt: skip
_same_of = attrgetter(*_SAME)

PLAIN_COLUMNS = [
    Episode.__table__.c[name]
    for name in (
        "id", "child_id", "kind", "risk", "excluded", "flags", "person_fields", "as_of_at", "as_of_line", "setting",
        *_SAME,
    )
]  # fmt: skip
"""What `to_core` reads of an episode."""


def to_core(row: Any, child: Any) -> MissingEpisode:
    """An Episode as the rules know it; what belongs to the Child (date of birth, sex, ethnicity) comes from there.

    Either may be a row of plain columns with the same names (PLAIN_COLUMNS).
    """
    same = dict(zip(_SAME, _same_of(row), strict=True))
    return MissingEpisode(
        id=row.id,
        child_id=row.child_id,
        kind=EpisodeKind(row.kind),
        risk=RiskLevel(row.risk) if row.risk else None,
        excluded=ExclusionReason(row.excluded) if row.excluded else None,
        flags=frozenset(map(FlagCode, row.flags)),
        person_fields=frozenset(row.person_fields),
        as_of=(row.as_of_at, row.as_of_line or 0) if row.as_of_at else None,
        setting=LivingSetting(row.setting) if row.setting else None,
        date_of_birth=child.date_of_birth,
        sex=child.sex,
        ethnicity=child.ethnicity,
        **same,
    )


def with_children(session: Session, condition: object) -> list[MissingEpisode]:
    """Every episode that meets a SQL condition, in order of start."""
    query = select(Episode, Child).join(Child, Child.id == Episode.child_id).where(condition)  # type: ignore[arg-type]
    return [to_core(row, child) for row, child in session.execute(query.order_by(Episode.missing_from_at, Episode.id))]


def episode(session: Session, episode_id: int) -> MissingEpisode | None:
    return next(iter(with_children(session, Episode.id == episode_id)), None)


def episodes_by_id(session: Session, ids: Iterable[int]) -> list[MissingEpisode]:
    return with_children(session, Episode.id.in_(list(ids)))


def episodes_of_child(session: Session, child_id: int) -> list[MissingEpisode]:
    return with_children(session, Episode.child_id == child_id)


def spans_of_children(session: Session, child_ids: Sequence[int]) -> tuple[dict[int, dict[str, Span]], frozenset[int]]:
    """Child id → reference (or id) → when it was missing, what is out of the counts left out; and which of the
    children have an episode without a reference."""
    found: dict[int, dict[str, Span]] = {}
    by_hand = set()
    for child_id, id_, reference, excluded, start, *ends in plain_rows(session, _SPANS, ids=child_ids):
        if reference is None:
            by_hand.add(child_id)
        if excluded is None:
            found.setdefault(child_id, {})[reference or f"#{id_}"] = (start, ends[0] or ends[1])
    return found, frozenset(by_hand)


_episode = Episode.__table__.c
_SPANS = select(
    _episode.child_id, _episode.id, _episode.police_reference, _episode.excluded, _episode.missing_from_at,
    _episode.found_at, _episode.returned_at,
).where(_episode.child_id.in_(bindparam("ids", expanding=True)))  # fmt: skip


def rows_by_reference(session: Session, force: str, references: Iterable[str]) -> dict[str, Episode]:
    """Reference → row, of those that are held; both parts of the natural key normalised."""
    query = select(Episode).where(Episode.police_force == force, Episode.police_reference.in_(list(references)))
    return {row.police_reference: row for row in session.scalars(query) if row.police_reference}


def rows_by_id(session: Session, ids: Collection[int]) -> Sequence[Episode]:
    """The rows themselves, in the order of their ids; no query where none is asked for."""
    query = select(Episode).where(Episode.id.in_(ids)).order_by(Episode.id)
    return session.scalars(query).all() if ids else ()


@dataclass(frozen=True)
class InHistory(MissingEpisode):
    """An episode as far as the others of its child are concerned: when, counted or not, its flags, what it asks."""

    needs_decision: bool = False


def histories(session: Session, child_ids: Collection[int]) -> dict[int, list[InHistory]]:
    """Child id → the stored episodes of the child in order of start, in one query that makes no objects of the ORM."""
    found: dict[int, list[InHistory]] = {child_id: [] for child_id in child_ids}
    query = select(*_OF_HISTORY, Child.date_of_birth).join(Child, Child.id == Episode.child_id)
    query = query.where(Episode.child_id.in_(child_ids)).order_by(Episode.missing_from_at, Episode.id)
    for row in session.execute(query):
        values = row._asdict()
        values["kind"] = EpisodeKind(row.kind)
        values["excluded"] = ExclusionReason(row.excluded) if row.excluded else None
        values["flags"] = frozenset(map(FlagCode, row.flags))
        found[row.child_id].append(InHistory(**values))
    return found


_OF_HISTORY = (
    Episode.id, Episode.child_id, Episode.missing_from_at, Episode.found_at, Episode.returned_at, Episode.kind,
    Episode.excluded, Episode.flags, Episode.police_reference, Episode.conflict_settled, Episode.needs_decision,
)  # fmt: skip


def row_by_reference(session: Session, force: str, reference: str) -> Episode | None:
    """By the natural key, both parts normalised (DEFINITIONS §4.1)."""
    return session.scalar(select(Episode).where(Episode.police_force == force, Episode.police_reference == reference))


def write_changes(
    session: Session,
    row: Episode,
    values: Mapping[str, object],
    now: datetime,
    *,
    person_id: int | None = None,
    line_id: int | None = None,
    reason: str | None = None,
) -> dict[str, object]:
    """Write values over the row and keep what they replaced. Returns `{field: [old, new]}`; empty: nothing changed."""
    changes = set_values(row, values)
    if changes:
        session.add(
            EpisodeVersion(
                episode_id=row.id,
                changed_at=now,
                changed_by_id=person_id,
                line_id=line_id,
                changes=changes,
                reason=reason,
            )
        )
    return changes


def keep_version(
    session: Session,
    episode_id: int,
    changes: Mapping[str, object],
    now: datetime,
    person_id: int | None,
    reason: str | None = None,
) -> None:
    """What an act around the episode replaced; `{}` keeps nothing. Written at once, past what the session holds."""
    if changes:
        values = {
            "episode_id": episode_id, "changed_at": now, "changed_by_id": person_id, "changes": dict(changes),
            "reason": reason,
        }  # fmt: skip
        session.connection().execute(_KEEP_VERSION, values)


_KEEP_VERSION = insert(EpisodeVersion.__table__)  # type: ignore[arg-type]


def set_values(row: Episode, values: Mapping[str, object]) -> dict[str, object]:
    """The same without keeping what they replaced: for whoever writes many versions at once."""
    changes: dict[str, object] = {}
    for name, value in values.items():
        plain = _plain(value)
        old = getattr(row, name)
        if old != plain:
            changes[name] = [as_json_value(old), as_json_value(plain)]
            setattr(row, name, plain)
    return changes


def _plain(value: object) -> object:
    """Enums and sets as the columns hold them: text, and sorted lists."""
    if isinstance(value, frozenset | set):
        return sorted(str(item) for item in value)
    return str(value) if isinstance(value, str) else value


def versions_of(session: Session, episode_id: int) -> Sequence[EpisodeVersion]:
    query = select(EpisodeVersion).where(EpisodeVersion.episode_id == episode_id).order_by(EpisodeVersion.id)
    return session.scalars(query).all()
