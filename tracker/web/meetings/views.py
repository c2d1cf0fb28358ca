"""Strategy meetings: those that stand and those of the past, one of them, asking for one, and what came of it."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.services import meetings
from tracker.services.pages.meetings import MeetingPage, meeting_page, past_list, standing_list
from tracker.web.access import Permission, requires
from tracker.web.children.area import opened as opened_child
from tracker.web.forms import Form, outcome_of
from tracker.web.meetings.forms import AskForm, HeldForm, MeetingFilterForm, NotNeededForm, PlanForm
from tracker.web.records import ID, page_address, page_number, team_choices
from tracker.web.request import request_context, signed_in_viewer

bp = Blueprint("meetings", __name__)

WITHDRAWN_WORDS = {
    "trigger_untrue": "What asked for it proved untrue.",
    "asked_twice": "Two episodes were found to be one: the other meeting stands.",
    "flag_withdrawn": "The repeat flag that asked for it was withdrawn.",
}


@bp.app_template_global()
def withdrawn_words(code: str | None) -> str:
    """Why a meeting was withdrawn, as a sentence."""
    return WITHDRAWN_WORDS.get(code or "", "")


@bp.get("/meetings")
@requires(Permission.WORK_ACTIONS)
def index() -> str:
    """Children for whom a meeting is asked for, whoever waits longest first; or what is past."""
    form = MeetingFilterForm(request.args)
    form.team.choices = team_choices("All teams")
    form.validate()
    team = int(form.team.data) if form.team.data and not form.team.errors else None
    past = form.show.data == "past"
    found = (past_list if past else standing_list)(request_context(), signed_in_viewer(), team, page_number())
    return render_template("meetings/index.html", form=form, found=found, past=past, page_address=page_address)


@bp.get(f"/meetings/<{ID}:meeting_id>")
@requires(Permission.WORK_ACTIONS)
def show(meeting_id: int) -> str:
    """Why it was asked for, what came of it, and what is to be done."""
    page = _opened(meeting_id)
    return render_template("meetings/show.html", page=page, meeting=page.meeting)


@bp.route(f"/children/<{ID}:child_id>/meetings/ask", methods=["GET", "POST"])
@requires(Permission.WORK_ACTIONS)
def ask(child_id: int) -> ResponseReturnValue:
    """Somebody sees a need that no trigger does; `?episode=` says of which episode."""
    page, form = opened_child(child_id), AskForm()
    text = request.args.get("episode", "")
    episode_id = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None

    def save() -> int:
        return meetings.ask_for_meeting(
            request_context(), child_id=child_id, reason=form.reason.data, episode_id=episode_id
        )

    made = _saved(form, save, "A strategy meeting is asked for.")
    if made:
        return redirect(url_for("meetings.show", meeting_id=made))
    return render_template("meetings/ask.html", form=form, child=page.child)


@bp.route(f"/meetings/<{ID}:meeting_id>/plan", methods=["GET", "POST"])
@requires(Permission.RECORD_MEETINGS)
def plan(meeting_id: int) -> ResponseReturnValue:
    """When it is to be held."""
    page, form = _opened(meeting_id), PlanForm()
    if request.method == "GET":
        form.planned_at.process(None, page.meeting.planned_at)

    def save() -> int:
        meetings.plan_meeting(
            request_context(), meeting_id=meeting_id, version=form.shown_version(), planned_at=form.planned_at.data
        )
        return meeting_id

    return _settled(page, form, save, "plan", "The meeting is planned.")


@bp.route(f"/meetings/<{ID}:meeting_id>/held", methods=["GET", "POST"])
@requires(Permission.RECORD_MEETINGS)
def held(meeting_id: int) -> ResponseReturnValue:
    """It was held, and what was decided; again, to correct it."""
    page, form = _opened(meeting_id), HeldForm()
    if request.method == "GET":
        form.held_at.process(None, page.meeting.held_at or page.meeting.planned_at)
        form.outcome.data = page.meeting.outcome or ""

    def save() -> int:
        meetings.record_held(
            request_context(), meeting_id=meeting_id, version=form.shown_version(), held_at=form.held_at.data,
            outcome=form.outcome.data,
        )  # fmt: skip
        return meeting_id

    return _settled(page, form, save, "held", "The meeting is recorded.")


@bp.route(f"/meetings/<{ID}:meeting_id>/not-needed", methods=["GET", "POST"])
@requires(Permission.RECORD_MEETINGS)
def not_needed(meeting_id: int) -> ResponseReturnValue:
    """No meeting is needed, and why; again, to correct it."""
    page, form = _opened(meeting_id), NotNeededForm()
    if request.method == "GET":
        form.reason.data = page.meeting.not_needed_reason or ""

    def save() -> int:
        meetings.decide_not_needed(
            request_context(), meeting_id=meeting_id, version=form.shown_version(), reason=form.reason.data
        )
        return meeting_id

    return _settled(page, form, save, "not_needed", "It is recorded that no meeting is needed.")


def _opened(meeting_id: int) -> MeetingPage:
    """The meeting, its opening recorded; 404 where this person may not see its child."""
    return meeting_page(request_context(), signed_in_viewer(), meeting_id) or abort(404)


def _settled(page: MeetingPage, form: Form, save: Callable[[], int], template: str, done: str) -> ResponseReturnValue:
    if _saved(form, save, done):
        return redirect(url_for("meetings.show", meeting_id=page.meeting.id))
    return render_template(f"meetings/{template}.html", form=form, page=page, meeting=page.meeting)


def _saved(form: Form, save: Callable[[], int], done: str) -> int | None:
    """The meeting's id where the form was sent and is saved; what was refused stands beside its fields."""
    made = outcome_of(form, save)
    if made is not None:
        flash(done, "done")
    return made
