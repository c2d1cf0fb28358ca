"""What the views of the group's meetings share: the area, the meeting or child opened, and a form that is saved."""

from collections.abc import Callable

from flask import Blueprint, abort, flash
from flask.typing import ResponseReturnValue

from tracker.core.group_agenda import Why
from tracker.core.group_terms import AgendaReason
from tracker.services.errors import Conflict, Refused
from tracker.services.pages.group import group_meeting_page
from tracker.services.pages.group_item import item_page
from tracker.services.pages.group_shapes import GroupMeetingPage, ItemPage
from tracker.web.filters import day
from tracker.web.forms import Form
from tracker.web.records import RecordForm
from tracker.web.request import request_context, rules, signed_in_viewer

bp = Blueprint("group", __name__)

View = ResponseReturnValue


class ConfirmForm(RecordForm):
    """A button: nothing to fill in but the token, and the version that its page showed."""


def opened(meeting_id: int) -> GroupMeetingPage:
    """The meeting, its opening recorded; 404 where there is none."""
    return group_meeting_page(request_context(), signed_in_viewer(), meeting_id) or abort(404)


def opened_item(item_id: int) -> ItemPage:
    """One child of a meeting, its opening recorded; 404 where this person may not see the child here."""
    return item_page(request_context(), signed_in_viewer(), item_id) or abort(404)


def done_or_told(form: Form, does: Callable[[], None], done: str) -> None:
    """A button's act: done, or what stands in the way as a notice."""
    form.validate_on_submit()
    try:
        does()
    except Conflict:
        raise
    except Refused as refused:
        for problem in refused.problems:
            flash(problem.sentence, "notice")
    else:
        flash(done, "done")


@bp.app_template_global()
def why_words(why: Why) -> str:
    """One reason of an agenda as a sentence, such as `Three or more in 90 days since 3 November 2026`."""
    title = next((rule.title for rule in rules().repeat_rules if rule.name == why.rule), why.rule or "")
    on = day(why.on)
    sentences = {
        AgendaReason.NEW_FLAG: f"New repeat flag: {title.lower()}, raised {on}",
        AgendaReason.NOT_DECIDED: f"No decision yet on the repeat flag: {title.lower()}, raised {on}",
        AgendaReason.BROUGHT_BACK: f"To be brought back on {on}",
        AgendaReason.REVIEW_DUE: f"MARAMP due {on}",
        AgendaReason.ASKED_FOR: f"Asked for on {on}",
    }
    return sentences[why.reason]
