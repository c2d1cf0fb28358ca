"""A mail server on this machine that takes every message and keeps none, to measure against.

aiosmtpd where it is installed (with what the checks need), else just enough SMTP. In a process of its own, as a real
server is, so that it takes no time from whoever sends.
"""

import asyncio
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

SERVER = "aiosmtpd" if find_spec("aiosmtpd") else "a sink"
"""Against what is measured: how fast it answers is part of every figure."""


class _Talk(socketserver.StreamRequestHandler):
    """One connection (RFC 5321, without extensions)."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        self._say("220 sink")
        for line in iter(self.rfile.readline, b""):
            verb = line[:4].upper()
            if verb == b"QUIT":
                self._say("221 bye")
                return
            if verb == b"DATA":
                self._say("354 go on")
                for text in iter(self.rfile.readline, b""):
                    if text == b".\r\n":
                        break
            self._say("250 ok")

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


async def _serve_by_aiosmtpd() -> None:
    from aiosmtpd.handlers import Sink  # with what the checks need only
    from aiosmtpd.smtp import SMTP

    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Sink(), hostname="sink.invalid", loop=loop), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


def serve() -> None:
    """Print the port, then take mail until standard input ends."""
    if SERVER == "aiosmtpd":
        asyncio.run(_serve_by_aiosmtpd())
        return
    with _Server(("127.0.0.1", 0), _Talk) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_address[1], flush=True)
        sys.stdin.read()
        server.shutdown()


@contextmanager
def mail_sink() -> Iterator[int]:
    """The port on which it listens, on this machine only, until the block ends."""
    command = [sys.executable, "-c", "from tracker.bench.sink import serve; serve()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()
            process.wait(timeout=10)
