"""Pages for what went wrong, in plain words. What is logged of a fault names no child: types and places, no values."""

import logging
import secrets
import traceback

from flask import Flask, Response, g, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from tracker.services.errors import Conflict, NoRoomError, Refused
from tracker.web.api.problems import asks_the_api, fault_problem, http_problem
from tracker.web.fields import typed_values
from tracker.web.request import viewer
from tracker.web.security import safe_next
from tracker.web.unsent import OURS, SECRETS

logger = logging.getLogger("tracker.web")

Answer = tuple[str, int] | tuple[str, int, dict[str, str]]

PLAIN: dict[int, tuple[str, str]] = {
    400: ("This could not be read", "The page was sent in a way that this service does not understand."),
    403: ("You may not open this page", "Your roles do not include it. If you need it, ask your administrator."),
    404: ("Page not found", "Check the address, or start again from the menu above."),
    405: ("This cannot be done from here", "The address exists, but not for what was asked of it."),
    413: ("The file or form is too large", "Nothing was kept. Send a smaller file, for example one day's report."),
    429: ("Too many tries", "Wait one minute, then try again."),
}


def init_errors(app: Flask) -> None:
    app.register_error_handler(HTTPException, show_http_error)
    app.register_error_handler(Conflict, show_conflict)
    app.register_error_handler(Refused, show_refused)
    app.register_error_handler(NoRoomError, show_no_room)
    app.register_error_handler(Exception, show_fault)


def show_http_error(error: HTTPException) -> Answer | HTTPException | Response:
    code = error.code or 500
    if code < 400:
        return error  # a redirect
    if asks_the_api():
        return http_problem(error)
    if isinstance(error, SecurityError):  # an untrusted host: no address may be built from it
        return "This address is not one that the service answers to.", 400, {"Content-Type": "text/plain"}
    if isinstance(error, CSRFError):
        return _show_expired(), code
    heading, sentence = PLAIN.get(code, PLAIN[400])
    headers = {"Allow": ", ".join(error.valid_methods or ())} if code == 405 and hasattr(error, "valid_methods") else {}
    return render_template("errors/plain.html", heading=heading, sentence=sentence, code=code), code, headers


def _show_expired() -> str:
    """A form of an earlier session, left open in another window: to whoever is signed in, what they typed, to copy."""
    typed = [] if viewer() is None or SECRETS & set(request.form) else _typed()
    return render_template("errors/expired.html", typed=typed)


def _typed() -> list[tuple[str, str]]:
    return typed_values(request.form, skip=(*OURS, "version", "password", "new_password", "submit"))


def show_refused(error: Refused) -> Answer:
    """A refusal that its view did not put on a form."""
    return render_template("errors/refused.html", problems=error.problems, back=_back()), 422


def show_no_room(error: NoRoomError) -> Answer:
    """Of no use to log with a reference: the cause is known, and the same for everybody."""
    logger.error("no room: the disk on which the database lies is full")
    return render_template("errors/plain.html", heading="There is no room left", sentence=error.sentence), 507


def show_conflict(error: Conflict) -> Answer:
    """Somebody else was first: what this person typed is kept on the page, to be copied."""
    typed = g.get("typed") or _typed()
    return render_template("errors/conflict.html", problems=error.problems, typed=typed, back=_back()), 409


def show_fault(error: Exception) -> Answer | Response:
    """A broken promise of ours: a page with a reference, and a log line with the same."""
    reference = secrets.token_hex(4)
    log_fault(error, reference)
    if asks_the_api():
        return fault_problem(reference)
    return render_template("errors/fault.html", reference=reference), 500


def log_fault(error: BaseException, reference: str) -> None:
    """The exception's type and the lines it passed through. Its text may quote a record, and so it is left out."""
    places = "; ".join(f"{f.filename}:{f.lineno} in {f.name}" for f in traceback.extract_tb(error.__traceback__))
    causes, cause = [type(error).__name__], error.__cause__ or error.__context__
    while cause is not None and len(causes) < 5:
        causes.append(type(cause).__name__)
        cause = cause.__cause__ or cause.__context__
    logger.error(
        "fault %s: %s at %s %s: %s",
        reference, " from ".join(causes), request.method, request.url_rule or "no route", places,
    )  # fmt: skip


def _back() -> str:
    """Where the person came from, if it is on this site."""
    came_from = request.referrer or ""
    path = safe_next(came_from.removeprefix(request.host_url.rstrip("/"))) if came_from else None
    return path or url_for("shell.start")
