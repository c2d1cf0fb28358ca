"""Whom a step tells, and who is told in their stead: somebody always, if anybody can be."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tracker.core.alert_terms import Audience
from tracker.core.directory import Directory, Recipient
from tracker.core.terms import Role


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

_BY_NAME = frozenset({Audience.ALLOCATED_INTERVIEWER, Audience.ACTION_OWNER, Audience.LEAD_PROFESSIONAL})
"""Audiences that are one person, whoever the work is given to."""


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
