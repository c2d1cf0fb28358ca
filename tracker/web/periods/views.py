"""A quarter, a financial year, any two days: the month's figures of it, what is behind each, CSV and XLSX."""

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.adapters.workbook import workbook
from tracker.core.clock import Period
from tracker.core.period_tables import lies_in_one_year, parts
from tracker.core.tables import BYTE_ORDER_MARK, Table, csv_text
from tracker.services.errors import Refused
from tracker.services.pages import children as child_pages
from tracker.services.pages import episodes as episode_pages
from tracker.services.pages.periods import PeriodPage, ids_behind_period, name_of, period_export, period_page
from tracker.web.access import Permission, requires
from tracker.web.alerts.behind import alerts_behind
from tracker.web.forms import add_problems
from tracker.web.periods import tables
from tracker.web.periods.asked import PeriodForm, cohort_or_404, days, is_asked, period_or_404
from tracker.web.records import page_address, page_number
from tracker.web.request import may, request_context, settings, signed_in_viewer

bp = Blueprint("periods", __name__)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/month/periods")
@requires(Permission.SEE_MONTH)
def index() -> ResponseReturnValue:
    """The choices, and the figures of the period chosen."""
    form = PeriodForm(request.args)
    period = form.period if is_asked() and form.validate() else None
    context = request_context()
    try:
        page = period_page(context, period, settings().national_figures)
    except Refused as refused:
        add_problems(form, refused)
        page = period_page(context, None)
    return render_template(
        "periods/index.html", form=form, page=page, cohort=cohort_or_404(), tables=tables, days=days,
        value_of=lambda figure: parts(figure)[0], breakdowns=_breakdowns(page), lists=may(Permission.SEE_EPISODES),
        rules={rule.name: rule for rule in settings().repeat_rules}, one_year=lies_in_one_year,
    )  # fmt: skip


@bp.get("/month/periods/behind")
@requires(Permission.SEE_EPISODES)
def behind() -> ResponseReturnValue:
    """The episodes, children or alerts behind one figure; for whoever sees the figures too, as their number is one."""
    if not may(Permission.SEE_MONTH):
        abort(403)
    period, cohort, key = period_or_404(), cohort_or_404(), request.args.get("figure", "")
    context, viewer = request_context(), signed_in_viewer()
    try:
        figure = ids_behind_period(context, period, key, cohort)
    except Refused:
        abort(404)
    if figure is None:
        abort(404)
    shown = {"name": name_of(period), "title": tables.title_of(key), "cohort": cohort, "behind": len(figure.ids),
             "back_address": url_for("periods.index", cohort=cohort, **days(period)),
             "page_address": page_address}  # fmt: skip
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
    period = period_or_404()
    return sent((BYTE_ORDER_MARK + csv_text(_export(period))).encode(), "text/csv", f"{_file_name(period)}.csv")


@bp.get("/month/periods.xlsx")
@requires(Permission.EXPORT_MONTH)
def as_xlsx() -> ResponseReturnValue:
    """The same as a workbook."""
    period = period_or_404()
    book = workbook([_export(period)], f"Missing children, {name_of(period)}", request_context().now)
    return sent(book, XLSX, f"{_file_name(period)}.xlsx")


def sent(content: bytes, mimetype: str, name: str) -> Response:
    """A file to keep."""
    answer = Response(content, mimetype=mimetype)
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer


def _export(period: Period) -> Table:
    try:
        return period_export(request_context(), period)
    except Refused:
        abort(404)


def _file_name(period: Period) -> str:
    return f"missing-children-{period.start_on}-to-{period.last_day}"


def _breakdowns(page: PeriodPage) -> list[tuple[str, tables.Rows]]:
    return [
        (title, tables.breakdown_rows(what, page.bands(f"episodes.by_{what}"))) for what, title in tables.BREAKDOWNS
    ]
