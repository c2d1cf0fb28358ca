"""The blueprint of the workspace, and what its views share: saving, and where an old link of a merged child leads."""

from typing import NoReturn

from flask import Blueprint, abort, flash, redirect, request, url_for

from tracker.services.pages.frequent_child import stands_for
from tracker.services.pages.frequent_interviews import checks_of
from tracker.services.pages.maramp_shapes import MarampPage
from tracker.services.pages.maramps import maramp_page
from tracker.web.frequent.plan_form import impact_words, likelihood_words
from tracker.web.frequent.wording import changes_in_words
from tracker.web.request import request_context, signed_in_viewer

bp = Blueprint("frequent", __name__)
bp.add_app_template_global(changes_in_words, "in_words")
bp.add_app_template_global(checks_of, "quality_checks")
bp.add_app_template_filter(likelihood_words)
bp.add_app_template_filter(impact_words)


def from_meeting() -> int | None:
    """`?item=`: the child's page of a meeting from which the workspace was opened; it leads back there."""
    given = request.args.get("item", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else None


bp.add_app_template_global(from_meeting)


def lead_on(child_id: int) -> NoReturn:
    """An old link of a merged child leads to the child that stands for it; 404 where there is none to be seen."""
    standing = stands_for(request_context(), signed_in_viewer(), child_id)
    if standing is None:
        abort(404)
    flash(f"Child {child_id} was merged into child {standing}.", "notice")
    abort(redirect(url_for("frequent.show", child_id=standing)))


def opened(maramp_id: int, part: str = "maramp") -> MarampPage:
    """The MARAMP, its opening recorded; 404 where there is none that this person may see."""
    return maramp_page(request_context(), signed_in_viewer(), maramp_id, part) or abort(404)
