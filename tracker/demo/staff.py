"""The people of the demonstration, added through the same use case as the administrator's page."""

from dataclasses import dataclass

from tracker.core.terms import Role
from tracker.demo.people import DEMO_PASSWORD, STAFF, TEAMS, Joins, StaffMember
from tracker.services import people
from tracker.services.context import Actor, Context


@dataclass(frozen=True)
class Staff:
    """Who is who: ids by email address, and team ids by name."""

    ids: dict[str, int]
    teams: dict[str, int]

    def actor(self, email: str) -> Actor:
        name = next(member.name for member in STAFF if member.email == email)
        return Actor(name, self.ids[email])

    def of_role(self, role: Role) -> list[StaffMember]:
        """Those of a role who have joined."""
        return [member for member in STAFF if role in member.roles and member.email in self.ids]

    def email_of(self, person_id: int) -> str:
        return next(email for email, id_ in self.ids.items() if id_ == person_id)


def add_teams(context: Context) -> Staff:
    """The teams, with nobody in them yet."""
    return Staff({}, {name: people.add_team(context, name=name) for name in TEAMS})


def add_staff(staff: Staff, joins: Joins, context: Context) -> None:
    """Add those who join now, each with the demonstration's password."""
    for member in STAFF:
        if member.joins is joins:
            staff.ids[member.email] = people.add_person(
                context,
                email=member.email,
                name=member.name,
                roles=member.roles,
                password=DEMO_PASSWORD,
                team_id=staff.teams[member.team] if member.team else None,
            )
