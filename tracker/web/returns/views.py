"""The statutory and sector returns: what each would hold, what would be refused of it, and the files."""

from datetime import date

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from tracker.adapters.workbook import workbook
from tracker.core.clock import local_date
from tracker.core.ssda903 import collection_year, year_name
from tracker.core.tables import BYTE_ORDER_MARK, Table, csv_text
from tracker.services.errors import Refused
from tracker.services.pages import returns as pages
from tracker.web.access import Permission, requires
from tracker.web.forms import add_problems
from tracker.web.request import now, request_context
from tracker.web.returns.forms import DayForm
from tracker.web.returns.wording import NOTES, mends

bp = Blueprint("returns", __name__, url_prefix="/returns")

ROWS_SHOWN = 15
FAULTS_SHOWN = 100


def year_asked() -> int:
    """`?year=2026`, the collection year by its first year; this one where none is asked for."""
    text = request.args.get("year", "")
    if not text:
        return pages.years_offered(request_context())[0]
    return int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else abort(404)


def year_choices() -> list[tuple[int, str]]:
    """The years of the choice with their names."""
    return [(year, year_name(collection_year(year))) for year in pages.years_offered(request_context())]


@bp.get("")
@requires(Permission.EXPORT_RETURNS)
def index() -> str:
    """What there is, and what each is for."""
    return render_template("returns/index.html", years=year_choices(), today=local_date(now()))


@bp.get("/ssda903")
@requires(Permission.EXPORT_RETURNS)
def ssda903() -> str:
    """The looked-after return's Missing table: its first rows, counts, and what would be refused."""
    year = year_asked()
    try:
        page = pages.missing_page(request_context(), year)
    except Refused:
        abort(404)
    return render_template(
        "returns/ssda903.html", page=page, chosen=year, years=year_choices(), shown=page.rows[:ROWS_SHOWN],
        noted_shown=FAULTS_SHOWN,
        faults=page.faults[:FAULTS_SHOWN], notes=NOTES, mends=mends,
    )  # fmt: skip


@bp.get("/ssda903.csv")
@requires(Permission.EXPORT_RETURNS)
def ssda903_csv() -> ResponseReturnValue:
    """The table as CSV, without a byte order mark: a program reads it."""
    return _missing("csv", "text/csv")


@bp.get("/ssda903.xml")
@requires(Permission.EXPORT_RETURNS)
def ssda903_xml() -> ResponseReturnValue:
    """The table in the collection's XML."""
    return _missing("xml", "application/xml")


@bp.get("/annex-a")
@requires(Permission.EXPORT_RETURNS)
def annex_a() -> str:
    """Annex A list 8's columns on going missing, to a day."""
    form = DayForm(request.args if "on" in request.args else None, data={"on": local_date(now())})
    page = None
    if "on" not in request.args or form.validate():
        try:
            page = pages.annex_page(request_context(), form.on.data)
        except Refused as refused:
            add_problems(form, refused)
    shown = [one.cells for one in page.children[:ROWS_SHOWN]] if page else []
    return render_template("returns/annex_a.html", form=form, page=page, shown=shown)


@bp.get("/annex-a.csv")
@requires(Permission.EXPORT_RETURNS)
def annex_a_csv() -> ResponseReturnValue:
    """The list as CSV."""
    day = _day_or_404()
    text = BYTE_ORDER_MARK + csv_text(_annex_table(day))
    return _download(text, "text/csv", f"annex-a-list-8-{day}.csv")


@bp.get("/annex-a.xlsx")
@requires(Permission.EXPORT_RETURNS)
def annex_a_xlsx() -> ResponseReturnValue:
    """The list as a workbook."""
    day = _day_or_404()
    table = _annex_table(day)
    mimetype = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _download(workbook([table], table.title, now()), mimetype, f"annex-a-list-8-{day}.xlsx")


@bp.get("/ssd-missing")
@requires(Permission.EXPORT_RETURNS)
def ssd_missing() -> str:
    """The sector dataset's table: its first rows and counts."""
    year = year_asked()
    try:
        page = pages.ssd_page(request_context(), year)
    except Refused:
        abort(404)
    return render_template(
        "returns/ssd_missing.html", page=page, chosen=year, years=year_choices(), shown=page.table.rows[:ROWS_SHOWN]
    )


@bp.get("/ssd-missing.csv")
@requires(Permission.EXPORT_RETURNS)
def ssd_missing_csv() -> ResponseReturnValue:
    """The table as CSV, without a byte order mark: a program reads it."""
    year = year_asked()
    try:
        text = pages.ssd_file(request_context(), year)
    except Refused:
        abort(404)
    return _download(text, "text/csv", f"ssd_missing-{year_name(collection_year(year))}.csv")


def _missing(form: str, mimetype: str) -> Response:
    year = year_asked()
    try:
        text = pages.missing_file(request_context(), year, form)
    except Refused:
        abort(404)
    return _download(text, mimetype, f"ssda903-missing-{year_name(collection_year(year))}.{form}")


def _annex_table(day: date) -> Table:
    try:
        return pages.annex_file(request_context(), day)
    except Refused:
        abort(404)


def _day_or_404() -> date:
    form = DayForm(request.args)
    given: date = form.on.data if form.validate() else abort(404)
    return given


def _download(content: str | bytes, mimetype: str, name: str) -> Response:
    answer = Response(content, mimetype=mimetype)
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer
