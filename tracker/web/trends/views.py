"""Run charts of the months; places where children go missing from and are found, with a map of tiles; files of them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from flask import Blueprint, Response, abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.bootstrap import wiring
from tracker.core.clock import Period, local_date
from tracker.core.tables import BYTE_ORDER_MARK, Table, csv_text
from tracker.services.errors import Refused
from tracker.services.pages import episodes as episode_pages
from tracker.services.pages.episode_rows import record_list
from tracker.services.pages.hotspots import (
    TITLES,
    Hotspots,
    Where,
    hotspots,
    ids_behind_place,
    places_document,
    places_file,
    places_map,
)
from tracker.services.pages.trends import trends
from tracker.web.access import Permission, requires
from tracker.web.filters import day
from tracker.web.forms import add_problems
from tracker.web.periods.asked import PeriodForm, cohort_or_404, days, is_asked, period_or_404
from tracker.web.periods.views import sent
from tracker.web.records import page_address, page_number
from tracker.web.request import may, now, request_context, settings, signed_in_viewer

bp = Blueprint("trends", __name__)

YEAR = timedelta(days=365)


@bp.get("/month/trends")
@requires(Permission.SEE_MONTH)
def index() -> ResponseReturnValue:
    """Every run chart, in words first."""
    context, cohort = request_context(), cohort_or_404()
    record_list(context, "trends", {"cohort": str(cohort)})
    return render_template(
        "trends/index.html", charts=trends(context, cohort), cohort=cohort, lists=may(Permission.SEE_EPISODES)
    )


@bp.get("/month/trends/charts/<name>.svg")
@requires(Permission.SEE_MONTH)
def chart(name: str) -> ResponseReturnValue:
    """One run chart as a picture; its page shows the same as a table and in words."""
    found = next((one for one in trends(request_context(), cohort_or_404()) if one.name == name), None)
    if found is None:
        abort(404)
    return _picture(wiring(current_app).charts.svg("run", found.rows))


@bp.get("/month/trends/places")
@requires(Permission.SEE_MONTH)
def places() -> ResponseReturnValue:
    """Districts and places of the days asked for; of the last year where none are."""
    form = PeriodForm(request.args)
    period = form.period if is_asked() and form.validate() else _last_year()
    try:
        found = _hotspots(period)
    except Refused as refused:
        add_problems(form, refused)
        found = _hotspots(_last_year())
    if not is_asked():
        form.first_day.data, form.last_day.data = period.start_on, period.last_day
    return render_template(
        "trends/places.html", form=form, found=found, titles=TITLES, Where=Where, days=days,
        lists=may(Permission.SEE_EPISODES), threshold=settings().disclosure.threshold,
    )  # fmt: skip


@bp.get("/month/trends/map.svg")
@requires(Permission.SEE_MONTH)
def tile_map() -> ResponseReturnValue:
    """The districts as tiles."""
    try:
        rows = places_map(request_context(), period_or_404(), settings().districts)
    except Refused:
        abort(404)
    return _picture(wiring(current_app).charts.svg("tiles", rows))


@bp.get("/month/trends/places/behind")
@requires(Permission.SEE_EPISODES)
def behind() -> ResponseReturnValue:
    """The episodes of one place or district."""
    period, where = period_or_404(), request.args.get("of", "")
    if where not in set(Where):
        abort(404)
    context, viewer = request_context(), signed_in_viewer()
    try:
        place = ids_behind_place(context, period, settings().districts, Where(where), request.args.get("place", ""))
    except Refused:
        abort(404)
    if place is None:
        abort(404)
    filters = episode_pages.EpisodeFilters(ids=place.episode_ids)
    found = episode_pages.episode_list(context, viewer, filters, page_number())
    return render_template(
        "periods/behind.html", found=found, what="episode", behind=len(place.episode_ids), cohort="all",
        name=f"{day(period.start_on)} to {day(period.last_day)}", title=place.text or "Not known",
        back_address=url_for("trends.places", **days(period)), page_address=page_address,
    )  # fmt: skip


@bp.get("/month/trends/places.csv")
@requires(Permission.EXPORT_MONTH)
def as_csv() -> ResponseReturnValue:
    """Districts and places without small numbers, as CSV."""
    period = period_or_404()
    try:
        table = places_file(request_context(), period, settings().districts, settings().disclosure.threshold)
    except Refused:
        abort(404)
    return sent((BYTE_ORDER_MARK + csv_text(table)).encode(), "text/csv", f"{_file_name(period)}.csv")


@bp.get("/month/trends/places.pdf")
@requires(Permission.EXPORT_MONTH)
def as_pdf() -> ResponseReturnValue:
    """The same as PDF, with the map."""
    period, threshold, context = period_or_404(), settings().disclosure.threshold, request_context()
    try:
        table, rows = places_document(context, period, settings().districts, threshold)
    except Refused:
        abort(404)
    values = _printed(table, rows, period)
    made = wiring(current_app).typesetter.pdf("places", values, context.now)
    return sent(made, "application/pdf", f"{_file_name(period)}.pdf")


def _printed(table: Table, rows: Sequence[Mapping[str, object]], period: Period) -> dict[str, object]:
    """The plain values that templates/reports/places.typ sets."""
    return {
        "title": table.title,
        "subtitle": f"{settings().council.name}. {day(period.start_on)} to {day(period.last_day)}.",
        "mark": f"Made {day(now())}. For partners of the operational group; not for publication.",
        "threshold": settings().disclosure.threshold,
        "map": wiring(current_app).charts.svg("tiles", rows) if rows else "",
        "map_words": "; ".join(f"{row['name']} {row['text']}" for row in rows),
        "tables": [
            {"title": title, "rows": [[str(cell) for cell in row[3:]] for row in table.rows if row[2] == title]}
            for title in TITLES.values()
        ],
    }


def _hotspots(period: Period) -> Hotspots:
    given = settings()
    return hotspots(request_context(), signed_in_viewer(), period, given.districts, given.disclosure.threshold)


def _last_year() -> Period:
    tomorrow = local_date(now()) + timedelta(days=1)
    return Period(tomorrow - YEAR, tomorrow)


def _picture(svg: str) -> Response:
    answer = Response(svg, mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = "private, max-age=60"
    return answer


def _file_name(period: Period) -> str:
    return f"places-{period.start_on}-to-{period.last_day}"
