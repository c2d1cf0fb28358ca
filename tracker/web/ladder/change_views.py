"""Changing the ladder, one thing a page: a step, a trigger, a team's own receivers, the working hours."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.core.alert_terms import Rung
from tracker.core.ladder_changes import step_of, with_step, with_trigger, without_step
from tracker.services.errors import Conflict, Refused
from tracker.services.ladder import Definition
from tracker.services.pages import ladder as pages
from tracker.services.pages.people import teams
from tracker.services.save_ladder import save_ladder
from tracker.web.access import Permission, requires
from tracker.web.ladder.forms import (
    AFTER,
    BEFORE,
    NoteForm,
    ReceiversForm,
    StepForm,
    TeamChoiceForm,
    TriggerForm,
    WindowForm,
    receivers_shown,
)
from tracker.web.ladder.views import bp, persons
from tracker.web.request import request_context, settings, webhook_names

Make = Callable[[Definition], dict[str, Any]]

_FIELDS = {"offset_hours": "hours", "after_hours": "hours", "rung": "name", "teams": "audience"}
"""The last word of where a problem lies → the field of a form that shows it."""


def _saved(form: NoteForm, make: Make, notice: str) -> bool:
    """Whether the form was sent, is right, and the ladder made of it was saved.

    Where somebody else saved meanwhile, the form keeps what was typed and is based on theirs from now on.
    """
    if not form.validate_on_submit():
        return False
    file = settings().ladder_definition
    held = pages.in_force(file)
    try:
        save_ladder(
            request_context(),
            definition=make(held.definition),
            note=form.note.data,
            based_on=form.version_no,
            file=file,
            webhooks=webhook_names(),
        )
    except Conflict as conflict:
        form.form_errors += [problem.sentence for problem in conflict.problems]
        form.theirs = pages.saved_since(form.version_no, file)
        form.version.data = str(held.version_no)
        return False
    except Refused as refused:
        _show_problems(form, refused)
        return False
    flash(notice, "done")
    return True


def _show_problems(form: NoteForm, refused: Refused) -> None:
    for problem in refused.problems:
        last = (problem.fields[0] if problem.fields else "").rpartition(".")[2]
        name = _FIELDS.get(last, last)
        if name in form:
            form[name].errors = [*form[name].errors, problem.sentence]
        else:
            form.form_errors.append(problem.sentence)


def _shown(form: NoteForm, template: str, **more: Any) -> str:
    return render_template(template, form=form, theirs=getattr(form, "theirs", ()), **more)


def _held_step(name: str) -> tuple[int, dict[str, Any]]:
    held, given = pages.step_in_force(name, settings().ladder_definition) or abort(404)
    return held.version_no, given


def _offered(form: ReceiversForm, step: str) -> None:
    form.offer(step, pages.people_to_name(), webhook_names())


def _as_shown(version_no: int, given: Mapping[str, Any], hours: float, **more: object) -> dict[str, object]:
    """What a form of a step or a trigger shows at first."""
    return {
        "version": str(version_no),
        "hours": f"{hours:g}",
        "working_hours_only": given.get("working_hours_only", False),
        **receivers_shown(given, pages.people_to_name()),
        **more,
    }


def _step_made(form: StepForm, name: str) -> dict[str, Any]:
    waits = form.working_hours_only.data and name != Rung.OVERDUE
    at = 0.0 if name == Rung.OVERDUE else form.offset_hours
    return {"rung": name, "title": form.title.data, "offset_hours": at, **form.receivers(), "working_hours_only": waits}


@bp.route("/steps/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_LADDER)
def add_step() -> ResponseReturnValue:
    version_no = pages.in_force(settings().ladder_definition).version_no
    form = StepForm(data={"version": str(version_no), "audience": [], "people": [], "webhooks": [], "hours": ""})
    _offered(form, "new")

    def make(definition: Definition) -> dict[str, Any]:
        return with_step(definition, _step_made(form, form.name.data))

    if _saved(form, make, "The step is on the ladder."):
        return redirect(url_for("ladder.index"))
    return _shown(form, "ladder/step.html", given=None)


@bp.route("/steps/<name>", methods=["GET", "POST"])
@requires(Permission.MANAGE_LADDER)
def step(name: str) -> ResponseReturnValue:
    """Change one step; its name stays."""
    version_no, given = _held_step(name)
    if "rung" not in given:
        abort(404)
    hours = given["offset_hours"]
    side = BEFORE if hours < 0 else AFTER
    form = StepForm(data=_as_shown(version_no, given, hours=abs(hours), side=side, title=given.get("title", "")))
    _offered(form, name)

    def make(definition: Definition) -> dict[str, Any]:
        teams_now = (step_of(definition, name) or {}).get("teams", [])
        return with_step(definition, {**_step_made(form, name), "teams": teams_now}, instead_of=name)

    if _saved(form, make, "The step is changed."):
        return redirect(url_for("ladder.index"))
    return _shown(form, "ladder/step.html", given=given)


@bp.route("/steps/<name>/remove", methods=["GET", "POST"])
@requires(Permission.MANAGE_LADDER)
def remove_step(name: str) -> ResponseReturnValue:
    """Take a step off the ladder. What it has told stays told."""
    version_no, given = _held_step(name)
    if "rung" not in given or name == Rung.OVERDUE:
        abort(404)
    form = NoteForm(data={"version": str(version_no)})
    if _saved(form, lambda definition: without_step(definition, name), "The step is off the ladder."):
        return redirect(url_for("ladder.index"))
    return _shown(form, "ladder/remove.html", given=given, persons=persons())


@bp.route("/triggers/<name>", methods=["GET", "POST"])
@requires(Permission.MANAGE_LADDER)
def trigger(name: str) -> ResponseReturnValue:
    """Change one trigger, or switch it off."""
    version_no, given = _held_step(name)
    if "trigger" not in given:
        abort(404)
    enabled = "yes" if given.get("enabled", True) else "no"
    form = TriggerForm(data=_as_shown(version_no, given, hours=given["after_hours"], enabled=enabled))
    _offered(form, name)

    def make(definition: Definition) -> dict[str, Any]:
        made = {
            "trigger": name,
            "after_hours": float(form.hours.data),
            **form.receivers(),
            "working_hours_only": form.working_hours_only.data,
            "enabled": form.enabled.data == "yes",
            "teams": (step_of(definition, name) or {}).get("teams", []),
        }
        return with_trigger(definition, made)

    if _saved(form, make, "The trigger is changed."):
        return redirect(url_for("ladder.index"))
    return _shown(form, "ladder/trigger.html", given=given)


@bp.get("/teams/<name>")
@requires(Permission.MANAGE_LADDER)
def choose_team(name: str) -> ResponseReturnValue:
    """For which team are others told of this step?"""
    _, given = _held_step(name)
    form = TeamChoiceForm(request.args)
    form.team.choices = [(str(team.id), team.name) for team in teams()]
    if form.team.data in {value for value, _ in ((str(team.id), team.name) for team in teams())}:
        return redirect(url_for("ladder.team", name=name, team_id=int(form.team.data)))
    return render_template("ladder/teams.html", form=form, given=given, name=name, any_team=bool(teams()))


@bp.route("/teams/<name>/<int(max=2147483647):team_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_LADDER)
def team(name: str, team_id: int) -> ResponseReturnValue:
    """Whom a step or trigger tells of the work of one team, in place of its usual receivers."""
    version_no, given = _held_step(name)
    named = next((one.name for one in teams() if one.id == team_id), None) or abort(404)
    own = next((one for one in given.get("teams", ()) if one["team"] == named), None)
    form = ReceiversForm(data={"version": str(version_no), **receivers_shown(own or given, pages.people_to_name())})
    _offered(form, name)
    as_usual = request.form.get("as_usual") == "yes"

    def make(definition: Definition) -> dict[str, Any]:
        held = step_of(definition, name) or given
        others = [one for one in held.get("teams", ()) if one["team"] != named]
        mine = [] if as_usual else [{"team": named, **form.receivers()}]
        return _with(definition, {**held, "teams": [*others, *mine]}, name)

    if _saved(form, make, f"Who is told of the work of {named} is changed."):
        return redirect(url_for("ladder.index"))
    return _shown(form, "ladder/team.html", given=given, team=named, own=own)


def _with(definition: Definition, given: Mapping[str, Any], name: str) -> dict[str, Any]:
    return with_trigger(definition, given) if "trigger" in given else with_step(definition, given, instead_of=name)


@bp.route("/working-hours", methods=["GET", "POST"])
@requires(Permission.MANAGE_LADDER)
def window() -> ResponseReturnValue:
    """The hours for which some steps wait."""
    held = pages.in_force(settings().ladder_definition)
    form = WindowForm(data={"version": str(held.version_no), **held.definition["window"]})

    def make(definition: Definition) -> dict[str, Any]:
        hours = {"opens": form.opens.data, "closes": form.closes.data, "weekdays": form.weekdays.data}
        return {**definition, "window": hours}

    if _saved(form, make, "The working hours are changed."):
        return redirect(url_for("ladder.index"))
    return _shown(form, "ladder/window.html")
