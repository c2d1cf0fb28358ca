"""A child's own details: corrected, with the other names and numbers by which reports find them."""

from collections.abc import Callable

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.services import child_names
from tracker.services.correct_child import correct_child
from tracker.services.pages.child_details import ChildDetails, child_details
from tracker.web.access import Permission, requires
from tracker.web.children.area import bp, lead_on
from tracker.web.children.forms import AddNameForm, AddNumberForm, DetailsForm
from tracker.web.episodes.forms import yes_no, yes_no_code
from tracker.web.forms import Form, saved
from tracker.web.records import ID, team_choices
from tracker.web.request import feeds, request_context, signed_in_viewer

TEXTS = ("surname", "forename", "ethnicity", "address", "postcode", "council_id", "responsible_authority")


@bp.route(f"/children/<{ID}:child_id>/details", methods=["GET", "POST"])
@requires(Permission.EDIT_CHILDREN)
def details(child_id: int) -> ResponseReturnValue:
    """What is held of the child, to be corrected."""
    held = _held(child_id)
    form = DetailsForm()
    _offer(form, held)
    if request.method == "GET":
        _fill(form, held)

    def save() -> None:
        correct_child(request_context(), child_id=child_id, version=form.shown_version(), values=_changed(form, held))

    if saved(form, save, "The details are saved."):
        return redirect(url_for("children.show", child_id=child_id))
    return _page(held, form)


@bp.post(f"/children/<{ID}:child_id>/names")
@requires(Permission.EDIT_CHILDREN)
def add_name(child_id: int) -> ResponseReturnValue:
    """Another name of the child."""
    form = AddNameForm()

    def act() -> None:
        child_names.add_name(
            request_context(), child_id=child_id, surname=form.other_surname.data, forename=form.other_forename.data
        )

    return _done(child_id, form, act, "The name is added. Reports under it find this child from now on.")


@bp.post(f"/children/<{ID}:child_id>/names/<{ID}:name_id>/remove")
@requires(Permission.EDIT_CHILDREN)
def remove_name(child_id: int, name_id: int) -> ResponseReturnValue:
    return _done(
        child_id, Form(), lambda: child_names.remove_name(request_context(), child_id=child_id, name_id=name_id),
        "The name is taken away.",
    )  # fmt: skip


@bp.post(f"/children/<{ID}:child_id>/numbers")
@requires(Permission.EDIT_CHILDREN)
def add_number(child_id: int) -> ResponseReturnValue:
    """The child's number in another system."""
    form = _number_form()

    def act() -> None:
        child_names.add_number(
            request_context(), child_id=child_id, kind=form.kind.data, value=form.value.data, forces=_forces()
        )

    return _done(child_id, form, act, "The number is added.")


@bp.post(f"/children/<{ID}:child_id>/numbers/<{ID}:number_id>/remove")
@requires(Permission.EDIT_CHILDREN)
def remove_number(child_id: int, number_id: int) -> ResponseReturnValue:
    return _done(
        child_id, Form(), lambda: child_names.remove_number(request_context(), child_id=child_id, number_id=number_id),
        "The number is taken away.",
    )  # fmt: skip


def _held(child_id: int) -> ChildDetails:
    return child_details(request_context(), signed_in_viewer(), child_id) or lead_on(child_id)


def _done(child_id: int, form: Form, act: Callable[[], None], done: str) -> ResponseReturnValue:
    if saved(form, act, done):
        return redirect(url_for("children.details", child_id=child_id, _anchor="names"))
    return _page(_held(child_id), None, form)


def _page(held: ChildDetails, form: DetailsForm | None, sent: Form | None = None) -> str:
    if form is None:
        form = DetailsForm(formdata=None)
        _offer(form, held)
        _fill(form, held)
    return render_template(
        "children/details.html",
        held=held,
        details=form,
        form=sent or form,
        naming=sent if isinstance(sent, AddNameForm) else AddNameForm(formdata=None),
        numbering=sent if isinstance(sent, AddNumberForm) else _number_form(fresh=True),
    )


def _forces() -> list[str]:
    return sorted({feed.force for feed in feeds().values()})


def _number_form(fresh: bool = False) -> AddNumberForm:
    form = AddNumberForm(formdata=None) if fresh else AddNumberForm()
    form.set_kinds(child_names.kinds_of_numbers(_forces()))
    return form


def _offer(form: DetailsForm, held: ChildDetails) -> None:
    form.team_id.choices = team_choices("No team")
    form.offer_sex(held.values["sex"])


def _fill(form: DetailsForm, held: ChildDetails) -> None:
    for name in TEXTS:
        form[name].data = held.values[name] or ""
    if held.values["date_of_birth"]:
        form.date_of_birth.process(None, held.values["date_of_birth"])
    form.sex.data = held.values["sex"] or ""
    form.is_ours.data = yes_no_code(bool(held.values["is_ours"]))
    known = held.values["known_to_services"]
    form.known_to_services.data = yes_no_code(None if known is None else bool(known))
    form.team_id.data = str(held.values["team_id"] or "")
    form.version.data = str(held.version)


def _changed(form: DetailsForm, held: ChildDetails) -> dict[str, object]:
    """What differs from what is held now; a change that somebody made meanwhile is the service's to see."""
    given: dict[str, object] = {name: form[name].data or None for name in TEXTS}
    given |= {
        "date_of_birth": form.date_of_birth.data,
        "sex": form.sex.data or None,
        "is_ours": form.is_ours.data == "yes",
        "known_to_services": yes_no(form.known_to_services.data),
        "team_id": int(form.team_id.data) if form.team_id.data else None,
    }
    return {name: value for name, value in given.items() if value != held.values[name]}
