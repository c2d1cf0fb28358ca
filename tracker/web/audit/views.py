"""The audit trail: who did or saw what; and everything about one child's record on one page."""

from flask import Blueprint, abort, render_template, request

from tracker.services.pages.audit_trail import AuditFilters, audit_entries, record_trail
from tracker.web.access import Permission, requires
from tracker.web.audit.forms import AuditFilterForm
from tracker.web.audit.words import action_words
from tracker.web.records import page_number
from tracker.web.request import request_context, signed_in_viewer

bp = Blueprint("audit", __name__, url_prefix="/audit")
bp.add_app_template_filter(action_words)


@bp.get("")
@requires(Permission.SEE_AUDIT)
def index() -> str:
    """The whole trail, newest first, filtered."""
    filters = AuditFilterForm(request.args)
    wanted = AuditFilters()
    if filters.validate():
        wanted = AuditFilters(
            subject=filters.subject.data,
            subject_id=filters.subject_id.data,
            action=filters.action.data,
            on_from=filters.on_from.data,
            on_to=filters.on_to.data,
        )
    found = audit_entries(request_context(), signed_in_viewer(), wanted, page_number())
    kept = {name: value for name, value in request.args.items() if name != "page" and value}
    return render_template("audit/index.html", filters=filters, form=filters, found=found, kept=kept)


@bp.get("/children/<int:child_id>")
@requires(Permission.SEE_AUDIT)
def child(child_id: int) -> str:
    """Who looked at this child's record, what changed, and when people were told."""
    trail = record_trail(request_context(), signed_in_viewer(), child_id, page_number()) or abort(404)
    return render_template("audit/child.html", trail=trail)
