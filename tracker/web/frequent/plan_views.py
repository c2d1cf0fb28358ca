"""Reading a MARAMP: the newest version or any other, what changed between two, on paper and as PDF; its actions."""

from flask import Response, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.bootstrap import wiring
from tracker.core.maramp_changes import scores_by_risk
from tracker.services import actions
from tracker.services.pages.actions import owners
from tracker.services.pages.maramp_shapes import MarampPage, VersionView
from tracker.services.pages.maramps import compared, record_download
from tracker.web.access import Permission, requires
from tracker.web.forms import Form, saved
from tracker.web.frequent.area import bp, opened
from tracker.web.frequent.forms import AnswersForm, PlanActionForm, offered
from tracker.web.frequent.paper import maramp_document
from tracker.web.frequent.pictures import SCORES, scores
from tracker.web.frequent.views import as_svg
from tracker.web.frequent.wording import changes_in_words
from tracker.web.records import ID, version_in
from tracker.web.request import now, request_context


@bp.get(f"/frequent/maramps/<{ID}:maramp_id>")
@requires(Permission.SEE_FREQUENT)
def maramp(maramp_id: int) -> str:
    """The newest version, or the one that `?version=` asks for; scores, actions, history."""
    page = opened(maramp_id)
    return render_template(
        "frequent/maramp.html",
        page=page,
        shown=_asked(page),
        scores=scores(page.versions),
        by_risk=scores_by_risk([version.plan for version in page.versions]),
        form=Form(formdata=None),
    )


@bp.get(f"/frequent/maramps/<{ID}:maramp_id>/scores.svg")
@requires(Permission.SEE_FREQUENT)
def scores_chart(maramp_id: int) -> Response:
    """The scores over time as a picture; the page shows the same as a table and in words."""
    picture = scores(opened(maramp_id, "chart").versions)
    return as_svg(wiring(current_app).charts.svg(SCORES, picture.rows))


@bp.get(f"/frequent/maramps/<{ID}:maramp_id>/compare")
@requires(Permission.SEE_FREQUENT)
def compare(maramp_id: int) -> str:
    """What changed from one version to another."""
    page = opened(maramp_id, "compare")
    earlier, later = version_in(request.args.get("from")), version_in(request.args.get("to"))
    found = compared(page, earlier, later) or abort(404)
    return render_template("frequent/compare.html", page=page, found=found, changes=changes_in_words(found.changes))


@bp.get(f"/frequent/maramps/<{ID}:maramp_id>/print")
@requires(Permission.SEE_FREQUENT)
def on_paper(maramp_id: int) -> str:
    """One version without menus, to be printed."""
    page = opened(maramp_id, "print")
    return render_template("frequent/print.html", page=page, shown=_asked(page) or abort(404))


@bp.get(f"/frequent/maramps/<{ID}:maramp_id>/maramp.pdf")
@requires(Permission.SEE_FREQUENT)
def as_pdf(maramp_id: int) -> Response:
    """One version as PDF/UA. Its name says nothing about the child."""
    page = opened(maramp_id, "pdf")
    shown = _asked(page) or abort(404)
    record_download(request_context(), page, shown.number)
    chart = wiring(current_app).charts.svg(SCORES, scores(page.until(shown.number)).rows)
    made = wiring(current_app).typesetter.pdf("maramp", maramp_document(page, shown, chart, now()), now())
    answer = Response(made, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f"attachment; filename=maramp-{page.id}-version-{shown.number}.pdf"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@bp.route(f"/frequent/maramps/<{ID}:maramp_id>/actions/add", methods=["GET", "POST"])
@requires(Permission.WRITE_MARAMP)
def add_action(maramp_id: int) -> ResponseReturnValue:
    """Something to be done, that comes from the plan and says what it answers."""
    page, form = opened(maramp_id, "write"), PlanActionForm()
    form.offer_owners(owners())
    form.answers.choices = offered(page.said)

    def save() -> None:
        actions.add_action(
            request_context(), child_id=page.child_id, maramp_id=maramp_id, answers=form.answers.data or (),
            **form.values(),
        )  # fmt: skip

    if saved(form, save, "The action is added."):
        return redirect(url_for("frequent.maramp", maramp_id=maramp_id, _anchor="actions"))
    return render_template("frequent/action.html", page=page, form=form)


@bp.route(f"/frequent/maramps/<{ID}:maramp_id>/actions/<{ID}:action_id>/answers", methods=["GET", "POST"])
@requires(Permission.WRITE_MARAMP)
def answers(maramp_id: int, action_id: int) -> ResponseReturnValue:
    """What an action of the plan answers."""
    page, form = opened(maramp_id, "write"), AnswersForm()
    action = next((one for one in page.actions if one.id == action_id), None) or abort(404)
    form.offer(page.said, action.answers)
    if request.method == "GET":
        form.version.data, form.answers.data = str(action.version), list(action.answers)

    def save() -> None:
        actions.set_answers(
            request_context(), action_id=action_id, version=form.shown_version(), answers=form.answers.data or ()
        )

    if saved(form, save, "What the action answers is saved."):
        return redirect(url_for("frequent.maramp", maramp_id=maramp_id, _anchor="actions"))
    return render_template("frequent/answers.html", page=page, action=action, form=form)


def _asked(page: MarampPage) -> VersionView | None:
    """The version that the address asks for, else the newest; None where nothing is published."""
    if "version" not in request.args:
        return page.newest
    return page.numbered(version_in(request.args["version"])) or abort(404)
