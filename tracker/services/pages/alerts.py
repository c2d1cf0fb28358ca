"""Alerts sent: the list, and what one alert's random reference stands for."""

from dataclasses import dataclass
from datetime import date

from tracker.core.terms import Rung
from tracker.services.context import Context, Viewer
from tracker.services.pages.episodes import AlertView
from tracker.services.pages.rows import EpisodeRow, Page, WaitingLine


@dataclass(frozen=True)
class AlertFilters:
    """`mine`: sent to the viewer. `state`: `unanswered`, `answered`, `waiting`, `undelivered`, or empty for all."""

    rung: Rung | None = None
    mine: bool = False
    state: str = ""
    raised_from: date | None = None
    raised_to: date | None = None


@dataclass(frozen=True)
class AlertPage:
    """One alert and its subject: an episode, or a waiting line. `others`: the rest of the chain for that clock."""

    alert: AlertView
    episode: EpisodeRow | None
    line: WaitingLine | None
    others: tuple[AlertView, ...]
    may_acknowledge: bool


@dataclass(frozen=True)
class AlertRow:
    alert: AlertView
    episode_id: int | None
    line_id: int | None
    child_name: str | None


def alert_list(context: Context, viewer: Viewer, filters: AlertFilters, page: int = 1) -> Page[AlertRow]:
    """Newest first: of the episodes this viewer may see. Records one list view."""
    raise NotImplementedError


def alert_page(context: Context, viewer: Viewer, reference: str) -> AlertPage | None:
    """By the reference in the email's link; None where there is none that this viewer may see."""
    raise NotImplementedError
