"""Counts for a period: every number for whoever sees the month; answers to requests, without small numbers."""

from datetime import UTC, datetime, timedelta

import pytest

from tests import factories
from tests.web.conftest import ClientRequest
from tests.web.page import Page
from tests.web.test_month import CONTEXT
from tracker.core.suppression import Hidden
from tracker.services.pages.answers import answer_file, answer_words
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
def test_the_operational_group_sees_every_number_and_opens_no_list(client_request: ClientRequest) -> None:
    charlie = client_request.sign_in("Charlie")
    page = charlie.get(YEAR)
    assert row_of(page, "Interviews required") == ["12", "11", "1"]
    assert not links(page, "/month/counts/behind")
    charlie.get(QUARTER.replace("counts?", "counts/behind?") + "&count=declined", status=403)


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


ANSWER = "/month/counts/answer?first_day=2026-07-15&last_day=2026-08-31"


def answered(client_request: ClientRequest, path: str, reference: str, **more: str) -> Page:
    return client_request.post(path, {"reference": reference, **more})


@pytest.mark.usefixtures("summer")
def test_an_answer_holds_no_small_number_and_stays_as_it_was_given(client_request: ClientRequest) -> None:
    charlie = client_request.sign_in("Charlie")
    page = charlie.get(ANSWER)
    assert row_of(page, "Interviews required") == ["12", "not shown", "not shown"]
    assert row_of(page, "Declined") == ["not shown"] * 3
    assert "Counts of some of these days were given before" not in page.text
    assert "Enter the reference" in charlie.post(ANSWER, {"reference": " "}, status=200).text
    kept = answered(charlie, ANSWER, "FOI 2026/7").location
    with writing() as session:  # a record that comes later
        factories.episode(
            session, factories.child(session), datetime(2026, 8, 20, tzinfo=UTC), hours=2, context=CONTEXT
        )
    page = charlie.get(kept)
    assert row_of(page, "Interviews required") == ["12", "not shown", "not shown"]
    assert "FOI 2026/7" in charlie.get("/month/counts/answers").text
    text = charlie.raw("GET", f"{kept}.csv").get_data(True)
    assert ",declined,all,not shown," in text
    assert ",required,all,12," in text
    (pdf,) = [charlie.raw("GET", f"{kept}.pdf").data]
    assert pdf.startswith(b"%PDF-")
    client_request.sign_in("Bob").get(kept, status=403)


@pytest.mark.usefixtures("summer")
def test_days_that_overlap_with_what_was_given_are_looked_at_first(client_request: ClientRequest) -> None:
    charlie = client_request.sign_in("Charlie")
    answered(charlie, ANSWER, "FOI 2026/7")
    later = ANSWER.replace("2026-07-15", "2026-08-31").replace("08-31&last_day=2026-08-31", "08-31&last_day=2026-09-15")
    page = charlie.get(later)
    assert "Counts of some of these days were given before" in page.text
    assert "Request FOI 2026/7" in page.text
    assert "Say that you have looked" in charlie.post(later, {"reference": "FOI 2026/8"}, status=200).text
    assert answered(charlie, later, "FOI 2026/8", looked="y").location
    after = "/month/counts/answer?first_day=2026-09-16&last_day=2026-09-17"
    assert "were given before" not in charlie.get(after).text


@pytest.mark.usefixtures("summer")
def test_a_published_quarter_is_the_answer_for_its_days(client_request: ClientRequest) -> None:
    alice = client_request.sign_in("Alice")
    answered(alice, ANSWER, "FOI 2026/7")
    issue = "/month/edition/2026-27-q2/issue"
    page = alice.get(issue)
    assert "Requests were answered of days of this quarter" in page.text
    alice.post(issue, {"seen": page.value_of("seen")})
    quarter = QUARTER.replace("counts?", "counts/answer?")
    assert "Give the published quarter" in alice.get(quarter).text
    assert "Give the published quarter" in alice.post(quarter, {"reference": "x", "looked": "y"}, status=200).text
    assert "Quarter 2 of 2026-27" in alice.get(quarter.replace("2026-07-01", "2026-06-30")).text


def test_an_answer_is_of_days_that_have_ended(client_request: ClientRequest) -> None:
    charlie = client_request.sign_in("Charlie")
    assert "has not ended" in charlie.get("/month/counts/answer?first_day=2026-11-01&last_day=2026-11-16").text
    assert "No answer for these days" not in charlie.get(ANSWER).text
    charlie.get("/month/counts/answers/7", status=404)
    charlie.get("/month/counts/answers/7.csv", status=404)
    charlie.get("/month/counts/answer", status=404)


def test_a_large_count_reads_as_everywhere_and_stays_a_number_in_the_file() -> None:
    cohorts = {"all": 1544, "ours": 1540, "other": Hidden.FEWER}
    document = {"first_day": "2025-04-01", "last_day": "2026-03-31", "cut_off": "x", "threshold": 5,
                "counts": {"episodes": cohorts}}  # fmt: skip
    assert [answer_words(shown, 5) for shown in cohorts.values()] == ["1,544", "1,540", "fewer than 5"]
    assert [row[5] for row in answer_file(document).rows] == [1544, 1540, "fewer than 5"]
