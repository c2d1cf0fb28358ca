"""The people of the demonstration, added through the same use case as the administrator's page."""

from dataclasses import dataclass

from tracker.core.terms import Role
from tracker.demo.people import DEMO_PASSWORD, STAFF, TEAMS, StaffMember
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

    def of_role(self, role: Role, team: str | None = None) -> list[StaffMember]:
        """Those of a role, in one team where it is named."""
        return [member for member in STAFF if role in member.roles and team in (None, member.team)]

    def email_of(self, person_id: int) -> str:
        return next(email for email, id_ in self.ids.items() if id_ == person_id)


def add_staff(context: Context) -> Staff:
    """Add the teams and those in place from the first day, each with the demonstration's password."""
    staff = Staff({}, {name: people.add_team(context, name=name) for name in TEAMS})
    for member in STAFF:
        if not member.joins_late:
            _add(staff, member, context)
    return staff


def add_latecomers(staff: Staff, context: Context) -> None:
    """Those who join on the last day."""
    for member in STAFF:
        if member.joins_late:
            _add(staff, member, context)


def _add(staff: Staff, member: StaffMember, context: Context) -> None:
    staff.ids[member.email] = people.add_person(
        context,
        email=member.email,
        name=member.name,
        roles=member.roles,
        password=DEMO_PASSWORD,
        team_id=staff.teams[member.team] if member.team else None,
    )
