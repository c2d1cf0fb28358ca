"""Two records of one child: found, compared, merged into one; and unmerged."""

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.services.merge_children import merge_children
from tracker.services.pages import merges as pages
from tracker.services.pages.children import child_search
from tracker.services.unmerge_children import unmerge_children
from tracker.web.access import Permission, requires
from tracker.web.children.area import bp, opened
from tracker.web.children.forms import FindOtherForm, MergeForm, UnmergeForm
from tracker.web.forms import saved
from tracker.web.records import ID, keep_typed, typed_before
from tracker.web.request import feeds, request_context, signed_in_viewer


@bp.get("/children/duplicates")
@requires(Permission.EDIT_CHILDREN)
def duplicates() -> ResponseReturnValue:
    """Records that may be one child."""
    found = pages.suspected_duplicates(request_context(), signed_in_viewer())
    return render_template("children/duplicates.html", found=found)


@bp.route(f"/children/<{ID}:child_id>/merge", methods=["GET", "POST"])
@requires(Permission.EDIT_CHILDREN)
def find_other(child_id: int) -> ResponseReturnValue:
    """Which other record is the same child?"""
    page, form = opened(child_id), FindOtherForm()
    if form.validate_on_submit():
        return redirect(url_for("children.find_other", child_id=child_id, search=keep_typed(text=form.text.data)))
    typed, found = (typed_before() or {}).get("text", ""), None
    if typed and request.method == "GET":
        form.text.data = typed
        found = child_search(request_context(), signed_in_viewer(), typed)
    alike = pages.possibly_the_same(request_context(), signed_in_viewer(), child_id)
    return render_template("children/find_other.html", page=page, form=form, found=found, alike=alike)


@bp.route(f"/children/<{ID}:child_id>/merge/<{ID}:other_id>", methods=["GET", "POST"])
@requires(Permission.EDIT_CHILDREN)
def merge(child_id: int, other_id: int) -> ResponseReturnValue:
    """Both records side by side; the other's goes into the child's."""
    if child_id == other_id:
        return redirect(url_for("children.find_other", child_id=child_id))
    page = pages.merge_page(request_context(), signed_in_viewer(), child_id, other_id) or abort(404)
    form = MergeForm()
    if request.method == "GET":
        form.version.data, form.other_version.data = str(page.kept.version), str(page.gone.version)
    take = [name for name in page.conflicts if request.form.get(f"take-{name}") == "other"]

    def save() -> None:
        merge_children(
            request_context(), kept_id=child_id, gone_id=other_id, kept_version=form.shown_version(),
            gone_version=form.shown_other_version(), take=take,
        )  # fmt: skip

    if saved(form, save, f"Child {other_id} is merged into child {child_id}. The merge can be undone below."):
        return redirect(url_for("children.show", child_id=child_id))
    return render_template("children/merge.html", page=page, form=form, take=take)


@bp.route(f"/children/<{ID}:child_id>/unmerge/<{ID}:merge_id>", methods=["GET", "POST"])
@requires(Permission.EDIT_CHILDREN)
def unmerge(child_id: int, merge_id: int) -> ResponseReturnValue:
    """What goes back, and what was added since; then two children again."""
    page = pages.unmerge_page(request_context(), signed_in_viewer(), child_id, merge_id) or abort(404)
    form = UnmergeForm()
    form.also.choices = [(str(row.id), f"Episode {row.id}") for row in page.added]
    if request.method == "GET":
        form.version.data = str(page.kept.version)

    def save() -> None:
        unmerge_children(
            request_context(), merge_id=merge_id, version=form.shown_version(),
            also=[int(id_) for id_ in form.also.data or []], feeds=feeds(),
        )  # fmt: skip

    if saved(form, save, f"Child {page.merge.gone_id} stands by itself again."):
        return redirect(url_for("children.show", child_id=page.merge.gone_id))
    return render_template("children/unmerge.html", page=page, form=form)
