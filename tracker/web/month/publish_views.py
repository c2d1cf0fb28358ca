"""Publishing a month under one's name, and what is not in the published figures."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField

from tracker.core.month_differences import by_key
from tracker.services import publish_month
from tracker.services.errors import Conflict, Refused
from tracker.services.pages.month import current_figures
from tracker.services.verify_month import not_in_published
from tracker.web.access import Permission, requires
from tracker.web.episodes.wording import field_words
from tracker.web.forms import Form, LongText, add_problems
from tracker.web.month.views import bp, chosen_version, found_or_404, opens_lists
from tracker.web.records import version_in
from tracker.web.request import request_context, signed_in_viewer


class PublishForm(Form):
    """A confirmation of the version that the page spoke of; of a further one, why it is issued."""

    version = HiddenField()
    reason = LongText("Why is a further version issued?")


_FACTS = {
    "breach.reason": "Why the 72 hours were not met",
    "interview.attempts": "Attempts to reach the child or carer",
    "interview.authority_requests": "What another council was asked or answered",
    "interview_due_at": "Deadline",
    "start_time_estimated": "Whether the start has a time",
    "date_of_birth": "Date of birth",
    "sex": "Sex",
    "ethnicity": "Ethnicity",
}


@bp.app_template_filter()
def fact_words(name: str) -> str:
    """A field that explains a difference, in words; its value is not told here."""
    return _FACTS.get(name) or field_words(name)


@bp.route("/month/<month>/publish", methods=["GET", "POST"])
@requires(Permission.PUBLISH_MONTH)
def publish(month: str) -> ResponseReturnValue:
    """Freeze the month's figures under the name of whoever signs in."""
    form = PublishForm()
    summary = found_or_404(lambda: current_figures(request_context(), month))
    if form.validate_on_submit():
        try:
            shown = version_in(form.version.data)
            published = publish_month.publish(request_context(), month, reason=form.reason.data, version=shown)
        except Conflict:
            raise
        except Refused as refused:
            add_problems(form, refused)
        else:
            flash(f"Version {published.version} is published. The operational group is told by email.", "done")
            return redirect(url_for("month.show", month=month, version=published.version))
    ended = summary.period.end_at <= request_context().now
    further = publish_month.further_version(request_context(), month) if ended else None
    if not form.is_submitted():
        form.version.data = str(further.version if further else 1)
    return render_template(
        "month/publish.html",
        form=form,
        month=month,
        summary=summary,
        ended=ended,
        further=further,
        figures=by_key(further.differences.figures) if further else None,
    )


@bp.get("/month/<month>/differences")
@requires(Permission.SEE_MONTH)
def differences(month: str) -> ResponseReturnValue:
    """What today's records change in a published version, the newest unless named."""
    found = found_or_404(lambda: not_in_published(request_context(), signed_in_viewer(), month, chosen_version()))
    return render_template(
        "month/differences.html",
        found=found,
        figures=by_key(found.today.figures),
        corrected=by_key(found.corrected.figures) if found.corrected else None,
        lists=opens_lists(),
    )
