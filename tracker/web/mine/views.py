"""My interviews, and the same of another person for those who steer a team."""

from flask import Blueprint, render_template

from tracker.core.clock import local
from tracker.services.pages.mine import my_interviews
from tracker.web.access import Permission, requires
from tracker.web.mine.steps import next_step
from tracker.web.request import request_context, signed_in_viewer

bp = Blueprint("mine", __name__)


@bp.get("/my-interviews")
@requires(Permission.SEE_OWN_INTERVIEWS)
def index() -> str:
    """Today's visits, what is to be done next for each child, what is to be written up."""
    shown = my_interviews(request_context(), signed_in_viewer())
    return render_template("mine/index.html", mine=shown, weekday=f"{local(shown.now):%A}", next_step=next_step)
