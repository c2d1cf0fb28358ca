"""Actions in the browser: the list, one of them, adding, changing, finishing, withdrawing, and who may."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.web.conftest import ClientRequest
from tests.web.day import Day, built, context_of, database_url, day, people
from tracker.services import actions
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import Action, AuditEntry

__all__ = ["built", "database_url", "day", "people"]

DUE = {"due_on-day": "20", "due_on-month": "11", "due_on-year": "2026"}


def held() -> Action:
    session().rollback()
    return session().scalars(select(Action).order_by(Action.id.desc()).limit(1)).one()


def add(people: dict[str, int], child_id: int, **more: object) -> int:
    given: dict[str, object] = {"what": "Ring the school", "due_on": date(2026, 11, 16), "owner_id": people["Bob"]}
    return actions.add_action(context_of(people), child_id=child_id, **given | more)  # type: ignore[arg-type]


def overdue(action_id: int) -> None:
    with writing() as current:
        current.get_one(Action, action_id).due_on = date(2026, 11, 10)


def test_added_from_an_episode_then_done_and_open_again(
    client_request: ClientRequest, day: Day, people: dict[str, int]
) -> None:
    child, episode = day.child("Benny"), day.episode("Benny")
    client = client_request.sign_in("Alice")
    address = f"/children/{child}/actions/add?episode={episode}"
    assert "Benny Bennyson" in client.get(address).text
    sent = client.post(address, {"what": "Ring the school", "owner_name": "Ms Invented", "asked_by_child": "y", **DUE})
    assert sent.location == f"/episodes/{episode}"
    action = held()
    assert (action.child_id, action.episode_id, action.asked_by_child) == (child, episode, True)
    page = client.get(f"/actions/{action.id}")
    assert "Ms Invented (does not sign in here)" in page.text and "by 20 November 2026" in page.text
    assert "said that it would help" in page.text
    client.post(f"/actions/{action.id}", {"version": "1", "outcome": "They know."})
    page = client.get(f"/actions/{action.id}")
    assert "Done" in page.text and "They know." in page.text and "Record that it is done" not in page.text
    client.post(f"/actions/{action.id}/reopen", {"version": "2"})
    assert "What came of it before" in client.get(f"/actions/{action.id}").text
    client.post(f"/actions/{action.id}/withdraw", {"version": "3", "reason": "Another school"})
    assert "Another school" in client.get("/actions?whose=all&state=closed").text or held().withdrawn_at
    read = session().scalars(select(AuditEntry).where(AuditEntry.action == "action_viewed")).all()
    assert len(read) >= 3 and all(entry.subject_id == str(action.id) for entry in read)


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({}, ["Write what is to be done.", "Enter the day by which it is to be done."]),
        ({"what": "x", **DUE}, ["Choose who is to do it, or enter the name of somebody who does not sign in here: "
                                "one of the two."]),
        ({"what": "x", "owner_name": "y", **DUE, "due_on-day": "15"},
         ["This day has passed. Enter today or a later day."]),
        ({"what": "x", "owner_name": "y", **DUE, "due_on-year": "2926"}, ["Check the year."]),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_box_and_nothing_typed_is_lost(
    client_request: ClientRequest, day: Day, typed: dict[str, str], errors: list[str]
) -> None:
    page = client_request.sign_in("Alice").post(f"/children/{day.child('Benny')}/actions/add", typed, status=200)
    assert page.errors() == errors
    assert page.value_of("owner_name") == typed.get("owner_name", "")


def test_a_change_of_what_changed_meanwhile_is_a_conflict(
    client_request: ClientRequest, day: Day, people: dict[str, int]
) -> None:
    id_ = add(people, day.child("Benny"))
    client = client_request.sign_in("Alice")
    page = client.get(f"/actions/{id_}/change")
    assert page.value_of("version") == "1"
    typed = {"version": "1", "what": "Ring the club", "owner_id": str(people["Bob"]), **DUE}
    client.post(f"/actions/{id_}/change", typed)
    assert held().what == "Ring the club"
    again = client.post(f"/actions/{id_}/change", {**typed, "what": "Mine"}, status=409)
    assert "Mine" in again.text and held().what == "Ring the club"


def test_the_list_is_filtered_and_overdue_ones_lead(
    client_request: ClientRequest, day: Day, people: dict[str, int]
) -> None:
    later, late = add(people, day.child("Benny")), add(people, day.child("Anwen"), what="Ring the club")
    add(people, day.child("Devon"), what="Write to them", owner_id=None, owner_name="Ms Invented")
    overdue(late)
    client = client_request.sign_in("Alice")
    assert "No action to show." in client.get("/actions").text, "none is Alice's"
    rows = [row.text for row in client.get("/actions?whose=all").all("tr")][1:]
    assert [("Overdue" in row, "Ring the club" in row) for row in rows] == [
        (True, True),
        (False, False),
        (False, False),
    ]
    assert "was due 10 November 2026, 6 days ago" in rows[0]
    assert "2 actions" in client.get("/actions?whose=team").text
    assert "1 action," in client.get("/actions?whose=all&state=overdue").text
    assert client.get("/actions?whose=nobody&state=none").h1 == "Actions"
    assert "2 actions" in client_request.sign_in("Bob").get("/actions").text
    assert held().id > later


def test_an_owner_who_does_not_see_the_child_sees_the_action_and_finishes_it(
    client_request: ClientRequest, day: Day, people: dict[str, int]
) -> None:
    id_ = add(people, day.child("Devon"))
    client = client_request.sign_in("Bob")
    for path in ("/actions", f"/actions/{id_}"):
        page = client.get(path)
        assert "Ring the school" in page.text and "Devon" not in page.text
        assert f"/children/{day.child('Devon')}" not in str([a.attributes.get("href") for a in page.all("a")])
    client.get(f"/actions/{id_}/change", status=404)
    client.get(f"/actions/{id_}/withdraw", status=404)
    client.get(f"/children/{day.child('Devon')}/actions/add", status=404)
    client.post(f"/actions/{id_}", {"version": "1", "outcome": "Done so."})
    assert held().done_by_id == people["Bob"]
    other = add(people, day.child("Devon"), owner_id=people["Dana"])
    client.get(f"/actions/{other}", status=404)


@pytest.mark.parametrize("name", ["Charlie", "Ed", "Fay"])
def test_who_works_with_no_records_sees_none(
    client_request: ClientRequest, day: Day, people: dict[str, int], name: str
) -> None:
    id_ = add(people, day.child("Benny"))
    client = client_request.sign_in(name)
    for path in ("/actions", f"/actions/{id_}", f"/children/{day.child('Benny')}/actions/add"):
        client.get(path, status=403)


def test_what_no_form_sends_changes_nothing(client_request: ClientRequest, day: Day, people: dict[str, int]) -> None:
    id_ = add(people, day.child("Benny"), due_on=date(2026, 11, 16) + timedelta(days=1))
    client = client_request.sign_in("Alice")
    client.post(f"/actions/{id_}/reopen", {"version": "1"})
    client.post(f"/actions/{id_}", {"version": "x", "outcome": "y"}, status=409)
    client.get("/actions/99999", status=404)
    assert (held().version, held().done_at) == (1, None)
    wrong = client.post(
        f"/children/{day.child('Benny')}/actions/add?meeting=99999",
        {"what": "x", "owner_name": "y", **DUE}, status=200,
    )  # fmt: skip
    assert wrong.errors() == ["This is not a record of this child."]
