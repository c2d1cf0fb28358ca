"""Two people wrote in one section: both texts beside each other, question by question, and a person decides."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.core.form_answers import Answer, Difference, differences
from tracker.core.interview_form import QuestionKind
from tracker.services.errors import Refused
from tracker.services.pages.write_ups import ConflictView, SectionView, WriteUpAct
from tracker.services.write_interview import SectionConflict, settle_conflict
from tracker.web.access import Permission, requires
from tracker.web.records import ID, version_in
from tracker.web.request import request_context
from tracker.web.unsent import is_shown_again
from tracker.web.write_up.area import bp, opened, refuse_act

HELD, TYPED, OTHER, BOTH = "held", "typed", "other", "both"


class SettleForm:
    """What was chosen for each field that differs. Nothing is chosen beforehand: no text is lost by a slip."""

    def __init__(self, view: SectionView, kept: ConflictView, found: list[Difference]) -> None:
        self.view, self.kept, self.found = view, kept, found
        self.choices: dict[str, str] = {}
        self.texts = {one.field: _joined(one) for one in found if offers_text(one)}
        self.errors: dict[str, list[str]] = {}
        self.form_errors: list[str] = []

    def read(self) -> None:
        for one in self.found:
            self.choices[one.field] = request.form.get(f"take-{one.field}", "")
            if one.field in self.texts:
                self.texts[one.field] = request.form.get(f"text-{one.field}", "")

    def answers(self) -> dict[str, Answer] | None:
        """What the section is to say; None where a choice is missing, which is then said beside it."""
        decided: dict[str, Answer | None] = dict(self.view.answers)
        for one in self.found:
            take = self.choices[one.field]
            if take in (HELD, TYPED):
                decided[one.field] = one.held if take == HELD else one.typed
            elif take == OTHER and one.field in self.texts:
                decided[one.field] = self.texts[one.field]
            elif take == BOTH and isinstance(one.held, list) and isinstance(one.typed, list):
                decided[one.field] = [*one.held, *one.typed]
            else:
                self.errors[one.field] = [f"Choose what stays for “{one.label}”."]
        return None if self.errors else {field: answer for field, answer in decided.items() if answer}

    def all_errors(self) -> list[tuple[str | None, str]]:
        found: list[tuple[str | None, str]] = [(None, sentence) for sentence in self.form_errors]
        return found + [(f"take-{field}-0", sentence) for field, given in self.errors.items() for sentence in given]


def offers_text(one: Difference) -> bool:
    """Whether a third text can be written: of a free text, not of a list."""
    listed = one.question.kind in (QuestionKind.CHOICE, QuestionKind.CHOICES, QuestionKind.YES_NO_UNKNOWN)
    return not listed or one.field != one.question.code


def _joined(one: Difference) -> str:
    return "\n\n".join(text for text in (one.held, one.typed) if isinstance(text, str))


@bp.route(f"/interviews/<{ID}:interview_id>/form/conflicts/<{ID}:conflict_id>", methods=["GET", "POST"])
@requires(Permission.RECORD_INTERVIEW)
def settle(interview_id: int, conflict_id: int) -> ResponseReturnValue:
    """Both texts; one that is settled stays readable."""
    page = opened(interview_id, part="conflict")
    kept = next((one for one in page.conflicts if one.id == conflict_id), None) or abort(404)
    view = page.section(kept.section.code) or abort(404)
    form = SettleForm(view, kept, differences(kept.section, view.answers, kept.answers))
    if kept.settled_at is None and (away := refuse_act(page, WriteUpAct.WRITE, "You may read this, not change it.")):
        return away
    if request.method == "POST":
        form.read()
        if done := _settled(form, interview_id):
            return done
    return render_template("write_up/settle.html", page=page, kept=kept, view=view, form=form)


def _settled(form: SettleForm, interview_id: int) -> ResponseReturnValue | None:
    """Where to go once it is settled, or to two newer texts; None where the form says why not."""
    kept, version = form.kept, form.view.version
    if version_in(request.form.get("version")) != version:
        form.form_errors.append("The section was saved again meanwhile. Both texts are shown as they stand now.")
        return None
    answers = None if is_shown_again() else form.answers()
    if answers is None:
        return None
    try:
        settle_conflict(request_context(), conflict_id=kept.id, answers=answers, based_on_version=version)
    except SectionConflict as conflict:
        flash(conflict.problems[0].sentence, "notice")
        return redirect(url_for("write_up.settle", interview_id=interview_id, conflict_id=conflict.conflict_id))
    except Refused as refused:
        form.form_errors += [problem.sentence for problem in refused.problems]
        return None
    flash("Settled. Both texts stay on record.", "done")
    return redirect(url_for("write_up.section", interview_id=interview_id, section=kept.section.code))
