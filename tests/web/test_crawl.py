"""Every page that a person can reach by links from the menu opens and is well made, in a service that holds nothing."""

import pytest

from tests.web.conftest import PEOPLE, ClientRequest

MOST = 150
"""Enough for all pages of an empty service; a calendar of endless months would stop here."""


@pytest.mark.parametrize("name", PEOPLE)
def test_every_page_reached_by_links_opens(client_request: ClientRequest, name: str) -> None:
    client_request.sign_in(name)
    first = client_request.get("/", status=302).location
    waiting, seen = [first], {first}
    while waiting and len(seen) < MOST:
        path = waiting.pop(0)
        answer = client_request.raw("GET", path)
        assert answer.status_code in (200, 302), f"{path} answered {answer.status}"
        if answer.mimetype != "text/html":
            continue
        page = client_request.get(path, status=answer.status_code)
        found = [page.location] if page.location else [a.attributes.get("href", "") for a in page.all("a")]
        for target in found:
            target = target.partition("#")[0]
            if target.startswith("/") and target not in seen and not target.startswith("/static/"):
                seen.add(target)
                waiting.append(target)
    assert "/account" in seen
    assert first in seen
