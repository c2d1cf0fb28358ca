"""Where the work of an interview stands, told by its dated steps."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.interview_course import (
    Asked,
    Attempt,
    Course,
    Holder,
    attempts_to_first_contact,
    stage_of,
    who_holds,
)
from tracker.core.interview_terms import AuthorityAnswer, ContactOutcome, InterviewStage, VisitEnd, WhoHolds

AT = datetime(2026, 11, 16, 9, tzinfo=UTC)
STEPS = (
    ("allocated_at", InterviewStage.ALLOCATED),
    ("offered_at", InterviewStage.OFFERED),
    ("accepted_at", InterviewStage.ACCEPTED),
    ("planned_at", InterviewStage.PLANNED),
    ("not_required_at", InterviewStage.NOT_REQUIRED_PROPOSED),
    ("declined_at", InterviewStage.DECLINED),
    ("completed_at", InterviewStage.HELD),
    ("written_up_at", InterviewStage.WRITTEN_UP),
    ("returned_at", InterviewStage.RETURNED),
    ("approved_at", InterviewStage.APPROVED),
    ("closed_at", InterviewStage.CLOSED),
    ("not_required_approved_at", InterviewStage.NOT_REQUIRED),
)
"""Later ones come before earlier ones."""


def test_nothing_done_yet_is_needed() -> None:
    assert stage_of(Course()) is InterviewStage.NEEDED


@given(st.sets(st.sampled_from([name for name, _ in STEPS]), min_size=1))
def test_the_furthest_step_says_where_it_stands(taken: set[str]) -> None:
    expected = [stage for name, stage in STEPS if name in taken][-1]
    assert stage_of(Course(**dict.fromkeys(taken, AT))) is expected


def test_an_attempt_without_an_offer_is_being_contacted() -> None:
    course = Course(allocated_at=AT, attempts=[Attempt(AT, ContactOutcome.NO_ANSWER)])
    assert stage_of(course) is InterviewStage.ATTEMPTED


def test_a_visit_that_was_not_held_asks_for_another_until_one_is_planned() -> None:
    course = Course(accepted_at=AT, last_visit=VisitEnd.NOT_HELD)
    assert stage_of(course) is InterviewStage.NOT_HELD
    assert stage_of(Course(accepted_at=AT, last_visit=VisitEnd.NOT_HELD, planned_at=AT)) is InterviewStage.PLANNED
    assert stage_of(Course(accepted_at=AT, last_visit=VisitEnd.CANCELLED)) is InterviewStage.ACCEPTED


def test_a_refused_proposal_asks_nothing_more() -> None:
    course = Course(allocated_at=AT, not_required_at=AT, not_required_refused_at=AT)
    assert stage_of(course) is InterviewStage.ALLOCATED


def test_attempts_count_up_to_the_first_answer_in_order_of_time() -> None:
    unanswered = [Attempt(AT + timedelta(hours=n), ContactOutcome.NO_ANSWER) for n in (0, 2)]
    assert attempts_to_first_contact(unanswered) is None
    answered = Attempt(AT + timedelta(hours=1), ContactOutcome.CALL_AGAIN)
    assert attempts_to_first_contact([*unanswered, answered]) == 2


@pytest.mark.parametrize(
    ("requests", "is_ours", "holder"),
    [
        ([], True, Holder(WhoHolds.US)),
        ([], None, Holder(WhoHolds.US)),
        ([], False, Holder(WhoHolds.TO_ASK)),
        ([Asked("Elsewhere")], False, Holder(WhoHolds.ASKED, "Elsewhere")),
        ([Asked("Elsewhere", AuthorityAnswer.WILL_HOLD)], False, Holder(WhoHolds.THEM, "Elsewhere")),
        ([Asked("Elsewhere", AuthorityAnswer.HELD)], True, Holder(WhoHolds.THEY_HELD, "Elsewhere")),
        ([Asked("Elsewhere", AuthorityAnswer.WILL_NOT)], False, Holder(WhoHolds.US, "Elsewhere")),
        ([Asked("One", AuthorityAnswer.WILL_NOT), Asked("Two")], True, Holder(WhoHolds.ASKED, "Two")),
    ],
)
def test_who_must_hold_it_is_told_by_what_was_asked_last(
    requests: list[Asked], is_ours: bool | None, holder: Holder
) -> None:
    assert who_holds(requests, is_ours) == holder
