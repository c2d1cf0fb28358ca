"""The published quarters: the list, one edition as page, PDF, CSV and XLSX; issuing and withdrawing it."""

import io
import zipfile

from flask import Blueprint, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField

from tracker.adapters.workbook import workbook
from tracker.bootstrap import wiring
from tracker.core.clock import Period
from tracker.core.tables import BYTE_ORDER_MARK, csv_text
from tracker.services.errors import Refused
from tracker.services.issue_edition import edition_preview, issue_edition, seal_of, withdraw_edition
from tracker.services.pages.answers import overlaps
from tracker.services.pages.edition import (
    EditionPage,
    edition_files,
    edition_list,
    edition_page,
    measure_words,
    oldest_within,
    parse_quarter,
    quarter_key,
    shown_words,
)
from tracker.services.pages.periods import quarter_name
from tracker.web.access import Permission, requires
from tracker.web.edition.document import notes, printed
from tracker.web.forms import Form, LongText, add_problems
from tracker.web.periods.views import XLSX, sent
from tracker.web.request import request_context, settings

bp = Blueprint("edition", __name__)


class IssueForm(Form):
    """A confirmation, with the seal of the preview that it confirms."""

    seen = HiddenField()


class WithdrawForm(Form):
    reason = LongText("Why is it withdrawn?")


@bp.get("/month/edition")
@requires(Permission.SEE_EDITION)
def index() -> ResponseReturnValue:
    """Every quarter issued, and for those who may issue them the quarters that are ready."""
    return render_template("edition/index.html", found=edition_list(request_context()), key=quarter_key)


@bp.get("/month/edition/<quarter>")
@requires(Permission.SEE_EDITION)
def show(quarter: str) -> ResponseReturnValue:
    """One edition as it was issued."""
    page = _page(quarter)
    return render_template(
        "edition/show.html", page=page, key=quarter, notes=notes(page.document["threshold"]), shown_words=shown_words,
        measure_words=measure_words,
    )  # fmt: skip


@bp.get("/month/edition/<quarter>.pdf")
@requires(Permission.SEE_EDITION)
def as_pdf(quarter: str) -> ResponseReturnValue:
    """The edition as PDF."""
    page = _page(quarter, exported=True)
    values = printed(page, settings().council.name)
    made = wiring(current_app).typesetter.pdf("edition", values, page.issued.issued_at)
    return sent(made, "application/pdf", f"{_file_name(quarter)}.pdf")


@bp.get("/month/edition/<quarter>.zip")
@requires(Permission.SEE_EDITION)
def as_zip(quarter: str) -> ResponseReturnValue:
    """One CSV file a table."""
    page = _page(quarter, exported=True)
    packed = io.BytesIO()
    at = page.issued.issued_at
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for table in edition_files(page.document):
            info = zipfile.ZipInfo(f"{table.name}.csv", (at.year, at.month, at.day, at.hour, at.minute, 0))
            file.writestr(info, BYTE_ORDER_MARK + csv_text(table))
    return sent(packed.getvalue(), "application/zip", f"{_file_name(quarter)}.zip")


@bp.get("/month/edition/<quarter>.xlsx")
@requires(Permission.SEE_EDITION)
def as_xlsx(quarter: str) -> ResponseReturnValue:
    """The edition as a workbook, a sheet a table."""
    page = _page(quarter, exported=True)
    book = workbook(edition_files(page.document), f"Children missing, {page.issued.name}", page.issued.issued_at)
    return sent(book, XLSX, f"{_file_name(quarter)}.xlsx")


@bp.get("/month/edition/<quarter>/<table>.csv")
@requires(Permission.SEE_EDITION)
def as_csv(quarter: str, table: str) -> ResponseReturnValue:
    """One of its tables as CSV."""
    page = _page(quarter, exported=True)
    found = next((one for one in edition_files(page.document) if one.name == table), None)
    if found is None:
        abort(404)
    return sent((BYTE_ORDER_MARK + csv_text(found)).encode(), "text/csv", f"{_file_name(quarter)}-{table}.csv")


@bp.route("/month/edition/<quarter>/issue", methods=["GET", "POST"])
@requires(Permission.PUBLISH_MONTH)
def issue(quarter: str) -> ResponseReturnValue:
    """What would be shown, and its issuing under the name of whoever signs in."""
    form, period = IssueForm(), _quarter(quarter)
    context, threshold = request_context(), settings().disclosure.threshold
    districts = [district.name for district in settings().districts]
    try:
        if form.validate_on_submit():
            issue_edition(context, period, threshold, form.seen.data or "", districts)
            flash("The quarter is issued.", "done")
            return redirect(url_for("edition.show", quarter=quarter))
    except Refused as refused:
        add_problems(form, refused)
    try:
        document = edition_preview(context, period, threshold, districts)
    except Refused as refused:
        return render_template("edition/refused.html", name=quarter_name(period), problems=refused.problems)
    form.seen.data = seal_of(document)
    return render_template(
        "edition/issue.html", form=form, document=document, name=quarter_name(period), notes=notes(threshold),
        shown_words=shown_words, measure_words=measure_words, given=overlaps(period).answers,
        oldest_on=oldest_within(period),
    )  # fmt: skip


@bp.route("/month/edition/<quarter>/withdraw", methods=["GET", "POST"])
@requires(Permission.PUBLISH_MONTH)
def withdraw(quarter: str) -> ResponseReturnValue:
    """Take an edition out of sight, with a reason."""
    form, period = WithdrawForm(), _quarter(quarter)
    if form.validate_on_submit():
        try:
            withdraw_edition(request_context(), period, form.reason.data or "")
        except Refused as refused:
            add_problems(form, refused)
        else:
            flash("The quarter is withdrawn.", "done")
            return redirect(url_for("edition.index"))
    else:
        _page(quarter)
    return render_template("edition/withdraw.html", form=form, name=quarter_name(period), key=quarter)


def _quarter(key: str) -> Period:
    return parse_quarter(key) or abort(404)


def _page(key: str, *, exported: bool = False) -> EditionPage:
    return edition_page(request_context(), _quarter(key), exported=exported) or abort(404)


def _file_name(key: str) -> str:
    return f"children-missing-{key}"
