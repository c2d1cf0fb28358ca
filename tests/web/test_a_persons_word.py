"""A person's word stands: each sentence of definitions §4.1 to §4.3, through the pages."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories
from tests.conftest import NOON
from tests.reports import counts, receive, row
from tests.web.conftest import ClientRequest
from tests.web.day import HOUR, context_of
from tracker.core.terms import RiskLevel
from tracker.services.context import Actor, Context
from tracker.services.correct_episode import correct_episode
from tracker.services.log_episode import log_episode
from tracker.services.transaction import writing
from tracker.store.db import db, session
from tracker.store.models import Episode, Line

GONE, BACK = NOON - 20 * HOUR, NOON - 9 * HOUR


@pytest.fixture
def alice(client_request: ClientRequest) -> Context:
    return context_of(client_request.people)


def report(
    app: Flask, alice: Context, hours: float = 0, reference: str = "TV26000001", **cells: object
) -> dict[str, int]:
    """A report of one line, so many hours after the first."""
    at = replace(alice, actor=Actor("report"), now=NOON - 8 * HOUR + hours * HOUR)
    return counts(receive(app, at, row(reference, **{"missing": GONE, **cells})))  # type: ignore[arg-type]


def held() -> Episode:
    db.session.expire_all()
    session().rollback()
    return session().scalars(select(Episode).order_by(Episode.id)).first()  # type: ignore[return-value]


def waiting() -> Line:
    db.session.expire_all()
    session().rollback()
    return session().scalars(select(Line).where(Line.outcome == "quarantined", Line.settled_at.is_(None))).one()


def test_a_known_reference_updates_and_a_blank_erases_nothing(
    app: Flask, client_request: ClientRequest, alice: Context
) -> None:
    report(app, alice, risk="High", circumstances="Left after tea.")
    assert report(app, alice, 1, risk="", circumstances="", returned=BACK) == {"updated": 1}
    page = client_request.sign_in("Alice").get(f"/episodes/{held().id}")
    assert "Left after tea." in page.text and "Risk High" in page.text and "16 Nov 2026, 03:00" in page.text
    assert "1 episode" in client_request.get("/episodes").text


@pytest.mark.parametrize("take", ["ours", "police"])
def test_a_differing_value_is_decided_on_today_in_one_click(
    app: Flask, client_request: ClientRequest, alice: Context, take: str
) -> None:
    report(app, alice)
    id_ = held().id
    correct_episode(alice, episode_id=id_, version=held().version, values={"risk": RiskLevel.LOW})
    report(app, alice, 1, risk="High")
    assert held().risk == "low", "the line replaces nothing"
    client = client_request.sign_in("Alice")
    page = client.get("/today")
    assert "Risk: we hold Low (Alice Testworker, 16 Nov 2026, 12:00" in page.text
    assert "The police say High ( row 2 of receipt 2" in page.text
    buttons = [b.attributes["value"] for b in page.all("button", name="take")]
    assert buttons == ["ours", "police"]
    where = client.post(f"/episodes/{id_}/decisions/1?from=today", {"take": take}).location
    assert where == "/today" and "The police’s value differs" not in client.get("/today").text
    assert held().risk == ("low" if take == "ours" else "high")
    report(app, alice, 2, risk="High")
    assert "The police’s value differs" not in client.get("/today").text, "the same value is not asked about again"


def test_police_say_still_missing_shows_at_once_and_a_person_decides(
    app: Flask, client_request: ClientRequest, alice: Context
) -> None:
    report(app, alice, returned=BACK)
    report(app, alice, 1)
    assert held().returned_at == BACK
    client = client_request.sign_in("Alice")
    assert "The police say: still missing" in client.get("/today").text
    assert "A newer report contradicts the return we hold" in client.get(f"/episodes/{held().id}").text
    client.post(f"/episodes/{held().id}/still-missing?answer=returned_stands&from=today")
    assert "The police say: still missing" not in client.get("/today").text and held().returned_at == BACK


def test_an_older_line_changes_nothing(app: Flask, client_request: ClientRequest, alice: Context) -> None:
    report(app, alice, 1, risk="High")
    with writing() as current:
        current.scalars(select(Episode)).one().as_of_at = NOON
    assert report(app, alice, 2, risk="Low") == {"stale": 1}
    assert held().risk == "high"
    assert "Older than what is held" in client_request.sign_in("Alice").get(f"/episodes/{held().id}").text


@pytest.mark.parametrize("same", [True, False])
def test_a_line_near_an_episode_logged_by_hand_asks_first(
    app: Flask, client_request: ClientRequest, alice: Context, same: bool
) -> None:
    with writing() as current:
        child_id = factories.child(current, "Inventedname", "Testa").id
    hand = log_episode(alice, child_id=child_id, missing_from_at=GONE + 2 * HOUR)
    assert report(app, alice, returned=BACK) == {"quarantined": 1}
    client = client_request.sign_in("Alice")
    assert "Same episode?" in client.get("/today").text
    line = waiting()
    page = client.get(f"/reports/lines/{line.id}")
    assert "Is it this episode?" in page.text
    choice = str(hand) if same else "new"
    client.post(f"/reports/lines/{line.id}/choose", {"version": line.version, "choice": choice})
    rows = session().scalars(select(Episode).order_by(Episode.id)).all()
    assert len(rows) == (1 if same else 2) and rows[-1].police_reference == "TV26000001"
    assert rows[0].missing_from_at == GONE + 2 * HOUR, "what a person entered stands"


def test_a_near_name_on_a_known_reference_is_applied_and_flagged(
    app: Flask, client_request: ClientRequest, alice: Context
) -> None:
    report(app, alice)
    assert report(app, alice, 1, forename="Tesda", risk="High") == {"updated": 1}
    page = client_request.sign_in("Alice").get(f"/episodes/{held().id}")
    assert "The name on the report differs a little" in page.text and held().risk == "high"


def test_another_name_and_birth_on_a_known_reference_is_kept_out_with_sensible_ways_on(
    app: Flask, client_request: ClientRequest, alice: Context
) -> None:
    report(app, alice)
    id_, version = held().id, held().version
    assert report(app, alice, 1, surname="Whollyother", forename="Fictor", born="", risk="High") == {"quarantined": 1}
    assert (held().version, held().risk) == (version, "medium"), "the record is not touched"
    client = client_request.sign_in("Alice")
    line = waiting()
    page = client.get(f"/reports/lines/{line.id}")
    assert "The reference is held, of this child" in page.text
    assert f"/episodes/{id_}/move" in [a.attributes["href"] for a in page.all("a")]
    assert "a new child" not in page.text, "one reference is of one episode"
    client.post(f"/reports/lines/{line.id}/choose", {"version": line.version, "choice": str(held().child_id)})
    assert held().risk == "high"


def test_logging_by_hand_what_the_police_reported_leads_to_that_episode(
    app: Flask, client_request: ClientRequest, alice: Context
) -> None:
    report(app, alice)
    id_, child_id = held().id, held().child_id
    client = client_request.sign_in("Alice")
    typed = {"missing_from_at-day": "15", "missing_from_at-month": "11", "missing_from_at-year": "2026",
             "missing_from_at-time": "17:00", "kind": "missing"}  # fmt: skip
    page = client.post(f"/episodes/new/facts?child={child_id}", typed, status=200)
    assert "Is it the same episode?" in page.text
    assert f"It is the same: open episode {id_}" in page.text and "police reference TV26000001" in page.text
