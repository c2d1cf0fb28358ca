"""Figures of alerts and escalations open the alerts behind them: of a month, a published version, and other periods."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import factories
from tests.conftest import NOON
from tests.services.test_pages_alerts import raised
from tests.web.conftest import PEOPLE, ClientRequest
from tracker.core.alert_terms import Rung
from tracker.core.rules import Rules
from tracker.core.terms import Role
from tracker.services import publish_month
from tracker.services.acknowledge_alert import acknowledge
from tracker.services.context import Actor, Context, Viewer
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import Alert, AuditEntry, OutboxMessage, Person, PersonRole

CONTEXT = Context(NOON, Rules(), Actor("test"))
OVER = "first_day=2026-10-01&last_day=2026-12-31"


@dataclass(frozen=True)
class Told:
    """The episodes that alerts of November told of: Anwen's, and Benny's, which is another council's."""

    anwen: int
    benny: int


@pytest.fixture
def told(client_request: ClientRequest) -> Told:
    """Dana is told of Anwen's overdue interview and answers; the head's step for Benny cannot be delivered."""
    dana = Viewer(client_request.people["Dana"], "Dana Testworker", frozenset(PEOPLE["Dana"]))
    with writing() as current:
        start = NOON - timedelta(days=6)
        ids = [
            factories.episode(
                current, factories.child(current, surname, forename=name), start, hours=9, context=CONTEXT, is_ours=ours
            ).id
            for name, surname, ours in (("Anwen", "Quillfeather", True), ("Benny", "Marlowe-Test", False))
        ]
    raised(dana, "aaaaanwen", episode_id=ids[0], hours_ago=20)
    raised(dana, "bbbbbenny", episode_id=ids[1], rung=Rung.OVERDUE_96H, hours_ago=5, stopped=True)
    with writing() as current:
        message = select(OutboxMessage).where(OutboxMessage.dedupe_key == "bbbbbenny")
        current.scalars(message).one().undelivered_at = NOON
    acting = Context(NOON - timedelta(hours=18), Rules(), Actor("Dana Testworker", dana.person_id))
    acknowledge(acting, reference="aaaaanwen", reason=None, planned_at=None)
    return Told(*ids)


def behind(key: str, **more: object) -> str:
    return "/episodes?month=2026-11&figure=" + "&".join([key, *(f"{name}={value}" for name, value in more.items())])


def test_the_numbers_of_the_month_lead_to_their_alerts(client_request: ClientRequest, told: Told) -> None:
    alice = client_request.sign_in("Alice")
    page = alice.get("/month/2026-11")
    opened = {
        a.attributes["href"] for a in page.all("a")
        if "figure=alerts." in a.attributes["href"] or "figure=escalations." in a.attributes["href"]
    }  # fmt: skip
    assert {address.partition("figure=")[2].partition("&")[0] for address in opened} == {
        "alerts.raised", "alerts.sent", "alerts.sent_by_rung.overdue", "alerts.acknowledged", "alerts.undelivered",
        "alerts.median_hours_to_acknowledge", "escalations.raised", "escalations.undelivered",
    }  # fmt: skip
    for address in opened:
        assert "/alerts/" in alice.get(address).response.text


def test_the_list_says_who_was_told_of_what_and_who_answered_when(client_request: ClientRequest, told: Told) -> None:
    page = client_request.sign_in("Alice").get(behind("alerts.raised"))
    assert page.h1 == "Behind the figure for November 2026 Alerts raised"
    text = " ".join(page.text.split())
    assert "2 alerts" in text
    assert f"Anwen Quillfeather , episode {told.anwen} Dana Testworker 15 Nov 2026, 16:00" in text
    assert "15 Nov 2026, 18:00 Dana Testworker" in text  # when, and by whom, it was answered
    assert f"Benny Marlowe-Test , episode {told.benny} Dana Testworker no such mailbox no" in text
    only = client_request.get(behind("escalations.undelivered")).text
    assert "Benny" in only and "Anwen" not in only


def test_each_cohort_has_its_alerts(client_request: ClientRequest, told: Told) -> None:
    alice = client_request.sign_in("Alice")
    assert "Benny" not in alice.get(behind("alerts.raised", cohort="ours")).text
    assert "Anwen" not in alice.get(behind("alerts.raised", cohort="other")).text


def test_a_published_version_opens_the_alerts_that_were_published(client_request: ClientRequest, told: Told) -> None:
    later = Context(NOON + timedelta(days=20), Rules(), Actor("test"))
    client_request.clock.at = later.now
    publish_month.publish(later, "2026-11")
    dana = Viewer(client_request.people["Dana"], "Dana Testworker", frozenset(PEOPLE["Dana"]))
    raised(dana, "cccclater", episode_id=told.anwen, rung=Rung.OVERDUE_24H, hours_ago=2)  # loaded afterwards
    alice = client_request.sign_in("Alice")
    assert "2 alerts, as published in version 1" in " ".join(alice.get(behind("alerts.raised", version=1)).text.split())
    assert "3 alerts" in alice.get(behind("alerts.raised")).text
    assert "figure=alerts.raised&cohort=all&version=1" in alice.get("/month/2026-11?version=1").response.text.replace(
        "&amp;", "&"
    )


def test_the_list_is_recorded_before_it_is_shown(client_request: ClientRequest, told: Told) -> None:
    client_request.sign_in("Alice").get(behind("alerts.raised"))
    session().rollback()
    last = select(AuditEntry).where(AuditEntry.action == "list_viewed").order_by(AuditEntry.id.desc()).limit(1)
    row = session().scalars(last).one()
    assert (row.subject, row.details) == ("alerts", {"filter": {"ids": 2, "page": 1}})


def test_the_group_reads_the_numbers_and_opens_no_alert(client_request: ClientRequest, told: Told) -> None:
    charlie = client_request.sign_in("Charlie")
    assert "figure=alerts." not in charlie.get("/month/2026-11").response.text
    charlie.get(behind("alerts.raised"), status=403)
    charlie.get(f"/month/periods/behind?{OVER}&figure=alerts.raised", status=403)


@pytest.mark.parametrize("name", ["Bob", "Ed"])
@pytest.mark.parametrize("path", [behind("alerts.raised"), behind("episodes.started"),
                                  f"/month/periods/behind?{OVER}&figure=alerts.raised"],
                         ids=["month", "episodes", "period"])  # fmt: skip
def test_who_may_not_see_the_month_learns_no_number_of_it(
    client_request: ClientRequest, told: Told, name: str, path: str
) -> None:
    client_request.sign_in(name).get(path, status=403)


def test_an_interviewer_of_the_group_opens_only_alerts_of_their_own_children(
    client_request: ClientRequest, told: Told
) -> None:
    with writing() as current:
        bob = current.get_one(Person, client_request.people["Bob"])
        bob.role_rows.append(PersonRole(role=str(Role.OPERATIONAL_GROUP)))
        factories.interview(current, [current.get_one(factories.Episode, told.benny)], allocated_to_id=bob.id)
    page = client_request.sign_in("Bob").get(behind("alerts.raised"))
    assert "Benny" in page.text and "Anwen" not in page.text
    assert "1 more stands behind the figure that you may not open." in page.text


def test_another_period_opens_its_alerts_too(client_request: ClientRequest, told: Told) -> None:
    alice = client_request.sign_in("Alice")
    page = alice.get(f"/month/periods?{OVER}")
    opened = [a.attributes["href"] for a in page.all("a") if "figure=alerts." in a.attributes["href"]]
    assert opened
    listed = alice.get(f"/month/periods/behind?{OVER}&figure=escalations.undelivered")
    assert f"/episodes/{told.benny}" in listed.response.text
    assert "Anwen" not in listed.text
    assert listed.h1.startswith("Behind the figure for Quarter 3 of 2026-27")


def test_an_alert_that_is_held_no_more_is_counted_and_not_listed(client_request: ClientRequest, told: Told) -> None:
    later = Context(NOON + timedelta(days=20), Rules(), Actor("test"))
    client_request.clock.at = later.now
    publish_month.publish(later, "2026-11")
    with writing() as current:
        current.delete(current.scalars(select(Alert).where(Alert.reference == "bbbbbenny")).one())
    page = client_request.sign_in("Alice").get(behind("escalations.raised", version=1))
    assert "No alert stands behind this figure." in page.text
    assert "0 alerts, as published in version 1. 1 more stands behind the figure" in " ".join(page.text.split())
