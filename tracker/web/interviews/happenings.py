"""The course of one interview as dated steps, the earliest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from tracker.core.interview_terms import OFFERS, AllocationKind, ContactOutcome, ContactWith, VisitEnd
from tracker.services.pages.interview_shapes import (
    AllocationView,
    AttemptView,
    InterviewPage,
    RequestView,
    VisitView,
)
from tracker.web.access import Permission
from tracker.web.filters import instant
from tracker.web.request import may
from tracker.web.words import words


@dataclass(frozen=True)
class Happening:
    """One step. `colour`: empty, `green`, `red`, `next` for what lies ahead, `gone` for what was withdrawn."""

    at: datetime
    title: str
    details: tuple[str, ...] = ()
    colour: str = ""
    link_text: str = ""
    link: str = ""


def happenings(page: InterviewPage) -> list[Happening]:
    """Everything that was done, with its own time."""
    found = [
        *_needed(page),
        *(_allocated(one) for one in page.allocations),
        *(_attempted(one, page) for one in page.attempts),
        *(step for request in page.requests for step in _asked(request)),
        *(step for visit in page.visits for step in _visited(visit, page)),
        *_answered(page),
        *_ended(page),
    ]
    return sorted(found, key=lambda one: one.at)


def _needed(page: InterviewPage) -> Iterator[Happening]:
    for row in page.covered:
        if row.returned_at:
            which = f"After the episode that began {instant(row.missing_from_at)}."
            yield Happening(row.returned_at, "The child returned: an interview is needed", (which,))


def _allocated(one: AllocationView) -> Happening:
    by_kind = {
        AllocationKind.ALLOCATED: f"Allocated to {one.person}",
        AllocationKind.REALLOCATED: f"Given to {one.person}",
        AllocationKind.HANDED_OVER: f"Handed over to {one.person}",
        AllocationKind.COVER: f"{one.person} covers for an absence",
    }
    said = {True: "Independent.", False: f"Not independent: {one.not_independent_reason}", None: ""}[one.independent]
    before = f"Until then with {one.before}." if one.before and one.before != one.person else ""
    by = f"By {one.by}." if one.by else ""
    return Happening(one.at, by_kind[one.kind], _given(f"{before} {by}".strip(), said, one.note))


def _attempted(one: AttemptView, page: InterviewPage) -> Happening:
    title = f"{words(one.method)}, {_lower(words(one.with_whom))}: {_lower(words(one.outcome))}"
    by = f"By {one.recorded_by}." if one.recorded_by else ""
    if one.withdrawn_at:
        why = f"Withdrawn by {one.withdrawn_by or 'somebody'}, {instant(one.withdrawn_at)}: {one.withdrawn_reason}"
        return Happening(one.at, title, (why,), "gone")
    link = {}
    if page.id is not None and may(Permission.RECORD_INTERVIEW):
        address = url_for("interviews.withdraw_attempt", interview_id=page.id, attempt_id=one.id)
        link = {"link_text": "Entered by mistake", "link": address}
    return Happening(one.at, title, _given(by, one.note), **link)


def _asked(one: RequestView) -> Iterator[Happening]:
    of = f"Of {one.asked_of}. " if one.asked_of else ""
    details = _given(f"{of}{words(one.why)}.", f"Withdrawn: {one.withdrawn_reason}" if one.withdrawn_at else "")
    yield Happening(one.asked_at, f"{one.authority} asked to hold it", details, "gone" if one.withdrawn_at else "")
    if one.answer and one.answered_at:
        by = f"By {one.answered_by}." if one.answered_by else ""
        yield Happening(one.answered_at, f"{one.authority}: {_lower(words(one.answer))}", _given(by, one.answer_note))


def _visited(one: VisitView, page: InterviewPage) -> Iterator[Happening]:
    if one.ended_as is VisitEnd.HELD:
        return
    how = f"{one.minutes} minutes, {one.place}"
    if one.ended_as is None:
        yield Happening(one.planned_at, "Visit planned", _given(how, one.note), "next")
    else:
        why = words(one.not_held_reason) + "." if one.not_held_reason else ""
        title = f"Visit {_lower(words(one.ended_as))}"
        planned = _given(f"It was planned for {instant(one.planned_at)}.", why, one.ended_note)
        link = {}
        if one.ended_as is not VisitEnd.MOVED and page.id is not None and may(Permission.RECORD_INTERVIEW):
            address = url_for("interviews.calendar", interview_id=page.id, visit_id=one.id)
            link = {"link_text": "Take it out of my calendar", "link": address}
        yield Happening(one.ended_at or one.planned_at, title, planned, **link)


def _answered(page: InterviewPage) -> Iterator[Happening]:
    """The offer and its answer, where no attempt that stands says the same at the same time."""
    view = page.view
    if view is None:
        return
    offers = {one.at for one in page.standing_attempts if one.outcome in OFFERS}
    answers = {one.at for one in page.standing_attempts if one.outcome is ContactOutcome.ACCEPTED}
    if view.offered_at and view.offered_at not in offers:
        yield Happening(view.offered_at, "Offered", _given(_who("To", view.offered_to)))
    if view.accepted_at and view.accepted_at not in answers:
        yield Happening(view.accepted_at, "Accepted", _given(_who("By", view.accepted_by)))
    if view.declined_at:
        by = f"By: {_lower(words(view.declined_by))}." if view.declined_by else ""
        yield Happening(view.declined_at, "Declined", _given(by, view.decline_reason))


def _ended(page: InterviewPage) -> Iterator[Happening]:
    view = page.view
    if view is None:
        return
    if view.completed_at:
        by = f"By {view.interviewer_name}." if view.interviewer_name else ""
        where = "It is written up elsewhere." if view.written_elsewhere else ""
        visit = next((one for one in page.visits if one.ended_as is VisitEnd.HELD), None)
        planned = f"The visit was planned for {instant(visit.planned_at)}, {visit.place}." if visit else ""
        yield Happening(view.completed_at, "Held", _given(by, planned, where), "green")
    for at, title, who in (
        (view.not_required_at, "Proposed: not required", view.not_required_by),
        (view.not_required_refused_at, "Not approved: an interview is required", None),
        (view.not_required_approved_at, "Approved: no interview is required", view.not_required_approved_by),
        (view.written_up_at, "Written up", view.written_up_by),
        (view.returned_at, "Returned for changes", None),
        (view.approved_at, "Approved", view.approved_by),
        (view.closed_at, "Closed", view.closed_by),
    ):
        if at:
            yield Happening(at, title, _given(f"By {who}." if who else ""))


def _who(before: str, code: str | None) -> str:
    return f"{before} {_lower(words(ContactWith(code)))}." if code else ""


def _given(*texts: str | None) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
