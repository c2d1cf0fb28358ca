"""What of an interview the police are to know: added, sent, acknowledged, what came of it, withdrawn."""

from collections.abc import Callable

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.services import police_shares
from tracker.services.pages.police_shares import ShareView
from tracker.services.pages.write_ups import WriteUpAct, WriteUpPage
from tracker.web.access import Permission, requires
from tracker.web.forms import Form, saved
from tracker.web.records import ID, tell_readings
from tracker.web.request import request_context
from tracker.web.write_up.area import bp, opened, refuse_act
from tracker.web.write_up.forms import ShareForm, WithdrawForm

NOT_YOURS = "This interview is somebody else’s now: you may read it."


@bp.route(f"/interviews/<{ID}:interview_id>/police/add", methods=["GET", "POST"])
@requires(Permission.RECORD_INTERVIEW)
def add_share(interview_id: int) -> ResponseReturnValue:
    """Something the police are to know, or know already."""
    page, form = opened(interview_id, part="police"), ShareForm()

    def save() -> None:
        police_shares.add_share(request_context(), interview_id=interview_id, **form.values())  # type: ignore[arg-type]

    return _form_page(page, form, save, "share", "It is recorded.")


@bp.route(f"/interviews/<{ID}:interview_id>/police/<{ID}:share_id>", methods=["GET", "POST"])
@requires(Permission.RECORD_INTERVIEW)
def change_share(interview_id: int, share_id: int) -> ResponseReturnValue:
    """Correct it, or go on: sent, acknowledged, what came of it."""
    page, form = opened(interview_id, part="police"), ShareForm()
    share = _share(page, share_id)
    if request.method == "GET":
        form.fill(share)

    def save() -> None:
        police_shares.change_share(
            request_context(), share_id=share_id, version=form.shown_version(), values=form.values()
        )

    return _form_page(page, form, save, "share", "It is recorded.", share)


@bp.route(f"/interviews/<{ID}:interview_id>/police/<{ID}:share_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.RECORD_INTERVIEW)
def withdraw_share(interview_id: int, share_id: int) -> ResponseReturnValue:
    """Not to be shared after all; the record is kept."""
    page, form = opened(interview_id, part="police"), WithdrawForm()
    share = _share(page, share_id)
    if request.method == "GET":
        form.version.data = str(share.version)

    def save() -> None:
        police_shares.withdraw_share(
            request_context(), share_id=share_id, version=form.shown_version(), reason=form.reason.data
        )

    return _form_page(page, form, save, "withdraw_share", "It is withdrawn; the record is kept.", share)


def _form_page(
    page: WriteUpPage, form: Form, save: Callable[[], None], template: str, done: str, share: ShareView | None = None
) -> ResponseReturnValue:
    """The course of every form here."""
    if away := refuse_act(page, WriteUpAct.SHARE, NOT_YOURS):
        return away

    def save_and_tell() -> None:
        save()
        tell_readings(field for field in form if hasattr(field, "note"))

    if saved(form, save_and_tell, done):
        return redirect(url_for("write_up.index", interview_id=page.interview_id, _anchor="police"))
    return render_template(f"write_up/{template}.html", page=page, form=form, share=share)


def _share(page: WriteUpPage, share_id: int) -> ShareView:
    return next((one for one in page.shares if one.id == share_id), None) or abort(404)
