"""Change one episode by hand: found, returned, corrected, left out of the counts, and the questions of Today."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.core.terms import BreachReason, ExclusionReason, FlagCode
from tracker.services import correct_episode as service
from tracker.services.pages.episodes import Act, EpisodePage
from tracker.services.pages.rows import EpisodeRow
from tracker.web.access import Permission, requires
from tracker.web.episodes import correction
from tracker.web.episodes.area import bp
from tracker.web.episodes.forms import (
    BreachReasonForm,
    CorrectForm,
    ExcludeForm,
    FoundForm,
    NoteForm,
    ReturnForm,
)
from tracker.web.forms import Form, saved
from tracker.web.records import (
    ID,
    RecordForm,
    after,
    instant_given,
    opened,
    still_possible,
    team_choices,
    tell_readings,
)
from tracker.web.request import feeds, request_context


@dataclass(frozen=True)
class Words:
    """The words of a page that only asks to confirm."""

    title: str
    sentence: str
    button: str
    done: str


def _form_page(
    page: EpisodePage, act: Act, form: Form, save: Callable[[], None], template: str, done: str, **shown: object
) -> ResponseReturnValue:
    """The course of every form here: shown, or saved and followed by a redirect, or shown again with its problems."""
    episode_id = page.row.id
    if not still_possible(page, act):
        return redirect(url_for("episodes.show", episode_id=episode_id))
    if isinstance(form, RecordForm) and request.method == "GET":
        form.version.data = str(page.row.version)
    if saved(form, save, done):
        return redirect(after(episode_id))
    return render_template(f"episodes/{template}.html", form=form, page=page, back_address=after(episode_id), **shown)


@bp.route(f"/episodes/<{ID}:episode_id>/found", methods=["GET", "POST"])
@requires(Permission.EDIT_EPISODES)
def record_found(episode_id: int) -> ResponseReturnValue:
    """The child has been located, and is not back yet."""
    page, form = opened(episode_id), FoundForm()

    def save() -> None:
        at, flags = instant_given(form.found_at)
        assert at is not None
        service.record_found(
            request_context(), episode_id=episode_id, version=form.shown_version(), found_at=at,
            found_location=form.found_location.data or None, found_by=form.found_by.data or None, flags=flags,
        )  # fmt: skip
        tell_readings([form.found_at])

    return _form_page(page, Act.RECORD_FOUND, form, save, "found", "Recorded: the child was found.")


@bp.route(f"/episodes/<{ID}:episode_id>/return", methods=["GET", "POST"])
@requires(Permission.EDIT_EPISODES)
def record_returned(episode_id: int) -> ResponseReturnValue:
    """The child is back: the clock starts."""
    page, form = opened(episode_id), ReturnForm()

    def save() -> None:
        facts = page.facts
        estimated = FlagCode.RETURN_TIME_ESTIMATED
        at, flags = instant_given(form.returned_at, estimated, facts.missing_from_at, facts.found_at)
        assert at is not None
        service.record_returned(
            request_context(), episode_id=episode_id, version=form.shown_version(), returned_at=at, flags=flags
        )
        tell_readings([form.returned_at])

    return _form_page(page, Act.RECORD_RETURNED, form, save, "returned", "The return is recorded.")


@bp.route(f"/episodes/<{ID}:episode_id>/correct", methods=["GET", "POST"])
@requires(Permission.EDIT_EPISODES)
def correct(episode_id: int) -> ResponseReturnValue:
    """Every fact as held, to be changed."""
    page, form = opened(episode_id), CorrectForm()
    form.set_forces([feed.force for feed in feeds().values()], page.facts.police_force)
    form.team_id.choices = team_choices("No team of its own")
    if request.method == "GET":
        correction.fill(form, page)

    def save() -> None:
        values, flags = correction.changed(form, page)
        service.correct_episode(
            request_context(), episode_id=episode_id, version=form.shown_version(), values=values,
            reason=form.reason.data, flags=flags,
        )  # fmt: skip
        tell_readings(correction.instants(form))

    return _form_page(page, Act.CORRECT, form, save, "correct", "The episode is corrected.")


@bp.route(f"/episodes/<{ID}:episode_id>/exclude", methods=["GET", "POST"])
@requires(Permission.EDIT_EPISODES)
def exclude(episode_id: int) -> ResponseReturnValue:
    """Leave it out of every count; it stays listed."""
    page, form = opened(episode_id), ExcludeForm()

    def save() -> None:
        service.exclude_episode(
            request_context(), episode_id=episode_id, version=form.shown_version(),
            reason=ExclusionReason(form.reason.data), note=form.note.data,
        )  # fmt: skip

    done = "The episode is out of the counts. It stays listed, and can be taken back."
    return _form_page(page, Act.EXCLUDE, form, save, "exclude", done)


@bp.route(f"/episodes/<{ID}:episode_id>/reinstate", methods=["GET", "POST"])
@requires(Permission.EDIT_EPISODES)
def reinstate(episode_id: int) -> ResponseReturnValue:
    """Take it back into the counts."""
    text = Words(
        "Take this episode back into the counts",
        "Its clock runs again from the return, and it counts in the month’s figures.",
        "Take it back into the counts",
        "The episode counts again.",
    )
    return _with_note(episode_id, Act.REINSTATE, service.reinstate_episode, text)


@bp.route(f"/episodes/<{ID}:episode_id>/request-interview", methods=["GET", "POST"])
@requires(Permission.EDIT_EPISODES)
def request_interview(episode_id: int) -> ResponseReturnValue:
    """Ask for an interview after an episode that runs no clock of its own."""
    text = Words(
        "Ask for a return interview",
        "An episode of this kind runs no clock by itself. Once asked for, the interview is due like any other.",
        "Ask for the interview",
        "The interview is asked for.",
    )
    return _with_note(episode_id, Act.REQUEST_INTERVIEW, service.request_interview, text)


@bp.route(f"/episodes/<{ID}:episode_id>/overlap", methods=["GET", "POST"])
@requires(Permission.EDIT_EPISODES)
def settle_conflict(episode_id: int) -> ResponseReturnValue:
    """Overlapping, and yet separate."""
    text = Words(
        "Are these separate episodes?",
        "If they are, each counts by itself from now on. If one of them is wrong, open it and correct it, or leave it "
        "out of the counts instead.",
        "They are separate",
        "The overlap is settled: each episode counts.",
    )
    return _with_note(episode_id, Act.SETTLE_CONFLICT, service.settle_conflict, text)


def _with_note(episode_id: int, act: Act, use_case: Callable[..., None], text: Words) -> ResponseReturnValue:
    """A decision that takes a note at most."""
    page, form = opened(episode_id), NoteForm()

    def save() -> None:
        use_case(request_context(), episode_id=episode_id, version=form.shown_version(), note=form.note.data)

    overlapping = _overlapping(page) if act is Act.SETTLE_CONFLICT else []
    return _form_page(
        page, act, form, save, "note", text.done, title=text.title, sentence=text.sentence, button=text.button,
        overlapping=overlapping,
    )  # fmt: skip


def _overlapping(page: EpisodePage) -> list[EpisodeRow]:
    """This episode and the child's others that it overlaps, in order of start."""
    mine = page.row
    if mine.ended_at is None:
        return [mine]
    others = [
        row for row in page.others
        if row.ended_at and row.missing_from_at < mine.ended_at and mine.missing_from_at < row.ended_at
    ]  # fmt: skip
    return sorted([mine, *others], key=lambda row: row.missing_from_at)


@bp.route(f"/episodes/<{ID}:episode_id>/breach-reason", methods=["GET", "POST"])
@requires(Permission.RECORD_INTERVIEW)
def give_breach_reason(episode_id: int) -> ResponseReturnValue:
    """Why the 72 hours were not met."""
    page, form = opened(episode_id), BreachReasonForm()
    standing = next((breach for breach in page.breaches if breach.withdrawn_at is None), None)
    if standing and request.method == "GET":
        form.reason.data, form.note.data = standing.reason, standing.reason_note

    def save() -> None:
        service.give_breach_reason(
            request_context(), episode_id=episode_id, reason=BreachReason(form.reason.data), note=form.note.data
        )

    return _form_page(page, Act.GIVE_BREACH_REASON, form, save, "breach_reason", "The reason is recorded.")
