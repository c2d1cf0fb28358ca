"""What the interviews, the intelligence and the analysis say, and what the plan does about each: side by side."""

from itertools import groupby

from flask import render_template

from tracker.services.pages.maramps import said_page
from tracker.web.access import Permission, requires
from tracker.web.frequent.area import bp, lead_on
from tracker.web.records import ID
from tracker.web.request import request_context, signed_in_viewer


@bp.get(f"/frequent/<{ID}:child_id>/said")
@requires(Permission.SEE_FREQUENT)
def said(child_id: int) -> str:
    """Beside each thing that was said what answers it; gaps are marked in words."""
    page = said_page(request_context(), signed_in_viewer(), child_id) or lead_on(child_id)
    kinds = [(kind, list(rows)) for kind, rows in groupby(page.told, key=lambda row: row.said.kind)]
    return render_template("frequent/said.html", page=page, kinds=kinds)
