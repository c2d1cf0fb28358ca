"""My team: load, overdue with reasons, absences to cover, what waits for a manager."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.core.clock import local
from tracker.services.allocate_interview import cover
from tracker.services.pages import people
from tracker.services.pages.mine import interviews_of
from tracker.services.pages.team import default_team, team_board
from tracker.web.access import Permission, requires
from tracker.web.filters import plural
from tracker.web.forms import saved
from tracker.web.interviews.forms import person_choices
from tracker.web.mine.steps import next_step
from tracker.web.records import ID
from tracker.web.request import may, request_context, signed_in_viewer
from tracker.web.team.forms import CoverForm

bp = Blueprint("team", __name__)

ALL = "all"


@bp.get("/my-team")
@requires(Permission.SEE_TEAM)
def index() -> str:
    """The viewer's own team, or the one asked for; `?team=all` for all."""
    return _page(CoverForm())


@bp.post("/my-team/cover")
@requires(Permission.ALLOCATE)
def give_away() -> ResponseReturnValue:
    """The ticked interviews of people who are away, to one person: all or none."""
    form = CoverForm()
    form.person_id.choices = person_choices(people.allocatable(request_context()))
    ids = sorted(set(form.interview_ids.data or ()))

    def save() -> None:
        cover(request_context(), interview_ids=ids, person_id=int(form.person_id.data))

    if saved(form, save, f"{plural(len(ids), 'interview is', 'interviews are')} given to somebody who is here."):
        return redirect(url_for("team.index", **_asked_for()))
    return _page(form)


@bp.get(f"/my-team/people/<{ID}:person_id>")
@requires(Permission.SEE_TEAM)
def person(person_id: int) -> str:
    """What one person has, as they see it themselves."""
    of = people.person(request_context(), person_id) or abort(404)
    shown = interviews_of(request_context(), signed_in_viewer(), person_id)
    return render_template("team/person.html", mine=shown, of=of, next_step=next_step)


def _page(form: CoverForm) -> str:
    team_id, teams = _team()
    board = team_board(request_context(), signed_in_viewer(), team_id)
    if may(Permission.ALLOCATE):
        form.person_id.choices = person_choices(people.allocatable(request_context()))
    first = next((one.id for away in board.away for one in away.interviews), None)
    form.interview_ids.first_wrong = f"tick-{first}" if first else "person_id"
    return render_template(
        "team/index.html",
        board=board,
        form=form,
        teams=teams,
        weekday=f"{local(board.now):%A}",
        asked_for=_asked_for(),
    )


def _team() -> tuple[int | None, tuple[people.TeamRow, ...]]:
    """Which team is shown, None for all, and all there are. What is no team of ours narrows nothing."""
    teams, asked = people.teams(), request.args.get("team", "")
    if asked == ALL:
        return None, teams
    known = next((team.id for team in teams if str(team.id) == asked), None)
    return known or default_team(signed_in_viewer()), teams


def _asked_for() -> dict[str, Any]:
    """The team as the address states it, to come back to."""
    asked = request.args.get("team", "")
    return {"team": asked} if asked else {}
