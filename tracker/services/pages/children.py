"""Children: the search, and one child with everything known of their going missing."""

from dataclasses import dataclass
from datetime import date, datetime

from tracker.services.context import Context, Viewer
from tracker.services.pages.episodes import ChildHeader, InterviewView
from tracker.services.pages.rows import EpisodeRow, Page


@dataclass(frozen=True)
class ChildRow:
    id: int
    name: str
    date_of_birth: date | None
    age: int | None
    is_ours: bool
    responsible_authority: str | None
    episodes: int
    last_missing_from_at: datetime | None


@dataclass(frozen=True)
class RepeatFlagView:
    """One crossing of a repeat rule. `stands`: neither ended nor withdrawn."""

    id: int
    rule: str
    title: str
    action: str
    raised_on: date
    ends_on: date
    ended_on: date | None
    episode_ids: tuple[int, ...]
    withdrawn_at: datetime | None
    withdrawn_reason: str | None
    reviewed_at: datetime | None
    reviewed_by: str | None
    decision: str | None
    maramp_on: date | None
    stands: bool


@dataclass(frozen=True)
class ChildPage:
    """`episodes` in order of start, for a picture over time; `flags` newest first."""

    child: ChildHeader
    version: int
    names: tuple[str, ...]  # every other name they were reported under
    identifiers: tuple[tuple[str, str], ...]  # (kind, value)
    episodes: tuple[EpisodeRow, ...]
    flags: tuple[RepeatFlagView, ...]
    interviews: tuple[InterviewView, ...]


def child_search(context: Context, viewer: Viewer, text: str, page: int = 1) -> Page[ChildRow]:
    """Children by part of any name, the council's number or a police reference; an empty text lists all.

    Records one search: that a text was given and its length, never the text.
    """
    raise NotImplementedError


def child_page(context: Context, viewer: Viewer, child_id: int) -> ChildPage | None:
    """One child, their opening recorded first; None where there is none that this viewer may see."""
    raise NotImplementedError
