"""What a carrier says of an email: a small JSON object, GOV.UK Notify's delivery receipt or one like it."""

import json
import re
from typing import TypedDict

from flask import Response, request

from tracker.core.bounces import STATUSES
from tracker.web.api.problems import problem

MOST_BYTES = 16_384
NAMED = re.compile(r"[\x21-\x7e]{1,255}")
CODE = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")
STATUS_WORDS = tuple(STATUSES)


class Event(TypedDict):
    """As services.record_mail_events.record_mail_event takes it."""

    status: str
    message_id: str | None
    provider_id: str | None
    code: str


def event_of_request() -> Event | Response:
    """The event in the body, or why it cannot be taken. What else stands in the object is not looked at."""
    if request.query_string:
        return problem(400, "query_not_taken", "Nothing may stand in the address after a question mark.")
    if request.mimetype != "application/json":
        accept = {"Accept": "application/json"}
        return problem(415, "wrong_content_type", "Send JSON: application/json.", ("Content-Type",), accept)
    request.max_content_length = MOST_BYTES
    try:
        given = json.loads(request.get_data(cache=False))
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        return problem(400, "not_json", "The body is no JSON object.")
    wrong = [name for name, is_right in _judged(given).items() if not is_right]
    if wrong:
        sentence = "Give status, and reference (our Message-ID) or id (the carrier's number); code is like 5.1.1."
        return problem(422, "bad_event", sentence, wrong)
    return Event(
        status=given["status"],
        message_id=given.get("reference"),
        provider_id=given.get("id"),
        code=given.get("code") or "",
    )


def _judged(given: dict[str, object]) -> dict[str, bool]:
    reference, number, code = given.get("reference"), given.get("id"), given.get("code")
    return {
        "status": given.get("status") in STATUS_WORDS if isinstance(given.get("status"), str) else False,
        "reference": _is_named(reference) and (reference is not None or number is not None),
        "id": _is_named(number),
        "code": code is None or (isinstance(code, str) and CODE.fullmatch(code) is not None),
    }


def _is_named(value: object) -> bool:
    return value is None or (isinstance(value, str) and NAMED.fullmatch(value) is not None)
