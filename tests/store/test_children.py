"""Children are kept with every name and number they were reported under, and found by keys."""

from datetime import date

from flask import Flask
from sqlalchemy import select

from tests.conftest import NOON
from tests.factories import child
from tracker.core.matching import blocking_keys
from tracker.services.transaction import writing
from tracker.store import children
from tracker.store.children import Reported
from tracker.store.db import session
from tracker.store.models import ChildIdentifier, ChildKey, ChildName

BORN = date(2012, 3, 4)


def test_a_new_child_has_its_name_number_and_keys(app: Flask) -> None:
    with writing() as current:
        added = children.add_child(
            current, surname="Madeup", forename="Testa", date_of_birth=BORN, now=NOON,
            police_force="north", police_person_id="URN1",
        ).id  # fmt: skip
    assert session().execute(select(ChildName.surname, ChildName.forename)).all() == [("Madeup", "Testa")]
    assert session().execute(select(ChildIdentifier.kind, ChildIdentifier.value)).all() == [
        ("police_person_id:north", "URN1")
    ]
    keys = blocking_keys("Madeup", "Testa", BORN, "URN1")
    assert set(session().scalars(select(ChildKey.key))) == keys
    assert children.ids_by_key(session(), keys) == {key: {added} for key in keys}


def test_learning_the_same_again_adds_nothing(app: Flask) -> None:
    with writing() as current:
        known = child(current, "Madeup", "Testa", BORN)
        other = Reported("Madeupp", "Testa", BORN, "north", "URN1")
        children.learn(current, {known.id: [other, other]})
        children.learn(current, {known.id: [other]})
        names = current.execute(select(ChildName.surname).order_by(ChildName.id)).scalars().all()
        assert names == ["Madeup", "Madeupp"]
        assert len(current.scalars(select(ChildIdentifier)).all()) == 1


def test_what_matching_knows_has_every_name_and_only_this_forces_numbers(app: Flask) -> None:
    with writing() as current:
        row = child(current, "Madeup", "Testa", BORN, sex="female", postcode="ZZ1 1ZZ", address="1 Nowhere Lane")
        children.learn(
            current,
            {
                row.id: [
                    Reported("Othername", "Testa", BORN, "north", "7"),
                    Reported("Madeup", "Testa", BORN, "south", "8"),
                ]
            },
        )
        known = children.known(current, [row], "north")[row.id]
    assert set(known.names) == {("Madeup", "Testa"), ("Othername", "Testa")}
    assert (known.police_person_ids, known.date_of_birth, known.sex) == (("7",), BORN, "female")
    assert (known.postcodes, known.addresses) == (("ZZ1 1ZZ",), ("1 Nowhere Lane",))


def test_a_key_finds_every_child_that_has_it(app: Flask) -> None:
    with writing() as current:
        ids = {child(current, "Madeup", "Testa", BORN).id for _ in range(3)}
        key = min(blocking_keys("Madeup", "Testa", BORN, None))
        assert children.ids_by_key(current, [key, "n:nobody"]) == {key: ids}


def test_what_matching_knows_is_each_name_and_number_once(app: Flask) -> None:
    with writing() as current:
        row = child(current, "Madeup", "Testa", BORN, council_id="C9")
        known = [Reported("Madeup", "Testa", BORN, "north", number) for number in ("7", "8")]
        children.learn(current, {row.id: [*known, Reported("Othername", "Testa", BORN)]})
        found = children.known_by_id(current, [row.id, row.id + 1], "north")
    assert list(found) == [row.id]
    assert found[row.id].names == (("Madeup", "Testa"), ("Othername", "Testa"))
    assert (found[row.id].police_person_ids, found[row.id].council_ids) == (("7", "8"), ("C9",))
    assert children.known_by_id(session(), [], "north") == {}


def test_keys_are_made_anew_from_all_that_is_held(app: Flask) -> None:
    """Every name with the date of birth as it is now, every number; what was kept under another scheme is gone."""
    with writing() as current:
        row, other = child(current, "Madeup", "Testa", date(2011, 1, 1)), child(current, "Othername", "Testb", BORN)
        children.learn(current, {row.id: [Reported("Formername", "Testa", None, "north", "URN1")]})
        row.date_of_birth = BORN
        current.add(ChildKey(key="x:earlier", child_id=row.id))
        kept = set(current.scalars(select(ChildKey.key).where(ChildKey.child_id == other.id)))
        children.renew_keys(current, [row.id])
        keys = set(current.scalars(select(ChildKey.key).where(ChildKey.child_id == row.id)))
    assert keys == blocking_keys("Madeup", "Testa", BORN, "URN1") | blocking_keys("Formername", "Testa", BORN, None)
    assert set(session().scalars(select(ChildKey.key).where(ChildKey.child_id == other.id))) == kept
