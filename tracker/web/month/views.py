"""The operational group's month: its pack to be read, the pictures in it."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from flask import Blueprint, Response, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue

from tracker.bootstrap import wiring
from tracker.core.pack_shapes import cell_of
from tracker.core.pack_words import COHORTS
from tracker.core.terms import Cohort
from tracker.services.errors import Refused
from tracker.services.pages.month import MonthPage, month_list, month_page, month_shown
from tracker.services.pages.month_pack import pack_of
from tracker.web.access import Permission, requires
from tracker.web.request import may, request_context, signed_in_viewer

bp = Blueprint("month", __name__)
T = TypeVar("T")


@bp.get("/month")
@requires(Permission.SEE_MONTH)
def index() -> ResponseReturnValue:
    """Every month, newest first."""
    return render_template("month/index.html", months=month_list(request_context()))


@bp.get("/month/<month>")
@requires(Permission.SEE_MONTH)
def show(month: str) -> ResponseReturnValue:
    """One month's figures: today's, or a published version."""
    page, cohort = _page(month), chosen_cohort()
    return render_template(
        "month/show.html",
        page=page,
        cohort=cohort,
        cohorts=COHORTS,
        pack=pack_of(page, cohort, request_context().rules.repeat_rules),
        cell_of=cell_of,
        lists=opens_lists(),
        cut_off=datetime.fromisoformat(page.document["cut_off"]),
    )


@bp.get("/month/<month>/charts/<name>.svg")
@requires(Permission.SEE_MONTH)
def chart(month: str, name: str) -> ResponseReturnValue:
    """One chart as a picture; its page shows the same as a table and in words."""
    page = found_or_404(lambda: month_shown(request_context(), month, chosen_version()))
    found = pack_of(page, chosen_cohort(), request_context().rules.repeat_rules).charts.get(name) or abort(404)
    answer = Response(wiring(current_app).charts.svg(found.spec, found.rows), mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = "private, max-age=60"
    return answer


def opens_lists() -> bool:
    """Whether the numbers lead to their episodes: for those who may see records."""
    return may(Permission.SEE_EPISODES) and "episodes.index" in current_app.view_functions


def _page(month: str) -> MonthPage:
    return found_or_404(lambda: month_page(request_context(), signed_in_viewer(), month, chosen_version()))


def found_or_404(read: Callable[[], T | None]) -> T:
    """What `read` gives; 404 for a month or version that does not exist."""
    try:
        found = read()
    except Refused:
        abort(404)
    if found is None:
        abort(404)
    return found


def chosen_cohort() -> Cohort:
    given = request.args.get("cohort", Cohort.ALL)
    return Cohort(given) if given in set(Cohort) else abort(404)


def chosen_version() -> int | None:
    given = request.args.get("version")
    if given is None:
        return None
    return int(given) if given.isdecimal() and len(given) < 6 else abort(404)
