"""The lead's commentary on a month: who may publish the month writes it, whoever sees the month reads it."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField

from tracker.services.errors import Conflict, Refused
from tracker.services.pages.month import commentary_of
from tracker.services.write_commentary import write_commentary
from tracker.web.access import Permission, requires
from tracker.web.forms import Form, LongText, add_problems
from tracker.web.month.views import bp, found_or_404
from tracker.web.request import request_context


class CommentaryForm(Form):
    """`version`: of the text that was looked at."""

    text = LongText("Commentary")
    version = HiddenField()


@bp.route("/month/<month>/commentary", methods=["GET", "POST"])
@requires(Permission.PUBLISH_MONTH)
def commentary(month: str) -> ResponseReturnValue:
    """Write what the group is to know beside the figures."""
    held = found_or_404(lambda: commentary_of(request_context(), month))
    form, status = CommentaryForm(data={"text": held.text, "version": str(held.version)}), 200
    if form.validate_on_submit():
        try:
            write_commentary(request_context(), month=month, text=form.text.data, version=_based_on())
        except Conflict as conflict:
            add_problems(form, conflict)
            held, status = found_or_404(lambda: commentary_of(request_context(), month)), 409
            form.version.data = str(held.version)  # shown theirs, whoever saves again has read it
        except Refused as refused:
            add_problems(form, refused)
        else:
            flash("The commentary is kept.", "done")
            return redirect(url_for("month.show", month=month))
    return render_template("month/commentary.html", form=form, month=month, held=held, conflict=status == 409), status


def _based_on() -> int:
    given = request.form.get("version", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 9 else abort(400)
