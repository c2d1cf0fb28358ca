"""Another council is asked to hold the interview, and what it answers."""

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from tracker.core.interview_terms import AskedBecause, AuthorityAnswer, ContactMethod
from tracker.services import ask_authority
from tracker.services.pages.episodes import Act
from tracker.services.pages.interview_shapes import InterviewPage, RequestView
from tracker.web.access import Permission, requires
from tracker.web.interviews.area import back_to, bp, fill, form_of, form_page, opened_interview, sent, step_page
from tracker.web.interviews.course_forms import AnswerForm, AskForm, ReasonForm
from tracker.web.records import ID, opened
from tracker.web.request import now, request_context


@bp.route(f"/episodes/<{ID}:episode_id>/interview/ask-council", methods=["GET", "POST"])
@requires(Permission.RECORD_INTERVIEW)
def ask(episode_id: int) -> ResponseReturnValue:
    """Of which council, why, when and how."""
    page, form = opened(episode_id), AskForm()
    if request.method == "GET":
        fill(form.asked_at, now())
        form.why.data = str(AskedBecause.PLACED_ELSEWHERE if page.row.is_ours else AskedBecause.RESPONSIBLE_ELSEWHERE)
        form.authority.data = "" if page.row.is_ours else page.row.responsible_authority or ""

    def save() -> None:
        ask_authority.ask_authority(
            request_context(), episode_id=episode_id, authority=form.authority.data, why=AskedBecause(form.why.data),
            asked_at=form.asked_at.data, asked_how=ContactMethod(form.asked_how.data),
            asked_of=form.asked_of.data or None,
        )  # fmt: skip

    done = "Recorded. The clock runs on: the interview stays ours to see to until they say they will hold it."
    return form_page(page, Act.ASK_AUTHORITY, form, save, "ask_council", done, [form.asked_at])


@bp.route(f"/interviews/<{ID}:interview_id>/requests/<{ID}:request_id>/answer", methods=["GET", "POST"])
@requires(Permission.RECORD_INTERVIEW)
def answer(interview_id: int, request_id: int) -> ResponseReturnValue:
    """It will hold it, will not, or has held it, which leads on to recording when and by whom."""
    page, form = opened_interview(interview_id), AnswerForm()
    asked = _request(page, request_id)
    if request.method == "GET":
        fill(form.answered_at, now())
        form.answer.data = str(asked.answer) if asked.answer else None

    def save() -> None:
        ask_authority.record_answer(
            request_context(), request_id=request_id, answer=AuthorityAnswer(form.answer.data),
            answered_at=form.answered_at.data, answered_by=form.answered_by.data or None, note=form.note.data or None,
        )  # fmt: skip

    def onward() -> str:
        if form.answer.data == AuthorityAnswer.HELD and page.is_open:
            return form_of("record_completed", page.episode_id)
        return back_to(page)

    return sent(form, save, "The answer is recorded.", [form.answered_at], onward) or render_template(
        "interviews/council_answer.html", form=form, page=page, asked=asked, back_address=back_to(page)
    )


@bp.route(f"/interviews/<{ID}:interview_id>/requests/<{ID}:request_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.RECORD_INTERVIEW)
def withdraw_request(interview_id: int, request_id: int) -> ResponseReturnValue:
    """Entered by mistake, or no longer asked."""
    page, form = opened_interview(interview_id), ReasonForm()
    asked = _request(page, request_id)

    def save() -> None:
        ask_authority.withdraw_request(request_context(), request_id=request_id, reason=form.reason.data)

    return step_page(page, form, save, "withdraw_request", "The request is withdrawn.", asked=asked)


def _request(page: InterviewPage, request_id: int) -> RequestView:
    return next((one for one in page.requests if one.id == request_id), None) or abort(404)
