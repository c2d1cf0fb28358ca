"""One entry of an episode's timeline."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Happening:
    """One entry. `colour`: empty, `red`, `green`, or `next` for what lies ahead."""

    at: datetime
    title: str
    detail: str = ""
    colour: str = ""
