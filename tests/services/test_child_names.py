"""Other names and numbers of a child, by hand: reports find the child by them, until they are taken away."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories
from tests.reports import counts, receive, row
from tests.services.world import People, acting
from tracker.services.child_names import add_name, add_number, kinds_of_numbers, remove_name, remove_number
from tracker.services.context import Context
from tracker.services.errors import Conflict, Refused
from tracker.services.transaction import writing
from tracker.store.children import identifier_kind
from tracker.store.db import session
from tracker.store.models import AuditEntry, ChildIdentifier, ChildKey, ChildName, Episode

POLICE = identifier_kind("thames-valley")
FORCES = ("thames-valley",)


@pytest.fixture
def ada(app: Flask) -> int:
    with writing() as current:
        return factories.child(current, "Quillfeather", "Ada", date(2012, 3, 4)).id


def keys(child_id: int) -> set[str]:
    session().rollback()
    return set(session().scalars(select(ChildKey.key).where(ChildKey.child_id == child_id)))


def code(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.problems[0].code


def test_a_report_under_another_name_finds_the_child_and_no_more_once_it_is_removed(
    app: Flask, lead: Context, ada: int
) -> None:
    before = keys(ada)
    add_name(lead, child_id=ada, surname=" Inventedname ", forename="Testa")
    assert counts(receive(app, lead, row("TV1"))) == {"created": 1}
    assert session().scalar(select(Episode.child_id)) == ada
    held = session().scalar(select(ChildName.id).where(ChildName.surname == "Inventedname"))
    remove_name(lead, child_id=ada, name_id=held or 0)
    assert keys(ada) == before
    actions = session().scalars(select(AuditEntry.action).where(AuditEntry.action.like("child_name_%"))).all()
    assert actions == ["child_name_added", "child_name_removed"]


def test_a_police_number_finds_the_child_and_no_more_once_it_is_removed(app: Flask, lead: Context, ada: int) -> None:
    add_number(lead, child_id=ada, kind=POLICE, value="U77", forces=FORCES)
    assert "p:U77" in keys(ada)
    held = session().scalar(select(ChildIdentifier.id))
    remove_number(lead, child_id=ada, number_id=held or 0)
    assert "p:U77" not in keys(ada) and session().scalar(select(ChildIdentifier.id)) is None


def test_a_name_that_another_name_also_gives_keys_for_keeps_them(lead: Context, ada: int) -> None:
    before = keys(ada)
    add_name(lead, child_id=ada, surname="Quilfeather", forename="Ada")
    held = session().scalar(select(ChildName.id).where(ChildName.surname == "Quilfeather"))
    remove_name(lead, child_id=ada, name_id=held or 0)
    assert keys(ada) == before


def test_what_cannot_be_added(app: Flask, lead: Context, ada: int) -> None:
    with writing() as current:
        factories.child(current, "Other", police_force="thames-valley", police_person_id="U1")
    refusals = (
        (lambda: add_name(lead, child_id=ada, surname=" ", forename="Ada"), "missing_value"),
        (lambda: add_name(lead, child_id=ada, surname="Quillfeather", forename="Ada"), "held_already"),
        (lambda: add_number(lead, child_id=ada, kind=POLICE, value=" ", forces=FORCES), "missing_value"),
        (lambda: add_number(lead, child_id=ada, kind="shoe_size", value="5", forces=FORCES), "unknown_kind"),
        (lambda: add_number(lead, child_id=ada, kind=POLICE, value="U1", forces=FORCES), "number_of_another"),
    )
    for act, expected in refusals:
        with pytest.raises(Refused) as refused:
            act()
        assert code(refused) == expected
    assert POLICE in kinds_of_numbers(FORCES)


def test_the_present_name_is_corrected_and_not_removed_and_another_childs_is_not_ones_own(
    app: Flask, lead: Context, ada: int
) -> None:
    with writing() as current:
        other = factories.child(current, "Other", police_force="tv", police_person_id="U1").id
    present = session().scalar(select(ChildName.id).where(ChildName.child_id == ada)) or 0
    theirs = session().scalar(select(ChildName.id).where(ChildName.child_id == other)) or 0
    number = session().scalar(select(ChildIdentifier.id)) or 0
    with pytest.raises(Refused) as refused:
        remove_name(lead, child_id=ada, name_id=present)
    assert code(refused) == "present_name"
    with pytest.raises(Conflict):
        remove_name(lead, child_id=ada, name_id=theirs)
    with pytest.raises(Conflict):
        remove_number(lead, child_id=ada, number_id=number)


def test_a_stranger_names_nobody(context: Context, people: People, ada: int) -> None:
    with pytest.raises(Refused) as refused:
        add_name(acting(context, people.bob), child_id=ada, surname="Mine", forename="Ada")
    assert code(refused) == "unknown_child"
