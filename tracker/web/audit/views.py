"""The audit trail: who did or saw what; and everything about one child's record on one page."""

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.core.tables import BYTE_ORDER_MARK
from tracker.services.pages.audit_trail import (
    FILE_SIZE,
    AuditFilters,
    TrailPart,
    audit_entries,
    audit_file,
    record_trail,
)
from tracker.services.pages.people import people_list
from tracker.web.access import Permission, requires
from tracker.web.audit.forms import AuditFilterForm
from tracker.web.audit.words import action_words, detail_words
from tracker.web.records import page_number
from tracker.web.request import request_context, signed_in_viewer

bp = Blueprint("audit", __name__, url_prefix="/audit")
for words_of in (action_words, detail_words):
    bp.add_app_template_filter(words_of)

PARTS = {
    TrailPart.EVERYTHING: "Everything",
    TrailPart.LOOKED: "Who looked",
    TrailPart.TOLD: "Who was told",
    TrailPart.DONE: "What was done",
}


@bp.get("")
@requires(Permission.SEE_AUDIT)
def index() -> str:
    """The whole trail, newest first, filtered."""
    filters, wanted = _asked()
    found = audit_entries(request_context(), signed_in_viewer(), wanted or AuditFilters(), page_number())
    kept = _kept()
    fits = wanted is not None and found.total <= FILE_SIZE
    return render_template(
        "audit/index.html", filters=filters, form=filters, found=found, kept=kept, fits=fits, file_size=FILE_SIZE
    )


@bp.get("/entries.csv")
@requires(Permission.SEE_AUDIT)
def as_csv() -> ResponseReturnValue:
    """What the filter finds, as a file."""
    _, wanted = _asked()
    text = audit_file(request_context(), wanted) if wanted else None
    if text is None:
        flash(f"One file holds {FILE_SIZE:,} entries. Narrow the trail first, by dates for example.", "notice")
        return redirect(url_for("audit.index", **_kept()))
    answer = Response((BYTE_ORDER_MARK + text).encode(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = "attachment; filename=audit-trail.csv"
    return answer


def _kept() -> dict[str, Any]:
    """What the address narrows the trail to, for its next pages and its file; a name of nothing here is passed over."""
    dates = [f"{field}-{part}" for field in ("on_from", "on_to") for part in ("day", "month", "year")]
    names = ("subject", "subject_id", "person_id", "action", *dates)
    return {name: request.args[name] for name in names if request.args.get(name)}


def _asked() -> tuple[AuditFilterForm, AuditFilters | None]:
    """The form, and what it asks for; None where it cannot be read."""
    form = AuditFilterForm(request.args)
    form.offer(people_list(request_context()))
    if not form.validate():
        return form, None
    person = form.person_id.data
    return form, AuditFilters(
        subject=form.subject.data,
        subject_id=form.subject_id.data,
        person_id=int(person) if person else None,
        action=form.action.data,
        on_from=form.on_from.data,
        on_to=form.on_to.data,
    )


@bp.get("/children/<int:child_id>")
@requires(Permission.SEE_AUDIT)
def child(child_id: int) -> str:
    """Who looked at this child's record, what changed, and when people were told."""
    given = request.args.get("part", TrailPart.EVERYTHING)
    part = TrailPart(given) if given in set(TrailPart) else abort(404)
    trail = record_trail(request_context(), signed_in_viewer(), child_id, page_number(), part) or abort(404)
    return render_template("audit/child.html", trail=trail, part=part, parts=PARTS)
