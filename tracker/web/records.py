"""What the pages of children's records share: ids in addresses, the open record, typed instants, where to go after."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NoReturn

from flask import abort, flash, redirect, request, url_for
from wtforms import HiddenField
from wtforms.validators import Length, StopValidation

from tracker.core.report_times import YEARS, instant_of
from tracker.core.terms import FlagCode
from tracker.core.written_times import Moment
from tracker.services import searches
from tracker.services.pages import episodes, people
from tracker.services.pages.episodes import Act, EpisodePage
from tracker.services.pages.joins import where_joined
from tracker.web.fields import LondonDateField, LondonDateTimeField
from tracker.web.filters import instant
from tracker.web.forms import Form
from tracker.web.request import request_context, settings, signed_in_viewer
from tracker.web.sessions import token

ID = "int(max=2147483647)"
"""How an id stands in a route: what no database could hold is no page."""

LINE = Length(max=200, message="Write at most 200 characters here.")
TEXT = Length(max=4000, message="Write at most 4,000 characters here.")


BOARDS = {"today": "today.index", "mine": "mine.index", "team": "team.index"}
"""Boards that `?from=` may name, to come back to."""


class RecordForm(Form):
    """A form that changes a record: it carries the version that its page showed."""

    version = HiddenField()

    def shown_version(self) -> int:
        """The version the person saw."""
        return version_in(self.version.data)


def version_in(sent: object) -> int:
    """A version that a form carried. What is no number can be of no record, and so conflicts."""
    text = str(sent or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


class KnownYear:
    """Validator: 1990 to 2199, as for the reports; another year is a slip of the keyboard."""

    def __call__(self, form: Any, field: LondonDateField) -> None:
        on = getattr(field, "date_on", None) or field.data
        if on is not None and on.year not in YEARS:
            field.wrong = "year"
            raise StopValidation("Check the year.")


def opened(episode_id: int) -> EpisodePage:
    """The episode, its opening recorded; 404 where there is none that this person may see.

    The old link of one that was made one with another leads to that, with a notice.
    """
    page = episodes.episode_page(request_context(), signed_in_viewer(), episode_id)
    return page if page is not None else _lead_on(episode_id)


def _lead_on(episode_id: int) -> NoReturn:
    join = where_joined(signed_in_viewer(), episode_id)
    if join is None:
        abort(404)
    by = f" by {join.joined_by}" if join.joined_by else ""
    notice = f"Episode {episode_id} was made one with episode {join.kept_id} on {instant(join.joined_at)}{by}."
    flash(notice if request.method == "GET" else f"{notice} Nothing of what you sent was kept.", "notice")
    abort(redirect(url_for("episodes.show", episode_id=join.kept_id)))


def still_possible(page: EpisodePage, act: Act) -> bool:
    """Whether the record allows this now; where it does not, a notice says so. A form sent is for its service."""
    if act in page.may or request.method == "POST":
        return True
    flash("That cannot be done with this episode as it stands now.", "notice")
    return False


def instant_given(
    field: LondonDateTimeField,
    estimated: FlagCode | None = None,
    start: datetime | None = None,
    found: datetime | None = None,
) -> tuple[datetime | None, set[FlagCode]]:
    """The instant typed and what its reading had to choose. A date alone is read as definitions §2.5 says."""
    if field.data is not None:
        flag = field.reading.flag if field.reading else None
        return field.data, {flag} if flag else set()
    if field.date_on is not None and estimated is not None:
        return instant_of(Moment(field.date_on), start, found).at, {estimated}
    return None, set()


def tell_readings(fields: Iterable[LondonDateTimeField]) -> None:
    """Say where a typed time did not exist and was read forward."""
    for field in fields:
        if field.note:
            flash(field.note, "notice")


def came_from() -> str:
    """`?from=today`, `mine`, `team`, `interview`: which page the person came from; anything else is nothing."""
    asked = request.args.get("from", "")
    return asked if asked in BOARDS or asked == "interview" else ""


def after(episode_id: int) -> str:
    """Where to go once the work is saved: back to the board or the interview, as they came, else to the episode."""
    came = came_from()
    if came in BOARDS:
        return url_for(BOARDS[came])
    return url_for("interviews.of_episode" if came else "episodes.show", episode_id=episode_id)


def team_choices(none: str) -> list[tuple[str, str]]:
    """For a select of teams; `none` are the words for no choice."""
    return [("", none), *((str(team.id), team.name) for team in people.teams())]


def keep_typed(**typed: str) -> str:
    """Keep what was searched for with this session; the key for the address. Nothing typed, no key."""
    held = {name: text for name, text in typed.items() if text}
    return searches.keep_search(token(settings()), held) if held else ""


def typed_before() -> dict[str, str] | None:
    """What stands behind `?search=`: empty where nothing was searched for, None where it is held no longer."""
    key = request.args.get("search", "")
    return searches.find_search(token(settings()), key) if key else {}


def page_number() -> int:
    """`?page=`, from 1; what is no number is the first page."""
    text = request.args.get("page", "")
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 7 else 1


def page_address(number: int) -> str:
    """The address of another page of the list that is shown now; what `url_for` would take for its own is left out."""
    asked = {name: value for name, value in request.args.items() if name != "endpoint" and not name.startswith("_")}
    return url_for(str(request.endpoint), **{**asked, **(request.view_args or {}), "page": number})
