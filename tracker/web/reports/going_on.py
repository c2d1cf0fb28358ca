"""A long report, or the undoing of a large load, goes on behind the page that began it, in a thread of this process.

Nothing depends on it: the database says where to go on, two that go on at once never do the same line twice, and what a
restart cuts short the scheduler takes up.
"""

import logging
import threading

from flask import Flask, current_app

from tracker.bootstrap import wiring
from tracker.core.feed import Feed
from tracker.services.context import Context
from tracker.services.pages.receipts import progress
from tracker.services.receive_report import resume_reading
from tracker.services.undo_load import resume_undoing
from tracker.web.request import feeds_to_replay_by, request_context, signed_in_viewer

logger = logging.getLogger("tracker.web")

_turn = threading.Lock()
"""One after the other: two readers would only wait for one another."""


def go_on_behind(receipt_id: int) -> threading.Thread | None:
    """Start going on with whatever is unfinished, if this receipt is; the thread, for whoever wants to wait."""
    found = progress(signed_in_viewer(), receipt_id)
    if found is None or found.status not in ("reading", "undoing"):
        return None
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    thread = threading.Thread(target=_go_on, args=(app, request_context(), feeds_to_replay_by()), daemon=True)
    thread.start()
    return thread


def _go_on(app: Flask, context: Context, known: dict[str, Feed]) -> None:
    with _turn, app.app_context():
        try:
            settings = wiring(app).settings
            resume_reading(context, settings.feeds, settings.limits)
            resume_undoing(context, known)
        except Exception as error:  # noqa: BLE001 (logged; the scheduler goes on, and the receipt says how far it is)
            logger.error("a report could not be read on behind: %s", type(error).__name__)  # noqa: TRY400
