"""The workspace: the list by what needs doing, one child's pattern, the interviews with their quality checks."""

from flask import Response, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.bootstrap import wiring
from tracker.core.quality_check import QUESTIONS, Met
from tracker.services.check_quality import check_interview
from tracker.services.pages.frequent import frequent_page
from tracker.services.pages.frequent_child import frequent_child
from tracker.services.pages.frequent_interviews import InterviewRead, interview_read, interviews_page
from tracker.services.pages.maramps import maramps_of
from tracker.web.access import Permission, requires
from tracker.web.forms import Form, saved
from tracker.web.frequent.area import bp, lead_on
from tracker.web.frequent.forms import CheckForm, FilterForm, FindForm
from tracker.web.frequent.pictures import LETTERS, pictures_of
from tracker.web.records import ID, keep_typed, page_address, page_number, typed_before
from tracker.web.request import request_context, rules, signed_in_viewer

__all__ = ["bp"]


@bp.get("/frequent")
@requires(Permission.SEE_FREQUENT)
def index() -> str:
    """Every child on a repeat flag or with an open MARAMP, by what needs doing."""
    form = FilterForm(request.args)
    form.offer_rules((rule.name, rule.title or rule.name) for rule in rules().repeat_rules)
    typed = typed_before()
    finding = FindForm(formdata=None, sought=(typed or {}).get("sought", ""))
    filters = form.filters(finding.sought.data)
    found = frequent_page(request_context(), signed_in_viewer(), filters, page_number())
    return render_template(
        "frequent/index.html", filtering=form, finding=finding, found=found, filters=filters, is_held=typed is not None,
        page_address=page_address,
    )  # fmt: skip


@bp.post("/frequent/find")
@requires(Permission.SEE_FREQUENT)
def find() -> ResponseReturnValue:
    """From what was typed to an address that does not hold it."""
    form = FindForm()
    key = keep_typed(sought=form.sought.data.strip()) if form.validate_on_submit() else ""
    return redirect(url_for("frequent.index", search=key or None))


@bp.get(f"/frequent/<{ID}:child_id>")
@requires(Permission.SEE_FREQUENT)
def show(child_id: int) -> str:
    """One child: where things stand, and the pattern of going missing."""
    page = frequent_child(request_context(), signed_in_viewer(), child_id) or lead_on(child_id)
    return render_template(
        "frequent/show.html",
        page=page,
        pictures=pictures_of(page.pattern),
        letters=LETTERS,
        maramps=maramps_of(child_id),
        form=Form(formdata=None),
    )


@bp.get(f"/frequent/<{ID}:child_id>/charts/<name>.svg")
@requires(Permission.SEE_FREQUENT)
def chart(child_id: int, name: str) -> Response:
    """One picture; its page shows the same as a table and in words."""
    page = frequent_child(request_context(), signed_in_viewer(), child_id, part="chart") or abort(404)
    picture = pictures_of(page.pattern).get(name) or abort(404)
    return as_svg(wiring(current_app).charts.svg(picture.spec, picture.rows))


def as_svg(text: str) -> Response:
    """A picture of a child's record: kept by nobody on its way."""
    answer = Response(text, mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@bp.get(f"/frequent/<{ID}:child_id>/interviews")
@requires(Permission.SEE_FREQUENT)
def interviews(child_id: int) -> str:
    """Every interview that was held, with its quality checks; and the returns after which none was."""
    page = interviews_page(request_context(), signed_in_viewer(), child_id) or lead_on(child_id)
    return render_template("frequent/interviews.html", page=page)


@bp.get(f"/frequent/<{ID}:child_id>/interviews/<{ID}:interview_id>")
@requires(Permission.SEE_FREQUENT)
def interview(child_id: int, interview_id: int) -> str:
    """One of them to read, with the form of its check."""
    page, form = _read(child_id, interview_id), CheckForm(formdata=None)
    if page.own:
        for name in (*QUESTIONS, "comment"):
            form[name].data = str(getattr(page.own, name))
    form.number.data = str(page.seen_number)
    return render_template("frequent/interview.html", page=page, form=form)


@bp.post(f"/frequent/<{ID}:child_id>/interviews/<{ID}:interview_id>/check")
@requires(Permission.CHECK_QUALITY)
def check(child_id: int, interview_id: int) -> ResponseReturnValue:
    """Was the child heard, were the reasons understood, were the actions done."""
    form = CheckForm()

    def save() -> None:
        met = {name: Met(form[name].data) for name in QUESTIONS}
        check_interview(
            request_context(), interview_id=interview_id, seen_number=form.seen_number(), **met,
            comment=form.comment.data,
        )  # fmt: skip

    if saved(form, save, "The check is recorded."):
        return redirect(url_for("frequent.interviews", child_id=child_id))
    return render_template("frequent/interview.html", page=_read(child_id, interview_id), form=form)


def _read(child_id: int, interview_id: int) -> InterviewRead:
    return interview_read(request_context(), signed_in_viewer(), child_id, interview_id) or abort(404)
