"""Tokens of the HTTP interface. A token is shown once, in the answer to the form that made it, and kept nowhere."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.services.api_tokens import MAIL_EVENTS, REPORTS, create_token, revoke_token
from tracker.services.errors import Refused
from tracker.services.pages.api_tokens import token_list, token_row
from tracker.services.pages.reports import feeds_list
from tracker.web.access import Permission, requires
from tracker.web.forms import add_problems
from tracker.web.records import ID
from tracker.web.request import feeds, request_context, settings
from tracker.web.tokens.forms import RevokeForm, TokenForm

EVENTS = "*"
"""The choice beside the feeds, whose names have no such sign."""

bp = Blueprint("tokens", __name__, url_prefix="/tokens")


@bp.get("")
@requires(Permission.MANAGE_FEEDS)
def index() -> str:
    """Every token, and when each was last used."""
    return render_template("tokens/index.html", tokens=token_list(request_context(), feeds()))


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_FEEDS)
def add() -> ResponseReturnValue:
    """Make a token. It is in this answer only: there is nowhere to come back to it."""
    form = TokenForm()
    reports = [(feed.name, f"Reports: {feed.description or feed.name}") for feed in feeds_list(feeds())]
    form.feed.choices = [("", "Choose"), *reports, (EVENTS, "What became of emails")]
    if form.validate_on_submit():
        of_emails = form.feed.data == EVENTS
        given = {
            "label": form.label.data,
            "feed": "" if of_emails else form.feed.data,
            "purpose": MAIL_EVENTS if of_emails else REPORTS,
            "expires_at": form.expires_at,
        }
        try:
            token_id, token = create_token(request_context(), feeds=feeds(), **given)
        except Refused as refused:
            add_problems(form, refused)
        else:
            row = token_row(request_context(), feeds(), token_id) or abort(404)
            address = settings().base_url + url_for("api.mail_events" if of_emails else "api.receive")
            return render_template("tokens/made.html", row=row, token=token, address=address)
    return render_template("tokens/add.html", form=form)


@bp.route(f"/<{ID}:token_id>/revoke", methods=["GET", "POST"])
@requires(Permission.MANAGE_FEEDS)
def revoke(token_id: int) -> ResponseReturnValue:
    """Ask once more, then revoke."""
    row = token_row(request_context(), feeds(), token_id) or abort(404)
    form = RevokeForm()
    if form.validate_on_submit():
        revoke_token(request_context(), token_id=token_id)
        flash("The token is revoked.", "done")
        return redirect(url_for("tokens.index"))
    return render_template("tokens/revoke.html", row=row, form=form)
