"""The alert ladder: what is in force, its versions, its file; changing it: change_views.py."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.core.alert_terms import named_step
from tracker.core.ladder_changes import ladder_differences
from tracker.services.errors import Conflict, Refused
from tracker.services.pages import ladder as pages
from tracker.services.save_ladder import as_ladder_file, read_ladder_file, restore_ladder, save_ladder
from tracker.web.access import Permission, requires
from tracker.web.forms import add_problems
from tracker.web.ladder import wording
from tracker.web.ladder.forms import NoteForm, UploadedForm, UploadForm
from tracker.web.request import request_context, rules, settings, webhook_names
from tracker.web.words import words

bp = Blueprint("ladder", __name__, url_prefix="/ladder")

VERSION = "int(max=2147483647)"


@bp.app_context_processor
def _wording() -> dict[str, object]:
    return {"ladder_words": wording}


@bp.app_template_filter()
def step_words(rung: str) -> str:
    """What a step is called: its title on the ladder in force, else the words of its name."""
    titles = {step.rung: step.title for step in rules().ladder}
    return titles.get(rung) or words(named_step(rung))


@bp.get("")
@requires(Permission.MANAGE_LADDER)
def index() -> str:
    """Every step and trigger, whom it tells, and who that would be now; the versions."""
    page = pages.ladder_page(request_context(), settings().ladder_definition)
    return render_template("ladder/index.html", page=page, persons=persons())


def persons() -> dict[str, str]:
    """The names of people who may be named, by address."""
    return {person.email: person.name for person in pages.people_to_name()}


@bp.get(f"/versions/<{VERSION}:version_no>")
@requires(Permission.MANAGE_LADDER)
def version(version_no: int) -> str:
    """What one version says, and what it changed."""
    return _version(version_no, NoteForm(formdata=None))


def _version(version_no: int, form: NoteForm) -> str:
    row = pages.version_row(version_no, settings().ladder_definition) or abort(404)
    held = pages.in_force(settings().ladder_definition)
    form.version.data = str(held.version_no)
    back = ladder_differences(held.definition, row.definition)
    return render_template("ladder/version.html", row=row, held=held, back_changes=back, form=form, persons=persons())


@bp.post(f"/versions/<{VERSION}:version_no>")
@requires(Permission.MANAGE_LADDER)
def restore(version_no: int) -> ResponseReturnValue:
    """This version is in force again, as a new one."""
    form = NoteForm()
    if form.validate_on_submit():
        try:
            number = restore_ladder(
                request_context(),
                restored_no=version_no,
                note=form.note.data,
                based_on=form.version_no,
                file=settings().ladder_definition,
                webhooks=webhook_names(),
            )
        except Conflict as conflict:
            form.form_errors += [problem.sentence for problem in conflict.problems]
        except Refused as refused:
            add_problems(form, refused)
        else:
            flash(f"Version {number} is in force: it says what the earlier version said.", "done")
            return redirect(url_for("ladder.index"))
    return _version(version_no, form)


@bp.get("/download")
@requires(Permission.MANAGE_LADDER)
def download() -> Response:
    """The ladder in force as a ladder file."""
    held = pages.in_force(settings().ladder_definition)
    headers = {"Content-Disposition": 'attachment; filename="ladder.toml"'}
    return Response(as_ladder_file(held.definition), mimetype="application/toml", headers=headers)


@bp.route("/upload", methods=["GET", "POST"])
@requires(Permission.MANAGE_LADDER)
def upload() -> str:
    """A ladder file, and then what it would change; saving is the next step."""
    form = UploadForm()
    if form.validate_on_submit():
        content = form.file.data.read()
        found = read_ladder_file(content)
        if isinstance(found, tuple):
            form.file.errors = [problem.sentence for problem in found]
        else:
            held = pages.in_force(settings().ladder_definition)
            shown = UploadedForm(formdata=None, text=as_ladder_file(found), version=str(held.version_no))
            return _preview(shown)
    return render_template("ladder/upload.html", form=form)


def _preview(form: UploadedForm) -> str:
    held, found = pages.in_force(settings().ladder_definition), read_ladder_file(form.text.data.encode())
    changes = () if isinstance(found, tuple) else ladder_differences(held.definition, found)
    return render_template("ladder/preview.html", form=form, changes=changes, wrong=isinstance(found, tuple))


@bp.post("/upload/save")
@requires(Permission.MANAGE_LADDER)
def save_upload() -> ResponseReturnValue:
    """What the file said becomes the newest version."""
    form = UploadedForm()
    found = read_ladder_file(form.text.data.encode())
    if form.validate_on_submit() and isinstance(found, tuple):
        form.form_errors += [problem.sentence for problem in found]
    elif form.validate_on_submit() and not isinstance(found, tuple):
        try:
            save_ladder(
                request_context(),
                definition=found,
                note=form.note.data,
                based_on=form.version_no,
                file=settings().ladder_definition,
                webhooks=webhook_names(),
            )
        except Conflict as conflict:
            form.form_errors += [problem.sentence for problem in conflict.problems]
            form.version.data = str(pages.in_force(settings().ladder_definition).version_no)
        except Refused as refused:
            add_problems(form, refused)
        else:
            flash("The ladder of the file is saved, and in force.", "done")
            return redirect(url_for("ladder.index"))
    return _preview(form)
