"""Today: what stands on it, in which order, for whom, and allocating from it."""

import re
from datetime import timedelta

import pytest
from flask import Flask

from tests import factories
from tests.conftest import NOON
from tests.reports import as_csv, receive, receive_bytes
from tests.reports import row as reported
from tests.web.conftest import ClientRequest
from tests.web.day import Day, built, context_of, database_url, day, people
from tests.web.page import Page
from tracker.core.terms import Role
from tracker.services.acknowledge_alert import acknowledge
from tracker.services.correct_episode import correct_episode
from tracker.services.record_interview import bulk_allocate, record_completed
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import Alert, Episode, Interview, Person, PersonRole

__all__ = ["built", "database_url", "day", "people"]


def rows_of(page: Page) -> list[str]:
    """The text of every row of the tables of clocks."""
    return [row.text for row in page.all("tr") if row.text and "Returned" not in row.text]


def test_empty_database_is_calm(client_request: ClientRequest) -> None:
    page = client_request.sign_in("Alice").get("/today")
    for sentence in (
        "Nothing is overdue.",
        "No clock is running.",
        "Nothing waits for a decision.",
        "No child is recorded as missing.",
        "Nothing is held yet",
    ):
        assert sentence in page.text
    assert {"/reports/new", "/episodes/new"} <= {link.attributes["href"] for link in page.all("a")}
    assert "None has come." in page.text


def test_the_clocks_stand_in_order_and_a_waiting_line_among_them(client_request: ClientRequest, day: Day) -> None:
    rows = rows_of(client_request.sign_in("Alice").get("/today"))
    order = [
        "40 days overdue",
        "20 days overdue",
        "30 h overdue",
        "2 h overdue",
        "5 h left",
        "40 h left",
        "2 days 2 h left",
    ]
    assert [next(words for words in order if words in row) for row in rows[:7]] == order
    waiting = next(place for place, row in enumerate(rows) if "Row 5 of thames-valley" in row)
    assert "2 days 12 h left" in rows[waiting] and "2 days 14 h left" in rows[waiting + 1]


def test_state_is_told_in_words_beside_the_colour(client_request: ClientRequest, day: Day) -> None:
    page = client_request.sign_in("Alice").get("/today")
    red, amber = page.all("tr", class_="app-row--red"), page.all("tr", class_="app-row--amber")
    assert len(red) == 4 and all("overdue" in row.text for row in red)
    assert len(amber) == 1 and "5 h left" in amber[0].text
    assert "Unallocated" in red[0].text and "Bob Testworker" in red[3].text


def test_the_counts_at_the_top_lead_to_their_parts(client_request: ClientRequest, day: Day) -> None:
    page = client_request.sign_in("Alice").get("/today")
    ids = {element.attributes["id"] for element in page.elements if "id" in element.attributes}
    counts = {
        link.text: link.attributes["href"][1:] for link in page.all("a") if link.attributes["href"].startswith("#")
    }
    assert set(counts.values()) <= ids
    assert {"4 overdue", "1 due in 24 hours", "8 clocks running", "10 unallocated", "8 to decide"} <= counts.keys()


@pytest.mark.parametrize(
    "sentence",
    [
        "The police say: still missing 1",
        "Lines of reports 2",
        "Same episode? 1",
        "The police’s value differs 1",
        "Risk: we hold Low (Alice Testworker, 16 Nov 2026, 12:00 ) The police say High ( row 3 of receipt 2",
        "Episodes that overlap 2",
        "“Not required”, to approve 1",
        "Not yet back 3",
        "Found, not returned 1",
        "New repeat flags 2",
        "Reports of the last 24 hours 2",
        "3 waiting",
    ],
)
def test_everything_that_waits_stands_on_it(client_request: ClientRequest, day: Day, sentence: str) -> None:
    assert sentence in client_request.sign_in("Alice").get("/today").text


def test_nobody_would_be_told_is_red_and_names_the_step(client_request: ClientRequest, people: dict[str, int]) -> None:
    with writing() as current:
        current.query(PersonRole).filter(PersonRole.role.in_([str(Role.LEAD), str(Role.MANAGER)])).delete()
        current.add(PersonRole(person_id=people["Bob"], role=str(Role.HEAD_OF_SERVICE)))
        current.query(Person).filter_by(id=people["Bob"]).update(
            {"away_from": NOON, "away_until": NOON + timedelta(days=9)}
        )
    page = client_request.sign_in("Bob").get("/today")
    panel = page.one("section", class_="app-told")
    assert "Nobody would be told" in panel.text and "overdue" in panel.text


def test_an_interviewer_sees_their_own_children_only(client_request: ClientRequest, day: Day) -> None:
    page = client_request.sign_in("Bob").get("/today")
    assert "Carabel" in page.text and "Benny" in page.text
    assert not [name for name in ("Anwen", "Devon", "Finlo", "thames-valley") if name in page.text]
    assert not page.all("form", id="allocate")
    assert "Record interview" in page.text


def test_who_has_no_part_in_records_may_not_open_it(client_request: ClientRequest) -> None:
    for name in ("Charlie", "Ed", "Fay"):
        client_request.sign_in(name).get("/today", status=403)


def test_filter_by_mine_and_by_team(client_request: ClientRequest, day: Day) -> None:
    client_request.sign_in("Alice").post(
        "/today/allocate", {"episode_ids": day.episode("Anwen"), "person_id": client_request.people["Alice"]}
    )
    mine = client_request.get("/today?mine=yes")
    assert [name for name in ("Anwen", "Devon", "Ivy") if name in mine.text] == ["Anwen"]
    assert "Show everything" in mine.text
    south = next(choice.attributes["value"] for choice in mine.all("option") if choice.text == "South team")
    teams = client_request.get(f"/today?team={south}")
    assert "Devon" in teams.text and "Ivy" not in teams.text
    assert client_request.get("/today?team=nonsense").text.count("Ivy") > 0, "a team that is none narrows nothing"


def test_the_count_of_the_unallocated_leads_to_the_first_of_them(client_request: ClientRequest, day: Day) -> None:
    client = client_request.sign_in("Alice")
    overdue = [clock.attributes["value"] for clock in client.get("/today").all("input", name="episode_ids")][:4]
    client.post("/today/allocate", {"episode_ids": overdue, "person_id": client.people["Bob"]})
    page = client.get("/today")
    (count,) = [link for link in page.all("a", href="#unallocated") if "unallocated" in link.text]
    row = page.one("tr", id="unallocated")
    assert "Unallocated" in row.text and "overdue" not in row.text
    assert count.text.split()[0].isdecimal()


def test_with_more_clocks_than_are_shown_the_unallocated_are_found_and_allocated(
    app: Flask, client_request: ClientRequest, people: dict[str, int]
) -> None:
    context, last = context_of(people), []
    with writing() as current:
        for place in range(40):
            child = factories.child(current, f"Manyson{place}")
            returned = NOON - timedelta(hours=60 - place)
            row = factories.episode(current, child, returned - timedelta(hours=3), returned, context=context)
            last.append(row.id)
    bulk_allocate(context, episode_ids=last[:38], person_id=people["Bob"])
    client = client_request.sign_in("Alice")
    (count,) = [link for link in client.get("/today").all("a") if link.text == "2 unallocated"]
    page = client.get(count.attributes["href"])
    assert [box.attributes["value"] for box in page.all("input", name="episode_ids")] == [str(id_) for id_ in last[38:]]
    assert "Clocks running 2" in page.text and "Show everything" in page.text
    post = page.one("form", id="allocate").attributes["action"]
    done = client.post(post, {"episode_ids": last[38:], "person_id": people["Bob"]}, follow=True, status=200)
    assert "No running clock is nobody’s." in done.text


def test_allocate_the_ticked(client_request: ClientRequest, day: Day) -> None:
    ids = [day.episode("Anwen"), day.episode("Devon")]
    client = client_request.sign_in("Alice")
    done = client.post(
        "/today/allocate", {"episode_ids": ids, "person_id": client.people["Bob"]}, follow=True, status=200
    )
    assert "2 interviews are allocated to Bob Testworker." in done.text
    session().rollback()
    assert session().query(Interview).filter_by(allocated_to_id=client.people["Bob"]).count() == 4


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"person_id": "1"}, "Tick at least one clock to allocate."),
        ({"episode_ids": "1"}, "Choose a person to allocate to."),
        ({"episode_ids": "99999999999999999999", "person_id": "1"}, "There is no such episode."),
        ({"episode_ids": "4711", "person_id": "1"}, "There is no such episode."),
        ({"episode_ids": "1", "person_id": "4711"}, "Choose from the list."),
    ],
)
def test_allocating_nothing_or_to_nobody_is_a_sentence_on_the_page(
    client_request: ClientRequest, day: Day, sent: dict[str, str], sentence: str
) -> None:
    client = client_request.sign_in("Alice")
    if sent.get("person_id") == "1":
        sent = {**sent, "person_id": str(client.people["Bob"])}
    page = client.post("/today/allocate", sent, status=200)
    assert sentence in page.errors()
    assert page.h1.endswith("Today") and page.one("title").text.startswith("Error:")


def test_what_was_ticked_stays_ticked(client_request: ClientRequest, day: Day) -> None:
    page = client_request.sign_in("Alice").post("/today/allocate", {"episode_ids": [day.episode("Devon")]}, status=200)
    ticked = [box for box in page.all("input", type="checkbox") if "checked" in box.attributes]
    assert [box.attributes["id"] for box in ticked] == [f"tick-{day.episode('Devon')}"]


def test_a_clock_is_allocated_in_four_clicks(client_request: ClientRequest, day: Day) -> None:
    client = client_request.sign_in("Alice")
    link = next(a for a in client.get("/today").all("a") if a.text == "Allocate Anwen Anwenson")
    form = client.get(link.attributes["href"])
    assert form.h1.endswith("Allocate the interview")
    back = client.post(link.attributes["href"], {"person_id": client.people["Bob"], "independent": "yes"})
    assert back.location == "/today"


def test_a_plan_that_somebody_gave_stands_beside_the_clock(client_request: ClientRequest, day: Day) -> None:
    alert = session().query(Alert).filter_by(episode_id=day.episode("Anwen")).one().reference
    session().rollback()
    acknowledge(context_of(client_request.people), reference=alert, planned_at=NOON + timedelta(hours=4))
    page = client_request.sign_in("Alice").get("/today")
    assert "planned for 16 Nov 2026, 16:00" in page.text


def test_an_interview_before_a_corrected_end_is_to_be_checked(client_request: ClientRequest, day: Day) -> None:
    alice, id_ = context_of(client_request.people), day.episode("Carabel")
    record_completed(alice, episode_ids=[id_], completed_at=NOON - timedelta(hours=2))
    version = session().get_one(Episode, id_).version
    session().rollback()
    correct_episode(alice, episode_id=id_, version=version, values={"returned_at": NOON - timedelta(hours=1)})
    page = client_request.sign_in("Alice").get("/today")
    assert "Interviews dated before the end 1" in page.text
    assert f"/episodes/{id_}" in [a.attributes["href"] for a in page.all("a") if a.text.startswith("Look")]


def test_what_came_in_the_night(app: Flask, client_request: ClientRequest, people: dict[str, int]) -> None:
    context = context_of(people)
    receive_bytes(app, context, b"", filename="empty.csv")
    receive_bytes(app, context, as_csv([]), filename="nil.csv")
    page = client_request.sign_in("Alice").get("/today")
    assert "Refused. " in page.text and "A nil return: no lines." in page.text


def test_a_report_that_has_not_come_is_told(app: Flask, client_request: ClientRequest, people: dict[str, int]) -> None:
    receive(app, context_of(people, now=NOON - timedelta(hours=30)), reported())
    page = client_request.sign_in("Alice").get("/today")
    assert "None has come. The last came 15 Nov 2026, 06:00 , 30 h ago." in page.text


def test_more_than_can_be_shown_leads_to_the_list(client_request: ClientRequest, people: dict[str, int]) -> None:
    with writing() as current:
        of = factories.child(current, "Manyson")
        for place in range(101):
            factories.episode(current, of, NOON - timedelta(hours=5 + place))
    page = client_request.sign_in("Alice").get("/today")
    assert re.search(r"The first \d+ of 101 are shown\.", page.text) and "101 not yet back" in page.text
    link = next(a for a in page.all("a") if a.text == "See all in the list of episodes")
    assert "101 episodes" in client_request.get(link.attributes["href"]).text


def test_many_episodes_cost_no_more_queries(app: Flask, client_request: ClientRequest, people: dict[str, int]) -> None:
    def statements() -> int:
        from sqlalchemy import event

        from tracker.store.db import db

        seen: list[str] = []
        listener = lambda *given: seen.append(given[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", listener)
        client_request.sign_in("Alice").get("/today")
        event.remove(db.engine, "before_cursor_execute", listener)
        return len(seen)

    context = context_of(people)

    def more(number: int) -> None:
        with writing() as current:
            for place in range(number):
                of = factories.child(current, f"Manyson{place}")
                factories.episode(current, of, NOON - timedelta(hours=70 + 6 * place % 40), hours=3, context=context)
                factories.episode(current, of, NOON - timedelta(hours=5), context=context)

    more(3)
    few = statements()
    more(40)
    assert statements() <= few
