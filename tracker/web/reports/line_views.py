"""One line of a report that waits: correct and replay it, say whom or what it is about, or dismiss it."""

from collections.abc import Callable

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.core.terms import LineOutcome
from tracker.services import resolve_line
from tracker.services.errors import Conflict, Refused
from tracker.services.pages import reports as pages
from tracker.services.pages.report_shapes import LinePage
from tracker.web.access import Permission, requires
from tracker.web.forms import add_problems
from tracker.web.records import ID
from tracker.web.reports.forms import NEW, ChooseForm, DismissForm, LineForm
from tracker.web.reports.views import bp
from tracker.web.request import feeds, request_context, signed_in_viewer

STILL_WAITS = "The line was read again. It still has a problem: see below."
SETTLED = "The line is settled."


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
            request_context(), line_id=line_id, version=form.shown_version, cells=changed, feeds=feeds()
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
    form = _choose_form(page)

    def act() -> LineOutcome:
        version, known = form.shown_version, feeds()
        if page.episodes:
            return resolve_line.decide_same_episode(
                request_context(), line_id=line_id, version=version, episode_id=form.chosen_id, feeds=known
            )
        return resolve_line.decide_match(
            request_context(), line_id=line_id, version=version, child_id=form.chosen_id, feeds=known
        )

    return _done(form, act, line_id) or _show(page, choosing=form)


def _page(line_id: int) -> LinePage:
    return pages.line_page(request_context(), signed_in_viewer(), line_id, feeds()) or abort(404)


def _choose_form(page: LinePage) -> ChooseForm:
    form = ChooseForm()
    if page.episodes:
        open_to = [one for one in page.episodes if not one.is_taken]
        offered = [(str(one.episode_id), f"Episode {one.episode_id}: {one.child_name}") for one in open_to]
        none = "It is another episode"
    else:
        offered = [(str(one.child_id), f"Child {one.child_id}: {one.name}") for one in page.children]
        none = "A child who is not held yet"
    form.choice.choices = [*offered, (NEW, none)]
    return form


def _done(form: LineForm, act: Callable[[], LineOutcome | None], line_id: int) -> ResponseReturnValue | None:
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
        flash(STILL_WAITS, "notice")
    else:
        flash(SETTLED, "done")
    return redirect(url_for("reports.line", line_id=line_id))


def _show(
    page: LinePage,
    correcting: LineForm | None = None,
    dismissing: DismissForm | None = None,
    choosing: ChooseForm | None = None,
) -> str:
    forms = {
        "correcting": correcting or LineForm(formdata=None),
        "dismissing": dismissing or DismissForm(formdata=None),
        "choosing": choosing or (_choose_form(page) if page.line.waits else None),
    }
    sent = correcting or dismissing or choosing
    return render_template("reports/line.html", page=page, form=sent, **forms)
