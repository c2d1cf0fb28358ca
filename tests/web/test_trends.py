"""Trends and places as pages: words, picture and table; lists for whoever sees records; files without small numbers."""

from datetime import UTC, datetime, timedelta

import pytest

from tests import factories
from tests.web.conftest import ClientRequest
from tests.web.test_month import CONTEXT
from tracker.services.transaction import writing

AUTUMN = "first_day=2026-09-01&last_day=2026-11-15"


@pytest.fixture
def autumn(client_request: ClientRequest) -> None:
    """Fourteen months with an episode each; in September six children from one station, one from home."""
    with writing() as session:
        for month in range(14):
            start = datetime(2025 + (8 + month) // 12, (8 + month) % 12 + 1, 3, 12, tzinfo=UTC)
            factories.episode(session, factories.child(session), start, hours=3 + month, context=CONTEXT)
        for place in range(6):
            start = datetime(2026, 9, 5 + place, 12, tzinfo=UTC)
            factories.episode(session, factories.child(session), start, hours=3, context=CONTEXT, district="Oxlode",
                              missing_from_address="Invented Station")  # fmt: skip
        start = datetime(2026, 9, 20, 12, tzinfo=UTC) + timedelta(days=1)
        factories.episode(session, factories.child(session), start, hours=3, context=CONTEXT,
                          missing_from_address="4 Test Street, Wexcombe")  # fmt: skip


@pytest.mark.usefixtures("autumn")
def test_each_chart_has_its_words_its_picture_and_its_table(client_request: ClientRequest) -> None:
    page = client_request.sign_in("Charlie").get("/month/trends")
    assert "October 2025 to August 2026: six months or more in a row, each higher" in " ".join(page.text.split())
    pictures = [image.attributes for image in page.all("img") if "/month/trends/charts/" in image.attributes["src"]]
    assert len(pictures) == 5
    for picture in pictures:
        answer = client_request.raw("GET", picture["src"])
        assert answer.mimetype == "image/svg+xml"
        assert answer.get_data(True).startswith("<svg")
    assert not [a for a in page.all("a") if a.attributes["href"].startswith("/episodes")]
    opened = [
        a for a in client_request.sign_in("Alice").get("/month/trends").all("a") if "figure=" in a.attributes["href"]
    ]
    client_request.get(opened[0].attributes["href"])
    client_request.get("/month/trends/charts/none.svg", status=404)
    client_request.sign_in("Bob").get("/month/trends", status=403)


@pytest.mark.usefixtures("autumn")
def test_places_open_their_lists_and_no_address_tells_one(client_request: ClientRequest) -> None:
    page = client_request.sign_in("Alice").get(f"/month/trends/places?{AUTUMN}")
    assert "4 Test Street, Wexcombe" in page.text
    opened = [a.attributes["href"] for a in page.all("a") if "/places/behind" in a.attributes["href"]]
    assert opened
    assert not [address for address in opened if "Test" in address or "Station" in address]
    for address in opened:
        client_request.get(address)
    client_request.get(f"/month/trends/places/behind?{AUTUMN}&of=from_place&place=none", status=404)
    client_request.get(f"/month/trends/places/behind?{AUTUMN}&of=none&place=none", status=404)
    charlie = client_request.sign_in("Charlie")
    page = charlie.get(f"/month/trends/places?{AUTUMN}")
    assert "Invented Station" in page.text
    assert "Test Street" not in page.text
    client_request.get(opened[0], status=403)
    assert charlie.raw("GET", f"/month/trends/map.svg?{AUTUMN}").get_data(True).count("Oxlode") > 0
    assert "has not begun" in charlie.get("/month/trends/places?first_day=2031-01-01&last_day=2031-01-02").text


@pytest.mark.usefixtures("autumn")
def test_the_files_hold_no_small_number(client_request: ClientRequest) -> None:
    charlie = client_request.sign_in("Charlie")
    text = charlie.raw("GET", f"/month/trends/places.csv?{AUTUMN}").get_data(True)
    assert "Districts missing from,Oxlode,not shown,not shown" in text  # the six children are its six episodes
    assert "Places missing from,Invented Station,6,6" in text
    assert "Districts missing from,Wexcombe,fewer than 5,fewer than 5" in text
    assert "Test Street" not in text
    assert charlie.raw("GET", f"/month/trends/places.pdf?{AUTUMN}").data.startswith(b"%PDF-")
    charlie.get("/month/trends/places.csv?first_day=2031-01-01&last_day=2031-01-02", status=404)
