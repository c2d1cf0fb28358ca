"""Who was told of an episode's deadline, and when: the page that is printed for an inspector."""

from flask import abort, render_template

from tracker.services.pages.told import told_page
from tracker.web.access import Permission, requires
from tracker.web.episodes.area import bp
from tracker.web.records import ID
from tracker.web.request import request_context, signed_in_viewer


@bp.get(f"/episodes/<{ID}:episode_id>/told")
@requires(Permission.SEE_EPISODES)
def told(episode_id: int) -> str:
    """The chain of every clock of the episode."""
    page = told_page(request_context(), signed_in_viewer(), episode_id) or abort(404)
    return render_template("episodes/told.html", page=page)
