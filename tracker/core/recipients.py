"""Who stands where in the council, and who is told in their stead: somebody always, if anybody can be."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from tracker.core.alert_terms import Audience
from tracker.core.terms import Role


@dataclass(frozen=True)
class Recipient:
    """A person who may be told, as the ladder needs to know them. `covered_by_id`: who acts for them while away."""

    id: int
    roles: frozenset[Role]
    team_id: int | None = None
    away_from: datetime | None = None
    away_until: datetime | None = None
    covered_by_id: int | None = None
    email: str = ""

    def is_away(self, now: datetime) -> bool:
        return (
            self.away_from is not None and self.away_from <= now and (self.away_until is None or now < self.away_until)
        )


@dataclass(frozen=True)
class Told:
    """One receiver of one message: a person, or else a bare address, or a webhook by its name."""

    person_id: int | None = None
    address: str = ""
    webhook: str = ""

    @property
    def key(self) -> str:
        """This receiver's part of a dedupe key."""
        if self.person_id is not None:
            return str(self.person_id)
        return f"webhook:{self.webhook}" if self.webhook else f"address:{self.address}"


@dataclass(frozen=True)
class Receivers:
    """Whom a step tells: by what they do here, and beside them by address and by webhook."""

    audience: tuple[Audience, ...]
    addresses: tuple[str, ...] = ()
    webhooks: tuple[str, ...] = ()


@dataclass(frozen=True)
class ToldBy:
    """Whom a step tells, and whom instead of them for the work of some teams (by the team's id)."""

    usual: Receivers
    by_team: tuple[tuple[int, Receivers], ...] = ()

    def of(self, team_id: int | None) -> Receivers:
        return next((receivers for id_, receivers in self.by_team if id_ == team_id), self.usual)


_INSTEAD: dict[Audience, tuple[Audience, ...]] = {
    Audience.ALLOCATED_INTERVIEWER: (
        Audience.TEAM_MANAGER, Audience.LEAD, Audience.SERVICE_MANAGER, Audience.HEAD_OF_SERVICE,
    ),
    Audience.ACTION_OWNER: (
        Audience.TEAM_MANAGER, Audience.LEAD, Audience.SERVICE_MANAGER, Audience.HEAD_OF_SERVICE,
    ),
    Audience.LEAD_PROFESSIONAL: (
        Audience.TEAM_MANAGER, Audience.LEAD, Audience.SERVICE_MANAGER, Audience.HEAD_OF_SERVICE,
    ),
    Audience.TEAM_MANAGER: (Audience.LEAD, Audience.SERVICE_MANAGER, Audience.HEAD_OF_SERVICE),
    Audience.LEAD: (Audience.TEAM_MANAGER, Audience.SERVICE_MANAGER, Audience.HEAD_OF_SERVICE),
    Audience.SERVICE_MANAGER: (Audience.HEAD_OF_SERVICE, Audience.TEAM_MANAGER, Audience.LEAD),
    Audience.HEAD_OF_SERVICE: (Audience.SERVICE_MANAGER, Audience.TEAM_MANAGER, Audience.LEAD),
    Audience.ADMINISTRATOR: (
        Audience.LEAD, Audience.TEAM_MANAGER, Audience.SERVICE_MANAGER, Audience.HEAD_OF_SERVICE,
    ),
}  # fmt: skip
"""Work that is unallocated, or whose person is away: the team manager, then the lead (definitions §7); then above."""

_ROLE_OF = {
    Audience.LEAD: Role.LEAD,
    Audience.TEAM_MANAGER: Role.MANAGER,
    Audience.SERVICE_MANAGER: Role.SERVICE_MANAGER,
    Audience.HEAD_OF_SERVICE: Role.HEAD_OF_SERVICE,
    Audience.ADMINISTRATOR: Role.ADMINISTRATOR,
}

_BY_NAME = frozenset({Audience.ALLOCATED_INTERVIEWER, Audience.ACTION_OWNER, Audience.LEAD_PROFESSIONAL})
"""Audiences that are one person, whoever the work is given to."""

TOLD_BY_ROLE = frozenset(_ROLE_OF.values())
"""Whoever holds one of these may be told of work that is nobody's; nobody else is."""


class Directory(Collection[Recipient]):
    """Everybody who may be told, found by what they do here: made once, where thousands of clocks ask."""

    def __init__(self, people: Iterable[Recipient]) -> None:
        self._people = tuple(people)
        self._asked: dict[int, list[Recipient]] = {}

    def __iter__(self) -> Iterator[Recipient]:
        return iter(self._people)

    def __len__(self) -> int:
        return len(self._people)

    def __contains__(self, person: object) -> bool:
        return person in self._people

    @cached_property
    def by_id(self) -> dict[int, Recipient]:
        return {person.id: person for person in self._people}

    @cached_property
    def by_email(self) -> dict[str, Recipient]:
        return {person.email: person for person in self._people if person.email}

    @cached_property
    def _by_role(self) -> dict[Role, list[Recipient]]:
        found: dict[Role, list[Recipient]] = defaultdict(list)
        for person in self._people:
            for role in person.roles:
                found[role].append(person)
        return found

    @cached_property
    def _managers_of(self) -> dict[int | None, list[tuple[int, Recipient]]]:
        """Team → its managers, each with their place among all people, so that an order can be kept."""
        found: dict[int | None, list[tuple[int, Recipient]]] = defaultdict(list)
        for place, person in enumerate(self._people):
            if Role.MANAGER in person.roles:
                found[person.team_id].append((place, person))
        return found

    def answering(self, audience: Audience, team_id: int | None) -> list[Recipient]:
        """Who answers as this, for work of this team: a team manager for their own team's, and for work of no team."""
        role = _ROLE_OF[audience]
        if role is not Role.MANAGER or team_id is None:
            return self._by_role.get(role, [])
        found = self._asked.get(team_id)
        if found is None:
            both = sorted(self._managers_of.get(None, []) + self._managers_of.get(team_id, []), key=_place)
            found = self._asked[team_id] = [person for _, person in both]
        return found

    def managers(self) -> list[Recipient]:
        return self._by_role.get(Role.MANAGER, [])


def _place(entry: tuple[int, Recipient]) -> int:
    return entry[0]


def _directory(people: Collection[Recipient]) -> Directory:
    return people if isinstance(people, Directory) else Directory(people)


def people_of(
    audience: Audience, owner_id: int | None, team_id: int | None, people: Collection[Recipient], now: datetime
) -> list[Recipient]:
    """Those of an audience who are here at `now`, else those told instead, else a manager of any other team.

    Whoever is away is stood in for by whoever covers them, if that person is here. `owner_id`: to whom the work is
    given. Empty only if no manager, lead or senior manager is here.
    """
    everybody = _directory(people)
    by_id = everybody.by_id
    for wanted in (audience, *_INSTEAD[audience]):
        if wanted in _BY_NAME:
            meant = [by_id[owner_id]] if owner_id in by_id else []
        else:
            meant = everybody.answering(wanted, team_id)
        if found := here(meant, by_id, now):
            return found
    return [person for person in everybody.managers() if not person.is_away(now)]


def here(meant: Iterable[Recipient], by_id: Mapping[int, Recipient], now: datetime) -> list[Recipient]:
    """Each of them who is here, or whoever covers them; each person once."""
    found: dict[int, Recipient] = {}
    for person in meant:
        asked: set[int] = set()
        stands: Recipient | None = person
        while stands is not None and stands.is_away(now):
            asked.add(stands.id)
            cover = by_id.get(stands.covered_by_id or 0)
            stands = None if cover is None or cover.id in asked or not may_cover(cover.roles, person.roles) else cover
        if stands is not None:
            found[stands.id] = stands
    return list(found.values())


SEES_EVERY_RECORD = frozenset({Role.LEAD, Role.MANAGER, Role.SERVICE_MANAGER, Role.HEAD_OF_SERVICE})


def may_cover(cover: Collection[Role], person: Collection[Role]) -> bool:
    """Whether somebody with these roles may open all that the person is told of: every record, or what has none."""
    sees_all = not SEES_EVERY_RECORD.isdisjoint(cover)
    only_administers = Role.ADMINISTRATOR in person and SEES_EVERY_RECORD.isdisjoint(person)
    return sees_all or (only_administers and Role.INTERVIEWER not in person and Role.ADMINISTRATOR in cover)


def told_of(
    told_by: ToldBy, owner_id: int | None, team_id: int | None, people: Collection[Recipient], now: datetime
) -> list[Told]:
    """Everybody whom a step tells now, each once: people by their audience, then addresses and webhooks.

    An address that is a person's is that person, or whoever covers them. Empty where no person could be told at all:
    an address and a webhook sign in to nothing, so that alone they would be nobody who can act.
    """
    receivers, everybody = told_by.of(team_id), _directory(people)
    persons = [
        person for audience in receivers.audience for person in people_of(audience, owner_id, team_id, everybody, now)
    ]
    if not persons:
        return []
    by_id, by_email = everybody.by_id, everybody.by_email
    named = [by_email[address] for address in receivers.addresses if address in by_email]
    found = [Told(person.id) for person in (*persons, *here(named, by_id, now))]
    found += [Told(address=address) for address in receivers.addresses if address not in by_email]
    found += [Told(webhook=name) for name in receivers.webhooks]
    return list(dict.fromkeys(found))
