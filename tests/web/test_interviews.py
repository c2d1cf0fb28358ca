"""The return home interview in the browser: allocated, offered, held, declined, not required, corrected, detached."""

import pytest
from flask import Flask

from tests.web.conftest import ClientRequest
from tests.web.day import Day, built, database_url, day, people
from tests.web.test_episodes import instant
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import Interview, InterviewEpisode

__all__ = ["built", "database_url", "day", "people"]

FORMS = ("allocate", "offered", "completed", "declined", "not-required")


def interviews_of(episode_id: int) -> list[Interview]:
    session().rollback()
    query = session().query(Interview).join(InterviewEpisode).filter(InterviewEpisode.episode_id == episode_id)
    return query.order_by(Interview.id).all()


# allocate


def test_allocate(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Alice"), day.episode("Devon")
    path = f"/episodes/{id_}/interview/allocate"
    page = client.get(path)
    assert "Bob Testworker, North team, 2 open clocks" in page.text and "Charlie" not in page.text
    nothing_said = ["Choose who holds the interview.", "Say whether this person is independent."]
    assert client.post(path, {}, status=200).errors() == nothing_said
    assert not [box for box in client.get(path).all("input", type="radio") if "checked" in box.attributes]
    page = client.post(path, {"person_id": client.people["Bob"], "independent": "yes"}, follow=True, status=200)
    assert "The interview is allocated." in page.text and "With Bob Testworker" in page.text
    chosen = [option.text for option in client.get(path).all("option") if "selected" in option.attributes]
    assert chosen == ["Bob Testworker, North team, 3 open clocks"]


def test_who_is_not_independent_needs_a_reason(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Alice"), day.episode("Devon")
    path = f"/episodes/{id_}/interview/allocate"
    sent = {"person_id": client.people["Dana"], "independent": "no"}
    assert client.post(path, sent, status=200).errors() == ["Say why somebody who is not independent holds it."]
    assert interviews_of(id_) == []
    page = client.post(path, {**sent, "not_independent_reason": "Nobody else is near"}, follow=True, status=200)
    assert "Not independent, because Nobody else is near" in page.text


def test_a_reason_for_one_who_is_independent_is_not_kept(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Alice"), day.episode("Devon")
    sent = {"person_id": client.people["Bob"], "independent": "yes", "not_independent_reason": "left over"}
    client.post(f"/episodes/{id_}/interview/allocate", sent)
    assert interviews_of(id_)[0].not_independent_reason is None


def test_giving_it_to_somebody_else_keeps_who_had_it(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Alice"), day.episode("Carabel")
    page = client.post(
        f"/episodes/{id_}/interview/allocate",
        {"person_id": client.people["Dana"], "independent": "yes"},
        follow=True,
        status=200,
    )
    assert "With Dana Testworker" in page.text and "Earlier with Bob Testworker" in page.text
    assert "Interview allocated to: Bob Testworker became Dana Testworker" in page.text


def test_nobody_who_holds_no_interviews_can_be_chosen(client_request: ClientRequest, day: Day) -> None:
    client = client_request.sign_in("Alice")
    for person in (client.people["Charlie"], 4711, "x"):
        page = client.post(
            f"/episodes/{day.episode('Devon')}/interview/allocate",
            {"person_id": str(person), "independent": "yes"},
            status=200,
        )
        assert page.errors() == ["Choose from the list."]


# offered, held


def test_record_the_offer(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Bob"), day.episode("Carabel")
    path = f"/episodes/{id_}/interview/offered"
    assert client.post(path, {}, status=200).errors() == ["Enter when the offer reached them."]
    page = client.post(path, instant("offered_at", "14 11 2026 09:00"), follow=True, status=200)
    assert "The offer is recorded." in page.text and "Offered 14 Nov 2026, 09:00" in page.text


def test_record_the_interview_in_time(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Bob"), day.episode("Carabel")
    path = f"/episodes/{id_}/interview/completed"
    assert client.get(path).value_of("interviewer_name") == "Bob Testworker"
    sent = {"episode_ids": id_, "interviewer_name": "Bob Testworker", **instant("completed_at", "16 11 2026 11:00")}
    page = client.post(path, sent, follow=True, status=200)
    assert "Completed in time" in page.text and "Held 16 Nov 2026, 11:00" in page.text


def test_held_late_is_said_so(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Bob"), day.episode("Benny")
    sent = {"episode_ids": id_, **instant("completed_at", "16 11 2026 11:00")}
    page = client.post(f"/episodes/{id_}/interview/completed", sent, follow=True, status=200)
    assert "Completed late" in page.text and "Interview held, after the deadline" in page.text


def test_one_conversation_covers_several_episodes(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Alice"), day.episode("Jossie")
    path = f"/episodes/{id_}/interview/completed"
    boxes = client.get(path).all("input", type="checkbox", name="episode_ids")
    assert [box.attributes["value"] for box in boxes] == [str(id_ - 1), str(id_)]
    assert ["checked" in box.attributes for box in boxes] == [False, True]
    sent = {"episode_ids": [id_ - 1, id_], **instant("completed_at", "16 11 2026 11:00")}
    page = client.post(path, sent, follow=True, status=200)
    assert f"It also covers episode {id_ - 1}" in page.text
    assert "Completed in time" in client.get(f"/episodes/{id_ - 1}").text
    assert len(interviews_of(id_)) == 1


@pytest.mark.parametrize(
    ("at", "episodes", "sentence"),
    [
        ("", "own", "Enter when the conversation ended."),
        ("17 11 2026 11:00", "own", "This time lies in the future. Check the date."),
        ("12 11 2026 11:00", "own", "This is before the child was found or returned. Check both times."),
        ("16 11 2026 11:00", "none", "Choose at least one episode."),
        ("16 11 2026 11:00", "stranger", "Choose from the list."),
        ("16 11 2026 11:00", "x", "Choose from the list."),
    ],
)
def test_an_interview_that_cannot_be(
    client_request: ClientRequest, day: Day, at: str, episodes: str, sentence: str
) -> None:
    client, id_ = client_request.sign_in("Bob"), day.episode("Carabel")
    ids = {"own": [id_], "stranger": [day.episode("Anwen")], "none": []}.get(episodes, [episodes])
    sent = {"episode_ids": ids, **instant("completed_at", at)}
    page = client.post(f"/episodes/{id_}/interview/completed", sent, status=200)
    assert page.errors() == [sentence]
    assert interviews_of(id_)[0].completed_at is None


def test_correct_when_it_was_held(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Bob"), day.episode("Benny")
    client.post(
        f"/episodes/{id_}/interview/completed", {"episode_ids": id_, **instant("completed_at", "16 11 2026 11:00")}
    )
    held = interviews_of(id_)[0].id
    link = next(a for a in client.get(f"/episodes/{id_}").all("a") if a.text == "Correct when it was held")
    form = client.get(link.attributes["href"])
    assert form.value_of("completed_at-time") == "11:00" and form.h1.endswith("Correct when the interview was held")
    sent = {"episode_ids": id_, **instant("completed_at", "16 11 2026 09:30")}
    page = client.post(link.attributes["href"], sent, follow=True, status=200)
    assert "Completed in time" in page.text and [one.id for one in interviews_of(id_)] == [held]
    for nonsense in ("4711", "x", ""):
        client.get(f"/episodes/{id_}/interview/completed?interview={nonsense}", status=404)


def test_a_second_outcome_leads_to_the_first(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Bob"), day.episode("Benny")
    path = f"/episodes/{id_}/interview/completed"
    client.post(path, {"episode_ids": id_, **instant("completed_at", "16 11 2026 11:00")})
    assert "cannot be done with this episode as it stands now" in client.get(path, follow=True).text
    page = client.post(path, {"episode_ids": id_, **instant("completed_at", "16 11 2026 10:00")}, status=200)
    assert "is recorded as completed already" in page.errors()[0]


# declined


def test_declined_by_the_child(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Bob"), day.episode("Carabel")
    sent = {
        "episode_ids": id_, "declined_by": "child", "reason": "Did not want to talk", "child_was_asked": "no",
        **instant("declined_at", "16 11 2026 10:00"),
    }  # fmt: skip
    page = client.post(f"/episodes/{id_}/interview/declined", sent, follow=True, status=200)
    assert "Declined by The child" in page.text and "Did not want to talk" in page.text
    assert "Was the child asked?" not in page.text, "asked only where a carer declined"


def test_declined_by_a_carer_asks_about_the_child(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Bob"), day.episode("Carabel")
    path = f"/episodes/{id_}/interview/declined"
    assert client.post(path, {"episode_ids": id_}, status=200).errors() == [
        "Enter when it was declined.",
        "Choose who declined.",
        "Write the reason given; “none given” is an answer.",
    ]
    sent = {
        "episode_ids": id_, "declined_by": "parent_or_carer", "reason": "Wanted to move on",
        **instant("declined_at", "16 11 2026 10:00"),
    }  # fmt: skip
    assert client.post(path, sent, status=200).errors() == ["Say whether the child was asked."]
    sent["child_was_asked"] = "no"
    page = client.post(path, sent, status=200)
    assert page.errors() == ["Say why the child was not asked."] and page.value_of("declined_at-time") == "10:00"
    sent |= {"child_not_asked_reason": "Asleep", "carer_asked_instead": "Where the child had been"}
    page = client.post(path, sent, follow=True, status=200)
    for words in ("A parent or carer", "Was the child asked? No", "Asleep", "Where the child had been"):
        assert words in page.text
    link = next(a for a in page.all("a") if a.text == "Correct the decline").attributes["href"]
    form = client.get(link)
    assert "Wanted to move on" in form.text and "Asleep" in form.text
    page = client.post(link, {**sent, "child_was_asked": "yes"}, follow=True, status=200)
    assert "Was the child asked? Yes" in page.text and "Asleep" not in page.text.split("What changed")[0]


# not required


def test_propose_and_approve(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Bob"), day.episode("Carabel")
    path = f"/episodes/{id_}/interview/not-required"
    assert client.post(path, {}, status=200).errors() == ["Say why no interview is required."]
    page = client.post(path, {"reason": "A known arrangement"}, follow=True, status=200)
    assert "Waits for a manager" in page.text and "5 h left" in page.text, "the clock runs on"
    assert "Approve, or not" not in page.text
    client.sign_in("Dana")
    link = next(a for a in client.get(f"/episodes/{id_}").all("a") if a.text == "Approve, or not").attributes["href"]
    form = client.get(link)
    assert "A known arrangement" in form.text and "Proposed by Bob Testworker" in form.text
    assert client.post(link, {}, status=200).errors() == ["Choose one."]
    page = client.post(link, {"decision": "approve"}, follow=True, status=200)
    assert "Approved: no interview is required." in page.text and "Not required" in page.text
    assert "no longer waits" in client.get(link, follow=True).text
    assert client.post(link, {"decision": "approve"}, status=200).errors() == ["This no longer waits for a decision."]


def test_not_approved_needs_a_reason(client_request: ClientRequest, day: Day) -> None:
    client = client_request.sign_in("Dana")
    link = next(a for a in client.get("/today").all("a") if a.text == "Decide: Hallam Hallamson").attributes["href"]
    assert client.post(link, {"decision": "refuse"}, status=200).errors() == ["Say why an interview is required."]
    assert client.post(link, {"decision": "refuse", "reason": "Ten minutes are enough"}).location == "/today"
    page = client.get(f"/episodes/{day.episode('Hallam')}")
    assert "Not approved" in page.text and "Ten minutes are enough" in page.text and "2 days 2 h left" in page.text


def test_nobody_approves_their_own_proposal(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Dana"), day.episode("Devon")
    client.post(f"/episodes/{id_}/interview/not-required", {"reason": "No reason to"})
    path = f"/episodes/{id_}/interviews/{interviews_of(id_)[0].id}/approval"
    assert "You proposed this: another manager decides." in client.get(path, follow=True).text
    assert client.post(path, {"decision": "approve"}, status=200).errors() == [
        "You proposed this. Another manager decides."
    ]
    client.sign_in("Alice").get(path, status=403)


# detach


def test_detach(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Alice"), day.episode("Jossie")
    sent = {"episode_ids": [id_ - 1, id_], **instant("completed_at", "16 11 2026 11:00")}
    page = client.post(f"/episodes/{id_}/interview/completed", sent, follow=True, status=200)
    link = next(a for a in page.all("a") if a.text == "It does not cover this episode").attributes["href"]
    assert "whose clock opens again" in client.get(link).text
    assert client.post(link, {}, status=200).errors() == ["Say why it does not cover it."]
    page = client.post(link, {"reason": "Another matter"}, follow=True, status=200)
    assert "2 days 9 h left" in page.text and "Interview covers this episode: Yes became No" in page.text
    assert "Completed in time" in client.get(f"/episodes/{id_ - 1}").text


# who may


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["Charlie", "Ed", "Fay"])
def test_roles_without_records_are_refused(client_request: ClientRequest, day: Day, name: str, form: str) -> None:
    client = client_request.sign_in(name)
    client.get(f"/episodes/1/interview/{form}", status=403)
    client.post(f"/episodes/1/interview/{form}", {}, status=403)


@pytest.mark.parametrize("form", FORMS)
def test_strangers_and_unknown_ids_are_alike(client_request: ClientRequest, day: Day, form: str) -> None:
    client = client_request.sign_in("Bob")
    status = 403 if form == "allocate" else 404
    for id_ in (day.episode("Anwen"), 4711):
        client.get(f"/episodes/{id_}/interview/{form}", status=status)
        client.post(f"/episodes/{id_}/interview/{form}", {}, status=status)


def test_an_interview_of_another_episode_is_no_page(app: Flask, client_request: ClientRequest, day: Day) -> None:
    client = client_request.sign_in("Dana")
    other = interviews_of(day.episode("Carabel"))[0].id
    for form in ("approval", "detach"):
        client.get(f"/episodes/{day.episode('Anwen')}/interviews/{other}/{form}", status=404)
    with writing() as current:
        assert current.get_one(Interview, other).not_required_at is None
