"""Who holds an interview, from whom, of what kind, and whether they are independent of the child's care."""

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories
from tests.services import world
from tests.services.course import acts, attempt, codes, held
from tests.services.world import HOUR, NOON, People, acting
from tracker.core.interview_terms import ContactRelation
from tracker.core.terms import Role
from tracker.services import record_interview as interview
from tracker.services.allocate_interview import allocate, bulk_allocate, cover, hand_over
from tracker.services.child_contacts import add_contact, remove_contact
from tracker.services.context import Context, Viewer
from tracker.services.errors import Refused
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import Interview, InterviewAllocation


@pytest.fixture
def ann(app: Flask) -> Viewer:
    with writing() as current:
        row = factories.person(current, Role.INTERVIEWER, name="Ann Testworker", email="Ann@council.invalid")
        return Viewer(row.id, row.name, frozenset({Role.INTERVIEWER}))


def rows(interview_id: int) -> list[tuple[object, ...]]:
    session().rollback()
    query = select(InterviewAllocation).where(InterviewAllocation.interview_id == interview_id)
    return [
        (one.person_id, one.kind, one.independent, one.not_independent_reason, one.note)
        for one in session().scalars(query.order_by(InterviewAllocation.id))
    ]


def cares(context: Context, episode_id: int, who: Viewer, relation: ContactRelation, **more: object) -> int:
    child_id = world.row(episode_id).child_id
    session().rollback()
    return add_contact(context, child_id=child_id, relation=relation, name=who.name, **more)  # type: ignore[arg-type]


def test_each_allocation_is_kept_with_its_kind_and_what_was_said(
    app: Flask, context: Context, people: People, ann: Viewer
) -> None:
    id_, lead = world.episode(context), acting(context, people.alice)
    kept = allocate(lead, episode_id=id_, person_id=people.bob.person_id, independent=True, note=" Ring after four ")
    allocate(lead, episode_id=id_, person_id=ann.person_id, not_independent_reason="nobody else is near")
    hand_over(lead, interview_id=kept, person_id=people.bob.person_id, independent=True)
    assert rows(kept) == [
        (people.bob.person_id, "allocated", True, None, "Ring after four"),
        (ann.person_id, "reallocated", False, "nobody else is near", None),
        (people.bob.person_id, "handed_over", True, None, None),
    ]
    assert [(one["kind"], one["from_id"], one["allocated_to_id"]) for one in acts("interview_allocated")] == [
        ("allocated", None, people.bob.person_id),
        ("reallocated", people.bob.person_id, ann.person_id),
        ("handed_over", ann.person_id, people.bob.person_id),
    ]
    assert held(id_).not_independent_reason is None


def test_the_same_person_again_changes_nothing_until_something_new_is_said(
    app: Flask, context: Context, people: People
) -> None:
    id_, lead = world.episode(context), acting(context, people.alice)
    kept = allocate(lead, episode_id=id_, person_id=people.bob.person_id)
    allocate(lead, episode_id=id_, person_id=people.bob.person_id)
    bulk_allocate(lead, episode_ids=[id_], person_id=people.bob.person_id)
    assert len(acts("interview_allocated")) == 1
    said = {"not_independent_reason": "knows the family", "note": "Take care"}
    allocate(lead, episode_id=id_, person_id=people.bob.person_id, **said)
    allocate(lead, episode_id=id_, person_id=people.bob.person_id, **said)
    allocate(lead, episode_id=id_, person_id=people.bob.person_id)
    assert rows(kept) == [(people.bob.person_id, "allocated", False, "knows the family", "Take care")]
    assert held(id_).not_independent_reason == "knows the family"
    assert len(acts("interview_allocated")) == 2


def test_not_independent_without_a_reason_is_refused(app: Flask, context: Context, people: People) -> None:
    with pytest.raises(Refused) as refused:
        allocate(context, episode_id=world.episode(context), person_id=people.bob.person_id, independent=False)
    assert codes(refused) == {"missing_value"}
    assert refused.value.problems[0].fields == ("not_independent_reason",)


@pytest.mark.parametrize("independent", [None, True])
def test_whoever_cares_for_the_child_holds_it_with_a_reason_only(
    app: Flask, context: Context, people: People, ann: Viewer, independent: bool | None
) -> None:
    id_ = world.episode(context)
    contact = cares(context, id_, ann, ContactRelation.SOCIAL_WORKER, email="ANN@council.invalid")
    with pytest.raises(Refused) as refused:
        allocate(context, episode_id=id_, person_id=ann.person_id, independent=independent)
    problem = refused.value.problems[0]
    assert (problem.code, problem.fields[0]) == ("not_independent", "not_independent_reason")
    assert "the social worker" in problem.sentence and ann.name not in problem.sentence
    kept = allocate(
        context, episode_id=id_, person_id=ann.person_id, independent=independent, not_independent_reason="asked for"
    )
    assert rows(kept) == [(ann.person_id, "allocated", False, "asked for", None)]
    assert world.row(id_) is not None
    remove_contact(context, contact_id=contact, version=1)
    other = world.episode(context, child_id=world.row(id_).child_id)
    assert allocate(context, episode_id=other, person_id=ann.person_id, independent=True)


def test_a_school_or_the_child_cares_for_nobody(app: Flask, context: Context, ann: Viewer) -> None:
    id_ = world.episode(context)
    cares(context, id_, ann, ContactRelation.SCHOOL)
    assert allocate(context, episode_id=id_, person_id=ann.person_id)


def test_many_at_once_are_all_or_none_and_the_sentence_counts(
    app: Flask, context: Context, people: People, ann: Viewer
) -> None:
    ids = [world.episode(context) for _ in range(3)]
    cares(context, ids[1], ann, ContactRelation.PLACEMENT)
    with pytest.raises(Refused) as refused:
        bulk_allocate(context, episode_ids=ids, person_id=ann.person_id)
    assert codes(refused) == {"not_independent"}
    assert refused.value.problems[0].sentence.startswith("For 1 of the 3 chosen, this person is named")
    session().rollback()
    assert session().scalars(select(Interview)).all() == []
    made = bulk_allocate(context, episode_ids=[ids[0], ids[2]], person_id=ann.person_id)
    assert len(set(made)) == 2


def test_cover_takes_many_from_whoever_is_away(app: Flask, context: Context, people: People, ann: Viewer) -> None:
    lead, ids = acting(context, people.alice), [world.episode(context) for _ in range(3)]
    made = bulk_allocate(lead, episode_ids=ids[:2], person_id=people.bob.person_id)
    hers = allocate(lead, episode_id=ids[2], person_id=ann.person_id)
    later = acting(context, people.alice, 1)
    assert cover(later, interview_ids=[*made, hers], person_id=ann.person_id) == (*made, hers)
    assert [rows(id_)[-1][:2] for id_ in made] == [(ann.person_id, "cover")] * 2
    assert len(rows(hers)) == 1, "hers already"
    assert held(ids[0]).allocated_at == later.now
    attempt(acting(context, people.bob), ids[0])  # whoever had it may go on seeing the child


def test_cover_is_all_or_none(app: Flask, context: Context, people: People, ann: Viewer) -> None:
    ids = [world.episode(context) for _ in range(2)]
    made = bulk_allocate(context, episode_ids=ids, person_id=people.bob.person_id)
    contact = cares(context, ids[1], ann, ContactRelation.PARENT_OR_CARER)
    with pytest.raises(Refused) as refused:
        cover(context, interview_ids=made, person_id=ann.person_id)
    assert codes(refused) == {"not_independent"}
    remove_contact(context, contact_id=contact, version=1)
    interview.record_completed(context, episode_ids=[ids[1]], completed_at=NOON - HOUR, written_elsewhere=True)
    with pytest.raises(Refused) as closed:
        cover(context, interview_ids=made, person_id=ann.person_id)
    assert codes(closed) == {"already_closed"}
    assert held(ids[0]).allocated_to_id == people.bob.person_id
    with pytest.raises(Refused) as unknown:
        cover(context, interview_ids=[made[0], 4711], person_id=ann.person_id)
    assert codes(unknown) == {"unknown_interview"}


def test_whoever_has_it_hands_it_over_and_nobody_else_but_those_who_allocate(
    app: Flask, context: Context, people: People, ann: Viewer
) -> None:
    id_ = world.episode(context)
    kept = allocate(context, episode_id=id_, person_id=people.bob.person_id)
    bob, later = acting(context, people.bob), acting(context, ann)
    hand_over(bob, interview_id=kept, person_id=ann.person_id, independent=True, note="The mother works nights")
    assert rows(kept)[-1] == (ann.person_id, "handed_over", True, None, "The mother works nights")
    with pytest.raises(Refused) as not_his:
        hand_over(bob, interview_id=kept, person_id=people.bob.person_id, independent=True)
    assert codes(not_his) == {"not_theirs"}
    with pytest.raises(Refused) as hers:
        hand_over(later, interview_id=kept, person_id=ann.person_id, independent=True)
    assert codes(hers) == {"holds_it_already"}
    with pytest.raises(Refused) as hidden:
        hand_over(acting(context, people.charlie), interview_id=kept, person_id=ann.person_id, independent=True)
    assert codes(hidden) == {"unknown_interview"}
    for person in (people.alice, people.mary):
        to = people.bob if held(id_).allocated_to_id == ann.person_id else ann
        hand_over(acting(context, person), interview_id=kept, person_id=to.person_id, independent=True)
    with pytest.raises(Refused) as role:
        hand_over(
            acting(context, people.alice), interview_id=kept, person_id=people.charlie.person_id, independent=True
        )
    assert codes(role) == {"cannot_interview"}


def test_held_and_not_written_up_it_may_still_be_handed_over(
    app: Flask, context: Context, people: People, ann: Viewer
) -> None:
    id_ = world.episode(context)
    kept = allocate(context, episode_id=id_, person_id=people.bob.person_id)
    interview.record_completed(acting(context, people.bob), episode_ids=[id_], completed_at=NOON - HOUR)
    hand_over(context, interview_id=kept, person_id=ann.person_id, independent=None)
    assert (held(id_).allocated_to_id, held(id_).completed_by_id) == (ann.person_id, people.bob.person_id)
