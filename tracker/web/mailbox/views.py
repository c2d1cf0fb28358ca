"""What would have been emailed: the demonstration's mailbox."""

import re

from flask import Blueprint, abort, current_app, render_template
from markupsafe import Markup, escape

from tracker.bootstrap import mailbox
from tracker.web.access import Permission, requires
from tracker.web.request import settings

bp = Blueprint("mailbox", __name__, url_prefix="/mailbox")

SHOWN = 100
_ADDRESS = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:)]")


@bp.get("")
@requires(Permission.SEE_MAILBOX)
def index() -> str:
    """The newest messages, newest first."""
    box = mailbox(current_app) or abort(404)
    return render_template("mailbox/index.html", mails=box.newest(SHOWN), total=box.count(), linked=linked)


def linked(body: str) -> Markup:
    """The text of a message with this site's addresses as links; everything else as it is, escaped."""
    parts, done = [], 0
    for match in _ADDRESS.finditer(body):
        parts += [escape(body[done : match.start()]), _link(match[0])]
        done = match.end()
    return Markup("").join([*parts, escape(body[done:])])


def _link(address: str) -> Markup:
    if not address.startswith(settings().base_url + "/"):
        return escape(address)
    return Markup('<a class="govuk-link" href="{0}">{0}</a>').format(address)
