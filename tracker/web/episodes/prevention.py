"""The police's prevention interview, entered by a person: when, what came of it, whether it raised harm."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.core.clock import is_ambiguous
from tracker.services.correct_episode import record_prevention
from tracker.services.pages.episodes import Act, EpisodePage
from tracker.web.access import Permission, requires
from tracker.web.episodes.area import bp
from tracker.web.episodes.forms import PreventionForm, yes_no, yes_no_code
from tracker.web.forms import saved
from tracker.web.records import ID, after, instant_given, opened, still_possible, tell_readings
from tracker.web.request import request_context


@bp.route(f"/episodes/<{ID}:episode_id>/prevention-interview", methods=["GET", "POST"])
@requires(Permission.EDIT_EPISODES)
def prevention(episode_id: int) -> ResponseReturnValue:
    """What the police told us of their conversation with the child."""
    page, form = opened(episode_id), PreventionForm()
    if not still_possible(page, Act.RECORD_PREVENTION):
        return redirect(url_for("episodes.show", episode_id=episode_id))
    if request.method == "GET":
        _fill(form, page)
    done = "The police’s prevention interview is recorded. Our own interview is due as before."
    if saved(form, lambda: _save(form, page), done):
        return redirect(after(episode_id))
    return render_template("episodes/prevention.html", form=form, page=page, back_address=after(episode_id))


def _fill(form: PreventionForm, page: EpisodePage) -> None:
    facts = page.facts
    form.version.data = str(page.row.version)
    if facts.prevention_interview_at is not None:
        form.prevention_interview_at.process(None, facts.prevention_interview_at)
        form.prevention_interview_at.asks_zone = is_ambiguous(facts.prevention_interview_at)
    form.prevention_interview_outcome.data = facts.prevention_interview_outcome or ""
    form.prevention_interview_raised_harm.data = yes_no_code(facts.prevention_interview_raised_harm)


def _save(form: PreventionForm, page: EpisodePage) -> None:
    at, flags = instant_given(form.prevention_interview_at)
    assert at is not None
    record_prevention(
        request_context(), episode_id=page.row.id, version=form.shown_version(), held_at=at,
        outcome=form.prevention_interview_outcome.data or None,
        raised_harm=yes_no(form.prevention_interview_raised_harm.data), flags=flags,
    )  # fmt: skip
    tell_readings([form.prevention_interview_at])
