"""Counts for a period: any for those who see records; whole quarters without small numbers for those who do not."""

from datetime import UTC, datetime, timedelta

import pytest

from tests import factories
from tests.web.conftest import ClientRequest
from tests.web.page import Page
from tests.web.test_month import CONTEXT
from tracker.services.transaction import writing

YEAR = "/month/counts?first_day=2026-04-01&last_day=2027-03-31"
QUARTER = "/month/counts?first_day=2026-07-01&last_day=2026-09-30"


@pytest.fixture
def summer(client_request: ClientRequest) -> None:
    """Twelve children in August, ten of them interviewed in time and two who declined; one of another council."""
    with writing() as session:
        for place in range(12):
            start = datetime(2026, 8, 1 + place, 9, tzinfo=UTC)
            row = factories.episode(
                session, factories.child(session), start, hours=6, context=CONTEXT, is_ours=place > 0
            )
            what = "completed_at" if place < 10 else "declined_at"
            factories.interview(session, [row], context=CONTEXT, **{what: start + timedelta(hours=20)})


def row_of(page: Page, name: str) -> list[str]:
    """The cells of the row with this name: all, ours, other."""
    cells = [one for one in page.elements if one.name == "td" or one.attributes.get("scope") == "row"]
    place = next(at for at, one in enumerate(cells) if one.name == "th" and one.text.startswith(name))
    texts = [cell.text.strip() for cell in cells[place + 1 : place + 4]]
    return [text.split()[0] if text[:1].isdigit() else text for text in texts]


def links(page: Page, to: str) -> set[str]:
    return {a.attributes["href"] for a in page.all("a") if a.attributes["href"].startswith(to)}


@pytest.mark.usefixtures("summer")
def test_any_period_for_those_who_see_records_and_each_number_opens_its_list(client_request: ClientRequest) -> None:
    page = client_request.sign_in("Alice").get(YEAR)
    assert row_of(page, "Interviews required") == ["12", "11", "1"]
    assert row_of(page, "Declined") == ["2", "2", "0"]
    assert row_of(page, "Held within 72 hours") == ["10", "9", "1"]
    assert "10 of those accepted are known only from a later step" in " ".join(page.text.split())
    listed = client_request.get(YEAR.replace("counts?", "counts/behind?") + "&count=declined&cohort=ours")
    assert "Behind the count" in listed.text
    assert len(links(listed, "/episodes/")) == 2
    children = client_request.get(YEAR.replace("counts?", "counts/behind?") + "&count=children")
    assert len(links(children, "/children/")) == 12


@pytest.mark.usefixtures("summer")
def test_the_operational_group_sees_quarters_without_small_numbers(client_request: ClientRequest) -> None:
    charlie = client_request.sign_in("Charlie")
    page = charlie.get(QUARTER)
    assert row_of(page, "Interviews required") == ["12", "not shown", "not shown"]
    assert row_of(page, "Declined") == ["not shown"] * 3
    assert not links(page, "/month/counts/behind")
    assert "whole quarters" in charlie.get(YEAR).text
    assert "not shown" in charlie.raw("GET", QUARTER.replace("counts?", "counts.csv?")).get_data(True)
    charlie.get(YEAR.replace("counts?", "counts.csv?"), status=404)
    charlie.get(QUARTER.replace("counts?", "counts/behind?") + "&count=declined", status=403)
    running = "/month/counts?first_day=2026-10-01&last_day=2026-12-31"
    assert "has not ended" in charlie.get(running).text


@pytest.mark.usefixtures("summer")
def test_the_export_has_every_count_with_its_definition(client_request: ClientRequest) -> None:
    text = client_request.sign_in("Alice").raw("GET", YEAR.replace("counts?", "counts.csv?")).get_data(True)
    rows = [line for line in text.split("\r\n") if ",completed_in_72h,all,10," in line]
    assert len(rows) == 1
    assert "within 72 hours of the return" in rows[0]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("first_day=2026-08-02&last_day=2026-08-01", "cannot be before the first"),
        ("first_day=2031-01-01&last_day=2031-02-01", "has not begun"),
        ("first_day=&last_day=2026-08-01", "Enter the first day"),
        ("first_day=x&last_day=2026-08-01", "This is no date"),
    ],
)
def test_what_is_no_period_is_said(client_request: ClientRequest, asked: str, sentence: str) -> None:
    assert sentence in client_request.sign_in("Alice").get(f"/month/counts?{asked}").text


def test_what_does_not_exist_is_not_found_and_interviewers_have_no_counts(client_request: ClientRequest) -> None:
    alice = client_request.sign_in("Alice")
    alice.get("/month/counts/behind?first_day=2026-08-01&last_day=2026-08-02&count=none", status=404)
    alice.get("/month/counts/behind?first_day=2026-08-01&last_day=2026-08-02&count=declined&cohort=x", status=404)
    alice.get("/month/counts?first_day=0001-01-01&last_day=2026-08-02", status=404)
    client_request.sign_in("Bob").get("/month/counts", status=403)
