"""Other periods, trends, places, a published quarter, an answer, as they are looked at: no barrier, at both widths."""

from datetime import UTC, datetime, timedelta

import pytest

from tests import factories
from tests.browser.conftest import Site
from tests.web.day import context_of
from tracker.services.transaction import writing


@pytest.fixture
def year(site: Site) -> None:
    """Fourteen months of two episodes; in the summer of 2026 twelve more, from a station, all but one looked into."""
    context = context_of(site.people)
    with writing() as session:
        for month in range(14):
            for place in range(2):
                start = datetime(2025 + (8 + month) // 12, (8 + month) % 12 + 1, 2 + place, 12, tzinfo=UTC)
                factories.episode(session, factories.child(session), start, hours=4, context=context)
        for place in range(12):
            start = datetime(2026, 8, 1 + place, 9, tzinfo=UTC)
            row = factories.episode(session, factories.child(session, sex="female"), start, hours=6, context=context,
                                    is_ours=place > 0, district="Oxlode",
                                    missing_from_address="Invented Station, Oxlode")  # fmt: skip
            if place:
                factories.interview(session, [row], context=context, completed_at=start + timedelta(hours=20))


@pytest.mark.usefixtures("year")
def test_a_quarter_is_looked_at_published_and_read_by_somebody_else(site: Site) -> None:
    site.sign_in("Alice")
    page = site.open("/month/periods")
    site.look("periods")
    page.get_by_role("link", name="Quarter 2 of 2026-27").click()
    site.look("period")
    page.get_by_role("link", name="episodes started: open the list").click()
    assert "Behind the figure" in page.inner_text("main")
    site.open("/month/edition")
    page.get_by_role("link", name="Quarter 2 of 2026-27").click()
    site.look("edition-preview")
    page.get_by_role("button", name="Issue this quarter").click()
    page.get_by_role("link", name="Withdraw it").click()
    site.look("edition-withdraw")
    site.sign_in("Bob")
    page = site.open("/")
    page.get_by_role("link", name="Published quarters").click()
    site.look("editions")
    page.get_by_role("link", name="Quarter 2 of 2026-27").click()
    site.look("edition")


@pytest.mark.usefixtures("year")
def test_trends_places_and_an_answer(site: Site) -> None:
    site.sign_in("Charlie")
    page = site.open("/month/trends")
    page.get_by_text("Episodes started as a table").click()
    site.look("trends")
    page.get_by_role("link", name="Places where children go missing from").click()
    site.look("places")
    site.open("/month/counts")
    page.get_by_label("First day").fill("2026-07-20")
    page.get_by_label("Last day").fill("2026-09-01")
    page.get_by_role("button", name="Count").click()
    page.get_by_role("link", name="For answering a request").click()
    for request in ("FOI 1", "FOI 2"):
        page.get_by_label("Reference of the request").fill(request)
        if request == "FOI 2":
            site.look("answer")
            page.get_by_label("I have looked").check()
        page.get_by_role("button", name="Keep it as an answer").click()
        site.look("answered")
        if request == "FOI 1":
            site.open("/month/counts/answer?first_day=2026-08-20&last_day=2026-09-30")
    site.open("/month/counts/answers")
    site.look("answers")
