"""Episodes on Today that have no clock yet, and those whose flags ask something of a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Select, case, func, or_, select

from tracker.core.terms import EpisodeKind, FlagCode, InterviewState, RiskLevel
from tracker.services.pages.asking import IDS, Asking, Listed, Scope
from tracker.services.pages.episode_rows import episode_rows, episodes_with_children
from tracker.services.pages.rows import EpisodeRow, Section
from tracker.services.pages.today_clocks import MOST_SHOWN
from tracker.store.models import Episode


def awaiting_return(asked: Asking) -> Section[EpisodeRow]:
    """Missing now: the highest risk first, of one risk the newest; those whose child went missing again since come
    last, their end unknown."""
    found = _section(asked, _not_returned(asked.scope, asked.context.rules.policy.clock_kinds, found=False))
    ordered = sorted(found.rows, key=lambda row: FlagCode.END_UNKNOWN in row.flags)
    return Section(tuple(ordered), found.total)


def found_not_returned(asked: Asking) -> Section[EpisodeRow]:
    """Located, but not yet back home or in care: hospital, custody. Shown, never lost (definitions §1)."""
    return _section(asked, _not_returned(asked.scope, asked.context.rules.policy.clock_kinds, found=True))


def _section(asked: Asking, query: Listed) -> Section[EpisodeRow]:
    found, total = asked.listed(query)
    return Section(episode_rows(asked.session, asked.context, found), total)


_BY_RISK = case({str(risk): place for place, risk in enumerate(RiskLevel)}, value=Episode.risk, else_=len(RiskLevel))
"""From high downwards, as the enumeration has them; what is not graded comes last."""


@lru_cache
def _not_returned(scope: Scope, clock_kinds: frozenset[EpisodeKind], *, found: bool) -> Listed:
    conditions = (
        Episode.returned_at.is_(None),
        Episode.excluded.is_(None),
        or_(Episode.closed_as.is_(None), Episode.closed_as != str(InterviewState.WITHDRAWN)),
        or_(Episode.kind.in_([str(kind) for kind in sorted(clock_kinds)]), Episode.interview_requested),
        Episode.found_at.is_not(None) if found else Episode.found_at.is_(None),
        *scope.episodes(),
    )
    return Listed(
        episodes_with_children(*conditions)
        .order_by(_BY_RISK, Episode.missing_from_at.desc(), Episode.id.desc())
        .limit(MOST_SHOWN),
        select(func.count()).select_from(Episode).where(*conditions),
        MOST_SHOWN,
        whole=True,
    )


@dataclass(frozen=True)
class ToSettle:
    """Episodes whose flags ask something: by the flag, the longest standing first."""

    by_flag: Mapping[FlagCode, Section[EpisodeRow]]

    def of(self, flag: FlagCode) -> Section[EpisodeRow]:
        return self.by_flag.get(flag, Section())


def to_settle(asked: Asking) -> ToSettle:
    """Every episode with a flag that asks a person, read once and sorted by flag."""
    ids: dict[FlagCode, list[int]] = {}
    for id_, flags in asked.rows(_flagged(asked.scope)):
        for flag in flags:
            ids.setdefault(FlagCode(flag), []).append(id_)
    if not ids:
        return ToSettle({})
    shown = {id_ for of_flag in ids.values() for id_ in of_flag[:MOST_SHOWN]}
    found = asked.entities(_of_ids(asked.scope), ids=list(shown))
    rows = {row.id: row for row in episode_rows(asked.session, asked.context, found)}
    return ToSettle(
        {flag: Section(tuple(rows[id_] for id_ in of_flag[:MOST_SHOWN]), len(of_flag)) for flag, of_flag in ids.items()}
    )


@cache
def _flagged(scope: Scope) -> Select[*tuple[Any, ...]]:
    query = select(Episode.id, Episode.flags).where(Episode.needs_decision, *scope.episodes())
    return query.order_by(Episode.missing_from_at, Episode.id)


@cache
def _of_ids(scope: Scope) -> Select[*tuple[Any, ...]]:
    return episodes_with_children(*scope.episodes(), Episode.id.in_(IDS))
