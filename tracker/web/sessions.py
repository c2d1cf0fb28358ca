"""The cookie that opens a server-side session: set at sign-in, sent with every page, forgotten at sign-out."""

from datetime import datetime, timedelta

from flask import Response, g, request

from tracker.services import sessions
from tracker.services.context import Context
from tracker.services.sessions import SignedIn
from tracker.settings import Settings


def cookie_name(settings: Settings) -> str:
    """With https the `__Host-` prefix: no other host or path can set it."""
    return "__Host-tracker" if is_https(settings) else "tracker"


def is_https(settings: Settings) -> bool:
    return settings.base_url.startswith("https://")


def token(settings: Settings) -> str:
    """The token this request brought, or the one it was given at sign-in; empty where there is none."""
    return str(g.get("new_token") or request.cookies.get(cookie_name(settings), ""))


def signed_in_person(settings: Settings, now: datetime) -> SignedIn | None:
    """Who has signed in, read once for a request."""
    if "signed_in" not in g:
        held, idle = token(settings), timedelta(minutes=settings.limits.idle_minutes)
        g.signed_in = sessions.find_session(held, now, idle) if held else None
    found: SignedIn | None = g.signed_in
    return found


def email_of_signed_in() -> str:
    """The address that the signed-in person signs in with."""
    found: SignedIn = g.signed_in
    return found.email


def open_session(context: Context, settings: Settings, person_id: int) -> None:
    """Rotate: whatever session the browser had ends, a new token begins. The cookie goes out with the response."""
    if token(settings):
        sessions.end_session(context, token(settings))
    g.new_token = sessions.start_session(context, person_id, timedelta(minutes=settings.limits.session_minutes))
    g.pop("signed_in", None)


def close_session(context: Context, settings: Settings) -> None:
    """End the session, and tell the browser to forget it."""
    sessions.end_session(context, token(settings))
    g.pop("new_token", None)
    g.signed_in = None
    forget_cookie()


def forget_cookie() -> None:
    """Tell the browser to let go of a token that opens nothing any more."""
    g.forget_cookie = True


def send_cookie(response: Response, settings: Settings) -> Response:
    """Hung on every response: the new token, or the end of the old one."""
    name, secure = cookie_name(settings), is_https(settings)
    if "new_token" in g:
        response.set_cookie(name, g.new_token, secure=secure, httponly=True, samesite="Lax", path="/")
    elif g.get("forget_cookie"):
        response.delete_cookie(name, secure=secure, httponly=True, samesite="Lax", path="/")
    return response
