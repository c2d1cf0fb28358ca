"""Other periods: quarters, years, any days, with full figures for the group, lists for those who see records."""

import csv
import io
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest

from tests import factories
from tests.web.conftest import ClientRequest
from tests.web.test_month import CONTEXT
from tracker.services.transaction import writing

YEAR = "first_day=2026-04-01&last_day=2027-03-31"
QUARTER = "first_day=2026-07-01&last_day=2026-09-30"


@pytest.fixture
def summer(client_request: ClientRequest) -> None:
    """Seven children in August, one of them three times; one of another council; and one in the year before."""
    with writing() as session:
        factories.episode(session, factories.child(session), datetime(2025, 8, 2, tzinfo=UTC), hours=6, context=CONTEXT)
        for place in range(7):
            child = factories.child(session)
            for time in range(3 if place == 0 else 1):
                start = datetime(2026, 8, 1 + place, 9, tzinfo=UTC) + timedelta(days=time * 7)
                row = factories.episode(session, child, start, hours=6, context=CONTEXT, is_ours=place != 6)
                if place < 4:
                    factories.interview(session, [row], context=CONTEXT, completed_at=start + timedelta(hours=20))


@pytest.mark.usefixtures("summer")
def test_the_group_sees_full_figures_of_any_period_and_opens_no_list(client_request: ClientRequest) -> None:
    page = client_request.sign_in("Charlie").get(f"/month/periods?{YEAR}")
    text = " ".join(page.text.split())
    assert "1 of 7 children missing were missing three times or more" in text
    assert "14.3%" in text
    assert "The year before, 2025-26: 0.0%, 0 of 1 children" in text
    assert not [a for a in page.all("a") if "/month/periods/behind" in a.attributes["href"]]
    client_request.get(f"/month/periods/behind?{YEAR}&figure=episodes.started", status=403)
    assert "6 of 9 interviews" in " ".join(
        client_request.get("/month/periods?first_day=2026-08-01&last_day=2026-08-31").text.split()
    )
    client_request.sign_in("Bob").get("/month/periods", status=403)


@pytest.mark.usefixtures("summer")
def test_a_period_that_may_lack_its_first_days_is_said_to(client_request: ClientRequest) -> None:
    """The oldest episode held began on 2 August 2025: of 2025-26, which stands beside 2026-27 as the year before."""
    charlie = client_request.sign_in("Charlie")
    said = "The oldest episode held here began on 2 August 2025. What happened before is not here: 2025-26 may not"
    for asked in (YEAR, "first_day=2025-04-01&last_day=2026-03-31"):
        assert said in " ".join(charlie.get(f"/month/periods?{asked}").text.split())
    assert "The oldest episode held here" not in charlie.get(f"/month/periods?{QUARTER}").text


@pytest.mark.usefixtures("summer")
def test_each_number_opens_its_episodes_or_children(client_request: ClientRequest) -> None:
    alice = client_request.sign_in("Alice")
    page = alice.get(f"/month/periods?{QUARTER}")
    opened = [a.attributes["href"] for a in page.all("a") if "/month/periods/behind" in a.attributes["href"]]
    assert opened
    for address in opened:
        assert alice.get(address).text
    listed = alice.get(f"/month/periods/behind?{QUARTER}&figure=interviews.overdue&cohort=ours")
    assert len({a.attributes["href"] for a in listed.all("a") if a.attributes["href"].startswith("/episodes/")}) == 2
    children = alice.get(f"/month/periods/behind?{YEAR}&figure=year_to_date.repeat_pct")
    assert len({a.attributes["href"] for a in children.all("a") if a.attributes["href"].startswith("/children/")}) == 1


@pytest.mark.usefixtures("summer")
def test_the_files_say_what_the_page_says(client_request: ClientRequest) -> None:
    charlie = client_request.sign_in("Charlie")
    page = " ".join(charlie.get(f"/month/periods?{QUARTER}").text.split())
    text = charlie.raw("GET", f"/month/periods.csv?{QUARTER}").get_data(True)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    share = next(r for r in rows if r["figure"] == "interviews.pct_in_72h_of_returns" and r["cohort"] == "all")
    assert (share["value"], share["numerator"], share["denominator"]) == ("66.7", "6", "9")
    assert "66.7%" in page
    assert "6 of 9 interviews that were due" in page
    book = openpyxl.load_workbook(io.BytesIO(charlie.raw("GET", f"/month/periods.xlsx?{QUARTER}").data))
    cells = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    assert cells[0] == list(rows[0])
    assert [row[4:] for row in cells[1:]] == [
        [row["figure"], row["cohort"], *(float(row[name]) if row[name] else None for name in list(row)[6:])]
        for row in rows
    ]


@pytest.mark.usefixtures("summer")
def test_published_figures_stand_beside_with_their_source(client_request: ClientRequest) -> None:
    page = client_request.sign_in("Charlie").get(f"/month/periods?{YEAR}")
    assert "63.0%" in page.text
    assert "not the same days" in page.text
    assert any(a.attributes["href"].startswith("https://www.missingpeople.org.uk/") for a in page.all("a"))


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
    assert sentence in client_request.sign_in("Charlie").get(f"/month/periods?{asked}").text


@pytest.mark.parametrize("figure", ["none", "alerts.none", "episodes.started&cohort=x", "", "year_to_date.children"])
def test_what_opens_no_list_is_not_found(client_request: ClientRequest, figure: str) -> None:
    over = "first_day=2026-03-01&last_day=2026-05-31"
    client_request.sign_in("Alice").get(f"/month/periods/behind?{over}&figure={figure}", status=404)
    client_request.get("/month/periods.csv?first_day=2031-01-01&last_day=2031-01-02", status=404)
