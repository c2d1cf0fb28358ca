"""The blueprint of the children's pages, and what they share: the open record, or where it went."""

from typing import NoReturn

from flask import Blueprint, abort, flash, redirect, request, url_for

from tracker.services.pages.children import ChildPage, child_page
from tracker.services.pages.merges import where_it_went
from tracker.web.children.words import child_field_words, child_value_words, number_words
from tracker.web.filters import instant
from tracker.web.request import request_context, signed_in_viewer

bp = Blueprint("children", __name__)
for words_of in (child_field_words, child_value_words, number_words):
    bp.add_app_template_filter(words_of)


def opened(child_id: int) -> ChildPage:
    """The child, its opening recorded; the one it was merged into; 404 where there is none that this person may see."""
    page = child_page(request_context(), signed_in_viewer(), child_id)
    return page if page is not None else lead_on(child_id)


def lead_on(child_id: int) -> NoReturn:
    """An old link of a merged child leads to the child that stands for it, with a notice."""
    merge = where_it_went(signed_in_viewer(), child_id)
    if merge is None:
        abort(404)
    by = f" by {merge.merged_by}" if merge.merged_by else ""
    notice = f"Child {child_id} was merged into child {merge.kept_id} on {instant(merge.merged_at)}{by}."
    if request.method == "POST":
        notice += " Nothing of what you sent was kept."
    flash(notice, "notice")
    abort(redirect(url_for("children.show", child_id=merge.kept_id)))
