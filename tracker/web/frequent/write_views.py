"""Writing a MARAMP: the draft, publishing it, what others changed meanwhile, closing and opening again."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.core.maramp import MarampPlan
from tracker.services import write_maramp
from tracker.services.errors import Conflict, Refused
from tracker.services.pages.maramp_shapes import MarampPage
from tracker.services.pages.maramps import changed_meanwhile, draft_compared, leads
from tracker.web.access import Permission, requires
from tracker.web.forms import add_problems, saved
from tracker.web.frequent.area import bp, opened
from tracker.web.frequent.forms import CloseForm
from tracker.web.frequent.plan_form import PlanForm, plan_form
from tracker.web.records import ID, RecordForm, version_in
from tracker.web.request import request_context


@bp.post(f"/frequent/<{ID}:child_id>/maramps/open")
@requires(Permission.WRITE_MARAMP)
def open_maramp(child_id: int) -> ResponseReturnValue:
    """A new MARAMP; `flag` says which flag's review asked for it."""
    flag_id = version_in(request.form.get("flag"))
    try:
        made = write_maramp.open_maramp(request_context(), child_id=child_id, flag_id=max(flag_id, 0) or None)
    except Refused as refused:
        flash(refused.problems[0].sentence, "notice")
        return redirect(url_for("frequent.show", child_id=child_id))
    return redirect(url_for("frequent.write", maramp_id=made))


@bp.route(f"/frequent/maramps/<{ID}:maramp_id>/write", methods=["GET", "POST"])
@requires(Permission.WRITE_MARAMP)
def write(maramp_id: int) -> ResponseReturnValue:
    """The draft of whoever is signed in: saved as it is, or published as the next version."""
    page = opened(maramp_id, "write")
    if page.closed_at is not None:
        flash("This MARAMP is closed. Open it again first.", "notice")
        return redirect(url_for("frequent.maramp", maramp_id=maramp_id))
    form = _form(page)
    if form.validate_on_submit():
        try:
            return _kept(page, form)
        except Conflict as conflict:
            if conflict.problems[0] != write_maramp.NEWER_VERSION:
                raise
            flash(conflict.problems[0].sentence, "notice")
            return redirect(url_for("frequent.write", maramp_id=maramp_id))
        except Refused as refused:
            add_problems(form, refused)
    return render_template(
        "frequent/write.html", page=page, form=form, meanwhile=changed_meanwhile(page), mine=draft_compared(page)
    )


def _form(page: MarampPage) -> PlanForm:
    plan = page.own.plan if page.own else page.newest.plan if page.newest else _first(page)
    form = plan_form(plan, page.said, request.form if request.method == "POST" else None)
    held = str(plan.lead_id or "")
    people = {str(id_): name for id_, name in leads()}
    if held and held not in people:
        people[held] = (page.newest.lead if page.newest else None) or "Somebody who has left"
    form.lead_id.choices = [("", "Choose a person"), *people.items()]
    if request.method == "GET":
        form.fill(plan)
        form.version.data = str(page.own.version if page.own else 0)
        form.based_on.data = str(page.own.based_on if page.own else len(page.versions))
    return form


def _first(page: MarampPage) -> MarampPlan:
    """Before anything is written: the review day that the flag's review gave."""
    return MarampPlan(next_review_on=page.next_review_on)


def _kept(page: MarampPage, form: PlanForm) -> ResponseReturnValue:
    """The draft is saved in any case, so that nothing typed is lost where publishing is refused."""
    context = request_context()
    version = write_maramp.save_draft(
        context, maramp_id=page.id, plan=form.plan(), version=form.shown_version(), based_on=form.shown_number()
    )
    form.version.data = str(version)
    if request.form.get("act") != "publish":
        flash("The draft is saved. Only you see it until it is published.", "done")
        return redirect(url_for("frequent.write", maramp_id=page.id))
    number = write_maramp.publish(context, maramp_id=page.id, version=version, why=form.why.data)
    flash(f"Version {number} is published.", "done")
    return redirect(url_for("frequent.maramp", maramp_id=page.id))


@bp.post(f"/frequent/maramps/<{ID}:maramp_id>/go-on")
@requires(Permission.WRITE_MARAMP)
def go_on(maramp_id: int) -> ResponseReturnValue:
    """The writer has looked at what others published: the draft is meant to come after it."""
    form = RecordForm()
    number = version_in(request.form.get("number"))
    write_maramp.go_on_from(request_context(), maramp_id=maramp_id, version=form.shown_version(), number=number)
    flash(f"Your draft now follows version {number}. Read it through before you publish it.", "done")
    return redirect(url_for("frequent.write", maramp_id=maramp_id))


@bp.post(f"/frequent/maramps/<{ID}:maramp_id>/discard")
@requires(Permission.WRITE_MARAMP)
def discard(maramp_id: int) -> ResponseReturnValue:
    """The draft goes; the versions stay."""
    write_maramp.discard_draft(request_context(), maramp_id=maramp_id, version=RecordForm().shown_version())
    flash("Your draft is gone.", "done")
    return redirect(url_for("frequent.maramp", maramp_id=maramp_id))


@bp.route(f"/frequent/maramps/<{ID}:maramp_id>/close", methods=["GET", "POST"])
@requires(Permission.WRITE_MARAMP)
def close(maramp_id: int) -> ResponseReturnValue:
    """Not needed any more, and why."""
    page, form = opened(maramp_id, "close"), CloseForm()
    if request.method == "GET":
        form.version.data = str(page.version)

    def save() -> None:
        write_maramp.close_maramp(
            request_context(), maramp_id=maramp_id, version=form.shown_version(), reason=form.reason.data
        )

    if saved(form, save, "The MARAMP is closed."):
        return redirect(url_for("frequent.maramp", maramp_id=maramp_id))
    return render_template("frequent/close.html", page=page, form=form)


@bp.post(f"/frequent/maramps/<{ID}:maramp_id>/reopen")
@requires(Permission.WRITE_MARAMP)
def reopen(maramp_id: int) -> ResponseReturnValue:
    """Needed after all."""
    form = RecordForm()
    try:
        write_maramp.reopen_maramp(request_context(), maramp_id=maramp_id, version=form.shown_version())
    except Conflict:
        raise
    except Refused as refused:
        flash(refused.problems[0].sentence, "notice")
    else:
        flash("The MARAMP is open again.", "done")
    return redirect(url_for("frequent.maramp", maramp_id=maramp_id))
