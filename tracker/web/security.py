"""What stands around every page: headers, CSRF, limits on tries, the key that signs, and who may pass."""

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, flash, redirect, request, url_for
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as AnyResponse

from tracker.bootstrap import wiring
from tracker.web import access, sessions
from tracker.web.api.auth import check_token
from tracker.web.request import may, settings, viewer
from tracker.web.unsent import init_unsent, keep_what_was_sent

csrf = CSRFProtect()
limiter = Limiter(get_remote_address, storage_uri="memory://", key_prefix="tracker")

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""No inline script and no inline style anywhere: every rule and every line of script is a file in static/."""


SIGNED_OUT = "You have been signed out, because the page was not used for a while."
AGAIN = "Sign in again."
LOST = "Sign in again. What you sent was not saved: please enter it once more."
KEPT = "What you typed is kept for one hour, for you alone. Sign in again to go on with it."


def init_security(app: Flask) -> None:
    given = wiring(app).settings
    app.config.update(
        SECRET_KEY=given.secret_key or kept_key(Path(app.instance_path)),
        SESSION_COOKIE_NAME="tracker-form",  # holds the CSRF token and notices only; who is signed in is server-side
        SESSION_COOKIE_SECURE=sessions.is_https(given),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as its session, so that a form left open can still be sent
    )
    app.view_functions["static"] = access.public(app.view_functions["static"])
    if given.proxy_hops:
        hops = given.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.before_request(check_access)  # before CSRFProtect's own, so that an expired session asks to sign in again
    csrf.init_app(app)
    init_unsent(app)
    limiter.init_app(app)
    app.after_request(add_headers)


def kept_key(folder: Path) -> str:
    """Made at the first start where the settings give none, and kept, readable to this user only."""
    path = folder / "secret-key"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(key := secrets.token_urlsafe(48))
    return key


def check_access() -> AnyResponse | None:
    """Deny by default: what names no permission is nobody's."""
    if request.endpoint is None:
        return None  # no such page: 404, or a method or host that routing has refused
    named = access.access_of(current_app.view_functions[request.endpoint])
    if named == access.PUBLIC:
        return None
    if named == access.TOKEN_HOLDER:
        return check_token()
    if named is not None and viewer() is None:
        return _ask_to_sign_in()
    if named is None or (named != access.SIGNED_IN and not may(named)):
        abort(403)
    return None


def _ask_to_sign_in() -> AnyResponse:
    """What a form sent is kept where it can be; where it cannot, that is said, and the way leads back to its page."""
    reads = request.method in ("GET", "HEAD")
    by_script = request.headers.get("Accept") == "application/json"  # which says it on its own page
    kept = keep_what_was_sent()
    if sessions.token(settings()):
        sessions.forget_cookie()
        flash(f"{SIGNED_OUT} {KEPT if kept else AGAIN if reads or by_script else LOST}", "notice")
    if kept:
        return redirect(url_for("signin.sign_in", next=url_for("signin.unsent")))
    return redirect(url_for("signin.sign_in", next=request.full_path.rstrip("?") if reads else _page_of_form()))


def _page_of_form() -> str | None:
    """Where the form stands that was sent, if it is a page of this site that can be opened."""
    came, routes = urlsplit(request.referrer or ""), current_app.create_url_adapter(request)
    if came.netloc != request.host or routes is None or not routes.test(came.path, "GET"):
        return None
    return f"{came.path}?{came.query}" if came.query else came.path


def safe_next(target: str | None) -> str | None:
    """The target if it is a path on this site, else None: `//evil`, `/\\evil` and whole addresses lead elsewhere."""
    if not target or not target.startswith("/") or target[1:2] in ("/", "\\"):
        return None
    return target if target.isprintable() else None


def add_headers(response: Response) -> Response:
    given = wiring(current_app).settings
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    if sessions.is_https(given):
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint == "static" and "v" in request.args:
        headers["Cache-Control"] = "public, max-age=31536000, immutable"  # its content's hash is in its address
    elif request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")  # children's records do not stay in a shared machine's cache
    return sessions.send_cookie(response, given)
