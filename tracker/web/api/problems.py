"""What went wrong, as a problem document (RFC 9457), for programs: a code, a plain sentence, the fields concerned."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from flask import Response, request
from werkzeug.exceptions import HTTPException

ROOT = "/api/"

RETRY_AFTER_SECONDS = 30
"""Where the database is busy; a rate limit says a minute."""

PLAIN: dict[int, tuple[str, str]] = {
    400: ("bad_request", "The request could not be read."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that method."),
    408: ("timeout", "The request did not arrive in time. Send it again."),
    413: ("too_large", "The report is larger than this service takes. Send it in parts. Nothing was kept."),
    429: ("too_many_requests", "Too many requests with this token. Wait one minute, then try again."),
}


def asks_the_api() -> bool:
    """Whether this request is a program's: then no answer is a page."""
    return request.path.startswith(ROOT)


def problem(
    status: int, code: str, sentence: str, fields: Sequence[str] = (), headers: Mapping[str, str] | None = None
) -> Response:
    document = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": sentence,
        "fields": list(fields),
    }
    response = Response(json.dumps(document), status, mimetype="application/problem+json")
    response.headers.update(headers or {})
    return response


def http_problem(error: HTTPException) -> Response:
    """An error of HTTP itself, such as no such address."""
    status = error.code or 500
    code, sentence = PLAIN.get(status, PLAIN[400])
    headers = {}
    if status == 405 and getattr(error, "valid_methods", None):
        headers["Allow"] = ", ".join(sorted(error.valid_methods))  # type: ignore[attr-defined]
    if status == 429:
        headers["Retry-After"] = "60"
    return problem(status, code, sentence, headers=headers)


def fault_problem(reference: str) -> Response:
    """A broken promise of ours, with the reference under which it is logged."""
    return problem(500, "fault", f"Something went wrong here. It is logged under the reference {reference}.")


def wrong_token(sentence: str) -> Response:
    """A token of ours that is for something else."""
    return problem(403, "wrong_token", sentence)


def unavailable() -> Response:
    sentence = "The service cannot store anything at the moment. Send the same request again later."
    return problem(503, "unavailable", sentence, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
