"""Reports received: the list, loading one, and the receipt with what became of every line."""

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.core.report_terms import LineOutcome, Road
from tracker.services.pages import line_names
from tracker.services.pages import reports as pages
from tracker.services.pages.line_names import Said
from tracker.services.pages.receipts import progress as progress_of
from tracker.services.pages.report_shapes import LineRow
from tracker.services.pages.roads import roads_troubles
from tracker.services.pages.rows import WaitingLine
from tracker.services.receive_report import receive_report
from tracker.web.access import Permission, requires
from tracker.web.records import ID, page_number
from tracker.web.reports.forms import LoadForm, ReportsFilter
from tracker.web.reports.going_on import go_on_behind
from tracker.web.request import feeds, may, request_context, settings, signed_in_viewer

bp = Blueprint("reports", __name__, url_prefix="/reports")

READ_AT_ONCE = 2_000
"""Lines of an upload that are read while the browser waits; what is more is read behind, and the receipt tells."""


@bp.get("")
@requires(Permission.SEE_REPORTS)
def index() -> str:
    """Reports received, newest first: all, or those of one feed."""
    context, viewer = request_context(), signed_in_viewer()
    form = ReportsFilter(request.args, meta={"csrf": False})
    form.feed.choices = [("", "All reports"), *((row.name, row.description) for row in pages.feeds_list(feeds()))]
    feed = request.args.get("feed", "")
    found = pages.receipt_list(context, viewer, page_number(), feed)
    waiting = pages.lines_waiting(context, viewer).total
    troubles = roads_troubles(context)
    return render_template(
        "reports/index.html", found=found, waiting=waiting, filter=form, feed=feed, troubles=troubles
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.LOAD_REPORTS)
def load() -> ResponseReturnValue:
    """Load a report; what became of it stands on its receipt, also where the file cannot be read."""
    form = LoadForm()
    known = feeds()
    described = [(feed.name, feed.description or feed.name) for feed in pages.feeds_list(known)]
    form.feed.choices = [("", "Choose"), *described]
    if form.validate_on_submit():
        receipt_id = receive_report(
            request_context(),
            content=form.file.data.read(),
            filename=form.file.data.filename or "report",
            feed=known[form.feed.data],
            source=Road.UPLOAD,
            received_by_id=signed_in_viewer().person_id,
            is_history=form.is_history.data,
            limits=settings().limits,
            at_most=READ_AT_ONCE,
        )
        go_on_behind(receipt_id)
        if (read := progress_of(signed_in_viewer(), receipt_id)) and read.status != "refused":
            flash("The report is received.", "done")
        return _sent(url_for("reports.show", receipt_id=receipt_id))
    return render_template("reports/load.html", form=form)


def _sent(address: str) -> ResponseReturnValue:
    """Where to go; to the script that shows how far the sending has come, as a document, since it opens the page."""
    if request.accept_mimetypes.best == "application/json":
        return {"address": address}
    return redirect(address)


@bp.get(f"/<{ID}:receipt_id>")
@requires(Permission.SEE_REPORTS)
def show(receipt_id: int) -> str:
    """One receipt: how many lines, what became of each, and which wait for a person."""
    given = request.args.get("outcome", "")
    outcome = LineOutcome(given) if given in set(LineOutcome) else None
    waiting = given == "waiting"
    page = pages.receipt_page(
        request_context(), signed_in_viewer(), receipt_id,
        page=page_number(), outcome=outcome, waiting=waiting, feeds=feeds(),
    )  # fmt: skip
    if page is None:
        abort(404)
    return render_template(
        "reports/show.html",
        page=page,
        chosen=given,
        outcomes=list(LineOutcome),
        feed_address=_feed_address(page.receipt.feed),
    )


def _feed_address(name: str) -> str | None:
    """The page where somebody may teach the feed a word; None where there is none, or none for this person."""
    has_page = "feeds.show" in current_app.view_functions and may(Permission.MANAGE_FEEDS)
    return url_for("feeds.show", name=name) if has_page else None


@bp.get(f"/<{ID}:receipt_id>/progress")
@requires(Permission.SEE_REPORTS)
def progress(receipt_id: int) -> ResponseReturnValue:
    """How far the reading, or the undoing, has come: for the script of an open receipt."""
    found = progress_of(signed_in_viewer(), receipt_id) or abort(404)
    return {"status": found.status, "done": found.done, "total": found.total}


@bp.get("/lines")
@requires(Permission.SEE_REPORTS)
def lines() -> str:
    """Every line that waits for a person, the soonest deadline first."""
    found = pages.lines_waiting(request_context(), signed_in_viewer(), page_number())
    return render_template("reports/lines.html", found=found)


@bp.app_template_global()
def said_in(line: LineRow | WaitingLine, feed: str) -> Said | None:
    """Of whom a line that waits speaks, as the report writes it: for every list of them."""
    return line_names.said_in(line.cells, feeds().get(feed))
