"""Whom to ring about a child: kept as typed, checked, and never lost."""

import pytest
from flask import Flask

from tests.services import world
from tests.services.course import acts, codes
from tests.services.world import NOON, People, acting
from tracker.core.interview_terms import ContactRelation
from tracker.services.child_contacts import add_contact, change_contact, remove_contact
from tracker.services.context import Context
from tracker.services.errors import Conflict, Refused
from tracker.services.record_interview import allocate
from tracker.store.child_contacts import contacts_of
from tracker.store.db import session
from tracker.store.models import ChildContact


def child(context: Context) -> int:
    child_id = world.row(world.episode(context)).child_id
    session().rollback()
    return child_id


def row(contact_id: int) -> ChildContact:
    session().rollback()
    return session().get_one(ChildContact, contact_id)


def test_added_changed_and_removed(app: Flask, context: Context, people: People) -> None:
    lead, child_id = acting(context, people.alice), child(context)
    id_ = add_contact(
        lead,
        child_id=child_id,
        relation=ContactRelation.PLACEMENT,
        name=" Invented House ",
        phone=" 01632 960 001 (day)",
    )
    assert (row(id_).name, row(id_).phone, row(id_).email) == ("Invented House", "01632 960 001 (day)", None)
    values = {"relation": ContactRelation.PLACEMENT, "name": "Invented House", "phone": "01632 960002"}
    change_contact(lead, contact_id=id_, version=1, **values)  # type: ignore[arg-type]
    change_contact(lead, contact_id=id_, version=2, **values)  # type: ignore[arg-type]
    with pytest.raises(Conflict):
        change_contact(lead, contact_id=id_, version=1, **values)  # type: ignore[arg-type]
    remove_contact(lead, contact_id=id_, version=2)
    assert (row(id_).removed_at, row(id_).removed_by_id) == (NOON, people.alice.person_id)
    assert contacts_of(session(), child_id) == []
    session().rollback()
    with pytest.raises(Conflict):
        remove_contact(lead, contact_id=id_, version=3)
    assert acts("child_contact_changed") == [{"contact_id": id_, "changed": ["phone"]}]
    assert acts("child_contact_added") == acts("child_contact_removed") == [{"contact_id": id_}]


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"name": " "}, "missing_value", "name"),
        ({"phone": "ask at the desk"}, "no_telephone_number", "phone"),
        ({"phone": "1234"}, "no_telephone_number", "phone"),
        ({"email": "ada"}, "no_email_address", "email"),
        ({"email": "ada@house invalid"}, "no_email_address", "email"),
    ],
)
def test_what_cannot_be_rung_is_refused(
    app: Flask, context: Context, values: dict[str, str], code: str, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        given = {"name": "Ada Invented", **values}
        add_contact(context, child_id=child(context), relation=ContactRelation.CHILD, **given)  # type: ignore[arg-type]
    assert codes(refused) == {code}
    assert refused.value.problems[0].fields == (field,)


def test_the_child_stands_first_and_those_who_care_next(app: Flask, context: Context) -> None:
    child_id = child(context)
    for relation in (ContactRelation.SCHOOL, ContactRelation.SOCIAL_WORKER, ContactRelation.CHILD):
        add_contact(context, child_id=child_id, relation=relation, name="Invented")
    session().rollback()
    assert [one.relation for one in contacts_of(session(), child_id)] == ["child", "social_worker", "school"]


def test_an_interviewer_keeps_the_contacts_of_their_own_children(app: Flask, context: Context, people: People) -> None:
    id_ = world.episode(context)
    mine, others = world.row(id_).child_id, child(context)
    session().rollback()
    allocate(context, episode_id=id_, person_id=people.bob.person_id)
    bob = acting(context, people.bob)
    kept = add_contact(bob, child_id=mine, relation=ContactRelation.CHILD, name="Invented")
    with pytest.raises(Refused) as refused:
        add_contact(bob, child_id=others, relation=ContactRelation.CHILD, name="Invented")
    assert codes(refused) == {"unknown_child"}
    with pytest.raises(Refused) as hidden:
        remove_contact(acting(context, people.charlie), contact_id=kept, version=1)
    assert codes(hidden) == {"unknown_contact"}
