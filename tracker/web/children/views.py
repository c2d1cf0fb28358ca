"""Children: the search, one child with every episode, and the review of a repeat flag."""

from flask import abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.core.clock import local_date
from tracker.services.pages.child_plans import plans_of_child
from tracker.services.pages.children import child_search
from tracker.services.pages.merges import merged_into, possibly_the_same
from tracker.services.review_repeat import review_flag as review
from tracker.web.access import Permission, requires
from tracker.web.children import details, merging
from tracker.web.children import story as told
from tracker.web.children.area import bp, lead_on, opened
from tracker.web.children.forms import ReviewForm, SearchForm
from tracker.web.children.picture import NARROW, picture
from tracker.web.children.words import number_words
from tracker.web.forms import saved
from tracker.web.records import ID, came_from, keep_typed, page_address, page_number, typed_before
from tracker.web.request import may, now, request_context, signed_in_viewer

__all__ = ["bp", "details", "merging"]


@bp.get("/children")
@requires(Permission.SEE_CHILDREN)
def index() -> ResponseReturnValue:
    """Children by name or number; without a search, all of them."""
    typed = typed_before()
    form = SearchForm()
    form.text.data = (typed or {}).get("text", "")
    found = None
    if typed is not None:
        found = child_search(request_context(), signed_in_viewer(), form.text.data, page_number())
    return render_template("children/index.html", form=form, found=found, page_address=page_address)


@bp.post("/children/search")
@requires(Permission.SEE_CHILDREN)
def search() -> ResponseReturnValue:
    """From what was typed to an address that does not hold it."""
    form = SearchForm()
    if not form.validate_on_submit():
        return render_template("children/index.html", form=form, found=None, page_address=page_address)
    key = keep_typed(text=form.text.data)
    return redirect(url_for("children.index", search=key or None))


@bp.get(f"/children/<{ID}:child_id>")
@requires(Permission.SEE_CHILDREN)
def show(child_id: int) -> ResponseReturnValue:
    """One child: flags, every episode as a picture and as a table, interviews, names."""
    page = opened(child_id)
    trail = url_for("audit.child", child_id=child_id) if _may_see_trail() else None
    return render_template(
        "children/show.html",
        page=page,
        picture=picture(page.episodes, now()),
        narrow=picture(page.episodes, now(), NARROW),
        trail=trail,
        identifiers=[(number_words(kind), value) for kind, value in page.identifiers],
        merged=merged_into(child_id),
        plans=plans_of_child(request_context(), child_id),
        alike=possibly_the_same(request_context(), signed_in_viewer(), child_id)
        if may(Permission.EDIT_CHILDREN)
        else (),
    )


@bp.get(f"/children/<{ID}:child_id>/story")
@requires(Permission.SEE_CHILDREN)
def story(child_id: int) -> ResponseReturnValue:
    """Everything in order, as the person could read it of themselves; `all` opens what is folded, to print it."""
    page = told.child_story(request_context(), signed_in_viewer(), child_id) or lead_on(child_id)
    return render_template(
        "children/story.html",
        page=page,
        chapters=told.story(page),
        asked=told.asked_and_done(page),
        everything=request.args.get("all") == "yes",
        today=local_date(now()),
    )


@bp.route(f"/children/<{ID}:child_id>/flags/<{ID}:flag_id>", methods=["GET", "POST"])
@requires(Permission.REVIEW_REPEATS)
def review_flag(child_id: int, flag_id: int) -> ResponseReturnValue:
    """What was decided about a crossing, and when the MARAMP is held."""
    page, form = opened(child_id), ReviewForm()
    flag = next((one for one in page.flags if one.id == flag_id), None) or abort(404)
    back = url_for("today.index") if came_from() == "today" else url_for("children.show", child_id=child_id)
    if request.method == "GET" and flag.reviewed_at:
        form.decision.data = flag.decision
        if flag.maramp_on:
            form.maramp_on.process(None, flag.maramp_on)

    def save() -> None:
        review(request_context(), flag_id=flag_id, decision=form.decision.data, maramp_on=form.maramp_on.data)

    if saved(form, save, "The review is recorded."):
        return redirect(back)
    return render_template("children/review.html", form=form, page=page, flag=flag, back_address=back)


def _may_see_trail() -> bool:
    return may(Permission.SEE_AUDIT) and "audit.child" in current_app.view_functions
