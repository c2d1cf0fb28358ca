"""This process, named so that another on the same machine can tell whether it is still there."""

import hashlib
import os
import secrets
import socket
from functools import cache
from pathlib import Path

_PROC = Path("/proc")


def worker_name() -> str:
    """`machine/process/random`: who holds a lease."""
    return f"{_machine()}/{os.getpid()}/{secrets.token_hex(4)}"


def is_gone(worker: str) -> bool:
    """Whether the named worker ran on this machine and its process has ended (killed, say, with a lease in hand).

    False where that cannot be known: a lease then ends by its time.
    """
    machine, _, rest = worker.partition("/")
    process = rest.partition("/")[0]
    if os.name != "posix" or machine != _machine() or not process.isdecimal():
        return False
    try:
        os.kill(int(process), 0)  # signal 0 only asks
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


@cache
def _machine() -> str:
    """The machine, and on Linux its start and the container: a process number says nothing beyond them."""
    name = socket.gethostname()
    try:
        start = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii")
        container = (_PROC / "self/ns/pid").stat().st_ino
    except OSError:
        return name
    return f"{name}.{hashlib.sha256(f'{start}{container}'.encode()).hexdigest()[:12]}"
