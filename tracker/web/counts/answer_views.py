"""Counts for answering a request: what would be given, what was given, as page, CSV and PDF."""

from flask import abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField

from tracker.bootstrap import wiring
from tracker.core.clock import Period
from tracker.core.tables import BYTE_ORDER_MARK, csv_text
from tracker.core.terms import Cohort
from tracker.services.answer_request import answer_document, answer_request
from tracker.services.errors import Refused
from tracker.services.pages.answers import (
    Answer,
    answer_file,
    answer_given,
    answer_list,
    answer_words,
    overlaps,
)
from tracker.services.pages.counts import definition_of
from tracker.services.pages.edition import quarter_key
from tracker.services.pages.episode_rows import record_list
from tracker.services.pages.periods import narrowed
from tracker.web.access import Permission, requires
from tracker.web.counts.views import NAMES, bp
from tracker.web.filters import day, instant
from tracker.web.forms import Form, Text, add_problems
from tracker.web.periods.asked import days, period_or_404
from tracker.web.periods.views import sent
from tracker.web.records import ID
from tracker.web.request import request_context, settings

COLUMNS = ((Cohort.ALL, "All children"), (Cohort.OURS, "Our children"), (Cohort.OTHER, "Other councils’ children"))


class AnswerForm(Form):
    reference = Text("Reference of the request")
    looked = BooleanField("I have looked at what was given before, and no small number can be worked out from it.")


@bp.route("/month/counts/answer", methods=["GET", "POST"])
@requires(Permission.EXPORT_MONTH)
def answer() -> ResponseReturnValue:
    """What would be given of a period, beside what was given before; keeping it as an answer."""
    period, form, context = period_or_404(), AnswerForm(), request_context()
    threshold = settings().disclosure.threshold
    if form.validate_on_submit():
        try:
            id_ = answer_request(context, period, threshold, form.reference.data or "", looked=bool(form.looked.data))
        except Refused as refused:
            add_problems(form, refused)
        else:
            flash("The answer is kept.", "done")
            return redirect(url_for("counts.answered", answer_id=id_))
    return _shown(period, form, threshold)


@bp.get("/month/counts/answers")
@requires(Permission.EXPORT_MONTH)
def answers() -> ResponseReturnValue:
    """Every answer given, the newest first."""
    return render_template("counts/answers.html", found=answer_list(request_context()))


@bp.get(f"/month/counts/answers/<{ID}:answer_id>")
@requires(Permission.EXPORT_MONTH)
def answered(answer_id: int) -> ResponseReturnValue:
    """One answer as it was given."""
    return render_template("counts/answered.html", given=_given(answer_id), **_words())


@bp.get(f"/month/counts/answers/<{ID}:answer_id>.csv")
@requires(Permission.EXPORT_MONTH)
def answer_csv(answer_id: int) -> ResponseReturnValue:
    """The answer as CSV."""
    given = _given(answer_id, exported=True)
    return sent(
        (BYTE_ORDER_MARK + csv_text(answer_file(given.document))).encode(), "text/csv", f"{_file_name(given)}.csv"
    )


@bp.get(f"/month/counts/answers/<{ID}:answer_id>.pdf")
@requires(Permission.EXPORT_MONTH)
def answer_pdf(answer_id: int) -> ResponseReturnValue:
    """The answer as PDF."""
    given = _given(answer_id, exported=True)
    values = _printed(given)
    made = wiring(current_app).typesetter.pdf("answer", values, given.answered_at)
    return sent(made, "application/pdf", f"{_file_name(given)}.pdf")


def _printed(given: Answer) -> dict[str, object]:
    """The plain values that templates/reports/answer.typ sets."""
    threshold = given.document["threshold"]
    return {
        "title": "Children missing and return home interviews",
        "subtitle": f"{settings().council.name}. {day(given.period.start_on)} to {day(given.period.last_day)}. "
        f"Request {given.reference}.",
        "mark": f"Made {instant(given.answered_at)}. May be given to whoever asked.",
        "threshold": threshold,
        "columns": [text for _, text in COLUMNS],
        "rows": [
            [NAMES[name], *(answer_words(shown[cohort], threshold) for cohort, _ in COLUMNS)]
            for name, shown in given.document["counts"].items()
        ],
        "definitions": [[NAMES[name], definition_of(name)] for name in given.document["counts"]],
    }


def _shown(period: Period, form: AnswerForm, threshold: int) -> ResponseReturnValue:
    context = request_context()
    try:
        document = answer_document(context, period, threshold)
    except Refused as refused:
        return render_template("counts/unanswerable.html", problems=refused.problems, period=period, key=quarter_key)
    record_list(context, "foi_answer", narrowed(period))
    return render_template(
        "counts/answer.html", form=form, period=period, document=document, given=overlaps(period), key=quarter_key,
        days=days, **_words(),
    )  # fmt: skip


def _words() -> dict[str, object]:
    return {"names": NAMES, "columns": COLUMNS, "answer_words": answer_words, "definition_of": definition_of}


def _given(answer_id: int, *, exported: bool = False) -> Answer:
    return answer_given(request_context(), answer_id, exported=exported) or abort(404)


def _file_name(given: Answer) -> str:
    return f"answer-{given.id}-{given.period.start_on}-to-{given.period.last_day}"
