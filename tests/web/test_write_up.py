"""The write-up through its pages, as three people with different access see them."""

import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests import factories
from tests.conftest import NOON, RULES
from tests.web.conftest import ClientRequest
from tests.web.page import Page
from tracker.core.interview_form import QuestionKind
from tracker.core.terms import DeclinedBy
from tracker.services.context import Actor, Context
from tracker.services.record_interview import allocate, record_completed, record_declined
from tracker.services.transaction import writing
from tracker.services.write_interview import save_section
from tracker.store.db import session
from tracker.store.models import AuditEntry, Interview, InterviewSection, InterviewSectionConflict, PoliceShare

HOUR = timedelta(hours=1)
FORM = RULES.interview_form
assert FORM is not None


@pytest.fixture
def context(people: dict[str, int]) -> Context:
    return Context(NOON, RULES, Actor("Alice Testworker", people["Alice"]))


@pytest.fixture
def episode_id(app: Flask, context: Context) -> int:
    with writing() as current:
        child = factories.child(current, "Quillson", "Oswin")
        return factories.episode(current, child, NOON - 40 * HOUR, NOON - 10 * HOUR, context=context).id


@pytest.fixture
def interview_id(context: Context, people: dict[str, int], episode_id: int) -> int:
    return allocate(context, episode_id=episode_id, person_id=people["Bob"])


def path(interview_id: int, more: str = "") -> str:
    return f"/interviews/{interview_id}/form{more}"


def send(
    client: ClientRequest, people: dict[str, int], interview_id: int, section: str, who: str = "Bob", version: int = 0,
    **fields: object,
) -> Page:  # fmt: skip
    data = {"version": version, "writer": people[who], **{f"q-{name}": value for name, value in fields.items()}}
    go = str(data.pop("q-go", "stay"))
    return client.post(path(interview_id, f"/{section}"), {**data, "go": go})


def held(interview_id: int, section: str) -> dict[str, object]:
    session().rollback()
    return session().get_one(InterviewSection, (interview_id, section), populate_existing=True).answers


def count(table: type, *conditions: object) -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(table).where(*conditions)) or 0


def fill_through_pages(client: ClientRequest, people: dict[str, int], interview_id: int) -> None:
    for section in FORM.sections:
        fields = {}
        for question in section.questions:
            if question.required:
                first = question.options[0][0] if question.options else "Some words."
                fields[question.code] = [first] if question.kind is QuestionKind.CHOICES else first
        if fields:
            send(client, people, interview_id, section.code, **fields)


def test_from_the_first_word_to_closed_without_scripts(
    client_request: ClientRequest, people: dict[str, int], context: Context, episode_id: int, interview_id: int
) -> None:
    bob = client_request.sign_in("Bob")
    first = bob.get(path(interview_id))
    assert first.text.count("Not begun") == len(FORM.sections)
    assert "Confidential" in first.text
    refused = bob.post(path(interview_id, "/finish"), status=422)
    assert "Record first when the conversation was held." in refused.errors()
    (held,) = refused.all("a", href=f"/episodes/{episode_id}/interview/completed")
    assert held.text == "Record first when the conversation was held."
    anchors = [a.attributes["href"] for a in refused.all("a") if "#q-" in a.attributes.get("href", "")]
    assert path(interview_id, "/analysis") + "#q-risk_level-0" in anchors
    fill_through_pages(bob, people, interview_id)
    record_completed(context, episode_ids=[episode_id], completed_at=NOON - HOUR)
    bob.post(path(interview_id, "/finish"))
    page = bob.get(path(interview_id))
    assert "Written up: to be reviewed" in page.text
    bob.get(f"/interviews/{interview_id}/review", status=403)

    dana = client_request.sign_in("Dana")
    review = f"/interviews/{interview_id}/review"
    assert "Some words." in dana.get(review).text
    assert dana.post(review, {"decision": "returned"}, status=200).errors() == ["Say what is to be changed."]
    dana.post(review, {"decision": "returned", "comments": "Say more of the way home."})
    bob = client_request.sign_in("Bob")
    assert "Say more of the way home." in bob.get(path(interview_id)).text
    assert "Dana Testworker asks:" in bob.get(path(interview_id, "/whereabouts")).text
    send(bob, people, interview_id, "whereabouts", way_home="police", way_home_more="Two officers, who were kind.")
    bob.post(path(interview_id, "/finish"))
    dana = client_request.sign_in("Dana")
    dana.post(review, {"decision": "approved", "stays_open": "y"})
    assert "Approved" in dana.get(path(interview_id)).text
    dana.post(f"/interviews/{interview_id}/close")
    assert "Closed" in dana.get(path(interview_id)).text
    assert dana.post(f"/interviews/{interview_id}/reopen", {"reason": ""}, status=200).errors()
    dana.post(f"/interviews/{interview_id}/reopen", {"reason": "The mother rang with news."})
    assert "Returned for changes" in dana.get(path(interview_id)).text
    session().rollback()
    assert session().get_one(Interview, interview_id).completed_at == NOON - HOUR


def test_a_section_keeps_every_kind_of_answer(
    client_request: ClientRequest, people: dict[str, int], interview_id: int
) -> None:
    bob = client_request.sign_in("Bob")
    answers = {"push": ["bullying", "isolation"], "push_more": "At school,\nsince May", "pull": ["a_code_of_before"]}
    gone = send(bob, people, interview_id, "reasons", go="on", **answers)
    assert gone.location == path(interview_id, "/whereabouts")
    assert held(interview_id, "reasons") == {**answers}
    page = bob.get(path(interview_id, "/reasons"))
    ticked = [e.attributes["value"] for e in page.elements if "checked" in e.attributes]
    assert ticked == ["bullying", "isolation", "a_code_of_before"], "a code that no list has shows as itself, and stays"
    assert page.one("textarea", name="q-push_more").text == "At school, since May"
    send(bob, people, interview_id, "reasons", version=1)
    assert held(interview_id, "reasons") == {}, "what is unticked and emptied is gone from the section"


def test_what_is_too_long_comes_back_in_the_page(
    client_request: ClientRequest, people: dict[str, int], interview_id: int
) -> None:
    bob = client_request.sign_in("Bob")
    data = {"version": 0, "writer": people["Bob"], "q-what_happened": "x" * 20_001}
    page = bob.post(path(interview_id, "/circumstances"), data, status=200)
    (error,) = page.errors()
    assert "20,000" in error
    assert len(page.one("textarea", name="q-what_happened").text) == 20_001


def test_two_write_and_a_person_settles_it(
    client_request: ClientRequest, people: dict[str, int], interview_id: int
) -> None:
    bob = client_request.sign_in("Bob")
    send(bob, people, interview_id, "circumstances", what_happened="From Bob.", planned="planned")
    alice = client_request.sign_in("Alice")
    told = send(alice, people, interview_id, "circumstances", "Alice", what_happened="From Alice.", planned="moment")
    page = alice.get(told.location)
    assert "From Bob." in page.text and "From Alice." in page.text
    assert not [e for e in page.elements if "checked" in e.attributes], "nothing is decided beforehand"
    assert "Two people wrote in one section" in alice.get(path(interview_id)).text
    undecided = alice.post(
        told.location, {"version": 1, "take-what_happened": "other", "text-what_happened": "Both."}, 200
    )
    assert undecided.errors() == ["Choose what stays for “Had the child thought about it beforehand?”."]
    assert undecided.one("textarea", name="text-what_happened").text == "Both."
    decided = {"take-what_happened": "other", "text-what_happened": "Both.", "take-planned": "held"}
    stale = alice.post(told.location, {"version": 7, **decided}, status=200)
    assert "saved again meanwhile" in stale.errors()[0]
    alice.post(told.location, {"version": 1, **decided})
    assert held(interview_id, "circumstances") == {"what_happened": "Both.", "planned": "planned"}
    assert "From Alice." in alice.get(told.location).text, "the text that was kept stays readable"


def test_what_a_section_said_before_stays_in_reach(
    client_request: ClientRequest, people: dict[str, int], interview_id: int
) -> None:
    bob = client_request.sign_in("Bob")
    send(bob, people, interview_id, "own_words", words="I went because it was loud at home.")
    send(bob, people, interview_id, "own_words", version=1, words="")
    earlier = path(interview_id, "/own_words/before")
    assert earlier in [a.attributes["href"] for a in bob.get(path(interview_id)).all("a")]
    assert "I went because it was loud at home." in bob.get(earlier).text


def as_json(client: ClientRequest, interview_id: int, data: dict[str, object]) -> tuple[int, dict[str, object]]:
    sent = {"csrf_token": client.csrf_token(), **data}
    answer = client.raw("POST", path(interview_id, "/circumstances"), data=sent, headers={"Accept": "application/json"})
    return answer.status_code, json.loads(answer.data)


def test_what_a_page_that_saves_as_typed_is_answered(
    client_request: ClientRequest, people: dict[str, int], interview_id: int
) -> None:
    bob = client_request.sign_in("Bob")
    mine = {"writer": people["Bob"], "version": 0, "q-what_happened": "From Bob."}
    assert as_json(bob, interview_id, mine) == (200, {"version": 1, "saved_at": "12:00"})
    status, told = as_json(bob, interview_id, {**mine, "q-what_happened": "From another tab."})
    assert (status, told["status"], told["differs"]) == (409, "conflict", ["What happened?"])
    again = {**mine, "q-what_happened": "From another tab, and more.", "conflict_id": told["conflict_id"]}
    assert as_json(bob, interview_id, again)[1]["conflict_id"] == told["conflict_id"]
    assert count(InterviewSectionConflict) == 1
    assert as_json(bob, interview_id, {**mine, "q-what_happened": "x" * 20_001})[0] == 422


def test_nobody_saves_under_anothers_name(
    client_request: ClientRequest, people: dict[str, int], interview_id: int
) -> None:
    """The page was opened by Bob; meanwhile Alice has signed in in the same browser."""
    alice = client_request.sign_in("Alice")
    data = {"writer": people["Bob"], "version": 0, "q-what_happened": "From Bob."}
    status, told = as_json(alice, interview_id, data)
    assert (status, told["status"]) == (422, "another_person")
    page = alice.post(path(interview_id, "/circumstances"), data, status=200)
    assert page.one("textarea", name="q-what_happened").text == "From Bob.", "nothing typed is lost"
    assert count(InterviewSection) == 0
    token = alice.raw("GET", path(interview_id, "/token"), headers={"Accept": "application/json"})
    assert json.loads(token.data)["person_id"] == people["Alice"]


def test_each_opening_is_recorded_with_the_child(
    client_request: ClientRequest, people: dict[str, int], interview_id: int
) -> None:
    bob = client_request.sign_in("Bob")
    for more in ("", "/circumstances", "/print", "/print?blank=yes"):
        bob.get(path(interview_id, more))
    session().rollback()
    rows = session().scalars(select(AuditEntry).where(AuditEntry.action == "interview_form_viewed")).all()
    assert [row.details.get("part") for row in rows] == [None, "circumstances", "print", "print"]
    assert {(row.actor_id, row.subject_id) for row in rows} == {(people["Bob"], str(interview_id))}
    assert all(row.details["child_id"] for row in rows)


def test_who_may_open_and_write(
    client_request: ClientRequest, people: dict[str, int], context: Context, episode_id: int, interview_id: int
) -> None:
    save_section(
        context, interview_id=interview_id, section="own_words", answers={"words": "I was cold."}, based_on_version=0
    )
    allocate(context, episode_id=episode_id, person_id=people["Alice"])
    bob = client_request.sign_in("Bob")
    assert "I was cold." in bob.get(path(interview_id, "/print")).text, "who had it before may read"
    assert bob.get(path(interview_id, "/own_words"), status=302).location == path(interview_id)
    assert not [a for a in bob.get(path(interview_id)).all("a") if a.attributes["href"].endswith("/own_words")]
    data = {"writer": people["Bob"], "version": 1, "q-words": "Mine."}
    kept = bob.post(path(interview_id, "/own_words"), data, status=200)
    assert "somebody else's now" in kept.errors()[0]
    for name in ("Charlie", "Ed", "Fay"):
        client_request.sign_in(name).get(path(interview_id), status=403)
    client_request.sign_in("Alice").get(path(999), status=404)
    client_request.sign_in("Alice").get(path(interview_id, "/no_such_section"), status=404)
    client_request.sign_in("Alice").get(path(999, "/own_words"), status=404)


def test_an_interview_of_another_childs_is_no_page_for_an_interviewer(
    client_request: ClientRequest, people: dict[str, int], context: Context, interview_id: int, episode_id: int
) -> None:
    with writing() as current:
        other = factories.episode(current, factories.child(current), NOON - 50 * HOUR, NOON - 9 * HOUR).id
    hers = allocate(context, episode_id=other, person_id=people["Alice"])
    bob = client_request.sign_in("Bob")
    for more in ("", "/circumstances", "/print"):
        bob.get(path(hers, more), status=404)
    data = {"writer": people["Bob"], "version": 0, "q-what_happened": "Mine."}
    bob.post(path(hers, "/circumstances"), data, status=404)
    bob.get(f"/interviews/{hers}/police/add", status=404)


def test_what_is_for_the_police(client_request: ClientRequest, people: dict[str, int], interview_id: int) -> None:
    bob = client_request.sign_in("Bob")
    add = f"/interviews/{interview_id}/police/add"
    assert bob.post(add, {"what": ""}, status=200).errors() == ["Say what the police are to know."]
    bob.post(add, {"what": "A blue car was seen there."})
    assert "To be sent" in bob.get(path(interview_id)).text
    session().rollback()
    share = session().scalars(select(PoliceShare.id)).one()
    change = f"/interviews/{interview_id}/police/{share}"
    sent = {"sent_at-day": "16", "sent_at-month": "11", "sent_at-year": "2026", "sent_at-time": "11:30"}
    data = {"version": 1, "what": "A blue car was seen there.", **sent}
    assert bob.post(change, data, status=200).errors() == ["Say to whom it was sent."]
    bob.post(change, {**data, "sent_to": "Missing persons desk"})
    assert "Sent, not acknowledged" in bob.get(path(interview_id)).text
    assert "A blue car was seen there." in bob.get(path(interview_id, "/print")).text
    bob.post(change, {**data, "sent_to": "Somebody else"}, status=409)
    assert bob.post(f"{change}/withdraw", {"version": 2, "reason": ""}, status=200).errors()
    bob.post(f"{change}/withdraw", {"version": 2, "reason": "They told us of it."})
    assert "Withdrawn" in bob.get(path(interview_id)).text


def test_a_decline_is_shown_to_its_reviewer(
    client_request: ClientRequest, people: dict[str, int], context: Context, episode_id: int, interview_id: int
) -> None:
    record_declined(
        context, episode_ids=[episode_id], declined_at=NOON - HOUR, declined_by=DeclinedBy.PARENT_OR_CARER,
        reason="No time", child_was_asked=False, child_not_asked_reason="Asleep",
        carer_asked_instead="Where he had been",
    )  # fmt: skip
    page = client_request.sign_in("Dana").get(f"/interviews/{interview_id}/review")
    for words in ("Asleep", "Where he had been", "Was the child asked, in a way"):
        assert words in page.text
