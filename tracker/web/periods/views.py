"""A quarter, a financial year, any two days: the month's figures of it, what is behind each, CSV and XLSX."""

from collections.abc import Callable

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.adapters.workbook import workbook
from tracker.core.period_tables import lies_in_one_year, parts
from tracker.core.tables import BYTE_ORDER_MARK, Table, csv_text
from tracker.services.errors import Refused
from tracker.services.pages import children as child_pages
from tracker.services.pages import episodes as episode_pages
from tracker.services.pages.kept_figures import is_waiting
from tracker.services.pages.periods import (
    NotCountedError,
    PeriodPage,
    count_again,
    ids_behind_period,
    name_of,
    period_export,
    period_page,
)
from tracker.web.access import Permission, requires
from tracker.web.alerts.behind import alerts_behind
from tracker.web.forms import add_problems
from tracker.web.periods import tables
from tracker.web.periods.asked import PeriodForm, cohort_or_404, counted_id, days, is_asked, period_or_404
from tracker.web.records import page_address, page_number
from tracker.web.request import may, request_context, settings, signed_in_viewer

bp = Blueprint("periods", __name__)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/month/periods")
@requires(Permission.SEE_MONTH)
def index() -> ResponseReturnValue:
    """The choices, and the figures of the period chosen, or that they are being counted.

    200 in either case: what is asked for is how the period stands, and that is here in full.
    """
    form = PeriodForm(request.args)
    period = form.period if is_asked() and form.validate() else None
    context = request_context()
    try:
        page = period_page(context, period, settings().national_figures, _at_once())
    except Refused as refused:
        add_problems(form, refused)
        page = period_page(context, None)
    return render_template(
        "periods/index.html", form=form, page=page, cohort=cohort_or_404(), tables=tables, days=days,
        value_of=lambda figure: parts(figure)[0], breakdowns=_breakdowns(page), lists=may(Permission.SEE_EPISODES),
        rules={rule.name: rule for rule in settings().repeat_rules}, one_year=lies_in_one_year,
    )  # fmt: skip


@bp.get("/month/periods/waiting")
@requires(Permission.SEE_MONTH)
def waiting() -> ResponseReturnValue:
    """Whether a period is still being counted: for the script of an open page."""
    return {"waiting": is_waiting(request_context(), period_or_404())}


@bp.post("/month/periods/count")
@requires(Permission.SEE_MONTH)
def count() -> ResponseReturnValue:
    """Have a period counted again."""
    period = period_or_404()
    try:
        count_again(request_context(), period)
    except Refused:
        abort(404)
    return redirect(url_for("periods.index", cohort=cohort_or_404(), **days(period)))


@bp.get("/month/periods/behind")
@requires(Permission.SEE_EPISODES)
def behind() -> ResponseReturnValue:
    """The episodes, children or alerts behind one figure; for whoever sees the figures too, as their number is one."""
    if not may(Permission.SEE_MONTH):
        abort(403)
    period, cohort, key = period_or_404(), cohort_or_404(), request.args.get("figure", "")
    context, viewer = request_context(), signed_in_viewer()
    page = url_for("periods.index", cohort=cohort, **days(period))
    try:
        figure = ids_behind_period(context, period, key, cohort, counted_id(), _at_once()) or abort(404)
    except Refused:
        abort(404)
    except NotCountedError:
        return redirect(page)
    shown = {"name": name_of(period), "title": tables.title_of(key), "cohort": cohort, "behind": len(figure.ids),
             "back_address": page, "page_address": page_address}  # fmt: skip
    if figure.of_children:
        children = child_pages.child_list(context, viewer, figure.ids, page_number())
        return render_template("periods/behind.html", found=children, what="child", **shown)
    if figure.of == "alert":
        return render_template("periods/behind.html", found=alerts_behind(figure.ids), what="alert", **shown)
    filters = episode_pages.EpisodeFilters(ids=figure.ids)
    episodes = episode_pages.episode_list(context, viewer, filters, page_number())
    return render_template("periods/behind.html", found=episodes, what="episode", **shown)


@bp.get("/month/periods.csv")
@requires(Permission.EXPORT_MONTH)
def as_csv() -> ResponseReturnValue:
    """Every figure as CSV."""
    return _file("csv", "text/csv", lambda table, _: (BYTE_ORDER_MARK + csv_text(table)).encode())


@bp.get("/month/periods.xlsx")
@requires(Permission.EXPORT_MONTH)
def as_xlsx() -> ResponseReturnValue:
    """The same as a workbook."""
    return _file("xlsx", XLSX, lambda table, title: workbook([table], title, request_context().now))


def sent(content: bytes, mimetype: str, name: str) -> Response:
    """A file to keep."""
    answer = Response(content, mimetype=mimetype)
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer


def _file(ending: str, mimetype: str, content: Callable[[Table, str], bytes]) -> ResponseReturnValue:
    """The figures that the page showed; where there are none yet, the page, which says how that stands: nobody is
    handed a file without figures."""
    period = period_or_404()
    try:
        table = period_export(request_context(), period, counted_id(), _at_once())
    except Refused:
        abort(404)
    except NotCountedError:
        return redirect(url_for("periods.index", **days(period)))
    name = f"missing-children-{period.start_on}-to-{period.last_day}.{ending}"
    return sent(content(table, f"Missing children, {name_of(period)}"), mimetype, name)


def _at_once() -> int:
    return settings().figures.at_once_episodes


def _breakdowns(page: PeriodPage) -> list[tuple[str, tables.Rows]]:
    return [
        (title, tables.breakdown_rows(what, page.bands(f"episodes.by_{what}"))) for what, title in tables.BREAKDOWNS
    ]
