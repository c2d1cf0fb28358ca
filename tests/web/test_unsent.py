"""A form sent after its session had ended: what was typed is kept for its writer alone, and shown on the form again."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from tests import factories
from tests.web.conftest import ClientRequest
from tests.web.group_day import flag_three
from tests.web.page import Page
from tests.web.test_group import begun, items
from tests.web.test_signin import PASSWORD
from tracker.core.clock import FixedClock
from tracker.services import people as people_service
from tracker.services import write_maramp
from tracker.services.context import Actor, Context
from tracker.services.kept_forms import KEPT_FOR, LONGEST, MOST, keep_form, kept_forms
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import AuditEntry, MonthCommentary, WebSession

COMMENTARY = "/month/2026-10/commentary"
TEXT = "A quiet month.\r\nTwo children account for most of it; “why” is on page 3."
HOURS = timedelta(hours=2)


@pytest.fixture
def alice(client_request: ClientRequest, people: dict[str, int], context: Context) -> ClientRequest:
    """Signed in with her own password, as Bob could be with his."""
    for name in ("Alice", "Bob", "Charlie"):
        people_service.set_password(context, person_id=people[name], password=PASSWORD)
    with writing() as current:
        start = datetime(2026, 10, 6, 19, tzinfo=UTC)
        factories.episode(current, factories.child(current), start, hours=9, context=context)
    return signed_in(client_request, "alice")


def signed_in(client: ClientRequest, name: str, path: str = "/sign-in") -> ClientRequest:
    page = client.get(path)
    sent = {"email": f"{name}@council.invalid", "password": PASSWORD, "csrf_token": page.value_of("csrf_token")}
    assert client.raw("POST", path, data=sent).status_code == 302
    return client


def sent_too_late(client: ClientRequest, clock: FixedClock, path: str, form: str | None = None, **given: str) -> str:
    """The page is opened, the session ends by itself, the form is sent; where that leads."""
    page = client.get(form or path)
    clock.at += HOURS
    data = {"version": page.value_of("version"), "csrf_token": page.value_of("csrf_token"), **given}
    answer = client.raw("POST", path, data=data)
    assert answer.status_code == 302
    return answer.headers["Location"]


def again(page: Page, client: ClientRequest, path: str, status: int = 200) -> Page:
    """The first button of the page of what is kept: the form as it was, with the session's new token."""
    form = next(one for one in page.all("form") if one.attributes.get("action") == path)
    names = [one for one in page.all("input") if one in within(page, form)]
    sent = {one.attributes["name"]: one.attributes.get("value", "") for one in names}
    return client.post(path, sent, status=status)


def within(page: Page, form: object) -> list[object]:
    """The elements between this form and the next."""
    every = page.elements
    start = every.index(form)  # type: ignore[arg-type]
    end = next((at for at in range(start + 1, len(every)) if every[at].name == "form"), len(every))
    return list(every[start:end])


def typed_in(page: Page, name: str) -> str:
    return page.one("textarea", name=name).text.strip()


def rows() -> int:
    session().rollback()
    kept = select(func.count()).select_from(WebSession).where(WebSession.token_hash.startswith("kept:"))
    return session().scalar(kept) or 0


def test_what_was_typed_stands_in_the_form_again_after_signing_in(alice: ClientRequest, clock: FixedClock) -> None:
    asked = sent_too_late(alice, clock, COMMENTARY, text=TEXT)
    assert asked == "/sign-in?next=/account/unsent"
    signing = alice.get(asked)
    assert "What you typed is kept for one hour, for you alone." in signing.text
    assert "quiet month" not in signing.response.text
    signed_in(alice, "alice", asked)
    page = alice.get("/account/unsent")
    assert "A quiet month." in page.text
    assert "nothing of it was saved" in page.text
    form = again(page, alice, COMMENTARY)
    assert TEXT.replace("\r\n", "\n") in form.response.text.replace("\r\n", "\n")  # with its lines
    assert not form.errors()
    assert session().get(MonthCommentary, "2026-10") is None  # shown, and not saved
    assert rows() == 0
    alice.post(COMMENTARY, {"text": TEXT, "version": form.value_of("version")}, status=302)
    session().rollback()
    assert session().get_one(MonthCommentary, "2026-10").text == TEXT.replace("\r\n", "\n")
    assert alice.get("/account/unsent", status=302).location == "/"


def test_nobody_else_is_shown_it(alice: ClientRequest, clock: FixedClock, people: dict[str, int]) -> None:
    asked = sent_too_late(alice, clock, COMMENTARY, text=TEXT)
    signed_in(alice, "bob", asked)
    assert alice.get("/account/unsent", status=302).location == "/"
    kept = kept_forms(clock.now(), people["Alice"])[0].id
    alice.post("/account/unsent", {"thrown_away": kept}, status=302)
    assert rows() == 1, "and nobody else throws it away"


def test_it_is_gone_after_an_hour(alice: ClientRequest, clock: FixedClock) -> None:
    asked = sent_too_late(alice, clock, COMMENTARY, text=TEXT)
    clock.at += KEPT_FOR
    signed_in(alice, "alice", asked)
    assert alice.get("/account/unsent", status=302).location == "/"
    assert rows() == 0


def test_it_can_be_thrown_away(alice: ClientRequest, clock: FixedClock) -> None:
    signed_in(alice, "alice", sent_too_late(alice, clock, COMMENTARY, text=TEXT))
    key = alice.get("/account/unsent").one("button", name="thrown_away").attributes["value"]
    alice.post("/account/unsent", {"thrown_away": key}, status=302)
    assert rows() == 0


def test_it_stands_in_no_address_cookie_or_audit_row(alice: ClientRequest, clock: FixedClock) -> None:
    before = [row.action for row in session().scalars(select(AuditEntry))]
    session().rollback()
    asked = sent_too_late(alice, clock, COMMENTARY, text=TEXT)
    signed_in(alice, "alice", asked)
    alice.get("/account/unsent")
    session().rollback()
    told = list(session().scalars(select(AuditEntry)))
    assert [row.action for row in told][len(before) :] == ["summary_viewed", "signed_in"]
    assert not any("quiet" in str(row.details) for row in told)
    assert "quiet" not in str(alice.client._cookies)
    assert session().scalars(select(WebSession.person_id)).all().count(None) == 0


def test_a_maramp_and_the_minutes_are_led_back_to_their_pages(
    alice: ClientRequest, clock: FixedClock, people: dict[str, int], context: Context
) -> None:
    ada, _, _ = flag_three(people)
    actor = Actor("Alice Testworker", people["Alice"])
    maramp = write_maramp.open_maramp(Context(clock.now(), context.rules, actor), child_id=ada)
    path = f"/frequent/maramps/{maramp}/write"
    asked = sent_too_late(alice, clock, path, strengths="Her aunt, and her dog", based_on="0", act="publish", why="New")
    signed_in(alice, "alice", asked)
    form = again(alice.get("/account/unsent"), alice, path)
    assert typed_in(form, "strengths") == "Her aunt, and her dog"
    assert typed_in(form, "why") == "New"
    assert not form.errors()
    meeting = begun(alice, people)
    item = items(meeting)[0]
    path = f"/group/items/{item.id}"
    given = {"discussion": "We spoke of Ada.", "words": "It fits.", "decision": "plan_sufficient"}
    asked = sent_too_late(alice, clock, path, **given)
    signed_in(alice, "alice", asked)
    form = again(alice.get("/account/unsent"), alice, path)
    assert typed_in(form, "discussion") == "We spoke of Ada."
    assert items(meeting)[0].discussion is None


def test_a_form_without_its_token_a_password_and_a_mere_button_are_not_kept(
    alice: ClientRequest, clock: FixedClock
) -> None:
    for path, given in (
        (COMMENTARY, {"text": TEXT, "csrf_token": "forged"}),
        ("/account", {"current": PASSWORD, "password": "other invented words", "again": "other invented words"}),
        (COMMENTARY, {"text": "  "}),
        ("/sign-out", {}),
    ):
        page = alice.get(COMMENTARY)
        clock.at += HOURS
        data = {"version": "0", "csrf_token": page.value_of("csrf_token"), **given}
        answer = alice.raw("POST", path, data=data)
        assert "unsent" not in answer.headers["Location"]
        assert rows() == 0
        signed_in(alice, "alice")


def test_whoever_signed_out_or_was_signed_out_by_somebody_keeps_nothing(
    alice: ClientRequest, people: dict[str, int], context: Context
) -> None:
    page = alice.get(COMMENTARY)
    people_service.disable_person(context, person_id=people["Alice"])
    data = {"version": "0", "csrf_token": page.value_of("csrf_token"), "text": TEXT}
    assert alice.raw("POST", COMMENTARY, data=data).headers["Location"] == "/sign-in"
    assert rows() == 0


def test_a_file_is_not_kept_and_that_is_said(alice: ClientRequest, clock: FixedClock) -> None:
    page = alice.get("/reports/new")
    clock.at += HOURS
    data = {"csrf_token": page.value_of("csrf_token"), "feed": "generic", "file": (io.BytesIO(b"x"), "report.csv")}
    answer = alice.raw("POST", "/reports/new", data=data, content_type="multipart/form-data")
    signed_in(alice, "alice", answer.headers["Location"])
    page = alice.get("/account/unsent")
    assert "The file that you chose is not kept." in page.text
    assert "report.csv" not in page.text


def test_a_form_left_open_in_another_window_shows_what_was_typed_to_copy(alice: ClientRequest) -> None:
    page = alice.post(COMMENTARY, {"text": TEXT, "version": "0", "csrf_token": "of an earlier session"}, status=400)
    assert page.h1 == "The form had expired"
    assert "A quiet month." in page.text
    assert session().get(MonthCommentary, "2026-10") is None


def test_only_the_newest_few_are_kept_and_none_without_measure(
    alice: ClientRequest, clock: FixedClock, people: dict[str, int]
) -> None:
    cookie = alice.client.get_cookie("tracker")
    assert cookie is not None
    for number in range(MOST + 2):
        clock.at += timedelta(seconds=1)
        assert keep_form(clock.now(), cookie.value, path="/x", fields=[("text", f"no. {number}")], with_files=False)
    kept = [dict(one.fields)["text"] for one in kept_forms(clock.now(), people["Alice"])]
    assert kept == [f"no. {number}" for number in range(MOST + 1, 1, -1)]
    long = [("text", "x" * LONGEST)]
    assert not keep_form(clock.now(), cookie.value, path="/x", fields=long, with_files=False)
    assert not keep_form(clock.now(), "no session", path="/x", fields=[("text", "a b")], with_files=False)
