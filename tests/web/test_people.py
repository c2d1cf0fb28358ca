"""People, roles and teams: the administrator's pages."""

from datetime import UTC, datetime

import pytest

from tests.web.conftest import ClientRequest
from tracker.core.terms import Role
from tracker.services.context import Context
from tracker.services.pages import people as pages
from tracker.services.pages.people import PersonRow
from tracker.services.people import verify_password
from tracker.store.db import db
from tracker.web.access import ROLE_PERMISSIONS, Permission
from tracker.web.people.forms import ROLE_HINTS


@pytest.fixture
def ed(client_request: ClientRequest) -> ClientRequest:
    return client_request.sign_in("Ed")


def row(context: Context, person_id: int) -> PersonRow:
    db.session.rollback()
    found = pages.person(context, person_id)
    assert found is not None
    return found


def test_everybody_is_listed_with_roles_and_state(ed: ClientRequest) -> None:
    page = ed.get("/people")
    for words in ("Alice Testworker", "Missing-children lead", "Fay Testworker", "North team", "No password yet"):
        assert words in page.text
    assert page.one("a", href="/people").attributes["aria-current"] == "true"


def test_whoever_gives_a_role_reads_that_it_shows_children(ed: ClientRequest) -> None:
    page = " ".join(ed.get("/people/new").text.split())
    for role, permissions in ROLE_PERMISSIONS.items():
        names_children = {Permission.SEE_FREQUENT, Permission.SEE_CHILDREN} & permissions
        hint = ROLE_HINTS[role]
        assert hint in page
        told = "children" in hint or "everything" in hint or hint.startswith("As ")
        assert told or not names_children, role


def test_a_person_is_added_and_can_sign_in(ed: ClientRequest, context: Context) -> None:
    sent = {
        "name": "Gus Testworker",
        "email": "Gus@Council.invalid",
        "roles": ["interviewer", "lead"],
        "team": "1",
        "password": "plainly invented words",
    }
    page = ed.post("/people/new", sent, status=200, follow=True)
    assert "The person is added." in page.text
    assert "Gus Testworker" in page.text
    verified = verify_password("gus@council.invalid", "plainly invented words")
    assert verified is not None
    assert verified.roles == {Role.INTERVIEWER, Role.LEAD}
    assert row(context, verified.id).team == "North team"


@pytest.mark.parametrize(
    ("sent", "sentences"),
    [
        ({}, {"Enter their name.", "Enter their email address."}),
        ({"name": "G", "email": "g@council.invalid"}, {"role"}),
        ({"name": "G", "email": "alice@council.invalid", "roles": ["lead"]}, {"address"}),
        ({"name": "G", "email": "g@council.invalid", "roles": ["lead"], "password": "short"}, {"12 characters"}),
        ({"name": "G", "email": "g@council.invalid", "roles": ["king"]}, {"Choose from the list."}),
        ({"name": "G", "email": "g@council.invalid", "roles": ["lead"], "team": "99"}, {"Choose from the list."}),
    ],
)
def test_what_cannot_be_added_is_told_in_sentences(
    ed: ClientRequest, sent: dict[str, object], sentences: set[str]
) -> None:
    page = ed.post("/people/new", {"team": "", **sent}, status=200)
    for sentence in sentences:
        assert any(sentence in error for error in page.errors()), page.errors()
    assert page.value_of("name") == sent.get("name", "")


def test_name_roles_and_team_are_changed(ed: ClientRequest, people: dict[str, int], context: Context) -> None:
    address = f"/people/{people['Bob']}/change"
    page = ed.get(address)
    assert page.value_of("name") == "Bob Testworker"
    assert [e.attributes["value"] for e in page.all("input", name="roles") if "checked" in e.attributes] == [
        "interviewer"
    ]
    sent = {"name": "Robert Testworker", "email": "bob@council.invalid", "roles": ["manager"], "team": ""}
    page = ed.post(address, sent, status=200, follow=True)
    assert page.h1 == "Robert Testworker"
    changed = row(context, people["Bob"])
    assert (changed.roles, changed.team) == ({Role.MANAGER}, None)


def test_the_last_administrator_stays_one(ed: ClientRequest, people: dict[str, int]) -> None:
    sent = {"name": "Ed Testworker", "email": "ed@council.invalid", "roles": ["lead"], "team": "1"}
    page = ed.post(f"/people/{people['Ed']}/change", sent, status=200)
    assert any("administrator" in error for error in page.errors())
    ed.post(f"/people/{people['Ed']}/disable", status=422)


def test_an_absence_begins_and_ends(ed: ClientRequest, people: dict[str, int], context: Context) -> None:
    address = f"/people/{people['Alice']}/absence"
    begins = {"away_from-day": "16", "away_from-month": "11", "away_from-year": "2026", "away_from-time": "9am"}
    page = ed.post(address, begins, status=200, follow=True)
    assert "from 16 Nov 2026, 09:00" in page.text
    assert row(context, people["Alice"]).away_from == datetime(2026, 11, 16, 9, tzinfo=UTC)
    assert row(context, people["Alice"]).is_away
    shown = ed.get(address)
    assert shown.value_of("away_from-time") == "09:00"
    ed.post(address, {}, status=302)
    assert not row(context, people["Alice"]).is_away


def test_an_absence_that_ends_before_it_begins_is_refused(ed: ClientRequest, people: dict[str, int]) -> None:
    sent = {f"{name}-{box}": text for name, day in (("away_from", "17"), ("away_until", "16"))
            for box, text in (("day", day), ("month", "11"), ("year", "2026"), ("time", "9:00"))}  # fmt: skip
    page = ed.post(f"/people/{people['Alice']}/absence", sent, status=200)
    assert len(page.errors()) == 1
    assert page.one("a", href="#away_from-day")


def test_a_password_is_set(ed: ClientRequest, people: dict[str, int]) -> None:
    address = f"/people/{people['Bob']}/password"
    assert "12 characters" in " ".join(ed.post(address, {"password": "short"}, status=200).errors())
    ed.post(address, {"password": "plainly invented words"})
    assert verify_password("bob@council.invalid", "plainly invented words") is not None


def test_somebody_is_stopped_and_let_in_again(ed: ClientRequest, people: dict[str, int], context: Context) -> None:
    page = ed.post(f"/people/{people['Bob']}/disable", status=200, follow=True)
    assert "Cannot sign in" in page.text
    assert not row(context, people["Bob"]).is_active
    page = ed.post(f"/people/{people['Bob']}/enable", status=200, follow=True)
    assert row(context, people["Bob"]).is_active


def test_teams_are_added_and_renamed(ed: ClientRequest) -> None:
    assert "The team is added." in ed.post("/people/teams", {"name": "South team"}, status=200, follow=True).text
    assert ed.post("/people/teams", {"name": "South team"}, status=200).errors()
    page = ed.post("/people/teams/2", {"name": "Coast team"}, status=200, follow=True)
    assert "Coast team" in page.text
    assert "South team" not in page.text


@pytest.mark.parametrize("path", ["/people/99", "/people/99/change", "/people/99/absence", "/people/teams/99"])
def test_nobody_there(ed: ClientRequest, path: str) -> None:
    assert ed.get(path, status=404).h1 == "Page not found"
