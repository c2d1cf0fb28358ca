"""The month's pages: figures beside others, published versions, CSV, pictures, and who may publish or open lists."""

from datetime import UTC, datetime, timedelta

import pytest

from tests import factories
from tests.services.test_publish_month import FIRST_RELEASE, released
from tests.web.conftest import ClientRequest
from tracker.core.rules import Rules
from tracker.services import publish_month
from tracker.services.context import Actor, Context
from tracker.services.transaction import writing

CONTEXT = Context(datetime(2026, 11, 16, 12, tzinfo=UTC), Rules(), Actor("test"))


@pytest.fixture
def october(client_request: ClientRequest) -> int:
    """Two returns in October, one interviewed in time and one overdue; the overdue episode's id."""
    with writing() as session:
        start = datetime(2026, 10, 6, 19, tzinfo=UTC)
        held = factories.episode(session, factories.child(session), start, hours=8, context=CONTEXT)
        factories.interview(session, [held], completed_at=start + timedelta(hours=20), context=CONTEXT)
        overdue = factories.episode(session, factories.child(session), start, hours=9, context=CONTEXT)
        return overdue.id


def test_an_empty_product_says_that_there_are_no_months(client_request: ClientRequest) -> None:
    page = client_request.sign_in("Charlie").get("/month")
    assert "no episodes yet" in page.text


def test_the_month_shows_the_share_with_both_its_parts(client_request: ClientRequest, october: int) -> None:
    page = client_request.sign_in("Charlie").get("/month/2026-10")
    assert "50.0%" in page.text
    assert "1 of 2 interviews that were due" in page.text


@pytest.mark.parametrize(("cohort", "headline"), [("all", "1 of 2"), ("ours", "1 of 2"), ("other", "0 of 0")])
def test_each_cohort_has_its_figures(client_request: ClientRequest, october: int, cohort: str, headline: str) -> None:
    page = client_request.sign_in("Charlie").get(f"/month/2026-10?cohort={cohort}")
    assert f"{headline} interviews that were due" in page.text


def test_overdue_episodes_are_named_only_to_those_who_may_open_them(
    client_request: ClientRequest, october: int
) -> None:
    assert f"Episode {october}" not in client_request.sign_in("Charlie").get("/month/2026-10").text
    assert f"Episode {october}" in client_request.sign_in("Alice").get("/month/2026-10").text


@pytest.mark.parametrize("path", ["/month/2026-13", "/month/2031-01", "/month/x", "/month/2026-10?version=7",
                                  "/month/2026-10?version=x", "/month/2026-10?cohort=x",
                                  "/month/2026-10/charts/none.svg"])  # fmt: skip
def test_what_does_not_exist_is_not_found(client_request: ClientRequest, october: int, path: str) -> None:
    client_request.sign_in("Charlie").get(path, status=404)


def test_a_published_month_stays_as_it_was(client_request: ClientRequest, october: int) -> None:
    alice = client_request.sign_in("Alice")
    alice.post("/month/2026-10/publish", {"version": "1"}, status=302)
    with writing() as session:
        row = session.get_one(factories.Episode, october)
        factories.interview(session, [row], completed_at=row.returned_at + timedelta(hours=1), context=CONTEXT)
    assert "50.0%" in alice.get("/month/2026-10?version=1").text
    today = alice.get("/month/2026-10").text
    assert "100.0%" in today
    assert "not in the published figures" in today
    months = alice.get("/month")
    assert "version 1" in months.text
    assert months.one("a", href="/month/2026-10/pack.pdf?version=1").text.startswith("PDF")


def test_the_list_of_months_says_where_to_begin(client_request: ClientRequest, october: int) -> None:
    charlie = client_request.sign_in("Charlie")
    page = charlie.get("/month")
    assert "No month has been published yet." in page.text
    assert "November 2026 so far" in [a.text for a in page.all("a", href="/month/2026-11")]
    assert "The oldest episode held here began on 6 October 2026: October 2026 may not be whole" in page.text
    assert page.all("a", href="/group")
    publish_month.publish(CONTEXT, "2026-10")
    page = charlie.get("/month")
    assert "October 2026 as published" in [a.text for a in page.all("a", href="/month/2026-10?version=1")]
    decided = charlie.get("/month/2026-10")
    assert "whose agenda is made from the repeat flags" in decided.text and decided.all("a", href="/group")


def test_publishing_the_same_again_is_answered_in_words(client_request: ClientRequest, october: int) -> None:
    publish_month.publish(CONTEXT, "2026-10")
    page = client_request.sign_in("Alice").post("/month/2026-10/publish", {"version": "2"}, status=200)
    assert "the figures are the same today" in page.text


def test_the_group_may_read_and_download_but_not_publish(client_request: ClientRequest, october: int) -> None:
    charlie = client_request.sign_in("Charlie")
    assert "Publish" not in charlie.get("/month/2026-10").text
    charlie.get("/month/2026-10/publish", status=403)
    answer = charlie.client.get("/month/2026-10/figures.csv")
    assert answer.mimetype == "text/csv"
    assert ",interviews.pct_in_72h_of_returns,all,50.0,1,2" in answer.text
    assert answer.headers["Content-Disposition"] == "attachment; filename=missing-children-2026-10-figures.csv"
    publish_month.publish(CONTEXT, "2026-10")
    published = charlie.client.get("/month/2026-10/figures.csv?version=1")
    assert published.headers["Content-Disposition"].endswith("missing-children-2026-10-version-1-figures.csv")


@pytest.mark.parametrize("name", ["thirteen-months", "age", "setting", "weekday-hour"])
def test_each_chart_is_a_picture(client_request: ClientRequest, october: int, name: str) -> None:
    answer = client_request.sign_in("Charlie").client.get(f"/month/2026-10/charts/{name}.svg")
    assert answer.mimetype == "image/svg+xml"
    assert answer.text.startswith("<svg")


def test_an_interviewer_may_not_see_the_month(client_request: ClientRequest) -> None:
    client_request.sign_in("Bob").get("/month", status=403)


def test_every_number_beside_the_month_opens_its_list_too(client_request: ClientRequest, october: int) -> None:
    alice = client_request.sign_in("Alice")
    page = alice.get("/month/2026-11")
    assert "figure=comparison.previous_month.interviews.overdue" in page.response.text
    listed = alice.get("/episodes?month=2026-11&figure=comparison.previous_month.interviews.overdue&cohort=all")
    assert f"/episodes/{october}" in listed.response.text
    assert "the month before" in listed.text
    children = alice.get("/episodes?month=2026-11&figure=comparison.previous_month.children.missing&cohort=all")
    assert "/children/" in children.response.text


def test_both_clocks_stand_beside_each_other_with_the_reasons(client_request: ClientRequest, october: int) -> None:
    text = " ".join(client_request.sign_in("Charlie").get("/month/2026-10").text.split())
    assert "What became of the required interviews, by each clock" in text
    assert "From the return (the law) From when we were told" in text
    assert "The law counts 72 hours from the return, however late we hear of it." in text
    assert "No reason given 1" in text  # the one that is overdue


def test_a_month_that_the_first_release_published_opens_without_what_it_did_not_have(
    client_request: ClientRequest,
) -> None:
    with writing() as session:
        session.add(released(FIRST_RELEASE))
    page = client_request.sign_in("Alice").get("/month/2026-10?version=1")
    assert "published, version 1" in page.text
    assert "What became of the required interviews" in page.text
    assert "when we were told" not in page.text
    listed = client_request.get("/episodes?month=2026-10&figure=interviews.overdue&cohort=all&version=1")
    assert "Interviews overdue" in listed.text
    words = client_request.get("/episodes?month=2026-10&figure=interviews.breach_reasons.late_notice&cohort=all")
    assert words.h1.endswith("72 hours not met: the police told us late")
