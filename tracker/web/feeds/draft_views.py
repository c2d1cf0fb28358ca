"""The steps of making a feed: a sample, columns, words, dates and rules, the outcome of every line, save."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from tracker.services import feed_drafts as drafts
from tracker.services.errors import FormProblem, Refused
from tracker.services.feed_drafts import Base, Draft, SampleFile
from tracker.services.feed_sample import Known, Sample, known_of
from tracker.services.pages import feed_steps as steps
from tracker.services.pages import feeds as pages
from tracker.services.preview_feed import Preview, PreviewOutcome
from tracker.web.access import Permission, requires
from tracker.web.feeds import choices as chosen
from tracker.web.feeds import wording
from tracker.web.feeds.forms import NewFeedForm, RulesForm, SampleForm, SaveForm, StepForm
from tracker.web.feeds.views import bp
from tracker.web.forms import add_problems, outcome_of
from tracker.web.records import page_number
from tracker.web.request import feeds_to_replay_by, may, request_context, settings, signed_in_viewer

LINES_ON_A_PAGE = 100


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_FEEDS)
def new() -> ResponseReturnValue:
    """Step 1 of a new feed: which force, and a sample of its report."""
    form = NewFeedForm()
    _offer_receipts(form)
    if form.validate_on_submit():
        title = form.force_name.data
        slug = chosen.short_name(title)
        base = Base({"force": slug, "name": slug, "description": f"Daily missing report of {title}"})
        if _started(form, base, needs_sample=True):
            return redirect(url_for("feeds.columns"))
    return render_template("feeds/start.html", form=form, page=None)


@bp.route("/named/<name>/change", methods=["GET", "POST"])
@requires(Permission.MANAGE_FEEDS)
def change(name: str) -> ResponseReturnValue:
    """Step 1 of a change: with a sample or without."""
    page = pages.feed_page(name, settings().feed_definitions) or abort(404)
    form = SampleForm()
    _offer_receipts(form)
    base = Base(page.definition, page.row.name, page.row.version_no)
    if form.validate_on_submit() and _started(form, base, needs_sample=False):
        return redirect(url_for("feeds.columns"))
    return render_template("feeds/start.html", form=form, page=page)


def _offer_receipts(form: SampleForm) -> None:
    """Earlier reports, for those who may see reports."""
    found = pages.recent_receipts(request_context(), signed_in_viewer()) if may(Permission.SEE_REPORTS) else ()
    form.offer((str(one.id), f"Receipt {one.id}: {one.filename} ({one.feed})") for one in found)


def _started(form: SampleForm, base: Base, needs_sample: bool) -> bool:
    """Whether a draft has begun; else the form says why not."""
    context, viewer = request_context(), signed_in_viewer()
    sample = None
    if form.file.data:
        sample = SampleFile(form.file.data.read(), form.file.data.filename or "report")
    elif form.receipt_id is not None:
        sample = drafts.sample_of_receipt(context, viewer, form.receipt_id)
    try:
        if sample is None and needs_sample:
            raise Refused(FormProblem("missing_value", "Choose a report of this force.", ("file",)))
        drafts.start_draft(context, viewer, base=base, sample=sample, known=_known(), limits=settings().limits)
    except Refused as refused:
        add_problems(form, refused)
        return False
    return True


def _known() -> Known:
    return known_of(feeds_to_replay_by())


def _draft() -> Draft:
    """The person's draft; to the list, with a notice, where there is none (any more)."""
    draft = drafts.draft_of(signed_in_viewer())
    if draft is None:
        flash("There is no draft of a feed: begin a new one.", "notice")
        abort(redirect(url_for("feeds.index")))
    return draft


def _sample(draft: Draft, known: Known) -> Sample | None:
    if draft.filename is None:
        return None
    return drafts.open_sample(request_context(), signed_in_viewer(), known, settings().limits)


def _keep(form: StepForm, definition: dict[str, object]) -> Draft:
    """What was chosen, kept in the draft that the page showed."""
    drafts.change_draft(request_context(), signed_in_viewer(), key=str(form.draft.data), definition=definition)
    return _draft()


@bp.route("/draft/columns", methods=["GET", "POST"])
@requires(Permission.MANAGE_FEEDS)
def columns() -> ResponseReturnValue:
    """Step 2: what each column of the sample holds; without a sample, the names of each field's columns."""
    draft, known, form = _draft(), _known(), StepForm()
    sample = _sample(draft, known)
    if form.validate_on_submit():
        definition, problems = chosen.columns_chosen(request.form, draft, sample)
        if not problems:
            draft = _keep(form, definition)
            problems = [one for one in steps.draft_problems(draft) if one.code in chosen.OF_COLUMNS]
        if not problems:
            return redirect(url_for("feeds.words"))
        form.tell(problems)
    if sample is None:
        names = chosen.names_shown(draft)
        return render_template("feeds/columns_by_name.html", form=form, draft=draft, names=names, wording=wording)
    rows = steps.column_rows(draft, sample, known)
    typed = request.form if form.is_submitted() else {}
    return render_template(
        "feeds/columns.html", form=form, draft=draft, rows=rows, lines=len(sample.rows), typed=typed, wording=wording
    )


@bp.route("/draft/words", methods=["GET", "POST"])
@requires(Permission.MANAGE_FEEDS)
def words() -> ResponseReturnValue:
    """Step 3: what the force's words for a status, a kind, a risk … mean."""
    draft, known, form = _draft(), _known(), StepForm()
    if form.validate_on_submit():
        draft = _keep(form, chosen.words_chosen(request.form, draft))
        problems = [one for one in steps.draft_problems(draft) if one.field.startswith("values")]
        if not problems:
            return redirect(url_for("feeds.rules"))
        form.tell(problems)
    tables = steps.word_tables(draft, _sample(draft, known), known)
    return render_template("feeds/words.html", form=form, draft=draft, tables=tables, wording=wording)


@bp.route("/draft/rules", methods=["GET", "POST"])
@requires(Permission.MANAGE_FEEDS)
def rules() -> ResponseReturnValue:
    """Step 4: dates, what "found" means, the force, when its report is expected."""
    draft, known = _draft(), _known()
    sample = _sample(draft, known)
    guess = steps.date_guess(draft, sample) if sample else None
    form = RulesForm(data=chosen.rules_shown(draft))
    form.offer_formats([*(draft.definition.get("date_formats") or ()), *(guess.formats if guess else ())])
    if form.validate_on_submit():
        draft = _keep(form, chosen.rules_chosen(form, draft))
        problems = [one for one in steps.draft_problems(draft) if one.code not in chosen.OF_COLUMNS]
        if not problems:
            return redirect(url_for("feeds.preview" if sample else "feeds.save"))
        add_problems(form, Refused(FormProblem(one.code, one.sentence, (one.field,)) for one in problems))
    authorities = steps.authorities_in(draft, sample) if sample else ()
    reads_return = any(field.startswith("returned") for field in draft.definition.get("columns") or {})
    return render_template(
        "feeds/rules.html", form=form, draft=draft, guess=guess, authorities=authorities, reads_return=reads_return
    )


def _unfinished(draft: Draft) -> Response | None:
    """To the step that still has a problem, where there is one."""
    problems = steps.draft_problems(draft)
    if not problems:
        return None
    flash("The feed is not complete yet: go through this step again.", "notice")
    if any(one.code in chosen.OF_COLUMNS for one in problems):
        return redirect(url_for("feeds.columns"))
    of_words = all(one.field.startswith("values") for one in problems)
    return redirect(url_for("feeds.words" if of_words else "feeds.rules"))


@bp.get("/draft/preview")
@requires(Permission.MANAGE_FEEDS)
def preview() -> ResponseReturnValue:
    """Step 5: what would become of every line of the sample. Nothing is written."""
    draft = _draft()
    found = steps.draft_preview(
        request_context(), signed_in_viewer(), draft, settings().council.own_names, settings().limits
    )
    if found is None:
        return _unfinished(draft) or redirect(url_for("feeds.save"))
    given = request.args.get("outcome", "")
    outcome = PreviewOutcome(given) if given in set(PreviewOutcome) else None
    lines = [one for one in found.lines if outcome in (None, one.outcome)] if isinstance(found, Preview) else []
    number = page_number()
    return render_template(
        "feeds/preview.html",
        draft=draft,
        found=found,
        is_table=isinstance(found, Preview),
        outcome=outcome,
        lines=lines[(number - 1) * LINES_ON_A_PAGE : number * LINES_ON_A_PAGE],
        number=number,
        pages=max(1, -(-len(lines) // LINES_ON_A_PAGE)),
        form=StepForm(),
        wording=wording,
    )


@bp.route("/draft/save", methods=["GET", "POST"])
@requires(Permission.MANAGE_FEEDS)
def save() -> ResponseReturnValue:
    """Step 6: a name, why, and the new version is in force."""
    draft = _draft()
    unfinished = _unfinished(draft)
    if unfinished:
        return unfinished
    form = SaveForm(data={"name": draft.definition.get("name", ""), "note": "" if draft.based_on else "First version"})
    name = draft.based_on or form.name.data

    def act() -> int:
        given = {"key": str(form.draft.data), "name": name, "note": form.note.data}
        return drafts.save_draft(request_context(), signed_in_viewer(), **given, files=settings().feed_definitions)

    number = outcome_of(form, act)
    if number is not None:
        flash(f"Version {number} of the feed is saved and in force.", "done")
        return redirect(url_for("feeds.show", name=name))
    return render_template("feeds/save.html", form=form, draft=draft)


@bp.post("/draft/discard")
@requires(Permission.MANAGE_FEEDS)
def discard() -> Response:
    """Give the draft up; its sample goes."""
    drafts.discard_draft(signed_in_viewer())
    flash("The draft is given up, and its sample is deleted.", "done")
    return redirect(url_for("feeds.index"))
