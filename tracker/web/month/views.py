"""The operational group's month: its figures, what is behind each, publishing, CSV and charts."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.bootstrap import wiring
from tracker.core.terms import BreachReason, Cohort
from tracker.services import publish_month
from tracker.services.errors import Refused
from tracker.services.pages.month import MonthPage, current_figures, month_csv, month_list, month_page, month_shown
from tracker.services.pages.month_charts import month_charts
from tracker.web.access import Permission, requires
from tracker.web.forms import Form
from tracker.web.request import may, request_context, settings, signed_in_viewer
from tracker.web.words import words

bp = Blueprint("month", __name__)
T = TypeVar("T")


_BREACH_REASONS = [(f"interviews.breach_reasons.{reason}", words(reason)) for reason in BreachReason] + [
    ("interviews.breach_reasons.not_given", "No reason given")
]


class PublishForm(Form):
    """A confirmation: nothing to fill in but the token."""


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
        lists=_opens_lists(),
        cut_off=datetime.fromisoformat(page.document["cut_off"]),
        rules={rule.name: rule for rule in settings().repeat_rules},
        breach_reasons=_BREACH_REASONS,
    )


@bp.get("/month/<month>/charts/<name>.svg")
@requires(Permission.SEE_MONTH)
def chart(month: str, name: str) -> ResponseReturnValue:
    """One chart as a picture; its page shows the same as a table and in words."""
    page = _or_404(lambda: month_shown(request_context(), month, _version()))
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
    text = _or_404(lambda: month_csv(request_context(), month, _version()))
    answer = Response("\ufeff" + text, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename=missing-children-{month}.csv"
    return answer


@bp.route("/month/<month>/publish", methods=["GET", "POST"])
@requires(Permission.PUBLISH_MONTH)
def publish(month: str) -> ResponseReturnValue:
    """Freeze the month's figures under the name of whoever signs in."""
    form = PublishForm()
    summary = _or_404(lambda: current_figures(request_context(), month))
    problems: tuple[str, ...] = ()
    if form.validate_on_submit():
        try:
            published = publish_month.publish(request_context(), month)
        except Refused as refused:
            problems = tuple(problem.sentence for problem in refused.problems)
        else:
            flash(f"Version {published.version} is published.", "done")
            return redirect(url_for("month.show", month=month, version=published.version))
    return render_template("month/publish.html", form=form, month=month, summary=summary, problems=problems)


def _opens_lists() -> bool:
    """Whether the numbers lead to their episodes: for those who may see records."""
    return may(Permission.SEE_EPISODES) and "episodes.index" in current_app.view_functions


def _page(month: str) -> MonthPage:
    return _or_404(lambda: month_page(request_context(), signed_in_viewer(), month, _version()))


def _or_404(read: Callable[[], T | None]) -> T:
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


def _version() -> int | None:
    given = request.args.get("version")
    if given is None:
        return None
    return int(given) if given.isdecimal() and len(given) < 6 else abort(404)
