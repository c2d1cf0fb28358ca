"""The group's meetings: the list, planning one, one of them with its agenda, what is open, a child's history."""

from flask import abort, flash, redirect, render_template, request, url_for

from tracker.services import plan_group_meeting as plans
from tracker.services.pages.group import (
    last_company,
    meetings_ahead,
    open_decisions,
    past_meetings,
    who_may_be_invited,
)
from tracker.services.pages.group_item import child_history
from tracker.services.pages.group_shapes import GroupMeetingPage
from tracker.web.access import Permission, requires
from tracker.web.forms import saved
from tracker.web.group import (  # noqa: F401  (more views of the same area, and what its pages ask)
    agenda_views,
    circulation,
    document_views,
    holding_views,
)
from tracker.web.group.area import ConfirmForm, View, bp, done_or_told, opened
from tracker.web.group.forms import PlanForm, ReasonForm
from tracker.web.records import ID, page_address, page_number
from tracker.web.request import request_context, signed_in_viewer

__all__ = ["bp"]


@bp.get("/group")
@requires(Permission.SEE_FREQUENT)
def index() -> str:
    """Meetings ahead, and those of the past."""
    return render_template(
        "group/index.html", ahead=meetings_ahead(), past=past_meetings(page_number()), page_address=page_address
    )


@bp.route("/group/plan", methods=["GET", "POST"])
@requires(Permission.RUN_GROUP_MEETINGS)
def plan() -> View:
    """A new meeting; it begins with the company of the one before."""
    form, made = PlanForm(), []
    form.offer(who_may_be_invited())
    if request.method == "GET":
        _begin_with(form)

    def save() -> None:
        made.append(plans.plan_group_meeting(request_context(), form.plan()))

    if saved(form, save, "The meeting is planned, and its agenda is made from the repeat flags."):
        return redirect(url_for("group.show", meeting_id=made[0]))
    return render_template("group/plan.html", form=form, page=None)


def _begin_with(form: PlanForm) -> None:
    """The company, place and chair of the meeting before, and the time that it named; else whoever plans."""
    last, person = last_company(request_context()), signed_in_viewer()
    if last is None:
        form.start_with([person.person_id], [])
        form.chair.data = person.name
        return
    form.start_with(last.person_ids, last.others)
    form.chair.data, form.place.data = last.chair, last.place
    form.meets_at.process(None, last.next_at)


@bp.get(f"/group/<{ID}:meeting_id>")
@requires(Permission.SEE_FREQUENT)
def show(meeting_id: int) -> str:
    """The meeting: its agenda before and while it is held, its minutes afterwards."""
    page = opened(meeting_id)
    return render_template("group/show.html", page=page)


@bp.route(f"/group/<{ID}:meeting_id>/change", methods=["GET", "POST"])
@requires(Permission.RUN_GROUP_MEETINGS)
def change(meeting_id: int) -> View:
    """Another time, place, chair or company."""
    page, form = _still_open(meeting_id), PlanForm()
    form.offer(who_may_be_invited())
    if request.method == "GET":
        form.fill(page)

    def save() -> None:
        plans.change_group_meeting(
            request_context(), meeting_id=meeting_id, version=form.shown_version(), plan=form.plan()
        )

    if saved(form, save, "The meeting is changed."):
        return redirect(url_for("group.show", meeting_id=meeting_id))
    return render_template("group/plan.html", form=form, page=page)


@bp.route(f"/group/<{ID}:meeting_id>/call-off", methods=["GET", "POST"])
@requires(Permission.RUN_GROUP_MEETINGS)
def call_off(meeting_id: int) -> View:
    """It does not take place, and why."""
    page, form = _still_open(meeting_id), ReasonForm()

    def save() -> None:
        plans.cancel_group_meeting(
            request_context(), meeting_id=meeting_id, version=form.shown_version(), reason=form.reason.data
        )

    if saved(form, save, "The meeting is called off."):
        return redirect(url_for("group.index"))
    return render_template("group/call_off.html", form=form, page=page)


@bp.post(f"/group/<{ID}:meeting_id>/agenda")
@requires(Permission.RUN_GROUP_MEETINGS)
def refresh(meeting_id: int) -> View:
    """Whoever belongs on the agenda by now is put there."""

    def does() -> None:
        plans.bring_up_to_date(request_context(), meeting_id=meeting_id)

    done_or_told(ConfirmForm(), does, "The agenda is up to date.")
    return redirect(url_for("group.show", meeting_id=meeting_id))


@bp.get("/group/open")
@requires(Permission.SEE_FREQUENT)
def still_open() -> str:
    """Decisions that still ask for something, of all meetings."""
    return render_template("group/open.html", found=open_decisions(request_context(), signed_in_viewer()))


@bp.get(f"/group/children/<{ID}:child_id>")
@requires(Permission.SEE_FREQUENT)
def child(child_id: int) -> str:
    """What the group decided for one child, at every meeting."""
    page = child_history(request_context(), signed_in_viewer(), child_id) or abort(404)
    return render_template("group/child.html", page=page)


def _still_open(meeting_id: int) -> GroupMeetingPage:
    page = opened(meeting_id)
    if not page.is_open and request.method == "GET":
        flash("This meeting is over: nothing of it can be changed.", "notice")
        abort(redirect(url_for("group.show", meeting_id=meeting_id)))
    return page
