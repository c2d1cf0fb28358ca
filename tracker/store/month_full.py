"""What a month shows in full, read as plain rows: episodes and their interviews, in one pass over them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy import Text, and_, case, cast, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from tracker.core.interviews import ReturnHomeInterview
from tracker.core.missing_episode import MissingEpisode
from tracker.core.month_spans import Span
from tracker.core.terms import EpisodeKind, ExclusionReason, FlagCode, LivingSetting, RiskLevel
from tracker.store.db import plain_rows
from tracker.store.models import Child, Episode, Interview, InterviewEpisode

_episode, _child = Episode.__table__.c, Child.__table__.c
_link, _interview = InterviewEpisode.__table__.c, Interview.__table__.c

GIVEN = "given"
"""Stands for a text that is recorded and not read."""

CHUNK = 5_000
"""Ids to a statement."""


@dataclass(frozen=True)
class Near:
    """Which episodes are asked for in full: those that started in one of `times`; of the children in `since` all that
    started between `since_at` and `until`; of those in `whole` all; none that started after the cut-off."""

    times: Sequence[Span]
    since_at: datetime
    until: datetime
    cut_off: datetime
    since: Sequence[int]
    whole: Sequence[int]

    def parts(self) -> Iterator[ColumnElement[bool]]:
        """The conditions; an episode may meet two."""
        known = _episode.missing_from_at <= self.cut_off
        for time in self.times:
            yield and_(started_in(time), known)
        for children in _in_chunks(self.since):
            yield and_(children, started_in((self.since_at, self.until)), known)
        for children in _in_chunks(self.whole):
            yield and_(children, known)


def _in_chunks(children: Sequence[int]) -> Iterator[ColumnElement[bool]]:
    for place in range(0, len(children), CHUNK):
        yield _episode.child_id.in_(children[place : place + CHUNK])


def started_in(time: Span) -> ColumnElement[bool]:
    return and_(_episode.missing_from_at >= time[0], _episode.missing_from_at < time[1])


Row = TypeVar("Row")


def _made(kind: type[Row], values: dict[str, Any]) -> Row:
    """A frozen dataclass from its values, the rest by default: its own `__init__` sets each field by itself, which for
    a quarter of a million episodes takes longer than reading them."""
    made = object.__new__(kind)
    object.__setattr__(made, "__dict__", values)
    return made


_PLAIN = (
    "id", "child_id", "missing_from_at", "found_at", "returned_at", "notified_at", "police_reference", "is_ours",
    "known_to_services", "district", "prevention_interview_at", "prevention_interview_raised_harm",
    "interview_requested", "interview_due_at", "deadline_hours", "clock_no", "conflict_settled",
)  # fmt: skip
_CODED: Mapping[str, type[StrEnum]] = {
    "kind": EpisodeKind, "risk": RiskLevel, "excluded": ExclusionReason, "setting": LivingSetting,
}  # fmt: skip
_NAMES = (
    *_PLAIN, *_CODED, "flags", "prevention_interview_outcome", "date_of_birth", "sex", "ethnicity",
)  # fmt: skip
_OUTCOME = case((_episode.prevention_interview_outcome.is_not(None), GIVEN))
_EPISODE = (
    *(_episode[name] for name in (*_PLAIN, *_CODED)), cast(_episode.flags, Text),
    _OUTCOME.label("prevention_interview_outcome"), _child.date_of_birth, _child.sex, _child.ethnicity,
)  # fmt: skip

_FACTS = ("offered_at", "accepted_at", "completed_at", "declined_at", "not_required_approved_at")
_INTERVIEW = (_link.interview_id, *(_interview[name] for name in _FACTS))
_CODES = {name: {None: None, **{str(code): code for code in kind}} for name, kind in _CODED.items()}


def full_rows(session: Session, near: Near) -> tuple[list[MissingEpisode], list[ReturnHomeInterview]]:
    """The episodes in order of start, and the interviews linked, each with the ids of those of them that it covers."""
    found: dict[int, MissingEpisode] = {}
    facts: dict[int, dict[str, Any]] = {}
    flags: dict[str, frozenset[FlagCode]] = {}
    of = Episode.__table__.join(Child.__table__, _child.id == _episode.child_id)
    of = of.outerjoin(InterviewEpisode.__table__, _link.episode_id == _episode.id)
    of = of.outerjoin(Interview.__table__, _interview.id == _link.interview_id)
    width = len(_NAMES)
    for part in near.parts():
        for row in plain_rows(session, select(*_EPISODE, *_INTERVIEW).select_from(of).where(part)):
            if row[0] not in found:
                found[row[0]] = _episode_of(row[:width], flags)
            if (interview_id := row[width]) is None:
                continue
            if interview_id in facts:
                facts[interview_id]["episode_ids"] |= {row[0]}
            else:
                given = dict(zip(_FACTS, row[width + 1 :], strict=True))
                facts[interview_id] = {"id": interview_id, "episode_ids": frozenset((row[0],)), **given}
    episodes = sorted(found.values(), key=attrgetter("missing_from_at", "id"))
    return episodes, [_made(ReturnHomeInterview, facts[id_]) for id_ in sorted(facts)]


def _episode_of(row: Sequence[Any], flags: dict[str, frozenset[FlagCode]]) -> MissingEpisode:
    """`flags`: those met so far, by their text: there are few."""
    values = dict(zip(_NAMES, row, strict=True))
    for name, by_code in _CODES.items():
        values[name] = by_code[values[name]]
    given = values["flags"]
    if given not in flags:
        flags[given] = frozenset(map(FlagCode, json.loads(given)))
    values["flags"] = flags[given]
    return _made(MissingEpisode, values)
