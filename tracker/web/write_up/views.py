"""The form of an interview: overview, one section at a time, printed; saved as typed where scripts run."""

from typing import Any

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from tracker.services.errors import FormProblem, Refused
from tracker.services.pages.child_plans import actions_from_interview
from tracker.services.pages.write_ups import SectionView, WriteUpAct, WriteUpPage, earlier_versions, section_asked
from tracker.services.write_interview import (
    SavedSection,
    SectionConflict,
    finish_write_up,
    reopen_write_up,
    save_section,
)
from tracker.web.access import Permission, requires
from tracker.web.filters import time_of_day
from tracker.web.records import ID
from tracker.web.request import request_context, settings, signed_in_viewer
from tracker.web.write_up.area import bp, opened, refuse_act
from tracker.web.write_up.section_form import BOX, SectionForm

ANOTHER_PERSON = FormProblem(
    "another_person",
    "This page was opened by another person than the one who is signed in now. Nothing was saved. "
    "Whoever wrote this signs in again to save it.",
)


@bp.route(f"/interviews/<{ID}:interview_id>/form")
@requires(Permission.SEE_EPISODES)
def index(interview_id: int) -> str:
    """The whole write-up: each section and its state, what waits, what a manager said, what the police know."""
    return _overview_page(opened(interview_id))


def _overview_page(page: WriteUpPage, **shown: Any) -> str:
    actions = actions_from_interview(request_context(), page.interview_id)
    return render_template("write_up/index.html", page=page, actions=actions, form=None, **shown)


@bp.route(f"/interviews/<{ID}:interview_id>/form/<section>", methods=["GET", "POST"])
@requires(Permission.RECORD_INTERVIEW)
def section(interview_id: int, section: str) -> ResponseReturnValue:
    """One section, to be written; works without scripts, and saves as typed with them."""
    if request.method == "POST":
        return _save(interview_id, section)
    page = opened(interview_id, part=section)
    view = page.section(section) or abort(404)
    refused = refuse_act(page, WriteUpAct.WRITE, "This interview is somebody else’s now: you may read it.")
    writer_id = signed_in_viewer().person_id
    return refused or _section_page(
        page, view, SectionForm(view.section, view.answers, view.version, writer_id, saved_at=view.saved_at)
    )


def _save(interview_id: int, section: str) -> ResponseReturnValue:
    person = signed_in_viewer()
    part = section_asked(request_context(), interview_id, section) or abort(404)
    form = SectionForm.sent(part, request.form)
    try:
        if form.writer_id != person.person_id:
            raise Refused(ANOTHER_PERSON)
        saved = save_section(
            request_context(), interview_id=interview_id, section=section, answers=form.answers,
            based_on_version=form.version, conflict_id=form.conflict_id,
        )  # fmt: skip
    except SectionConflict as conflict:
        return _conflict(interview_id, conflict)
    except Refused as refused:
        return _not_saved(interview_id, section, form, refused)
    return _saved(interview_id, section, saved)


def _saved(interview_id: int, section: str, saved: SavedSection) -> ResponseReturnValue:
    at = time_of_day(saved.saved_at)
    if _asks_for_json():
        return jsonify(version=saved.version, saved_at=at)
    flash(f"Saved {at}.", "done")
    if request.form.get("go") == "stay":
        return redirect(url_for("write_up.section", interview_id=interview_id, section=section))
    codes = [view.section.code for view in opened(interview_id, part=section).sections]
    after = codes[codes.index(section) + 1 :]
    if request.form.get("go") == "on" and after:
        return redirect(url_for("write_up.section", interview_id=interview_id, section=after[0]))
    return redirect(url_for("write_up.index", interview_id=interview_id))


def _conflict(interview_id: int, conflict: SectionConflict) -> ResponseReturnValue:
    settle = url_for("write_up.settle", interview_id=interview_id, conflict_id=conflict.conflict_id)
    sentence = conflict.problems[0].sentence
    if _asks_for_json():
        labels = [one.label for one in conflict.differences]
        told = {"sentence": sentence, "differs": labels, "settle": settle, "conflict_id": conflict.conflict_id}
        return jsonify(status="conflict", **told), 409
    flash(sentence, "notice")
    return redirect(settle)


def _not_saved(interview_id: int, section: str, form: SectionForm, refused: Refused) -> ResponseReturnValue:
    """What was typed comes back in the page."""
    if refused.problems[0].code == "unknown_interview":
        abort(404)
    code, sentence = refused.problems[0].code, " ".join(problem.sentence for problem in refused.problems)
    if _asks_for_json():
        return jsonify(status=code, sentence=sentence), 422
    form.add_problems(refused)
    form.writer_id = signed_in_viewer().person_id
    page = opened(interview_id, part=section)
    return _section_page(page, page.section(section) or abort(404), form)


def _section_page(page: WriteUpPage, view: SectionView, form: SectionForm) -> str:
    codes = [one.section.code for one in page.sections]
    place = codes.index(view.section.code)
    return render_template(
        "write_up/section.html", page=page, view=view, form=form, place=place, box=BOX,
        previous=codes[place - 1] if place else None,
        following=codes[place + 1] if place + 1 < len(codes) else None,
    )  # fmt: skip


def _asks_for_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


@bp.route(f"/interviews/<{ID}:interview_id>/form/<section>/before")
@requires(Permission.SEE_EPISODES)
def before(interview_id: int, section: str) -> str:
    """What a section said before: nothing that was replaced or taken away is out of reach."""
    page = opened(interview_id, part=f"{section}/before")
    view = page.section(section) or abort(404)
    return render_template("write_up/before.html", page=page, view=view, versions=earlier_versions(page, view))


@bp.route(f"/interviews/<{ID}:interview_id>/form/token")
@requires(Permission.RECORD_INTERVIEW)
def fresh_token(interview_id: int) -> ResponseReturnValue:
    """For a page that stayed open while its person signed in anew: who is signed in, and a token to send with."""
    return jsonify(person_id=signed_in_viewer().person_id, token=generate_csrf())


@bp.route(f"/interviews/<{ID}:interview_id>/form/print")
@requires(Permission.SEE_EPISODES)
def printed(interview_id: int) -> str:
    """The whole form on paper; `?blank=yes` without answers, to take along."""
    page = opened(interview_id, part="print")
    blank = request.args.get("blank") == "yes"
    actions = () if blank else actions_from_interview(request_context(), interview_id)
    council = settings().council
    return render_template("write_up/print.html", page=page, actions=actions, blank=blank, council=council)


@bp.route(f"/interviews/<{ID}:interview_id>/form/finish", methods=["POST"])
@requires(Permission.RECORD_INTERVIEW)
def finish(interview_id: int) -> ResponseReturnValue:
    """Written up: it goes to a manager. What is missing is listed, each with the way to its question."""
    try:
        finish_write_up(request_context(), interview_id=interview_id)
    except Refused as refused:
        page = opened(interview_id)
        problems = [(_where(page, problem), problem.sentence) for problem in refused.problems]
        return _overview_page(page, problems=problems), 422
    flash("Written up. A manager looks at it now.", "done")
    return redirect(url_for("write_up.index", interview_id=interview_id))


def _where(page: WriteUpPage, problem: FormProblem) -> str | None:
    """The way to the question that a problem names, to recording that it was held, or to the texts to be settled."""
    if problem.code == "not_held":
        return url_for("interviews.record_completed", episode_id=page.first_episode_id)
    if problem.code == "unsettled" and page.unsettled:
        return url_for("write_up.settle", interview_id=page.interview_id, conflict_id=page.unsettled[0].id)
    if not problem.fields:
        return None
    code, _, question = problem.fields[0].partition(".")
    form = SectionForm((page.section(code) or abort(404)).section, {}, 0, 0)
    form.errors[question] = [problem.sentence]
    anchor = form.all_errors()[0][0]
    return url_for("write_up.section", interview_id=page.interview_id, section=code, _anchor=anchor)


@bp.route(f"/interviews/<{ID}:interview_id>/form/reopen", methods=["POST"])
@requires(Permission.RECORD_INTERVIEW)
def take_back(interview_id: int) -> ResponseReturnValue:
    """Whoever wrote it takes it back before a manager has decided."""
    reopen_write_up(request_context(), interview_id=interview_id)
    flash("The form is open again. Finish it once more when you are done.", "done")
    return redirect(url_for("write_up.index", interview_id=interview_id))
