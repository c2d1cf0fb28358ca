"""The roads in: for each feed how its reports may come, how each road stands, and what waits in the folder."""

from flask import Blueprint, render_template

from tracker.services.pages.roads import roads_page
from tracker.web.access import Permission, requires
from tracker.web.request import feeds, request_context, settings

bp = Blueprint("roads", __name__, url_prefix="/roads")


@bp.get("")
@requires(Permission.MANAGE_FEEDS)
def index() -> str:
    """Every feed with its roads."""
    given = settings()
    page = roads_page(request_context(), feeds(), given.intake.watch_folder, given.report_pulls)
    return render_template("roads/index.html", page=page)
