"""The council's own lists of looked-after children: what is in use, a new one, and whom a CHILD id means."""

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.core.extract_rows import ExtractKind
from tracker.core.ssda903 import collection_year, year_name
from tracker.services import import_extract as service
from tracker.services.errors import Conflict, Refused
from tracker.services.pages import extracts as pages
from tracker.web.access import Permission, requires
from tracker.web.forms import add_problems
from tracker.web.records import ID
from tracker.web.request import request_context, settings
from tracker.web.returns.forms import ANOTHER, NOBODY, CodeForm, ImportForm, SettleForm
from tracker.web.returns.views import bp, year_asked, year_choices
from tracker.web.returns.wording import HOW, KIND_HINTS, KINDS

__all__ = ["bp"]

SUFFIXES = (".csv", ".xlsx", ".ods", ".json")
"""Of a list that is had again: its name is ours, for what somebody called a file may name a child."""


@bp.route("/lists", methods=["GET", "POST"])
@requires(Permission.EXPORT_RETURNS)
def lists() -> ResponseReturnValue:
    """The lists in use for a year, how their children were found, and who is to be settled; or one CHILD id sent."""
    year = year_asked()
    form = CodeForm()
    if form.validate_on_submit():
        link_id = pages.link_of(year, form.code.data)
        if link_id is not None:
            return redirect(url_for("returns.settle", link_id=link_id, year=year))
        form.code.errors = ["This CHILD id is not in the Header of this year."]
    page = pages.extracts_page(request_context(), year)
    return render_template(
        "returns/lists.html", form=form, page=page, chosen=year, years=year_choices(), kinds=KINDS, how=HOW
    )


@bp.route("/lists/new", methods=["GET", "POST"])
@requires(Permission.EXPORT_RETURNS)
def import_list() -> ResponseReturnValue:
    """Import a list; with anything wrong in it nothing of it is used, and every line is named."""
    form = ImportForm()
    form.year.choices = [(str(year), name) for year, name in year_choices()]
    found = None
    if form.validate_on_submit():
        try:
            found = service.import_extract(
                request_context(), content=form.file.data.read(), filename=form.file.data.filename or "list",
                kind=ExtractKind(form.kind.data), year=int(form.year.data), limits=settings().limits,
            )  # fmt: skip
        except Refused as refused:
            add_problems(form, refused)
        if found and not found.problems:
            flash("The list is in use.", "done")
            return redirect(url_for("returns.lists", year=form.year.data))
    return render_template(
        "returns/import.html", form=form, found=found, hints={str(k): v for k, v in KIND_HINTS.items()}
    )


@bp.get("/lists/received")
@requires(Permission.EXPORT_RETURNS)
def list_received() -> ResponseReturnValue:
    """The list in use as it was received."""
    kind = request.args.get("kind", "")
    if kind not in set(ExtractKind):
        abort(404)
    year = year_asked()
    found = pages.list_as_received(request_context(), year, ExtractKind(kind)) or abort(404)
    answer = Response(found.content, mimetype="application/octet-stream")
    suffix = next((one for one in SUFFIXES if found.filename.lower().endswith(one)), "")
    name = f"{kind}-{year_name(collection_year(year))}{suffix}"
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer


@bp.post("/lists/match")
@requires(Permission.EXPORT_RETURNS)
def match_again() -> ResponseReturnValue:
    """Look again for the children of the list, for those who came to be held here since."""
    year = year_asked()
    service.match_again(request_context(), year=year)
    flash("The children of the list were looked for again.", "done")
    return redirect(url_for("returns.lists", year=year))


@bp.route(f"/lists/settle/<{ID}:link_id>", methods=["GET", "POST"])
@requires(Permission.EXPORT_RETURNS)
def settle(link_id: int) -> ResponseReturnValue:
    """Say whom a CHILD id means; it stands for later lists too."""
    year = year_asked()
    question = pages.question_of(request_context(), year, link_id) or abort(404)
    form = SettleForm(data={"version": question.version})
    form.choice.choices = [
        *((str(one.child_id), f"{one.name}, record {one.child_id}") for one in question.may_be),
        (ANOTHER, "Another child held here"), (NOBODY, "Nobody held here"),
    ]  # fmt: skip
    if form.validate_on_submit() and _is_settled(form, link_id):
        flash("It is settled, for later lists too.", "done")
        return redirect(url_for("returns.lists", year=year))
    return render_template("returns/settle.html", form=form, question=question, year=year)


def _is_settled(form: SettleForm, link_id: int) -> bool:
    if form.choice.data == ANOTHER and not form.number.data:
        form.number.errors = ["Write the number of the child’s record."]
        return False
    try:
        service.settle_link(request_context(), link_id=link_id, version=form.shown_version(), child_id=form.chosen_id)
    except Conflict:
        raise
    except Refused as refused:
        add_problems(form, refused)
        return False
    return True
