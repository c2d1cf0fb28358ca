"""The page that an email's link opens: answered in two clicks, escalated; who was told; who may open it."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories
from tests.conftest import NOON
from tests.web.conftest import ClientRequest
from tracker.bootstrap import wiring
from tracker.core.alert_terms import Audience
from tracker.core.alerts import RunningClock, recipients_of
from tracker.core.clock import FixedClock
from tracker.core.ladder_changes import with_step
from tracker.core.ladder_rules import audiences_of
from tracker.core.rules import Rules
from tracker.core.terms import Role
from tracker.services.context import Actor, Context
from tracker.services.ladder import rules_in_force
from tracker.services.passwords import hash_password
from tracker.services.people import set_absence
from tracker.services.raise_alerts import sweep
from tracker.services.record_interview import allocate
from tracker.services.save_ladder import save_ladder
from tracker.services.transaction import writing
from tracker.store import people as stored
from tracker.store.db import session
from tracker.store.models import Alert, Episode, Person

HOUR = timedelta(hours=1)
CONTEXT = Context(NOON, Rules(), Actor("test"))


def overdue(hours: float = 1, to: int | None = None) -> int:
    """An episode whose deadline passed so long before noon, swept."""
    returned = NOON - (72 + hours) * HOUR
    then = replace(CONTEXT, now=returned)
    with writing() as current:
        child = factories.child(current, "Quillfeather")
        id_ = factories.episode(current, child, returned - 9 * HOUR, returned, context=then).id
    if to is not None:
        allocate(replace(CONTEXT, now=returned), episode_id=id_, person_id=to)
    sweep(CONTEXT)
    return id_


def alert_to(person_id: int, **more: Any) -> Alert:
    session().rollback()
    row = session().scalars(select(Alert).filter_by(recipient_id=person_id, **more).order_by(Alert.id.desc())).first()
    assert row is not None
    return row


def test_one_press_acknowledges_with_a_plan(client_request: ClientRequest, people: dict[str, int]) -> None:
    overdue()
    path = f"/alerts/{alert_to(people['Alice']).reference}"
    page = client_request.sign_in("Alice").get(path)
    for words in ("Acknowledge: planned today at 16:00", "Acknowledge: planned tomorrow at 10:00", "Escalate now"):
        assert words in page.text
    client_request.post(path, {"reason": "no_capacity", "plan": "tomorrow"})
    row = alert_to(people["Alice"])
    assert (row.acknowledged_reason, row.planned_at) == ("no_capacity", NOON + 22 * HOUR)
    assert "The interview is planned for 17 Nov 2026, 10:00" in client_request.get(path).text


def test_what_no_longer_lies_ahead_is_not_offered(
    client_request: ClientRequest, people: dict[str, int], clock: FixedClock
) -> None:
    overdue()
    clock.at = NOON + 5 * HOUR
    page = client_request.sign_in("Alice").get(f"/alerts/{alert_to(people['Alice']).reference}")
    assert "today at 16:00" not in page.text
    assert "tomorrow at 10:00" in page.text


def test_escalate_now(client_request: ClientRequest, people: dict[str, int]) -> None:
    with writing() as current:
        factories.person(current, Role.SERVICE_MANAGER, name="Sam Senior")
    id_ = overdue()
    path = f"/alerts/{alert_to(people['Alice']).reference}"
    wrong = client_request.sign_in("Alice").post(f"{path}/escalate", {}, status=200)
    assert "Choose why you cannot settle it." in wrong.text
    page = client_request.post(f"{path}/escalate", {"why": "may_be_at_risk"}, follow=True, status=200)
    assert "Told now: Sam Senior." in page.text
    assert "asked for by Alice Testworker: The child may be at risk" in page.text
    chain = client_request.get(f"/episodes/{id_}/told")
    assert "Escalated" in chain.text
    assert "Sam Senior" in chain.text
    assert "When was the lead told? Alice Testworker was told on 16 Nov 2026, 12:00" in " ".join(chain.text.split())
    assert client_request.get(f"/episodes/{id_}").all("a", href=f"/episodes/{id_}/told")
    client_request.sign_in("Charlie").post(f"{path}/escalate", {"why": "cannot_act"}, status=403)


def test_after_an_escalation_that_was_refused_the_alert_can_still_be_acknowledged(
    client_request: ClientRequest, people: dict[str, int]
) -> None:
    overdue()
    path = f"/alerts/{alert_to(people['Alice']).reference}"
    wrong = client_request.sign_in("Alice").post(f"{path}/escalate", {}, status=200)
    assert [form.attributes["action"] for form in wrong.all("form", method="post")][-2:] == [path, f"{path}/escalate"]


def test_what_was_tried_and_the_way_to_allocate_stand_on_it(
    client_request: ClientRequest, people: dict[str, int]
) -> None:
    id_ = overdue()
    path = f"/alerts/{alert_to(people['Alice']).reference}"
    page = client_request.sign_in("Alice").get(path)
    allocation = f"/episodes/{id_}/interview/allocate"
    assert page.one("a", href=allocation).text == "Allocate the interview"
    assert "Where it stands Needed" in " ".join(page.text.split())
    allocate(replace(CONTEXT, actor=Actor("Alice", people["Alice"])), episode_id=id_, person_id=people["Bob"])
    page = client_request.get(path)
    assert not page.all("a", href=allocation)
    assert "Where it stands Allocated" in " ".join(page.text.split())


def test_the_chain_of_an_episode_of_which_nobody_was_told(client_request: ClientRequest) -> None:
    with writing() as current:
        id_ = factories.episode(current, factories.child(current), NOON - 9 * HOUR, None, context=CONTEXT).id
    page = client_request.sign_in("Alice").get(f"/episodes/{id_}/told")
    assert "No lead has been told of this deadline." in page.text
    client_request.get("/episodes/999/told", status=404)
    client_request.sign_in("Charlie").get(f"/episodes/{id_}/told", status=403)


def test_sign_in_leads_back_to_the_page_of_the_link(client_request: ClientRequest, people: dict[str, int]) -> None:
    with writing() as current:
        current.get_one(Person, people["Alice"]).password_hash = hash_password("three plain words")
    overdue()
    path = f"/alerts/{alert_to(people['Alice']).reference}"
    to = client_request.sign_out().get(path, status=302).location
    page = client_request.get(to)
    sent = {
        "csrf_token": page.value_of("csrf_token"),
        "email": "alice@council.invalid",
        "password": "three plain words",
    }
    answer = client_request.raw("POST", to, data=sent)
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith(path)


# Everybody who is told may open what their message links to


def _save(app: Flask, audience: Audience) -> Context:
    file = wiring(app).settings.ladder_definition
    step = {"rung": "probe", "offset_hours": 0.5, "audience": [str(audience)]}
    save_ladder(CONTEXT, definition=with_step(file, step), note="x", based_on=None, file=file)
    return replace(CONTEXT, rules=rules_in_force(wiring(app).settings.rules, file))


@pytest.mark.parametrize("audience", audiences_of("probe"))
def test_everybody_told_by_a_step_may_open_it(
    client_request: ClientRequest, people: dict[str, int], app: Flask, audience: Audience
) -> None:
    """Whoever is away, and whoever covers them, the interview allocated or not."""
    with writing() as current:
        for role, name in ((Role.SERVICE_MANAGER, "Sam"), (Role.HEAD_OF_SERVICE, "Hal")):
            people[name] = factories.person(current, role, name=name).id
    context = _save(app, audience)
    opened = set()
    for allocated, away in product((None, "Bob"), (None, "Bob", "Alice", "Dana")):
        with writing() as current:
            for row in current.query(Person):
                row.away_from = NOON - HOUR if away == row.name.split()[0] else None
                row.covered_by_id = people["Sam"] if row.id != people["Sam"] else None
            for episode in current.query(Episode):
                episode.sweep_at = None
        id_ = overdue(to=people[allocated] if allocated else None)
        sweep(context)
        session().rollback()
        found = session().execute(select(Alert.reference, Alert.recipient_id).where(Alert.episode_id == id_)).all()
        names = {person_id: name for name, person_id in people.items()}
        assert found
        for reference, recipient_id in found:
            client_request.sign_in(names[recipient_id]).get(f"/alerts/{reference}")
            opened.add(names[recipient_id])
    assert {"Alice"} <= opened or audience is not Audience.LEAD


def test_a_cover_who_may_no_longer_see_it_is_not_told(
    client_request: ClientRequest, people: dict[str, int], app: Flask
) -> None:
    set_absence(
        CONTEXT, person_id=people["Alice"], away_from=NOON - HOUR, away_until=None, covered_by_id=people["Dana"]
    )
    with writing() as current:
        dana = current.get_one(Person, people["Dana"])
        for held in dana.role_rows:
            held.role = str(Role.ADMINISTRATOR)
        factories.person(current, Role.SERVICE_MANAGER, name="Sam")
    clock = RunningClock("episode", 1, 1, NOON)
    reached = {
        told.person_id
        for step in Rules().ladder
        for told in recipients_of(step, clock, stored.recipients(session()), NOON)
    }
    assert people["Dana"] not in reached
    assert reached


# Nobody would be told


def test_the_banner_says_which_steps_and_where_it_is_mended(
    client_request: ClientRequest, people: dict[str, int]
) -> None:
    generic, precise = "Some alerts would reach nobody", "Nobody would be told of: Due soon, Overdue,"
    for name in ("Alice", "Dana"):
        set_absence(CONTEXT, person_id=people[name], away_from=NOON - HOUR, away_until=None)
    page = client_request.sign_in("Ed").get("/account")
    assert generic in page.text
    assert precise in page.text
    assert page.all("a", href="/people")
    assert page.all("a", href="/ladder")
    page = client_request.sign_in("Alice").get("/episodes")
    assert precise in page.text
    assert page.all("a", href="/account/absence")
    assert not page.all("a", href="/people")
    page = client_request.sign_in("Fay").get("/account")
    assert generic in page.text
    assert precise not in page.text


# One's own absence and cover


def test_people_enter_their_own_absence_and_cover(client_request: ClientRequest, people: dict[str, int]) -> None:
    page = client_request.sign_in("Bob").get("/account/absence")
    offered = {option.attributes["value"] for option in page.all("option")}
    assert offered == {"", str(people["Alice"]), str(people["Dana"])}
    boxes = {"away_from-day": "16", "away_from-month": "11", "away_from-year": "2026", "away_from-time": "09:00"}
    client_request.post("/account/absence", {**boxes, "cover": str(people["Dana"])})
    page = client_request.get("/account")
    assert "Dana Testworker is told in your place" in " ".join(page.text.split())
    wrong = client_request.post("/account/absence", {**boxes, "cover": str(people["Ed"])}, status=200)
    assert "Choose from the list." in wrong.text
    page = client_request.sign_in("Ed").get(f"/people/{people['Bob']}")
    assert "Told for them while away" in page.text
    overdue(to=people["Bob"])
    assert alert_to(people["Dana"]).rung
