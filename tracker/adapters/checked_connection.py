"""HTTPS connections to addresses that were judged first, cut off at an instant: what requests is made to connect with.

A name is resolved once, every address it has is judged, and the socket goes to one of those very addresses: a name that
resolves to another address a moment later gains nothing. TLS is for the name all the same (SNI and certificate).
"""

import os
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import HTTPError

from tracker.core.addresses import Network, why_forbidden

Resolve = Callable[[str, int], Sequence[str]]
"""Host and port → the addresses of that name. Raises OSError where it has none."""


class ForbiddenAddressError(HTTPError):
    """The name leads where nothing may be fetched from."""


def resolve(host: str, port: int) -> list[str]:
    """As the machine's own resolver says, in its order."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass
class Dialler:
    """Connects for one fetch: to judged addresses only, and no longer than until `ends` (of the monotonic clock)."""

    allowed: tuple[Network, ...]
    ends: float
    resolve: Resolve = resolve
    _copies: list[int] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _is_over: bool = False

    @property
    def left(self) -> float:
        """Seconds that remain, never so few that a system call would take them for "do not wait"."""
        return max(self.ends - monotonic(), 0.001)

    @property
    def is_late(self) -> bool:
        return monotonic() >= self.ends

    def connect(self, host: str, port: int) -> socket.socket:
        """A socket to an address of this host. Raises ForbiddenAddressError if any of them is forbidden, or OSError."""
        addresses = self.resolve(host, port)
        for address in addresses:
            why = why_forbidden(address, self.allowed)
            if why is not None:
                raise ForbiddenAddressError(why)
        problem: OSError = OSError("the name has no address")
        for place, address in enumerate(addresses):
            patience = self.left / (len(addresses) - place)  # one that does not answer leaves time for the next
            try:
                found = socket.create_connection((address, port), timeout=patience)  # an address: nothing is resolved
            except OSError as error:
                problem = error
                continue
            self._watch(found)
            return found
        raise problem

    def _watch(self, connected: socket.socket) -> None:
        """Keep a second handle: TLS takes the socket over, and its end must be reachable from another thread."""
        with self._lock:
            if not self._is_over:
                self._copies.append(os.dup(connected.fileno()))

    @contextmanager
    def cutting_off(self) -> Iterator[None]:
        """Whatever waits on a connection of ours when the time is over sees it end, however slowly bytes trickle."""
        timer = threading.Timer(self.left, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            with self._lock:
                self._is_over = True
                for copy in self._copies:
                    os.close(copy)
                self._copies.clear()

    def _cut(self) -> None:
        with self._lock:
            for copy in self._copies:
                with suppress(OSError), socket.socket(fileno=os.dup(copy)) as connected:
                    connected.shutdown(socket.SHUT_RDWR)


class _CheckedConnection(HTTPSConnection):
    """urllib3's own, but for how its socket comes about."""

    def __init__(self, dialler: Dialler, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._dialler = dialler

    def _new_conn(self) -> socket.socket:
        connected = self._dialler.connect(self._dns_host, self.port)
        connected.settimeout(self._dialler.left)
        return connected


class CheckedAdapter(HTTPAdapter):
    """Sends requests over checked connections, and through no proxy."""

    def __init__(self, dialler: Dialler) -> None:
        super().__init__(max_retries=0)
        self._dialler = dialler

    def get_connection_with_tls_context(
        self, request: Any, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:  # as requests types it, with urllib3's pool
        pool: Any = super().get_connection_with_tls_context(request, verify, proxies=None, cert=cert)
        pool.ConnectionCls = partial(_CheckedConnection, self._dialler)
        return pool
