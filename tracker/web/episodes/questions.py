"""Where the police and we say different things of an episode: a person says which stands."""

from typing import Literal

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.core.terms import FlagCode
from tracker.services.settle_differences import decide_value as decide
from tracker.services.settle_differences import settle_still_missing
from tracker.web.access import Permission, requires
from tracker.web.episodes.area import bp
from tracker.web.episodes.forms import DecisionForm
from tracker.web.episodes.wording import value_words
from tracker.web.forms import Form, saved
from tracker.web.records import ID, after, opened
from tracker.web.request import request_context

SETTLED: dict[Literal["returned_stands", "still_missing"], str] = {
    "returned_stands": "The return stands.",
    "still_missing": "The child stands as still missing; the clock has stopped.",
}
"""The answers to what the police say against our return → what is said once one is given."""


@bp.route(f"/episodes/<{ID}:episode_id>/still-missing", methods=["GET", "POST"])
@requires(Permission.EDIT_EPISODES)
def still_missing(episode_id: int) -> ResponseReturnValue:
    """The police say that the child is still missing, and we hold a return: one page to confirm either answer."""
    answer = next((one for one in SETTLED if one == request.args.get("answer")), None) or abort(404)
    page, form = opened(episode_id), Form()
    if request.method == "GET" and FlagCode.POLICE_SAY_STILL_MISSING not in page.flags:
        flash("This is settled already.", "notice")
        return redirect(url_for("episodes.show", episode_id=episode_id))

    def save() -> None:
        settle_still_missing(request_context(), episode_id=episode_id, decision=answer)

    if saved(form, save, SETTLED[answer]):
        return redirect(after(episode_id))
    return render_template(
        "episodes/still_missing.html", form=form, page=page, answer=answer, back_address=after(episode_id)
    )


@bp.route(f"/episodes/<{ID}:episode_id>/decisions/<{ID}:decision_id>", methods=["GET", "POST"])
@requires(Permission.EDIT_EPISODES)
def decide_value(episode_id: int, decision_id: int) -> ResponseReturnValue:
    """The police's value differs from the one that a person entered: which stands?"""
    page, form = opened(episode_id), DecisionForm()
    decision = next((one for one in page.decisions if one.id == decision_id), None) or abort(404)
    if request.method == "GET" and decision.decided_at:
        flash("This is decided already.", "notice")
        return redirect(url_for("episodes.show", episode_id=episode_id))
    form.take.choices = [
        ("ours", f"Ours: {value_words(decision.held_value, decision.field)}"),
        ("police", f"The police’s: {value_words(decision.police_value, decision.field)}"),
    ]

    def save() -> None:
        decide(request_context(), decision_id=decision_id, take_police_value=form.take.data == "police")

    if saved(form, save, "Decided."):
        return redirect(after(episode_id))
    return render_template(
        "episodes/decide_value.html", form=form, page=page, decision=decision, back_address=after(episode_id)
    )
