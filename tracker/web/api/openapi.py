"""The HTTP interface in OpenAPI 3.1, for programs and for whoever writes one. Tested against the real thing."""

from typing import Any

from tracker.core.report_terms import LineOutcome, ProblemCode
from tracker.services.push_report import READ_AT_MOST
from tracker.web.api.body import KEY, NAME, TYPES
from tracker.web.api.events import CODE, NAMED, STATUS_WORDS

Json = dict[str, Any]


def document() -> Json:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Return interviews: police reports",
            "version": "1.0.0",
            "description": "Push a force's daily missing report and ask what became of its lines. A token pushes the "
            "reports of one feed, or says what became of emails. No answer holds anything that stands in a line of a "
            "report.",
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": {
            "/reports": {"post": _RECEIVE},
            "/reports/{receipt_id}": {"get": _SHOW},
            "/mail-events": {"post": _MAIL_EVENT},
            "/openapi.json": {"get": _OPENAPI},
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Receipt": _RECEIPT,
                "LineProblem": _LINE_PROBLEM,
                "Problem": _PROBLEM,
                "MailEvent": _EVENT,
            },
        },
    }


def _is(*kinds: str, **more: object) -> Json:
    return {"type": list(kinds) if len(kinds) > 1 else kinds[0], **more}


_COUNT = _is("integer", minimum=0)
_INSTANT = _is("string", format="date-time")
_SECONDS = {"schema": _is("integer", minimum=1)}

_LINE_PROBLEM = _is(
    "object",
    description="Why a line waits for a person. Its number only: never what stands in it.",
    required=["line_no", "line_id", "code", "sentence", "fields"],
    additionalProperties=False,
    properties={
        "line_no": _is("integer", minimum=1, description="The row as a spreadsheet shows it; the header is 1."),
        "line_id": _is("integer", minimum=1),
        "code": _is("string"),
        "sentence": _is("string"),
        "fields": _is("array", items=_is("string")),
    },
)

_COUNTS = {
    str(outcome): _COUNT | {"description": f"Lines that ended as {outcome}. lines_read is the sum of all outcomes."}
    for outcome in LineOutcome
}

_RECEIPT_PROPERTIES = {
    "receipt_id": _is("integer", minimum=1),
    "file": _is("string"),
    "feed": _is("string"),
    "status": _is(
        "string",
        enum=["reading", "complete", "refused", "undoing", "undone"],
        description="`undone`: a person took the load back.",
    ),
    "sha256": _is("string", pattern="^[0-9a-f]{64}$"),
    "received_at": _INSTANT,
    "report_at": _INSTANT | {"description": "How old the report is: as it states, else when it was received."},
    "duplicate_of": _is("integer", "null", description="The first receipt of these very bytes by this feed."),
    "code": _is("string", "null", description=f"Why the file was refused, such as {ProblemCode.MISSING_COLUMN}."),
    "sentence": _is("string", "null"),
    "lines_read": _COUNT,
    **_COUNTS,
    "ignored_columns": _is("array", items=_is("string")),
    "problems": _is("array", items={"$ref": "#/components/schemas/LineProblem"}),
}

_RECEIPT = _is(
    "object",
    description="That a report arrived, and what became of every line so far.",
    required=list(_RECEIPT_PROPERTIES),
    additionalProperties=False,
    properties=_RECEIPT_PROPERTIES,
)

_PROBLEM = _is(
    "object",
    description="A problem document (RFC 9457).",
    required=["type", "title", "status", "code", "detail", "fields"],
    properties={
        "type": _is("string"),
        "title": _is("string"),
        "status": _is("integer", minimum=400, maximum=599),
        "code": _is("string", description="Stays the same; the sentence in `detail` may change."),
        "detail": _is("string"),
        "fields": _is("array", items=_is("string"), description="The headers concerned."),
    },
)


def _receipt(sentence: str, **headers: Json) -> Json:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Receipt"}}}
    return {"description": sentence, "content": content, "headers": headers}


def _problem(sentence: str, **headers: Json) -> Json:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": sentence, "content": content, "headers": headers}


_LOCATION: Json = {"Location": {"schema": _is("string"), "description": "Where to ask for the receipt."}}
_RETRY: Json = {"Retry-After": _SECONDS}
_FOR_ALL: Json = {
    "401": _problem("No token that opens anything.", **{"WWW-Authenticate": {"schema": _is("string")}}),
    "429": _problem("Too many requests with this token.", **_RETRY),
    "500": _problem("A fault of this service, logged under the reference given."),
    "503": _problem("Nothing can be stored at the moment. Send the same request again later.", **_RETRY),
}

_RECEIVE: Json = {
    "operationId": "pushReport",
    "summary": "Push a report",
    "description": "The body is the file itself. Its bytes are committed before anything is answered, so that any "
    "2xx means: it is here, and will be read. Without an answer, send it again under the same Idempotency-Key.",
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "description": "A new one for each report: a second try under it gives the same receipt.",
            "schema": _is("string", pattern=f"^{KEY.pattern}$"),
        },
        {
            "name": "X-Report-Filename",
            "in": "header",
            "description": "The file's own name, without folders; no child's name.",
            "schema": _is("string", pattern=f"^{NAME.pattern}$"),
        },
    ],
    "requestBody": {
        "required": True,
        "description": "CSV, JSON, one JSON object a line, XLSX or ODS. The content decides, not its type.",
        "content": {name: {"schema": {}} for name in TYPES},
    },
    "responses": {
        "200": _receipt("The receipt that an earlier try under this key was given.", **_LOCATION),
        "201": _receipt(
            "Received. `status` is `complete`, or `refused` where the file cannot be read at all; `problems` are the "
            "lines that wait for a person.",
            **_LOCATION,
        ),
        "202": _receipt(
            f"Received; more than {READ_AT_MOST:,} lines, so that it is still being read. Ask again.",
            **_LOCATION,
            **_RETRY,
        ),
        "400": _problem("A header cannot be used, or something stands in the address."),
        "403": _problem("The token's feed is not in force any more, or the token pushes no reports."),
        "413": _problem("Larger than this service takes."),
        "415": _problem("A form, or another type than those taken.", Accept={"schema": _is("string")}),
        "422": _problem("The key was used before for other bytes."),
        **_FOR_ALL,
    },
}

_SHOW: Json = {
    "operationId": "showReceipt",
    "summary": "What became of a report",
    "parameters": [
        {
            "name": "receipt_id",
            "in": "path",
            "required": True,
            "schema": _is("integer", minimum=0, maximum=2_147_483_647),
        }
    ],
    "responses": {
        "200": _receipt("The receipt."),
        "403": _problem("The token pushes no reports."),
        "404": _problem("No receipt of the token's feed."),
        **_FOR_ALL,
    },
}

_NAME_OR_NOTHING = _is("string", "null", pattern=f"^{NAMED.pattern}$")

_EVENT = _is(
    "object",
    description="What became of an email, in the words of GOV.UK Notify's delivery receipt. What else the object holds "
    "is not looked at.",
    required=["status"],
    anyOf=[
        {"required": ["reference"], "properties": {"reference": _is("string")}},
        {"required": ["id"], "properties": {"id": _is("string")}},
    ],
    properties={
        "reference": _NAME_OR_NOTHING | {"description": "Our Message-ID, with its angle brackets."},
        "id": _NAME_OR_NOTHING | {"description": "The carrier's own number, as it was answered when it was sent."},
        "status": _is("string", enum=list(STATUS_WORDS)),
        "code": _is("string", "null", pattern=f"^{CODE.pattern}$", description="Of RFC 3463, where one is known."),
    },
)

_MAIL_EVENT: Json = {
    "operationId": "sayWhatBecameOfAnEmail",
    "summary": "Say that an email arrived or came back",
    "description": "Needs a token for mail events. GOV.UK Notify's callback for delivery receipts can be pointed here.",
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/MailEvent"}}},
    },
    "responses": {
        "200": {
            "description": "Taken. `recorded`: it was new, and about a message of ours.",
            "content": {
                "application/json": {
                    "schema": _is(
                        "object",
                        required=["recorded"],
                        additionalProperties=False,
                        properties={"recorded": _is("boolean")},
                    )
                }
            },
        },
        "400": _problem("No JSON object, or something stands in the address."),
        "403": _problem("The token is for reports."),
        "413": _problem("Larger than any event."),
        "415": _problem("Another type than JSON.", Accept={"schema": _is("string")}),
        "422": _problem("A field is missing, or cannot be used."),
        **_FOR_ALL,
    },
}

_OPENAPI: Json = {
    "operationId": "showInterface",
    "summary": "This document",
    "security": [],
    "responses": {
        "200": {"description": "OpenAPI 3.1.", "content": {"application/json": {"schema": _is("object")}}},
        "500": _FOR_ALL["500"],
    },
}
