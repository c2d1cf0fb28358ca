"""What a webhook is told: JSON signed by the Standard Webhooks way, or a card for Microsoft Teams. Nothing of a child.

https://www.standardwebhooks.com: the signature is an HMAC-SHA256 over `id.timestamp.body`, so that a receiver knows who
wrote, that nothing was changed, and when; the id is the same at every try, so that it can leave out a repeat.
"""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from tracker.core.addresses import Network
from tracker.core.clock import show_instant
from tracker.core.mail import Email, Matter

_PREFIX = "whsec_"
_SHORTEST_KEY, _LONGEST_KEY = 24, 64


@dataclass(frozen=True)
class Webhook:
    """One receiver. `url` may hold a secret, as Teams' does: only the host is ever shown."""

    name: str
    kind: Literal["json", "teams"]
    url: str = field(repr=False)
    secret: str = field(default="", repr=False)
    secret_file: str = ""
    ca_file: str = ""
    timeout_seconds: float = 10
    allow_private_addresses: tuple[Network, ...] = ()

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""


def signing_key(secret: str) -> bytes:
    """The key in a secret, `whsec_` and base64 of 24 to 64 bytes. Raises ValueError with a sentence."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not _SHORTEST_KEY <= len(key) <= _LONGEST_KEY:
        raise ValueError("the secret of a webhook is whsec_ and base64 of 24 to 64 random bytes")
    return key


def webhook_id(message_id: str) -> str:
    """The message's own, without the dots that the signature is joined by: the same at every try."""
    return "msg_" + message_id.strip("<>").partition("@")[0].replace(".", "-")


def signed_headers(key: bytes, id_: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of the standard. `at`: this try, which the receiver compares with its own clock."""
    stamp = str(int(at.timestamp()))
    digest = hmac.new(key, f"{id_}.{stamp}.".encode() + body, hashlib.sha256).digest()
    signature = "v1," + base64.b64encode(digest).decode()
    return {"webhook-id": id_, "webhook-timestamp": stamp, "webhook-signature": signature}


def json_body(email: Email) -> bytes:
    """`data` is all that is told: what a person would read in the email's subject, and where to go."""
    matter = email.matter or Matter("")
    document = {
        "type": "alert.raised" if matter.reference else "message",
        "timestamp": email.written_at.isoformat(),
        "data": {
            "title": email.subject,
            "reference": matter.reference,
            "step": matter.step,
            "due_at": matter.due_at.isoformat() if matter.due_at else None,
            "link": matter.link,
        },
    }
    return _as_bytes(document)


def teams_body(email: Email) -> bytes:
    """A message with one adaptive card, as a Teams workflow "when a webhook request is received" takes it."""
    matter = email.matter or Matter("")
    facts = [
        {"title": title, "value": value}
        for title, value in (
            ("Reference", matter.reference),
            ("Due", show_instant(matter.due_at, always_zone=True) if matter.due_at else None),
        )
        if value
    ]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            {"type": "TextBlock", "text": email.subject, "weight": "Bolder", "wrap": True},
            *([{"type": "FactSet", "facts": facts}] if facts else []),
        ],
        "actions": [{"type": "Action.OpenUrl", "title": "Open (sign in)", "url": matter.link}],
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return _as_bytes({"type": "message", "attachments": [attachment]})


def _as_bytes(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
