"""The group's meetings in the browser: planned, prepared, held, closed; the documents; who may, and who sees whom."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from tests import factories
from tests.conftest import NOON
from tests.web.conftest import ClientRequest
from tests.web.group_day import flag_three
from tests.web.page import Page
from tracker.core.clock import FixedClock
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import Action, AuditEntry, GroupItem, GroupMeeting, Maramp, RepeatFlagRow, StrategyMeeting

DAY = timedelta(days=1)


def moment(name: str, day: str, time: str | None = None, month: str = "11") -> dict[str, str]:
    at = {f"{name}-day": day, f"{name}-month": month, f"{name}-year": "2026"}
    return {**at, f"{name}-time": time} if time else at


def planned(client: ClientRequest, people: dict[str, int]) -> int:
    sent = client.post(
        "/group/plan",
        {"place": "Room 1", "chair": "Charlie Testworker", "person_ids": str(people["Charlie"]),
         "others": "Ms Example, school nursing", **moment("meets_at", "18", "10:00")},
    )  # fmt: skip
    return int(sent.location.rpartition("/")[2])


def items(meeting_id: int) -> list[GroupItem]:
    session().rollback()
    session().expire_all()
    query = select(GroupItem).where(GroupItem.meeting_id == meeting_id).order_by(GroupItem.place, GroupItem.id)
    return list(session().scalars(query))


def meeting(meeting_id: int) -> GroupMeeting:
    session().rollback()
    return session().get_one(GroupMeeting, meeting_id, populate_existing=True)


def begun(client: ClientRequest, people: dict[str, int]) -> int:
    meeting_id = planned(client, people)
    client.post(f"/group/{meeting_id}/begin", {"version": "1"})
    return meeting_id


def record(client: ClientRequest, item: GroupItem, status: int = 302, **more: str) -> Page:
    given = {"version": str(item.version), "discussion": "We spoke of Ada and of Ben's carer.",
             "decision": "plan_sufficient", "words": "It fits, and is followed."}  # fmt: skip
    return client.post(f"/group/items/{item.id}", {**given, **more}, status=status)


def closed(client: ClientRequest, people: dict[str, int]) -> int:
    meeting_id = begun(client, people)
    for item in items(meeting_id):
        record(client, item)
    page = client.get(f"/group/{meeting_id}/attendance")
    boxes = [box.attributes["value"] for box in page.all("input", name="present")]
    client.post(f"/group/{meeting_id}/attendance", {"version": str(meeting(meeting_id).version), "present": boxes[0]})
    client.post(f"/group/{meeting_id}/close", {"version": str(meeting(meeting_id).version)})
    return meeting_id


def text_of(client: ClientRequest, path: str) -> str:
    answer = client.raw("GET", path)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages).split())


def test_an_empty_service_has_its_pages(client_request: ClientRequest) -> None:
    client = client_request.sign_in("Charlie")
    assert "No meeting is planned." in client.get("/group").text
    assert "Nothing is open" in client.get("/group/open").text
    assert client.get("/group/plan").value_of("chair") == "Charlie Testworker"
    client.get("/group/1", status=404)
    client.get("/group/items/1", status=404)
    client.get("/group/children/1", status=404)
    assert client.raw("GET", "/group/1/minutes.pdf").status_code == 404
    assert client.raw("GET", "/group/1/agenda.pdf").status_code == 404


def test_a_meeting_is_planned_and_its_agenda_names_three_children_with_reasons(
    client_request: ClientRequest, people: dict[str, int]
) -> None:
    flag_three(people)
    client = client_request.sign_in("Charlie")
    empty = client.post("/group/plan", {"place": "", "chair": ""}, status=200)
    assert empty.errors() == [
        "Enter when the group meets.", "Write where the group meets, or the link.", "Write who chairs the meeting.",
    ]  # fmt: skip
    meeting_id = planned(client, people)
    page = client.get(f"/group/{meeting_id}")
    rows = [row.text for row in page.all("tr")][1:]
    assert [name in row for name, row in zip(("Ada", "Ben", "Cai"), rows, strict=True)] == [True] * 3
    assert "New repeat flag: three or more in 90 days, raised 15 November 2026" in rows[0]
    assert "Begin the meeting" in page.text and "Ms Example, school nursing" in page.text
    text = text_of(client, f"/group/{meeting_id}/agenda.pdf")
    assert "1. Ada Testly" in text and "3 times in 90 days" in text and "Official-sensitive" in text
    read = session().scalars(select(AuditEntry.action).where(AuditEntry.subject == "group_meeting")).all()
    assert {"group_meeting_planned", "group_meeting_viewed", "group_agenda_downloaded"} <= set(read)


def test_one_child_after_another_is_read_and_recorded(client_request: ClientRequest, people: dict[str, int]) -> None:
    flag_three(people)
    client = client_request.sign_in("Charlie")
    meeting_id = planned(client, people)
    first, second, third = items(meeting_id)
    page = client.get(f"/group/items/{first.id}")
    for said in ("Missing 3 times in 90 days, 3 in 365", "10 h", "From 1 Invented Lane; found at the bus station",
                 "The group has not spoken of this child before.", "1 of 3"):  # fmt: skip
        assert said in page.text, said
    assert not page.all("textarea"), "nothing is recorded before the meeting has begun"
    client.post(f"/group/{meeting_id}/begin", {"version": "1"})
    page = client.get(f"/group/items/{first.id}")
    assert page.all("textarea")
    wrong = record(client, first, 200, decision="", words="Why", what="Ring the school")
    assert wrong.errors() == ["Enter the day by which it is to be done."]
    assert "Ring the school" in wrong.text and "Ada and of Ben" in wrong.text
    wrong = record(client, first, 200, words="", what="Ring", owner_name="Ms Example", **moment("due_on", "1"))
    assert wrong.errors() == ["Write the decision in words, with its reason."]
    day = moment("due_on", "20")
    sent = record(client, first, what="Ring the school", owner_name="Ms Example, school", submit="next", **day)
    assert sent.location == f"/group/items/{second.id}"
    assert "Ring the school" in client.get(f"/group/items/{first.id}").text
    sent = record(client, second, decision="open_maramp", words="Grown.", submit="stay", **moment("maramp_on", "27"))
    assert sent.location == f"/group/items/{second.id}"
    assert record(client, third, submit="next").location == f"/group/{meeting_id}"
    assert "all are decided" in client.get(f"/group/{meeting_id}").text
    late = client.post(f"/group/items/{first.id}", {"version": "1", "discussion": "Typed late"}, status=409)
    assert "Typed late" in late.text


def test_whoever_goes_on_without_a_decision_is_told_so(client_request: ClientRequest, people: dict[str, int]) -> None:
    flag_three(people)
    client = client_request.sign_in("Charlie")
    meeting_id = planned(client, people)
    client.post(f"/group/{meeting_id}/begin", {"version": "1"})
    first, second, third = items(meeting_id)
    for item, sent, told in (
        (first, {"discussion": ""}, "Nothing was entered: no decision is chosen for the child yet."),
        (second, {"discussion": "The home spoke."}, "It is recorded. No decision is chosen for the child yet."),
        (third, {"discussion": "", "decision": "plan_sufficient", "words": "It fits."}, "It is recorded."),
    ):
        went = record(client, item, **{"decision": "", "words": "", "submit": "stay", **sent})
        page = client.get(went.location)
        assert told in page.text
        assert ("decision is chosen" in page.text) == (item is not third)


def test_the_workspace_leads_back_to_the_meeting_it_was_opened_from(
    client_request: ClientRequest, people: dict[str, int]
) -> None:
    flag_three(people)
    client = client_request.sign_in("Charlie")
    first = items(planned(client, people))[0]
    back = f"/group/items/{first.id}"
    [there] = [a for a in client.get(back).all("a") if a.text == "Pattern, interviews and MARAMP"]
    page = client.get(there.attributes["href"])
    assert page.all("a", href=back)
    for tab in ("Interviews", "Said and planned"):
        [link] = [a for a in page.all("a") if a.text.startswith(tab)]
        assert client.get(link.attributes["href"]).all("a", href=back), tab
    client.get(f"/frequent/{first.child_id}?item=x")


def test_a_day_of_a_maramp_is_not_lost_in_silence(client_request: ClientRequest, people: dict[str, int]) -> None:
    flag_three(people)
    client = client_request.sign_in("Charlie")
    meeting_id = planned(client, people)
    client.post(f"/group/{meeting_id}/begin", {"version": "1"})
    wrong = record(client, items(meeting_id)[0], 200, **moment("maramp_on", "27"))
    assert wrong.errors() == [
        "A day goes with the decision that a MARAMP is to be opened. Choose that, or clear the day."
    ]


def test_closing_says_what_is_missing_and_the_minutes_go_out_with_and_without_names(
    client_request: ClientRequest, people: dict[str, int]
) -> None:
    ada, ben, _ = flag_three(people)
    client = client_request.sign_in("Charlie")
    unready = begun(client, people)
    page = client.get(f"/group/{unready}/close")
    assert "Decide for Ada Testly" in page.text and "Say who is there" in page.text
    page = client.post(f"/group/{unready}/close", {"version": "2"}, status=200)
    assert page.errors() == [
        "Say first who is at the meeting.",
        "3 children have no decision yet. Decide, or leave the child out with a reason.",
    ]
    for item in items(unready):
        record(client, item)
    item = items(unready)[2]
    client.post(f"/group/items/{item.id}/leave-out", {"version": str(item.version), "reason": "Cai has moved."})
    box = client.get(f"/group/{unready}/attendance").all("input", name="present")[0].attributes["value"]
    client.post(f"/group/{unready}/attendance", {"version": "2", "present": box, "others": "Mr Example, police"})
    client.post(f"/group/{unready}/business", {"version": "3", "other_business": "Ben asked for a form.",
                                               **moment("next_at", "16", "10:00", month="12")})  # fmt: skip
    client.post(f"/group/{unready}/close", {"version": "4"})
    page = client.get(f"/group/{unready}")
    assert "Minutes" in page.text and "Ada Testly" in page.text and "Mr Example, police: there" in page.text
    assert "We spoke of Ada and of Ben's carer." in page.text
    told = text_of(client, f"/group/{unready}/minutes.pdf")
    assert f"1. Child {ada}" in told and f"We spoke of Child {ada} and of Child {ben}'s carer." in told
    assert not any(name in told for name in ("Ada", "Testly", "Ben ", "Madeup", "Cai", "Inventson"))
    assert "16 Dec 2026, 10:00" in told and "Mr Example, police There" in told and meeting(unready).sha256 in told
    named = text_of(client, f"/group/{unready}/minutes.pdf?names=1")
    assert "1. Ada Testly" in named and "Cai has moved." in named and "Ben asked for a form." in named
    client.post(f"/group/{unready}/correct", {"text": "Ada lives elsewhere."})
    corrected = text_of(client, f"/group/{unready}/minutes.pdf")
    assert "Corrections since the minutes were frozen" in corrected and f"Child {ada} lives elsewhere." in corrected
    taken = session().scalars(select(AuditEntry).where(AuditEntry.action == "group_minutes_downloaded")).all()
    assert [entry.details["names"] for entry in taken] == [False, True, False]
    first, second = (client.raw("GET", f"/group/{unready}/minutes.pdf").data for _ in range(2))
    assert first == second, "the same minutes give the same document"


def test_the_agenda_is_changed_by_whoever_runs_the_meeting(
    client_request: ClientRequest, people: dict[str, int]
) -> None:
    flag_three(people)
    with writing() as current:
        calm = factories.child(current, "Calmly", "Cal").id
    client = client_request.sign_in("Charlie")
    meeting_id = planned(client, people)
    ada, ben, _ = items(meeting_id)
    client.post(f"/group/items/{ben.id}/move", {"to": "up"})
    assert [item.id for item in items(meeting_id)][:2] == [ben.id, ada.id]
    client.post(f"/group/items/{ben.id}/move", {"to": "down"})
    assert [item.id for item in items(meeting_id)][:2] == [ada.id, ben.id]
    client.get(f"/group/items/{ada.id}/leave-out")
    client.post(f"/group/items/{ada.id}/leave-out", {"version": "1", "reason": "Away."})
    assert "Left out of this agenda" in client.get(f"/group/{meeting_id}").text
    client.post(f"/group/items/{ada.id}/put-back", {"version": "2"})
    assert "Left out of this agenda" not in client.get(f"/group/{meeting_id}").text
    page = client.post(f"/group/{meeting_id}/leave-out", {"reason": "Next time."}, status=200)
    assert page.errors() == ["Choose the children to leave out."]
    client.post(f"/group/{meeting_id}/leave-out", {"reason": "Next time.", "item_ids": str(ben.id)})
    assert "Next time." in client.get(f"/group/{meeting_id}").text
    page = client.post(f"/group/{meeting_id}/add", {"why": "Worried"}, status=200)
    assert page.errors() == ["Choose a child from the list, or enter a number: one of the two."]
    page = client.post(f"/group/{meeting_id}/add", {"why": "Worried", "number": str(calm)}, status=200)
    assert page.errors() == ["There is no such child."]
    client.sign_in("Alice").post(f"/group/{meeting_id}/add", {"why": "Worried", "number": str(calm)})
    assert "Cal Calmly" in client.sign_in("Charlie").get(f"/group/{meeting_id}").text
    client.get(f"/group/{meeting_id}/change")
    client.get(f"/group/{meeting_id}/call-off")
    client.post(f"/group/{meeting_id}/call-off", {"version": "1", "reason": "Nobody can come."})
    assert "Nobody can come." in client.get("/group").text
    assert client.get(f"/group/{meeting_id}/change", status=302).location == f"/group/{meeting_id}"
    assert client.raw("GET", f"/group/{meeting_id}/agenda.pdf").status_code == 404


def test_the_next_plan_begins_with_the_company_and_the_time_of_the_last(
    client_request: ClientRequest, people: dict[str, int]
) -> None:
    client = client_request.sign_in("Charlie")
    meeting_id = begun(client, people)
    client.post(f"/group/{meeting_id}/business", {"version": "2", **moment("next_at", "16", "10:00", month="12")})
    page = client.sign_in("Alice").get("/group/plan")
    assert (page.value_of("chair"), page.value_of("place")) == ("Charlie Testworker", "Room 1")
    assert (page.value_of("meets_at-day"), page.value_of("meets_at-time")) == ("16", "10:00")
    ticked = [box.attributes["value"] for box in page.all("input", name="person_ids") if "checked" in box.attributes]
    assert ticked == [str(people["Charlie"])]
    assert "Ms Example, school nursing" in page.text


def test_a_child_flagged_since_is_shown_and_added(client_request: ClientRequest, people: dict[str, int]) -> None:
    client = client_request.sign_in("Charlie")
    meeting_id = planned(client, people)
    flag_three(people)
    assert "Since the agenda was made" in client.get(f"/group/{meeting_id}").text
    client.post(f"/group/{meeting_id}/agenda")
    assert len(items(meeting_id)) == 3


def test_what_is_open_and_a_childs_history(client_request: ClientRequest, people: dict[str, int]) -> None:
    ada, *_ = flag_three(people)
    client = client_request.sign_in("Charlie")
    meeting_id = begun(client, people)
    first = items(meeting_id)[0]
    day = moment("due_on", "20")
    record(client, first, what="Ring the school", owner_id=str(people["Bob"]), **day)
    page = client.get("/group/open")
    assert "Ada Testly" in page.text and "Ring the school" in page.text
    history = client.get(f"/group/children/{ada}")
    assert "The plan is sufficient" in history.text
    assert not [a for a in history.all("a") if a.attributes.get("href", "").startswith("/actions/")]
    listed = client.sign_in("Alice").get("/actions?whose=all")
    assert f"/group/items/{first.id}" in [a.attributes.get("href") for a in listed.all("a")]
    theirs = client.sign_in("Bob").get("/actions")
    assert "the operational group" not in theirs.text, "Bob sees no child of it: the source is not his to know"
    assert "Ring the school" in theirs.text


def test_what_was_decided_and_has_not_come_is_open_too(client_request: ClientRequest, people: dict[str, int]) -> None:
    flag_three(people)
    client = client_request.sign_in("Charlie")
    first, second, third = items(begun(client, people))
    record(client, first, decision="open_maramp", words="Grown.", **moment("maramp_on", "27"))
    record(client, second, decision="strategy_meeting", words="With the police.")
    record(client, third)
    page = client.get("/group/open")
    assert "No MARAMP is open yet: due 27 November 2026" in page.text
    assert "The strategy meeting is not held yet" in page.text and len(page.all("tr")) == 3
    with writing() as current:
        current.add(Maramp(child_id=first.child_id, opened_at=NOON))
        asked = current.get_one(GroupItem, second.id).strategy_meeting_id
        current.get_one(StrategyMeeting, asked).held_at = NOON
    assert "Nothing is open" in client.get("/group/open").text


def test_the_minutes_know_when_the_group_meets_next(client_request: ClientRequest, people: dict[str, int]) -> None:
    client = client_request.sign_in("Charlie")
    meeting_id = begun(client, people)
    assert "the next meeting is not arranged yet" in client.get(f"/group/{meeting_id}/close").text
    assert client.get(f"/group/{meeting_id}/business").value_of("next_at-day") == ""
    sent = {"place": "Room 1", "chair": "Charlie Testworker", "person_ids": str(people["Charlie"])}
    client.post("/group/plan", {**sent, **moment("meets_at", "25", "09:30")})
    page = client.get(f"/group/{meeting_id}/business")
    assert (page.value_of("next_at-day"), page.value_of("next_at-time")) == ("25", "09:30")


def test_an_action_of_the_last_meeting_is_recorded_as_done(
    client_request: ClientRequest, people: dict[str, int]
) -> None:
    flag_three(people)
    client = client_request.sign_in("Charlie")
    meeting_id = begun(client, people)
    first = items(meeting_id)[0]
    record(client, first, what="Ring the school", owner_name="Ms Example", **moment("due_on", "20"))
    action_id = session().scalars(select(Action.id)).one()
    address = f"/group/items/{first.id}/actions/{action_id}/done"
    assert "Ring the school" in client.get(address).text
    assert client.post(address, {"version": "1", "outcome": ""}, status=200).errors() == ["Write what came of it."]
    client.post(address, {"version": "1", "outcome": "They know."})
    assert "They know." in client.get(f"/group/items/{first.id}").text
    client.get(address, status=404)


def test_managers_read_and_change_nothing(client_request: ClientRequest, people: dict[str, int]) -> None:
    flag_three(people)
    meeting_id = begun(client_request.sign_in("Charlie"), people)
    first = items(meeting_id)[0]
    client = client_request.sign_in("Dana")
    assert "Close the meeting" not in client.get(f"/group/{meeting_id}").text
    assert not client.get(f"/group/items/{first.id}").all("textarea")
    record(client, first, 403)


@pytest.mark.parametrize("name", ["Bob", "Ed", "Fay"])
def test_the_area_is_closed_to_the_others(client_request: ClientRequest, name: str) -> None:
    client = client_request.sign_in(name)
    for path in ("/group", "/group/open", "/group/1", "/group/items/1", "/group/children/1"):
        client.get(path, status=403)


def test_after_a_year_the_group_reads_no_minutes_of_a_child_who_is_on_no_flag(
    client_request: ClientRequest, people: dict[str, int], clock: FixedClock
) -> None:
    flag_three(people)
    meeting_id = closed(client_request.sign_in("Charlie"), people)
    with writing() as current:
        for flag in current.scalars(select(RepeatFlagRow)):
            flag.ends_on = flag.ended_on = NOON.date()
    clock.at = NOON + 400 * DAY
    client = client_request.sign_in("Charlie")
    assert "ask the missing-children lead" in client.get(f"/group/{meeting_id}").text
    assert client.raw("GET", f"/group/{meeting_id}/minutes.pdf").status_code == 404
    assert "Ada Testly" in client.sign_in("Alice").get(f"/group/{meeting_id}").text


def test_what_is_sent_after_the_meeting_closed_is_shown_again_to_be_copied(
    client_request: ClientRequest, people: dict[str, int]
) -> None:
    flag_three(people)
    client = client_request.sign_in("Charlie")
    meeting_id = closed(client, people)
    page = record(client, items(meeting_id)[0], 409, discussion="Typed too late")
    assert "Typed too late" in page.text
