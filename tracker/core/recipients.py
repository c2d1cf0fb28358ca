"""Who stands where in the council, and who is told in their stead: somebody always, if anybody can be."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from tracker.core.terms import Audience, Role


@dataclass(frozen=True)
class Recipient:
    """A person who may be told, as the ladder needs to know them."""

    id: int
    roles: frozenset[Role]
    team_id: int | None = None
    away_from: datetime | None = None
    away_until: datetime | None = None

    def is_away(self, now: datetime) -> bool:
        return (
            self.away_from is not None and self.away_from <= now and (self.away_until is None or now < self.away_until)
        )


_INSTEAD: dict[Audience, tuple[Audience, ...]] = {
    Audience.ALLOCATED_INTERVIEWER: (
        Audience.TEAM_MANAGER, Audience.LEAD, Audience.SERVICE_MANAGER, Audience.HEAD_OF_SERVICE,
    ),
    Audience.TEAM_MANAGER: (Audience.LEAD, Audience.SERVICE_MANAGER, Audience.HEAD_OF_SERVICE),
    Audience.LEAD: (Audience.TEAM_MANAGER, Audience.SERVICE_MANAGER, Audience.HEAD_OF_SERVICE),
    Audience.SERVICE_MANAGER: (Audience.HEAD_OF_SERVICE, Audience.TEAM_MANAGER, Audience.LEAD),
    Audience.HEAD_OF_SERVICE: (Audience.SERVICE_MANAGER, Audience.TEAM_MANAGER, Audience.LEAD),
}  # fmt: skip
"""Work that is unallocated, or whose person is away: the team manager, then the lead (definitions §7); then above."""

_ROLE_OF = {
    Audience.LEAD: Role.LEAD,
    Audience.TEAM_MANAGER: Role.MANAGER,
    Audience.SERVICE_MANAGER: Role.SERVICE_MANAGER,
    Audience.HEAD_OF_SERVICE: Role.HEAD_OF_SERVICE,
}

TOLD_BY_ROLE = frozenset(_ROLE_OF.values())
"""Whoever holds one of these may be told of work that is nobody's; nobody else is."""


def people_of(
    audience: Audience, allocated_to_id: int | None, team_id: int | None, people: Collection[Recipient], now: datetime
) -> list[Recipient]:
    """Those of an audience who are here at `now`, else those told instead, else a manager of any other team.

    Empty only if no manager, lead or senior manager is here.
    """
    present = [person for person in people if not person.is_away(now)]
    for wanted in (audience, *_INSTEAD[audience]):
        if wanted is Audience.ALLOCATED_INTERVIEWER:
            found = [person for person in present if person.id == allocated_to_id]
        else:
            found = [person for person in present if _answers_as(wanted, person, team_id)]
        if found:
            return found
    return [person for person in present if Role.MANAGER in person.roles]


def _answers_as(audience: Audience, person: Recipient, team_id: int | None) -> bool:
    """A team manager answers for their own team, and for work that belongs to no team."""
    if _ROLE_OF[audience] not in person.roles:
        return False
    return audience is not Audience.TEAM_MANAGER or None in (person.team_id, team_id) or person.team_id == team_id
