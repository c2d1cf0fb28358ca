"""Strategy meetings in the browser: the list, one of them, asking, planning, held, not needed, and who may."""

import re

import pytest
from flask import Flask, render_template_string
from sqlalchemy import select

from tests.web.conftest import ClientRequest
from tests.web.day import Day, built, context_of, database_url, day, people
from tracker.core.terms import Role
from tracker.services.context import Viewer
from tracker.services.correct_episode import correct_episode
from tracker.services.meetings import decide_not_needed
from tracker.services.pages.meetings import meetings_of_child, standing_meetings
from tracker.store.db import session
from tracker.store.models import AuditEntry, Episode, StrategyMeeting

__all__ = ["built", "database_url", "day", "people"]


def held(child_id: int, trigger: str | None = None) -> StrategyMeeting:
    session().rollback()
    session().expire_all()
    query = select(StrategyMeeting).where(StrategyMeeting.child_id == child_id)
    if trigger:
        query = query.where(StrategyMeeting.trigger == trigger)
    return session().scalars(query.order_by(StrategyMeeting.id.desc()).limit(1)).one()


def moment(name: str, day: str, time: str) -> dict[str, str]:
    return {f"{name}-day": day, f"{name}-month": "11", f"{name}-year": "2026", f"{name}-time": time}


def test_what_triggers_asked_for_stands_in_the_list_each_child_once(client_request: ClientRequest, day: Day) -> None:
    page = client_request.sign_in("Alice").get("/meetings")
    rows = [row.text for row in page.all("tr")][1:]
    benny = [row for row in rows if "Benny" in row]
    assert len(benny) == 1 and "Missing for more than 24 hours" in benny[0] and "To be arranged" in benny[0]
    assert any("Finlo" in row and "High risk" in row for row in rows)
    gussie = [row for row in rows if "Gussie" in row]
    assert len(gussie) == 1, "found after 25 hours"
    page = client_request.get("/meetings?show=past")
    assert "No strategy meeting to show." in page.text


def test_planned_then_held_then_corrected_with_an_action_from_it(client_request: ClientRequest, day: Day) -> None:
    child = day.child("Benny")
    id_ = held(child).id
    client = client_request.sign_in("Dana")
    assert "True since" in client.get(f"/meetings/{id_}").text
    client.post(f"/meetings/{id_}/plan", {"version": "1", **moment("planned_at", "17", "10:00")})
    assert "Planned for" in client.get(f"/meetings/{id_}").text
    page = client.get(f"/meetings/{id_}/held")
    assert (page.value_of("held_at-day"), page.value_of("held_at-time")) == ("17", "10:00")
    early = client.post(
        f"/meetings/{id_}/held", {"version": "2", "outcome": "Agreed", **moment("held_at", "17", "10:00")}, status=200
    )
    assert early.errors() == ["This lies in the future. Check it."] and "Agreed" in early.text
    client.post(f"/meetings/{id_}/held", {"version": "2", "outcome": "Agreed", **moment("held_at", "16", "10:00")})
    lost = client.post(f"/meetings/{id_}/not-needed", {"version": "2", "reason": "Typed late"}, status=409)
    assert "Typed late" in lost.text
    client.post(f"/meetings/{id_}/held", {"version": "3", "outcome": "A plan", **moment("held_at", "16", "11:00")})
    assert held(child).outcome == "A plan"
    sent = client.post(
        f"/children/{child}/actions/add?meeting={id_}",
        {"what": "Ring the school", "owner_name": "Ms Invented", "due_on-day": "20", "due_on-month": "11",
         "due_on-year": "2026"},
    )  # fmt: skip
    assert sent.location == f"/meetings/{id_}"
    assert "Ring the school" in client.get(f"/meetings/{id_}").text
    assert "A plan" in client.get("/meetings?show=past").text


def test_not_needed_with_a_reason(client_request: ClientRequest, day: Day) -> None:
    id_ = held(day.child("Finlo")).id
    client = client_request.sign_in("Alice")
    empty = client.post(f"/meetings/{id_}/not-needed", {"version": "1", "reason": " "}, status=200)
    assert empty.errors() == ["Write why no meeting is needed."]
    client.post(f"/meetings/{id_}/not-needed", {"version": "1", "reason": "Seen by the social worker"})
    page = client.get(f"/meetings/{id_}")
    assert "Seen by the social worker" in page.text and "Alice Testworker" in page.text and "Not needed" in page.text


def test_withdrawn_where_the_trigger_proved_untrue(
    client_request: ClientRequest, day: Day, people: dict[str, int]
) -> None:
    row = session().get_one(Episode, day.episode("Finlo"))
    correct_episode(context_of(people), episode_id=row.id, version=row.version, values={"risk": "low"}, reason="A slip")
    meeting = held(day.child("Finlo"))
    page = client_request.sign_in("Alice").get(f"/meetings/{meeting.id}")
    assert "What asked for it proved untrue." in page.text and "Record that it was held" not in page.text
    refused = client_request.post(
        f"/meetings/{meeting.id}/not-needed", {"version": str(meeting.version), "reason": "x"}, status=200
    )
    assert "withdrawn" in refused.errors()[0]


def test_an_interviewer_asks_for_one_of_a_child_they_see_and_settles_none(
    client_request: ClientRequest, day: Day
) -> None:
    client = client_request.sign_in("Bob")
    child = day.child("Benny")
    sent = client.post(f"/children/{child}/meetings/ask?episode={day.episode('Benny')}", {"reason": "What I was told"})
    meeting = held(child, "by_hand")
    assert sent.location == f"/meetings/{meeting.id}"
    page = client.get(sent.location)
    assert "What I was told" in page.text and "Asked for by Bob Testworker" in page.text
    assert "Also asked for, for this child" in page.text and "Record that it was held" not in page.text
    assert "Benny" in client.get("/meetings").text and "Finlo" not in client.get("/meetings").text
    client.get(f"/meetings/{meeting.id}/held", status=403)
    client.get(f"/meetings/{held(day.child('Finlo')).id}", status=404)
    client.get(f"/children/{day.child('Finlo')}/meetings/ask", status=404)
    read = session().scalars(select(AuditEntry).where(AuditEntry.action == "meeting_viewed")).all()
    assert {entry.subject_id for entry in read} == {str(meeting.id)}


@pytest.mark.parametrize("name", ["Charlie", "Ed", "Fay"])
def test_who_works_with_no_records_sees_none(client_request: ClientRequest, day: Day, name: str) -> None:
    meeting = held(day.child("Benny"))
    client = client_request.sign_in(name)
    for path in ("/meetings", f"/meetings/{meeting.id}", f"/children/{day.child('Benny')}/meetings/ask"):
        client.get(path, status=403)


def test_of_one_team(client_request: ClientRequest, day: Day) -> None:
    client = client_request.sign_in("Alice")
    assert "No strategy meeting is asked for." in client.get("/meetings?team=1").text
    assert client.get("/meetings?team=unknown&show=x").h1 == "Strategy meetings"


def test_the_parts_for_other_pages(app: Flask, day: Day, people: dict[str, int]) -> None:
    lead = context_of(people)
    viewer = Viewer(people["Alice"], "Alice Testworker", frozenset({Role.LEAD}))
    child = day.child("Benny")
    decide_not_needed(lead, meeting_id=held(child).id, version=1, reason="Seen the same day")
    source = (
        '{% from "meetings/panel.html" import meetings_panel, standing_section %}'
        '{{ meetings_panel(of_child, "/ask") }}{{ standing_section(standing, address="/meetings") }}'
    )
    with app.test_request_context("/today"):
        text = render_template_string(
            source,
            of_child=meetings_of_child(session(), lead, child),
            standing=standing_meetings(session(), lead, viewer, limit=1),
        )
    assert "No meeting is asked for at present." in text and "Seen the same day" in text and "Not needed" in text
    assert "Strategy meetings asked for" in text and re.search(r"All \d children", text)
