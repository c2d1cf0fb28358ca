"""A report fetched from a force's web server: what is asked for, what may come back, and when to ask."""

import zlib
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Literal, Protocol
from urllib.parse import urlsplit

from tracker.core.addresses import Network
from tracker.core.clock import local, read_local

LONGEST_BACK_OFF = timedelta(hours=1)
"""However often a pull has failed: a server that is back is asked within the hour."""

_FIRST_BACK_OFF = timedelta(minutes=1)
_SPREAD = 0.2  # a fifth more or less, so that many councils do not ask a mended server in the same second


@dataclass(frozen=True)
class Pull:
    """One web address of which a feed's report is fetched, as the settings say. `at`: London times of day."""

    name: str
    feed: str
    url: str = field(repr=False)
    max_bytes: int
    auth: Literal["none", "basic", "bearer", "client_certificate"] = "none"
    username: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    secret_file: str = ""
    certificate_file: str = ""
    key_file: str = ""
    ca_file: str = ""
    every_minutes: int | None = None
    at: tuple[time, ...] = ()
    timeout_seconds: float = 60
    max_redirects: int = 0
    redirect_hosts: tuple[str, ...] = ()
    allow_private_addresses: tuple[Network, ...] = ()

    @property
    def host(self) -> str:
        """All that is ever shown of the address: the rest may hold a key."""
        return urlsplit(self.url).hostname or ""


@dataclass(frozen=True)
class Validators:
    """What the server called the version that we hold, to ask whether there is another."""

    etag: str | None = None
    last_modified: str | None = None

    def __bool__(self) -> bool:
        return bool(self.etag or self.last_modified)


@dataclass(frozen=True)
class Pulled:
    """A whole file. `filename`: as the server calls it, else None."""

    content: bytes
    filename: str | None
    validators: Validators


@dataclass(frozen=True)
class NothingNew:
    """The server still has the version that we hold. Not a report: nothing arrived."""


@dataclass(frozen=True)
class PullFailed:
    """Nothing usable came. The sentence names no address beyond the host, no name and no secret."""

    code: str
    sentence: str


PullResult = Pulled | NothingNew | PullFailed


class ReportSource(Protocol):
    def fetch(self, pull: Pull, known: Validators) -> PullResult:
        """One try, ended within `pull.timeout_seconds`; whatever goes wrong is a PullFailed, never an exception."""

    def problem(self, pull: Pull) -> str | None:
        """What of this machine's own stands in the way (a file that cannot be read), in a sentence; asks no server."""


def next_time(pull: Pull, now: datetime) -> datetime:
    """When it is asked for again after one that went well: strictly after `now`."""
    if pull.every_minutes is not None:
        return now + timedelta(minutes=pull.every_minutes)
    today = local(now).date()
    wall = [datetime.combine(today + timedelta(days=days), at) for days in range(3) for at in pull.at]
    return min(at for at in (read_local(one).at for one in wall) if at > now)


def time_after_failure(pull: Pull, now: datetime, failures: int) -> datetime:
    """When it is tried again after so many failures in a row: soon at first, then ever later, up to an hour.

    A report that is fetched at a time of day is tried at that time whatever failed before.
    """
    doubled = _FIRST_BACK_OFF * (1 << min(failures - 1, 10))
    share = zlib.crc32(f"{pull.name} {now.isoformat()}".encode()) / 0xFFFFFFFF
    again = now + min(doubled, LONGEST_BACK_OFF) * (1 - _SPREAD * share)
    return min(again, next_time(pull, now)) if pull.at else again


def latest_time(pull: Pull, now: datetime, failures: int) -> datetime:
    """No later than this may it be due, else the settings or the clock have changed since the time was set."""
    return max(next_time(pull, now), now + LONGEST_BACK_OFF) if failures else next_time(pull, now)
