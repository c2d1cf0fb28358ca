"""A large period: its page answers at once and counts nothing; the figures come from the scheduler's job."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests import factories
from tests.conftest import NOON
from tests.web.conftest import ClientRequest
from tests.web.page import Page
from tests.web.test_month import CONTEXT
from tracker.core.monthly_summary import MonthlySummary
from tracker.scheduler import Engine
from tracker.services import engine_state
from tracker.services.count_period import count_asked
from tracker.services.transaction import writing
from tracker.settings import Settings, load_settings
from tracker.store import audit
from tracker.store.db import session
from tracker.store.models import AuditEntry, KeptFigures

YEAR = "first_day=2026-04-01&last_day=2027-03-31"
PAGE = f"/month/periods?{YEAR}"


@pytest.fixture
def settings(database_url: str) -> Settings:
    """Every period that holds an episode is large."""
    return load_settings(
        environ={}, env="test", database_url=database_url, secret_key="t" * 40, figures__at_once_episodes=0
    )


@pytest.fixture(autouse=True)
def summer(client_request: ClientRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four children in August 2026 and one in August 2025; whoever counts in a request fails; the engine runs."""
    with writing() as current:
        for at in (datetime(2025, 8, 2, tzinfo=UTC), *(datetime(2026, 8, 1 + n, 9, tzinfo=UTC) for n in range(4))):
            factories.episode(current, factories.child(current), at, hours=6, context=CONTEXT)
    engine_state.record_beat(engine_state.SWEEP, lambda: NOON, 0.01)

    def never(*_: object) -> MonthlySummary:
        raise AssertionError("counted in a request")

    monkeypatch.setattr("tracker.services.pages.kept_figures.period_figures", never)


def run_the_job(app: Flask) -> None:
    engine = Engine(app)
    engine.run(next(job for job in engine.jobs() if job.name == "figures"))


def said(page: Page) -> str:
    return " ".join(page.text.split())


def links(page: Page, part: str) -> list[str]:
    return [a.attributes["href"] for a in page.all("a") if part in a.attributes["href"]]


def test_the_page_answers_at_once_and_leads_on(client_request: ClientRequest, app: Flask) -> None:
    page = client_request.sign_in("Alice").get(PAGE)
    text = said(page)
    assert page.h1.endswith("2026-27")
    assert "These figures are being counted" in text
    assert "usually here within half a minute" in text
    assert "1 April 2026 to 31 March 2027, asked for on 16 Nov 2026, 12:00" in text
    assert "2025-26, to stand beside them, is being counted too" in text
    assert "Episodes started" not in text
    assert links(page, "behind") == links(page, "periods.csv") == []
    (on,) = [a.attributes["href"] for a in page.all("a") if a.text == "See whether they are ready"]
    assert "These figures are being counted" in said(client_request.get(on))
    run_the_job(app)
    text = said(client_request.get(on))
    assert "Counted on 16 Nov 2026, 12:00. No record has changed since." in text
    assert "Episodes started 4" in text
    assert "2025-26, beside them, is as it was on 16 Nov 2026, 12:00" in text


def test_nothing_loads_itself_again(client_request: ClientRequest) -> None:
    answer = client_request.sign_in("Alice").raw("GET", PAGE)
    assert answer.status_code == 200
    assert "Refresh" not in answer.headers
    assert "http-equiv" not in answer.get_data(True)


def test_lists_and_files_are_of_the_figures_shown(client_request: ClientRequest, app: Flask) -> None:
    alice = client_request.sign_in("Alice")
    alice.get(PAGE)
    run_the_job(app)
    page = alice.get(PAGE)
    lists = links(page, "/month/periods/behind")
    assert lists and all("counted=" in address for address in lists)
    for address in lists:
        assert alice.get(address).h1.startswith("Behind the figure for 2026-27")
    started = next(address for address in lists if "figure=episodes.started" in address)
    listed = alice.get(started)
    assert len({a for a in links(listed, "/episodes/") if a.split("/")[-1].isdigit()}) == 4
    (address,) = links(page, "periods.csv")
    text = alice.raw("GET", address).get_data(True).removeprefix("\ufeff")
    rows = {(row["figure"], row["cohort"]): row["value"] for row in csv.DictReader(io.StringIO(text))}
    assert rows["episodes.started", "all"] == "4"
    assert alice.raw("GET", links(page, "periods.xlsx")[0]).data.startswith(b"PK")


@pytest.mark.parametrize("path", ["periods.csv", "periods.xlsx", "periods/behind"])
@pytest.mark.parametrize("more", ["", "&counted=1", "&counted=x"])
def test_what_was_never_counted_leads_to_the_page(client_request: ClientRequest, path: str, more: str) -> None:
    answer = client_request.sign_in("Alice").get(f"/month/{path}?{YEAR}&figure=episodes.started{more}", status=302)
    assert answer.location.startswith("/month/periods?")
    exports = session().scalar(select(func.count()).where(AuditEntry.action == "export_made"))
    assert exports == 0


def test_after_a_change_the_figures_stay_with_their_time(client_request: ClientRequest, app: Flask) -> None:
    charlie = client_request.sign_in("Charlie")
    charlie.get(PAGE)
    run_the_job(app)
    with writing() as current:
        audit.record(current, "episode_changed", CONTEXT.actor, NOON, "episode", 1, {"changed": []})
    text = said(charlie.get(PAGE))
    assert "figures as they were on 16 Nov 2026, 12:00. Records have changed since. Count again" in text
    answer = charlie.post(f"/month/periods/count?{YEAR}&cohort=ours")
    assert answer.location == "/month/periods?cohort=ours&first_day=2026-04-01&last_day=2027-03-31"
    text = said(charlie.get(answer.location))
    assert "These figures are being counted again" in text
    assert "Below are the figures as they were on 16 Nov 2026, 12:00." in text
    assert "Episodes started 4" in text


def test_a_count_that_failed_is_said_and_asked_for_again(client_request: ClientRequest, app: Flask) -> None:
    def breaks(*_: object) -> MonthlySummary:
        raise ValueError("Aaron Invented")

    charlie = client_request.sign_in("Charlie")
    charlie.get(PAGE)
    with pytest.raises(ValueError, match="Aaron"):
        count_asked(CONTEXT, lambda: NOON, "one", compute=breaks)
    text = said(charlie.get(PAGE))
    assert "These figures could not be counted" in text
    assert "its log says where" in text
    assert "Aaron" not in text
    charlie.post(f"/month/periods/count?{YEAR}")
    run_the_job(app)
    assert "Counted on 16 Nov 2026" in said(charlie.get(PAGE))


def test_where_nobody_counts_the_page_says_so(client_request: ClientRequest) -> None:
    charlie = client_request.sign_in("Charlie")
    text = said(charlie.get(PAGE))
    assert "Nobody counts" not in text
    client_request.clock.at = NOON + timedelta(minutes=20)
    engine_state.record_beat(engine_state.SWEEP, client_request.clock.now, 0.01)
    text = said(charlie.get(PAGE))
    assert "They take longer than usual" in text
    assert "Nobody counts" not in text
    client_request.clock.at = NOON + timedelta(minutes=40)
    text = said(charlie.get(PAGE))
    assert "Nobody counts them now. The scheduler does this work, and it was last seen 20 min ago." in text
    assert "These figures wait to be counted" in text
    assert "within half a minute" not in text


def test_the_script_of_an_open_page_is_told_when_the_count_has_ended(client_request: ClientRequest, app: Flask) -> None:
    charlie = client_request.sign_in("Charlie")
    assert charlie.raw("GET", f"/month/periods/waiting?{YEAR}").json == {"waiting": False}
    charlie.get(PAGE)
    assert charlie.raw("GET", f"/month/periods/waiting?{YEAR}").json == {"waiting": True}
    run_the_job(app)
    assert charlie.raw("GET", f"/month/periods/waiting?{YEAR}").json == {"waiting": False}
    charlie.get("/month/periods/waiting?first_day=x", status=404)


@pytest.mark.parametrize("asked", ["", "first_day=2031-01-01&last_day=2031-02-01", "first_day=x&last_day=2026-08-01"])
def test_what_is_no_period_is_not_counted(client_request: ClientRequest, asked: str) -> None:
    client_request.sign_in("Charlie").post(f"/month/periods/count?{asked}", status=404)
    assert session().scalar(select(func.count(KeptFigures.id))) == 0
