"""Signing in and out, and one's own account."""

import hashlib

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_limiter.util import get_remote_address
from werkzeug.wrappers import Response

from tracker.services import people, sessions
from tracker.services.errors import Refused
from tracker.services.pages.people import covers_for
from tracker.services.pages.people import person as person_row
from tracker.services.send_digest import preview
from tracker.web.access import public, signed_in
from tracker.web.forms import add_problems
from tracker.web.people.forms import AbsenceForm, absence_shown
from tracker.web.request import request_context, settings, signed_in_viewer, viewer
from tracker.web.security import limiter, safe_next
from tracker.web.sessions import close_session, email_of_signed_in, open_session
from tracker.web.signin.forms import PasswordForm, SignInForm

bp = Blueprint("signin", __name__)


def _tries() -> str:
    return f"{settings().limits.sign_in_per_minute} per minute"


def _account() -> str:
    """One account, whatever address asks: the address typed, hashed, so that no memory holds it in clear."""
    typed = request.form.get("email", "").strip().lower()
    return "account " + hashlib.sha256(typed.encode()).hexdigest()


@bp.route("/sign-in", methods=["GET", "POST"])
@limiter.limit(_tries, key_func=get_remote_address, methods=["POST"])
@limiter.limit(_tries, key_func=_account, methods=["POST"])
@public
def sign_in() -> str | Response:
    """Verify, begin a session, go where the person was going."""
    target = safe_next(request.args.get("next"))
    if viewer() is not None:
        return redirect(target or url_for("shell.start"))
    form = SignInForm()
    if form.validate_on_submit():
        person = people.verify_password(form.email.data, form.password.data)
        if person is not None:
            session.clear()  # a new CSRF token with the new session
            open_session(request_context(), settings(), person.id)
            return redirect(target or url_for("shell.start"))
        sessions.record_failure(request_context(), people.person_id_of(form.email.data))
        form.form_errors.append("The email address or the password is wrong.")
    return render_template("signin/sign_in.html", form=form)


@bp.post("/sign-out")
@public
def sign_out() -> Response:
    """Public, so that signing out twice is no error."""
    close_session(request_context(), settings())
    session.clear()
    flash("You have signed out.", "done")
    return redirect(url_for("signin.sign_in"))


@bp.route("/account", methods=["GET", "POST"])
@limiter.limit(_tries, key_func=get_remote_address, methods=["POST"])
@signed_in
def account() -> str | Response:
    """Who I am here, and a new password."""
    form, me = PasswordForm(), signed_in_viewer()
    email = email_of_signed_in()
    if form.validate_on_submit():
        if people.verify_password(email, form.current.data) is None:
            form.current.errors = ["This is not your current password."]
        else:
            try:
                people.set_password(request_context(), person_id=me.person_id, password=form.password.data)
            except Refused as refused:
                add_problems(form, refused)
            else:  # every session has ended: this one begins anew
                open_session(request_context(), settings(), me.person_id)
                flash("Your password is changed. You have been signed out everywhere else.", "done")
                return redirect(url_for("signin.account"))
    person = person_row(request_context(), me.person_id)
    digest = preview(request_context(), me, settings().digest.policy)
    return render_template("signin/account.html", form=form, me=me, email=email, person=person, digest=digest)


@bp.route("/account/absence", methods=["GET", "POST"])
@signed_in
def absence() -> str | Response:
    """When I am away, and who is told for me."""
    me = signed_in_viewer().person_id
    person = person_row(request_context(), me) or abort(404)
    form = AbsenceForm(data=absence_shown(person)).offer(covers_for(request_context(), me))
    form.cover.label.text = "Who is told for you while you are away?"
    if form.validate_on_submit():
        try:
            people.set_absence(
                request_context(),
                person_id=me,
                away_from=form.away_from.data,
                away_until=form.away_until.data,
                covered_by_id=form.cover_id,
            )
        except Refused as refused:
            add_problems(form, refused)
        else:
            flash("Your absence is saved.", "done")
            return redirect(url_for("signin.account"))
    return render_template("people/absence.html", form=form, person=person, own=True)
