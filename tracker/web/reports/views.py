"""Reports received: the list, loading one, and the receipt with what became of every line."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.core.terms import LineOutcome, Road
from tracker.services.pages import reports as pages
from tracker.services.receive_report import receive_report
from tracker.web.access import Permission, requires
from tracker.web.records import ID, page_number
from tracker.web.reports.forms import LoadForm
from tracker.web.request import feeds, request_context, settings, signed_in_viewer

bp = Blueprint("reports", __name__, url_prefix="/reports")


@bp.get("")
@requires(Permission.SEE_REPORTS)
def index() -> str:
    """Every report received, newest first."""
    context, viewer = request_context(), signed_in_viewer()
    waiting = pages.lines_waiting(context, viewer).total
    return render_template(
        "reports/index.html", found=pages.receipt_list(context, viewer, page_number()), waiting=waiting
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
        )
        flash("The report is received.", "done")
        return redirect(url_for("reports.show", receipt_id=receipt_id))
    return render_template("reports/load.html", form=form)


@bp.get(f"/<{ID}:receipt_id>")
@requires(Permission.SEE_REPORTS)
def show(receipt_id: int) -> str:
    """One receipt: how many lines, what became of each, and which wait for a person."""
    given = request.args.get("outcome", "")
    outcome = LineOutcome(given) if given in set(LineOutcome) else None
    waiting = given == "waiting"
    page = pages.receipt_page(
        request_context(), signed_in_viewer(), receipt_id, page=page_number(), outcome=outcome, waiting=waiting
    )
    return render_template("reports/show.html", page=page or abort(404), chosen=given, outcomes=list(LineOutcome))


@bp.get("/lines")
@requires(Permission.SEE_REPORTS)
def lines() -> str:
    """Every line that waits for a person, the soonest deadline first."""
    found = pages.lines_waiting(request_context(), signed_in_viewer(), page_number())
    return render_template("reports/lines.html", found=found)
