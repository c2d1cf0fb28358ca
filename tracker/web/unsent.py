"""A form that came after its person's session had ended: kept, and shown again once they have signed in.

`kept_form` names it where it is sent again; with `kept_show` its page is shown with what was typed, and saves nothing.
"""

from flask import Flask, Response, current_app, g, request
from flask_wtf.csrf import validate_csrf
from wtforms.validators import ValidationError

from tracker.services import kept_forms
from tracker.web.request import now, settings, viewer
from tracker.web.sessions import token

OURS = ("csrf_token", "kept_form", "kept_show")
"""Fields of a form that nobody typed."""

FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})

SECRETS = frozenset({"password", "current", "again"})
"""A form that has one of these is never kept."""


def init_unsent(app: Flask) -> None:
    """After CSRFProtect's own: what is no true form is not looked at."""
    app.before_request(_notice)
    app.after_request(_forget_what_was_used)


def keep_what_was_sent() -> bool:
    """Whether anything was typed, and is kept now. A form without its CSRF token is nobody's."""
    if request.method != "POST" or not token(settings()):
        return False
    if request.accept_mimetypes.best == "application/json":
        return False  # a page that saves by itself keeps what it holds (static/js/autosave.js)
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in OURS]
    if not _is_typed(fields) or SECRETS & {name for name, _ in fields}:
        return False
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return False
    files = any(file.filename for file in request.files.values())
    path = request.full_path.rstrip("?")
    return kept_forms.keep_form(now(), token(settings()), path=path, fields=fields, with_files=files)


def has_a_page(path: str) -> bool:
    """Whether the address to which a form was sent is that of a page too, and so can show it."""
    adapter = current_app.create_url_adapter(request)
    return adapter is not None and adapter.test(path.partition("?")[0], method="GET")


def is_shown_again() -> bool:
    """Whether a form that was kept has come, for its page to be shown with it: nothing is to be saved."""
    return bool(g.get("shows_kept"))


def _is_typed(fields: kept_forms.Fields) -> bool:
    """Words, on a page that can show them or not; or anything but the version, on a page that can: no mere button."""
    given = [value.strip() for name, value in fields if name != "version" and value.strip()]
    return any(" " in value for value in given) or (bool(given) and has_a_page(request.path))


def _notice() -> None:
    """Looks into forms of people alone: whatever reads the body of another request sets its own limit first."""
    is_form = request.method == "POST" and request.mimetype in FORMS and bool(token(settings()))
    g.kept_form = request.form.get("kept_form", "") if is_form else ""
    g.shows_kept = bool(g.kept_form) and request.form.get("kept_show") == "1"


def _forget_what_was_used(response: Response) -> Response:
    """Once its page has shown it, or it was done; where neither came about it can be taken up again."""
    person, key = viewer() if g.get("kept_form") else None, g.get("kept_form", "")
    used = response.status_code == 200 if is_shown_again() else response.status_code < 400
    if person is not None and used:
        kept_forms.forget_form(now(), person.person_id, key)
    return response
