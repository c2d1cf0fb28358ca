"""Alerts sent, and the page that an email's link opens: what it is about, and acknowledging it."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.core.alert_terms import EscalationReason
from tracker.core.terms import BreachReason
from tracker.services.acknowledge_alert import acknowledge
from tracker.services.escalate_alert import Escalated
from tracker.services.escalate_alert import escalate as escalate_alert
from tracker.services.pages.alerts import AlertFilters, AlertPage, alert_list, alert_page
from tracker.web.access import Permission, requires
from tracker.web.alerts.forms import (
    AcknowledgeForm,
    AlertFilterForm,
    EscalateForm,
    TriggerAcknowledgeForm,
    quick_plans,
)
from tracker.web.forms import outcome_of, saved
from tracker.web.records import page_number
from tracker.web.request import may, now, request_context, signed_in_viewer

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
    plans = quick_plans(now())
    if request.method == "POST" and not may(Permission.ACKNOWLEDGE_ALERTS):
        abort(403)
    page = alert_page(request_context(), signed_in_viewer(), reference) or abort(404)
    form = TriggerAcknowledgeForm() if page.trigger else AcknowledgeForm()

    def save() -> None:
        given = getattr(form, "reason", None)
        reason = BreachReason(given.data) if given and given.data else None
        _, planned_at = plans.get(request.form.get("plan", ""), ("", form.planned.data))
        acknowledge(request_context(), reference=reference, reason=reason, planned_at=planned_at)

    if saved(form, save, "The alert is acknowledged."):
        return redirect(url_for("alerts.show", reference=reference))
    return _show(page, form, EscalateForm(formdata=None))


@bp.post("/<reference>/escalate")
@requires(Permission.ACKNOWLEDGE_ALERTS)
def escalate(reference: str) -> str | Response:
    """Whoever was told cannot settle it: the next step of the ladder is told at once."""
    form = EscalateForm()

    def act() -> Escalated:
        return escalate_alert(request_context(), reference=reference, reason=EscalationReason(form.why.data))

    done = outcome_of(form, act)
    if done is not None:
        flash(f"Told now: {', '.join(done.told)}.", "done")
        return redirect(url_for("alerts.show", reference=reference))
    page = alert_page(request_context(), signed_in_viewer(), reference) or abort(404)
    return _show(page, AcknowledgeForm(formdata=None), form)


def _show(page: AlertPage, form: AcknowledgeForm | TriggerAcknowledgeForm, escalating: EscalateForm) -> str:
    plans = quick_plans(now())
    return render_template("alerts/show.html", page=page, form=form, escalating=escalating, plans=plans)
