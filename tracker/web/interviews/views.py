"""The return home interview: offered, held or declined; not required, and who approves that.

`course` holds its page, the modules beside it the acts on the way to the outcome.
"""

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker.core.interview_terms import ContactWith, WhoHolds
from tracker.core.terms import DeclinedBy
from tracker.services import not_required, record_interview
from tracker.services.pages.episodes import Act, EpisodePage, InterviewView
from tracker.services.pages.interviews import COVERABLE, attempt_answered
from tracker.services.pages.rows import EpisodeRow
from tracker.web.access import Permission, requires
from tracker.web.episodes.forms import yes_no, yes_no_code
from tracker.web.filters import instant
from tracker.web.interviews import asking, contacting, course, holding, ringing, visiting
from tracker.web.interviews.area import bp, fill, form_page
from tracker.web.interviews.forms import (
    ApprovalForm,
    CompletedForm,
    DeclinedForm,
    DetachForm,
    NotRequiredForm,
    OfferForm,
    OutcomeForm,
)
from tracker.web.records import ID, opened
from tracker.web.request import request_context

__all__ = ["asking", "bp", "contacting", "course", "holding", "ringing", "visiting"]


@bp.route(f"/episodes/<{ID}:episode_id>/interview/offered", methods=["GET", "POST"])
@requires(Permission.RECORD_INTERVIEW)
def record_offer(episode_id: int) -> ResponseReturnValue:
    """When the offer reached the child or carer."""
    page, form = opened(episode_id), OfferForm()

    def save() -> None:
        record_interview.record_offer(
            request_context(),
            episode_id=episode_id,
            offered_at=form.offered_at.data,
            offered_to=ContactWith(form.offered_to.data) if form.offered_to.data else None,
        )

    return form_page(page, Act.RECORD_OFFER, form, save, "offer", "The offer is recorded.", [form.offered_at])


@bp.route(f"/episodes/<{ID}:episode_id>/interview/completed", methods=["GET", "POST"])
@requires(Permission.RECORD_INTERVIEW)
def record_completed(episode_id: int) -> ResponseReturnValue:
    """When the conversation ended, and which episodes it covered; `?interview=` corrects one already recorded."""
    page, form = opened(episode_id), CompletedForm()
    held = _to_correct(page, "completed_at")
    _offer_episodes(form, page, held)
    elsewhere = None if held else _held_elsewhere(page)
    if request.method == "GET":
        fill(form.completed_at, held.completed_at if held else None)
        form.interviewer_name.data = (held.interviewer_name if held else elsewhere or page.row.allocated_to) or ""
        form.written_elsewhere.data = elsewhere is not None

    def save() -> None:
        record_interview.record_completed(
            request_context(), episode_ids=form.episode_ids.data, completed_at=form.completed_at.data,
            interviewer_name=form.interviewer_name.data or None, interview_id=held.id if held else None,
            written_elsewhere=elsewhere is not None and form.written_elsewhere.data,
        )  # fmt: skip

    act = None if held else Act.RECORD_COMPLETED
    return form_page(
        page,
        act,
        form,
        save,
        "completed",
        "The interview is recorded.",
        [form.completed_at],
        correcting=held is not None,
        elsewhere=elsewhere,
    )


@bp.route(f"/episodes/<{ID}:episode_id>/interview/declined", methods=["GET", "POST"])
@requires(Permission.RECORD_INTERVIEW)
def record_declined(episode_id: int) -> ResponseReturnValue:
    """Who declined, when, why, and whether the child was asked; `?interview=` corrects one already recorded."""
    page, form = opened(episode_id), DeclinedForm()
    held = _to_correct(page, "declined_at")
    _offer_episodes(form, page, held)
    if request.method == "GET" and held:
        _fill_decline(form, held)
    elif request.method == "GET":
        _fill_from_attempt(form, page)

    def save() -> None:
        record_interview.record_declined(
            request_context(),
            episode_ids=form.episode_ids.data,
            declined_at=form.declined_at.data,
            declined_by=DeclinedBy(form.declined_by.data),
            reason=form.reason.data,
            child_was_asked=yes_no(form.child_was_asked.data),
            child_not_asked_reason=form.child_not_asked_reason.data or None,
            carer_asked_instead=form.carer_asked_instead.data or None,
            interview_id=held.id if held else None,
        )

    act = None if held else Act.RECORD_DECLINED
    return form_page(
        page, act, form, save, "declined", "The decline is recorded.", [form.declined_at], correcting=held is not None
    )


@bp.route(f"/episodes/<{ID}:episode_id>/interview/not-required", methods=["GET", "POST"])
@requires(Permission.RECORD_INTERVIEW)
def propose_not_required(episode_id: int) -> ResponseReturnValue:
    """Proposed with a reason; it closes nothing until a manager approves."""
    page, form = opened(episode_id), NotRequiredForm()

    def save() -> None:
        not_required.propose_not_required(request_context(), episode_id=episode_id, reason=form.reason.data)

    done = "Proposed. The clock runs on until a manager approves."
    return form_page(page, Act.PROPOSE_NOT_REQUIRED, form, save, "not_required", done)


@bp.route(f"/episodes/<{ID}:episode_id>/interviews/<{ID}:interview_id>/approval", methods=["GET", "POST"])
@requires(Permission.APPROVE_NOT_REQUIRED)
def decide_not_required(episode_id: int, interview_id: int) -> ResponseReturnValue:
    """A manager who did not propose it approves, or does not."""
    page, form = opened(episode_id), ApprovalForm()
    interview = _interview(page, interview_id)
    if request.method == "GET" and not interview.may_approve:
        why = "This no longer waits for a decision."
        flash("You proposed this: another manager decides." if interview.waits_for_approval else why, "notice")
        return redirect(url_for("episodes.show", episode_id=episode_id))
    approved = form.decision.data == "approve"

    def save() -> None:
        if approved:
            not_required.approve_not_required(request_context(), interview_id=interview_id)
        else:
            not_required.refuse_not_required(request_context(), interview_id=interview_id, reason=form.reason.data)

    done = "Approved: no interview is required." if approved else "Not approved: the clock runs on."
    return form_page(page, None, form, save, "approval", done, interview=interview)


@bp.route(f"/episodes/<{ID}:episode_id>/interviews/<{ID}:interview_id>/detach", methods=["GET", "POST"])
@requires(Permission.RECORD_INTERVIEW)
def detach(episode_id: int, interview_id: int) -> ResponseReturnValue:
    """The interview does not cover this episode after all; its record is kept."""
    page, form = opened(episode_id), DetachForm()
    interview = _interview(page, interview_id)

    def save() -> None:
        record_interview.detach_interview(
            request_context(), interview_id=interview_id, episode_id=episode_id, reason=form.reason.data
        )

    done = "The interview no longer covers this episode."
    return form_page(page, Act.DETACH_INTERVIEW, form, save, "detach", done, interview=interview)


def _held_elsewhere(page: EpisodePage) -> str | None:
    """The council that said it has held this interview, where one did: it is written up there."""
    said = (one.holder for one in page.interviews if one.holder.holds is WhoHolds.THEY_HELD)
    return next((holder.authority for holder in said), None)


def _fill_from_attempt(form: DeclinedForm, page: EpisodePage) -> None:
    """`?attempt=`: the attempt that was answered with a decline says when, and perhaps who."""
    text = request.args.get("attempt", "")
    found = attempt_answered(page.row.id, int(text)) if text.isascii() and text.isdecimal() and len(text) < 10 else None
    if found is not None:
        fill(form.declined_at, found.at)
        form.declined_by.data = _DECLINED_BY.get(found.with_whom)


_DECLINED_BY = {
    ContactWith.CHILD: str(DeclinedBy.CHILD),
    ContactWith.PARENT_OR_CARER: str(DeclinedBy.PARENT_OR_CARER),
    ContactWith.PLACEMENT: str(DeclinedBy.PARENT_OR_CARER),
}
"""Who declined, by who answered; for anybody else a person says who it was."""


def _interview(page: EpisodePage, interview_id: int) -> InterviewView:
    return next((one for one in page.interviews if one.id == interview_id), None) or abort(404)


def _to_correct(page: EpisodePage, fact: str) -> InterviewView | None:
    """The interview of `?interview=`, which has that fact recorded; 404 where there is none such."""
    text = request.args.get("interview")
    if text is None:
        return None
    found = next((one for one in page.interviews if str(one.id) == text and getattr(one, fact)), None)
    return found or abort(404)


def _offer_episodes(form: OutcomeForm, page: EpisodePage, held: InterviewView | None) -> None:
    """This episode, those that the interview covers already, and the child's others that it may cover."""
    covered = set(held.episode_ids) if held else set()
    rows = [page.row, *(row for row in page.others if row.id in covered or (row.ended_at and row.state in COVERABLE))]
    rows.sort(key=lambda row: row.missing_from_at)
    form.episode_ids.choices = [(row.id, _episode_words(row, page)) for row in rows]
    if request.method == "GET":
        form.episode_ids.data = sorted(covered | {page.row.id})


def _episode_words(row: EpisodeRow, page: EpisodePage) -> str:
    returned = f"returned {instant(row.returned_at)}" if row.returned_at else f"found {instant(row.found_at)}"
    this = " (this episode)" if row.id == page.row.id else ""
    return f"Missing from {instant(row.missing_from_at)}, {returned}{this}"


def _fill_decline(form: DeclinedForm, held: InterviewView) -> None:
    fill(form.declined_at, held.declined_at)
    form.declined_by.data = held.declined_by
    form.reason.data = held.decline_reason or ""
    form.child_was_asked.data = yes_no_code(held.child_was_asked) or None
    form.child_not_asked_reason.data = held.child_not_asked_reason or ""
    form.carer_asked_instead.data = held.carer_asked_instead or ""
