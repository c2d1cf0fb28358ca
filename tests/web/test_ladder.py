"""The ladder's pages: what is in force and whom it tells now, changed one thing a page, by two people, by a file."""

import io
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.web.conftest import ClientRequest
from tracker.bootstrap import wiring
from tracker.core.ladder_changes import step_of
from tracker.services.ladder import ladder_in_force
from tracker.store.db import session
from tracker.store.models import LadderVersion, Person

NOTE = {"note": "The director asked."}


def held(app: Flask) -> dict[str, Any]:
    session().rollback()
    return dict(ladder_in_force(session(), wiring(app).settings.ladder_definition).definition)


def a_step(**more: Any) -> dict[str, Any]:
    return {"version": "0", "name": "director", "title": "To the director", "hours": "120", "side": "after",
            "audience": ["head_of_service"], "addresses": "", **NOTE, **more}  # fmt: skip


def test_the_ladder_in_words_with_who_would_be_told(client_request: ClientRequest) -> None:
    page = client_request.sign_in("Ed").get("/ladder")
    assert page.h1.endswith("Alert ladder")
    rows = [" ".join(row.text.split()) for row in page.all("tr")]
    assert any("24 hours before the deadline" in row and "Bob" not in row and "Alice Testworker" in row for row in rows)
    assert any("At the deadline" in row and "Dana Testworker" in row for row in rows)
    assert any("96 hours after" in row and "in place of head of service" in row for row in rows)
    assert any("Found, and not returned" in row and "After 12 hours" in row for row in rows)


def test_red_where_nobody_would_be_told(client_request: ClientRequest, people: dict[str, int]) -> None:
    session().execute(update(Person).where(Person.id.in_([people["Alice"], people["Dana"]])).values(is_active=False))
    session().commit()
    page = client_request.sign_in("Ed").get("/ladder")
    assert page.text.count("Nobody would be told") >= 4


@pytest.mark.parametrize("name", ["Alice", "Bob", "Charlie", "Dana", "Fay"])
def test_who_may_not_change_it(client_request: ClientRequest, name: str) -> None:
    client_request.sign_in(name).get("/ladder", status=403)


def test_a_step_is_added_changed_and_removed(client_request: ClientRequest, app: Flask) -> None:
    client_request.sign_in("Ed")
    wrong = client_request.post("/ladder/steps/new", a_step(hours="soon", audience=[], note=""), status=200)
    assert "Enter a number of hours" in wrong.text
    wrong = client_request.post("/ladder/steps/new", a_step(hours="96", audience=[]), status=200)
    assert "must come later than overdue_96h" in wrong.text
    assert "Choose at least one role" in wrong.text
    people = ["dana@council.invalid"]
    client_request.post("/ladder/steps/new", a_step(people=people, addresses="Duty@council.invalid\n"))
    director = step_of(held(app), "director")
    assert director == {
        "rung": "director", "title": "To the director", "offset_hours": 120, "audience": ["head_of_service"],
        "addresses": ["dana@council.invalid", "duty@council.invalid"],
    }  # fmt: skip
    page = client_request.get("/ladder")
    assert "To the director" in page.text
    assert "The director asked." in page.text
    form = client_request.get("/ladder/steps/director")
    assert form.value_of("version") == "1"
    assert form.value_of("hours") == "120"
    client_request.post("/ladder/steps/director", a_step(version="1", hours="2", side="before", working_hours_only="y"))
    director = step_of(held(app), "director")
    assert director is not None
    assert (director["offset_hours"], director["working_hours_only"]) == (-2, True)
    assert "addresses" not in director
    client_request.get("/ladder/steps/director/remove")
    client_request.post("/ladder/steps/director/remove", {"version": "2", **NOTE})
    assert step_of(held(app), "director") is None


def test_the_step_at_the_deadline_keeps_its_hour(client_request: ClientRequest, app: Flask) -> None:
    client_request.sign_in("Ed").post(
        "/ladder/steps/overdue", a_step(hours="5", working_hours_only="y", audience=["lead"], title="")
    )
    assert step_of(held(app), "overdue") == {"rung": "overdue", "offset_hours": 0, "audience": ["lead"]}
    client_request.get("/ladder/steps/overdue/remove", status=404)
    client_request.get("/ladder/steps/no_report", status=404)
    client_request.get("/ladder/steps/unheard", status=404)


def test_a_trigger_is_switched_off_with_a_warning(client_request: ClientRequest, app: Flask) -> None:
    page = client_request.sign_in("Ed").get("/ladder/triggers/no_report")
    assert "nobody is told of this by any message" in page.text
    sent = {"version": "0", "enabled": "no", "hours": "1.5", "audience": ["administrator"], **NOTE}
    client_request.post("/ladder/triggers/no_report", sent)
    given = step_of(held(app), "no_report")
    assert given == {"trigger": "no_report", "after_hours": 1.5, "audience": ["administrator"], "enabled": False}
    assert "Switched off: nobody is told." in client_request.get("/ladder").text


def test_others_for_one_team_and_the_usual_ones_again(client_request: ClientRequest, app: Flask) -> None:
    client_request.sign_in("Ed").get("/ladder/teams/overdue")
    address = client_request.get("/ladder/teams/overdue?team=1", status=302).location
    client_request.get(address)
    client_request.post(address, {"version": "0", "audience": ["service_manager"], **NOTE})
    given = step_of(held(app), "overdue")
    assert given is not None
    assert given["teams"] == [{"team": "North team", "audience": ["service_manager"]}]
    page = client_request.get("/ladder")
    assert "North team: service manager" in page.text.replace("\n", " ").replace("  ", " ")
    client_request.post("/ladder/steps/overdue", a_step(version="1", audience=["lead"]))
    given = step_of(held(app), "overdue")
    assert given is not None
    assert "teams" in given
    client_request.post(address, {"version": "2", "audience": ["lead"], "as_usual": "yes", **NOTE})
    given = step_of(held(app), "overdue")
    assert given is not None
    assert "teams" not in given
    client_request.get("/ladder/teams/overdue/77", status=404)


def test_working_hours(client_request: ClientRequest, app: Flask) -> None:
    client_request.sign_in("Ed").get("/ladder/working-hours")
    wrong = {"version": "0", "opens": "9", "closes": "08:00", "weekdays": [], **NOTE}
    page = client_request.post("/ladder/working-hours", wrong, status=200)
    assert "Write a time of day like 08:00." in page.text
    assert "Choose at least one day" in page.text
    good = {"version": "0", "opens": "09:00", "closes": "17:00", "weekdays": ["sat"], **NOTE}
    client_request.post("/ladder/working-hours", good)
    assert held(app)["window"] == {"opens": "09:00", "closes": "17:00", "weekdays": ["sat"]}


def test_two_people_from_the_same_page(client_request: ClientRequest, app: Flask) -> None:
    """The second is told what changed, keeps what they typed, and may save it over the first's."""
    client_request.sign_in("Ed").post("/ladder/steps/due_soon", a_step(audience=["lead"], hours="30", side="before"))
    page = client_request.post("/ladder/steps/new", a_step(note="Mine."), status=200)
    assert "Somebody else saved the ladder" in page.text
    assert "24 hours before the deadline" in page.text
    assert "30 hours before the deadline" in page.text
    assert (page.value_of("version"), page.value_of("note"), page.value_of("name")) == ("1", "Mine.", "director")
    client_request.post("/ladder/steps/new", a_step(version="1", note="Mine."))
    now = held(app)
    assert [step["offset_hours"] for step in now["rungs"]] == [-30, 0, 24, 96, 120]


def test_versions_differences_and_restoring(client_request: ClientRequest, app: Flask) -> None:
    client_request.sign_in("Ed").post("/ladder/steps/new", a_step())
    page = client_request.get("/ladder/versions/1")
    assert "120 hours after the deadline: head of service" in page.text
    page = client_request.get("/ladder/versions/0")
    assert "Restore it" in page.text
    missing = client_request.post("/ladder/versions/0", {"version": "1", "note": ""}, status=200)
    assert "Say what changes, and why." in missing.text
    late = client_request.post("/ladder/versions/0", {"version": "0", **NOTE}, status=200)
    assert "Somebody else saved the ladder" in late.text
    client_request.post("/ladder/versions/0", {"version": "1", **NOTE})
    assert held(app) == wiring(app).settings.ladder_definition
    assert session().scalars(select(LadderVersion.version_no).order_by(LadderVersion.version_no)).all() == [1, 2]
    client_request.get("/ladder/versions/9", status=404)


def test_down_and_up_as_a_file(client_request: ClientRequest, app: Flask) -> None:
    file = client_request.sign_in("Ed").raw("GET", "/ladder/download").get_data(True)
    assert "[[rungs]]" in file

    def upload(text: str) -> Any:
        sent = {"csrf_token": client_request.csrf_token(), "file": (io.BytesIO(text.encode()), "ladder.toml")}
        return client_request.raw("POST", "/ladder/upload", data=sent, content_type="multipart/form-data")

    client_request.get("/ladder/upload")
    assert "no ladder file in TOML" in upload("rungs = [").get_data(True)
    changed = file.replace("offset_hours = 96", "offset_hours = 100")
    shown = upload(changed).get_data(True)
    assert "100 hours after the deadline" in shown
    sent = {"text": changed, "version": "0", "note": ""}
    assert "Say what changes" in client_request.post("/ladder/upload/save", sent, status=200).text
    client_request.post("/ladder/upload/save", {**sent, **NOTE})
    assert held(app)["rungs"][-1]["offset_hours"] == 100
    late = client_request.post("/ladder/upload/save", {**sent, **NOTE, "text": file}, status=200)
    assert "Somebody else saved the ladder" in late.text
    wrong = client_request.post("/ladder/upload/save", {**sent, **NOTE, "text": "x = 1"}, status=200)
    assert "A ladder has no key" in wrong.text
