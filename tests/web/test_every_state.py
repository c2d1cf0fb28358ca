"""Every state of definitions §3, reached through the pages by those who work there, and told in words on each page."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.conftest import NOON
from tests.web.conftest import ClientRequest
from tests.web.page import Page
from tests.web.test_episodes import instant
from tracker.core.terms import InterviewState
from tracker.web.words import words

HOUR = timedelta(hours=1)
WENT_MISSING = NOON - 20 * HOUR
RETURNED = NOON - HOUR


def boxes(name: str, at: datetime) -> dict[str, str]:
    return instant(name, f"{at.astimezone(UTC):%d %m %Y %H:%M}")


def log(client: ClientRequest, kind: str = "missing", **more: str) -> int:
    """Alice logs an episode of a child not held before; its id."""
    client.sign_in("Alice")
    found = client.post("/episodes/new", {"surname": "Stately", "forename": "Stacy"})
    search = client.get(found.location)
    path = next(a for a in search.all("a") if a.text == "Go on with a new child").attributes["href"]
    typed = {"surname": "Stately", "forename": "Stacy", "kind": kind, **boxes("missing_from_at", WENT_MISSING), **more}
    done = client.post(path, typed)
    return int(re.fullmatch(r"/episodes/(\d+)", done.location)[1])  # type: ignore[index]


def versioned(client: ClientRequest, path: str, sent: dict[str, str]) -> None:
    client.post(path, {"version": client.get(path).value_of("version"), **sent})


def record_found(client: ClientRequest, id_: int) -> None:
    versioned(client, f"/episodes/{id_}/found", boxes("found_at", RETURNED - HOUR))


def record_return(client: ClientRequest, id_: int) -> None:
    versioned(client, f"/episodes/{id_}/return", boxes("returned_at", RETURNED))


def shown_state(client: ClientRequest, id_: int) -> str:
    """The words of the state beside the child's name; colour alone tells nothing."""
    page: Page = client.get(f"/episodes/{id_}")
    return next(tag.text for tag in page.all("strong") if "govuk-tag" in tag.attributes.get("class", ""))


def wait(client: ClientRequest, hours: float) -> None:
    """So long after the return; whoever was signed in signs in anew."""
    client.clock.at = RETURNED + hours * HOUR
    client.sign_in("Alice")


def awaiting_return(client: ClientRequest) -> int:
    return log(client)


def found_not_returned(client: ClientRequest) -> int:
    id_ = log(client)
    record_found(client, id_)
    return id_


def no_clock(client: ClientRequest) -> int:
    id_ = log(client, "no_apparent_risk")
    record_return(client, id_)
    return id_


def due(client: ClientRequest) -> int:
    id_ = log(client)
    record_return(client, id_)
    return id_


def due_soon(client: ClientRequest) -> int:
    id_ = due(client)
    wait(client, 48)
    return id_


def overdue(client: ClientRequest) -> int:
    id_ = due(client)
    wait(client, 72.1)
    return id_


def completed(client: ClientRequest, after_hours: float) -> int:
    id_ = due(client)
    wait(client, after_hours + 1)
    sent = {"episode_ids": str(id_), **boxes("completed_at", RETURNED + after_hours * HOUR)}
    client.post(f"/episodes/{id_}/interview/completed", sent)
    return id_


def completed_in_time(client: ClientRequest) -> int:
    return completed(client, 72)


def completed_late(client: ClientRequest) -> int:
    return completed(client, 73)


def declined(client: ClientRequest) -> int:
    id_ = due(client)
    wait(client, 10)
    sent = {"episode_ids": str(id_), "declined_by": "child", "reason": "None given"}
    client.post(f"/episodes/{id_}/interview/declined", {**sent, **boxes("declined_at", RETURNED + 9 * HOUR)})
    return id_


def not_required(client: ClientRequest) -> int:
    """Proposed by the lead it closes nothing; approved by the manager it does."""
    id_ = due(client)
    client.post(f"/episodes/{id_}/interview/not-required", {"reason": "It was recorded twice"})
    assert shown_state(client, id_) == words(InterviewState.DUE)
    page = client.sign_in("Dana").get(f"/episodes/{id_}")
    path = next(a.attributes["href"] for a in page.all("a") if a.attributes["href"].endswith("/approval"))
    client.post(path, {"decision": "approve"})
    return id_


def withdrawn(client: ClientRequest) -> int:
    id_ = due(client)
    versioned(client, f"/episodes/{id_}/exclude", {"reason": "created_in_error"})
    return id_


REACHED_BY = {
    InterviewState[made.__name__.upper()]: made
    for made in (
        awaiting_return, found_not_returned, no_clock, due, due_soon, overdue, completed_in_time, completed_late,
        declined, not_required, withdrawn,
    )
}  # fmt: skip


def test_every_state_has_its_way_through_the_pages() -> None:
    assert set(REACHED_BY) == set(InterviewState)


@pytest.mark.parametrize("state", InterviewState)
def test_a_state_is_reached_and_told_in_words(client_request: ClientRequest, state: InterviewState) -> None:
    id_ = REACHED_BY[state](client_request)
    assert shown_state(client_request, id_) == words(state)
    listed = client_request.get(f"/episodes?state={state}")
    assert f"/episodes/{id_}" in [a.attributes.get("href") for a in listed.all("a")]
    assert words(state) in listed.text
