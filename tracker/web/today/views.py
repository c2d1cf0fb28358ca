"""Today: what the lead opens at eight."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.core.clock import local
from tracker.services.errors import Conflict, Refused
from tracker.services.pages import people
from tracker.services.pages.today import TodayFilter, today
from tracker.services.record_interview import bulk_allocate
from tracker.web.access import Permission, requires
from tracker.web.filters import plural
from tracker.web.forms import add_problems
from tracker.web.interviews.forms import person_choices
from tracker.web.records import team_choices
from tracker.web.request import may, request_context, signed_in_viewer
from tracker.web.today.forms import BulkAllocateForm, TodayFilterForm
from tracker.web.today.sections import at_a_glance, first_unallocated

bp = Blueprint("today", __name__)


@bp.get("/today")
@requires(Permission.SEE_TODAY)
def index() -> ResponseReturnValue:
    """Everything that asks something of somebody now, the most pressing first."""
    return _page(BulkAllocateForm())


@bp.post("/today/allocate")
@requires(Permission.ALLOCATE)
def allocate() -> ResponseReturnValue:
    """The ticked clocks, to one person: all or none."""
    form, offered = BulkAllocateForm(), people.allocatable(request_context())
    form.person_id.choices = person_choices(offered)
    if form.validate_on_submit():
        ids = sorted(set(form.episode_ids.data))
        try:
            bulk_allocate(request_context(), episode_ids=ids, person_id=int(form.person_id.data))
        except Conflict:
            raise
        except Refused as refused:
            add_problems(form, refused)
        else:
            whose = next(person.name for person in offered if person.id == int(form.person_id.data))
            flash(f"{plural(len(ids), 'interview is', 'interviews are')} allocated to {whose}.", "done")
            return redirect(url_for("today.index", **_narrowed_to()))
    return _page(form)


def _page(form: BulkAllocateForm) -> str:
    filters = _filters()
    team = int(filters.team.data) if filters.team.data and filters.validate() else None
    only = TodayFilter(team_id=team, mine=filters.mine.data, unallocated=filters.unallocated.data)
    shown = today(request_context(), signed_in_viewer(), only)
    if may(Permission.ALLOCATE):
        form.person_id.choices = person_choices(people.allocatable(request_context()))
    first = next((clock.episode.id for clock in (*shown.overdue.rows, *shown.running.rows) if clock.episode), None)
    form.episode_ids.first_wrong = f"tick-{first}" if first else "person_id"
    return render_template(
        "today/index.html",
        today=shown,
        weekday=f"{local(shown.now):%A}",
        form=form,
        filters=filters,
        glance=at_a_glance(shown),
        unallocated=first_unallocated(shown),
        narrowed=_narrowed_to(),
    )


def _filters() -> TodayFilterForm:
    form = TodayFilterForm(request.args)
    form.team.choices = team_choices("All teams")
    form.team.data = request.args.get("team", "")
    form.mine.data = request.args.get("mine") == "yes"
    form.unallocated.data = request.args.get("unallocated") == "yes"
    return form


def _narrowed_to() -> dict[str, Any]:
    """The filter as the address states it, to come back to."""
    return {name: text for name in ("team", "mine", "unallocated") if (text := request.args.get(name))}
