"""Episodes in the browser: the list, one episode, logging by hand, and every change a person may make."""

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from tests import factories
from tests.conftest import NOON
from tests.web.conftest import ClientRequest
from tests.web.day import Day, built, context_of, database_url, day, people
from tests.web.page import Page
from tracker.core.terms import ExclusionReason, Role
from tracker.services.correct_episode import correct_episode, exclude_episode
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import AuditEntry, Child, Episode, PersonRole

__all__ = ["built", "database_url", "day", "people"]

FORMS = ("found", "return", "correct", "exclude", "overlap", "breach-reason", "still-missing?answer=still_missing")


def instant(name: str, at: str) -> dict[str, str]:
    """The boxes of a date and time: `instant("found_at", "16 11 2026 09:30")`."""
    given = dict(zip(("day", "month", "year", "time"), at.split(), strict=False))
    return {f"{name}-{box}": given.get(box, "") for box in ("day", "month", "year", "time")}


def held(episode_id: int) -> Episode:
    session().rollback()
    return session().get_one(Episode, episode_id)


def actions(page: Page) -> list[str]:
    """What can be done with the episode; who was told is there to be read."""
    own = [link for link in page.all("a") if link.attributes["href"].startswith(page_path(page))]
    return [link.text for link in own if not link.attributes["href"].endswith("/told")]


def page_path(page: Page) -> str:
    return urlsplit(page.response.request.path).path


# the list


def test_empty_database(client_request: ClientRequest) -> None:
    page = client_request.sign_in("Alice").get("/episodes")
    assert "No episode is held yet." in page.text and page.h1 == "Episodes"


def test_list_shows_state_and_clock_in_words(client_request: ClientRequest, day: Day) -> None:
    page = client_request.sign_in("Alice").get("/episodes")
    assert "16 episodes" in page.text
    row = next(row.text for row in page.all("tr") if "Carabel" in row.text and "Due soon" in row.text)
    assert "5 h left" in row and "Bob Testworker" in row


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        ({"state": "open"}, {"Anwen", "Benny", "Carabel", "Devon", "Evie", "Hallam", "Jossie", "Ivy"}),
        ({"state": "overdue"}, {"Anwen", "Benny", "Carabel"}),
        ({"state": "found_not_returned"}, {"Gussie"}),
        ({"kind": "no_apparent_risk"}, {"Nolan"}),
        ({"cohort": "other"}, {"Devon"}),
        ({"mine": "yes"}, set()),
        ({"risk": "high", "state": "overdue"}, {"Anwen"}),
        ({"started_from": "2026-11-16"}, {"Finlo", "Nolan"}),
        ({"started_to": "2026-10-31"}, {"Carabel"}),
        ({"returned_from": "2026-11-16", "returned_to": "2026-11-16"}, {"Evie", "Nolan", "Ivy"}),
        ({"text": "anwens"}, {"Anwen"}),
        ({"text": "TV26000501"}, {"Ivy"}),
        ({"text": "nobody of this name"}, set()),
    ],
)
def test_filter(client_request: ClientRequest, day: Day, chosen: dict[str, str], names: set[str]) -> None:
    page = client_request.sign_in("Alice").post("/episodes/search", chosen, follow=True, status=200)
    assert {name for name in day.episodes if name in page.text} == names
    for name, choice in chosen.items():
        if name not in ("text", "mine"):
            assert any(e.attributes.get("value") == choice for e in page.elements if e.name in ("option", "input")), (
                "what was chosen stays in the filter"
            )


def test_a_nul_typed_or_pasted_does_no_harm(client_request: ClientRequest, day: Day) -> None:
    page = client_request.sign_in("Alice").post("/episodes/search", {"text": "anw\x00ens"}, follow=True, status=200)
    assert "Anwen" in page.text and page.value_of("text") == "anwens"


def test_the_text_searched_for_is_in_no_address(client_request: ClientRequest, day: Day) -> None:
    client = client_request.sign_in("Alice")
    sent = client.post("/episodes/search", {"text": "Anwenson", "state": "overdue"})
    address = urlsplit(sent.location)
    assert "nwen" not in sent.location.lower()
    assert parse_qs(address.query).keys() == {"state", "search"}
    assert client.get(sent.location).value_of("text") == "Anwenson"
    again = client.post("/episodes/search", {"text": "Anwenson", "state": "overdue"})
    assert again.location == sent.location, "the same search keeps its address"


def test_a_search_is_its_own_sessions_only(client_request: ClientRequest, day: Day) -> None:
    sent = client_request.sign_in("Alice").post("/episodes/search", {"text": "Anwenson"})
    page = client_request.sign_in("Dana").get(sent.location)
    assert "held no longer" in page.text and "Anwen" not in page.text


@pytest.mark.parametrize("query", ["state=x", "team=9999999999999", "cohort=x", "started_from=31-31-31", "kind=x"])
def test_a_nonsense_address_is_a_sentence_and_no_list(client_request: ClientRequest, day: Day, query: str) -> None:
    page = client_request.sign_in("Alice").get(f"/episodes?{query}")
    assert page.errors() and "Anwen" not in page.text


def test_25_a_page(app: Flask, client_request: ClientRequest, people: dict[str, int]) -> None:
    with writing() as current:
        of = factories.child(current, "Manyson")
        for place in range(30):
            factories.episode(current, of, NOON - timedelta(days=place + 10), hours=2)
    client = client_request.sign_in("Alice")
    first = client.get("/episodes?kind=missing")
    assert "30 episodes page 1 of 2" in first.text and len(first.all("tr")) == 26
    following = next(a for a in first.all("a") if a.text.startswith("Next"))
    assert "kind=missing" in following.attributes["href"]
    assert len(client.get(following.attributes["href"]).all("tr")) == 6
    assert "No episode is like this" in client.get("/episodes?kind=missing&page=9").text
    assert len(client.get("/episodes?page=-1").all("tr")) == 26


def test_a_search_with_a_slip_leads_to_the_children_like_it(client_request: ClientRequest, day: Day) -> None:
    client = client_request.sign_in("Alice")
    assert not [
        one for one in client.get("/episodes").all("form") if one.attributes.get("action") == "/children/search"
    ]
    page = client.post("/episodes/search", {"text": "Anwin Anwensson"}, follow=True, status=200)
    form = page.one("form", action="/children/search")
    assert "Look for a child with a name like it" in form.text
    found = client.post("/children/search", {"text": "Anwin Anwensson"}, follow=True, status=200)
    assert "Anwen Anwenson" in found.text and "This child has a name like it" in found.text


def test_an_interviewer_lists_their_own_only(client_request: ClientRequest, day: Day) -> None:
    page = client_request.sign_in("Bob").get("/episodes")
    assert {name for name in day.episodes if name in page.text} == {"Benny", "Carabel"}
    assert "Log an episode" not in page.text


@pytest.mark.parametrize("path", ["/episodes", "/episodes/1", "/episodes/new", "/children", "/children/1"])
@pytest.mark.parametrize("name", ["Charlie", "Ed", "Fay"])
def test_roles_without_records_are_refused(client_request: ClientRequest, day: Day, name: str, path: str) -> None:
    client_request.sign_in(name).get(path, status=403)


# behind a figure of the month


def test_the_list_behind_a_figure(client_request: ClientRequest, day: Day) -> None:
    page = client_request.sign_in("Alice").get("/episodes?month=2026-11&figure=interviews.overdue&cohort=all")
    assert page.h1 == "Behind the figure for November 2026 Interviews overdue"
    assert {name for name in day.episodes if name in page.text} == {"Anwen", "Benny"}
    october = client_request.get("/episodes?month=2026-10&figure=interviews.overdue&cohort=all")
    assert "2 episodes" in october.text and "Carabel" in october.text


@pytest.mark.parametrize("figure", ["children.missing", "year_to_date.children", "repeat.3_in_90.children"])
def test_a_figure_of_children_lists_children(client_request: ClientRequest, day: Day, figure: str) -> None:
    page = client_request.sign_in("Alice").get(f"/episodes?month=2026-11&figure={figure}&cohort=ours")
    links = [a.attributes["href"] for a in page.all("a") if a.attributes["href"].startswith("/children/")]
    assert f"/children/{day.child('Carabel')}" in links
    assert not [link for link in page.all("a") if link.attributes["href"].startswith("/episodes/")]


@pytest.mark.parametrize(
    "query",
    [
        "month=2026-11&figure=nothing&cohort=all",
        "month=2026-11&figure=interviews.overdue&cohort=x",
        "month=2026-11&figure=alerts.nothing&cohort=all",
        "month=2126-11&figure=interviews.overdue&cohort=all",
        "month=x&figure=interviews.overdue&cohort=all",
        "figure=interviews.overdue",
        "month=2026-11&figure=interviews.overdue&version=7",
        "month=2026-11&figure=interviews.overdue&version=x",
    ],
)
def test_a_figure_that_does_not_exist(client_request: ClientRequest, day: Day, query: str) -> None:
    client_request.sign_in("Alice").get(f"/episodes?{query}", status=404)


def test_what_a_person_may_not_see_is_counted_and_not_listed(client_request: ClientRequest, day: Day) -> None:
    with writing() as current:  # who sees the month, and of the records their own
        current.add(PersonRole(person_id=client_request.people["Bob"], role=str(Role.OPERATIONAL_GROUP)))
    page = client_request.sign_in("Bob").get("/episodes?month=2026-11&figure=interviews.overdue&cohort=all")
    assert "Benny" in page.text and "Anwen" not in page.text
    assert "1 more stands behind the figure that you may not open." in page.text


# one episode


@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        ("Anwen", ["30 h overdue", "The interview was due by 15 Nov 2026, 06:00", "No reason is recorded yet"]),
        ("Carabel", ["5 h left", "Interview allocated to Bob Testworker", "90 days", "Other episodes 2"]),
        ("Finlo", ["Not yet", "Missing from 1 Invented Lane", "The clock starts with the return"]),
        ("Gussie", ["Found, not returned", "Invented Hospital"]),
        ("Hallam", ["Waits for a manager", "Proposed as not required by Alice Testworker"]),
        ("Ivy", ["Police say still missing", "We were told 2 h after it", "from then, 19 Nov 2026, 04:00"]),
        ("Jossie", ["Overlaps another episode", "Settle the overlap"]),
        ("Kimber", ["The police’s value differs: risk", "We hold Low The police say High", "Medium became Low"]),
        ("Nolan", ["No clock", "Ask for an interview"]),
        ("Devon", ["Farshire County Council’s responsibility"]),
    ],
)  # fmt: skip
def test_one_episode(client_request: ClientRequest, day: Day, name: str, sentences: list[str]) -> None:
    page = client_request.sign_in("Alice").get(f"/episodes/{day.episode(name)}")
    assert [sentence for sentence in sentences if sentence not in page.text] == []


def test_who_was_told_and_when(client_request: ClientRequest, day: Day) -> None:
    page = client_request.sign_in("Alice").get(f"/episodes/{day.episode('Carabel')}")
    assert "Due soon 16 Nov 2026, 12:00 Bob Testworker waiting to be sent none yet" in page.text


def test_opening_an_episode_is_recorded_once(client_request: ClientRequest, day: Day, people: dict[str, int]) -> None:
    client_request.sign_in("Dana").get(f"/episodes/{day.episode('Anwen')}")
    session().rollback()
    rows = session().query(AuditEntry).filter_by(actor_id=people["Dana"], action="episode_viewed").all()
    assert [row.subject_id for row in rows] == [str(day.episode("Anwen"))]


@pytest.mark.parametrize("number", ["4711", "2147483647", "2147483648", "99999999999999999999"])
def test_no_such_episode(client_request: ClientRequest, day: Day, number: str) -> None:
    client_request.sign_in("Alice").get(f"/episodes/{number}", status=404)


def test_a_strangers_id_is_no_page_and_gives_no_hint(client_request: ClientRequest, day: Day) -> None:
    client = client_request.sign_in("Bob")
    unknown = client.get("/episodes/4711", status=404).text
    assert client.get(f"/episodes/{day.episode('Anwen')}", status=404).text == unknown
    client.get(f"/episodes/{day.episode('Anwen')}/interview/completed", status=404)
    client.post(f"/episodes/{day.episode('Anwen')}/interview/completed", {}, status=404)
    assert client.get(f"/episodes/{day.episode('Carabel')}").text.count("Carabel") > 0


def test_each_person_is_offered_what_they_may_do(client_request: ClientRequest, day: Day) -> None:
    path = f"/episodes/{day.episode('Carabel')}"
    steps = {name: set(actions(client_request.sign_in(name).get(path))) for name in ("Alice", "Bob", "Dana")}
    interviewing = {
        "Record the interview", "Record the offer", "Record a decline", "Propose: not required", "Open the interview",
    }  # fmt: skip
    assert steps["Bob"] == interviewing
    assert (
        steps["Alice"]
        == steps["Dana"]
        == interviewing
        | {"Give to somebody else", "Correct the facts", "Leave out of the counts", "This is the wrong child"}
        | {"Record the police’s prevention interview"}
    )


@pytest.mark.parametrize("form", FORMS)
def test_an_interviewer_may_not_change_episodes(client_request: ClientRequest, day: Day, form: str) -> None:
    client_request.sign_in("Bob").get(
        f"/episodes/{day.episode('Carabel')}/{form}", status=200 if "breach" in form else 403, follow=True
    )


# found, returned


def test_record_found_then_returned(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Alice"), day.episode("Finlo")
    version = client.get(f"/episodes/{id_}/found").value_of("version")
    sent = {"version": version, **instant("found_at", "16 11 2026 9:30"), "found_by": "Invented Person"}
    assert client.post(f"/episodes/{id_}/found", sent).location == f"/episodes/{id_}"
    assert "Found, not returned" in client.get(f"/episodes/{id_}").text
    version = client.get(f"/episodes/{id_}/return").value_of("version")
    sent = {"version": version, **instant("returned_at", "16 11 2026 10:15")}
    page = client.post(f"/episodes/{id_}/return", sent, follow=True, status=200)
    assert "The return is recorded." in page.text and "by 19 Nov 2026, 10:15" in page.text


def test_a_return_without_a_time_is_estimated_and_says_so(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Alice"), day.episode("Finlo")
    version = client.get(f"/episodes/{id_}/return").value_of("version")
    page = client.post(
        f"/episodes/{id_}/return",
        {"version": version, **instant("returned_at", "16 Nov 2026")},
        follow=True,
        status=200,
    )
    assert "Return time estimated" in page.text
    assert held(id_).returned_at == NOON - timedelta(hours=7), "the later of midnight and the start"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter when the child returned."),
        ("16 11", "When did the child return? The date must have a year."),
        ("16 11 2026 26:00", "When did the child return? There is no such time. Write the time like 14:30."),
        ("31 2 2026 10:00", "When did the child return? There is no 31 in that month."),
        ("16 11 1026 10:00", "Check the year."),
        ("16 11 2027 10:00", None),
        ("15 11 2026 10:00", None),
    ],
)
def test_a_return_that_cannot_be(client_request: ClientRequest, day: Day, typed: str, sentence: str | None) -> None:
    client, id_ = client_request.sign_in("Alice"), day.episode("Finlo")
    version = client.get(f"/episodes/{id_}/return").value_of("version")
    page = client.post(f"/episodes/{id_}/return", {"version": version, **instant("returned_at", typed)}, status=200)
    assert len(page.errors()) == 1
    if sentence:
        assert page.errors() == [sentence]
    assert page.value_of("returned_at-day") == typed.partition(" ")[0], "what was typed stays"
    assert page.all("p", class_="govuk-error-message"), "the sentence stands beside its box, too"
    assert held(id_).returned_at is None


def test_the_hour_that_occurs_twice_is_asked_about(
    client_request: ClientRequest, app: Flask, people: dict[str, int]
) -> None:
    with writing() as current:
        of = factories.child(current, "Clockson")
        id_ = factories.episode(current, of, NOON - timedelta(days=23)).id
    client = client_request.sign_in("Alice")
    version = client.get(f"/episodes/{id_}/return").value_of("version")
    sent = {"version": version, **instant("returned_at", "25 10 2026 01:30")}
    page = client.post(f"/episodes/{id_}/return", sent, status=200)
    assert "happened twice" in page.errors()[0] and "GMT, after they went back" in page.text
    client.post(f"/episodes/{id_}/return", {**sent, "returned_at-zone": "GMT"})
    row = held(id_)
    assert row.returned_at is not None and row.returned_at.hour == 1
    correcting = client.get(f"/episodes/{id_}/correct")
    assert "GMT, after they went back" in correcting.text, "the form that shows this hour says which it is"


def test_two_people_at_once_the_second_keeps_what_they_typed(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Alice"), day.episode("Finlo")
    shown = client.get(f"/episodes/{id_}/found").value_of("version")
    correct_episode(
        context_of(client.people, "Dana"), episode_id=id_, version=int(shown), values={"district": "Elsewhere"}
    )
    sent = {"version": shown, **instant("found_at", "16 11 2026 9:30"), "found_location": "Behind the invented shed"}
    page = client.post(f"/episodes/{id_}/found", sent, status=409)
    assert page.h1 == "Somebody else changed this first" and "Behind the invented shed" in page.text
    assert "Version" not in page.text
    assert held(id_).found_at is None
    for nonsense in ("", "x", "9" * 30, "-1"):
        client.post(f"/episodes/{id_}/found", {**sent, "version": nonsense}, status=409)


def test_what_is_no_longer_possible_leads_back_with_a_notice(client_request: ClientRequest, day: Day) -> None:
    page = client_request.sign_in("Alice").get(f"/episodes/{day.episode('Anwen')}/found", follow=True)
    assert "cannot be done with this episode as it stands now" in page.text and page.h1.endswith("Anwen Anwenson")


# correct


def fields_of(page: Page) -> dict[str, str]:
    """A form as a browser would send it back, untouched."""
    sent: dict[str, str] = {}
    select = ""
    for e in page.elements:
        kind = e.attributes.get("type")
        if e.name == "input" and kind != "submit" and (kind not in ("radio", "checkbox") or "checked" in e.attributes):
            sent[e.attributes["name"]] = e.attributes.get("value", "")
        elif e.name == "textarea":
            sent[e.attributes["name"]] = e.text
        elif e.name == "select":
            select = e.attributes["name"]
        elif e.name == "option" and "selected" in e.attributes:
            sent[select] = e.attributes["value"]
    return {name: value for name, value in sent.items() if name != "csrf_token"}


@pytest.mark.parametrize("name", ["Anwen", "Devon", "Ivy", "Kimber", "Finlo", "Louisa", "Evie"])
def test_a_correction_that_corrects_nothing_changes_nothing(client_request: ClientRequest, day: Day, name: str) -> None:
    client, id_ = client_request.sign_in("Alice"), day.episode(name)
    before = held(id_).version
    client.post(f"/episodes/{id_}/correct", fields_of(client.get(f"/episodes/{id_}/correct")))
    row = held(id_)
    assert (row.version, row.person_fields) == (before, row.person_fields)


def test_correct_what_differs_and_only_that(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Alice"), day.episode("Anwen")
    with writing() as current:
        current.get_one(Episode, id_).returned_at = NOON - timedelta(hours=102, seconds=-17)
        south = current.get_one(Episode, id_).team_id
    sent = fields_of(client.get(f"/episodes/{id_}/correct"))
    sent |= {
        "district": "Invented Hill",
        "known_to_services": "no",
        "risk": "",
        "team_id": "",
        "reason": "Told by the carer",
    }
    page = client.post(f"/episodes/{id_}/correct", sent, follow=True, status=200)
    row = held(id_)
    assert (row.district, row.known_to_services, row.risk, row.team_id) == ("Invented Hill", False, None, None)
    assert row.returned_at is not None and row.returned_at.second == 17, "the seconds of a return stay"
    assert set(row.person_fields) == {"district", "known_to_services", "risk", "team_id"}
    assert "Told by the carer" in page.text and "District: Invented Hill" in page.text
    assert "Team: South team became –" in page.text and south is not None


def test_taking_the_return_away_stops_the_clock(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Alice"), day.episode("Evie")
    sent = fields_of(client.get(f"/episodes/{id_}/correct")) | instant("returned_at", "")
    assert "Awaiting return" in client.post(f"/episodes/{id_}/correct", sent, follow=True, status=200).text


def test_a_correction_refused_is_beside_its_field(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Alice"), day.episode("Evie")
    shown = fields_of(client.get(f"/episodes/{id_}/correct"))
    page = client.post(
        f"/episodes/{id_}/correct", shown | {"police_reference": "TV26000501", "force": "thames-valley"}, status=200
    )
    assert page.errors() == ["Another episode has this police reference already."]
    page = client.post(f"/episodes/{id_}/correct", shown | {"police_reference": "TV1", "force": ""}, status=200)
    assert page.errors() == ["Say which police force gave this reference."]
    page = client.post(f"/episodes/{id_}/correct", shown | {"circumstances": "x" * 4001}, status=200)
    assert page.errors() == ["Write at most 4,000 characters here."]
    page = client.post(f"/episodes/{id_}/correct", shown | instant("missing_from_at", ""), status=200)
    assert page.errors() == ["Enter when the child went missing."]


# out of the counts and back, and the smaller decisions


def test_exclude_and_reinstate(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Alice"), day.episode("Devon")
    path = f"/episodes/{id_}/exclude"
    assert client.post(path, {"version": held(id_).version}, status=200).errors() == ["Choose why it is not counted."]
    sent = {"version": client.get(path).value_of("version"), "reason": "created_in_error", "note": "Another child's"}
    page = client.post(path, sent, follow=True, status=200)
    assert "This episode is out of every count: created in error. Another child's" in page.text
    assert "Not counted" in page.text
    back = f"/episodes/{id_}/reinstate"
    page = client.post(back, {"version": client.get(back).value_of("version")}, follow=True, status=200)
    assert "The episode counts again." in page.text and "40 h left" in page.text


def test_an_excluded_episode_offers_only_what_helps(client_request: ClientRequest, day: Day) -> None:
    id_ = day.episode("Devon")
    exclude_episode(
        context_of(client_request.people), episode_id=id_, version=held(id_).version, reason=ExclusionReason.CANCELLED
    )
    assert set(actions(client_request.sign_in("Alice").get(f"/episodes/{id_}"))) == {
        "Correct the facts",
        "Take back into the counts",
        "This is the wrong child",
    }


def test_ask_for_an_interview_after_no_apparent_risk(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Alice"), day.episode("Nolan")
    path = f"/episodes/{id_}/request-interview"
    page = client.post(path, {"version": client.get(path).value_of("version")}, follow=True, status=200)
    assert "The interview is asked for." in page.text and "2 days 17 h left" in page.text


def test_settle_an_overlap(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Alice"), day.episode("Jossie")
    path = f"/episodes/{id_}/overlap?from=today"
    page = client.get(path)
    assert f"Episode {id_}" in page.text and f"Episode {id_ - 1}" in page.text
    assert client.post(path, {"version": page.value_of("version")}).location == "/today"
    assert "Episodes that overlap" not in client.get("/today").text


def test_say_why_it_was_late(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Bob"), day.episode("Benny")
    path = f"/episodes/{id_}/breach-reason"
    assert client.post(path, {}, status=200).errors() == ["Choose the reason."]
    assert client.post(path, {"reason": "other"}, status=200).errors() == ["Say what the other reason is."]
    page = client.post(path, {"reason": "no_capacity", "note": "Two on leave"}, follow=True, status=200)
    assert "Reason: no interviewer was free. Two on leave, says Bob Testworker." in page.text
    assert "Change why it was late" in actions(page)
    assert "Change why it was late" not in [button.text for button in page.all("a", class_="govuk-button")]


# where the police and we differ


def test_the_return_stands(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Alice"), day.episode("Ivy")
    link = next(a for a in client.get("/today").all("a") if a.text == "The return stands: Ivy Ivyson")
    page = client.get(link.attributes["href"])
    assert page.h1.endswith("The return stands?")
    assert client.post(link.attributes["href"], {}).location == "/today"
    assert held(id_).returned_at is not None
    assert "The police say: still missing" not in client.get("/today").text


def test_still_missing_takes_the_return_away(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Alice"), day.episode("Ivy")
    path = f"/episodes/{id_}/still-missing?answer=still_missing"
    assert "its clock stops" in client.get(path).text
    page = client.post(path, {}, follow=True, status=200)
    assert held(id_).returned_at is None and "Awaiting return" in page.text
    client.post(path, {}, status=409)
    assert "This is settled already." in client.get(path, follow=True).text
    client.get(f"/episodes/{id_}/still-missing?answer=perhaps", status=404)


@pytest.mark.parametrize(("take", "risk"), [("ours", "low"), ("police", "high")])
def test_decide_which_value_stands(client_request: ClientRequest, day: Day, take: str, risk: str) -> None:
    client, id_ = client_request.sign_in("Alice"), day.episode("Kimber")
    page = client.get("/today")
    assert [b.text for b in page.all("button", name="take")] == [
        "Ours stands: Kimber Kimson, Risk", "Take the police’s: Kimber Kimson, Risk",
    ]  # fmt: skip
    link = next(form.attributes["action"] for form in page.all("form") if "/decisions/" in form.attributes["action"])
    page = client.get(link)
    assert "Ours: Low" in page.text and "The police’s: High" in page.text
    assert client.post(link, {}, status=200).errors() == ["Choose which value stands."]
    assert client.post(link, {"take": take}).location == "/today"
    assert held(id_).risk == risk
    assert "This is decided already." in client.get(link, follow=True).text
    client.get(f"/episodes/{day.episode('Anwen')}/decisions/1", status=404)


# log by hand


def test_find_the_child_first(client_request: ClientRequest, day: Day) -> None:
    client = client_request.sign_in("Alice")
    page = client.post("/episodes/new", {}, status=200)
    assert page.errors() == ["Enter the child’s surname.", "Enter the child’s first name."]
    sent = client.post(
        "/episodes/new", {"surname": "Anwenson", "forename": "Anwen", **instant("date_of_birth", "4 3 2012")}
    )
    assert "nwen" not in sent.location and "2012" not in sent.location
    page = client.get(sent.location)
    assert "Is it one of these children?" in page.h1 and "Born 4 March 2012" in page.text
    link = next(a for a in page.all("a") if a.text.startswith("It is this child"))
    assert link.attributes["href"] == f"/episodes/new/facts?child={day.child('Anwen')}"


def test_log_an_episode_of_a_held_child(client_request: ClientRequest, day: Day) -> None:
    client, path = client_request.sign_in("Alice"), f"/episodes/new/facts?child={day.child('Evie')}"
    assert "Evie Evieson" in client.get(path).text
    sent = {
        "kind": "missing",
        "setting": "home",
        **instant("missing_from_at", "14 11 2026 10:00"),
        **instant("returned_at", "14 11 2026 13:00"),
    }
    page = client.post(path, sent, follow=True, status=200)
    assert "The episode is logged." in page.text and page.h1.endswith("Evie Evieson")
    assert "14 Nov 2026, 13:00" in page.text and "Due soon" not in page.text


def test_the_same_episode_is_asked_about_and_can_be_confirmed(client_request: ClientRequest, day: Day) -> None:
    client, path = client_request.sign_in("Alice"), f"/episodes/new/facts?child={day.child('Finlo')}"
    assert "Log it." not in client.get(path).text
    sent = {"kind": "missing", **instant("missing_from_at", "16 11 2026 06:00"), "district": "Invented Hill"}
    page = client.post(path, sent, status=200)
    assert "Is it the same episode?" in page.text and page.value_of("district") == "Invented Hill"
    client.post(path, {**sent, "confirm": "y"})
    session().rollback()
    assert session().query(Episode).filter_by(child_id=day.child("Finlo")).count() == 2


def test_log_an_episode_of_a_new_child(client_request: ClientRequest, people: dict[str, int]) -> None:
    client = client_request.sign_in("Alice")
    typed = {"surname": "Newlyson", "forename": "Newla", **instant("date_of_birth", "5 6 2013")}
    page = client.post("/episodes/new", typed, follow=True, status=200)
    assert page.h1.endswith("No child like this is held")
    path = next(a for a in page.all("a") if a.text == "Go on with a new child").attributes["href"]
    assert "ewly" not in path
    form = client.get(path)
    assert (form.value_of("surname"), form.value_of("date_of_birth-year")) == ("Newlyson", "2013")
    sent = (
        fields_of(form)
        | {"sex": "female", "responsible_authority": "Farshire"}
        | instant("missing_from_at", "15 11 2026")
    )
    done = client.post(path, sent, follow=True, status=200)
    assert done.h1.endswith("Newla Newlyson") and "Start time estimated" in done.text
    assert "Farshire’s responsibility" in done.text and "Female" in done.text
    again = client.post(path, sent, status=200)
    assert "Is it the same child?" in again.text
    session().rollback()
    assert session().query(Child).count() == 1


def test_facts_without_a_child(client_request: ClientRequest, day: Day) -> None:
    client = client_request.sign_in("Alice")
    for query in ("", "?search=unknown"):
        page = client.get(f"/episodes/new/facts{query}", follow=True)
        assert page.h1.endswith("Who went missing?") and "held no longer" in page.text
    for child in ("4711", "x", "9" * 30):
        client.get(f"/episodes/new/facts?child={child}", status=404)


def test_nothing_of_a_child_stands_in_the_audit_of_searches(client_request: ClientRequest, day: Day) -> None:
    client = client_request.sign_in("Alice")
    client.post("/episodes/search", {"text": "Anwenson"}, follow=True, status=200)
    client.post("/episodes/new", {"surname": "Anwenson", "forename": "Anwen"}, follow=True, status=200)
    client.post("/children/search", {"text": "Anwenson"}, follow=True, status=200)
    session().rollback()
    rows = session().query(AuditEntry).filter_by(action="search_made").all()
    assert len(rows) >= 3 and not [row for row in rows if "nwen" in json.dumps(row.details)]
