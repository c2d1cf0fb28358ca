"""Visits: planned, moved, not held, cancelled, held. At most one of an interview stands."""

from datetime import timedelta

import pytest
from flask import Flask

from tests import factories
from tests.services import world
from tests.services.course import acts, attempt, codes, held, plan, stage, visits
from tests.services.test_two_people import at_once
from tests.services.world import HOUR, NOON, People, acting
from tracker.core.interview_terms import ContactOutcome, InterviewStage, NotHeldReason, VisitEnd
from tracker.core.terms import DeclinedBy
from tracker.services import not_required
from tracker.services import record_interview as interview
from tracker.services.context import Context
from tracker.services.errors import Refused
from tracker.services.move_episode import move_episode
from tracker.services.plan_visit import end_visit
from tracker.services.transaction import writing
from tracker.store import interviews
from tracker.store.db import session
from tracker.store.models import Episode, Interview, InterviewAllocation


def test_a_visit_planned_is_that_of_the_interview(app: Flask, context: Context) -> None:
    id_ = world.episode(context)
    first = plan(context, id_)
    assert plan(context, id_) == first, "the same again changes nothing"
    row = held(id_)
    assert (row.planned_at, row.offered_at, row.accepted_at) == (NOON + 5 * HOUR, None, None)
    assert stage(id_) is InterviewStage.PLANNED
    assert acts("interview_planned") == [{"visit_id": first, "moved_from_id": None, "episode_ids": [id_]}]


def test_planned_anew_the_earlier_one_was_moved(app: Flask, context: Context) -> None:
    id_ = world.episode(context)
    first, second = plan(context, id_), plan(context, id_, NOON + 8 * HOUR)
    third = plan(context, id_, NOON + 8 * HOUR, place="The library")
    assert [(one.id, one.ended_as) for one in visits(held(id_).id)] == [
        (first, "moved"), (second, "moved"), (third, None),
    ]  # fmt: skip
    assert held(id_).planned_at == NOON + 8 * HOUR
    assert len({one.calendar_uid for one in visits(held(id_).id)}) == 1, "a calendar moves it, and adds none"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"at": NOON - timedelta(minutes=1)}, "in_the_past"),
        ({"at": NOON + timedelta(days=400)}, "too_far_ahead"),
        ({"minutes": 4}, "bad_minutes"),
        ({"minutes": 481}, "bad_minutes"),
        ({"place": "  "}, "missing_value"),
    ],
)
def test_what_cannot_be_planned(app: Flask, context: Context, values: dict[str, object], code: str) -> None:
    id_ = world.episode(context)
    with pytest.raises(Refused) as refused:
        plan(context, id_, **values)  # type: ignore[arg-type]
    assert codes(refused) == {code}
    assert interviews.rows_of_episode(session(), id_) == []


def test_nothing_is_planned_while_missing_or_once_the_outcome_is_recorded(app: Flask, context: Context) -> None:
    with pytest.raises(Refused) as missing:
        plan(context, world.episode(context, None))
    assert codes(missing) == {"not_ended"}
    id_ = world.episode(context)
    interview.record_completed(context, episode_ids=[id_], completed_at=NOON)
    with pytest.raises(Refused) as closed:
        plan(context, id_)
    assert codes(closed) == {"already_closed"}


def test_not_held_asks_for_another_until_one_is_planned(app: Flask, context: Context) -> None:
    id_ = world.episode(context)
    visit = plan(context, id_)
    later = world.replace(context, now=NOON + 6 * HOUR)
    end_visit(later, visit_id=visit, ended_as=VisitEnd.NOT_HELD, reason=NotHeldReason.MISSING_AGAIN, note=" rang ")
    end_visit(later, visit_id=visit, ended_as=VisitEnd.NOT_HELD, reason=NotHeldReason.MISSING_AGAIN)
    row = held(id_)
    assert (row.planned_at, stage(id_)) == (None, InterviewStage.NOT_HELD)
    (ended,) = visits(row.id)
    assert (ended.not_held_reason, ended.ended_note, ended.ended_at) == ("missing_again", "rang", later.now)
    assert acts("interview_visit_ended") == [
        {"visit_id": visit, "ended_as": "not_held", "reason": "missing_again", "episode_ids": [id_]}
    ]
    with pytest.raises(Refused) as again:
        end_visit(later, visit_id=visit, ended_as=VisitEnd.CANCELLED)
    assert codes(again) == {"visit_ended"}
    again_planned = plan(later, id_, later.now + HOUR)
    assert stage(id_) is InterviewStage.PLANNED
    assert visits(row.id)[1].calendar_uid != ended.calendar_uid, "another visit is another entry of the calendar"
    end_visit(later, visit_id=again_planned, ended_as=VisitEnd.CANCELLED)
    assert (held(id_).planned_at, stage(id_)) == (None, InterviewStage.NEEDED)


@pytest.mark.parametrize(
    ("ended_as", "code"),
    [(VisitEnd.NOT_HELD, "missing_value"), (VisitEnd.HELD, "ends_otherwise"), (VisitEnd.MOVED, "ends_otherwise")],
)
def test_how_a_visit_cannot_be_ended(app: Flask, context: Context, ended_as: VisitEnd, code: str) -> None:
    visit = plan(context, world.episode(context))
    with pytest.raises(Refused) as refused:
        end_visit(context, visit_id=visit, ended_as=ended_as)
    assert codes(refused) == {code}


def test_a_stranger_ends_no_visit(app: Flask, context: Context, people: People) -> None:
    visit = plan(context, world.episode(context))
    for person, id_ in ((people.bob, visit), (people.charlie, visit), (people.alice, visit + 99)):
        with pytest.raises(Refused) as refused:
            end_visit(acting(context, person), visit_id=id_, ended_as=VisitEnd.CANCELLED)
        assert codes(refused) == {"unknown_visit"}


def test_the_interview_held_is_the_visit_held(app: Flask, context: Context) -> None:
    id_ = world.episode(context)
    plan(context, id_)
    later = world.replace(context, now=NOON + 7 * HOUR)
    interview.record_completed(later, episode_ids=[id_], completed_at=NOON + 6 * HOUR)
    row = held(id_)
    assert (row.planned_at, [one.ended_as for one in visits(row.id)]) == (None, ["held"])


def test_held_on_an_earlier_day_the_visit_is_not_needed(app: Flask, context: Context) -> None:
    id_ = world.episode(context)
    plan(context, id_, NOON + timedelta(days=2))
    interview.record_completed(context, episode_ids=[id_], completed_at=NOON - HOUR)
    assert [one.ended_as for one in visits(held(id_).id)] == ["cancelled"]


def test_declined_or_not_required_the_visit_is_cancelled(app: Flask, context: Context, people: People) -> None:
    declined, unneeded = world.episode(context), world.episode(context)
    for id_ in (declined, unneeded):
        plan(context, id_)
    interview.record_declined(
        context, episode_ids=[declined], declined_at=NOON, declined_by=DeclinedBy.CHILD, reason="not today"
    )
    proposed = not_required.propose_not_required(acting(context, people.mary), episode_id=unneeded, reason="adopted")
    assert held(unneeded).planned_at is not None, "it stands until it is approved"
    not_required.approve_not_required(acting(context, people.max), interview_id=proposed)
    for id_ in (declined, unneeded):
        assert (held(id_).planned_at, [one.ended_as for one in visits(held(id_).id)]) == (None, ["cancelled"])


def test_held_for_both_the_visit_of_the_other_interview_is_cancelled(app: Flask, context: Context) -> None:
    older = world.episode(context, 40)
    newer = world.episode(context, 5, child_id=world.row(older).child_id)
    plan(context, older)
    interview.allocate(context, episode_id=newer, person_id=world.people().bob.person_id)
    later = world.replace(context, now=NOON + 7 * HOUR)
    interview.record_completed(later, episode_ids=[older, newer], completed_at=NOON + 6 * HOUR)
    first, second = interviews.rows_of_episode(session(), older)
    assert second.completed_at is not None and first.completed_at is None
    assert (first.planned_at, [one.ended_as for one in visits(first.id)]) == (None, ["cancelled"])


def test_two_people_plan_at_once_and_one_visit_stands(app: Flask, context: Context) -> None:
    id_ = world.episode(context)
    interview.record_offer(context, episode_id=id_, offered_at=NOON - HOUR)
    met = at_once(app, *[lambda hours=hours: plan(context, id_, NOON + hours * HOUR) for hours in (1, 2, 3)])
    assert met == [None] * 3
    standing = [one for one in visits(held(id_).id) if one.ended_as is None]
    assert [one.planned_at for one in standing] == [held(id_).planned_at]


def test_an_episode_moved_to_another_child_takes_nothing_of_the_first_child_along(
    app: Flask, context: Context, people: People
) -> None:
    stays = world.episode(context, 40)
    goes = world.episode(context, 5, child_id=world.row(stays).child_id)
    lead = acting(context, people.alice)
    interview.allocate(
        lead, episode_id=stays, person_id=people.bob.person_id, not_independent_reason="knows the family"
    )
    attempt(lead, stays, ContactOutcome.ACCEPTED)
    plan(lead, stays)
    first = held(stays).id
    with writing() as current:  # one interview is arranged for both
        row = current.get_one(Interview, first)
        row.links.append(type(row.links[0])(episode_id=goes))
        other = factories.child(current).id
    move_episode(lead, episode_id=goes, version=world.row(goes).version, child_id=other, feeds={})
    apart, kept = held(goes), held(stays)
    assert (apart.allocated_to_id, apart.planned_at, apart.offered_at, apart.accepted_at) == (
        people.bob.person_id, None, None, None,
    )  # fmt: skip
    assert apart.not_independent_reason is None, "of this child, nobody was asked"
    (allocation,) = session().query(InterviewAllocation).filter_by(interview_id=apart.id)
    assert (allocation.kind, allocation.independent) == ("allocated", None)
    assert kept.id == first and kept.planned_at == NOON + 5 * HOUR and kept.accepted_at is not None
    assert session().get_one(Episode, goes).child_id == other
