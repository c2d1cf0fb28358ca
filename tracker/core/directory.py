"""The people who may be told, and how they are found by what they do here and by whose team."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
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


ROLE_OF = {
    Audience.LEAD: Role.LEAD,
    Audience.TEAM_MANAGER: Role.MANAGER,
    Audience.SERVICE_MANAGER: Role.SERVICE_MANAGER,
    Audience.HEAD_OF_SERVICE: Role.HEAD_OF_SERVICE,
    Audience.ADMINISTRATOR: Role.ADMINISTRATOR,
}
"""Audiences that are all who hold a role."""

TOLD_BY_ROLE = frozenset(ROLE_OF.values())
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
        role = ROLE_OF[audience]
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
