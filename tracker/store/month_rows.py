"""The rows that the figures of a period are made from, as plain columns: what they cost follows the period.

Nothing of the ORM is made: a year of a country is a quarter of a million episodes. Texts about a child (circumstances,
addresses, who found it) stay where they are: no figure reads them, and what is published freezes these rows.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy import CompoundSelect, Select, Text, and_, case, cast, or_, select, union
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from tracker.core.alerts import shipped_rung
from tracker.core.interview_terms import AuthorityAnswer, ContactOutcome
from tracker.core.interviews import ReturnHomeInterview
from tracker.core.missing_episode import MissingEpisode
from tracker.core.month_facts import AlertFact, AttemptFact, ReasonFact, RequestFact, SummaryInput
from tracker.core.month_spans import Span, past_in
from tracker.core.policy import Policy
from tracker.core.terms import BreachReason, EpisodeKind, ExclusionReason, FlagCode, LivingSetting, RiskLevel
from tracker.store import month_past
from tracker.store.db import plain_rows
from tracker.store.models import (
    Alert,
    AuthorityRequest,
    Breach,
    Child,
    ContactAttempt,
    Episode,
    Interview,
    InterviewEpisode,
    OutboxMessage,
)

_episode, _child = Episode.__table__.c, Child.__table__.c
_link, _interview = InterviewEpisode.__table__.c, Interview.__table__.c
_attempt, _request, _breach = ContactAttempt.__table__.c, AuthorityRequest.__table__.c, Breach.__table__.c
_alert, _outbox = Alert.__table__.c, OutboxMessage.__table__.c

GIVEN = "given"
"""Stands for a text that is recorded and not read."""


CHUNK = 5_000
"""Ids to a statement."""

SHIPPED_POLICY = Policy()


@dataclass(frozen=True)
class _Near:
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
            yield and_(_started_in(time), known)
        for children in _in_chunks(self.since):
            yield and_(children, _started_in((self.since_at, self.until)), known)
        for children in _in_chunks(self.whole):
            yield and_(children, known)


def _in_chunks(children: Sequence[int]) -> Iterator[ColumnElement[bool]]:
    for place in range(0, len(children), CHUNK):
        yield _episode.child_id.in_(children[place : place + CHUNK])


def _started_in(time: Span) -> ColumnElement[bool]:
    return and_(_episode.missing_from_at >= time[0], _episode.missing_from_at < time[1])


def _reaching_over(edge: datetime) -> list[Select[Any]]:
    """The children with an episode that started before this instant and was not over by then."""
    return [
        select(_episode.child_id).where(_episode.missing_from_at < edge, ended_at >= edge)
        for ended_at in (_episode.returned_at, _episode.found_at)
    ]


def _whole(since: datetime, until: datetime, told: Span) -> CompoundSelect[Any]:
    """The children whose newest rows do not say all: with an episode that reaches over either edge, or has not ended,
    it may conflict with what came before or after. And those of whom an alert tells."""
    never = select(_episode.child_id).where(_episode.returned_at.is_(None), _episode.excluded.is_(None))
    alerted = select(_episode.child_id).where(_episode.id.in_(select(_alert.episode_id).where(_raised_in(told))))
    return union(*_reaching_over(since), *_reaching_over(until), never, alerted)


def rows_between(
    session: Session,
    since: datetime,
    until: datetime,
    cut_off: datetime,
    *,
    alerts_in: Span | None = None,
    shown: Sequence[Span] | None = None,
    policy: Policy = SHIPPED_POLICY,
) -> SummaryInput:
    """What started, ended or returned in `[since, until)`, with what it conflicts with and the interviews linked.

    `alerts_in`: when the alerts asked for were raised. `shown`: of which times every figure is wanted, so that it must
    be known whether a child went missing for the first time, and what there was of attempts, reasons and requests; of
    the rest the series is enough. Both the whole time unless given.
    """
    told = alerts_in or (since, until)
    whole = {child_id for (child_id,) in plain_rows(session, _whole(since, until, told))}
    times = [(since, until)] if shown is None else shown
    past_times = past_in(since, times, cut_off)
    past, in_full = month_past.past_rows(session, past_times, whole | _over_starts(session, since, past_times), policy)
    near = _Near(_rest(since, until, past_times), since, until, cut_off, sorted(in_full - whole), sorted(whole))
    return SummaryInput(
        episodes=_episodes(session, near),
        interviews=_interviews(session, near),
        alerts=_alerts(session, told, cut_off),
        reasons=_reasons(session, times),
        attempts=_attempts(session, times),
        requests=_requests(session, times),
        known_before=frozenset(_known_before(session, since, times, policy.countable_kinds)),
        past=past,
    )


def _over_starts(session: Session, since: datetime, past_times: Sequence[Span]) -> set[int]:
    """The children with an episode that reaches from a time shown in full into one that is past."""
    reaching = [query for start, _ in past_times if start > since for query in _reaching_over(start)]
    return {child_id for (child_id,) in plain_rows(session, union(*reaching))} if reaching else set()


def _rest(since: datetime, until: datetime, past_times: Sequence[Span]) -> list[Span]:
    """What of the time is not past."""
    found: list[Span] = []
    for start, end in past_times:
        found.append((since, start))
        since = end
    return [(start, end) for start, end in (*found, (since, until)) if start < end]


Row = TypeVar("Row")


def _made(kind: type[Row], values: dict[str, Any]) -> Row:
    """A frozen dataclass from its values, the rest by default: its own `__init__` sets each field by itself, which for
    a quarter of a million episodes takes longer than reading them."""
    made = object.__new__(kind)
    made.__dict__.update(values)
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


def _episodes(session: Session, near: _Near) -> list[MissingEpisode]:
    """In order of start."""
    found: dict[int, MissingEpisode] = {}
    codes = {name: {None: None, **{str(code): code for code in kind}} for name, kind in _CODED.items()}
    flags: dict[str, frozenset[FlagCode]] = {}
    for part in near.parts():
        of = Episode.__table__.join(Child.__table__, _child.id == _episode.child_id)
        for row in plain_rows(session, select(*_EPISODE).select_from(of).where(part)):
            values = dict(zip(_NAMES, row, strict=True))
            for name, by_code in codes.items():
                values[name] = by_code[values[name]]
            given = values["flags"]
            if given not in flags:
                flags[given] = frozenset(map(FlagCode, json.loads(given)))
            values["flags"] = flags[given]
            found[row[0]] = _made(MissingEpisode, values)
    return sorted(found.values(), key=attrgetter("missing_from_at", "id"))


_FACTS = (
    "id", "episode_ids", "offered_at", "accepted_at", "completed_at", "declined_at", "not_required_approved_at",
)  # fmt: skip


def _interviews(session: Session, near: _Near) -> list[ReturnHomeInterview]:
    """Those linked, each with the ids of the episodes asked for that it covers."""
    facts: dict[int, dict[str, Any]] = {}
    of = InterviewEpisode.__table__.join(Episode.__table__, _episode.id == _link.episode_id)
    of = of.join(Interview.__table__, _interview.id == _link.interview_id)
    columns = _link.interview_id, _link.episode_id, *(_interview[name] for name in _FACTS[2:])
    for row in _of_both(session, near, select(*columns).select_from(of)):
        if row[0] in facts:
            facts[row[0]]["episode_ids"] |= {row[1]}
        else:
            values = facts[row[0]] = dict(zip(_FACTS, row, strict=True))
            values["episode_ids"] = frozenset((row[1],))
    return [_made(ReturnHomeInterview, facts[id_]) for id_ in sorted(facts)]


def _of_both(session: Session, near: _Near, query: Select[*tuple[Any, ...]]) -> Iterator[Any]:
    """A query over episodes under each of the conditions; a row may come twice."""
    for part in near.parts():
        yield from plain_rows(session, query.where(part))


def _returned_in(session: Session, query: Select[*tuple[Any, ...]], times: Sequence[Span]) -> list[Any]:
    """The rows of a query over episodes that returned in these times, each once, in order of id, their first column."""
    found: dict[int, Any] = {}
    for start, end in times:
        returned = _episode.returned_at >= start, _episode.returned_at < end
        found |= {row[0]: row for row in plain_rows(session, query.where(*returned))}
    return [found[id_] for id_ in sorted(found)]


def _attempts(session: Session, times: Sequence[Span]) -> list[AttemptFact]:
    of = ContactAttempt.__table__.join(InterviewEpisode.__table__, _link.interview_id == _attempt.interview_id)
    of = of.join(Episode.__table__, _episode.id == _link.episode_id)
    columns = _attempt.id, _attempt.interview_id, _attempt.at, _attempt.outcome
    query = select(*columns).select_from(of).where(_attempt.withdrawn_at.is_(None))
    rows = _returned_in(session, query, times)
    return [AttemptFact(id_, of_id, at, ContactOutcome(outcome)) for id_, of_id, at, outcome in rows]


def _requests(session: Session, times: Sequence[Span]) -> list[RequestFact]:
    of = AuthorityRequest.__table__.join(InterviewEpisode.__table__, _link.interview_id == _request.interview_id)
    of = of.join(Episode.__table__, _episode.id == _link.episode_id)
    columns = _request.id, _request.interview_id, _request.asked_at, _request.answer, _request.answered_at
    query = select(*columns).select_from(of).where(_request.withdrawn_at.is_(None))
    rows = _returned_in(session, query, times)
    return [
        RequestFact(id_, of_id, asked_at, AuthorityAnswer(answer) if answer else None, answered_at)
        for id_, of_id, asked_at, answer, answered_at in rows
    ]


def _reasons(session: Session, times: Sequence[Span]) -> list[ReasonFact]:
    """Of the breaches that stand, where a reason was given: the newest clock's."""
    of = Breach.__table__.join(Episode.__table__, _episode.id == _breach.episode_id)
    given = (_breach.withdrawn_at.is_(None), _breach.reason.is_not(None), _breach.reason_at.is_not(None))
    query = select(_breach.id, _breach.episode_id, _breach.reason, _breach.reason_at).select_from(of).where(*given)
    rows = _returned_in(session, query, times)
    return [ReasonFact(id_, of_id, BreachReason(reason), at) for id_, of_id, reason, at in rows]


def _raised_in(told: Span) -> ColumnElement[bool]:
    """Alerts of the rungs of a deadline, not of another trigger."""
    return and_(_alert.raised_at >= told[0], _alert.raised_at < told[1], _alert.trigger.is_(None))


def _alerts(session: Session, told: Span, cut_off: datetime) -> list[AlertFact]:
    """Undelivered: it came back, or was refused for good, by the cut-off. What was no longer needed did neither."""
    of = Alert.__table__.outerjoin(OutboxMessage.__table__, _outbox.id == _alert.outbox_id)
    columns = (
        _alert.id, _alert.rung, _alert.offset_hours, _alert.raised_at, _outbox.sent_at, _outbox.undelivered_at,
        _alert.acknowledged_at, _alert.episode_id,
    )  # fmt: skip
    rows = plain_rows(session, select(*columns).select_from(of).where(_raised_in(told)).order_by(_alert.id))
    return [
        AlertFact(
            id_, str(shipped_rung(rung, hours)), raised_at, sent_at, bool(lost and lost <= cut_off), answered, of_id
        )
        for id_, rung, hours, raised_at, sent_at, lost, answered, of_id in rows
    ]


def _known_before(
    session: Session, since: datetime, times: Sequence[Span], countable: Iterable[EpisodeKind]
) -> Iterator[int]:
    """Children who went missing in these times, and countably before the rows begin. Whoever was an adult then is one
    since, and counts nowhere."""
    earlier = Episode.__table__.alias("earlier").c
    seen = or_(*(and_(_episode.missing_from_at >= start, _episode.missing_from_at < end) for start, end in times))
    query = select(earlier.child_id).distinct().where(
        earlier.child_id.in_(select(_episode.child_id).where(seen)),
        earlier.missing_from_at < since,
        earlier.excluded.is_(None),
        earlier.kind.in_([str(kind) for kind in countable]),
    )  # fmt: skip
    return (child_id for (child_id,) in plain_rows(session, query))
