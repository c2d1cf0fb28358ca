"""The newest report beside what we hold: the lists behind the figures; and what other pages say of both."""

from flask import Blueprint, abort, render_template

from tracker.services.pages import expected_reports as expected
from tracker.services.pages import reconciliation as pages
from tracker.services.pages.expected_reports import ExpectedReport
from tracker.services.pages.reconciliation import Comparison
from tracker.web.access import Permission, requires
from tracker.web.records import ID
from tracker.web.request import feeds, request_context, signed_in_viewer

bp = Blueprint("comparison", __name__, url_prefix="/reports")


@bp.get(f"/<{ID}:receipt_id>/open")
@requires(Permission.SEE_REPORTS)
def show(receipt_id: int) -> str:
    """Which children only one side says are missing."""
    page = pages.comparison_page(request_context(), signed_in_viewer(), feeds(), receipt_id) or abort(404)
    return render_template("comparison/show.html", page=page)


@bp.app_template_global()
def expected_reports() -> tuple[ExpectedReport, ...]:
    """Every feed whose report is expected by a time, and how it stands: for Today, Reports and Tokens."""
    return expected.expected_reports(request_context(), feeds())


@bp.app_template_global()
def comparisons() -> tuple[Comparison, ...]:
    """Of every feed, the newest report against what we hold: for the page Reports."""
    return pages.comparisons(feeds())


@bp.app_template_global()
def comparison_of(receipt_id: int) -> Comparison | None:
    """That of one receipt, if it is its feed's newest report."""
    return pages.comparison_of(feeds(), receipt_id)
