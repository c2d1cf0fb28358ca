"""Whom to ring about a child: added, changed, removed."""

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.core.interview_terms import ContactRelation
from tracker.services import child_contacts
from tracker.services.pages import interviews
from tracker.services.pages.interview_shapes import ContactPage
from tracker.web.access import Permission, requires
from tracker.web.interviews.area import bp, sent
from tracker.web.interviews.course_forms import ContactForm
from tracker.web.records import ID, version_in
from tracker.web.request import request_context, signed_in_viewer


@bp.route(f"/children/<{ID}:child_id>/contacts/add", methods=["GET", "POST"])
@requires(Permission.RECORD_INTERVIEW)
def add_contact(child_id: int) -> ResponseReturnValue:
    """Somebody to ring: the child, who cares for them, the social worker, the school."""
    page, form = _opened(child_id), ContactForm()

    def save() -> None:
        child_contacts.add_contact(request_context(), child_id=child_id, **_typed(form))

    return _form(page, form, save, "The contact is added.")


@bp.route(f"/children/<{ID}:child_id>/contacts/<{ID}:contact_id>", methods=["GET", "POST"])
@requires(Permission.RECORD_INTERVIEW)
def change_contact(child_id: int, contact_id: int) -> ResponseReturnValue:
    """What is held of one, to be corrected."""
    page, form = _opened(child_id, contact_id), ContactForm()
    if request.method == "GET" and page.contact:
        form.process(obj=page.contact)
        form.relation.data = str(page.contact.relation)
        form.version.data = str(page.contact.version)

    def save() -> None:
        version = form.shown_version()
        child_contacts.change_contact(request_context(), contact_id=contact_id, version=version, **_typed(form))

    return _form(page, form, save, "The contact is saved.")


@bp.post(f"/children/<{ID}:child_id>/contacts/<{ID}:contact_id>/remove")
@requires(Permission.RECORD_INTERVIEW)
def remove_contact(child_id: int, contact_id: int) -> ResponseReturnValue:
    """No longer rung; kept, with who removed them."""
    _opened(child_id, contact_id)
    version = version_in(request.form.get("version"))
    child_contacts.remove_contact(request_context(), contact_id=contact_id, version=version)
    flash("The contact is removed.", "done")
    return redirect(_after(child_id))


def _opened(child_id: int, contact_id: int | None = None) -> ContactPage:
    page = interviews.contact_page(request_context(), signed_in_viewer(), child_id, contact_id)
    return page if page is not None else abort(404)


def _typed(form: ContactForm) -> dict[str, Any]:
    return {
        "relation": ContactRelation(form.relation.data), "name": form.name.data, "phone": form.phone.data or None,
        "email": form.email.data or None, "note": form.note.data or None,
    }  # fmt: skip


def _after(child_id: int) -> str:
    """Back to the interview or the episode's allocation they came from, by its id; else to the child."""
    text = request.args.get("interview", "")
    if text.isascii() and text.isdecimal() and len(text) < 10:
        return url_for("interviews.show", interview_id=int(text))
    text = request.args.get("episode", "")
    if text.isascii() and text.isdecimal() and len(text) < 10:
        return url_for("interviews.of_episode", episode_id=int(text))
    return url_for("children.show", child_id=child_id)


def _form(page: ContactPage, form: ContactForm, save: Callable[[], object], done: str) -> ResponseReturnValue:
    back = _after(page.child_id)
    return sent(form, save, done, (), back) or render_template(
        "interviews/contact.html", form=form, page=page, back_address=back
    )
