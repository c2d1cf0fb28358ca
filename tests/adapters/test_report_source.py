"""Fetching over HTTPS from real servers on this machine: what is let through, what is not, and what is never said."""

import base64
import gzip
import logging
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization as form

from tests.https_servers import HOST, NAME, Authority, Behaviour, Request, Server, answer, redirect, serving
from tracker.adapters.report_source import HttpsReportSource
from tracker.core.pulls import NothingNew, Pull, Pulled, PullFailed, PullResult, Validators

LOOPBACK = (ip_network("127.0.0.1/32"),)
NOTHING = Validators()
REPORT = b"Reference,Surname\nTV1,Inventedname\n"
SECRET = "an-invented-secret"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def good(authority: Authority) -> ssl.SSLContext:
    return authority.server()


@pytest.fixture
def serve(good: ssl.SSLContext) -> Iterator[Callable[[Behaviour], Server]]:
    """Start a server that behaves so; stopped at the test's end."""
    held = []

    def start(behave: Behaviour, context: ssl.SSLContext = good) -> Server:
        held.append(serving(behave, context))
        return held[-1].__enter__()

    yield start
    for one in held:
        one.__exit__(None, None, None)


def pull_of(server: Server, authority: Authority, **given: object) -> Pull:
    found = Pull("north", "north", server.url(), 1_000_000, ca_file=str(authority.file), timeout_seconds=5)
    return replace(found, **{"allow_private_addresses": LOOPBACK, **given})


def fetch(
    pull: Pull, known: Validators = NOTHING, resolve: Callable[[str, int], Sequence[str]] | None = None
) -> PullResult:
    return (HttpsReportSource(resolve) if resolve else HttpsReportSource()).fetch(pull, known)


def failed(found: PullResult) -> str:
    assert isinstance(found, PullFailed), found
    assert SECRET not in found.sentence
    assert "/" not in found.sentence and "?" not in found.sentence.rstrip("?"), "no address"
    return found.code


class TestAWholeFile:
    def test_comes_with_what_the_server_calls_it(self, serve, authority: Authority) -> None:
        named = {"ETag": '"v1"', "Last-Modified": "Mon, 16 Nov 2026 07:00:00 GMT",
                 "Content-Disposition": "attachment; filename=\"night.csv\""}  # fmt: skip
        found = fetch(pull_of(serve(answer(REPORT, headers=named)), authority))
        assert found == Pulled(REPORT, "night.csv", Validators('"v1"', "Mon, 16 Nov 2026 07:00:00 GMT"))

    def test_may_come_in_chunks(self, serve, authority: Authority) -> None:
        body = b"5\r\nhello\r\n0\r\n\r\n"
        found = fetch(
            pull_of(serve(answer(body, headers={"Transfer-Encoding": "chunked", "Content-Length": ""})), authority)
        )
        assert isinstance(found, Pulled) and found.content == b"hello"

    def test_may_be_empty(self, serve, authority: Authority) -> None:
        assert fetch(pull_of(serve(answer(b"")), authority)) == Pulled(b"", None, NOTHING)

    def test_is_asked_for_plain_and_without_any_sign_in(self, serve, authority: Authority, monkeypatch) -> None:
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
        monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
        netrc = authority.folder / "netrc"
        netrc.write_text(f"machine {HOST} login somebody password else\n")
        monkeypatch.setenv("NETRC", str(netrc))
        server = serve(answer(REPORT))
        assert isinstance(fetch(pull_of(server, authority)), Pulled)
        (request,) = server.seen
        assert request.headers["accept-encoding"] == "identity"
        assert "authorization" not in request.headers
        assert "if-none-match" not in request.headers

    def test_is_not_sent_again_where_the_server_knows_that_we_hold_it(self, serve, authority: Authority) -> None:
        server = serve(answer(status="304 Not Modified", headers={"Content-Length": ""}))
        known = Validators('"v1"', "Mon, 16 Nov 2026 07:00:00 GMT")
        assert fetch(pull_of(server, authority), known) == NothingNew()
        assert server.seen[0].headers["if-none-match"] == '"v1"'
        assert server.seen[0].headers["if-modified-since"] == "Mon, 16 Nov 2026 07:00:00 GMT"

    def test_304_to_a_question_that_was_not_asked_is_a_failure(self, serve, authority: Authority) -> None:
        assert failed(fetch(pull_of(serve(answer(status="304 Not Modified")), authority))) == "answer"

    def test_a_validator_that_could_not_be_sent_back_is_not_kept(self, serve, authority: Authority) -> None:
        found = fetch(pull_of(serve(answer(REPORT, headers={"ETag": '"' + "x" * 600 + '"'})), authority))
        assert isinstance(found, Pulled) and found.validators == NOTHING


class TestSignIn:
    def test_basic(self, serve, authority: Authority) -> None:
        server = serve(answer(REPORT))
        fetch(pull_of(server, authority, auth="basic", username="Jörg", secret=SECRET))

        assert (
            server.seen[0].headers["authorization"] == "Basic " + base64.b64encode(f"Jörg:{SECRET}".encode()).decode()
        )

    def test_bearer_from_a_file_read_anew_each_time(self, serve, authority: Authority, tmp_path: Path) -> None:
        server, file = serve(answer(REPORT)), tmp_path / "secret"
        for secret in ("one", "two"):
            file.write_text(secret + "\n")
            fetch(pull_of(server, authority, auth="bearer", secret_file=str(file)))
        assert [seen.headers["authorization"] for seen in server.seen] == ["Bearer one", "Bearer two"]

    def test_a_client_certificate(self, serve, authority: Authority) -> None:
        context = authority.server("asking")
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(authority.file)
        server = serve(answer(REPORT), context)
        certificate, key = authority.issue("council", ["council.invalid"])
        ours = {"auth": "client_certificate", "certificate_file": str(certificate), "key_file": str(key)}
        assert isinstance(fetch(pull_of(server, authority, **ours)), Pulled)
        assert server.seen[0].peer
        assert failed(fetch(pull_of(server, authority))) in ("tls", "no_answer", "unreachable")

    @pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden"])
    def test_that_is_not_accepted(self, serve, authority: Authority, status: str) -> None:
        server = serve(answer(SECRET.encode(), status=status))
        assert failed(fetch(pull_of(server, authority, auth="bearer", secret=SECRET))) == "sign_in"

    @pytest.mark.parametrize("content", [None, " \n"])
    def test_a_secret_that_cannot_be_had_stops_before_anything_is_asked(
        self, serve, authority: Authority, tmp_path: Path, content: str | None
    ) -> None:
        server, file = serve(answer(REPORT)), tmp_path / "secret"
        if content is not None:
            file.write_text(content)
        found = fetch(pull_of(server, authority, auth="bearer", secret_file=str(file)))
        assert failed(found) == "own_files"
        assert server.connections == 0

    def test_a_key_with_a_password_is_said_so_and_asked_for_nowhere(self, authority: Authority, tmp_path: Path) -> None:
        certificate, _ = authority.issue("locked", ["council.invalid"])
        key = tmp_path / "locked.key"
        locked = form.BestAvailableEncryption(b"x")
        key.write_bytes(authority.key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, locked))
        pull = Pull(
            "north", "north", "https://reports.police.invalid/", 1, certificate_file=str(certificate), key_file=str(key)
        )
        assert "without a password" in (HttpsReportSource().problem(pull) or "")


class TestTls:
    def test_another_authority_is_not_believed(self, serve, authority: Authority, tmp_path: Path) -> None:
        server = serve(answer(REPORT), Authority(tmp_path, "Invented stranger").server())
        assert failed(fetch(pull_of(server, authority))) == "certificate"
        assert server.seen == []

    def test_nor_is_one_that_no_public_authority_signed(self, serve, authority: Authority) -> None:
        assert failed(fetch(pull_of(serve(answer(REPORT)), authority, ca_file=""))) == "certificate"

    def test_nor_an_expired_certificate(self, serve, authority: Authority) -> None:
        assert (
            failed(fetch(pull_of(serve(answer(REPORT), authority.server("old", days=(-9, -2))), authority)))
            == "certificate"
        )

    def test_nor_one_for_another_host(self, serve, authority: Authority) -> None:
        server = serve(answer(REPORT), authority.server("other", hosts=["other.police.invalid"]))
        assert failed(fetch(pull_of(server, authority))) == "certificate"

    def test_the_certificate_is_for_the_name_although_the_address_was_judged(self, serve, authority: Authority) -> None:
        server = serve(answer(REPORT), authority.server("named", hosts=[NAME]))
        found = fetch(pull_of(server, authority, url=server.url(host=NAME)), resolve=lambda host, port: [HOST])
        assert isinstance(found, Pulled)
        assert server.seen[0].headers["host"] == f"{NAME}:{server.port}"


class TestAddresses:
    """Loopback stands for whatever is inside the council: without leave, no connection is even begun."""

    def test_loopback_is_refused_without_leave(self, serve, authority: Authority) -> None:
        server = serve(answer(REPORT))
        assert failed(fetch(pull_of(server, authority, allow_private_addresses=()))) == "forbidden_address"
        assert server.connections == 0

    @pytest.mark.parametrize(
        "address",
        ["127.0.0.1", "::ffff:127.0.0.1", "::1", "10.0.0.5", "169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::"],
    )
    def test_a_name_that_leads_inside_is_refused(self, serve, authority: Authority, address: str) -> None:
        server = serve(answer(REPORT))
        inside = pull_of(server, authority, url=server.url(host=NAME), allow_private_addresses=())
        assert failed(fetch(inside, resolve=lambda host, port: [address])) == "forbidden_address"
        assert failed(fetch(inside, resolve=lambda host, port: ["8.8.8.8", address])) == "forbidden_address"
        assert server.connections == 0

    def test_a_name_is_asked_for_once_and_the_judged_address_is_connected_to(
        self, serve, authority: Authority, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A name that is public when it is judged, and leads inside when asked again (DNS rebinding)."""
        server = serve(answer(REPORT))
        answers, tried = [["203.0.114.7"], ["127.0.0.1"]], []
        asked = []

        def rebinding(host: str, port: int) -> list[str]:
            asked.append(host)
            return answers.pop(0)

        def connect(address: tuple[str, int], timeout: float) -> socket.socket:
            tried.append(address[0])
            raise ConnectionRefusedError

        monkeypatch.setattr(socket, "create_connection", connect)
        rebound = pull_of(server, authority, url=server.url(host=NAME), allow_private_addresses=())
        assert failed(fetch(rebound, resolve=rebinding)) == "unreachable"
        assert (asked, tried) == ([NAME], ["203.0.114.7"])
        assert server.connections == 0
        assert failed(fetch(rebound, resolve=rebinding)) == "forbidden_address"

    def test_the_next_address_is_tried_where_one_does_not_answer(self, serve, authority: Authority) -> None:
        server = serve(answer(REPORT))
        opened = (*LOOPBACK, ip_network("127.0.0.2/32"))
        two = pull_of(server, authority, url=server.url(host=NAME), allow_private_addresses=opened)
        assert isinstance(fetch(two, resolve=lambda host, port: ["127.0.0.2", HOST]), Pulled)

    def test_a_name_that_does_not_exist(self, serve, authority: Authority) -> None:
        def unknown(host: str, port: int) -> list[str]:
            raise socket.gaierror(-2, "Name or service not known")

        server = serve(answer(REPORT))
        assert failed(fetch(pull_of(server, authority, url=server.url(host=NAME)), resolve=unknown)) == "unknown_host"


class TestRedirects:
    def test_are_followed_on_the_same_host_so_often_as_allowed(self, serve, authority: Authority) -> None:
        def twice(request: Request, connection: socket.socket) -> None:
            to = {"/daily.csv": "/second", "/second": "/third?x=1"}.get(request.path)
            (redirect(to) if to else answer(REPORT))(request, connection)

        server = serve(twice)
        signed = {"auth": "bearer", "secret": SECRET}
        assert isinstance(fetch(pull_of(server, authority, max_redirects=2, **signed)), Pulled)
        assert [seen.path for seen in server.seen] == ["/daily.csv", "/second", "/third?x=1"]
        assert all(seen.headers["authorization"] == f"Bearer {SECRET}" for seen in server.seen)
        assert failed(fetch(pull_of(server, authority, max_redirects=1))) == "redirects"
        assert failed(fetch(pull_of(server, authority))) == "redirects"

    def test_that_go_round_end(self, serve, authority: Authority) -> None:
        server = serve(redirect("/daily.csv"))
        assert failed(fetch(pull_of(server, authority, max_redirects=3))) == "redirects"
        assert len(server.seen) == 4

    @pytest.mark.parametrize(
        "to",
        ["http://127.0.0.1/", "https://169.254.169.254/latest/meta-data/", "https://elsewhere.invalid/",
         "//elsewhere.invalid/", "https://somebody:else@127.0.0.1/", "file:///etc/passwd", "ftp://127.0.0.1/",
         "https://[::1", "https://127.0.0.1:1/"],
    )  # fmt: skip
    def test_to_another_host_or_without_tls_are_refused(self, serve, authority: Authority, to: str) -> None:
        asked = []
        server = serve(redirect(to))
        found = fetch(pull_of(server, authority, max_redirects=3, url=server.url(host=NAME)), resolve=_asking(asked))
        assert failed(found) == "redirect_refused"
        assert asked == [NAME]

    def test_what_is_sent_with_one_is_not_read(self, serve, authority: Authority) -> None:
        def endless(_request: Request, connection: socket.socket) -> None:
            connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /x\r\nTransfer-Encoding: chunked\r\n\r\n")
            while True:
                connection.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")

        assert failed(fetch(pull_of(serve(endless), authority))) == "redirects"

    def test_each_hop_is_judged_anew(self, serve, authority: Authority) -> None:
        server = serve(redirect("https://169.254.169.254/latest/meta-data/"))
        listed = pull_of(server, authority, max_redirects=3, redirect_hosts=("169.254.169.254",))
        assert failed(fetch(listed)) == "forbidden_address"

    def test_the_sign_in_goes_to_no_other_host(
        self, serve, authority: Authority, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = serve(answer(REPORT), authority.server("files", hosts=["files.police.invalid"]))
        server = serve(redirect("https://files.police.invalid/daily.csv"), authority.server("own", hosts=[NAME]))
        real = socket.create_connection

        def connect(address: tuple[str, int], timeout: float) -> socket.socket:
            return real((HOST, other.port if address[1] == 443 else address[1]), timeout)

        monkeypatch.setattr(socket, "create_connection", connect)
        signed = {"auth": "basic", "username": "council", "secret": SECRET, "redirect_hosts": ("files.police.invalid",)}
        pull = pull_of(server, authority, max_redirects=1, url=server.url(host=NAME), **signed)
        assert isinstance(fetch(pull, resolve=lambda host, port: [HOST]), Pulled)
        assert "authorization" in server.seen[0].headers
        assert "authorization" not in other.seen[0].headers


def _asking(asked: list[str]) -> Callable[[str, int], list[str]]:
    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return [HOST]

    return resolve


class TestTimeAndSize:
    def test_a_server_that_says_nothing(self, serve, authority: Authority) -> None:
        server = serve(lambda request, connection: connection.recv(1))
        assert failed(fetch(pull_of(server, authority, timeout_seconds=1))) == "timeout"

    @pytest.mark.parametrize("where", ["head", "body", "chunks"])
    def test_a_server_that_sends_a_byte_at_a_time(self, serve, authority: Authority, where: str) -> None:
        """Each byte comes in time; the whole does not."""

        def trickle(_request: Request, connection: socket.socket) -> None:
            if where == "head":
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                part = b"X-Slow: yes\r\n"
            elif where == "body":
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                part = b"x"
            else:
                connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                part = b"1\r\nx\r\n"
            while True:
                connection.sendall(part)
                time.sleep(0.05)

        assert failed(fetch(pull_of(serve(trickle), authority, timeout_seconds=1))) == "timeout"

    def test_a_handshake_that_never_ends(self, authority: Authority) -> None:
        with socket.create_server((HOST, 0)) as silent:
            server = Server(silent.getsockname()[1])
            assert failed(fetch(pull_of(server, authority, timeout_seconds=1))) == "timeout"

    def test_more_than_the_limit(self, serve, authority: Authority) -> None:
        server = serve(answer(b"x" * 1001))
        assert failed(fetch(pull_of(server, authority, max_bytes=1000))) == "too_large"
        assert isinstance(fetch(pull_of(server, authority, max_bytes=1001)), Pulled)

    def test_more_than_the_limit_without_saying_so(self, serve, authority: Authority) -> None:
        def endless(_request: Request, connection: socket.socket) -> None:
            connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while True:
                connection.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")

        assert failed(fetch(pull_of(serve(endless), authority))) == "too_large"

    def test_a_line_without_an_end(self, serve, authority: Authority) -> None:
        """Of the head, and where the length of the next chunk should stand."""

        def endless(request: Request, connection: socket.socket) -> None:
            if request.path == "/daily.csv":
                connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while True:
                connection.sendall(b"1" * 0x10000)

        server = serve(endless)
        assert failed(fetch(pull_of(server, authority))) == "cut_short"
        assert failed(fetch(pull_of(server, authority, url=server.url("/head")))) == "no_answer"

    @pytest.mark.parametrize(
        "behave",
        [
            answer(REPORT, length=len(REPORT) + 1),
            answer(b"5\r\nhello\r\n5\r\nhe", headers={"Transfer-Encoding": "chunked", "Content-Length": ""}),
            answer(b"5\r\nhello\r\n", headers={"Transfer-Encoding": "chunked", "Content-Length": ""}),
        ],
    )
    def test_a_file_that_breaks_off_is_no_file(self, serve, authority: Authority, behave: Behaviour) -> None:
        assert failed(fetch(pull_of(serve(behave), authority))) == "cut_short"

    @pytest.mark.parametrize(
        "said",
        [{"Content-Length": ""}, {"Content-Length": "many"}, {"Content-Length": "²"},
         {"Content-Length": "", "Transfer-Encoding": "gzip, chunked"}],
    )  # fmt: skip
    def test_a_file_of_which_nobody_could_say_that_it_broke_off(
        self, serve, authority: Authority, said: dict[str, str]
    ) -> None:
        assert failed(fetch(pull_of(serve(answer(REPORT, headers=said)), authority))) == "no_length"

    @pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "gzip, gzip"])
    def test_a_packed_answer_is_not_unpacked(self, serve, authority: Authority, coding: str) -> None:
        bomb = gzip.compress(b"\0" * 5_000_000)
        server = serve(answer(bomb, headers={"Content-Encoding": coding}))
        assert failed(fetch(pull_of(server, authority))) == "packed"

    @pytest.mark.parametrize(
        "junk",
        [b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 500 + b"\r\n",
         b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n"],
    )  # fmt: skip
    def test_what_is_not_http(self, serve, authority: Authority, junk: bytes) -> None:
        assert (
            failed(fetch(pull_of(serve(lambda request, connection: connection.sendall(junk)), authority)))
            == "no_answer"
        )

    @pytest.mark.parametrize(
        "status", ["500 Broken", "503 Later", "204 No Content", "206 Partial Content", "418 Teapot"]
    )
    def test_other_answers(self, serve, authority: Authority, status: str) -> None:
        server = serve(
            answer(SECRET.encode(), status=status, headers={"Content-Length": ""} if status[0] == "2" else None)
        )
        assert failed(fetch(pull_of(server, authority))) == "answer"

    def test_nobody_listens(self, authority: Authority) -> None:
        with socket.create_server((HOST, 0)) as probe:
            port = probe.getsockname()[1]
        assert failed(fetch(pull_of(Server(port), authority))) == "unreachable"


def test_nothing_of_the_address_or_the_secret_is_logged(
    serve, authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    """Nor where a server's head cannot be read, of which urllib3 says so with the whole address."""

    def odd(_request: Request, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n broken\r\n\r\nx")

    caplog.set_level(logging.DEBUG)
    server = serve(odd)
    fetch(pull_of(server, authority, url=server.url(f"/a/{SECRET}?key={SECRET}"), auth="bearer", secret=SECRET))
    fetch(pull_of(server, authority, url=server.url(f"/a/{SECRET}"), ca_file=""))
    assert SECRET not in caplog.text
    assert SECRET not in repr(pull_of(server, authority, url=server.url(f"/{SECRET}"), secret=SECRET, username=SECRET))
