"""What is to be done next with an interview: one step before all others, by the stage it has reached."""

from dataclasses import dataclass

from flask import current_app, url_for

from tracker.core.interview_terms import AuthorityAnswer, InterviewStage, WhoHolds
from tracker.services.pages.interview_shapes import InterviewPage
from tracker.web.access import Permission
from tracker.web.interviews.area import form_of
from tracker.web.request import may, signed_in_viewer

S = InterviewStage
_ON_THE_WAY = (S.NEEDED, S.ALLOCATED, S.ATTEMPTED, S.OFFERED, S.ACCEPTED, S.NOT_HELD)

_FIRST: dict[InterviewStage, tuple[str, ...]] = {
    S.NEEDED: ("attempt",),
    S.ALLOCATED: ("attempt",),
    S.ATTEMPTED: ("attempt",),
    S.OFFERED: ("attempt", "accepted", "plan"),
    S.ACCEPTED: ("plan", "attempt", "held"),
    S.NOT_HELD: ("plan", "attempt", "held"),
    S.PLANNED: ("held", "form", "end_visit", "plan"),
    S.HELD: ("write_up",),
    S.RETURNED: ("write_up",),
    S.WRITTEN_UP: ("review",),
    S.DECLINED: ("review",),
    S.APPROVED: ("close",),
    S.NOT_REQUIRED_PROPOSED: ("approve", "attempt"),
}
"""Stage → the step that comes next, then those that stand as buttons beside it."""

_BY_HOLDER: dict[WhoHolds, tuple[str, ...]] = {
    WhoHolds.TO_ASK: ("ask",),
    WhoHolds.ASKED: ("answer",),
    WhoHolds.THEM: ("answer",),
    WhoHolds.THEY_HELD: ("held", "answer"),
}
"""What comes before it while the interview is on its way and another council is concerned."""


@dataclass(frozen=True)
class Step:
    text: str
    address: str


@dataclass(frozen=True)
class NextSteps:
    """`first` is the one next step; `buttons` stand beside it; `links` are whatever else may be done."""

    first: Step | None
    buttons: tuple[Step, ...]
    links: tuple[Step, ...]


def next_steps(page: InterviewPage) -> NextSteps:
    """What this person may do with this interview now."""
    possible = {**_of_the_course(page), **_of_the_holder(page), **_of_the_writing(page)}
    wanted: list[str] = []
    if page.stage in _ON_THE_WAY:
        wanted += _BY_HOLDER.get(page.holder.holds, ())
        if page.course.allocated_at is None:
            wanted.append("allocate")
    wanted += _FIRST.get(page.stage, ())
    chosen = [name for name in dict.fromkeys(wanted) if name in possible]
    return NextSteps(
        possible[chosen[0]] if chosen else None,
        tuple(possible[name] for name in chosen[1:4]),
        tuple(step for name, step in possible.items() if name not in chosen[:4]),
    )


def _of_the_course(page: InterviewPage) -> dict[str, Step]:
    """By episode, while its outcome is still open."""
    if not page.is_open:
        return {}
    found: dict[str, Step] = {}
    if may(Permission.RECORD_INTERVIEW) and any(one.ended_at for one in page.covered):
        found["attempt"] = _by_episode(page, "Record a call or other contact", "record_attempt")
        found["plan"] = _by_episode(page, "Move the visit" if page.standing_visit else "Plan the visit", "plan")
        if page.standing_visit and page.id is not None:
            address = url_for("interviews.end_visit", interview_id=page.id, visit_id=page.standing_visit.id)
            found["end_visit"] = Step("It was not held", address)
        found["held"] = _by_episode(page, "Record that it was held", "record_completed")
        if page.course.accepted_at is None:
            found["accepted"] = _by_episode(page, "Record that it was accepted", "record_accepted")
        found["declined"] = _by_episode(page, "Record a decline", "record_declined")
        if page.course.offered_at is None:
            found["offer"] = _by_episode(page, "Record an offer made another way", "record_offer")
    if may(Permission.RECORD_INTERVIEW) and page.stage is not S.NOT_REQUIRED_PROPOSED:
        found["not_required"] = _by_episode(page, "Propose: not required", "propose_not_required")
    if may(Permission.APPROVE_NOT_REQUIRED) and page.view is not None and page.view.may_approve:
        address = form_of("decide_not_required", page.episode_id, interview_id=page.view.id)
        found["approve"] = Step("Approve that none is required, or not", address)
    return found


def _of_the_holder(page: InterviewPage) -> dict[str, Step]:
    """Who has it here, and which other council is asked."""
    found: dict[str, Step] = {}
    nobody = page.course.allocated_at is None
    if may(Permission.ALLOCATE) and page.is_open:
        found["allocate"] = _by_episode(page, "Allocate it" if nobody else "Give it to somebody else", "allocate")
    mine = page.view is not None and page.view.allocated_to_id == signed_in_viewer().person_id
    if may(Permission.RECORD_INTERVIEW) and page.may_hand_over and (mine or not page.is_open):
        found["hand_over"] = Step("Hand it over", url_for("interviews.hand_over", interview_id=page.id))
    if may(Permission.RECORD_INTERVIEW) and page.is_open:
        found["ask"] = _by_episode(page, "Ask another council to hold it", "ask")
        unsettled = [one for one in page.standing_requests if one.answer in (None, AuthorityAnswer.WILL_HOLD)]
        if unsettled:
            address = url_for("interviews.answer", interview_id=page.id, request_id=unsettled[-1].id)
            found["answer"] = Step("Record the other council’s answer", address)
    return found


def _of_the_writing(page: InterviewPage) -> dict[str, Step]:
    """What is written of it: the pages of the form, where they are there."""
    if page.id is None or page.view is None or page.view.written_elsewhere:
        return {}
    found: dict[str, Step] = {}
    words = "Change what the manager asked for" if page.stage is S.RETURNED else "Write it up"
    to_write = page.stage is S.RETURNED or (page.view.completed_at and page.stage is S.HELD)
    if to_write and may(Permission.RECORD_INTERVIEW):
        found |= _if_there("write_up", words, "write_up.index", page.id)
    elif page.is_open and may(Permission.RECORD_INTERVIEW):
        found |= _if_there("form", "Open the form", "write_up.index", page.id)
    if page.stage in (S.WRITTEN_UP, S.DECLINED) and may(Permission.REVIEW_INTERVIEWS):
        found |= _if_there("review", "Review it", "write_up.review", page.id)
    if page.stage is S.APPROVED and may(Permission.REVIEW_INTERVIEWS):
        found |= _if_there("close", "Close it", "write_up.close", page.id)
    if page.view.written_up_at:
        found |= _if_there("read", "Read what was written", "write_up.index", page.id)
    return found


def _by_episode(page: InterviewPage, text: str, endpoint: str) -> Step:
    return Step(text, form_of(endpoint, page.episode_id))


def _if_there(name: str, text: str, endpoint: str, interview_id: int) -> dict[str, Step]:
    if endpoint not in current_app.view_functions:
        return {}
    return {name: Step(text, url_for(endpoint, interview_id=interview_id))}
