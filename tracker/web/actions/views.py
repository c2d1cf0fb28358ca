"""Actions: what is to be done, mine, my team's or all; one of them; adding, changing, finishing, withdrawing."""

from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.services import actions
from tracker.services.errors import Conflict, Refused
from tracker.services.pages.actions import ActionFilters, ActionPage, ActionView, action_list, action_page, owners
from tracker.web.access import Permission, requires
from tracker.web.actions.forms import ActionForm, FilterForm, FinishForm, WithdrawForm
from tracker.web.children.area import opened as opened_child
from tracker.web.forms import saved
from tracker.web.records import ID, page_address, page_number
from tracker.web.request import may, request_context, signed_in_viewer

bp = Blueprint("actions", __name__)

SOURCES = {"interview": "interviews.show", "meeting": "meetings.show", "episode": "episodes.show"}
"""What an action comes from, by what the address of a new one may name → the page of it."""

ELSEWHERE = {"group_item": "group.item", "maramp": "frequent.maramp"}
"""The same of what is added on pages of its own, which are for those who may open that area."""

SOURCE_WORDS = {
    "interview": "an interview",
    "meeting": "a strategy meeting",
    "group_item": "the operational group",
    "maramp": "a MARAMP",
    "episode": "an episode",
}


@bp.app_template_global()
def source_words(source: str, source_id: int | None = None) -> str:
    """What an action came from, in words; the episode by its number where that is given."""
    return f"episode {source_id}" if source == "episode" and source_id is not None else SOURCE_WORDS[source]


@bp.app_template_global()
def source_address(source: str | None, source_id: int | None) -> str | None:
    """The page of what an action came from; None where there is none."""
    elsewhere = ELSEWHERE.get(source or "", "") if may(Permission.SEE_FREQUENT) else ""
    endpoint = SOURCES.get(source or "", elsewhere)
    if endpoint not in current_app.view_functions or source_id is None:
        return None
    given: dict[str, Any] = {f"{source}_id": source_id}
    return url_for(endpoint, **given)


@bp.get("/actions")
@requires(Permission.WORK_ACTIONS)
def index() -> str:
    """Actions, soonest due first, so that those whose day has passed lead."""
    viewer = signed_in_viewer()
    form = FilterForm(request.args)
    if viewer.team_id is None:
        form.whose.choices = [choice for choice in form.whose.choices if choice.value != "team"]
    form.validate()
    whose = "mine" if form.whose.errors else form.whose.data
    state = "open" if form.state.errors else form.state.data
    found = action_list(request_context(), viewer, ActionFilters(whose, state), page_number())
    return render_template(
        "actions/index.html", form=form, found=found, whose=whose, state=state, page_address=page_address
    )


@bp.route(f"/children/<{ID}:child_id>/actions/add", methods=["GET", "POST"])
@requires(Permission.WORK_ACTIONS)
def add(child_id: int) -> ResponseReturnValue:
    """A new one for a child; `?interview=`, `?meeting=` or `?episode=` says what it comes from."""
    page, form = opened_child(child_id), ActionForm()
    form.offer_owners(owners())
    source, source_id = _source()
    back = source_address(source, source_id) or url_for("children.show", child_id=child_id)
    given: dict[str, Any] = {f"{source}_id": source_id} if source and source_id else {}

    def save() -> None:
        actions.add_action(request_context(), child_id=child_id, **form.values(), **given)

    if saved(form, save, "The action is added."):
        return redirect(back)
    return render_template(
        "actions/edit.html", form=form, back_address=back, child_name=page.child.name, action=None, source=source
    )


def _source() -> tuple[str | None, int | None]:
    """The first that the address names."""
    for source in SOURCES:
        text = request.args.get(source, "")
        if text.isascii() and text.isdecimal() and len(text) < 10:
            return source, int(text)
    return None, None


@bp.route(f"/actions/<{ID}:action_id>", methods=["GET", "POST"])
@requires(Permission.WORK_ACTIONS)
def show(action_id: int) -> ResponseReturnValue:
    """One action, and recording that it is done."""
    page, form = _opened(action_id), FinishForm()
    if request.method == "GET":
        form.outcome.data = page.action.outcome or ""

    def save() -> None:
        actions.finish_action(
            request_context(), action_id=action_id, version=form.shown_version(), outcome=form.outcome.data,
            done_at=form.done_at.data,
        )  # fmt: skip

    if saved(form, save, "The action is recorded as done."):
        return redirect(url_for("actions.show", action_id=action_id))
    return render_template("actions/show.html", page=page, action=page.action, form=form)


@bp.route(f"/actions/<{ID}:action_id>/change", methods=["GET", "POST"])
@requires(Permission.WORK_ACTIONS)
def change(action_id: int) -> ResponseReturnValue:
    """Another text, owner or day."""
    action, form = _workable(action_id), ActionForm()
    held = (action.owner_id, action.owner) if action.owner_id is not None else None
    form.offer_owners(owners(), held)
    if request.method == "GET":
        _fill(form, action)

    def save() -> None:
        actions.change_action(request_context(), action_id=action_id, version=form.shown_version(), **form.values())

    back = url_for("actions.show", action_id=action_id)
    if saved(form, save, "The action is changed."):
        return redirect(back)
    return render_template(
        "actions/edit.html", form=form, back_address=back, child_name=action.child_name, action=action, source=None
    )


def _fill(form: ActionForm, action: ActionView) -> None:
    form.version.data = str(action.version)
    form.what.data = action.what
    form.owner_id.data = str(action.owner_id or "")
    form.owner_name.data = "" if action.owner_id else action.owner
    form.due_on.process(None, action.due_on)
    form.asked_by_child.data = action.asked_by_child


@bp.route(f"/actions/<{ID}:action_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.WORK_ACTIONS)
def withdraw(action_id: int) -> ResponseReturnValue:
    """It is not to be done any more, and why."""
    action, form = _workable(action_id), WithdrawForm()
    if request.method == "GET":
        form.version.data = str(action.version)

    def save() -> None:
        actions.withdraw_action(
            request_context(), action_id=action_id, version=form.shown_version(), reason=form.reason.data
        )

    if saved(form, save, "The action is withdrawn."):
        return redirect(url_for("actions.show", action_id=action_id))
    return render_template("actions/withdraw.html", form=form, action=action)


@bp.post(f"/actions/<{ID}:action_id>/reopen")
@requires(Permission.WORK_ACTIONS)
def reopen(action_id: int) -> ResponseReturnValue:
    """To be done after all."""
    form = WithdrawForm()
    try:
        actions.reopen_action(request_context(), action_id=action_id, version=form.shown_version())
    except Conflict:
        raise
    except Refused as refused:
        flash(refused.problems[0].sentence, "notice")
    else:
        flash("The action is open again.", "done")
    return redirect(url_for("actions.show", action_id=action_id))


def _opened(action_id: int) -> ActionPage:
    """The action, its opening recorded; 404 where this person may not see it."""
    return action_page(request_context(), signed_in_viewer(), action_id) or abort(404)


def _workable(action_id: int) -> ActionView:
    """The same, for whoever sees its child."""
    page = _opened(action_id)
    return page.action if page.may_work else abort(404)
