"""Version 1 of the HTTP interface: push a report, ask for its receipt; say what became of an email.

docs/operations.md tells how to use it.
"""

from flask import Blueprint, Response, jsonify, request, url_for

from tracker.services.api_tokens import MAIL_EVENTS, REPORTS
from tracker.services.push_report import KeyReused, Pushed, UnavailableError, answering, push_report, pushed_receipt
from tracker.services.record_mail_events import record_mail_event
from tracker.web.access import public, token_holder
from tracker.web.api.auth import holder, holder_key, token_context
from tracker.web.api.body import filename_of, header_problem
from tracker.web.api.events import event_of_request
from tracker.web.api.openapi import document
from tracker.web.api.problems import problem, unavailable, wrong_token
from tracker.web.records import ID
from tracker.web.request import feeds, settings
from tracker.web.security import csrf, limiter

bp = Blueprint("api", __name__, url_prefix="/api/v1")
csrf.exempt(bp)  # a token in a header is sent by no browser unasked

EVENTS_FOR_A_REPORT = 50
"""How much oftener than a report an event may come: a morning's digests are all answered for at once."""


def _rate() -> str:
    return f"{settings().limits.api_per_minute} per minute"


def _rate_of_events() -> str:
    return f"{settings().limits.api_per_minute * EVENTS_FOR_A_REPORT} per minute"


@bp.post("/reports")
@limiter.limit(_rate, key_func=holder_key)
@token_holder
def receive() -> Response:
    """Take a report: its bytes are committed before anything is answered."""
    if holder().purpose != REPORTS:
        return wrong_token("This token says what became of emails. It pushes no report.")
    if wrong := header_problem():
        return wrong
    feed = feeds().get(holder().feed)
    if feed is None:
        return problem(403, "feed_not_in_force", "The feed of this token is not in force any more. Nothing was kept.")
    limits = settings().limits
    request.max_content_length = limits.upload_bytes
    content = request.get_data(cache=False)
    try:
        key = request.headers.get("Idempotency-Key")
        pushed = push_report(
            token_context(), holder(), content=content, filename=filename_of(content), feed=feed, key=key, limits=limits
        )
    except KeyReused as refused:
        first = refused.problems[0]
        return problem(422, first.code, first.sentence, first.fields)
    except UnavailableError:
        return unavailable()
    return _taken(pushed)


def _taken(pushed: Pushed) -> Response:
    """The receipt, and where to ask for it again; while the report is being read, when."""
    reading = pushed.document["status"] == "reading"
    response = jsonify(pushed.document)
    response.status_code = 202 if reading else 200 if pushed.is_repeat else 201
    response.headers["Location"] = url_for("api.show", receipt_id=pushed.document["receipt_id"])
    if reading:
        response.headers["Retry-After"] = "30"
    return response


@bp.get(f"/reports/<{ID}:receipt_id>")
@limiter.limit(_rate, key_func=holder_key)
@token_holder
def show(receipt_id: int) -> Response:
    """The receipt of a report of the token's feed, to be asked for until it is read."""
    if holder().purpose != REPORTS:
        return wrong_token("This token says what became of emails. It has no receipts.")
    try:
        found = pushed_receipt(holder(), receipt_id)
    except UnavailableError:
        return unavailable()
    if found is None:
        return problem(404, "no_such_receipt", "There is no such receipt of this token's feed.")
    return jsonify(found)


@bp.post("/mail-events")
@limiter.limit(_rate_of_events, key_func=holder_key)
@token_holder
def mail_events() -> Response:
    """What a carrier says of an email: GOV.UK Notify's delivery receipt, or the same of another."""
    if holder().purpose != MAIL_EVENTS:
        return wrong_token("This token pushes reports. It says nothing of emails.")
    event = event_of_request()
    if isinstance(event, Response):
        return event
    try:
        with answering():
            recorded = record_mail_event(token_context(), **event)
    except UnavailableError:
        return unavailable()
    return jsonify({"recorded": recorded})


@bp.get("/openapi.json")
@public
def openapi() -> Response:
    """What this interface takes and answers."""
    return jsonify(document())
