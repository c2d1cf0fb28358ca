"""The list of episodes with its filter, and one episode; `changes`, `log` and `questions` hold the other views."""

from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.core.terms import OPEN_CLOCK_STATES, Cohort, EpisodeKind, InterviewState, RiskLevel
from tracker.services.errors import Refused
from tracker.services.pages import children as child_pages
from tracker.services.pages import episodes as pages
from tracker.services.pages import people
from tracker.services.pages.episode_course import episode_course
from tracker.services.pages.joins import joins_of, may_be_one
from tracker.services.pages.month import ids_behind
from tracker.services.pages.prevention import prevention_of
from tracker.services.pages.report_history import report_history
from tracker.web.access import Permission, requires
from tracker.web.alerts.behind import alerts_behind, is_of_alerts
from tracker.web.episodes import changes, joining, log, move, prevention, questions, told
from tracker.web.episodes.acts import steps
from tracker.web.episodes.area import bp
from tracker.web.episodes.figure_words import plain_figure
from tracker.web.episodes.forms import OPEN, FilterForm
from tracker.web.episodes.timeline import timeline
from tracker.web.episodes.wording import shown_changes
from tracker.web.records import ID, keep_typed, opened, page_address, page_number, team_choices, typed_before
from tracker.web.request import feeds, may, now, request_context, signed_in_viewer

__all__ = ["bp", "changes", "joining", "log", "move", "prevention", "questions", "told"]

OF_CHILDREN = ("children.", "repeat.", "year_to_date.")
"""Figures of the month whose ids are those of children."""


@bp.get("/episodes")
@requires(Permission.SEE_EPISODES)
def index() -> ResponseReturnValue:
    """The list: by its filter, or the episodes (children, alerts) behind a figure of a month."""
    if "figure" in request.args:
        return _behind_a_figure()
    typed = typed_before()
    form = _filter_form(typed or {})
    found = None
    if typed is not None and form.validate():
        found = pages.episode_list(request_context(), signed_in_viewer(), _filters(form), page_number())
    return render_template(
        "episodes/index.html", form=form, found=found, forgotten=typed is None, narrowed=_narrowed(form),
        page_address=page_address,
    )  # fmt: skip


@bp.post("/episodes/search")
@requires(Permission.SEE_EPISODES)
def search() -> ResponseReturnValue:
    """From the filter to an address that holds its choices, and a key in place of the text."""
    form = FilterForm()
    form.team.choices = team_choices("Any team")
    if not form.validate_on_submit():
        return render_template("episodes/index.html", form=form, found=None, forgotten=False, narrowed=True)
    chosen = {field.name: _as_text(field.data) for field in form if field.name not in ("text", "csrf_token")}
    plain: dict[str, Any] = {name: text for name, text in chosen.items() if text and _DEFAULTS.get(name) != text}
    key = keep_typed(text=form.text.data)
    return redirect(url_for("episodes.index", **plain, search=key or None))


_DEFAULTS = {"cohort": "all", "order": "newest"}


def _as_text(value: object) -> str:
    return ("yes" if value else "") if isinstance(value, bool) else "" if value is None else str(value)


def _filter_form(typed: dict[str, str]) -> FilterForm:
    """The filter as the address states it: choices from there, the text from what this session keeps."""
    form = FilterForm(request.args, meta={"csrf": False})
    form.team.choices = team_choices("Any team")
    form.text.data = typed.get("text", "")
    form.mine.data = request.args.get("mine") == "yes"
    for name, default in _DEFAULTS.items():
        form[name].data = request.args.get(name) or default
    for name in ("state", "kind", "risk", "team"):
        form[name].data = request.args.get(name, "")
    return form


def _filters(form: FilterForm) -> pages.EpisodeFilters:
    state = form.state.data
    states = OPEN_CLOCK_STATES if state == OPEN else frozenset({InterviewState(state)} if state else set())
    return pages.EpisodeFilters(
        states=states,
        kind=EpisodeKind(form.kind.data) if form.kind.data else None,
        risk=RiskLevel(form.risk.data) if form.risk.data else None,
        cohort=Cohort(form.cohort.data),
        started_from=form.started_from.data,
        started_to=form.started_to.data,
        returned_from=form.returned_from.data,
        returned_to=form.returned_to.data,
        text=form.text.data,
        team_id=int(form.team.data) if form.team.data else None,
        mine=form.mine.data,
        order=form.order.data,
    )


def _narrowed(form: FilterForm) -> bool:
    """Whether anything but the order is chosen."""
    return any(
        field.data and _DEFAULTS.get(field.name) != field.data
        for field in form
        if field.name not in ("csrf_token", "order")
    )


def _behind_a_figure() -> str:
    """For whoever sees the month too: how many stand behind a figure is the figure."""
    if not may(Permission.SEE_MONTH):
        abort(403)
    month, key = request.args.get("month", ""), request.args["figure"]
    cohort = request.args.get("cohort", Cohort.ALL)
    version = request.args.get("version")
    if cohort not in set(Cohort):
        abort(404)
    if version is not None and not (version.isascii() and version.isdecimal() and len(version) < 6):
        abort(404)
    try:
        ids = ids_behind(request_context(), month, key, Cohort(cohort), int(version) if version else None)
    except Refused:
        abort(404)
    if ids is None:
        abort(404)
    shown = {
        "page_address": page_address,
        "month": month,
        "figure": key,
        "cohort": Cohort(cohort),
        "version": version,
        "behind": len(ids),
    }
    if plain_figure(key)[0].startswith(OF_CHILDREN):
        found = child_pages.child_list(request_context(), signed_in_viewer(), ids, page_number())
        return render_template("children/figure.html", found=found, **shown)
    if is_of_alerts(key):
        return render_template("alerts/figure.html", found=alerts_behind(ids), **shown)
    filters = pages.EpisodeFilters(ids=tuple(ids))
    rows = pages.episode_list(request_context(), signed_in_viewer(), filters, page_number())
    return render_template("episodes/figure.html", found=rows, **shown)


def _versions(page: pages.EpisodePage) -> list[tuple[pages.VersionView, list[tuple[str, str, str]]]]:
    """Each change with its words; those of the machinery alone are left out."""
    who = {person.id: person.name for person in people.people_list(request_context())} if page.history else {}
    teams = {team.id: team.name for team in people.teams()} if page.history else {}
    names = {"interview.allocated_to_id": who, "interview.not_required_by_id": who, "team_id": teams,
             "interview.not_required_approved_by_id": who}  # fmt: skip
    shown = [(version, shown_changes(version.changes, names)) for version in page.history]
    return [(version, changes) for version, changes in shown if changes]


@bp.get(f"/episodes/<{ID}:episode_id>")
@requires(Permission.SEE_EPISODES)
def show(episode_id: int) -> ResponseReturnValue:
    """The whole of one episode."""
    page = opened(episode_id)
    return render_template(
        "episodes/show.html",
        page=page,
        steps=steps(page),
        timeline=timeline(page, now(), episode_course(page)),
        versions=_versions(page),
        reports=report_history(episode_id, feeds()),
        joins=joins_of(episode_id),
        prevention=prevention_of(page.facts),
        may_be_one=may_be_one(page.row, page.others),
    )
