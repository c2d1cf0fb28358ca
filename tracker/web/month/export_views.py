"""The month's pack as it leaves here: PDF, workbook, CSV by table and all together. Each is recorded as an export."""

from flask import Response, abort, current_app
from flask.typing import ResponseReturnValue

from tracker.adapters.workbook import workbook
from tracker.bootstrap import wiring
from tracker.core.tables import BYTE_ORDER_MARK
from tracker.core.terms import Cohort
from tracker.services.pages.month import month_csv
from tracker.services.pages.month_document import pack_document
from tracker.services.pages.month_files import (
    made_at,
    pack_archive,
    pack_csv,
    pack_export,
    pack_table,
    pack_tables,
)
from tracker.services.pages.month_pack import Pack
from tracker.web.access import Permission, requires
from tracker.web.month.views import bp, chosen_cohort, chosen_version, found_or_404
from tracker.web.request import request_context

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/month/<month>/pack.pdf")
@requires(Permission.EXPORT_MONTH)
def pdf(month: str) -> ResponseReturnValue:
    """The pack as a document, for the cohort looked at."""
    pack, given = _pack(month, "pdf"), wiring(current_app)
    document = given.typesetter.pdf("month", pack_document(pack, given.charts.svg), made_at(pack))
    whose = "" if pack.cohort is Cohort.ALL else f"-{pack.cohort}"
    return _file(document, "application/pdf", f"{_name(pack)}{whose}.pdf")


@bp.get("/month/<month>/pack.xlsx")
@requires(Permission.EXPORT_MONTH)
def xlsx(month: str) -> ResponseReturnValue:
    """The pack as a workbook: what it is, its sentences, and a sheet for each table."""
    pack = _pack(month, "xlsx")
    return _file(workbook(pack_tables(pack), pack.title, made_at(pack)), XLSX, f"{_name(pack)}.xlsx")


@bp.get("/month/<month>/pack.zip")
@requires(Permission.EXPORT_MONTH)
def archive(month: str) -> ResponseReturnValue:
    """Every table as CSV, together."""
    pack = _pack(month, "zip")
    return _file(pack_archive(pack_tables(pack), month), "application/zip", f"{_name(pack)}.zip")


@bp.get("/month/<month>/tables/<name>.csv")
@requires(Permission.EXPORT_MONTH)
def table_csv(month: str, name: str) -> ResponseReturnValue:
    """One table as CSV, with all three cohorts."""
    pack = _pack(month, "csv", name[:40])
    table = pack_table(pack, name) or abort(404)
    return _file(pack_csv(table), "text/csv", f"{_name(pack)}-{table.name}.csv")


@bp.get("/month/<month>/figures.csv")
@requires(Permission.EXPORT_MONTH)
def figures_csv(month: str) -> ResponseReturnValue:
    """Every figure by its key as CSV, one row for each figure and cohort."""
    version = chosen_version()
    text = found_or_404(lambda: month_csv(request_context(), month, version))
    return _file((BYTE_ORDER_MARK + text).encode(), "text/csv", f"{_file_name(month, version)}-figures.csv")


def _pack(month: str, file: str, table: str | None = None) -> Pack:
    version, cohort = chosen_version(), chosen_cohort()
    return found_or_404(lambda: pack_export(request_context(), month, version, cohort, file, table))


def _name(pack: Pack) -> str:
    return _file_name(pack.page.month, pack.page.version)


def _file_name(month: str, version: int | None) -> str:
    """`missing-children-2026-10-version-2`: which figures a file holds is told by its name."""
    return f"missing-children-{month}" + (f"-version-{version}" if version else "")


def _file(content: bytes, mimetype: str, name: str) -> Response:
    answer = Response(content, mimetype=mimetype)
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    answer.headers["Cache-Control"] = "no-store"
    return answer
