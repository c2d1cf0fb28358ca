"""The visit: planned, planned anew, not held or cancelled, and its calendar file."""

from flask import Response, abort, request, url_for
from flask.typing import ResponseReturnValue

from tracker.core.calendar_file import Appointment, calendar_file
from tracker.core.interview_terms import NotHeldReason, VisitEnd
from tracker.services import plan_visit
from tracker.services.pages import interviews
from tracker.services.pages.episodes import Act
from tracker.services.pages.interview_shapes import VisitView
from tracker.web.access import Permission, requires
from tracker.web.interviews.area import bp, form_page, opened_interview, step_page
from tracker.web.interviews.course_forms import CANCELLED, PlanForm, VisitEndForm
from tracker.web.records import ID, opened
from tracker.web.request import now, request_context, settings, signed_in_viewer


@bp.route(f"/episodes/<{ID}:episode_id>/interview/plan", methods=["GET", "POST"])
@requires(Permission.RECORD_INTERVIEW)
def plan(episode_id: int) -> ResponseReturnValue:
    """When and where the conversation is to be; a visit that stands is moved."""
    page, form = opened(episode_id), PlanForm()
    moved = any(one.planned_at for one in page.interviews)
    if request.method == "GET":
        form.minutes.data = 60

    def save() -> None:
        plan_visit.plan_visit(
            request_context(), episode_id=episode_id, planned_at=form.planned_at.data, minutes=form.minutes.data,
            place=form.place.data, note=form.note.data or None,
        )  # fmt: skip

    done = "The visit is moved." if moved else "The visit is planned."
    return form_page(page, Act.PLAN_VISIT, form, save, "plan", done, [form.planned_at], moved=moved)


@bp.route(f"/interviews/<{ID}:interview_id>/visits/<{ID}:visit_id>/end", methods=["GET", "POST"])
@requires(Permission.RECORD_INTERVIEW)
def end_visit(interview_id: int, visit_id: int) -> ResponseReturnValue:
    """It was not held, and why; or it was cancelled."""
    page, form = opened_interview(interview_id), VisitEndForm()
    visit = next((one for one in page.visits if one.id == visit_id), None) or abort(404)
    cancelled = form.reason.data == CANCELLED

    def save() -> None:
        plan_visit.end_visit(
            request_context(), visit_id=visit_id, ended_as=VisitEnd.CANCELLED if cancelled else VisitEnd.NOT_HELD,
            reason=None if cancelled else NotHeldReason(form.reason.data), note=form.note.data or None,
        )  # fmt: skip

    done = "The visit is cancelled." if cancelled else "Recorded: the visit was not held. The clock runs on."
    return step_page(page, form, save, "end_visit", done, visit=visit)


@bp.get(f"/interviews/<{ID}:interview_id>/visits/<{ID}:visit_id>/calendar.ics")
@requires(Permission.RECORD_INTERVIEW)
def calendar(interview_id: int, visit_id: int) -> Response:
    """The visit for a person's own calendar: no child's name, and the place only with `?place=yes`."""
    with_place = request.args.get("place") == "yes"
    visit = interviews.visit_for_calendar(request_context(), signed_in_viewer(), interview_id, visit_id, with_place)
    if visit is None:
        abort(404)
    content = calendar_file(_appointment(visit, interview_id, with_place))
    answer = Response(content, mimetype="text/calendar")
    answer.headers["Content-Disposition"] = f'attachment; filename="interview-{interview_id}.ics"'
    return answer


def _appointment(visit: VisitView, interview_id: int, with_place: bool) -> Appointment:
    return Appointment(
        uid=visit.calendar_uid,
        starts_at=visit.planned_at,
        minutes=visit.minutes,
        summary=f"Visit, interview {interview_id}",
        stamp_at=now(),
        sequence=visit.sequence + (1 if visit.ended_as else 0),
        location=visit.place if with_place else None,
        address=settings().base_url + url_for("interviews.show", interview_id=interview_id),
        cancelled=visit.ended_as in (VisitEnd.CANCELLED, VisitEnd.NOT_HELD),
    )
