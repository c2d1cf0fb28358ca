"""Counts for a period, as councils are asked for them; the episodes or children behind each; CSV."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField
from wtforms.validators import InputRequired

from tracker.core.clock import Period
from tracker.core.period_counts import COUNTS, REST
from tracker.core.terms import Cohort
from tracker.services.errors import Refused
from tracker.services.pages import children as child_pages
from tracker.services.pages import episodes as episode_pages
from tracker.services.pages.counts import (
    counts_csv,
    counts_page,
    definition_of,
    ids_behind_count,
    in_words,
)
from tracker.web.access import Permission, requires
from tracker.web.forms import Form, add_problems
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


def _day(label: str, asked: str) -> Any:
    return DateField(label, [InputRequired(asked)], invalid_value_message="This is no date.")


class PeriodForm(Form):
    """Read from the address, which holds two days and nothing else."""

    class Meta:
        csrf = False

    first_day = DateField(
        "First day", [InputRequired("Enter the first day.")], invalid_value_message="This is no date."
    )
    last_day = DateField("Last day", [InputRequired("Enter the last day.")], invalid_value_message="This is no date.")


@bp.get("/month/counts")
@requires(Permission.SEE_MONTH)
def index() -> ResponseReturnValue:
    """The choices, and the counts of the period chosen."""
    form = PeriodForm(request.args)
    period = None
    if request.args.keys() & {"first_day", "last_day"} and form.validate():
        period = _between(form.first_day.data, form.last_day.data)
    context, viewer = request_context(), signed_in_viewer()
    try:
        page = counts_page(context, viewer, period)
    except Refused as refused:
        add_problems(form, refused)
        page = counts_page(context, viewer, None)
    return render_template(
        "counts/index.html", form=form, page=page, counts=COUNTS, rest=REST, names=NAMES,
        lists=may(Permission.SEE_EPISODES) and page.whole, cell_words=in_words, definition_of=definition_of,
    )  # fmt: skip


@bp.get("/month/counts/behind")
@requires(Permission.SEE_EPISODES)
def behind() -> ResponseReturnValue:
    """The episodes, or the children, behind one count."""
    period, name, cohort = _period_or_404(), request.args.get("count", ""), request.args.get("cohort", Cohort.ALL)
    if cohort not in set(Cohort):
        abort(404)
    context, viewer = request_context(), signed_in_viewer()
    try:
        ids = ids_behind_count(context, viewer, period, name, Cohort(cohort))
    except Refused:
        abort(404)
    if ids is None:
        abort(404)
    back = url_for("counts.index", first_day=period.start_on, last_day=period.last_day)
    shown = {"period": period, "title": NAMES[name], "cohort": Cohort(cohort), "behind": len(ids),
             "back_address": back, "page_address": page_address}  # fmt: skip
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
    period = _period_or_404()
    try:
        text = counts_csv(request_context(), signed_in_viewer(), period)
    except Refused:
        abort(404)
    answer = Response("\ufeff" + text, mimetype="text/csv")
    name = f"missing-children-{period.start_on}-to-{period.last_day}.csv"
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer


def _period_or_404() -> Period:
    form = PeriodForm(request.args)
    return _between(form.first_day.data, form.last_day.data) if form.validate() else abort(404)


def _between(first_day: date, last_day: date) -> Period:
    """Both ends count. Years that no calendar here reaches are no period."""
    if not (1990 <= first_day.year <= 2199 and 1990 <= last_day.year <= 2199):
        abort(404)
    return Period(first_day, last_day + timedelta(days=1))
