"""The page of one interview and the forms on its way, for the three who may and may not."""

import pytest
from flask import Flask

from tests.web.conftest import ClientRequest
from tests.web.day import Day, built, context_of, database_url, day, people
from tests.web.page import Page
from tests.web.test_episodes import instant
from tests.web.test_interviews import interviews_of
from tracker.core.interview_terms import ContactRelation
from tracker.services.child_contacts import add_contact
from tracker.store.db import session
from tracker.store.models import AuditEntry, ChildContact, ContactAttempt, InterviewAllocation, InterviewVisit

__all__ = ["built", "database_url", "day", "people"]


def attempt(outcome: str, at: str = "16 11 2026 09:00", **more: str) -> dict[str, str]:
    return {"outcome": outcome, "with_whom": "parent_or_carer", "method": "phone", **instant("at", at), **more}


def plan(at: str = "17 11 2026 16:00", **more: str) -> dict[str, str]:
    return {"minutes": "45", "place": "12 Invented Close", **instant("planned_at", at), **more}


def next_step(page: Page) -> str:
    """The words of the one next step."""
    (button,) = [a for a in page.all("a") if "app-button--next" in a.attributes.get("class", "")]
    return button.text


def reads(action: str) -> list[tuple[str | None, dict[str, object]]]:
    session().rollback()
    rows = session().query(AuditEntry).filter_by(action=action).order_by(AuditEntry.id)
    return [(row.subject_id, row.details) for row in rows]


def test_the_page_says_what_comes_next_and_its_opening_is_recorded(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Bob"), day.episode("Carabel")
    held = interviews_of(id_)[0].id
    assert client.get(f"/episodes/{id_}/interview", status=302).location == f"/interviews/{held}"
    page = client.get(f"/interviews/{held}")
    assert next_step(page) == "Record a call or other contact"
    assert "Allocated with Bob Testworker" in page.text and "We hold it" in page.text
    assert reads("interview_viewed") == [(str(held), {"child_id": day.child("Carabel")})]


def test_looking_at_what_is_needed_makes_no_interview(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Alice"), day.episode("Devon")
    page = client.get(f"/episodes/{id_}/interview")
    assert next_step(page) == "Ask another council to hold it", "another council’s child"
    assert "Needed" in page.text and "Unallocated" in page.text
    assert next_step(client.get(f"/episodes/{day.episode('Anwen')}/interview")) == "Allocate it"
    assert interviews_of(id_) == []
    page = client.post(f"/episodes/{id_}/interview/attempt", attempt("no_answer"), follow=True, status=200)
    assert "The attempt is recorded." in page.text and page.h1.endswith("Devon Devonson")
    assert len(interviews_of(id_)) == 1


@pytest.mark.parametrize("name", ["Charlie", "Ed", "Fay"])
def test_who_sees_no_episodes_sees_no_interview(client_request: ClientRequest, day: Day, name: str) -> None:
    held = interviews_of(day.episode("Carabel"))[0].id
    client_request.sign_in(name).get(f"/interviews/{held}", status=403)


def test_an_interviewer_sees_their_own_alone(client_request: ClientRequest, day: Day) -> None:
    alice, devon = client_request.sign_in("Alice"), day.episode("Devon")
    alice.post(f"/episodes/{devon}/interview/attempt", attempt("no_answer"))
    other = interviews_of(devon)[0].id
    bob = client_request.sign_in("Bob")
    for path in (f"/interviews/{other}", f"/episodes/{devon}/interview", f"/interviews/{other}/hand-over",
                 f"/children/{day.child('Devon')}/contacts/add", "/interviews/4711"):  # fmt: skip
        bob.get(path, status=404)
    assert reads("interview_viewed") == []


def test_attempts_lead_on_by_what_came_of_them(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Bob"), day.episode("Carabel")
    path = f"/episodes/{id_}/interview/attempt"
    form = client.get(path)
    assert (form.value_of("at-day"), form.value_of("at-time")) == ("16", "12:00")
    assert form.errors() == []
    assert client.post(path, instant("at", "16 11 2026 09:00"), status=200).errors() == [
        "Choose what came of it.", "Choose whom.", "Choose how.",
    ]  # fmt: skip
    ahead = client.post(path, attempt("no_answer", "16 11 2026 12:01", note="left a card"), status=200)
    assert ahead.errors() == ["This time lies in the future. Check the date."]
    assert "left a card" in ahead.text, "nothing typed is lost"
    held = interviews_of(id_)[0].id
    assert client.post(path, attempt("no_answer")).location == f"/episodes/{id_}/interview"
    assert client.post(path, attempt("accepted", "16 11 2026 10:00")).location == f"/episodes/{id_}/interview/plan"
    page = client.get(f"/interviews/{held}")
    assert next_step(page) == "Plan the visit"
    assert "Phone call, a parent or carer: no answer" in page.text
    assert interviews_of(id_)[0].accepted_by == "parent_or_carer"


def test_a_declined_attempt_fills_the_decline(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Bob"), day.episode("Carabel")
    to = client.post(f"/episodes/{id_}/interview/attempt", attempt("declined", with_whom="child")).location
    form = client.get(to)
    assert (form.value_of("declined_at-time"), form.value_of("declined_at-day")) == ("09:00", "16")
    chosen = [box.attributes["value"] for box in form.all("input", type="radio") if "checked" in box.attributes]
    assert chosen == ["child"]
    assert interviews_of(id_)[0].declined_at is None
    sent = {"episode_ids": id_, "declined_by": "child", "reason": "none given"}
    page = client.post(to, {**sent, **instant("declined_at", "16 11 2026 09:00")}, follow=True, status=200)
    assert "The decline is recorded." in page.text
    assert "Return home interview" in page.h1


def test_an_attempt_entered_by_mistake_is_withdrawn_and_kept(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Bob"), day.episode("Carabel")
    client.post(f"/episodes/{id_}/interview/attempt", attempt("offered"))
    held = interviews_of(id_)[0].id
    one = session().query(ContactAttempt).one().id
    path = f"/interviews/{held}/attempts/{one}/withdraw"
    assert client.post(path, {}, status=200).errors() == ["Say why it is withdrawn."]
    page = client.post(path, {"reason": "another child’s call"}, follow=True, status=200)
    assert "(withdrawn)" in page.text and "another child’s call" in page.text
    assert interviews_of(id_)[0].offered_at is None
    client.get(f"/interviews/{held}/attempts/{one + 1}/withdraw", status=404)


def test_a_visit_planned_moved_and_not_held(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Bob"), day.episode("Carabel")
    path, held = f"/episodes/{id_}/interview/plan", interviews_of(id_)[0].id
    past = client.post(path, plan("16 11 2026 11:00"), status=200)
    assert past.errors() == ["This time is past. Plan a time that lies ahead, or record the interview as held."]
    assert client.post(path, plan(minutes="3"), status=200).errors() == ["Write a number of minutes from 5 to 480."]
    client.post(path, plan())
    client.post(f"{path}?from=interview", plan("18 11 2026 10:00"))
    page = client.get(f"/interviews/{held}")
    assert "The visit is planned for 18 Nov 2026, 10:00" in page.text and "Visit moved to another time" in page.text
    assert next_step(page) == "Record that it was held"
    standing = session().query(InterviewVisit).filter_by(ended_as=None).one().id
    end = f"/interviews/{held}/visits/{standing}/end"
    assert client.post(end, {}, status=200).errors() == ["Choose what happened."]
    page = client.post(end, {"reason": "missing_again"}, follow=True, status=200)
    assert "The clocks run on, and the next interview may cover both episodes." in page.text
    assert "Visit not held: plan again" in page.text and next_step(page) == "Plan the visit"
    (out,) = [a.attributes["href"] for a in page.all("a") if a.text.startswith("Take it out of my calendar")]
    assert "METHOD:CANCEL" in client.raw("GET", out).get_data(as_text=True)


def test_the_calendar_file_names_nobody_and_holds_the_place_only_if_asked(
    client_request: ClientRequest, day: Day
) -> None:
    client, id_ = client_request.sign_in("Bob"), day.episode("Carabel")
    client.post(f"/episodes/{id_}/interview/plan", plan())
    held = interviews_of(id_)[0].id
    visit = session().query(InterviewVisit).one().id
    path = f"/interviews/{held}/visits/{visit}/calendar.ics"
    answer = client.raw("GET", path)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="interview-{held}.ics"'
    text = answer.get_data(as_text=True)
    assert f"SUMMARY:Visit\\, interview {held}" in text and "DTSTART:20261117T160000Z" in text
    assert "Carabel" not in text and "Invented" not in text
    assert "LOCATION:12 Invented Close" in client.raw("GET", f"{path}?place=yes").get_data(as_text=True)
    assert reads("interview_calendar_downloaded") == [
        (str(held), {"visit_id": visit, "with_place": False}), (str(held), {"visit_id": visit, "with_place": True}),
    ]  # fmt: skip
    assert client.raw("GET", path.replace(f"visits/{visit}", "visits/4711")).status_code == 404
    assert client_request.sign_in("Charlie").raw("GET", path).status_code == 403


def test_whom_to_ring_is_one_tap_away(client_request: ClientRequest, day: Day) -> None:
    client, id_, child = client_request.sign_in("Bob"), day.episode("Carabel"), day.child("Carabel")
    held = interviews_of(id_)[0].id
    path = f"/children/{child}/contacts/add?interview={held}"
    sent = {"relation": "placement", "name": "Invented House", "phone": "+44 (0)1632 960 001 ext. 4"}
    wrong = client.post(path, {**sent, "phone": "ask"}, status=200)
    assert wrong.errors() == ["This is no telephone number. Words about it belong in the note."]
    page = client.post(path, sent, follow=True, status=200)
    assert [a.attributes["href"] for a in page.all("a") if a.attributes.get("href", "").startswith("tel:")] == [
        "tel:+441632960001"
    ]
    one = session().query(ChildContact).one().id
    change = f"/children/{child}/contacts/{one}?interview={held}"
    form = client.get(change)
    assert form.value_of("phone") == sent["phone"]
    client.post(change, {**sent, "phone": "01632 960002", "version": form.value_of("version")})
    assert client.post(change, {**sent, "version": form.value_of("version")}, status=409)
    page = client.post(
        f"/children/{child}/contacts/{one}/remove?interview={held}", {"version": "2"}, follow=True, status=200
    )
    assert "Nobody is recorded yet." in page.text
    client.get(change, status=404)


def test_whoever_cares_for_the_child_is_marked_and_held_to_a_reason(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Alice"), day.episode("Devon")
    add_contact(
        context_of(client.people), child_id=day.child("Devon"), relation=ContactRelation.SOCIAL_WORKER,
        name="Testworker, Bob",
    )  # fmt: skip
    path = f"/episodes/{id_}/interview/allocate"
    form = client.get(path)
    assert "Bob Testworker is named among the child’s contacts as social worker" in form.text
    assert "2 open clocks, not independent" in form.text
    sent = {"person_id": client.people["Bob"], "independent": "yes"}
    (error,) = client.post(path, sent, status=200).errors()
    assert "so they are not independent" in error
    reason = {"independent": "no", "not_independent_reason": "The child asked for him", "note": "Ring after four"}
    client.post(path, {**sent, **reason})
    page = client.get(f"/interviews/{interviews_of(id_)[0].id}")
    assert "The reason recorded: The child asked for him" in page.text and "Ring after four" in page.text


def test_handed_over_with_a_word(client_request: ClientRequest, day: Day) -> None:
    held = interviews_of(day.episode("Carabel"))[0].id
    bob = client_request.sign_in("Bob")
    sent = {"person_id": bob.people["Dana"], "independent": "yes", "note": "The mother works nights"}
    page = bob.post(f"/interviews/{held}/hand-over", sent, follow=True, status=200)
    assert "Handed over to Dana Testworker" in page.text and "The mother works nights" in page.text
    assert bob.get(f"/interviews/{held}/hand-over", status=302).location == f"/interviews/{held}"
    kinds = [row.kind for row in session().query(InterviewAllocation).filter_by(interview_id=held)]
    assert kinds == ["allocated", "handed_over"]


def test_another_council_asked_and_its_answer(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Alice"), day.episode("Carabel")
    path, held = f"/episodes/{id_}/interview/ask-council?from=interview", interviews_of(id_)[0].id
    sent = {
        "authority": "Eastmere",
        "why": "placed_elsewhere",
        "asked_how": "email",
        **instant("asked_at", "16 11 2026 09:00"),
    }
    client.post(path, sent)
    page = client.get(f"/interviews/{held}")
    assert "Eastmere is asked, and has not answered: it is ours to see to until it says it will" in page.text
    assert next_step(page) == "Record the other council’s answer"
    answer = next(a.attributes["href"] for a in page.all("a") if "app-button--next" in a.attributes.get("class", ""))
    said = instant("answered_at", "16 11 2026 11:00")
    assert client.post(answer, {"answer": "will_hold", **said}).location == f"/interviews/{held}"
    assert "Eastmere holds it. The clock runs on, whoever holds it." in client.get(f"/interviews/{held}").text
    onward = client.post(answer, {"answer": "held", **said}).location
    form = client.get(onward)
    assert form.value_of("interviewer_name") == "Eastmere" and "Eastmere has held it." in form.text
    done = {
        "episode_ids": id_,
        "interviewer_name": "Eastmere",
        "written_elsewhere": "y",
        **instant("completed_at", "16 11 2026 10:00"),
    }
    client.post(onward, done)
    row = interviews_of(id_)[0]
    assert (row.written_elsewhere, row.closed_at is not None) == (True, True)
    assert "It is written up elsewhere." in client.get(f"/interviews/{held}").text


def test_each_episode_shows_its_own_clock_and_result(client_request: ClientRequest, day: Day) -> None:
    client, id_ = client_request.sign_in("Alice"), day.episode("Jossie")
    page = client.get(f"/episodes/{id_}/interview")
    assert "Another episode of this child has no interview yet: one conversation may answer it too." in page.text
    client.post(f"/episodes/{id_}/interview/attempt", attempt("no_answer"))
    under_way = interviews_of(id_)[0].id
    assert "Another interview of this child is under way" in client.get(f"/episodes/{id_ - 1}/interview").text
    page = client.post(f"/interviews/{under_way}/cover", {"episode_id": id_ - 1}, follow=True, status=200)
    assert "The interview is to answer for that episode too." in page.text
    assert "The episodes it is about, each with its own clock" in page.text
    client.post(f"/interviews/{under_way}/cover", {"episode_id": "x"}, status=404)
    again = client.post(
        f"/interviews/{under_way}/cover", {"episode_id": day.episode("Carabel")}, follow=True, status=200
    )
    assert "One interview is with one child." in again.text
    sent = {"episode_ids": [id_ - 1, id_], **instant("completed_at", "16 11 2026 11:00")}
    client.post(f"/episodes/{id_}/interview/completed?from=interview", sent)
    page = client.get(f"/interviews/{interviews_of(id_)[0].id}")
    assert "The episodes it is about, each with its own clock" in page.text
    assert page.text.count("Completed in time") + page.text.count("Completed late") == 2
    episode = client.get(f"/episodes/{id_}")
    assert "Held: write it up" in episode.text


def test_a_forgotten_form_of_another_child_is_not_found(app: Flask, client_request: ClientRequest, day: Day) -> None:
    client = client_request.sign_in("Alice")
    held = interviews_of(day.episode("Carabel"))[0].id
    for path in ("visits/1/end", "requests/1/answer", "requests/1/withdraw", "attempts/1/withdraw"):
        client.get(f"/interviews/{held}/{path}", status=404)
    client.get(f"/children/{day.child('Carabel')}/contacts/1", status=404)
