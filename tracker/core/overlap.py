"""Episodes of one child that cannot both be as they stand: which overlap, what counts once, what never ended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tracker.core.clock import elapsed_hours
from tracker.core.missing_episode import MissingEpisode
from tracker.core.policy import Policy
from tracker.core.terms import FlagCode


def overlaps(one: MissingEpisode, other: MissingEpisode) -> bool:
    """Two ended episodes share an instant. Touching end to start is no overlap (definitions §4.4)."""
    if one.ended_at is None or other.ended_at is None:
        return False
    return one.missing_from_at < other.ended_at and other.missing_from_at < one.ended_at


@dataclass(frozen=True)
class CountedEpisode:
    """One countable going-missing: an episode that stands for itself and for those it conflicts with."""

    stands: MissingEpisode
    members: tuple[MissingEpisode, ...]

    @property
    def hours(self) -> float | None:
        """Hours missing: of the union of the members; None while it is open."""
        ends = [member.ended_at for member in self.members]
        if any(end is None for end in ends):
            return None
        return elapsed_hours(self.stands.missing_from_at, max(end for end in ends if end is not None))

    @property
    def ended_at(self) -> datetime | None:
        ends = [member.ended_at for member in self.members]
        return None if any(end is None for end in ends) else max(end for end in ends if end is not None)


def _standing_order(episode: MissingEpisode) -> tuple[datetime, str, int]:
    return episode.missing_from_at, episode.police_reference or "~", episode.id


def count_once(episodes: Iterable[MissingEpisode], policy: Policy) -> list[CountedEpisode]:
    """The countable episodes of ONE child in order of start, unsettled conflicts joined (definitions §4.4).

    An episode may conflict with one that is not the last before it: a long one, with others settled or open between.
    """
    countable = [episode for episode in episodes if episode.is_countable(policy)]
    if len(countable) == 1:
        return [CountedEpisode(countable[0], (countable[0],))]
    counted: list[CountedEpisode] = []
    last_ends: list[datetime | None] = []  # of each: nothing that starts then or later can conflict with it
    for episode in sorted(countable, key=_standing_order):
        for place, until in enumerate(last_ends):
            if until is None or until <= episode.missing_from_at:
                continue
            if any(_conflict(member, episode) for member in counted[place].members):
                counted[place] = replace(counted[place], members=(*counted[place].members, episode))
                last_ends[place] = max(until, episode.ended_at or until)
                break
        else:
            counted.append(CountedEpisode(episode, (episode,)))
            last_ends.append(episode.ended_at)
    return counted


def _conflict(one: MissingEpisode, other: MissingEpisode) -> bool:
    return overlaps(one, other) and not (one.conflict_settled and other.conflict_settled)


def relation_flags(episodes: Sequence[MissingEpisode]) -> dict[int, frozenset[FlagCode]]:
    """For each episode of ONE child, the flags that come from its others: overlapping, or end unknown."""
    live = sorted((e for e in episodes if e.out_of_counts is None), key=_standing_order)
    found: dict[int, set[FlagCode]] = {episode.id: set() for episode in episodes}
    for place, episode in enumerate(live):
        ended_at = episode.ended_at
        if ended_at is None and live[place + 1 :]:
            found[episode.id].add(FlagCode.END_UNKNOWN)
        for later in live[place + 1 :]:
            if ended_at is None or later.missing_from_at >= ended_at:  # nor does any after it, in order of start
                break
            if _conflict(episode, later):
                found[episode.id].add(FlagCode.OVERLAPS_ANOTHER)
                found[later.id].add(FlagCode.OVERLAPS_ANOTHER)
    return {id_: frozenset(flags) for id_, flags in found.items()}
