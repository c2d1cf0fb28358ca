"""The pages of alerts: what each trigger's is about, who may see which, and answering."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import factories
from tests.conftest import NOON, RULES
from tests.services import world
from tests.services.trigger_world import action, change, child, flag, found, maramp
from tests.web.conftest import PEOPLE, ClientRequest
from tracker.core.alert_terms import Trigger
from tracker.services.context import Actor, Context
from tracker.services.raise_notices import raise_notices, tell_engine_stale
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import Alert, OutboxMessage, Person, ReportAbsence

LATER = NOON + timedelta(hours=13)
CONTEXT = Context(LATER, RULES, Actor("test"))


@pytest.fixture
def raised(client_request: ClientRequest) -> dict[str, str]:
    """One alert of each trigger, to Alice: trigger → its reference."""
    with writing() as current:
        for row in current.scalars(select(Person)):
            row.team_id = None
    known = child(surname="Quillfeather")
    found(CONTEXT, NOON, child_id=known)
    flag(known)
    action(known, owner_id=client_request.people["Alice"])
    maramp(known, lead_id=client_request.people["Alice"])
    world.line(world.receipt(NOON), 1)
    with writing() as current:
        message = OutboxMessage(
            dedupe_key="x", message_id="<x>", template="overdue", to_address="dana@council.invalid", subject="s",
            body="b", created_at=NOON, try_at=NOON, undelivered_at=NOON, undelivered_why="550 no such mailbox",
            stopped_at=NOON, stopped_why="550 no such mailbox", recipient_id=client_request.people["Dana"],
        )  # fmt: skip
        current.add(message)
        current.flush()
        absence = ReportAbsence(feed="generic", expected_on=NOON.date(), expected_at=NOON, recorded_at=NOON)
        current.add(absence)
        current.flush()
        current.add(
            Alert(
                reference="absencereference", dedupe_key="absence", subject="report_absence", subject_id=absence.id,
                trigger="no_report", clock_no=0, rung="no_report", rungs=["no_report"],
                recipient_id=client_request.people["Alice"], due_at=NOON, raised_at=NOON,
            )
        )  # fmt: skip
    raise_notices(CONTEXT)
    tell_engine_stale(CONTEXT, NOON, LATER)
    client_request.clock.at = LATER + timedelta(minutes=1)
    session().rollback()
    alice = client_request.people["Alice"]
    rows = session().scalars(select(Alert).where(Alert.recipient_id == alice))
    return {row.trigger or row.rung: row.reference for row in rows}


ABOUT = {
    Trigger.FOUND_NOT_RETURNED: ("Testchild Quillfeather", "/episodes/"),
    Trigger.REPEAT_FLAG: ("Three or more in 90 days", "/children/"),
    Trigger.NO_REPORT: ("generic", "/reports"),
    Trigger.LINES_WAITING: ("1 line of this report waits", "/reports/"),
    Trigger.ACTION_OVERDUE: ("Ring the school", "/actions/"),
    Trigger.MARAMP_REVIEW_OVERDUE: ("waits for its review", "/frequent/maramps/"),
    Trigger.MAIL_UNDELIVERABLE: ("550 no such mailbox", ""),
    Trigger.ENGINE_STALE: ("Nothing looked at the deadlines since", ""),
}


@pytest.mark.parametrize("trigger", Trigger)
def test_an_alert_says_what_it_is_about_and_is_answered_without_a_reason(
    client_request: ClientRequest, raised: dict[str, str], trigger: Trigger
) -> None:
    client_request.sign_in("Alice")
    path = f"/alerts/{raised[trigger]}"
    page = client_request.get(path)
    words, link = ABOUT[trigger]
    assert words in page.text
    assert any(a.attributes.get("href", "").startswith(link) for a in page.all("a"))
    assert page.all("input", name="reason") == [], "nobody is asked why an interview is late"
    client_request.post(path, {})
    assert "Acknowledged by Alice Testworker" in client_request.get(path).text
    assert client_request.post(path, {}, status=200).errors() == ["This alert is acknowledged already."]


def test_the_list_is_narrowed_to_a_trigger(client_request: ClientRequest, raised: dict[str, str]) -> None:
    client_request.sign_in("Alice")
    everything = client_request.get("/alerts?whose=me")
    for reference in raised.values():
        assert f"/alerts/{reference}" in [a.attributes["href"] for a in everything.all("a")]
    for trigger in Trigger:
        page = client_request.get(f"/alerts?state=unanswered&rung={trigger}&whose=me")
        shown = {a.attributes["href"] for a in page.all("a")} & {f"/alerts/{one}" for one in raised.values()}
        assert shown == {f"/alerts/{raised[trigger]}"}


MAY_SEE = {
    "Alice": set(Trigger),
    "Dana": set(Trigger),
    "Bob": set(),
    "Ed": {Trigger.NO_REPORT, Trigger.MAIL_UNDELIVERABLE, Trigger.ENGINE_STALE},
    "Charlie": None,
    "Fay": None,
}


@pytest.mark.parametrize("name", PEOPLE)
def test_who_may_see_which(client_request: ClientRequest, raised: dict[str, str], name: str) -> None:
    seen = MAY_SEE[name]
    client_request.sign_in(name)
    if seen is None:
        client_request.get("/alerts", status=403)
    else:
        listed = {a.attributes["href"] for a in client_request.get("/alerts").all("a")}
        assert listed & {f"/alerts/{one}" for one in raised.values()} == {f"/alerts/{raised[one]}" for one in seen}
    for trigger, reference in raised.items():
        allowed = seen is not None and trigger in seen
        status = 200 if allowed else 403 if seen is None else 404
        page = client_request.get(f"/alerts/{reference}", status=status)
        if name == "Ed":
            assert "Quillfeather" not in page.text
        client_request.post(f"/alerts/{reference}", {}, status=302 if allowed else status)


def test_an_interviewer_sees_what_is_of_their_own_child_and_action(
    client_request: ClientRequest, raised: dict[str, str]
) -> None:
    bob = client_request.people["Bob"]
    row = session().scalars(select(Alert).where(Alert.reference == raised[Trigger.REPEAT_FLAG])).one()
    action_id = session().scalars(select(Alert.subject_id).where(Alert.trigger == "action_overdue")).first()
    child_id = row.child_id
    from tracker.store.models import Action, Child, Episode

    change(Action, action_id or 0, owner_id=bob)
    client_request.sign_in("Bob")
    page = client_request.get(f"/alerts/{raised[Trigger.ACTION_OVERDUE]}")
    assert "Ring the school" in page.text
    assert "Quillfeather" not in page.text, "an owner who does not see the child reads the action, no more"
    client_request.get(f"/alerts/{raised[Trigger.REPEAT_FLAG]}", status=404)
    with writing() as current:
        mine = factories.episode(current, current.get_one(Child, child_id), NOON - timedelta(days=9), NOON)
        factories.interview(current, [current.get_one(Episode, mine.id)], allocated_to_id=bob)
    assert "Quillfeather" in client_request.get(f"/alerts/{raised[Trigger.REPEAT_FLAG]}").text


def test_a_failed_message_leads_to_what_it_told_of(client_request: ClientRequest, raised: dict[str, str]) -> None:
    message_id = session().scalars(select(OutboxMessage.id).where(OutboxMessage.dedupe_key == "x")).one()
    found_alert = session().scalars(select(Alert).where(Alert.reference == raised[Trigger.FOUND_NOT_RETURNED])).one()
    change(Alert, found_alert.id, outbox_id=message_id)
    path, link = f"/alerts/{raised[Trigger.MAIL_UNDELIVERABLE]}", f"/alerts/{raised[Trigger.FOUND_NOT_RETURNED]}"
    page = client_request.sign_in("Alice").get(path)
    assert "Dana Testworker, dana@council.invalid" in page.text
    assert link in [a.attributes["href"] for a in page.all("a")]
    assert link not in [a.attributes["href"] for a in client_request.sign_in("Ed").get(path).all("a")]


def test_the_account_says_what_the_digest_would(client_request: ClientRequest, raised: dict[str, str]) -> None:
    page = client_request.sign_in("Alice").get("/account")
    assert "What your digest would say now" in page.text
    assert "Found, and not returned 1" in " ".join(page.text.split())
    assert "What your digest would say now" not in client_request.sign_in("Ed").get("/account").text
    assert "Nothing of yours is overdue" in client_request.sign_in("Bob").get("/account").text
