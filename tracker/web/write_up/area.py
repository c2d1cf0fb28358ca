"""The blueprint of the write-up, and what its views share."""

from flask import Blueprint, abort, flash, redirect, url_for
from werkzeug.wrappers import Response

from tracker.core.form_answers import label_of, shown
from tracker.services.pages.write_ups import WriteUpAct, WriteUpPage, write_up_page
from tracker.web.request import request_context, signed_in_viewer

bp = Blueprint("write_up", __name__)
bp.add_app_template_global(shown, "answer_words")
bp.add_app_template_global(label_of, "field_label")

__all__ = ["bp", "opened", "refuse_act"]


def opened(interview_id: int, part: str | None = None) -> WriteUpPage:
    """The write-up, its opening recorded; 404 where there is none that this person may see."""
    return write_up_page(request_context(), signed_in_viewer(), interview_id, part=part) or abort(404)


def refuse_act(page: WriteUpPage, act: WriteUpAct, otherwise: str) -> Response | None:
    """A way back with a notice where the person cannot do this as things stand; None where they can."""
    if act in page.may:
        return None
    shut = page.shut if act is WriteUpAct.WRITE else None
    flash(shut.sentence if shut else otherwise, "notice")
    return redirect(url_for("write_up.index", interview_id=page.interview_id))
