"""The monitor outside that hears from us as long as all is well, so that silence itself is noticed."""

from typing import Protocol


class MonitorNotReachedError(Exception):
    """The monitor did not take our sign of life; says why, and never where it is: its address may be a secret."""


class Monitor(Protocol):
    def ping(self) -> None:
        """Say that all is well. Raises MonitorNotReachedError."""
