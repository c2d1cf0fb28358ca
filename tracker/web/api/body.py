"""What a program sends: the file itself as the body, its name and key in headers. Nothing in the address."""

import re

from flask import Response, request

from tracker.web.api.problems import problem

TYPES = {
    "text/csv": ".csv",
    "application/json": ".json",
    "application/x-ndjson": ".ndjson",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/octet-stream": "",
}
"""Content types taken, and the suffix that each suggests. The content decides how the file is read."""

KEY = re.compile(r"[\x21-\x7e]{1,255}")
NAME = re.compile(r"(?=.*[A-Za-z0-9])[A-Za-z0-9_(][A-Za-z0-9 ._()+,-]{0,199}")


def header_problem() -> Response | None:
    """Why the request cannot be taken, judged before its body is read; None where it can."""
    if request.query_string:
        sentence = "Nothing may stand in the address after a question mark: send the report as the body."
        return problem(400, "query_not_taken", sentence)
    if request.mimetype and request.mimetype not in TYPES:
        sentence = f"Send the file itself as the body, not a form, with one of these types: {', '.join(TYPES)}."
        return problem(415, "wrong_content_type", sentence, ("Content-Type",), {"Accept": ", ".join(TYPES)})
    key = request.headers.get("Idempotency-Key")
    if key is not None and not KEY.fullmatch(key):
        sentence = "An Idempotency-Key is 1 to 255 visible ASCII characters, without spaces."
        return problem(400, "bad_idempotency_key", sentence, ("Idempotency-Key",))
    name = request.headers.get("X-Report-Filename")
    if name is not None and not NAME.fullmatch(name):
        sentence = "X-Report-Filename is a plain name of 1 to 200 letters, digits, spaces and ._-()+, without folders."
        return problem(400, "bad_filename", sentence, ("X-Report-Filename",))
    return None


def filename_of(content: bytes) -> str:
    """The name given, else one with the suffix that the content type suggests, unless the content says otherwise."""
    given = request.headers.get("X-Report-Filename")
    if given is not None:
        return given
    suffix = TYPES.get(request.mimetype, "")
    return "report" + (suffix if suffix in _suffixes_that_fit(content) else "")


def _suffixes_that_fit(content: bytes) -> tuple[str, ...]:
    if content.startswith(b"PK\x03\x04"):
        return ".xlsx", ".ods"
    begins_as_json = content[:200].lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"[", b"{"))
    return (".json", ".ndjson") if begins_as_json else (".csv",)
