"""Add and change people, their absence, their password; teams."""

from wtforms import PasswordField
from wtforms.validators import InputRequired

from tracker.core.terms import Role
from tracker.services.pages.people import PersonRow, TeamRow
from tracker.web.fields import LondonDateTimeField
from tracker.web.forms import Checkboxes, Form, Select, Text
from tracker.web.words import choices

NO_TEAM = ""
ROLE_HINTS = {
    Role.LEAD: "Sees and works on everything about children, reports and the month; approves nothing",
    Role.INTERVIEWER: "Sees children and episodes, and records interviews",
    Role.MANAGER: "As the lead, and approves that an interview is not required",
    Role.SERVICE_MANAGER: "Sees everything, approves, publishes the month; told from 24 hours overdue",
    Role.HEAD_OF_SERVICE: "As a service manager; told from 96 hours overdue",
    Role.OPERATIONAL_GROUP: (
        "Sees the month's figures, and of children who go missing often their names, interviews and MARAMPs; runs the "
        "group's meetings"
    ),
    Role.ADMINISTRATOR: "Manages people and how reports are read; sees no child's record",
    Role.INFORMATION_GOVERNANCE: "Sees who did and saw what",
}


def _as_role(value: object) -> Role | None:
    return None if value is None else Role(str(value))


class PersonForm(Form):
    """`teams` are offered beside "no team"."""

    name = Text("Name", [InputRequired("Enter their name.")])
    email = Text("Email address", [InputRequired("Enter their email address.")])
    roles = Checkboxes("Roles", choices=choices(Role), coerce=_as_role)
    team = Select("Team")

    def offer(self, teams: tuple[TeamRow, ...]) -> "PersonForm":
        self.team.choices = [(NO_TEAM, "No team"), *((str(team.id), team.name) for team in teams)]
        return self

    @property
    def team_id(self) -> int | None:
        return int(self.team.data) if self.team.data else None


class NewPersonForm(PersonForm):
    password = PasswordField("First password")


class PasswordForm(Form):
    password = PasswordField("New password", [InputRequired("Enter a new password.")])


class AbsenceForm(Form):
    """`covers` are offered beside "nobody in particular"."""

    away_from = LondonDateTimeField("Away from")
    away_until = LondonDateTimeField("Away until")
    cover = Select("Who is told for them while away?")

    def offer(self, covers: tuple[tuple[int, str], ...]) -> "AbsenceForm":
        nobody = ("", "Nobody in particular: the team manager, then the lead")
        self.cover.choices = [nobody, *((str(id_), name) for id_, name in covers)]
        return self

    @property
    def cover_id(self) -> int | None:
        return int(self.cover.data) if self.cover.data else None


def absence_shown(person: PersonRow) -> dict[str, object]:
    """What the form shows before anything is typed."""
    cover = str(person.covered_by_id or "")
    return {"away_from": person.away_from, "away_until": person.away_until, "cover": cover}


class TeamForm(Form):
    name = Text("Name of the team", [InputRequired("Enter the team's name.")])


class NoFieldsForm(Form):
    """A button alone, with its CSRF token."""
