"""What is done with a receipt as a whole: its files, its waiting lines together, and undoing its load."""

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.services.pages.receipt_files import File, report_file, waiting_file
from tracker.services.pages.receipts import undo_page
from tracker.services.reexamine import Reexamined, reexamine
from tracker.services.undo_load import undo_load
from tracker.web.access import Permission, requires
from tracker.web.filters import plural
from tracker.web.forms import outcome_of
from tracker.web.records import ID
from tracker.web.reports.forms import UndoForm
from tracker.web.reports.going_on import go_on_behind
from tracker.web.reports.views import bp
from tracker.web.request import feeds_to_replay_by, request_context, signed_in_viewer

UNDO_AT_ONCE = 400
"""Lines of a load that are undone while the browser waits; what is more is undone behind."""


@bp.get(f"/<{ID}:receipt_id>/file")
@requires(Permission.LOAD_REPORTS)
def file(receipt_id: int) -> Response:
    """The report as it came."""
    return _download(report_file(request_context(), signed_in_viewer(), receipt_id), "application/octet-stream")


@bp.get(f"/<{ID}:receipt_id>/waiting.csv")
@requires(Permission.RESOLVE_LINES)
def waiting(receipt_id: int) -> Response:
    """The waiting lines of one receipt, to be corrected outside and sent alone."""
    return _download(waiting_file(request_context(), signed_in_viewer(), receipt_id=receipt_id), "text/csv")


@bp.get("/waiting/<feed>.csv")
@requires(Permission.RESOLVE_LINES)
def waiting_of_feed(feed: str) -> Response:
    """All waiting lines of one feed."""
    return _download(waiting_file(request_context(), signed_in_viewer(), feed=feed), "text/csv")


def _download(found: File | None, kind: str) -> Response:
    if found is None:
        abort(404)
    answer = Response(found.content, mimetype=kind)
    answer.headers.set("Content-Disposition", "attachment", filename=found.name)
    return answer


@bp.post(f"/<{ID}:receipt_id>/read-again")
@requires(Permission.RESOLVE_LINES)
def read_again(receipt_id: int) -> ResponseReturnValue:
    """Judge the waiting lines of one receipt anew, by what is held now."""
    _tell(reexamine(request_context(), feeds_to_replay_by(), receipt_id=receipt_id))
    return redirect(url_for("reports.show", receipt_id=receipt_id))


@bp.post("/lines/read-again")
@requires(Permission.RESOLVE_LINES)
def read_all_again() -> ResponseReturnValue:
    """Judge every waiting line anew."""
    _tell(reexamine(request_context(), feeds_to_replay_by()))
    return redirect(url_for("reports.lines"))


def _tell(done: Reexamined) -> None:
    if not done.looked_at:
        flash("No line waits.", "notice")
        return
    settled = f"{plural(done.settled, 'line')} settled" if done.settled else "none could be settled"
    more = " The rest is read again by and by." if done.after_id else ""
    flash(f"{plural(done.looked_at, 'line')} read again: {settled}.{more}", "done" if done.settled else "notice")


@bp.route(f"/<{ID}:receipt_id>/undo", methods=["GET", "POST"])
@requires(Permission.LOAD_REPORTS)
def undo(receipt_id: int) -> ResponseReturnValue:
    """Take back all that a load did: first what will happen, then why."""
    form = UndoForm()

    def act() -> bool:
        return undo_load(
            request_context(), receipt_id=receipt_id, reason=form.reason.data, feeds=feeds_to_replay_by(),
            at_most=UNDO_AT_ONCE,
        )  # fmt: skip

    done = outcome_of(form, act)
    if done is not None:
        go_on_behind(receipt_id)
        flash("The load is undone." if done else "The load is being undone.", "done")
        return redirect(url_for("reports.show", receipt_id=receipt_id))
    page = undo_page(request_context(), signed_in_viewer(), receipt_id, feeds_to_replay_by()) or abort(404)
    return render_template("reports/undo.html", page=page, form=form)
