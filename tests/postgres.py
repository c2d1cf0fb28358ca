"""A real PostgreSQL for the tests: Debian's, started as a non-root user on a free port, thrown away at the end."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

ABSENT = "PostgreSQL is absent: store and service tests run on SQLite only (apt-get install postgresql)."


def binaries() -> Path | None:
    """Where Debian keeps initdb and pg_ctl: the newest version installed, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_server() -> Iterator[str]:
    """The URL of a new, empty server's `postgres` database. The server refuses root, so root starts it as nobody."""
    folder_of = binaries()
    assert folder_of is not None, ABSENT
    folder = Path(tempfile.mkdtemp(prefix="tracker-pg-", dir="/tmp"))
    user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}

    def run(*command: str) -> None:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, **as_user)  # type: ignore[call-overload]
        assert done.returncode == 0, done.stdout + done.stderr

    port = _free_port()
    data = str(folder / "data")
    initdb = [str(folder_of / "initdb"), "-D", data, "-U", "tracker", "--auth=trust", "--no-sync"]
    run(*initdb, "-E", "UTF8", "--locale=C.UTF-8")
    quick = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c autovacuum=off -c max_connections=200"
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' {quick}"
    run(str(folder_of / "pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql+psycopg://tracker@127.0.0.1:{port}/postgres"
    finally:
        run(str(folder_of / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def administering(url: str) -> Iterator[sa.Connection]:
    """A connection each of whose statements is a transaction of its own."""
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        yield connection
    admin.dispose()


@contextmanager
def made_from(template: str, server: str) -> Iterator[str]:
    """The URL of a new database like this one; dropped afterwards, whoever is still about in it."""
    name = f"t{uuid.uuid4().hex}"
    with administering(server) as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    try:
        yield server.rsplit("/", 1)[0] + f"/{name}"
    finally:
        with administering(server) as connection:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
