"""The daily digest: on which London day it is due, for whom, and about whose work (definitions §7)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from tracker.core.alert_terms import DigestPart
from tracker.core.clock import local_date, read_local
from tracker.core.directory import Recipient
from tracker.core.recipients import here
from tracker.core.terms import Role


@dataclass(frozen=True)
class DigestPolicy:
    """At which London time, to whom, and whether it is sent where there is nothing to say ("all clear")."""

    at: time = time(8)
    roles: frozenset[Role] = frozenset(
        {Role.INTERVIEWER, Role.LEAD, Role.MANAGER, Role.SERVICE_MANAGER, Role.HEAD_OF_SERVICE}
    )
    all_clear: bool = False


@dataclass(frozen=True)
class Scope:
    """Whose work a digest counts: all of it; or that of some teams, and of some people."""

    everything: bool = False
    teams: frozenset[int] = frozenset()
    people: frozenset[int] = frozenset()

    def __or__(self, other: "Scope") -> "Scope":
        return Scope(self.everything or other.everything, self.teams | other.teams, self.people | other.people)


@dataclass(frozen=True)
class DigestItem:
    """One line of a digest: what, and how many of them."""

    name: DigestPart
    count: int


def digest_day(now: datetime, at: time) -> date | None:
    """The London day whose digest may be sent now: today, once its time has come; None before.

    A day on which nothing ran has no digest any more: the next one says how things stand. A time that the clocks skip
    is read forward, and of one that they show twice the first counts.
    """
    day = local_date(now)
    return day if now >= read_local(datetime.combine(day, at)).at else None


def scope_of(person: Recipient) -> Scope:
    """A lead, a senior manager and a manager of no team answer for all; a team's manager for it; all for themselves."""
    own = Scope(people=frozenset({person.id}))
    if person.roles & {Role.LEAD, Role.SERVICE_MANAGER, Role.HEAD_OF_SERVICE}:
        return own | Scope(everything=True)
    if Role.MANAGER in person.roles:
        return own | (Scope(everything=True) if person.team_id is None else Scope(teams=frozenset({person.team_id})))
    return own


def readers(people: Collection[Recipient], roles: Collection[Role], now: datetime) -> Iterator[tuple[Recipient, Scope]]:
    """Each person with a digest today, once, and whose work it counts: their own, and that of those they cover.

    Whoever is away has none; whoever stands in for them has theirs within their own.
    """
    by_id = {person.id: person for person in people}
    scopes: dict[int, Scope] = {}
    for person in people:
        if not person.roles & set(roles):
            continue
        for reader in here([person], by_id, now):
            scopes[reader.id] = scopes.get(reader.id, scope_of(reader)) | scope_of(person)
    for reader_id in sorted(scopes):
        yield by_id[reader_id], scopes[reader_id]
