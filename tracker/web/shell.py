"""What every page stands in: the menu by permission, the engine's state, addresses of static files, and `/`."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from tracker.services import engine_state
from tracker.services.engine_state import EngineState
from tracker.web.access import Permission, signed_in
from tracker.web.addresses import address
from tracker.web.filters import ago, duration
from tracker.web.request import may, now, request_context, settings, viewer

bp = Blueprint("shell", __name__)

MINE = "mine.index"

EMAILS_LATE_AFTER_SECONDS = 900
"""How long an email may wait before the pages say so: longer than a mail server's usual "try again later"."""

SILENT_AFTER_SECONDS = 3600
"""How long the monitoring address may be out of reach before the pages say so: its keeper has been told long since."""


@dataclass(frozen=True)
class Item:
    """One entry of the menu: its words, the view it leads to, who sees it. `unless`: who has it under another."""

    text: str
    endpoint: str
    permission: Permission
    unless: Permission | None = None

    def is_seen(self) -> bool:
        return may(self.permission) and not (self.unless and may(self.unless))


MENU = (
    Item("Today", "today.index", Permission.SEE_TODAY),
    Item("My interviews", MINE, Permission.SEE_OWN_INTERVIEWS),
    Item("My team", "team.index", Permission.SEE_TEAM),
    Item("Episodes", "episodes.index", Permission.SEE_EPISODES),
    Item("Children", "children.index", Permission.SEE_CHILDREN),
    Item("Actions", "actions.index", Permission.WORK_ACTIONS),
    Item("Reports", "reports.index", Permission.SEE_REPORTS),
    Item("Alerts", "alerts.index", Permission.SEE_ALERTS),
    Item("Month", "month.index", Permission.SEE_MONTH),
    Item("Frequent runaways", "frequent.index", Permission.SEE_FREQUENT),
    Item("Feeds", "feeds.index", Permission.MANAGE_FEEDS),
    Item("Ladder", "ladder.index", Permission.MANAGE_LADDER),
    Item("People", "people.index", Permission.MANAGE_PEOPLE),
    Item("Engine", "engine.index", Permission.SEE_ENGINE),
    Item("Audit", "audit.index", Permission.SEE_AUDIT),
    Item("Published quarters", "edition.index", Permission.SEE_EDITION, unless=Permission.SEE_MONTH),
    Item("Mailbox", "mailbox.index", Permission.SEE_MAILBOX),
)
"""In the order shown. An area is known by its blueprint, and its first page is the view `index`."""


def menu() -> list[Item]:
    """What the signed-in person sees, of the areas that this installation has."""
    return [item for item in MENU if item.endpoint in current_app.view_functions and item.is_seen()]


OVERSIGHT = (
    Item("Months", "month.index", Permission.SEE_MONTH),
    Item("Other periods", "periods.index", Permission.SEE_MONTH),
    Item("Trends and places", "trends.index", Permission.SEE_MONTH),
    Item("Counts", "counts.index", Permission.SEE_MONTH),
    Item("Published quarters", "edition.index", Permission.SEE_EDITION),
    Item("Statutory returns", "returns.index", Permission.EXPORT_RETURNS),
)
"""The areas of oversight, side by side at the head of each (`areas` in macros/oversight.html)."""


def oversight() -> list[Item]:
    """Those of them that the signed-in person sees, of the areas that this installation has."""
    return [item for item in OVERSIGHT if item.endpoint in current_app.view_functions and may(item.permission)]


WITHIN = {
    "interviews": "episodes",
    "write_up": "episodes",
    "meetings": "actions",
    "counts": "month",
    "periods": "month",
    "trends": "month",
    "edition": "month",
    "returns": "month",
    "group": "frequent",
    "comparison": "reports",
    "tokens": "feeds",
    "roads": "feeds",
}
"""Areas that have no entry of their own in the menu, and the one they stand under."""


def is_current(item: Item) -> bool:
    own = item.endpoint.partition(".")[0]
    area = WITHIN.get(request.blueprint or "", request.blueprint)
    return request.blueprint == own or area == own


@bp.get("/")
@signed_in
def start() -> Response:
    """Who holds interviews and steers nobody's begins with their own; others with the first page that they may see.

    Whoever may see none, with their own account.
    """
    seen = [item.endpoint for item in menu()]
    if MINE in seen and not may(Permission.ALLOCATE):
        return redirect(url_for(MINE))
    return redirect(url_for(seen[0] if seen else "signin.account"))


def engine() -> EngineState:
    """Whether deadlines are being watched and somebody would be told; read once for a request."""
    if "engine" not in g:
        g.engine = engine_state.state(request_context(), settings().scheduler.stale_after_seconds)
    found: EngineState = g.engine
    return found


def engine_troubles() -> list[str]:
    """What the red banner says; empty where all is well."""
    state, troubles = engine(), []
    if state.is_stale:
        troubles.append(
            f"Deadlines were last checked: {ago(state.last_sweep_at, now())}. The scheduler does not run as it should. "
            "Tell your administrator, and watch the clocks yourself until it does."
        )
    if state.nobody_would_be_told:
        troubles.append("Some alerts would reach nobody: a role on the alert ladder has no active person who is here.")
    delivered = state.delivery_age_seconds
    if not state.is_stale and delivered is not None and delivered > settings().scheduler.stale_after_seconds:
        troubles.append(
            f"Emails were last sent on their way: {ago(state.last_delivery_at, now())}. The scheduler does not run as "
            "it should. Tell your administrator."
        )
    if _monitor_is_silent(state):
        troubles.append(
            f"The monitoring address last heard of us: {ago(state.last_ping_at, now())}. Whoever watches it may "
            "believe that the service has stopped."
        )
    waited = state.oldest_unsent_age_seconds or 0
    if waited > EMAILS_LATE_AFTER_SECONDS:
        troubles.append(f"Emails are not going out: the oldest has waited {duration(waited / 60)}.")
    return troubles


def _monitor_is_silent(state: EngineState) -> bool:
    """Said to those who can mend it, and only while the sweeps themselves are in time."""
    if state.is_stale or not settings().monitoring.ping_url.get_secret_value() or not may(Permission.SEE_ENGINE):
        return False
    return state.ping_age_seconds is None or state.ping_age_seconds > SILENT_AFTER_SECONDS


@lru_cache
def _version(path: Path) -> str:
    if not path.is_file():
        abort(500, f"static/{path.name} does not exist")
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a file in static/, with its content's hash, so that browsers may keep it for a year."""
    return url_for("static", filename=name, v=_version(Path(str(current_app.static_folder), name)))


def init_shell(app: Flask) -> None:
    app.register_blueprint(bp)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for helper in (asset, menu, oversight, is_current, may, viewer, settings, now, engine, engine_troubles):
        app.add_template_global(helper)
    app.add_template_global(address, "url_for")
    app.context_processor(_nothing_typed)


def _nothing_typed() -> dict[str, Any]:
    """`form` is None on pages without one, so that the layout may ask whether it has errors."""
    return {"form": None}
