"""Episodes on Today that have no clock yet, and those whose flags ask something of a person."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from tracker.core.terms import FlagCode, InterviewState
from tracker.services.context import Context, Viewer
from tracker.services.pages.episode_rows import episode_rows, visible_episodes
from tracker.services.pages.rows import EpisodeRow, Section
from tracker.services.pages.today_clocks import MOST_SHOWN, narrowed_to
from tracker.services.pages.today_shapes import TodayFilter
from tracker.store.models import Episode
from tracker.store.visibility import episodes_visible_to


def awaiting_return(session: Session, context: Context, viewer: Viewer, only: TodayFilter) -> Section[EpisodeRow]:
    """Missing now, the newest first; those whose child went missing again since come last, their end unknown."""
    found = _not_returned(session, context, viewer, only, Episode.found_at.is_(None))
    ordered = sorted(found.rows, key=lambda row: FlagCode.END_UNKNOWN in row.flags)
    return Section(tuple(ordered), found.total)


def found_not_returned(session: Session, context: Context, viewer: Viewer, only: TodayFilter) -> Section[EpisodeRow]:
    """Located, but not yet back home or in care: hospital, custody. Shown, never lost (definitions §1)."""
    return _not_returned(session, context, viewer, only, Episode.found_at.is_not(None))


def _not_returned(
    session: Session, context: Context, viewer: Viewer, only: TodayFilter, more: ColumnElement[bool]
) -> Section[EpisodeRow]:
    clock_kinds = [str(kind) for kind in context.rules.policy.clock_kinds]
    conditions = [
        Episode.returned_at.is_(None),
        Episode.excluded.is_(None),
        or_(Episode.closed_as.is_(None), Episode.closed_as != str(InterviewState.WITHDRAWN)),
        or_(Episode.kind.in_(clock_kinds), Episode.interview_requested),
        more,
        *narrowed_to(viewer, only),
    ]
    query = visible_episodes(viewer, *conditions).order_by(Episode.missing_from_at.desc(), Episode.id.desc())
    rows = episode_rows(session, context, session.execute(query.limit(MOST_SHOWN)))
    total = len(rows)
    if total == MOST_SHOWN:
        count = select(func.count()).select_from(Episode).where(episodes_visible_to(viewer), *conditions)
        total = session.scalar(count) or 0
    return Section(rows, total)


@dataclass(frozen=True)
class ToSettle:
    """Episodes whose flags ask something: by the flag, the longest standing first."""

    by_flag: Mapping[FlagCode, Section[EpisodeRow]]

    def of(self, flag: FlagCode) -> Section[EpisodeRow]:
        return self.by_flag.get(flag, Section())


def to_settle(session: Session, context: Context, viewer: Viewer, only: TodayFilter) -> ToSettle:
    """Every episode with a flag that asks a person, read once and sorted by flag."""
    asked = [Episode.needs_decision, *narrowed_to(viewer, only)]
    flagged = select(Episode.id, Episode.flags).where(episodes_visible_to(viewer), *asked)
    ids: dict[FlagCode, list[int]] = {}
    for id_, flags in session.execute(flagged.order_by(Episode.missing_from_at, Episode.id)):
        for flag in flags:
            ids.setdefault(FlagCode(flag), []).append(id_)
    if not ids:
        return ToSettle({})
    shown = {id_ for of_flag in ids.values() for id_ in of_flag[:MOST_SHOWN]}
    found = session.execute(visible_episodes(viewer, Episode.id.in_(shown)))
    rows = {row.id: row for row in episode_rows(session, context, found)}
    return ToSettle(
        {flag: Section(tuple(rows[id_] for id_ in of_flag[:MOST_SHOWN]), len(of_flag)) for flag, of_flag in ids.items()}
    )
