"""What every use case is called with, read once for a request, job or command."""

from dataclasses import dataclass, field
from datetime import datetime

from tracker.core.rules import Rules
from tracker.core.terms import Role
from tracker.store.audit import Actor

__all__ = ["Actor", "Context", "Viewer"]


@dataclass(frozen=True)
class Viewer:
    """A signed-in person, as far as what they may see depends on them."""

    person_id: int
    name: str
    roles: frozenset[Role]
    team_id: int | None = None


@dataclass(frozen=True)
class Context:
    """Who acts, when, by which rules, and where links in emails lead."""

    now: datetime
    rules: Rules
    actor: Actor
    base_url: str = "http://127.0.0.1:5000"
    own_names: tuple[str, ...] = field(default=())
