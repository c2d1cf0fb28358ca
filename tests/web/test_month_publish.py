"""Publishing a further version, and the page of what is not in the published figures."""

from datetime import UTC, datetime, timedelta

import pytest

from tests import factories
from tests.web.conftest import ClientRequest
from tracker.core.rules import Rules
from tracker.services import publish_month
from tracker.services.context import Actor, Context
from tracker.services.tell_month import PUBLISHERS, READERS
from tracker.services.transaction import writing
from tracker.store.models import Episode
from tracker.web.access import ROLE_PERMISSIONS, Permission

CONTEXT = Context(datetime(2026, 11, 16, 12, tzinfo=UTC), Rules(), Actor("test"))
WHY = "The interview was recorded late."


@pytest.fixture
def october(client_request: ClientRequest) -> int:
    """A month published with an overdue interview that proves to have been held in time; the episode's id."""
    with writing() as session:
        start = datetime(2026, 10, 6, 19, tzinfo=UTC)
        id_ = factories.episode(session, factories.child(session), start, hours=9, context=CONTEXT).id
    publish_month.publish(CONTEXT, "2026-10")
    with writing() as session:
        row = session.get_one(Episode, id_)
        factories.interview(session, [row], completed_at=row.returned_at + timedelta(hours=1), context=CONTEXT)
    return id_


def test_what_differs_is_shown_with_the_episodes_and_the_fields(client_request: ClientRequest, october: int) -> None:
    alice = client_request.sign_in("Alice")
    assert "/month/2026-10/differences" in alice.get("/month/2026-10").response.text
    page = alice.get("/month/2026-10/differences")
    text = " ".join(page.text.split())
    assert "Interviews overdue Published : 1 → , Today : 0" in text.replace(":", " :")
    assert f"Episode {october} : interview held" in text.replace(f"{october}:", f"{october} :")
    assert f"/episodes/{october}" in page.response.text
    assert "Issue version 2" in text


def test_the_group_sees_figures_and_how_many_and_no_record(client_request: ClientRequest, october: int) -> None:
    page = client_request.sign_in("Charlie").get("/month/2026-10/differences")
    text = " ".join(page.text.split())
    assert "Interviews overdue Published : 1 → , Today : 0" in text.replace(":", " :")
    assert "The records of 1 episode explain it." in text
    assert f"Episode {october}" not in text
    assert f"/episodes/{october}" not in page.response.text
    assert "Issue version" not in text


def test_a_further_version_is_asked_why_and_then_lists_what_it_corrected(
    client_request: ClientRequest, october: int
) -> None:
    alice = client_request.sign_in("Alice")
    asked = alice.get("/month/2026-10/publish")
    assert "What version 2 corrects" in asked.text
    refused = alice.post("/month/2026-10/publish", {"version": "2", "reason": " "}, status=200)
    assert "Say why a further version is issued" in refused.text
    alice.post("/month/2026-10/publish", {"version": "2", "reason": WHY}, status=302)
    page = alice.get("/month/2026-10/differences")
    assert "Today’s records give the same figures." in page.text
    assert "What version 2 corrected" in page.text
    assert WHY in page.text
    assert "Alice" in page.text
    first = alice.get("/month/2026-10/differences?version=1").text
    assert "What version" not in first
    old = alice.get("/month/2026-10?version=1")
    assert "A further version was issued since." in old.text and old.all(
        "a", href="/month/2026-10?cohort=all&version=2"
    )
    assert "A further version was issued since." not in alice.get("/month/2026-10?version=2").text
    assert "Interviews overdue" in first


def test_a_list_behind_a_published_number_leads_to_what_was_changed_since(
    client_request: ClientRequest, october: int
) -> None:
    listed = "/episodes?month=2026-10&figure=interviews.overdue&cohort=all"
    alice = client_request.sign_in("Alice")
    page = alice.get(f"{listed}&version=1")
    assert "what is said of each is as it is recorded today" in page.text
    assert page.all("a", href="/month/2026-10/differences?version=1")
    assert "as it was published" not in alice.get(listed, status=200).text
    children = alice.get("/episodes?month=2026-10&figure=children.missing&cohort=all&version=1")
    assert children.all("a", href="/month/2026-10/differences?version=1")


def test_the_first_version_asks_for_no_reason(client_request: ClientRequest) -> None:
    with writing() as session:
        factories.episode(session, factories.child(session), datetime(2026, 10, 6, 19, tzinfo=UTC), hours=9)
    alice = client_request.sign_in("Alice")
    assert "Why is a further version issued" not in alice.get("/month/2026-10/publish").text
    alice.post("/month/2026-10/publish", {"version": "1"}, status=302)


def test_who_looked_at_an_older_version_is_told_who_published_meanwhile(
    client_request: ClientRequest, october: int
) -> None:
    alice = client_request.sign_in("Alice")
    assert alice.get("/month/2026-10/publish").one("input", name="version").attributes["value"] == "2"
    by = Actor("Dana Testworker", client_request.people["Dana"])
    publish_month.publish(Context(CONTEXT.now, Rules(), by), "2026-10", reason="Hers")
    page = alice.post("/month/2026-10/publish", {"version": "2", "reason": WHY}, status=409)
    assert "Dana Testworker published version 2 of this month, 16 Nov 2026, 12:00." in page.text
    assert WHY in page.text  # to copy
    assert "version 3" not in alice.get("/month").text


def test_what_was_published_while_provisional_can_be_made_final(client_request: ClientRequest) -> None:
    early = datetime(2026, 11, 2, 9, tzinfo=UTC)
    with writing() as session:
        start = datetime(2026, 10, 6, 19, tzinfo=UTC)
        factories.episode(session, factories.child(session), start, hours=9, context=CONTEXT)
    publish_month.publish(Context(early, Rules(), Actor("test")), "2026-10")
    alice = client_request.sign_in("Alice")
    differs = " ".join(alice.get("/month/2026-10/differences").text.split())
    assert "They are final now, and can be issued as such, though no figure differs" in differs
    assert "Version 2 has the final ones." in alice.get("/month/2026-10/publish").text
    alice.post("/month/2026-10/publish", {"version": "2", "reason": "The final figures."}, status=302)
    assert "can be issued as such" not in alice.get("/month/2026-10/differences").text


def test_a_month_that_runs_still_cannot_be_published(client_request: ClientRequest) -> None:
    page = client_request.sign_in("Alice").post("/month/2026-11/publish", {}, status=200)
    assert "This month has not ended" in page.text
    asked = client_request.get("/month/2026-11/publish")
    assert "This month still runs, to the end of 30 November 2026." in asked.text
    assert not [button for button in asked.all("button") if "Publish" in button.text]


@pytest.mark.parametrize("path", ["/month/2026-10/differences?version=7", "/month/2026-09/differences",
                                  "/month/2026-13/differences", "/month/2026-10/differences?version=x"])  # fmt: skip
def test_what_was_not_published_has_no_differences(client_request: ClientRequest, october: int, path: str) -> None:
    client_request.sign_in("Charlie").get(path, status=404)


def test_an_interviewer_sees_neither(client_request: ClientRequest, october: int) -> None:
    client_request.sign_in("Bob").get("/month/2026-10/differences", status=403)
    client_request.get("/month/2026-10/publish", status=403)


def test_whoever_may_see_or_publish_the_month_is_told_of_it() -> None:
    allowed = {
        permission: {role for role, permissions in ROLE_PERMISSIONS.items() if permission in permissions}
        for permission in (Permission.SEE_MONTH, Permission.PUBLISH_MONTH)
    }
    assert allowed == {Permission.SEE_MONTH: READERS, Permission.PUBLISH_MONTH: PUBLISHERS}
