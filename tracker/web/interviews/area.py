"""What the modules of interviews share: the blueprint, the course of every form, the open interview."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.services.pages import interviews
from tracker.services.pages.episodes import Act, EpisodePage
from tracker.services.pages.interview_shapes import InterviewPage
from tracker.web.fields import LondonDateTimeField
from tracker.web.forms import Form, saved
from tracker.web.records import after, still_possible, tell_readings
from tracker.web.request import request_context, signed_in_viewer

bp = Blueprint("interviews", __name__)


def opened_interview(interview_id: int) -> InterviewPage:
    """The interview, its opening recorded; 404 where there is none that this person may see."""
    page = interviews.interview_page(request_context(), signed_in_viewer(), interview_id)
    return page if page is not None else abort(404)


def form_page(
    page: EpisodePage,
    act: Act | None,
    form: Form,
    save: Callable[[], object],
    template: str,
    done: str,
    typed: Iterable[LondonDateTimeField] = (),
    **shown: object,
) -> ResponseReturnValue:
    """The course of a form by episode. `act` None: whether it is possible has been judged already."""
    if act is not None and not still_possible(page, act):
        return redirect(url_for("episodes.show", episode_id=page.row.id))
    answer = sent(form, save, done, typed, after(page.row.id))
    back = {"back_address": after(page.row.id)}
    return answer or render_template(f"interviews/{template}.html", form=form, page=page, **back, **shown)


def step_page(
    page: InterviewPage,
    form: Form,
    save: Callable[[], object],
    template: str,
    done: str,
    typed: Iterable[LondonDateTimeField] = (),
    **shown: object,
) -> ResponseReturnValue:
    """The course of a form by interview: from its page, and back to it."""
    answer = sent(form, save, done, typed, back_to(page))
    return answer or render_template(
        f"interviews/{template}.html", form=form, page=page, back_address=back_to(page), **shown
    )


def sent(
    form: Form,
    save: Callable[[], object],
    done: str,
    typed: Iterable[LondonDateTimeField],
    to: str | Callable[[], str],
) -> ResponseReturnValue | None:
    """What a form that was sent leads to; None where it is to be shown, with its problems. `to`: where to go after."""

    def save_and_tell() -> None:
        save()
        tell_readings(typed)

    if not saved(form, save_and_tell, done):
        return None
    return redirect(to if isinstance(to, str) else to())


def back_to(page: InterviewPage) -> str:
    """The page of the interview, or of what is needed of one."""
    if page.id is None:
        return url_for("interviews.of_episode", episode_id=page.episode_id)
    return url_for("interviews.show", interview_id=page.id)


def form_of(endpoint: str, episode_id: int, **more: int) -> str:
    """The address of a form by episode that leads back to the interview."""
    given: dict[str, Any] = {"episode_id": episode_id, "from": "interview", **more}
    return url_for(f"interviews.{endpoint}", **given)


def fill(field: LondonDateTimeField, at: datetime | None) -> None:
    """Write an instant into the boxes of a form that is shown for the first time."""
    if at is not None:
        field.process(None, at)
