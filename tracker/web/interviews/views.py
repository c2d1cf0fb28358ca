"""The return home interview: allocated, offered, held or declined; not required, and who approves that."""

from collections.abc import Callable, Iterable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.core.terms import OPEN_CLOCK_STATES, DeclinedBy, InterviewState
from tracker.services import not_required, record_interview
from tracker.services.errors import Conflict, Refused
from tracker.services.pages import people
from tracker.services.pages.episodes import Act, EpisodePage, InterviewView
from tracker.services.pages.rows import EpisodeRow
from tracker.web.access import Permission, requires
from tracker.web.episodes.forms import yes_no, yes_no_code
from tracker.web.fields import LondonDateTimeField
from tracker.web.filters import instant
from tracker.web.forms import Form, add_problems
from tracker.web.interviews.forms import (
    AllocateForm,
    ApprovalForm,
    CompletedForm,
    DeclinedForm,
    DetachForm,
    NotRequiredForm,
    OfferForm,
    OutcomeForm,
    person_choices,
)
from tracker.web.records import ID, after, opened, still_possible, tell_readings
from tracker.web.request import request_context

bp = Blueprint("interviews", __name__)

COVERABLE = OPEN_CLOCK_STATES | {InterviewState.FOUND_NOT_RETURNED}
"""States of the child's other episodes that one conversation may cover as well, once they have ended."""


def _form_page(
    page: EpisodePage,
    act: Act | None,
    form: Form,
    save: Callable[[], object],
    template: str,
    done: str,
    typed: Iterable[LondonDateTimeField] = (),
    **shown: object,
) -> ResponseReturnValue:
    """The course of every form here. `act` None: whether it is possible has been judged already."""
    if act is not None and not still_possible(page, act):
        return redirect(url_for("episodes.show", episode_id=page.row.id))
    if form.validate_on_submit():
        try:
            save()
        except Conflict:
            raise
        except Refused as refused:
            add_problems(form, refused)
        else:
            tell_readings(typed)
            flash(done, "done")
            return redirect(after(page.row.id))
    return render_template(
        f"interviews/{template}.html", form=form, page=page, back_address=after(page.row.id), **shown
    )


@bp.route(f"/episodes/<{ID}:episode_id>/interview/allocate", methods=["GET", "POST"])
@requires(Permission.ALLOCATE)
def allocate(episode_id: int) -> ResponseReturnValue:
    """Give the interview to a person, and say whether they are independent."""
    page, form = opened(episode_id), AllocateForm()
    form.person_id.choices = person_choices(people.allocatable(request_context()))
    if request.method == "GET" and page.row.allocated_to_id:
        form.person_id.data = str(page.row.allocated_to_id)

    def save() -> None:
        reason = form.not_independent_reason.data if form.independent.data == "no" else None
        record_interview.allocate(
            request_context(), episode_id=episode_id, person_id=int(form.person_id.data), not_independent_reason=reason
        )

    return _form_page(page, Act.ALLOCATE, form, save, "allocate", "The interview is allocated.")


@bp.route(f"/episodes/<{ID}:episode_id>/interview/offered", methods=["GET", "POST"])
@requires(Permission.RECORD_INTERVIEW)
def record_offer(episode_id: int) -> ResponseReturnValue:
    """When the offer reached the child or carer."""
    page, form = opened(episode_id), OfferForm()

    def save() -> None:
        record_interview.record_offer(request_context(), episode_id=episode_id, offered_at=form.offered_at.data)

    return _form_page(page, Act.RECORD_OFFER, form, save, "offer", "The offer is recorded.", [form.offered_at])


@bp.route(f"/episodes/<{ID}:episode_id>/interview/completed", methods=["GET", "POST"])
@requires(Permission.RECORD_INTERVIEW)
def record_completed(episode_id: int) -> ResponseReturnValue:
    """When the conversation ended, and which episodes it covered; `?interview=` corrects one already recorded."""
    page, form = opened(episode_id), CompletedForm()
    held = _to_correct(page, "completed_at")
    _offer_episodes(form, page, held)
    if request.method == "GET":
        _fill(form.completed_at, held.completed_at if held else None)
        form.interviewer_name.data = (held.interviewer_name if held else page.row.allocated_to) or ""

    def save() -> None:
        record_interview.record_completed(
            request_context(), episode_ids=form.episode_ids.data, completed_at=form.completed_at.data,
            interviewer_name=form.interviewer_name.data or None, interview_id=held.id if held else None,
        )  # fmt: skip

    act = None if held else Act.RECORD_COMPLETED
    return _form_page(
        page,
        act,
        form,
        save,
        "completed",
        "The interview is recorded.",
        [form.completed_at],
        correcting=held is not None,
    )


@bp.route(f"/episodes/<{ID}:episode_id>/interview/declined", methods=["GET", "POST"])
@requires(Permission.RECORD_INTERVIEW)
def record_declined(episode_id: int) -> ResponseReturnValue:
    """Who declined, when, why, and whether the child was asked; `?interview=` corrects one already recorded."""
    page, form = opened(episode_id), DeclinedForm()
    held = _to_correct(page, "declined_at")
    _offer_episodes(form, page, held)
    if held and request.method == "GET":
        _fill_decline(form, held)

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
    return _form_page(
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
    return _form_page(page, Act.PROPOSE_NOT_REQUIRED, form, save, "not_required", done)


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
    return _form_page(page, None, form, save, "approval", done, interview=interview)


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
    return _form_page(page, Act.DETACH_INTERVIEW, form, save, "detach", done, interview=interview)


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


def _fill(field: LondonDateTimeField, at: object) -> None:
    if at is not None:
        field.process(None, at)


def _fill_decline(form: DeclinedForm, held: InterviewView) -> None:
    _fill(form.declined_at, held.declined_at)
    form.declined_by.data = held.declined_by
    form.reason.data = held.decline_reason or ""
    form.child_was_asked.data = yes_no_code(held.child_was_asked) or None
    form.child_not_asked_reason.data = held.child_not_asked_reason or ""
    form.carer_asked_instead.data = held.carer_asked_instead or ""
