"""The agenda of a meeting: a child is added, left out, put back, moved."""

from flask import redirect, render_template, request, url_for

from tracker.services import plan_group_meeting as plans
from tracker.services.pages.group import flagged_children
from tracker.web.access import Permission, requires
from tracker.web.forms import saved
from tracker.web.group.area import ConfirmForm, View, bp, done_or_told, opened, opened_item
from tracker.web.group.forms import AddChildForm, LeaveOutForm, ReasonForm
from tracker.web.records import ID
from tracker.web.request import request_context, signed_in_viewer


@bp.route(f"/group/<{ID}:meeting_id>/add", methods=["GET", "POST"])
@requires(Permission.RUN_GROUP_MEETINGS)
def add(meeting_id: int) -> View:
    """A child whom the rules did not put there."""
    page, form = opened(meeting_id), AddChildForm()
    found = flagged_children(request_context(), signed_in_viewer(), meeting_id)
    form.flagged.choices = [("", "Choose a child"), *((str(id_), name) for id_, name in found)]

    def save() -> None:
        plans.add_child(request_context(), meeting_id=meeting_id, child_id=form.child_id, why=form.why.data)

    if saved(form, save, "The child is on the agenda."):
        return redirect(url_for("group.show", meeting_id=meeting_id))
    return render_template("group/add.html", form=form, page=page)


@bp.route(f"/group/items/<{ID}:group_item_id>/leave-out", methods=["GET", "POST"])
@requires(Permission.RUN_GROUP_MEETINGS)
def leave_out(group_item_id: int) -> View:
    """Not this time, and why."""
    page, form = opened_item(group_item_id), ReasonForm()

    def save() -> None:
        plans.leave_out(request_context(), item_id=group_item_id, version=form.shown_version(), reason=form.reason.data)

    if saved(form, save, "The child is left out of this agenda."):
        return redirect(url_for("group.show", meeting_id=page.meeting_id))
    return render_template("group/leave_out.html", form=form, page=page)


@bp.route(f"/group/<{ID}:meeting_id>/leave-out", methods=["GET", "POST"])
@requires(Permission.RUN_GROUP_MEETINGS)
def leave_out_several(meeting_id: int) -> View:
    """Not this time, for one reason: of a long agenda."""
    page, form = opened(meeting_id), LeaveOutForm()
    form.item_ids.choices = [(str(item.id), item.child_name) for item in page.items if item.decision is None]

    def save() -> None:
        plans.leave_out_several(
            request_context(), meeting_id=meeting_id, item_ids=[int(id_) for id_ in form.item_ids.data or ()],
            reason=form.reason.data,
        )  # fmt: skip

    if saved(form, save, "The children are left out of this agenda."):
        return redirect(url_for("group.show", meeting_id=meeting_id))
    return render_template("group/leave_out_several.html", form=form, page=page)


@bp.post(f"/group/items/<{ID}:group_item_id>/put-back")
@requires(Permission.RUN_GROUP_MEETINGS)
def put_back(group_item_id: int) -> View:
    """On the agenda after all."""
    page, form = opened_item(group_item_id), ConfirmForm()

    def does() -> None:
        plans.put_back(request_context(), item_id=group_item_id, version=form.shown_version())

    done_or_told(form, does, "The child is on the agenda again.")
    return redirect(url_for("group.show", meeting_id=page.meeting_id))


@bp.post(f"/group/items/<{ID}:group_item_id>/move")
@requires(Permission.RUN_GROUP_MEETINGS)
def move(group_item_id: int) -> View:
    """One place up or down."""
    page = opened_item(group_item_id)

    def does() -> None:
        plans.move_item(request_context(), item_id=group_item_id, up=request.form.get("to") != "down")

    done_or_told(ConfirmForm(), does, "The agenda is in another order.")
    return redirect(url_for("group.show", meeting_id=page.meeting_id))
