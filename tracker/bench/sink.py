"""A mail server on this machine that takes every message and keeps none: just enough SMTP to measure against."""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread


class _Talk(socketserver.StreamRequestHandler):
    """One connection (RFC 5321, without extensions)."""

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


@contextmanager
def mail_sink() -> Iterator[int]:
    """The port on which it listens, on this machine only, until the block ends."""
    with _Server(("127.0.0.1", 0), _Talk) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
            thread.join()
