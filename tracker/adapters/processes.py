"""This process, named so that another on the same machine can tell whether it is still there."""

import os
import secrets
import socket


def worker_name() -> str:
    """`machine/process/random`: who holds a lease."""
    return f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"


def is_gone(worker: str) -> bool:
    """Whether the named worker ran on this machine and its process has ended (killed, say, with a lease in hand).

    False where that cannot be known: a lease then ends by its time.
    """
    machine, _, rest = worker.partition("/")
    process = rest.partition("/")[0]
    if os.name != "posix" or machine != socket.gethostname() or not process.isdecimal():
        return False
    try:
        os.kill(int(process), 0)  # signal 0 only asks
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
