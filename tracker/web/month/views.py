"""The operational group's month: its figures, what is behind each, CSV and charts."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from flask import Blueprint, Response, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue

from tracker.bootstrap import wiring
from tracker.core.terms import BreachReason, Cohort
from tracker.services.errors import Refused
from tracker.services.pages.month import MonthPage, month_csv, month_list, month_page, month_shown
from tracker.services.pages.month_charts import month_charts
from tracker.web.access import Permission, requires
from tracker.web.request import may, request_context, settings, signed_in_viewer
from tracker.web.words import words

bp = Blueprint("month", __name__)
T = TypeVar("T")


_BREACH_REASONS = [(f"interviews.breach_reasons.{reason}", words(reason)) for reason in BreachReason] + [
    ("interviews.breach_reasons.not_given", "No reason given")
]


@bp.get("/month")
@requires(Permission.SEE_MONTH)
def index() -> ResponseReturnValue:
    """Every month, newest first."""
    return render_template("month/index.html", months=month_list(request_context()))


@bp.get("/month/<month>")
@requires(Permission.SEE_MONTH)
def show(month: str) -> ResponseReturnValue:
    """One month's figures: today's, or a published version."""
    page = _page(month)
    cohort = _cohort()
    charts = {chart.name: chart for chart in month_charts(page, cohort)}
    return render_template(
        "month/show.html",
        page=page,
        cohort=cohort,
        charts=charts,
        lists=opens_lists(),
        cut_off=datetime.fromisoformat(page.document["cut_off"]),
        rules={rule.name: rule for rule in settings().repeat_rules},
        breach_reasons=_BREACH_REASONS,
    )


@bp.get("/month/<month>/charts/<name>.svg")
@requires(Permission.SEE_MONTH)
def chart(month: str, name: str) -> ResponseReturnValue:
    """One chart as a picture; its page shows the same as a table and in words."""
    page = found_or_404(lambda: month_shown(request_context(), month, chosen_version()))
    found = next((chart for chart in month_charts(page, _cohort()) if chart.name == name), None)
    if found is None:
        abort(404)
    answer = Response(wiring(current_app).charts.svg(found.spec, found.rows), mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = "private, max-age=60"
    return answer


@bp.get("/month/<month>/figures.csv")
@requires(Permission.EXPORT_MONTH)
def figures_csv(month: str) -> ResponseReturnValue:
    """The figures as CSV, one row for each figure and cohort."""
    text = found_or_404(lambda: month_csv(request_context(), month, chosen_version()))
    answer = Response("\ufeff" + text, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename=missing-children-{month}.csv"
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


def _cohort() -> Cohort:
    given = request.args.get("cohort", Cohort.ALL)
    return Cohort(given) if given in set(Cohort) else abort(404)


def chosen_version() -> int | None:
    given = request.args.get("version")
    if given is None:
        return None
    return int(given) if given.isdecimal() and len(given) < 6 else abort(404)
