"""What would have been emailed: the demonstration's mailbox."""

import re
from urllib.parse import urlsplit

from flask import Blueprint, abort, current_app, render_template, request, url_for
from markupsafe import Markup, escape

from tracker.bootstrap import mailbox
from tracker.web.access import Permission, requires
from tracker.web.request import settings
from tracker.web.security import safe_next

bp = Blueprint("mailbox", __name__, url_prefix="/mailbox")

SIZE = 20
_ADDRESS = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:)]")


@bp.get("")
@requires(Permission.SEE_MAILBOX)
def index() -> str:
    """The messages, last written first."""
    box = mailbox(current_app) or abort(404)
    number = max(1, request.args.get("page", 1, type=int))
    mails, total = box.page(number, SIZE)
    pages = -(-total // SIZE)
    return render_template(
        "mailbox/index.html", mails=mails, total=total, number=number, pages=pages, address=_address, linked=linked
    )


def _address(number: int) -> str:
    return url_for("mailbox.index", page=number)


def linked(body: str) -> Markup:
    """The text of a message with this site's addresses as links; everything else as it is, escaped."""
    parts, done = [], 0
    for match in _ADDRESS.finditer(body):
        parts += [escape(body[done : match.start()]), _link(match[0])]
        done = match.end()
    return Markup("").join([*parts, escape(body[done:])])


def _link(address: str) -> Markup:
    """By its path, so that a message written under another port of this machine still leads here."""
    parts = urlsplit(address)
    if parts.hostname != urlsplit(settings().base_url).hostname or safe_next(parts.path) is None:
        return escape(address)
    return Markup('<a class="govuk-link" href="{}">{}</a>').format(parts.path, address)
