"""Children in the browser: the search, one child with every episode, flags and their review."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from tests import factories
from tests.conftest import NOON
from tests.web.conftest import ClientRequest
from tests.web.day import Day, built, database_url, day, people
from tracker.core.terms import EpisodeKind, FlagCode, InterviewState
from tracker.services.pages.rows import EpisodeRow
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import AuditEntry, PersonRole, RepeatFlagRow
from tracker.web.children.picture import NARROW, WIDE, picture

__all__ = ["built", "database_url", "day", "people"]


# the search


def test_empty_database(client_request: ClientRequest) -> None:
    page = client_request.sign_in("Alice").get("/children")
    assert page.h1 == "Children" and "No child is held yet." in page.text


def test_all_children_with_their_episodes(client_request: ClientRequest, day: Day) -> None:
    page = client_request.sign_in("Alice").get("/children")
    assert "13 children" in page.text
    row = next(row.text for row in page.all("tr") if "Carabel" in row.text)
    assert row == "Carabel Carabelson 4 March 2012 aged 14 This council 3 13 Nov 2026, 08:00"


@pytest.mark.parametrize(
    ("text", "found"),
    [("carab", "Carabel"), ("Anwen Anwenson", "Anwen"), ("TV26000501", "Ivy"), ("of no such name", "")],
)
def test_search(client_request: ClientRequest, day: Day, text: str, found: str) -> None:
    client = client_request.sign_in("Alice")
    sent = client.post("/children/search", {"text": text})
    assert text.split()[0].lower() not in sent.location.lower()
    page = client.get(sent.location)
    assert [name for name in day.children if name in page.text] == ([found] if found else [])
    assert page.value_of("text") == text
    if not found:
        assert "No child is found." in page.text


def test_an_empty_search_lists_all_and_a_lost_one_says_so(client_request: ClientRequest, day: Day) -> None:
    client = client_request.sign_in("Alice")
    assert client.post("/children/search", {"text": " "}).location == "/children"
    assert "held no longer" in client.get("/children?search=unknown").text
    assert client.post("/children/search", {"text": "x" * 300}, status=200).errors() == [
        "Write at most 200 characters here."
    ]


def test_25_a_page(app: Flask, client_request: ClientRequest) -> None:
    with writing() as current:
        for place in range(27):
            factories.child(current, f"Manyson{place:02}")
    client = client_request.sign_in("Alice")
    page = client.post("/children/search", {"text": "manyson"}, follow=True, status=200)
    assert "27 children page 1 of 2" in page.text
    following = next(a for a in page.all("a") if a.text.startswith("Next")).attributes["href"]
    assert "anyson" not in following and len(client.get(following).all("tr")) == 3


def test_an_interviewer_finds_their_own_only(client_request: ClientRequest, day: Day) -> None:
    page = client_request.sign_in("Bob").get("/children")
    assert [name for name in day.children if name in page.text] == ["Benny", "Carabel"]


# one child


def test_one_child(client_request: ClientRequest, day: Day) -> None:
    page = client_request.sign_in("Alice").get(f"/children/{day.child('Carabel')}")
    for words in (
        "Born 4 March 2012, aged 14",
        "3 episodes between 4 October 2026 and 13 November 2026",
        "Three or more in 90 days To review",
        "Hold a strategy meeting",
        "All episodes 3",
        "Interview overdue: 2",
        "Clock running: 1",
        "with Bob Testworker",
    ):
        assert words in page.text
    links = [a.attributes["href"] for a in page.all("a")]
    assert f"/episodes/{day.episode('Carabel')}" in links
    assert len(page.all("tr")) == 4, "a row for each episode and the heads"


def test_the_picture_has_its_words(client_request: ClientRequest, day: Day) -> None:
    page = client_request.sign_in("Alice").get(f"/children/{day.child('Carabel')}")
    drawn = [svg for svg in page.all("svg") if svg.attributes.get("role") == "img"]
    assert len(drawn) == 2
    assert all(svg.attributes["aria-labelledby"] == "picture-words" for svg in drawn)


def test_a_child_without_episodes(app: Flask, client_request: ClientRequest) -> None:
    with writing() as current:
        id_ = factories.child(current, "Quietson", date_of_birth=None, address="2 Invented Lane", police_force="x",
                              police_person_id="U1").id  # fmt: skip
    page = client_request.sign_in("Alice").get(f"/children/{id_}")
    for words in ("Date of birth not known", "No episode is held", "2 Invented Lane", "Number with the police (X) U1"):
        assert words in page.text


def test_a_child_of_many_episodes_shows_the_newest_and_folds_the_rest(
    app: Flask, client_request: ClientRequest
) -> None:
    with writing() as current:
        child = factories.child(current, "Quillmany")
        for days in range(80):
            start = NOON - timedelta(days=3 * days + 2)
            factories.episode(current, child, start, start + timedelta(hours=5))
        id_ = child.id
    page = client_request.sign_in("Alice").get(f"/children/{id_}")
    assert "70 earlier episodes" in page.text
    assert [table.text.count("Nov 2026") > 0 for table in page.all("table", class_="app-episodes")] == [True, False]


def test_a_child_who_is_missing_says_so_at_the_top(client_request: ClientRequest, app: Flask) -> None:
    with writing() as current:
        child = factories.child(current, "Quillgone")
        episode_id = factories.episode(current, child, NOON - timedelta(hours=5), None).id
        id_ = child.id
    page = client_request.sign_in("Alice").get(f"/children/{id_}")
    assert page.all("a", href=f"/episodes/{episode_id}")[0].text == "missing since 16 Nov 2026, 07:00"


@pytest.mark.parametrize("number", ["4711", "2147483648", "9" * 30])
def test_no_such_child(client_request: ClientRequest, day: Day, number: str) -> None:
    client_request.sign_in("Alice").get(f"/children/{number}", status=404)


def test_a_strangers_child_is_no_page(client_request: ClientRequest, day: Day) -> None:
    client = client_request.sign_in("Bob")
    unknown = client.get("/children/4711", status=404).text
    assert client.get(f"/children/{day.child('Anwen')}", status=404).text == unknown
    assert "Carabel" in client.get(f"/children/{day.child('Carabel')}").text


def test_opening_a_child_is_recorded(client_request: ClientRequest, day: Day, people: dict[str, int]) -> None:
    client_request.sign_in("Dana").get(f"/children/{day.child('Anwen')}")
    session().rollback()
    seen = session().query(AuditEntry).filter_by(actor_id=people["Dana"], action="child_viewed").all()
    assert [row.subject_id for row in seen] == [str(day.child("Anwen"))]


def test_who_looked_is_for_those_who_may_see_it(
    client_request: ClientRequest, day: Day, people: dict[str, int]
) -> None:
    path = f"/children/{day.child('Anwen')}"
    assert "Who looked at this record" not in client_request.sign_in("Alice").get(path).text
    with writing() as current:
        current.add(PersonRole(person_id=people["Alice"], role="information_governance"))
    page = client_request.sign_in("Alice").get(path)
    link = next(a for a in page.all("a") if a.text == "Who looked at this record")
    client_request.get(link.attributes["href"])


# repeat flags


def flag_of(child_id: int, rule: str = "3_in_90") -> RepeatFlagRow:
    session().rollback()
    return session().query(RepeatFlagRow).filter_by(child_id=child_id, rule=rule).one()


def test_review_a_flag(client_request: ClientRequest, day: Day) -> None:
    client, child_id = client_request.sign_in("Alice"), day.child("Carabel")
    path = f"/children/{child_id}/flags/{flag_of(child_id).id}"
    assert client.post(path, {}, status=200).errors() == ["Write what was decided."]
    page = client.post(path, {"decision": "A plan", "maramp_on-day": "31", "maramp_on-month": "x"}, status=200)
    assert len(page.errors()) == 1 and "A plan" in page.text
    sent = {
        "decision": "Strategy meeting held",
        "maramp_on-day": "1",
        "maramp_on-month": "12",
        "maramp_on-year": "2026",
    }
    page = client.post(path, sent, follow=True, status=200)
    assert "Decided: Strategy meeting held" in page.text and "MARAMP on 1 December 2026" in page.text
    assert "Three or more in 90 days Reviewed" in page.text
    again = client.get(path)
    assert again.value_of("maramp_on-year") == "2026" and "Strategy meeting held" in again.text


def test_review_from_today_leads_back(client_request: ClientRequest, day: Day) -> None:
    client = client_request.sign_in("Alice")
    link = next(a for a in client.get("/today").all("a") if a.text.startswith("Review: Carabel")).attributes["href"]
    page = client.post(link, {"decision": "Meeting held"}, follow=True, status=200)
    assert "The review is recorded." in page.text and page.h1.endswith("Today")
    assert "New repeat flags 1" in page.text


def test_a_withdrawn_flag_cannot_be_reviewed(client_request: ClientRequest, day: Day) -> None:
    child_id = day.child("Carabel")
    with writing() as current:
        flag = current.query(RepeatFlagRow).filter_by(child_id=child_id, rule="3_in_90").one()
        flag.withdrawn_at, id_ = NOON, flag.id
    client = client_request.sign_in("Alice")
    page = client.get(f"/children/{child_id}")
    assert "1 earlier flag" in page.text and "Withdrawn" in page.text
    errors = client.post(f"/children/{child_id}/flags/{id_}", {"decision": "x"}, status=200).errors()
    assert errors == ["This flag was withdrawn: its crossing proved untrue."]


def test_who_may_review(client_request: ClientRequest, day: Day) -> None:
    child_id = day.child("Carabel")
    path = f"/children/{child_id}/flags/{flag_of(child_id).id}"
    client_request.sign_in("Bob").get(path, status=403)
    client = client_request.sign_in("Dana")
    client.get(path)
    client.get(f"/children/{day.child('Anwen')}/flags/{flag_of(child_id).id}", status=404)


# the picture's geometry


def row(
    start: datetime,
    hours: float | None = 5,
    state: InterviewState = InterviewState.DUE,
    flags: tuple[FlagCode, ...] = (),
) -> EpisodeRow:
    end = None if hours is None else start + timedelta(hours=hours)
    return EpisodeRow(
        1, 1, "Testa Inventedname", 14, None, None, EpisodeKind.MISSING, None, None, True, None, None, start, None, end,
        None, flags, state, None, None, None, None, None, 1,
    )  # fmt: skip


def test_no_episodes_no_picture() -> None:
    assert picture([], NOON) is None


def test_a_year_a_row_and_an_episode_a_mark() -> None:
    drawn = picture([row(datetime(2024, 7, 1, 23, tzinfo=UTC)), row(NOON)], NOON)
    assert drawn is not None
    assert [one.name for one in drawn.rows] == ["2024", "2025", "2026"]
    first, last = drawn.marks
    assert first.y == drawn.rows[0].y and last.y == drawn.rows[2].y
    middle = (drawn.width - 12 + 52) / 2
    assert abs(first.x - middle) < 3, "the first of July is the middle of the year"
    assert len(drawn.rows[0].months) == 12 and drawn.rows[1].months == ()


def test_half_a_year_a_row_on_a_phone() -> None:
    drawn = picture([row(datetime(2025, 8, 1, tzinfo=UTC)), row(NOON)], NOON, NARROW)
    assert drawn is not None
    assert [one.name for one in drawn.rows] == ["2025", "2026", "2026"]
    assert [name for _, name in drawn.rows[1].months] == ["Jan", "Feb", "Mar", "Apr", "May", "Jun"]
    assert all(0 <= mark.x <= NARROW.width for mark in drawn.marks)


def test_an_episode_over_new_year_has_a_bar_in_each_row() -> None:
    drawn = picture([row(datetime(2025, 12, 30, tzinfo=UTC), hours=24 * 4)], NOON)
    assert drawn is not None
    (old, new) = drawn.marks[0].bars
    assert old[0] + old[2] == pytest.approx(52 + WIDE.plot, abs=0.2) and new[0] == 52


def test_marks_upon_one_another_are_put_apart_and_one_still_away_reaches_now() -> None:
    drawn = picture(
        [row(NOON - timedelta(days=2)), row(NOON - timedelta(days=1), None, InterviewState.AWAITING_RETURN)], NOON
    )
    assert drawn is not None
    assert drawn.marks[0].y != drawn.marks[1].y
    x, _, wide = drawn.marks[1].bars[0]
    assert x + wide == pytest.approx(drawn.now[0], abs=0.2)
    assert {group.name: number for group, number in drawn.legend} == {"running": 1, "not_back": 1}


@pytest.mark.parametrize(
    "one",
    [
        (InterviewState.WITHDRAWN, ()),
        (InterviewState.NO_CLOCK, ()),
        (InterviewState.AWAITING_RETURN, (FlagCode.END_UNKNOWN,)),
    ],
)
def test_an_end_that_nobody_knows_is_not_drawn(one: tuple[InterviewState, tuple[FlagCode, ...]]) -> None:
    drawn = picture([row(NOON - timedelta(days=400), None, *one)], NOON)
    assert drawn is not None and drawn.marks[0].bars == ()


def test_every_state_has_a_mark() -> None:
    for state in InterviewState:
        assert picture([row(NOON, 1, state)], NOON) is not None
