"""What an episode would be if some lines had never been read: its whole history told again without them.

The history is told twice, with the lines and without. Where the telling with them gives what is held, the telling
without them says what would be held; where it does not, something happened that the history does not hold, and the
field is left as it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tracker.core.daily_report import ReportLine
from tracker.core.episodes import LINE_FIELDS, MissingEpisode, change_from_line
from tracker.core.report_terms import LineOutcome
from tracker.core.terms import FlagCode

FIELDS = (*LINE_FIELDS, "excluded", "notified_at", "police_force", "police_reference", "is_ours")
"""What a line may write on an episode."""

OF_LINES = frozenset(
    {
        FlagCode.TIME_AMBIGUOUS,
        FlagCode.TIME_NONEXISTENT,
        FlagCode.START_TIME_ESTIMATED,
        FlagCode.FOUND_TIME_ESTIMATED,
        FlagCode.RETURN_TIME_ESTIMATED,
        FlagCode.ENDS_AS_IT_STARTS,
        FlagCode.POLICE_SAY_STILL_MISSING,
    }
)
"""Flags that hang on what lines said. The others are worked out anew from what is held."""


@dataclass(frozen=True)
class Said:
    """A line spoke. `told_at`: when that report was received; None for loaded history. `goes`: it is to be unsaid."""

    line: ReportLine
    told_at: datetime | None
    goes: bool = False


@dataclass(frozen=True)
class Entered:
    """A person entered values (fields of MissingEpisode); their first entry makes the episode where none was held."""

    values: Mapping[str, Any]


Event = Said | Entered


@dataclass(frozen=True)
class Told:
    """An episode as its history tells it, and the questions (field, police value) that lines raised on the way."""

    episode: MissingEpisode | None
    asked: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Unsaid:
    """What unsaying lines comes to. `vanishes`: without them there is no such episode. Else what to write over it.

    `as_of`: the age of the newest line that still stands; None where it is not known. `asked`: the questions that stand
    without them.
    """

    vanishes: bool
    values: Mapping[str, object]
    as_of: tuple[datetime, int] | None
    asked: frozenset[tuple[str, str]] = frozenset()


def unsay(events: Sequence[Event], base: MissingEpisode | None, held: MissingEpisode) -> Unsaid:
    """What becomes of the episode held when the lines that go are unsaid. `base`: what was held before them all."""
    full = tell(events, base, held).episode
    rest = tell((one for one in events if not (isinstance(one, Said) and one.goes)), base, held)
    if rest.episode is None:
        return Unsaid(True, {}, None)
    values: dict[str, object] = {}
    for name in FIELDS if full is not None else ():
        current, without = getattr(held, name), getattr(rest.episode, name)
        if getattr(full, name) == current and without != current:
            values[name] = without
    if full is not None and full.flags & OF_LINES == held.flags & OF_LINES:
        flags = (held.flags - OF_LINES) | (rest.episode.flags & OF_LINES)
        if flags != held.flags:
            values["flags"] = flags
    explained = full is not None and full.as_of == held.as_of
    return Unsaid(False, values, rest.episode.as_of if explained else None, rest.asked)


def tell(events: Iterable[Event], base: MissingEpisode | None, held: MissingEpisode) -> Told:
    """The history, event by event. `held` gives what no line says: whose episode it is."""
    episode, asked = base, set[tuple[str, str]]()
    for event in events:
        if isinstance(event, Entered):
            episode = _entered(event, episode, held)
            continue
        change = change_from_line(event.line, episode)
        asked |= {(decision.field, decision.police) for decision in change.decisions}
        if change.outcome in (LineOutcome.CREATED, LineOutcome.UPDATED, LineOutcome.UNCHANGED):
            episode = _said(event, change.values, change.flags, episode, held)
    return Told(episode, frozenset(asked))


def _entered(event: Entered, episode: MissingEpisode | None, held: MissingEpisode) -> MissingEpisode | None:
    if episode is not None:
        return replace(episode, **event.values)
    if event.values.get("missing_from_at") is None:
        return None
    return replace(
        MissingEpisode(held.id, held.child_id, event.values["missing_from_at"], is_ours=held.is_ours),
        person_fields=frozenset(event.values),
        **event.values,
    )


def _said(
    event: Said,
    values: Mapping[str, Any],
    flags: frozenset[FlagCode],
    episode: MissingEpisode | None,
    held: MissingEpisode,
) -> MissingEpisode:
    line = event.line
    more: dict[str, Any] = {"flags": flags, "as_of": line.as_of}
    if episode is None:
        is_ours = line.is_ours if line.is_ours is not None else held.is_ours
        made = MissingEpisode(held.id, held.child_id, line.missing_from_at, is_ours=is_ours)
        episode, values = made, {**values, "police_force": line.police_force, "police_reference": line.police_reference}
    elif episode.police_reference is None:
        values = {**values, "police_force": line.police_force, "police_reference": line.police_reference}
    if episode.as_of is not None and episode.as_of > line.as_of:
        more["as_of"] = episode.as_of
    if "responsible_authority" in values and line.is_ours is not None:
        more["is_ours"] = line.is_ours
    if values.get("returned_at") and episode.returned_at is None and episode.notified_at is None:
        more["notified_at"] = event.told_at
    return replace(episode, **{**values, **more})
