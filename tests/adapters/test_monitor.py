"""The sign of life: one request to a judged address, in time, and never a word of where it goes."""

import ssl
import time
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest

from tests.https_servers import Authority, Request, Server, answer, redirect, serving
from tracker.adapters.monitor import HttpsMonitor
from tracker.core.monitoring import MonitorNotReachedError

KEY = "an-invented-key"
LOOPBACK = (ip_network("127.0.0.1/32"),)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def good(authority: Authority) -> ssl.SSLContext:
    return authority.server()


@pytest.fixture
def server(good: ssl.SSLContext, request: pytest.FixtureRequest) -> Iterator[Server]:
    with serving(request.param, good) as one:
        yield one


def monitor(server: Server, authority: Authority, seconds: float = 5) -> HttpsMonitor:
    return HttpsMonitor(server.url(f"/ping/{KEY}"), seconds, str(authority.file), LOOPBACK)


def hang(_request: Request, _connection: object) -> None:
    time.sleep(3)


@pytest.mark.parametrize("server", [answer(b"OK")], indirect=True)
def test_an_answer_of_the_200s_is_good(server: Server, authority: Authority) -> None:
    monitor(server, authority).ping()
    assert [request.path for request in server.seen] == [f"/ping/{KEY}"]
    assert KEY not in repr(monitor(server, authority))


@pytest.mark.parametrize("server", [answer(status="500 No"), redirect("https://elsewhere.invalid/")], indirect=True)
def test_any_other_answer_is_not(server: Server, authority: Authority) -> None:
    with pytest.raises(MonitorNotReachedError) as caught:
        monitor(server, authority).ping()
    assert KEY not in str(caught.value)
    assert len(server.seen) == 1


@pytest.mark.parametrize("server", [hang], indirect=True)
def test_one_that_hangs_is_left_in_time(server: Server, authority: Authority) -> None:
    began = time.monotonic()
    with pytest.raises(MonitorNotReachedError, match="in time"):
        monitor(server, authority, 0.5).ping()
    assert time.monotonic() - began < 2.5


@pytest.mark.parametrize("server", [answer(b"OK")], indirect=True)
def test_an_address_inside_is_refused_unless_its_network_is_opened(server: Server, authority: Authority) -> None:
    with pytest.raises(MonitorNotReachedError) as caught:
        HttpsMonitor(server.url(f"/ping/{KEY}"), 5, str(authority.file)).ping()
    assert (KEY in str(caught.value), server.seen) == (False, [])


@pytest.mark.parametrize("server", [answer(b"OK")], indirect=True)
def test_its_certificate_is_verified(server: Server, tmp_path: Path) -> None:
    stranger = Authority(tmp_path)
    with pytest.raises(MonitorNotReachedError):
        monitor(server, stranger).ping()
