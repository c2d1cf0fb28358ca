"""Reads for places: where children go missing from and are found, by district and by place; lists; files without small
numbers.

A place may be a child's home. So it stands in no address, and whoever may not see records (the operational group) sees
only places from which, or in which, a number of different children were that is not small: homes of many, stations.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter

from tracker.core.clock import Period
from tracker.core.missing_episode import MissingEpisode
from tracker.core.month_facts import SummaryInput
from tracker.core.month_rows import rows_at, within
from tracker.core.places import District, Place, alike, district_of, places
from tracker.core.sums import Kept, Sum
from tracker.core.suppressing import suppress
from tracker.core.tables import Cell, Table
from tracker.services.context import Context, Viewer
from tracker.services.pages.edition import shown_words
from tracker.services.pages.episode_rows import record_list
from tracker.services.pages.kept_figures import kept
from tracker.services.pages.periods import check, narrowed
from tracker.services.transaction import writing
from tracker.store import audit, histories
from tracker.store.db import session as read_session
from tracker.store.visibility import sees_all

LISTED = 15


class Where(StrEnum):
    """What a list of places is of: its code stands in addresses."""

    FROM_DISTRICT = "from_district"
    FOUND_DISTRICT = "found_district"
    FROM_PLACE = "from_place"
    FOUND_PLACE = "found_place"


TITLES = {
    Where.FROM_DISTRICT: "Districts missing from",
    Where.FOUND_DISTRICT: "Districts found in",
    Where.FROM_PLACE: "Places missing from",
    Where.FOUND_PLACE: "Places found",
}


@dataclass(frozen=True)
class Hotspots:
    """`found`: for each list its places. `left_out`: how many places of each list this viewer is not shown."""

    period: Period
    found: Mapping[Where, tuple[Place, ...]]
    left_out: Mapping[Where, int]
    has_map: bool
    map_words: str


def hotspots(
    context: Context, viewer: Viewer, period: Period, districts: Sequence[District], threshold: int
) -> Hotspots:
    """The places of a period; the view is recorded first. Refused: what is no period, or has not begun."""
    check(context, period)
    record_list(context, "places", narrowed(period))
    every = _found(context, period, districts)
    shown = {where: _shown(where, found, sees_all(viewer), threshold) for where, found in every.items()}
    left_out = {where: _named(every[where]) - _named(shown[where]) for where in Where}
    counts = _district_counts(every)
    unknown = sum(len(place.episode_ids) for place in every[Where.FROM_DISTRICT] if not place.text)
    return Hotspots(period, shown, left_out, bool(districts), map_words(counts, unknown))


def ids_behind_place(
    context: Context, period: Period, districts: Sequence[District], where: Where, key: str
) -> Place | None:
    """The place of a list with its episodes; None where there is none. Refused likewise."""
    check(context, period)
    found = _found(context, period, districts)[where]
    return next((place for place in found if place.key == key), None)


def places_file(context: Context, period: Period, districts: Sequence[District], threshold: int) -> Table:
    """What may be handed to partners of the group: no number below the threshold, none that can be worked out.

    Districts with their partners kept back; of places only those of so many different children. Recorded as an export.
    """
    check(context, period)
    with writing() as session:
        details = {"filter": {**narrowed(period), "threshold": threshold}}
        audit.record(session, "export_made", context.actor, context.now, "places", None, details)
    every = _found(context, period, districts)
    rows: list[tuple[Cell, ...]] = []
    for where, found in every.items():
        if where in (Where.FROM_DISTRICT, Where.FOUND_DISTRICT):
            rows += _district_rows(where, found, threshold)
        else:
            named = [one for one in found if one.text and len(one.child_ids) >= threshold]
            rows += [_file_row(where, one, len(one.episode_ids), _children(one, threshold), threshold) for one in named]
    days = period.start_on.isoformat(), period.last_day.isoformat()
    headers = ("first_day", "last_day", "list", "place", "episodes", "children")
    title = "Where children go missing from and are found"
    return Table("places", title, headers, tuple((*days, *row) for row in rows))


def places_document(
    context: Context, period: Period, districts: Sequence[District], threshold: int
) -> tuple[Table, tuple[Mapping[str, object], ...]]:
    """The same file, and the data of its map: no shade tells a number that is not shown."""
    table = places_file(context, period, districts, threshold)
    texts = {str(row[3]): row[4] for row in table.rows if row[2] == TITLES[Where.FROM_DISTRICT]}
    counts = {name: value for name, value in texts.items() if isinstance(value, int)}
    shown = {one.name: str(texts.get(one.name, 0)) for one in districts}
    return table, map_rows(districts, shown, counts)


def places_map(context: Context, period: Period, districts: Sequence[District]) -> tuple[Mapping[str, object], ...]:
    """The data of the map, for the picture within a page whose view has been recorded."""
    check(context, period)
    counts = _district_counts(_found(context, period, districts))
    return map_rows(districts, {one.name: f"{counts.get(one.name, 0):,}" for one in districts}, counts)


def map_rows(
    districts: Sequence[District], texts: Mapping[str, str], counts: Mapping[str, int]
) -> tuple[Mapping[str, object], ...]:
    """For templates/charts/tiles.json: a tile a district with its number as text, darker where there are more."""
    return tuple(
        {
            "column": one.column,
            "row": one.row,
            "name": one.name,
            "text": texts[one.name],
            "episodes": counts.get(one.name, 0),
        }
        for one in districts
    )


def map_words(counts: Mapping[str, int], unknown: int) -> str:
    if not counts:
        return "No episode of these days has a district."
    most = max(sorted(counts), key=lambda name: counts[name])
    rest = f" Of {unknown:,} more the district is not known." if unknown else ""
    return f"Most began in {most}: {counts[most]:,} of {sum(counts.values()):,} episodes with a district.{rest}"


def _district_counts(every: Mapping[Where, Sequence[Place]]) -> dict[str, int]:
    return {place.text: len(place.episode_ids) for place in every[Where.FROM_DISTRICT] if place.text}


def _named(found: Sequence[Place]) -> int:
    return sum(1 for one in found if one.text)


def _found(context: Context, period: Period, districts: Sequence[District]) -> dict[Where, list[Place]]:
    return kept(context, ("places", period, tuple(districts)), lambda: _every(context, period, districts))


def _every(context: Context, period: Period, districts: Sequence[District]) -> dict[Where, list[Place]]:
    """Of the episodes that count and started in the period, conflicts once (definitions §5)."""
    held = histories.of_children_between(read_session(), period.start_at, period.end_at, context.now)
    known = rows_at(SummaryInput(held, ()), context.now, context.rules.policy)
    gone = [one.episode for one in within(known.started, period, attrgetter("started_at"))]
    found = [episode for episode in gone if episode.ended_at is not None]
    return {
        Where.FROM_DISTRICT: places((_district_from(one, districts), one) for one in gone),
        Where.FOUND_DISTRICT: places((district_of(one.found_location, districts), one) for one in found),
        Where.FROM_PLACE: places((one.missing_from_address, one) for one in gone),
        Where.FOUND_PLACE: places((one.found_location, one) for one in found),
    }


def _district_from(episode: MissingEpisode, districts: Sequence[District]) -> str | None:
    """As it was recorded, in the council's own writing where it is one of its districts; else as the address says."""
    written = {alike(one.name): one.name for one in districts}
    recorded = (episode.district or "").strip()
    if alike(recorded):
        return written.get(alike(recorded), recorded)
    return district_of(episode.missing_from_address, districts)


def _shown(where: Where, found: Sequence[Place], whole: bool, threshold: int) -> tuple[Place, ...]:
    if where in (Where.FROM_DISTRICT, Where.FOUND_DISTRICT):
        return tuple(found)
    known = [one for one in found if one.text and (whole or len(one.child_ids) >= threshold)]
    return tuple(known[:LISTED])


def _district_rows(where: Where, found: Sequence[Place], threshold: int) -> list[tuple[Cell, ...]]:
    """Episodes and children of each district as one system, with the whole that other figures of the period tell.

    By name: the order of their numbers would tell what is hidden.
    """
    found = sorted(found, key=lambda one: (one.text is None, one.text or ""))
    counts = {"all": sum(len(one.episode_ids) for one in found)}
    sums = [Sum("all", tuple(f"{one.key}.episodes" for one in found))] if found else []
    for one in found:
        episodes, children = len(one.episode_ids), len(one.child_ids)
        counts |= {f"{one.key}.episodes": episodes, f"{one.key}.children": children}
        counts[f"{one.key}.again"] = episodes - children
        sums.append(Sum(f"{one.key}.episodes", (f"{one.key}.children", f"{one.key}.again")))
    cells = suppress(counts, sums, threshold)
    return [
        _file_row(where, one, cells[f"{one.key}.episodes"], cells[f"{one.key}.children"], threshold) for one in found
    ]


def _children(place: Place, threshold: int) -> int | Kept:
    """How many, unless the episodes beside it would tell that few of them were there again."""
    children = len(place.child_ids)
    return Kept.PARTNER if 0 < len(place.episode_ids) - children < threshold else children


def _file_row(
    where: Where, place: Place, episodes: int | Kept, children: int | Kept, threshold: int
) -> tuple[Cell, ...]:
    shown = (cell if isinstance(cell, int) else shown_words(cell, threshold)
             for cell in (episodes, children))  # fmt: skip
    return (TITLES[where], place.text or "Not known", *shown)
