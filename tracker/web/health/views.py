"""For machines: `/healthz` (this process), `/readyz` (its database; the engine's state in the body), `/metrics`."""

from typing import Any

from flask import Blueprint

from tracker.web.access import public

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def healthz() -> dict[str, Any]:
    """The process answers."""
    return {"status": "ok"}
