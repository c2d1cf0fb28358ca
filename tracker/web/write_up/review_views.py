"""A manager's review of a write-up or of a decline, and closing and reopening."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.core.interview_terms import ReviewDecision
from tracker.services import review_interview
from tracker.services.errors import Refused
from tracker.services.pages.child_plans import actions_from_interview
from tracker.services.pages.write_ups import WriteUpAct
from tracker.web.access import Permission, requires
from tracker.web.forms import add_problems
from tracker.web.records import ID
from tracker.web.request import request_context
from tracker.web.write_up.area import bp, opened, refuse_act
from tracker.web.write_up.forms import ReasonForm, ReviewForm


@bp.route(f"/interviews/<{ID}:interview_id>/review", methods=["GET", "POST"])
@requires(Permission.REVIEW_INTERVIEWS)
def review(interview_id: int) -> ResponseReturnValue:
    """All that was written, and the decision: returned with comments, or approved."""
    page, form = opened(interview_id, part="review"), ReviewForm()
    why = "This does not wait for you: it is decided already, not written up yet, or your own work."
    if away := refuse_act(page, WriteUpAct.REVIEW, why):
        return away
    if form.validate_on_submit():
        decision = ReviewDecision(form.decision.data)
        try:
            review_interview.review(
                request_context(), interview_id=interview_id, decision=decision,
                comments=form.comments.data or None, close=not form.stays_open.data,
            )  # fmt: skip
        except Refused as refused:
            add_problems(form, refused)
        else:
            approved = "Approved and closed." if not form.stays_open.data else "Approved. Close it when all is done."
            flash(approved if decision is ReviewDecision.APPROVED else "Returned, with your comments.", "done")
            return _overview(interview_id)
    actions = actions_from_interview(request_context(), interview_id)
    return render_template("write_up/review.html", page=page, form=form, actions=actions)


@bp.route(f"/interviews/<{ID}:interview_id>/close", methods=["GET", "POST"])
@requires(Permission.REVIEW_INTERVIEWS)
def close(interview_id: int) -> ResponseReturnValue:
    """Nothing is left to do. A link leads to the overview, which has the button."""
    if request.method == "GET":
        return _overview(interview_id)
    review_interview.close_interview(request_context(), interview_id=interview_id)
    flash("The interview is closed.", "done")
    return _overview(interview_id)


@bp.route(f"/interviews/<{ID}:interview_id>/reopen", methods=["GET", "POST"])
@requires(Permission.REVIEW_INTERVIEWS)
def reopen(interview_id: int) -> ResponseReturnValue:
    """Open again for changes, with the reason."""
    page, form = opened(interview_id, part="reopen"), ReasonForm()
    if away := refuse_act(page, WriteUpAct.REOPEN, "It is neither approved nor closed."):
        return away
    if form.validate_on_submit():
        try:
            review_interview.reopen_interview(request_context(), interview_id=interview_id, reason=form.reason.data)
        except Refused as refused:
            add_problems(form, refused)
        else:
            flash("It is open again, and goes back to whoever wrote it.", "done")
            return _overview(interview_id)
    return render_template("write_up/reopen.html", page=page, form=form)


def _overview(interview_id: int) -> ResponseReturnValue:
    return redirect(url_for("write_up.index", interview_id=interview_id))
