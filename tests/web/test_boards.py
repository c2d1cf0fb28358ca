"""My interviews and My team: what each shows, to whom, and what can be done from them."""

from datetime import timedelta

from tests.conftest import NOON
from tests.web.boards_day import built, database_url, kept, people
from tests.web.conftest import ClientRequest
from tests.web.page import Page
from tests.working_day import Built
from tracker.core.terms import Role
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import ChildContact, Interview, PersonRole

__all__ = ["built", "database_url", "kept", "people"]


def links(page: Page) -> dict[str, str]:
    """Words → address."""
    return {link.text: link.attributes.get("href", "") for link in page.all("a")}


def test_an_interviewers_day(client_request: ClientRequest, built: Built) -> None:
    page = client_request.sign_in("Bob").get("/my-interviews")
    for sentence in (
        "8 clocks run for 7 children",
        "3 due in 24 hours",
        "15:00 Bela Belason",
        "The library café, upstairs",
        "10:00 Cato Catoson",
        "Its time has passed: was it held?",
        "2 attempts, nobody reached",
        "Farshire County Council was asked 20 h ago: no answer yet",
        "after the deadline",
        "Please say what she asked us to do.",
        "He would rather talk in the car than indoors.",
        "Held 30 h ago",
    ):
        assert sentence in page.text, sentence
    assert not [name for name in ("Hywel", "Ifan", "Mabli") if name in page.text], "children of others"
    assert not page.all("table"), "cards, for a phone"


def test_everything_is_one_tap_away(client_request: ClientRequest, built: Built) -> None:
    found = links(client_request.sign_in("Bob").get("/my-interviews"))
    numbers = {address for address in found.values() if address.startswith("tel:")}
    assert numbers == {"tel:07700900123", "tel:+447700900456"}
    episode, interview = built.episodes, built.interviews
    assert found["It was held: Cato Catoson"] == f"/episodes/{episode['Cato']}/interview/completed?from=mine"
    assert found["Not held: Cato Catoson"].startswith(f"/interviews/{interview['Cato']}/visits/")
    assert found["Record the next attempt: Asha Ashason"] == f"/episodes/{episode['Asha']}/interview/attempt?from=mine"
    assert found["Record that it was held: Cato Catoson"].endswith("/interview/completed?from=mine")
    assert found["Write it up: Dilys Dilysson"] == f"/interviews/{interview['Dilys']}/form"
    assert found["Make the changes: Jodi Jodison"] == f"/interviews/{interview['Jodi']}/form"
    for address in found.values():
        if address.startswith(("/episodes/", "/interviews/")):
            client_request.raw("GET", address).close()
            assert client_request.raw("GET", address).status_code in (200, 302), address


def test_what_is_saved_from_it_leads_back(client_request: ClientRequest, built: Built) -> None:
    address = f"/episodes/{built.episodes['Cato']}/interview/completed?from=mine"
    client = client_request.sign_in("Bob")
    sent = {
        "episode_ids": built.episodes["Cato"], "completed_at-day": "16", "completed_at-month": "11",
        "completed_at-year": "2026", "completed_at-time": "11:00", "interviewer_name": "Bob Testworker",
    }  # fmt: skip
    assert client.post(address, sent).location == "/my-interviews"
    page = client.get("/my-interviews")
    assert "To write up 2" in page.text and "was it held?" not in page.text


def test_a_clock_stands_before_a_write_up_that_is_returned(client_request: ClientRequest, built: Built) -> None:
    text = client_request.sign_in("Bob").get("/my-interviews").text
    assert text.index("To do 7") < text.index("Returned for changes 1") < text.index("To write up")


def test_a_visit_of_another_day_says_which(client_request: ClientRequest, built: Built) -> None:
    with writing() as current:
        current.get_one(Interview, built.interviews["Cato"]).planned_at = NOON - timedelta(hours=19)
    page = client_request.sign_in("Bob").get("/my-interviews")
    assert "15 Nov 2026, 17:00 Cato Catoson" in page.text


def test_an_empty_day_is_kind_and_useful(client_request: ClientRequest) -> None:
    page = client_request.sign_in("Bob").get("/my-interviews")
    for sentence in (
        "No clock runs for a child of yours.",
        "When an interview is allocated to you, it stands here",
        "Every interview that you held is written up. Thank you.",
    ):
        assert sentence in page.text


def test_the_start_is_where_the_day_begins(client_request: ClientRequest) -> None:
    starts = {
        "Alice": "/today", "Bob": "/my-interviews", "Charlie": "/month", "Dana": "/today", "Ed": "/alerts",
        "Fay": "/audit",
    }  # fmt: skip
    for name, start in starts.items():
        assert client_request.sign_in(name).get("/", status=302).location == start


def test_who_may_open_them(client_request: ClientRequest) -> None:
    for name, mine, team in (
        ("Alice", 200, 200), ("Bob", 200, 403), ("Charlie", 403, 403), ("Dana", 200, 200), ("Ed", 403, 403),
        ("Fay", 403, 403),
    ):  # fmt: skip
        client_request.sign_in(name)
        client_request.get("/my-interviews", status=mine)
        client_request.get("/my-team", status=team)
    client_request.sign_in("Bob").get(f"/my-team/people/{client_request.people['Alice']}", status=403)


def test_a_managers_team(client_request: ClientRequest, built: Built) -> None:
    page = client_request.sign_in("Dana").get("/my-team")
    rows = [row.text for row in page.all("tr", class_="app-row--amber")]
    assert len(rows) == 2 and "Bob Testworker" in rows[0]
    assert "Away until 20 Nov 2026, 12:00" in rows[1]
    for sentence in (
        "“Not required”, to approve 1",
        "Seen by us within the hour.",
        "Proposed by Alice Testworker, just now.",
        "Declined, 9 h ago",
        "Iola Awayworker, away until 20 Nov 2026, 12:00",
        "Ifan Ifanson : 2 h left",
    ):
        assert sentence in page.text, sentence
    assert "Hywel" not in page.text, "of another team"
    found = links(page)
    assert found["Review: Lowri Lowrison"] == f"/interviews/{built.interviews['Lowri']}/review"
    assert found["Decide: Mabli Mablison"].endswith("?from=team")


def test_another_team_with_what_is_overdue_and_why(client_request: ClientRequest, built: Built) -> None:
    page = client_request.sign_in("Dana").get("/my-team")
    south = next(choice.attributes["value"] for choice in page.all("option") if choice.text == "South team")
    other = client_request.get(f"/my-team?team={south}")
    assert "The police told us late Unallocated We were told 30 h after the return" in other.text
    everything = client_request.get("/my-team?team=all")
    assert "Hywel" in everything.text and "Bob Testworker" in everything.text
    assert "North team" in client_request.get("/my-team?team=nonsense").one("select", id="team").text


def test_each_number_opens_what_is_behind_it(client_request: ClientRequest, built: Built) -> None:
    page = client_request.sign_in("Dana").get("/my-team")
    found = links(page)
    bob = client_request.people["Bob"]
    assert found["8 clocks of Bob Testworker"] == f"/my-team/people/{bob}#to-do"
    behind = client_request.get(f"/my-team/people/{bob}")
    assert "Clocks, by child 8" in behind.text and "Asha Ashason" in behind.text
    assert not [a for a in behind.all("a") if a.attributes["href"].startswith("tel:")]
    client_request.get("/my-team/people/99999", status=404)


def test_absences_are_covered_in_bulk(client_request: ClientRequest, built: Built) -> None:
    client = client_request.sign_in("Dana")
    ifan, bob = built.interviews["Ifan"], client.people["Bob"]
    assert "Tick at least one interview." in client.post("/my-team/cover", {"person_id": bob}, status=200).errors()
    done = client.post("/my-team/cover", {"interview_ids": [ifan], "person_id": bob}, follow=True, status=200)
    assert "1 interview is given to somebody who is here." in done.text
    assert "Nobody who is away has an interview whose clock runs." in done.text
    assert session().get_one(Interview, ifan).allocated_to_id == bob


def test_a_senior_manager_looks_and_allocates_nothing(client_request: ClientRequest, built: Built) -> None:
    with writing() as current:
        current.query(PersonRole).filter_by(person_id=client_request.people["Dana"]).delete()
        current.add(PersonRole(person_id=client_request.people["Dana"], role=str(Role.HEAD_OF_SERVICE)))
    page = client_request.sign_in("Dana").get("/my-team")
    assert "Hywel" in page.text, "all teams"
    assert not page.all("input", type="checkbox") and not page.all("select", id="person_id")
    client_request.post("/my-team/cover", {"interview_ids": [1], "person_id": 1}, status=403)


def test_today_shows_the_work_of_the_day(client_request: ClientRequest, built: Built) -> None:
    page = client_request.sign_in("Alice").get("/today")
    for sentence in (
        "2 attempts, nobody reached",
        "Planned after the deadline",
        "Farshire County Council was asked 20 h ago: no answer yet",
        "Their time has passed: held or not? 1",
        "Visits still to come today 1",
        "Held, not written up 1",
        "Asked of other councils, no answer 1",
        "Likely to be missed",
    ):
        assert sentence in page.text, sentence


def test_who_cares_for_a_child_is_not_given_the_interview_in_bulk(client_request: ClientRequest, built: Built) -> None:
    client = client_request.sign_in("Alice")
    with writing() as current:
        for name in ("Hywel", "Ifan"):
            current.add(
                ChildContact(
                    child_id=built.children[name], relation="social_worker", name="Bob Testworker", added_at=NOON
                )
            )
    bob, sentence = client.people["Bob"], "so they are not independent."
    today = client.post("/today/allocate", {"episode_ids": [built.episodes["Hywel"]], "person_id": bob}, status=200)
    team = client.post("/my-team/cover", {"interview_ids": [built.interviews["Ifan"]], "person_id": bob}, status=200)
    assert any(sentence in error for error in today.errors()) and any(sentence in error for error in team.errors())
