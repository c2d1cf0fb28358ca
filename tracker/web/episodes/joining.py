"""Make one of an episode logged by hand and the police's, and two of them again."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.services.join_episodes import join_episodes
from tracker.services.pages.joins import join_page, joins_of
from tracker.services.separate_episodes import separate_episodes
from tracker.web.access import Permission, requires
from tracker.web.episodes.area import bp
from tracker.web.episodes.forms import JoinForm
from tracker.web.forms import outcome_of, saved
from tracker.web.records import ID, RecordForm, opened
from tracker.web.request import request_context, signed_in_viewer


@bp.route(f"/episodes/<{ID}:episode_id>/same/<{ID}:other_id>", methods=["GET", "POST"])
@requires(Permission.EDIT_EPISODES)
def join(episode_id: int, other_id: int) -> ResponseReturnValue:
    """Both side by side; they become one."""
    page = join_page(request_context(), signed_in_viewer(), episode_id, other_id) or abort(404)
    form = JoinForm()
    if request.method == "GET":
        form.version.data, form.other_version.data = str(page.kept.row.version), str(page.joined.row.version)

    def act() -> int:
        return join_episodes(
            request_context(), episode_id=page.kept.row.id, version=form.shown_version(),
            other_id=page.joined.row.id, other_version=form.shown_other_version(),
        )  # fmt: skip

    kept_id = outcome_of(form, act)
    if kept_id is not None:
        flash("The two episodes are one. It can be undone below.", "done")
        return redirect(url_for("episodes.show", episode_id=kept_id))
    return render_template("episodes/join.html", page=page, form=form)


@bp.route(f"/episodes/<{ID}:episode_id>/separate/<{ID}:join_id>", methods=["GET", "POST"])
@requires(Permission.EDIT_EPISODES)
def separate(episode_id: int, join_id: int) -> ResponseReturnValue:
    """Two episodes again."""
    page, form = opened(episode_id), RecordForm()
    held = next((one for one in joins_of(episode_id) if one.id == join_id), None) or abort(404)
    if request.method == "GET":
        form.version.data = str(page.row.version)

    def save() -> None:
        separate_episodes(request_context(), join_id=join_id, version=form.shown_version())

    if saved(form, save, "They are two episodes again."):
        return redirect(url_for("episodes.show", episode_id=held.joined_id))
    return render_template("episodes/separate.html", page=page, form=form, join=held)
