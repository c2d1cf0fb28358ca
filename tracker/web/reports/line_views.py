"""One line of a report that waits: correct and replay it, say whom or what it is about, or dismiss it."""

from collections.abc import Callable

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.core.report_terms import LineOutcome
from tracker.services import resolve_line
from tracker.services.errors import Conflict, Refused
from tracker.services.pages import reports as pages
from tracker.services.pages.match_views import named_beside_line
from tracker.services.pages.report_shapes import LinePage
from tracker.services.undo_match import undo_match
from tracker.web.access import Permission, requires
from tracker.web.forms import add_problems
from tracker.web.records import ID, keep_typed, typed_before
from tracker.web.reports.forms import ChooseForm, DismissForm, LineForm, OtherChildForm
from tracker.web.reports.views import bp
from tracker.web.request import feeds_to_replay_by, request_context, signed_in_viewer

STILL_WAITS = "The line was read again. It still has a problem: see below."
SETTLED = "The line is settled."
UNDONE = "Undone: the line waits for a decision again."


@bp.get(f"/lines/<{ID}:line_id>")
@requires(Permission.SEE_REPORTS)
def line(line_id: int) -> str:
    """The line as it came, what is wrong with it, and what may be done."""
    return _show(_page(line_id))


@bp.post(f"/lines/<{ID}:line_id>/correct")
@requires(Permission.RESOLVE_LINES)
def correct(line_id: int) -> ResponseReturnValue:
    """Read the line again with the cells as typed; what was received stays beside it."""
    page = _page(line_id)
    form = LineForm()

    def act() -> LineOutcome:
        typed = {cell.column: request.form.get(f"cell-{place}", cell.text) for place, cell in enumerate(page.cells)}
        changed = {cell.column: typed[cell.column] for cell in page.cells if typed[cell.column] != cell.text}
        g.typed = list(changed.items())  # under the columns' own names, should somebody else have been first
        return resolve_line.correct_and_replay(
            request_context(), line_id=line_id, version=form.shown_version, cells=changed, feeds=feeds_to_replay_by()
        )

    return _done(form, act, line_id) or _show(page, correcting=form)


@bp.post(f"/lines/<{ID}:line_id>/dismiss")
@requires(Permission.RESOLVE_LINES)
def dismiss(line_id: int) -> ResponseReturnValue:
    """The line is to do nothing, with a reason."""
    form = DismissForm()

    def act() -> None:
        reason = form.reason.data
        resolve_line.dismiss(request_context(), line_id=line_id, version=form.shown_version, reason=reason)

    return _done(form, act, line_id) or _show(_page(line_id), dismissing=form)


@bp.post(f"/lines/<{ID}:line_id>/choose")
@requires(Permission.RESOLVE_LINES)
def choose(line_id: int) -> ResponseReturnValue:
    """Which child, or which episode, the line is about."""
    page = _page(line_id)
    form = ChooseForm()

    def act() -> LineOutcome:
        version, known = form.shown_version, feeds_to_replay_by()
        if page.episodes:
            return resolve_line.decide_same_episode(
                request_context(), line_id=line_id, version=version, episode_id=form.chosen_id, feeds=known
            )
        return resolve_line.decide_match(
            request_context(), line_id=line_id, version=version, child_id=form.chosen_id, feeds=known
        )

    if not form.choice.data:
        form.form_errors.append("Choose one.")
        return _show(page, sent=form)
    return _done(form, act, line_id) or _show(_page(line_id), sent=form)


@bp.post(f"/lines/<{ID}:line_id>/undo")
@requires(Permission.RESOLVE_LINES)
def undo_choice(line_id: int) -> ResponseReturnValue:
    """Take back what was decided of whose the line is: it waits again."""
    page, form = _page(line_id), LineForm()

    def act() -> LineOutcome:
        undo_match(request_context(), line_id=line_id, version=form.shown_version, feeds=feeds_to_replay_by())
        return LineOutcome.QUARANTINED

    return _done(form, act, line_id, UNDONE) or _show(page, sent=form)


@bp.route(f"/lines/<{ID}:line_id>/child", methods=["GET", "POST"])
@requires(Permission.RESOLVE_LINES)
def other_child(line_id: int) -> ResponseReturnValue:
    """A child held who is not among those offered: by name, each beside what the line says."""
    form, page = OtherChildForm(), _page(line_id)
    if not page.asks_which_child:
        return redirect(url_for("reports.line", line_id=line_id))
    if form.validate_on_submit():
        return redirect(url_for("reports.other_child", line_id=line_id, search=keep_typed(text=form.text.data)))
    found, typed = None, (typed_before() or {}).get("text", "")
    if typed and request.method == "GET":
        form.text.data = typed
        found = named_beside_line(request_context(), signed_in_viewer(), line_id, feeds_to_replay_by(), typed)
    return render_template("reports/other_child.html", page=page, form=form, found=found)


def _page(line_id: int) -> LinePage:
    return pages.line_page(request_context(), signed_in_viewer(), line_id, feeds_to_replay_by()) or abort(404)


def _done(
    form: LineForm, act: Callable[[], LineOutcome | None], line_id: int, waits: str = STILL_WAITS
) -> ResponseReturnValue | None:
    """Where to go once the act is done; None where the form says why not."""
    if not form.validate_on_submit():
        return None
    try:
        outcome = act()
    except Conflict:
        raise
    except Refused as refused:
        add_problems(form, refused)
        return None
    if outcome is LineOutcome.QUARANTINED:
        flash(waits, "notice")
    else:
        flash(SETTLED, "done")
    return redirect(url_for("reports.line", line_id=line_id))


def _show(
    page: LinePage,
    correcting: LineForm | None = None,
    dismissing: DismissForm | None = None,
    sent: LineForm | None = None,
) -> str:
    forms = {
        "correcting": correcting or LineForm(formdata=None),
        "dismissing": dismissing or DismissForm(formdata=None),
    }
    return render_template("reports/line.html", page=page, form=correcting or dismissing or sent, **forms)
