"""People, roles and teams: the administrator's pages."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from tracker.services import people
from tracker.services.pages import people as pages
from tracker.services.pages.people import PersonRow
from tracker.web.access import Permission, requires
from tracker.web.forms import saved
from tracker.web.people.forms import (
    ROLE_HINTS,
    AbsenceForm,
    NewPersonForm,
    NoFieldsForm,
    PasswordForm,
    PersonForm,
    TeamForm,
    absence_shown,
)
from tracker.web.request import request_context

bp = Blueprint("people", __name__, url_prefix="/people")


def _person(person_id: int) -> PersonRow:
    return pages.person(request_context(), person_id) or abort(404)


def _to(person_id: int) -> Response:
    return redirect(url_for("people.show", person_id=person_id))


@bp.get("")
@requires(Permission.MANAGE_PEOPLE)
def index() -> str:
    """Everybody, active people first."""
    return render_template("people/index.html", people=pages.people_list(request_context()))


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def add() -> str | Response:
    form = NewPersonForm().offer(pages.teams())

    def act() -> None:
        people.add_person(
            request_context(),
            email=form.email.data,
            name=form.name.data,
            roles=form.roles.data,
            password=form.password.data or None,
            team_id=form.team_id,
        )

    if saved(form, act, "The person is added."):
        return redirect(url_for("people.index"))
    return render_template("people/add.html", form=form, hints=ROLE_HINTS)


@bp.get("/<int:person_id>")
@requires(Permission.MANAGE_PEOPLE)
def show(person_id: int) -> str:
    return render_template("people/show.html", person=_person(person_id), button=NoFieldsForm())


@bp.route("/<int:person_id>/change", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def change(person_id: int) -> str | Response:
    person = _person(person_id)
    form = PersonForm(data=_as_data(person)).offer(pages.teams())

    def act() -> None:
        context = request_context()
        people.change_person(
            context, person_id=person_id, name=form.name.data, email=form.email.data, roles=form.roles.data
        )
        if form.team_id != person.team_id:
            people.set_team(context, person_id=person_id, team_id=form.team_id)

    if saved(form, act, "The changes are saved."):
        return _to(person_id)
    return render_template("people/change.html", form=form, person=person, hints=ROLE_HINTS)


def _as_data(person: PersonRow) -> dict[str, object]:
    team = str(person.team_id or "")
    return {"name": person.name, "email": person.email, "roles": sorted(person.roles), "team": team}


@bp.route("/<int:person_id>/absence", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def absence(person_id: int) -> str | Response:
    person = _person(person_id)
    form = AbsenceForm(data=absence_shown(person)).offer(pages.covers_for(request_context(), person_id))

    def act() -> None:
        people.set_absence(
            request_context(),
            person_id=person_id,
            away_from=form.away_from.data,
            away_until=form.away_until.data,
            covered_by_id=form.cover_id,
        )

    if saved(form, act, "The absence is saved."):
        return _to(person_id)
    return render_template("people/absence.html", form=form, person=person)


@bp.route("/<int:person_id>/password", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def password(person_id: int) -> str | Response:
    person, form = _person(person_id), PasswordForm()

    def act() -> None:
        people.set_password(request_context(), person_id=person_id, password=form.password.data)

    if saved(form, act, "The new password is set, and they have been signed out everywhere."):
        return _to(person_id)
    return render_template("people/password.html", form=form, person=person)


@bp.post("/<int:person_id>/disable")
@requires(Permission.MANAGE_PEOPLE)
def disable(person_id: int) -> Response:
    people.disable_person(request_context(), person_id=_person(person_id).id)
    flash("They can no longer sign in.", "done")
    return _to(person_id)


@bp.post("/<int:person_id>/enable")
@requires(Permission.MANAGE_PEOPLE)
def enable(person_id: int) -> Response:
    people.enable_person(request_context(), person_id=_person(person_id).id)
    flash("They can sign in again.", "done")
    return _to(person_id)


@bp.route("/teams", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def teams() -> str | Response:
    form = TeamForm()
    if saved(form, lambda: people.add_team(request_context(), name=form.name.data), "The team is added."):
        return redirect(url_for("people.teams"))
    return render_template("people/teams.html", form=form, teams=pages.teams())


@bp.route("/teams/<int:team_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def team(team_id: int) -> str | Response:
    found = next((team for team in pages.teams() if team.id == team_id), None) or abort(404)
    form = TeamForm(data={"name": found.name})

    def act() -> None:
        people.rename_team(request_context(), team_id=team_id, name=form.name.data)

    if saved(form, act, "The team has its new name."):
        return redirect(url_for("people.teams"))
    return render_template("people/team.html", form=form, team=found)
