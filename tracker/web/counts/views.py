"""Counts for a period, as councils are asked for them; the episodes or children behind each; CSV."""

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.core.period_counts import COUNTS, REST
from tracker.core.tables import BYTE_ORDER_MARK
from tracker.services.errors import Refused
from tracker.services.pages import children as child_pages
from tracker.services.pages import episodes as episode_pages
from tracker.services.pages.counts import counts_csv, counts_page, definition_of, ids_behind_count
from tracker.web.access import Permission, requires
from tracker.web.forms import add_problems
from tracker.web.periods.asked import PeriodForm, cohort_or_404, days, is_asked, period_or_404
from tracker.web.periods.views import sent
from tracker.web.records import page_address, page_number
from tracker.web.request import may, request_context, signed_in_viewer

bp = Blueprint("counts", __name__)

NAMES = {
    "children": "Children missing",
    "episodes": "Episodes",
    "required": "Interviews required",
    "offered": "Offered",
    "accepted": "Accepted",
    "declined": "Declined",
    "completed": "Held",
    "completed_in_72h": "Held within 72 hours",
    "not_required_late": "Not required, approved late",
    "overdue": "Overdue",
    "not_yet_due": "Not yet due",
    "offered_implied": "Offered, known from a later step",
    "accepted_implied": "Accepted, known from a later step",
}


@bp.get("/month/counts")
@requires(Permission.SEE_MONTH)
def index() -> ResponseReturnValue:
    """The choices, and the counts of the period chosen."""
    form, context = PeriodForm(request.args), request_context()
    period = form.period if is_asked() and form.validate() else None
    try:
        page = counts_page(context, period)
    except Refused as refused:
        add_problems(form, refused)
        page = counts_page(context, None)
    return render_template(
        "counts/index.html", form=form, page=page, counts=COUNTS, rest=REST, names=NAMES,
        lists=may(Permission.SEE_EPISODES), definition_of=definition_of,
    )  # fmt: skip


@bp.get("/month/counts/behind")
@requires(Permission.SEE_EPISODES)
def behind() -> ResponseReturnValue:
    """The episodes, or the children, behind one count."""
    period, name, cohort = period_or_404(), request.args.get("count", ""), cohort_or_404()
    context, viewer = request_context(), signed_in_viewer()
    try:
        ids = ids_behind_count(context, period, name, cohort)
    except Refused:
        abort(404)
    if ids is None:
        abort(404)
    shown = {"period": period, "title": NAMES[name], "cohort": cohort, "behind": len(ids),
             "back_address": url_for("counts.index", **days(period)), "page_address": page_address}  # fmt: skip
    if name == "children":
        children = child_pages.child_list(context, viewer, ids, page_number())
        return render_template("counts/children.html", found=children, **shown)
    filters = episode_pages.EpisodeFilters(ids=tuple(ids))
    episodes = episode_pages.episode_list(context, viewer, filters, page_number())
    return render_template("counts/episodes.html", found=episodes, **shown)


@bp.get("/month/counts.csv")
@requires(Permission.EXPORT_MONTH)
def as_csv() -> ResponseReturnValue:
    """The table as CSV."""
    period = period_or_404()
    try:
        text = counts_csv(request_context(), period)
    except Refused:
        abort(404)
    name = f"missing-children-{period.start_on}-to-{period.last_day}.csv"
    return sent((BYTE_ORDER_MARK + text).encode(), "text/csv", name)
