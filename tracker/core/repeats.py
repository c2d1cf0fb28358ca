"""Repeat runaways: rules of so many episodes in so many days, and the flags that a history raises."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Protocol

from tracker.core.episodes import MissingEpisode, count_once
from tracker.core.policy import Policy


@dataclass(frozen=True)
class RepeatRule:
    """`count` countable episodes with a local start date in the `window_days` days ending on a day, both ends in."""

    name: str
    count: int
    window_days: int
    title: str = ""
    action: str = ""


class Counted(Protocol):
    """What the rules read of an episode."""

    @property
    def id(self) -> int: ...
    @property
    def child_id(self) -> int: ...
    @property
    def start_on(self) -> date: ...


@dataclass(frozen=True)
class RepeatFlag:
    """One crossing: raised on the day the rule first held; `ends_on` is the first day it holds no longer.

    `ends_on` may lie ahead; `has_ended` says whether it has come.
    """

    child_id: int
    rule: str
    raised_on: date
    ends_on: date
    episode_ids: tuple[int, ...]

    def has_ended(self, today: date) -> bool:
        return self.ends_on <= today


def in_window(start_on: date, day: date, rule: RepeatRule) -> bool:
    """A difference of `window_days - 1` days is in, `window_days` is out, and so is what starts after the day."""
    return 0 <= (day - start_on).days <= rule.window_days - 1


def holds_on(start_dates: Iterable[date], day: date, rule: RepeatRule) -> bool:
    return sum(in_window(start_on, day, rule) for start_on in start_dates) >= rule.count


def repeat_flags(
    episodes: Sequence[MissingEpisode], rules: Sequence[RepeatRule], policy: Policy, today: date
) -> list[RepeatFlag]:
    """Every flag that the history of ONE child makes true as of `today`, by rule and then by day (definitions §5).

    Each names the episodes that made the rule hold, and those that followed while it held.
    """
    counted = [episode.stands for episode in count_once(episodes, policy) if episode.stands.start_on <= today]
    return [flag for rule in rules for flag in crossings(counted, rule)]


def crossings(counted: Sequence[Counted], rule: RepeatRule) -> list[RepeatFlag]:
    """The flags of one rule over ONE child's countable episodes, each counted once, in order of start.

    Whenever the last `count` of them lie within one window, the rule holds until the first of those leaves it.
    """
    flags: list[RepeatFlag] = []
    for place in range(rule.count - 1, len(counted)):
        made_by, episode = counted[place - rule.count + 1 : place + 1], counted[place]
        if not in_window(made_by[0].start_on, episode.start_on, rule):
            continue
        ends_on = made_by[0].start_on + timedelta(days=rule.window_days)
        last = flags[-1] if flags else None
        if last and episode.start_on <= last.ends_on:  # it never stopped holding: the same crossing goes on
            new = tuple(member.id for member in made_by if member.id not in last.episode_ids)
            flags[-1] = replace(last, ends_on=ends_on, episode_ids=(*last.episode_ids, *new))
        else:
            ids = tuple(member.id for member in made_by)
            flags.append(RepeatFlag(episode.child_id, rule.name, episode.start_on, ends_on, ids))
    return flags
