"""Alerts sent, and the page that an email's link opens: what it is about, and acknowledging it."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.core.terms import BreachReason
from tracker.services.acknowledge_alert import acknowledge
from tracker.services.errors import Conflict, Refused
from tracker.services.pages.alerts import AlertFilters, alert_list, alert_page
from tracker.web.access import Permission, requires
from tracker.web.alerts.forms import AcknowledgeForm, AlertFilterForm, TriggerAcknowledgeForm
from tracker.web.forms import add_problems
from tracker.web.records import page_number
from tracker.web.request import may, request_context, signed_in_viewer

bp = Blueprint("alerts", __name__, url_prefix="/alerts")


@bp.get("")
@requires(Permission.SEE_ALERTS)
def index() -> str:
    """Every alert about records that this person may see, newest first."""
    filters = AlertFilterForm(request.args)
    filters.validate()
    state = filters.state.data if not filters.state.errors else ""
    wanted = AlertFilters(rung=filters.rung.data or "", mine=filters.whose.data == "me", state=state or "")
    found = alert_list(request_context(), signed_in_viewer(), wanted, page_number())
    return render_template("alerts/index.html", filters=filters, found=found)


@bp.route("/<reference>", methods=["GET", "POST"])
@requires(Permission.SEE_ALERTS)
def show(reference: str) -> str | Response:
    """One alert by the random reference in its email, and acknowledging it."""
    if request.method == "POST" and not may(Permission.ACKNOWLEDGE_ALERTS):
        abort(403)
    page = alert_page(request_context(), signed_in_viewer(), reference) or abort(404)
    form = TriggerAcknowledgeForm() if page.trigger else AcknowledgeForm()
    if form.validate_on_submit():
        given = getattr(form, "reason", None)
        reason = BreachReason(given.data) if given and given.data else None
        try:
            acknowledge(request_context(), reference=reference, reason=reason, planned_at=form.planned.data)
        except Conflict:
            raise
        except Refused as refused:
            add_problems(form, refused)
        else:
            flash("The alert is acknowledged.", "done")
            return redirect(url_for("alerts.show", reference=reference))
    return render_template("alerts/show.html", page=page, form=form)
