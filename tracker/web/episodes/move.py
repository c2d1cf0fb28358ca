"""Move an episode to the child it is about: one like it, one found by name, or one not held before."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.services.errors import Conflict, Refused
from tracker.services.find_children import NewChild
from tracker.services.move_episode import move_episode
from tracker.services.pages.children import child_search
from tracker.services.pages.episodes import EpisodePage
from tracker.services.pages.match_views import like_episode
from tracker.web.access import Permission, requires
from tracker.web.episodes.area import bp
from tracker.web.episodes.forms import FindByNameForm, MoveToForm, MoveToNewForm
from tracker.web.forms import Form, add_problems
from tracker.web.records import ID, keep_typed, opened, typed_before
from tracker.web.request import feeds, request_context, signed_in_viewer

MOVED = "The episode is moved, with its interviews and alerts. Later lines of its reference follow it."


@bp.route(f"/episodes/<{ID}:episode_id>/move", methods=["GET", "POST"])
@requires(Permission.EDIT_EPISODES)
def move(episode_id: int) -> ResponseReturnValue:
    """Whose episode is it?"""
    page, form = opened(episode_id), FindByNameForm()
    if form.validate_on_submit():
        return redirect(url_for("episodes.move", episode_id=episode_id, search=keep_typed(text=form.text.data)))
    return _page(page, form)


@bp.post(f"/episodes/<{ID}:episode_id>/move/to")
@requires(Permission.EDIT_EPISODES)
def move_to(episode_id: int) -> ResponseReturnValue:
    """To a child held."""
    form = MoveToForm()
    if not form.validate_on_submit():
        return _page(opened(episode_id), FindByNameForm(formdata=None), form)
    return _moved(episode_id, form, lambda: _move(episode_id, form, child_id=int(form.choice.data)))


@bp.route(f"/episodes/<{ID}:episode_id>/move/new", methods=["GET", "POST"])
@requires(Permission.EDIT_EPISODES)
def move_to_new(episode_id: int) -> ResponseReturnValue:
    """To a child not held before."""
    page, form = opened(episode_id), MoveToNewForm()
    if request.method == "GET":
        form.version.data = str(page.row.version)
    if form.validate_on_submit():
        new = NewChild(form.surname.data, form.forename.data, form.date_of_birth.data)
        return _moved(episode_id, form, lambda: _move(episode_id, form, new_child=new))
    return render_template("episodes/move_new.html", form=form, page=page)


def _move(episode_id: int, form: MoveToForm | MoveToNewForm, **where: object) -> None:
    move_episode(
        request_context(), episode_id=episode_id, version=form.shown_version(), feeds=feeds(), **where  # type: ignore[arg-type]
    )  # fmt: skip


def _moved(episode_id: int, form: Form, act: Callable[[], None]) -> ResponseReturnValue:
    try:
        act()
    except Conflict:
        raise
    except Refused as refused:
        add_problems(form, refused)
        page = opened(episode_id)
        if isinstance(form, MoveToNewForm):
            return render_template("episodes/move_new.html", form=form, page=page)
        return _page(page, FindByNameForm(formdata=None), form)
    flash(MOVED, "done")
    return redirect(url_for("episodes.show", episode_id=episode_id))


def _page(page: EpisodePage, form: FindByNameForm, refused: Form | None = None) -> str:
    typed = (typed_before() or {}).get("text", "")
    found = None
    if typed and not form.is_submitted():
        form.text.data = typed
        found = child_search(request_context(), signed_in_viewer(), typed)
    alike = like_episode(request_context(), page.row.id, feeds())
    return render_template("episodes/move.html", form=form, refused=refused, page=page, found=found, alike=alike)
