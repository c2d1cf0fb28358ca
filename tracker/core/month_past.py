"""Episodes of which a month shows no more than the thirteen-month series and its repeat rules, held as little as that
asks: nine in ten of the rows that a month reads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import NamedTuple, Protocol

from tracker.core.clock import local_date
from tracker.core.figures import Member
from tracker.core.interviews import Closing, closed_by
from tracker.core.repeats import Counted


class PastEpisode(NamedTuple):
    """A countable episode that stands for itself (it conflicts with none) and ended before any time shown in full.

    Its deadline is the one pinned, None where it has no clock. Of its interviews: the earliest of each fact.
    """

    id: int
    child_id: int
    is_ours: bool
    missing_from_at: datetime
    found_at: datetime | None
    returned_at: datetime | None
    notified_at: datetime | None
    interview_due_at: datetime | None
    completed_at: datetime | None = None
    declined_at: datetime | None = None
    not_required_approved_at: datetime | None = None

    @property
    def start_on(self) -> date:
        return local_date(self.missing_from_at)


class Gone(Protocol):
    """A countable going-missing, as far as the series and the repeat rules go."""

    @property
    def episode(self) -> Counted: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def ended_at(self) -> datetime | None: ...
    @property
    def member(self) -> Member: ...
    @property
    def child(self) -> Member: ...


class Returned(Protocol):
    """An episode with a clock, as far as what became of its interview goes."""

    @property
    def returned_at(self) -> datetime: ...
    @property
    def due_at(self) -> datetime: ...
    @property
    def notified_at(self) -> datetime | None: ...
    @property
    def member(self) -> Member: ...
    @property
    def closing(self) -> Closing | None: ...


class PastGone(NamedTuple):
    episode: PastEpisode
    started_at: datetime
    ended_at: datetime | None
    member: Member
    child: Member


class PastReturned(NamedTuple):
    returned_at: datetime
    due_at: datetime
    notified_at: datetime | None
    member: Member
    closing: Closing | None


@dataclass(frozen=True)
class Series:
    """Everything that counts, whether shown in full or past, each sorted by the instant it is named for."""

    started: Sequence[Gone]
    ended: Sequence[Gone]
    returned: Sequence[Returned]


def with_past(full: Series, past: Iterable[PastEpisode], cut_off: datetime) -> Series:
    """What is known in full and the past together; a fact dated after the cut-off has not happened."""
    gone: list[Gone] = []
    returned: list[Returned] = []
    for episode in past:
        (
            id_, child_id, is_ours, started_at, found_at, returned_at, notified_at, due_at, completed_at, declined_at,
            approved_at,
        ) = episode  # fmt: skip
        member = id_, is_ours
        gone.append(PastGone(episode, started_at, found_at or returned_at, member, (child_id, is_ours)))
        if returned_at is not None and due_at is not None:
            told_at = notified_at if notified_at is not None and notified_at <= cut_off else None
            closing = closed_by(approved_at, completed_at, declined_at, due_at, cut_off)
            returned.append(PastReturned(returned_at, due_at, told_at, member, closing))
    if not gone:
        return full
    return Series(
        started=sorted([*full.started, *gone], key=attrgetter("started_at")),
        ended=sorted([*full.ended, *gone], key=attrgetter("ended_at")),
        returned=sorted([*full.returned, *returned], key=attrgetter("returned_at")),
    )


def first_starts(past: Iterable[PastEpisode]) -> Mapping[int, datetime]:
    """When each child first went missing, of these."""
    found: dict[int, datetime] = {}
    for episode in past:
        known = found.get(episode.child_id)
        if known is None or episode.missing_from_at < known:
            found[episode.child_id] = episode.missing_from_at
    return found
