"""The engine: by which roads messages go out, how each stands, what came back, and whether a test gets through."""

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.bootstrap import wiring
from tracker.core.mail import EMAIL, WEBHOOK
from tracker.services.deliver_outbox import try_refused_again
from tracker.services.errors import Refused
from tracker.services.pages.engine import engine_page
from tracker.services.pages.heartbeats import engine_life
from tracker.services.queue_test_message import queue_test_message
from tracker.web.access import Permission, requires
from tracker.web.engine.forms import TestMessageForm, TryAgainForm
from tracker.web.filters import plural
from tracker.web.forms import add_problems
from tracker.web.request import request_context
from tracker.web.words import words

bp = Blueprint("engine", __name__, url_prefix="/engine")

JOB_WORDS = {
    "sweep": "Checking deadlines",
    "deliver": "Sending emails",
    "notices": "Telling of what else is due",
    "digest": "The morning’s digests",
    "watch": "Expecting police reports",
    "resume": "Reading reports to their end",
    "reexamine": "Looking again at lines that wait",
    "summary": "Preparing the month",
    "folder": "Looking into the watched folder",
    "pull": "Fetching reports",
    "feed drafts": "Clearing drafts of feeds",
    "figures": "Counting large periods",
    "bounces": "Reading what came back",
    "ping": "Telling the monitoring address",
}
"""What each job of the scheduler does, for people."""


@bp.app_template_filter("job_words")
def job_words(name: str) -> str:
    return JOB_WORDS.get(name, words(name))


@bp.get("")
@requires(Permission.SEE_ENGINE)
def index() -> ResponseReturnValue:
    """Every road, and what did not get through."""
    return _page(_test_form())


@bp.post("/test")
@requires(Permission.SEE_ENGINE)
def test_message() -> ResponseReturnValue:
    """Queue a test message: by email to oneself, or to a webhook."""
    form = _test_form()
    if form.validate_on_submit():
        names = list(wiring(current_app).webhooks)
        try:
            queue_test_message(request_context(), road=form.road.data, webhooks=names)
        except Refused as refused:
            add_problems(form, refused)
        else:
            flash("The test message is queued. It is sent within a minute; look here again.", "done")
            return redirect(url_for("engine.index"))
    return _page(form)


@bp.post("/again")
@requires(Permission.SEE_ENGINE)
def try_again() -> ResponseReturnValue:
    """What was refused waits once more."""
    form = TryAgainForm()
    if form.validate_on_submit():
        count = try_refused_again(request_context())
        flash(f"{plural(count, 'message')} will be tried again within a minute.", "done")
    return redirect(url_for("engine.index"))


def _roads() -> dict[str, str]:
    """The roads of the settings, and where each leads."""
    wired = wiring(current_app)
    webhooks = {WEBHOOK + name: f"{name}: {one.describe()}" for name, one in wired.webhooks.items()}
    return {EMAIL: f"Email: {wired.mailer.describe()}", **webhooks}


def _test_form() -> TestMessageForm:
    form = TestMessageForm()
    form.road.choices = [
        (road, "By email, to your own address" if road == EMAIL else f"To the webhook {road.removeprefix(WEBHOOK)}")
        for road in _roads()
    ]
    return form


def _page(form: TestMessageForm) -> str:
    page = engine_page(request_context(), _roads())
    life = engine_life(request_context())
    return render_template("engine/index.html", page=page, life=life, form=form, again=TryAgainForm())
