"""Which rows the Missing table of a collection year has, and their dates.

By the Department's guide: every time a looked-after child of this council was missing (M) or away from placement
without authorisation (A), however short; a start and end on one day have that day twice. A missing child's row ends
when the child is found; one who is still not back then has a row A from that day to the return. Who ceases to be looked
after meanwhile is missing until that day; who begins to be, from the day it began. Still going on 31 March: no end.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from tracker.core.clock import Period, local_date
from tracker.core.looked_after import Extract, care_periods, eighteenth_birthday, placement_ended_on
from tracker.core.missing_episode import MissingEpisode
from tracker.core.overlap import CountedEpisode, count_once
from tracker.core.policy import Policy
from tracker.core.ssda903 import CODES, MissingRow, RowNote, written
from tracker.core.terms import EpisodeKind, LivingSetting


def missing_rows(
    episodes: Iterable[MissingEpisode], extract: Extract, year: Period, policy: Policy
) -> list[MissingRow]:
    """The rows of the year, child by child in order of start. `episodes`: whole histories, of any children."""
    histories: dict[int, list[MissingEpisode]] = defaultdict(list)
    for episode in episodes:
        if episode.is_ours and episode.kind in CODES:
            histories[episode.child_id].append(episode)
    found = []
    for child_id in sorted(histories, key=lambda id_: (code_of(id_, extract), id_)):
        for counted in count_once(histories[child_id], for_returns(policy)):
            found += [part for part in _parts(counted, extract) if _touches(part, year)]
    return [_row(part, extract, year) for part in found]


def for_returns(policy: Policy) -> Policy:
    """Which kinds a council counts elsewhere is its own choice; what is returned is not."""
    return replace(policy, countable_kinds=frozenset(CODES))


def code_of(child_id: int, extract: Extract) -> str:
    """The CHILD id of our child; empty where none is known."""
    held = extract.children.get(child_id)
    return held.code if held else ""


@dataclass(frozen=True)
class _Part:
    """A stretch of one code, in days."""

    episode: MissingEpisode
    code: str
    start_on: date
    end_on: date | None
    notes: tuple[RowNote, ...]


def _touches(part: _Part, year: Period) -> bool:
    return part.start_on < year.end_on and (part.end_on is None or part.end_on >= year.start_on)


def _parts(counted: CountedEpisode, extract: Extract) -> Iterator[_Part]:
    """An episode as stretches: missing until found, then away until back; within care where that is known."""
    episode = counted.stands
    joined = (RowNote.JOINED,) if len(counted.members) > 1 else ()
    code = "M" if any(one.kind is EpisodeKind.MISSING for one in counted.members) else CODES[episode.kind]
    start_on, found_on, back_on = episode.start_on, _day_of(counted.ended_at), _day_of(_back_at(counted))
    if code == "M" and found_on is not None and (back_on is None or back_on > found_on):
        whole: tuple[_Part, ...] = (
            _Part(episode, "M", start_on, found_on, joined),
            _Part(episode, "A", found_on, back_on, (*joined, RowNote.FOUND_NOT_BACK)),
        )
    else:
        whole = (_Part(episode, code, start_on, back_on, joined),)
    for part in whole:
        if part.start_on == start_on or not _left_care(episode.child_id, start_on, part.start_on, extract):
            yield from _in_care(part, extract)


def _left_care(child_id: int, start_on: date, then: date, extract: Extract) -> bool:
    """Looked after when it started and not on the later day: what came then is no part of the return."""
    periods = care_periods(extract.care_of(child_id))
    return any(one.holds(start_on) for one in periods) and not any(one.holds(then) for one in periods)


def _back_at(counted: CountedEpisode) -> datetime | None:
    """When the child was back: the latest return, if every record has one or the last of them to end does."""
    returns = [one.returned_at for one in counted.members if one.returned_at is not None]
    last = max(returns, default=None)
    ended_at = counted.ended_at
    all_back = len(returns) == len(counted.members)
    return last if last is not None and (all_back or (ended_at is not None and last >= ended_at)) else None


def _day_of(at: datetime | None) -> date | None:
    return None if at is None else local_date(at)


def _in_care(part: _Part, extract: Extract) -> Iterator[_Part]:
    """The part as far as the child was looked after: by a period of care, else by what the episode says."""
    held = extract.care_of(part.episode.child_id)
    periods = care_periods(held)
    first = next((one for one in periods if one.holds(part.start_on)), None)
    notes = part.notes
    start_on = part.start_on
    if first is None:
        first = next((one for one in periods if _begins_within(one.start_on, part)), None)
        if first is not None:
            start_on, notes = first.start_on, (*notes, RowNote.CARE_BEGAN)
    if first is None:
        if part.episode.setting is LivingSetting.LOOKED_AFTER:
            yield from _until_18(part)
        return
    end_on = part.end_on
    if first.end_on is not None and (end_on is None or end_on > first.end_on):
        end_on, notes = first.end_on, (*notes, RowNote.CARE_ENDED)
    elif end_on is None and (ended_on := placement_ended_on(held, start_on)):
        end_on, notes = ended_on, (*notes, RowNote.PLACEMENT_ENDED)
    yield _Part(part.episode, part.code, start_on, end_on, notes)


def _until_18(part: _Part) -> Iterator[_Part]:
    """Nobody is looked after from the 18th birthday on, whatever the lists lack."""
    born_on = part.episode.date_of_birth
    last = eighteenth_birthday(born_on) if born_on else None
    if last is None or (part.end_on is not None and part.end_on <= last):
        yield part
    elif part.start_on <= last:
        yield replace(part, end_on=last, notes=(*part.notes, RowNote.TURNED_18))


def _begins_within(day: date, part: _Part) -> bool:
    return part.start_on < day and (part.end_on is None or day < part.end_on)


def _row(part: _Part, extract: Extract, year: Period) -> MissingRow:
    """An end after the year is none yet. The Header's date of birth goes with its CHILD id."""
    child_id = part.episode.child_id
    held = extract.children.get(child_id)
    born_on = held.date_of_birth if held else part.episode.date_of_birth
    end_on = part.end_on if part.end_on and part.end_on < year.end_on else None
    return MissingRow(
        code_of(child_id, extract), written(born_on), part.code, written(part.start_on), written(end_on),
        child_id, part.episode.id, part.notes,
    )  # fmt: skip
