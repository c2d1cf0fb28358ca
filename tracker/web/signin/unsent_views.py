"""What was sent after the session had ended: shown to whoever typed it, to go on with or to throw away."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.services.kept_forms import forget_form, kept_forms
from tracker.web.access import signed_in
from tracker.web.fields import typed_values
from tracker.web.forms import Form
from tracker.web.request import now, signed_in_viewer
from tracker.web.signin.views import bp
from tracker.web.unsent import has_a_page


@bp.route("/account/unsent", methods=["GET", "POST"])
@signed_in
def unsent() -> str | Response:
    """Everything of theirs that is kept; with nothing to show, the first page."""
    me, form = signed_in_viewer().person_id, Form()
    if form.validate_on_submit():
        forget_form(now(), me, request.form.get("thrown_away", ""))
        return redirect(url_for("signin.unsent"))
    kept = kept_forms(now(), me)
    if not kept:
        return redirect(url_for("shell.start"))
    shown = [(one, typed_values(dict(one.fields), skip=("version", "submit")), has_a_page(one.path)) for one in kept]
    return render_template("signin/unsent.html", kept=shown, form=form)
