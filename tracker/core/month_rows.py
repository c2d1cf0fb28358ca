"""The rows a month is made from as they stood at the cut-off, in the order of each question."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from operator import attrgetter
from typing import NamedTuple, TypeVar

from tracker.core.clock import Period
from tracker.core.episodes import CountedEpisode, MissingEpisode, count_once
from tracker.core.figures import Member
from tracker.core.interview_course import Attempt
from tracker.core.interviews import Closing, ReturnHomeInterview, clock_due_at, closing_of, first_of
from tracker.core.month_facts import RequestFact, SummaryInput
from tracker.core.month_past import Gone, Returned, Series, first_starts, with_past
from tracker.core.policy import Policy
from tracker.core.terms import BreachReason, EpisodeKind

LONG_AGO = datetime.min.replace(tzinfo=UTC)
"""When a child went missing of whom no more is known than that it was before these rows."""

T = TypeVar("T")
Row = TypeVar("Row", bound=Gone | Returned)


class GoneMissing(NamedTuple):
    """A countable going-missing as known at the cut-off. `episode` stands for it where several conflict.

    `is_first`: the child has no earlier one. `end_unknown`: it never ended, and the child went missing again.
    """

    episode: MissingEpisode
    started_at: datetime
    ended_at: datetime | None
    is_first: bool
    end_unknown: bool
    member: Member
    child: Member


class ReturnedEpisode(NamedTuple):
    """An episode with a clock: each one, conflicts not joined (definitions §6).

    `closing`: what closes the clock by the cut-off. `reason`: why the 72 hours were not met, if that was said.
    `attempts`: to arrange any of its interviews. `requests`: to other councils to hold any of them. `offered_at`,
    `accepted_at`: first recorded, or implied by an answer or by being held; perhaps after the cut-off.
    """

    episode: MissingEpisode
    returned_at: datetime
    due_at: datetime
    interviews: Sequence[ReturnHomeInterview]
    member: Member
    closing: Closing | None = None
    reason: BreachReason | None = None
    attempts: Sequence[Attempt] = ()
    requests: Sequence[RequestFact] = ()
    offered_at: datetime | None = None
    accepted_at: datetime | None = None

    @property
    def notified_at(self) -> datetime | None:
        return self.episode.notified_at


@dataclass(frozen=True)
class MonthRows:
    """Everything that had happened by the cut-off; each sequence sorted by the instant it is named for.

    `series`: these and the past. What is asked of times shown in full needs no more than these.
    """

    cut_off: datetime
    started: Sequence[GoneMissing]
    ended: Sequence[GoneMissing]
    returned: Sequence[ReturnedEpisode]
    no_apparent_risk: Sequence[MissingEpisode]
    series: Series


def rows_at(rows: SummaryInput, cut_off: datetime, policy: Policy) -> MonthRows:
    """The rows with every fact dated after the cut-off as not yet happened (definitions §6)."""
    happened = [_at(episode, cut_off) for episode in rows.episodes if episode.missing_from_at <= cut_off]
    counting = [episode for episode in happened if episode.out_of_counts is None]
    of_child: dict[int, list[MissingEpisode]] = defaultdict(list)
    for episode in counting:
        of_child[episode.child_id].append(episode)
    before = {**first_starts(rows.past), **dict.fromkeys(rows.known_before, LONG_AGO)}
    gone = [one for mine in of_child.values() for one in _gone_missing(mine, policy, before.get(mine[0].child_id))]
    started = sorted(gone, key=attrgetter("started_at"))
    ended = sorted((one for one in started if one.ended_at is not None), key=attrgetter("ended_at"))
    returned = _returned(counting, rows, cut_off, policy)
    no_risk = [episode for episode in counting if episode.kind is EpisodeKind.NO_APPARENT_RISK]
    return MonthRows(
        cut_off=cut_off,
        started=started,
        ended=ended,
        returned=returned,
        no_apparent_risk=sorted(no_risk, key=attrgetter("missing_from_at")),
        series=with_past(Series(started, ended, returned), rows.past, cut_off),
    )


def _at(episode: MissingEpisode, cut_off: datetime) -> MissingEpisode:
    """The episode as it stood: an end, a return or a notice after the cut-off has not happened."""
    found, back, told = episode.found_at, episode.returned_at, episode.notified_at
    if (found is None or found <= cut_off) and (back is None or back <= cut_off) and (told is None or told <= cut_off):
        return episode
    returned = episode.returned_at is not None and episode.returned_at <= cut_off
    return replace(
        episode,
        found_at=_by(episode.found_at, cut_off),
        returned_at=_by(episode.returned_at, cut_off),
        notified_at=_by(episode.notified_at, cut_off),
        interview_due_at=episode.interview_due_at if returned else None,
    )


def _by(at: datetime | None, cut_off: datetime) -> datetime | None:
    return at if at is not None and at <= cut_off else None


def _gone_missing(history: list[MissingEpisode], policy: Policy, before: datetime | None) -> list[GoneMissing]:
    """The countable episodes of ONE child, conflicts joined, in order of start. `before`: its first start elsewhere."""
    last_start_at = max(episode.missing_from_at for episode in history)
    found: list[GoneMissing] = []
    for counted in count_once(history, policy):
        started_at = counted.stands.missing_from_at
        ended_at = _end_of(counted)
        end_unknown = ended_at is None and last_start_at > started_at
        is_first = not found and (before is None or before > started_at)
        stands = counted.stands
        of = (stands.id, stands.is_ours), (stands.child_id, stands.is_ours)
        found.append(GoneMissing(stands, started_at, ended_at, is_first, end_unknown, *of))
    return found


def _end_of(counted: CountedEpisode) -> datetime | None:
    return counted.stands.ended_at if len(counted.members) == 1 else counted.ended_at


def _returned(
    counting: Iterable[MissingEpisode], rows: SummaryInput, cut_off: datetime, policy: Policy
) -> list[ReturnedEpisode]:
    linked: dict[int, list[ReturnHomeInterview]] = defaultdict(list)
    for interview in rows.interviews:
        for episode_id in interview.episode_ids:
            linked[episode_id].append(interview)
    tried: dict[int, list[Attempt]] = defaultdict(list)
    for fact in rows.attempts:
        if fact.at <= cut_off:
            tried[fact.interview_id].append(Attempt(fact.at, fact.outcome))
    asked: dict[int, list[RequestFact]] = defaultdict(list)
    for request in rows.requests:
        asked[request.interview_id].append(request)
    given = sorted(rows.reasons, key=attrgetter("given_at", "id"))
    said = {fact.episode_id: fact.reason for fact in given if fact.given_at <= cut_off}
    found = []
    for episode in counting:
        due_at = clock_due_at(episode, policy)
        if episode.returned_at is not None and due_at is not None:
            mine = linked.get(episode.id, ())
            attempts = [one for interview in mine for one in tried.get(interview.id, ())] if tried else ()
            requests = [one for interview in mine for one in asked.get(interview.id, ())] if asked else ()
            found.append(
                ReturnedEpisode(
                    episode,
                    episode.returned_at,
                    due_at,
                    mine,
                    (episode.id, episode.is_ours),
                    closing_of(episode, mine, by=cut_off) if mine else None,
                    said.get(episode.id),
                    attempts,
                    requests,
                    first_of([one.reached_offer_at() for one in mine]),
                    first_of([at for one in mine for at in (one.accepted_at, one.completed_at)]),
                )
            )
    return sorted(found, key=attrgetter("returned_at"))


def by_id(items: Iterable[Row]) -> list[Row]:
    """In order of the episode's id: whatever is counted of them is then in the order in which figures list it."""
    return sorted(items, key=attrgetter("member"))


def within(items: Sequence[T], period: Period, at: Callable[[T], datetime]) -> Sequence[T]:
    """Those of a sequence sorted by `at` whose instant lies in the half-open period."""
    return items[bisect_left(items, period.start_at, key=at) : bisect_left(items, period.end_at, key=at)]
