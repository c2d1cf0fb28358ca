"""The page of one interview, from which an interviewer works on a telephone."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.services import record_interview
from tracker.services.errors import Refused
from tracker.services.pages import interviews
from tracker.services.pages.child_plans import actions_from_interview
from tracker.services.pages.interview_shapes import InterviewPage
from tracker.services.pages.prevention import preventions_of_opened
from tracker.web.access import Permission, requires
from tracker.web.interviews.area import bp, opened_interview
from tracker.web.interviews.happenings import happenings
from tracker.web.interviews.steps import next_steps
from tracker.web.records import ID
from tracker.web.request import request_context, signed_in_viewer


@bp.get(f"/interviews/<{ID}:interview_id>")
@requires(Permission.SEE_EPISODES)
def show(interview_id: int) -> ResponseReturnValue:
    """Whom to ring, what comes next, every episode covered with its own clock, the course so far."""
    return _shown(opened_interview(interview_id))


@bp.get(f"/episodes/<{ID}:episode_id>/interview")
@requires(Permission.SEE_EPISODES)
def of_episode(episode_id: int) -> ResponseReturnValue:
    """To the interview of an episode; where nothing of one is recorded yet, what is needed. Looking makes none."""
    found = interviews.interview_of_episode(request_context(), signed_in_viewer(), episode_id)
    if found is None:
        abort(404)
    if isinstance(found, int):
        return redirect(url_for("interviews.show", interview_id=found))
    return _shown(found)


@bp.post(f"/interviews/<{ID}:interview_id>/cover")
@requires(Permission.RECORD_INTERVIEW)
def cover(interview_id: int) -> ResponseReturnValue:
    """One conversation is to answer another episode of the child as well."""
    text = request.form.get("episode_id", "")
    episode_id = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
    try:
        record_interview.cover_episode(request_context(), interview_id=interview_id, episode_id=episode_id)
    except Refused as refused:
        if refused.problems[0].code in ("unknown_interview", "unknown_episode"):
            abort(404)
        flash(" ".join(problem.sentence for problem in refused.problems), "notice")
    else:
        flash("The interview is to answer for that episode too. Each keeps its own clock.", "done")
    return redirect(url_for("interviews.show", interview_id=interview_id))


def _shown(page: InterviewPage) -> str:
    return render_template(
        "interviews/show.html",
        page=page,
        steps=next_steps(page),
        happenings=happenings(page),
        actions=actions_from_interview(request_context(), page.id),
        harm=[one for one in preventions_of_opened(request_context(), page.id) if one.raised_harm],
    )
