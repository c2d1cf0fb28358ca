"""A manager's review: returned with comments, approved, closed, opened again; and `completed_at` never moves."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from tests.conftest import NOON
from tests.services import world
from tests.services.test_write_interview import codes, fill
from tests.services.world import HOUR, acting
from tracker.core.interview_course import stage_of
from tracker.core.interview_terms import InterviewStage, ReviewDecision
from tracker.core.terms import DeclinedBy
from tracker.services.context import Context
from tracker.services.errors import Refused
from tracker.services.not_required import approve_not_required, propose_not_required
from tracker.services.record_interview import allocate, record_completed, record_declined
from tracker.services.review_interview import close_interview, reopen_interview, review
from tracker.services.write_interview import finish_write_up, reopen_write_up, save_section
from tracker.store import audit
from tracker.store.db import session
from tracker.store.interview_courses import courses_of
from tracker.store.models import Interview, InterviewReview

APPROVED, RETURNED = ReviewDecision.APPROVED, ReviewDecision.RETURNED


def written_up(context: Context, people: world.People) -> int:
    """Held an hour ago by Bob, and written up by him."""
    bob = acting(context, people.bob)
    episode_id = world.episode(context)
    held = allocate(context, episode_id=episode_id, person_id=people.bob.person_id)
    record_completed(bob, episode_ids=[episode_id], completed_at=NOON - HOUR)
    fill(bob, held)
    finish_write_up(bob, interview_id=held)
    return held


def row(interview_id: int) -> Interview:
    session().rollback()
    return session().get_one(Interview, interview_id, populate_existing=True)


def stage(interview_id: int) -> InterviewStage:
    return stage_of(courses_of(session(), [row(interview_id)])[interview_id])


def test_returned_changed_and_approved(context: Context, people: world.People) -> None:
    held = written_up(context, people)
    bob, mary = acting(context, people.bob, 1), acting(context, people.mary, 2)
    assert stage(held) is InterviewStage.WRITTEN_UP
    with pytest.raises(Refused) as refused:
        review(mary, interview_id=held, decision=RETURNED, comments="  ")
    assert codes(refused) == ["missing_value"]
    review(mary, interview_id=held, decision=RETURNED, comments="Say more of the way home.")
    assert stage(held) is InterviewStage.RETURNED
    with pytest.raises(Refused) as waits:
        review(mary, interview_id=held, decision=APPROVED)
    assert codes(waits) == ["not_waiting"], "it is with the interviewer now"
    given = {"section": "whereabouts", "answers": {"places": "At a friend's."}, "based_on_version": 0}
    save_section(bob, interview_id=held, **given)
    finish_write_up(replace(bob, now=NOON + 3 * HOUR), interview_id=held)
    assert (row(held).written_up_at, row(held).returned_at) == (NOON + 3 * HOUR, None)
    review(acting(context, people.max, 4), interview_id=held, decision=APPROVED)
    assert stage(held) is InterviewStage.CLOSED
    history = session().scalars(select(InterviewReview).order_by(InterviewReview.id)).all()
    assert [(one.decision, one.comments) for one in history] == [
        ("returned", "Say more of the way home."), ("approved", None),
    ]  # fmt: skip
    assert list(audit.broken_links(session())) == []


def test_approved_with_something_still_to_do_is_closed_later(context: Context, people: world.People) -> None:
    held, mary = written_up(context, people), acting(context, people.mary, 1)
    with pytest.raises(Refused) as early:
        close_interview(mary, interview_id=held)
    assert codes(early) == ["not_approved"]
    review(mary, interview_id=held, decision=APPROVED, close=False)
    assert stage(held) is InterviewStage.APPROVED
    close_interview(mary, interview_id=held)
    close_interview(acting(context, people.max, 9), interview_id=held)
    assert row(held).closed_at == NOON + HOUR, "closed once"
    reopen_interview(mary, interview_id=held, reason="The mother rang with news.")
    assert stage(held) is InterviewStage.RETURNED
    with pytest.raises(Refused) as again:
        reopen_interview(mary, interview_id=held, reason="Again.")
    assert codes(again) == ["not_closed"]


@pytest.mark.parametrize("name", ["alice", "bob"])
def test_only_managers_review(context: Context, people: world.People, name: str) -> None:
    held, actor = written_up(context, people), acting(context, getattr(people, name))
    for act in (
        lambda: review(actor, interview_id=held, decision=APPROVED),
        lambda: close_interview(actor, interview_id=held),
        lambda: reopen_interview(actor, interview_id=held, reason="A reason"),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert codes(refused) == ["not_a_manager"]


@pytest.mark.parametrize("work", ["held it", "wrote it up"])
def test_nobody_reviews_their_own_work(context: Context, people: world.People, work: str) -> None:
    mary = acting(context, people.mary)
    episode_id = world.episode(context)
    held = allocate(replace(context, now=NOON - 3 * HOUR), episode_id=episode_id, person_id=people.mary.person_id)
    record_completed(mary, episode_ids=[episode_id], completed_at=NOON - HOUR)
    fill(mary, held)
    finish_write_up(mary if work == "wrote it up" else acting(context, people.alice), interview_id=held)
    with pytest.raises(Refused) as refused:
        review(mary, interview_id=held, decision=APPROVED)
    assert codes(refused) == ["own_work"]
    review(acting(context, people.max), interview_id=held, decision=APPROVED)


def test_a_decline_is_reviewed_too(context: Context, people: world.People) -> None:
    bob, mary = acting(context, people.bob), acting(context, people.mary)
    episode_id = world.episode(context)
    held = allocate(context, episode_id=episode_id, person_id=people.bob.person_id)
    record_declined(bob, episode_ids=[episode_id], declined_at=NOON, declined_by=DeclinedBy.CHILD, reason="None")
    review(mary, interview_id=held, decision=RETURNED, comments="What was the carer asked instead?")
    assert stage(held) is InterviewStage.RETURNED
    finish_write_up(bob, interview_id=held)
    assert stage(held) is InterviewStage.DECLINED
    review(mary, interview_id=held, decision=APPROVED)
    assert stage(held) is InterviewStage.CLOSED


def test_what_is_written_elsewhere_is_neither_reviewed_nor_opened_again(context: Context, people: world.People) -> None:
    mary, episode_id = acting(context, people.mary), world.episode(context)
    given = {"episode_ids": [episode_id], "completed_at": NOON - HOUR, "written_elsewhere": True}
    held = record_completed(acting(context, people.alice), **given)
    with pytest.raises(Refused) as refused:
        review(mary, interview_id=held, decision=APPROVED)
    assert codes(refused) == ["not_waiting"]
    with pytest.raises(Refused) as shut:
        reopen_interview(mary, interview_id=held, reason="To look again")
    assert codes(shut) == ["written_elsewhere"]


def test_what_is_not_required_is_not_reviewed(context: Context, people: world.People) -> None:
    episode_id = world.episode(context)
    held = propose_not_required(acting(context, people.alice), episode_id=episode_id, reason="Never away")
    approve_not_required(acting(context, people.mary), interview_id=held)
    with pytest.raises(Refused) as refused:
        review(acting(context, people.max), interview_id=held, decision=APPROVED)
    assert codes(refused) == ["not_waiting"]


def test_no_order_of_these_acts_moves_when_it_was_completed(context: Context, people: world.People) -> None:
    """Every act after every other, refused or not: the one instant that figures rest on stays."""
    held = written_up(context, people)
    bob, mary, alice = (acting(context, who, 5) for who in (people.bob, people.mary, people.alice))
    acts = {
        "return": lambda: review(mary, interview_id=held, decision=RETURNED, comments="More"),
        "approve": lambda: review(mary, interview_id=held, decision=APPROVED, close=False),
        "close": lambda: close_interview(mary, interview_id=held),
        "reopen": lambda: reopen_interview(mary, interview_id=held, reason="News"),
        "take back": lambda: reopen_write_up(bob, interview_id=held),
        "finish": lambda: finish_write_up(bob, interview_id=held),
        "finish by the lead": lambda: finish_write_up(alice, interview_id=held),
    }
    refused = 0
    for first in acts:
        for second in acts:
            for name in (first, second):
                try:
                    acts[name]()
                except Refused:
                    refused += 1
                assert row(held).completed_at == NOON - HOUR, f"{name} moved it"
    assert 0 < refused < 2 * len(acts) ** 2
