"""By which roads reports come in, and how each stands: for the page of the roads and a line on the page of reports."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.core.dropped_files import shown_name
from tracker.core.feed import Feed
from tracker.core.pulls import Pull
from tracker.core.report_terms import Road
from tracker.services.context import Context
from tracker.store import roads
from tracker.store.db import session
from tracker.store.models import FolderFile, RoadState

STUCK_AFTER = timedelta(hours=1)
"""A file that has lain in the folder for so long will not go by itself."""

FAILING_AFTER = timedelta(days=1)
FAILING_TIMES = 3


@dataclass(frozen=True)
class WaitingFile:
    """Something that lies in the folder. `since`: when it was first seen there."""

    name: str
    since: datetime
    sentence: str
    is_stuck: bool


@dataclass(frozen=True)
class PullRow:
    """One pull. `host` is all that is shown of its address; `problem` is that of the last try, if it failed."""

    name: str
    host: str
    when: str
    tried_at: datetime | None
    ok_at: datetime | None
    next_at: datetime | None
    receipt_id: int | None
    problem: str | None
    failures: int
    is_failing: bool


@dataclass(frozen=True)
class FeedRoads:
    """The roads of one feed. `folder`: its folder on the server, if one is watched."""

    feed: str
    description: str
    folder: str | None
    files: tuple[WaitingFile, ...]
    pulls: tuple[PullRow, ...]


@dataclass(frozen=True)
class RoadsPage:
    """`beside`: what stands in the watched folder outside the feeds' folders. `looked_at`: the last look that ended."""

    feeds: tuple[FeedRoads, ...]
    folder: str | None
    looked_at: datetime | None
    folder_problem: str | None
    beside: tuple[WaitingFile, ...]
    troubles: tuple[str, ...]


def roads_page(context: Context, feeds: Mapping[str, Feed], folder: str, pulls: Sequence[Pull]) -> RoadsPage:
    """Every feed in force with its roads; `folder` is the root of the watched folder, or empty."""
    current = session()
    states = {(held.road, held.name): held for held in roads.states(current)}
    files = _files_by_feed(context.now) if folder else {}
    whole = states.get((Road.FOLDER, "")) if folder else None
    root = folder.rstrip("/")
    rows = tuple(
        FeedRoads(
            feed=name,
            description=feeds[name].description,
            folder=f"{root}/{name}" if folder else None,
            files=files.get(name, ()),
            pulls=tuple(
                _pull_row(one, states.get((Road.PULL, one.name)), context.now) for one in pulls if one.feed == name
            ),
        )
        for name in sorted(feeds)
    )
    return RoadsPage(
        feeds=rows,
        folder=folder or None,
        looked_at=whole.ok_at if whole else None,
        folder_problem=whole.sentence if whole else None,
        beside=files.get("", ()),
        troubles=tuple(roads_troubles(context)),
    )


def roads_troubles(context: Context) -> list[str]:
    """What somebody should look at, in sentences; empty where every road stands as it should.

    A pull that has failed three times in a row, or for a day; a folder that cannot be used; a file that does not go.
    """
    current = session()
    troubles = []
    states = roads.states(current)
    for held in states:
        if held.road == Road.PULL and _is_failing(held, context.now):
            troubles.append(f"The report {held.name} could not be fetched {_times(held.failures)}. {held.sentence}")
        elif held.road == Road.FOLDER and held.failures >= FAILING_TIMES:
            troubles.append(f"The watched folder cannot be used. {held.sentence}")
    is_watched = any(held.road == Road.FOLDER for held in states)
    stuck = roads.troubled(current, context.now - STUCK_AFTER) if is_watched else ()
    for feed, number in Counter(file.feed for file in stuck if _may_be_stuck(file)).items():
        what, do = ("1 file has", "does") if number == 1 else (f"{number} files have", "do")
        where = f"the watched folder of {feed}" if feed else "the watched folder, outside the feeds' folders,"
        troubles.append(
            f"{what} lain in {where} for more than an hour and {do} not go. The page of the roads says why."
        )
    return troubles


def _times(failures: int) -> str:
    return "the last time" if failures == 1 else f"the last {failures} times"


def _is_failing(held: RoadState, now: datetime) -> bool:
    if held.failures >= FAILING_TIMES:
        return True
    return held.failing_since is not None and now - held.failing_since > FAILING_AFTER


def _may_be_stuck(file: FolderFile) -> bool:
    return file.code != "hidden_name"


def _files_by_feed(now: datetime) -> dict[str, tuple[WaitingFile, ...]]:
    current = session()
    found: dict[str, tuple[WaitingFile, ...]] = {}
    for file in (*roads.staying_files(current), *roads.waiting_files(current)):
        is_stuck = _may_be_stuck(file) and now - file.first_seen_at >= STUCK_AFTER
        row = WaitingFile(shown_name(file.name), file.first_seen_at, file.sentence, is_stuck)
        found[file.feed] = (*found.get(file.feed, ()), row)
    return found


def _pull_row(pull: Pull, held: RoadState | None, now: datetime) -> PullRow:
    when = (
        f"every {pull.every_minutes} min" if pull.every_minutes else ", ".join(f"{at:%H:%M}" for at in sorted(pull.at))
    )
    return PullRow(
        name=pull.name,
        host=pull.host,
        when=when,
        tried_at=held.tried_at if held else None,
        ok_at=held.ok_at if held else None,
        next_at=held.next_at if held else None,
        receipt_id=held.receipt_id if held else None,
        problem=held.sentence if held else None,
        failures=held.failures if held else 0,
        is_failing=held is not None and _is_failing(held, now),
    )
