"""The rows that the figures of a period are made from, as plain columns: what they cost follows the period.

Nothing of the ORM is made: a year of a country is a quarter of a million episodes. Texts about a child (circumstances,
addresses, who found it) stay where they are: no figure reads them, and what is published freezes these rows.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, Select, and_, or_, select, union
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from tracker.core.alerts import shipped_rung
from tracker.core.interview_terms import AuthorityAnswer, ContactOutcome
from tracker.core.month_facts import AlertFact, AttemptFact, ReasonFact, RequestFact, SummaryInput
from tracker.core.month_spans import Span, past_in
from tracker.core.policy import Policy
from tracker.core.terms import BreachReason, EpisodeKind
from tracker.store import month_past
from tracker.store.db import plain_rows
from tracker.store.models import (
    Alert,
    AuthorityRequest,
    Breach,
    ContactAttempt,
    Episode,
    InterviewEpisode,
    OutboxMessage,
)
from tracker.store.month_full import Near, full_rows

_episode, _link = Episode.__table__.c, InterviewEpisode.__table__.c
_attempt, _request, _breach = ContactAttempt.__table__.c, AuthorityRequest.__table__.c, Breach.__table__.c
_alert, _outbox = Alert.__table__.c, OutboxMessage.__table__.c

SHIPPED_POLICY = Policy()


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
    near = Near(_rest(since, until, past_times), since, until, cut_off, sorted(in_full - whole), sorted(whole))
    episodes, interviews = full_rows(session, near)
    return SummaryInput(
        episodes=episodes,
        interviews=interviews,
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
