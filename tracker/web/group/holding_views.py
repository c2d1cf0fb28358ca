"""A meeting is held: begun, who is there, one child after another, other business, closed, corrected."""

from flask import abort, flash, redirect, render_template, request, url_for

from tracker.core.group_terms import Attendance, MeetingState
from tracker.services import close_group_meeting as closing
from tracker.services import hold_group_meeting as holding
from tracker.services.pages.actions import owners
from tracker.services.pages.group import next_planned_at
from tracker.services.pages.group_shapes import ItemPage
from tracker.web.access import Permission, requires
from tracker.web.forms import saved
from tracker.web.group.area import ConfirmForm, View, bp, done_or_told, opened, opened_item
from tracker.web.group.forms import AttendanceForm, BusinessForm, CorrectionForm, DoneForm, ItemForm, lines_of
from tracker.web.records import ID
from tracker.web.request import may, request_context


@bp.post(f"/group/<{ID}:meeting_id>/begin")
@requires(Permission.RUN_GROUP_MEETINGS)
def begin(meeting_id: int) -> View:
    """The meeting begins: first, who is there."""
    form, began = ConfirmForm(), []

    def does() -> None:
        holding.start_meeting(request_context(), meeting_id=meeting_id, version=form.shown_version())
        began.append(True)

    done_or_told(form, does, "The meeting has begun. Say who is there, then go from child to child.")
    return redirect(url_for("group.attendance" if began else "group.show", meeting_id=meeting_id))


@bp.route(f"/group/<{ID}:meeting_id>/attendance", methods=["GET", "POST"])
@requires(Permission.RUN_GROUP_MEETINGS)
def attendance(meeting_id: int) -> View:
    """Who is there, and who sent apologies."""
    page, form = opened(meeting_id), AttendanceForm()
    form.offer(page.members)
    if request.method == "GET":
        for name, wanted in (("present", Attendance.PRESENT), ("apologies", Attendance.APOLOGIES)):
            form[name].data = [str(member.id) for member in page.members if member.attendance is wanted]

    def save() -> None:
        holding.record_attendance(
            request_context(), meeting_id=meeting_id, version=form.shown_version(),
            present=[int(id_) for id_ in form.present.data], apologies=[int(id_) for id_ in form.apologies.data],
            others=lines_of(form.others.data),
        )  # fmt: skip

    if saved(form, save, "Who is there is recorded."):
        return redirect(url_for("group.show", meeting_id=meeting_id))
    return render_template("group/attendance.html", form=form, page=page)


@bp.get(f"/group/items/<{ID}:group_item_id>")
@requires(Permission.SEE_FREQUENT)
def item(group_item_id: int) -> View:
    """One child on one screen, and what is said and decided, for whoever runs the meeting."""
    page = opened_item(group_item_id)
    if not may(Permission.RUN_GROUP_MEETINGS) or not _is_being_held(page):
        return _item_page(page, None)
    form = ItemForm()
    form.offer_owners(owners())
    form.fill(page)
    return _item_page(page, form)


@bp.post(f"/group/items/<{ID}:group_item_id>")
@requires(Permission.RUN_GROUP_MEETINGS)
def record(group_item_id: int) -> View:
    """What was said and decided is kept; on to the next child, or the same again."""
    page, form = opened_item(group_item_id), ItemForm()
    if not _is_being_held(page):
        return _not_now(page)
    form.offer_owners(owners())

    def save() -> None:
        holding.record_item(
            request_context(), item_id=group_item_id, version=form.shown_version(), record=form.record(),
            action=form.action(),
        )  # fmt: skip

    if saved(form, save, _recorded_words(form)):
        return redirect(_next_address(page))
    return _item_page(page, form)


def _recorded_words(form: ItemForm) -> str:
    """What was kept, and that a decision is still missing: whoever goes on to the next child would not see it."""
    if form.decision.data:
        return "It is recorded."
    if (form.discussion.data or "").strip() or form.due_on.data:
        return "It is recorded. No decision is chosen for the child yet."
    return "Nothing was entered: no decision is chosen for the child yet."


def _is_being_held(page: ItemPage) -> bool:
    return page.state is MeetingState.BEING_HELD and page.left_out_reason is None


def _item_page(page: ItemPage, form: ItemForm | None) -> View:
    return render_template("group/item.html", form=form, page=page, child=page.child)


def _not_now(page: ItemPage) -> View:
    """What was typed stands on the page, to be copied: the meeting was closed, or the child left out, meanwhile."""
    flash("Nothing can be recorded for this child now. What you typed is below, to be copied.", "notice")
    typed = [(name, request.form.get(name, "")) for name in ("discussion", "words", "what")]
    return render_template("group/item.html", form=None, page=page, child=page.child, typed=typed), 409


def _next_address(page: ItemPage) -> str:
    """By the button that was pressed: the same child again, the next one, or the meeting after the last."""
    if request.form.get("submit") != "next":
        return url_for("group.item", group_item_id=page.id)
    if page.next_id is None:
        return url_for("group.show", meeting_id=page.meeting_id)
    return url_for("group.item", group_item_id=page.next_id)


@bp.route(f"/group/items/<{ID}:group_item_id>/actions/<{ID}:action_id>/done", methods=["GET", "POST"])
@requires(Permission.RUN_GROUP_MEETINGS)
def action_done(group_item_id: int, action_id: int) -> View:
    """Told at the meeting: an action of the group's is done."""
    page, form = opened_item(group_item_id), DoneForm()
    action = next((one for one in page.child.open_actions if one.id == action_id), None) or abort(404)

    def save() -> None:
        holding.finish_group_action(
            request_context(), item_id=group_item_id, action_id=action_id, version=form.shown_version(),
            outcome=form.outcome.data,
        )  # fmt: skip

    if saved(form, save, "The action is recorded as done."):
        return redirect(url_for("group.item", group_item_id=group_item_id))
    return render_template("group/action_done.html", form=form, page=page, action=action)


@bp.route(f"/group/<{ID}:meeting_id>/business", methods=["GET", "POST"])
@requires(Permission.RUN_GROUP_MEETINGS)
def business(meeting_id: int) -> View:
    """Any other business, and the next meeting."""
    page, form = opened(meeting_id), BusinessForm()
    if request.method == "GET":
        form.other_business.data = page.other_business or ""
        form.next_at.process(None, page.next_at or next_planned_at(request_context(), meeting_id))

    def save() -> None:
        holding.record_business(
            request_context(), meeting_id=meeting_id, version=form.shown_version(),
            other_business=form.other_business.data, next_at=form.next_at.data,
        )  # fmt: skip

    if saved(form, save, "It is recorded."):
        return redirect(url_for("group.show", meeting_id=meeting_id))
    return render_template("group/business.html", form=form, page=page)


@bp.route(f"/group/<{ID}:meeting_id>/close", methods=["GET", "POST"])
@requires(Permission.RUN_GROUP_MEETINGS)
def close(meeting_id: int) -> View:
    """What closing does, what is still missing, and doing it."""
    page, form = opened(meeting_id), ConfirmForm()

    def save() -> None:
        closing.close_meeting(request_context(), meeting_id=meeting_id, version=form.shown_version())

    if saved(form, save, "The meeting is closed, and its minutes are frozen."):
        return redirect(url_for("group.show", meeting_id=meeting_id))
    return render_template("group/close.html", form=form, page=page)


@bp.route(f"/group/<{ID}:meeting_id>/correct", methods=["GET", "POST"])
@requires(Permission.RUN_GROUP_MEETINGS)
def correct(meeting_id: int) -> View:
    """A correction beside minutes that are frozen."""
    page, form = opened(meeting_id), CorrectionForm()

    def save() -> None:
        closing.correct_minutes(request_context(), meeting_id=meeting_id, text=form.text.data)

    if saved(form, save, "The correction stands beside the minutes."):
        return redirect(url_for("group.show", meeting_id=meeting_id))
    return render_template("group/correct.html", form=form, page=page)
