"""Who pushes: the bearer token of the request, and nothing else. A cookie opens nothing here."""

from flask import Response, g, request

from tracker.services.api_tokens import TokenHolder
from tracker.services.context import Actor, Context
from tracker.services.push_report import UnavailableError, holder_of
from tracker.web.api.problems import problem, unavailable
from tracker.web.request import now, rules, settings

_LONGEST_TOKEN = 200


def check_token() -> Response | None:
    """Let a holder of a token pass. What was wrong with one is never said."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    token = token.strip()
    try:
        known = scheme.lower() == "bearer" and 0 < len(token) <= _LONGEST_TOKEN
        g.token_holder = holder_of(token, now()) if known else None
    except UnavailableError:
        return unavailable()
    if g.token_holder is not None:
        return None
    sentence = "A token that this service knows is needed: Authorization: Bearer …"
    return problem(401, "no_token", sentence, headers={"WWW-Authenticate": 'Bearer realm="reports"'})


def holder() -> TokenHolder:
    """The token's holder, in a view for token holders. Raises AttributeError elsewhere: a mistake of ours."""
    found: TokenHolder = g.token_holder
    return found


def holder_key() -> str:
    """By what the rate is limited: the token."""
    return f"token:{holder().token_id}"


def token_context() -> Context:
    """What every service is called with: this request's now, the council's rules, the token as actor."""
    given = settings()
    actor = Actor(f"api token {holder().token_id}")
    return Context(now(), rules(), actor, given.base_url, given.council.own_names)
