"""Who holds the interview: allocated, and handed over."""

from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from tracker.services import allocate_interview
from tracker.services.pages import interviews, people
from tracker.services.pages.episodes import Act
from tracker.services.pages.people import PersonChoice
from tracker.web.access import Permission, requires
from tracker.web.episodes.forms import yes_no
from tracker.web.interviews.area import back_to, bp, form_page, opened_interview, step_page
from tracker.web.interviews.forms import AllocateForm, person_choices
from tracker.web.records import ID, opened
from tracker.web.request import request_context
from tracker.web.words import words


@bp.route(f"/episodes/<{ID}:episode_id>/interview/allocate", methods=["GET", "POST"])
@requires(Permission.ALLOCATE)
def allocate(episode_id: int) -> ResponseReturnValue:
    """Give the interview to a person, and say whether they are independent."""
    page, form = opened(episode_id), AllocateForm()
    caring = _offer(form, page.child.id, people.allocatable(request_context()))
    if request.method == "GET" and page.row.allocated_to_id:
        form.person_id.data = str(page.row.allocated_to_id)

    def save() -> None:
        allocate_interview.allocate(
            request_context(), episode_id=episode_id, person_id=int(form.person_id.data), **_said(form)
        )

    done = "The interview is allocated."
    return form_page(page, Act.ALLOCATE, form, save, "allocate", done, child_id=page.child.id, caring=caring)


@bp.route(f"/interviews/<{ID}:interview_id>/hand-over", methods=["GET", "POST"])
@requires(Permission.RECORD_INTERVIEW)
def hand_over(interview_id: int) -> ResponseReturnValue:
    """To somebody else, with a word for them; by whoever has it, or may allocate."""
    page, form = opened_interview(interview_id), AllocateForm()
    if request.method == "GET" and not page.may_hand_over:
        flash("Whoever has the interview hands it over, or the lead or a manager does.", "notice")
        return redirect(back_to(page))
    held_by = page.view.allocated_to_id if page.view else None
    others = tuple(one for one in people.allocatable(request_context()) if one.id != held_by)
    caring = _offer(form, page.child.id, others)

    def save() -> None:
        allocate_interview.hand_over(
            request_context(), interview_id=interview_id, person_id=int(form.person_id.data), **_said(form)
        )

    return step_page(page, form, save, "hand_over", "The interview is handed over.", caring=caring)


def _offer(form: AllocateForm, child_id: int, given: tuple[PersonChoice, ...]) -> list[tuple[str, str]]:
    """Who may be chosen, each who cares for the child marked; those again, with as what, for the page to warn of."""
    relations = interviews.caring_people(child_id)
    caring = [(one.name, words(relations[one.id])) for one in given if one.id in relations]
    form.person_id.choices = person_choices(given, frozenset(relations))
    return caring


def _said(form: AllocateForm) -> dict[str, Any]:
    independent = yes_no(form.independent.data)
    reason = form.not_independent_reason.data if independent is False else None
    return {"independent": independent, "not_independent_reason": reason, "note": form.note.data or None}
