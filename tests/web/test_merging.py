"""The pages of merging, of a child's details, of moving an episode, and of two episodes made one."""

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories
from tests.conftest import NOON
from tests.reports import receive, row
from tests.web.conftest import ClientRequest
from tests.web.day import HOUR, context_of
from tracker.core.terms import RiskLevel
from tracker.services.context import Actor
from tracker.services.log_episode import log_episode
from tracker.services.record_interview import allocate
from tracker.services.transaction import writing
from tracker.store.db import db, session
from tracker.store.models import Child, ChildName, Episode


@pytest.fixture
def pair(app: Flask) -> tuple[int, int]:
    """Two records of one child; the second has an episode."""
    with writing() as current:
        one = factories.child(current, "Quillfeather", "Ada", date(2012, 3, 4), council_id="C-1", postcode="WX1 1AA")
        two = factories.child(current, "Quilfeather", "Ada", date(2012, 3, 4), council_id="C-2", postcode="WX2 2BB")
        factories.episode(current, two, NOON - 30 * HOUR, NOON - 9 * HOUR)
        return one.id, two.id


def child(id_: int) -> Child:
    db.session.expire_all()
    session().rollback()
    return session().get_one(Child, id_)


def merge(client: ClientRequest, kept: int, gone: int, **take: str) -> None:
    page = client.get(f"/children/{kept}/merge/{gone}")
    sent = {"version": page.value_of("version"), "other_version": page.value_of("other_version"), **take}
    assert client.post(f"/children/{kept}/merge/{gone}", sent).location == f"/children/{kept}"


def test_old_links_lead_on_with_a_notice_and_searches_find_the_one_that_stands(
    client_request: ClientRequest, pair: tuple[int, int]
) -> None:
    kept, gone = pair
    alice = client_request.sign_in("Alice")
    page = alice.get(f"/children/{kept}/merge/{gone}")
    for words in ("Are these one child?", "Quilfeather", "WX2 2BB", "worked out anew", "all 1"):
        assert words in page.text
    merge(alice, kept, gone, **{"take-postcode": "other"})
    assert child(kept).postcode == "WX2 2BB" and child(kept).surname == "Quillfeather"
    assert "can be undone below" in alice.get(f"/children/{kept}").text
    for path in (f"/children/{gone}", f"/children/{gone}/details", f"/children/{gone}/merge"):
        assert alice.get(path, status=302).location == f"/children/{kept}"
        page = alice.get(f"/children/{kept}")
        assert f"Child {gone} was merged into child {kept} on 16 Nov 2026, 12:00 by Alice Testworker." in page.text
    for text in ("Quilfeather", "C-1", "C-2"):
        page = alice.post("/children/search", {"text": text}, status=200, follow=True)
        assert "1 child" in page.text and f"/children/{kept}" in [a.attributes["href"] for a in page.all("a")], text
    assert "2 children" not in alice.get("/children").text
    fay = client_request.sign_in("Fay")
    assert f"merged into child {kept}" in fay.get(f"/audit/children/{gone}").text
    assert "Merged two records of a child" in fay.get(f"/audit/children/{kept}").text


def test_it_is_undone_and_the_link_opens_the_record_again(client_request: ClientRequest, pair: tuple[int, int]) -> None:
    kept, gone = pair
    alice = client_request.sign_in("Alice")
    merge(alice, kept, gone)
    added = log_episode(context_of(client_request.people), child_id=kept, missing_from_at=NOON - 90 * HOUR)
    page = alice.get(f"/children/{kept}/unmerge/1")
    assert f"These go back to child {gone}" in page.text and f"Episode {added}" in page.text
    sent = {"version": page.value_of("version"), "also": str(added)}
    assert alice.post(f"/children/{kept}/unmerge/1", sent).location == f"/children/{gone}"
    page = alice.get(f"/children/{gone}")
    assert page.h1.endswith("Ada Quilfeather") and "2 episodes" in page.text
    alice.get(f"/children/{kept}/unmerge/1", status=404)


def test_somebody_else_changed_the_record(client_request: ClientRequest, pair: tuple[int, int]) -> None:
    kept, gone = pair
    alice = client_request.sign_in("Alice")
    page = alice.post(f"/children/{kept}/merge/{gone}", {"version": "99", "other_version": "1"}, status=409)
    assert page.h1 == "Somebody else changed this first" and child(gone).merged_into_id is None
    sent = {"version": "99", "surname": "Quillfeather", "forename": "Adamina", "is_ours": "yes"}
    page = alice.post(f"/children/{kept}/details", sent, status=409)
    assert "Adamina" in page.text, "what was typed is kept on the page"


def test_nobody_without_the_permission_and_no_interviewer(client_request: ClientRequest, pair: tuple[int, int]) -> None:
    kept, gone = pair
    allocate(context_of(client_request.people), episode_id=1, person_id=client_request.people["Bob"])
    bob = client_request.sign_in("Bob")
    page = bob.get(f"/children/{gone}")
    assert "Merge with another record" not in page.text and "Possibly the same child" not in page.text
    bob.get(f"/children/{kept}/merge/{gone}", status=403)
    bob.post(f"/children/{kept}/merge/{gone}", {}, status=403)


def test_a_merged_child_is_nobodys_page_for_whoever_may_not_see_the_other(
    client_request: ClientRequest, pair: tuple[int, int]
) -> None:
    kept, gone = pair
    merge(client_request.sign_in("Alice"), kept, gone)
    client_request.sign_in("Bob").get(f"/children/{gone}", status=404)


def test_possibly_the_same_and_held_twice(client_request: ClientRequest, pair: tuple[int, int]) -> None:
    kept, gone = pair
    alice = client_request.sign_in("Alice")
    assert "Possibly the same child" in alice.get(f"/children/{kept}").text
    assert "No two records share" in alice.get("/children/duplicates").text
    with writing() as current:
        current.get_one(Child, gone).surname = "Quillfeather"
    page = alice.get("/children/duplicates")
    assert "The same name and date of birth" in page.text
    assert f"/children/{kept}/merge/{gone}" in [a.attributes["href"] for a in page.all("a")]
    merge(alice, kept, gone)
    assert "No two records share" in alice.get("/children/duplicates").text


def test_details_are_corrected_with_other_names_and_numbers(
    client_request: ClientRequest, pair: tuple[int, int]
) -> None:
    id_ = pair[0]
    alice = client_request.sign_in("Alice")
    page = alice.get(f"/children/{id_}/details")
    sent = {"version": page.value_of("version"), "surname": "Stoneybroke", "forename": "Ada", "is_ours": "no",
            "responsible_authority": "Farshire", "known_to_services": "yes", "sex": "female", "team_id": "1",
            "council_id": "C-1", "date_of_birth-day": "4", "date_of_birth-month": "3",
            "date_of_birth-year": "2012"}  # fmt: skip
    assert alice.post(f"/children/{id_}/details", sent).location == f"/children/{id_}"
    held = child(id_)
    assert (held.surname, held.is_ours, held.known_to_services, held.team_id) == ("Stoneybroke", False, True, 1)
    assert (held.postcode, held.date_of_birth) == (None, date(2012, 3, 4))
    page = alice.get(f"/children/{id_}/details")
    assert "Ada Quillfeather" in page.text, "the former name is kept"
    alice.post(f"/children/{id_}/names", {"other_forename": "Addie", "other_surname": "Stone"})
    page = alice.get(f"/children/{id_}/details")
    assert "Addie Stone added by hand" in page.text
    name = session().scalar(select(ChildName.id).where(ChildName.forename == "Addie"))
    alice.post(f"/children/{id_}/names/{name}/remove")
    assert "Addie Stone" not in alice.get(f"/children/{id_}/details").text
    errors = alice.post(f"/children/{id_}/names", {"other_forename": "Ada"}, status=200).errors()
    assert errors == ["Enter the other surname."]
    alice.post(f"/children/{id_}/numbers", {"kind": "other_system", "value": "NHS 1"})
    page = alice.get(f"/children/{id_}/details")
    assert "NHS 1 Number of another system" in page.text
    alice.post(f"/children/{id_}/numbers/1/remove")
    assert "NHS 1" not in alice.get(f"/children/{id_}/details").text
    empty = alice.post(f"/children/{id_}/details", {**sent, "surname": ""}, status=200).errors()
    assert empty == ["Enter the child’s surname."]


def test_an_episode_goes_to_a_child_found_by_name(client_request: ClientRequest, pair: tuple[int, int]) -> None:
    kept, gone = pair
    alice = client_request.sign_in("Alice")
    where = alice.post("/episodes/1/move", {"text": "Quillf"}).location
    assert "uillf" not in where
    page = alice.get(where)
    assert "Ada Quillfeather" in page.text
    sent = {"version": page.value_of("version"), "choice": str(kept)}
    assert alice.post("/episodes/1/move/to", sent).location == "/episodes/1"
    assert "The episode is moved" in alice.get("/episodes/1").text
    assert session().scalar(select(Episode.child_id)) == kept
    for nothing in ("x", "9 9", "1\n"):
        assert alice.post("/episodes/1/move/to", {"choice": nothing}, status=200).errors() == ["Choose a child."]
    page = alice.post("/episodes/1/move/to", {"version": "1", "choice": str(gone)}, status=409)
    assert page.h1 == "Somebody else changed this first"


def test_two_episodes_made_one_and_two_again(app: Flask, client_request: ClientRequest) -> None:
    alice, client = context_of(client_request.people), client_request.sign_in("Alice")
    receive(app, replace(alice, actor=Actor("test")), row(missing=NOON - 20 * HOUR, risk="High"))
    police = session().query(Episode).one()
    police_id, child_id = police.id, police.child_id
    hand = log_episode(alice, child_id=child_id, missing_from_at=NOON - 20 * HOUR, risk=RiskLevel.LOW, confirm=True)
    for id_, other in ((hand, police_id), (police_id, hand)):
        assert f"/episodes/{id_}/same/{other}" in [
            a.attributes["href"] for a in client.get(f"/episodes/{id_}").all("a")
        ]
    page = client.get(f"/episodes/{police_id}/same/{hand}")
    sent = {"version": page.value_of("version"), "other_version": page.value_of("other_version")}
    assert client.post(f"/episodes/{police_id}/same/{hand}", sent).location == f"/episodes/{hand}"
    page = client.get(f"/episodes/{hand}")
    assert "police reference TV26000001" in page.text and "was made one with this one" in page.text
    assert client.get(f"/episodes/{police_id}", status=302).location == f"/episodes/{hand}"
    assert f"Episode {police_id} was made one with episode {hand}" in client.get(f"/episodes/{hand}").text
    assert "1 episode" in client.get(f"/children/{child_id}").text
    page = client.get(f"/episodes/{hand}/separate/1")
    sent = {"version": page.value_of("version")}
    assert client.post(f"/episodes/{hand}/separate/1", sent).location == f"/episodes/{police_id}"
    assert "police reference TV26000001" in client.get(f"/episodes/{police_id}").text
    client.get(f"/episodes/{hand}/separate/1", status=404)
