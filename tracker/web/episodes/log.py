"""Log an episode by hand: find the child, choose one or begin a new one, then the facts.

What is typed to find the child is kept with the session (services.searches), so that no address holds a name.
"""

from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.core.clock import elapsed_hours
from tracker.core.terms import EpisodeKind, FlagCode, LivingSetting, RiskLevel
from tracker.services.errors import Refused
from tracker.services.log_episode import NewChild, find_children, log_episode
from tracker.services.pages import children as child_pages
from tracker.services.pages.children import ChildPage
from tracker.services.pages.rows import EpisodeRow
from tracker.web.access import Permission, requires
from tracker.web.episodes.area import bp
from tracker.web.episodes.forms import FindChildForm, LogForm, LogNewChildForm, yes_no
from tracker.web.forms import add_problems
from tracker.web.records import instant_given, keep_typed, tell_readings, typed_before
from tracker.web.request import feeds, request_context, signed_in_viewer

ASKS = frozenset({"possible_duplicate", "possible_same_child"})
"""Refusals that are questions: confirmed, the same form goes through."""


@bp.route("/episodes/new", methods=["GET", "POST"])
@requires(Permission.EDIT_EPISODES)
def new() -> ResponseReturnValue:
    """Who went missing?"""
    form = FindChildForm()
    if form.validate_on_submit():
        born = form.date_of_birth.data
        key = keep_typed(
            surname=form.surname.data, forename=form.forename.data, date_of_birth=born.isoformat() if born else ""
        )
        return redirect(url_for("episodes.choose_child", search=key))
    return render_template("episodes/find_child.html", form=form)


@bp.get("/episodes/new/child")
@requires(Permission.EDIT_EPISODES)
def choose_child() -> ResponseReturnValue:
    """Held children like the one typed, and the way to a new one."""
    typed = _typed()
    if typed is None:
        return redirect(url_for("episodes.new"))
    surname, forename, born = typed
    found = find_children(request_context(), surname=surname, forename=forename, date_of_birth=born)
    return render_template(
        "episodes/choose_child.html", found=found, surname=surname, forename=forename, born=born,
        search=request.args["search"],
    )  # fmt: skip


@bp.route("/episodes/new/facts", methods=["GET", "POST"])
@requires(Permission.EDIT_EPISODES)
def new_facts() -> ResponseReturnValue:
    """What happened: of the held child in `?child=`, or of the new one typed before."""
    child = _child_asked_for()
    form = LogForm() if child else _new_child_form()
    if form is None:
        return redirect(url_for("episodes.new"))
    form.set_forces([feed.force for feed in feeds().values()])
    asks: set[str] = set()
    if form.validate_on_submit():
        try:
            episode_id = _log(form, child)
        except Refused as refused:
            asks = {problem.code for problem in refused.problems} & ASKS
            add_problems(form, refused)
        else:
            tell_readings([form.missing_from_at, form.found_at, form.returned_at])
            flash("The episode is logged.", "done")
            return redirect(url_for("episodes.show", episode_id=episode_id))
    near = _near(form, child) if "possible_duplicate" in asks else []
    return render_template("episodes/facts.html", form=form, child=child, asks=asks, near=near)


def _near(form: LogForm, child: ChildPage | None) -> list[EpisodeRow]:
    """The child's episodes that start within a day of the one typed: any of them may be it."""
    start, _ = instant_given(form.missing_from_at, FlagCode.START_TIME_ESTIMATED)
    if child is None or start is None:
        return []
    hours = request_context().rules.policy.same_episode_hours
    return [
        row
        for row in child.episodes
        if row.out_of_counts is None and abs(elapsed_hours(row.missing_from_at, start)) <= hours
    ]


def _child_asked_for() -> ChildPage | None:
    text = request.args.get("child")
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        abort(404)
    found = child_pages.child_page(request_context(), signed_in_viewer(), int(text))
    return found or abort(404)


def _new_child_form() -> LogNewChildForm | None:
    """With the name typed before; None where it is held no longer."""
    typed = _typed()
    if typed is None:
        return None
    form = LogNewChildForm()
    if request.method == "GET":
        form.surname.data, form.forename.data = typed[0], typed[1]
        if typed[2]:
            form.date_of_birth.process(None, typed[2])
    return form


def _typed() -> tuple[str, str, date | None] | None:
    typed = typed_before()
    if not typed or "surname" not in typed:
        flash("What was typed is held no longer. Type it again.", "notice")
        return None
    born = typed.get("date_of_birth")
    return typed["surname"], typed.get("forename", ""), date.fromisoformat(born) if born else None


def _log(form: LogForm, child: ChildPage | None) -> int:
    start, of_start = instant_given(form.missing_from_at, FlagCode.START_TIME_ESTIMATED)
    found, of_found = instant_given(form.found_at, FlagCode.FOUND_TIME_ESTIMATED, start)
    returned, of_return = instant_given(form.returned_at, FlagCode.RETURN_TIME_ESTIMATED, start, found)
    assert start is not None  # the form asks for it
    return log_episode(
        request_context(),
        child_id=child.child.id if child else None,
        new_child=_new_child(form) if isinstance(form, LogNewChildForm) else None,
        missing_from_at=start,
        found_at=found,
        returned_at=returned,
        reported_at=form.reported_at.data,
        kind=EpisodeKind(form.kind.data),
        risk=RiskLevel(form.risk.data) if form.risk.data else None,
        setting=LivingSetting(form.setting.data) if form.setting.data else None,
        known_to_services=yes_no(form.known_to_services.data),
        force=form.force.data or None,
        police_reference=form.police_reference.data or None,
        district=form.district.data or None,
        missing_from_address=form.missing_from_address.data or None,
        last_seen_location=form.last_seen_location.data or None,
        found_location=form.found_location.data or None,
        found_by=form.found_by.data or None,
        circumstances=form.circumstances.data or None,
        interview_requested=form.interview_requested.data,
        flags=of_start | of_found | of_return,
        confirm=form.confirm.data,
    )


def _new_child(form: LogNewChildForm) -> NewChild:
    return NewChild(
        surname=form.surname.data,
        forename=form.forename.data,
        date_of_birth=form.date_of_birth.data,
        sex=form.sex.data or None,
        ethnicity=form.ethnicity.data or None,
        address=form.address.data or None,
        postcode=form.postcode.data or None,
        council_id=form.council_id.data or None,
        responsible_authority=form.responsible_authority.data or None,
    )
