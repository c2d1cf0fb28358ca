"""Attempts to reach the child or carer, and the answer to the offer."""

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.core.interview_terms import ContactMethod, ContactOutcome, ContactWith
from tracker.services import contact_child
from tracker.services.pages import interviews
from tracker.services.pages.episodes import Act
from tracker.web.access import Permission, requires
from tracker.web.interviews.area import bp, fill, form_of, form_page, opened_interview, sent, step_page
from tracker.web.interviews.course_forms import AcceptedForm, AttemptForm, ReasonForm
from tracker.web.records import ID, opened, still_possible
from tracker.web.request import now, request_context


@bp.route(f"/episodes/<{ID}:episode_id>/interview/attempt", methods=["GET", "POST"])
@requires(Permission.RECORD_INTERVIEW)
def record_attempt(episode_id: int) -> ResponseReturnValue:
    """When, how, with whom, what came of it. Accepted leads on to the plan, declined to what the decline asks."""
    page, form = opened(episode_id), AttemptForm()
    back = url_for("interviews.of_episode", episode_id=episode_id)
    if not still_possible(page, Act.RECORD_ATTEMPT):
        return redirect(back)
    if request.method == "GET":
        fill(form.at, now())
    made: list[int] = []

    def save() -> None:
        made.append(
            contact_child.record_attempt(
                request_context(), episode_id=episode_id, at=form.at.data, method=ContactMethod(form.method.data),
                with_whom=ContactWith(form.with_whom.data), outcome=ContactOutcome(form.outcome.data),
                note=form.note.data or None,
            )
        )  # fmt: skip

    def onward() -> str:
        if form.outcome.data == ContactOutcome.ACCEPTED:
            return url_for("interviews.plan", episode_id=episode_id)
        if form.outcome.data == ContactOutcome.DECLINED:
            return form_of("record_declined", episode_id, attempt=made[-1])
        return back

    contacts = interviews.contacts_of_child(page.child.id)
    return sent(form, save, "The attempt is recorded.", [form.at], onward) or render_template(
        "interviews/attempt.html", form=form, page=page, back_address=back, contacts=contacts
    )


@bp.route(f"/interviews/<{ID}:interview_id>/attempts/<{ID}:attempt_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.RECORD_INTERVIEW)
def withdraw_attempt(interview_id: int, attempt_id: int) -> ResponseReturnValue:
    """One entered by mistake: kept, with the reason."""
    page, form = opened_interview(interview_id), ReasonForm()
    attempt = next((one for one in page.attempts if one.id == attempt_id), None) or abort(404)

    def save() -> None:
        contact_child.withdraw_attempt(request_context(), attempt_id=attempt_id, reason=form.reason.data)

    return step_page(page, form, save, "withdraw_attempt", "The attempt is withdrawn.", attempt=attempt)


@bp.route(f"/episodes/<{ID}:episode_id>/interview/accepted", methods=["GET", "POST"])
@requires(Permission.RECORD_INTERVIEW)
def record_accepted(episode_id: int) -> ResponseReturnValue:
    """The offer was accepted, where no attempt says so."""
    page, form = opened(episode_id), AcceptedForm()
    if request.method == "GET":
        fill(form.accepted_at, now())

    def save() -> None:
        contact_child.record_accepted(
            request_context(), episode_id=episode_id, accepted_at=form.accepted_at.data,
            accepted_by=ContactWith(form.accepted_by.data),
        )  # fmt: skip

    done = "The answer is recorded."
    return form_page(page, Act.RECORD_ACCEPTED, form, save, "accepted", done, [form.accepted_at])
