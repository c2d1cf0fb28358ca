"""The feeds: the list, one with its history, a version's differences, export, import, retire and restore."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.services.feed_drafts import draft_of
from tracker.services.feed_files import as_feed_file, load_feed_file
from tracker.services.pages import feeds as pages
from tracker.services.pages.feeds import FeedPage
from tracker.services.save_feed import restore_version, retire_feed
from tracker.web.access import Permission, requires
from tracker.web.feeds import wording
from tracker.web.feeds.forms import ImportForm, NoteForm
from tracker.web.forms import outcome_of, saved
from tracker.web.request import request_context, settings, signed_in_viewer

bp = Blueprint("feeds", __name__, url_prefix="/feeds")

VERSION = "int(max=2147483647)"
"""How a version stands in a route; 0 is the one that a file holds."""


@bp.get("")
@requires(Permission.MANAGE_FEEDS)
def index() -> str:
    """Every feed, with what has come in by it."""
    rows = pages.feed_list(settings().feed_definitions)
    return render_template("feeds/index.html", feeds=rows, draft=draft_of(signed_in_viewer()))


@bp.get("/named/<name>")
@requires(Permission.MANAGE_FEEDS)
def show(name: str) -> str:
    """How one feed is read, and its versions."""
    return _show(name, NoteForm(formdata=None))


def _page(name: str) -> FeedPage:
    return pages.feed_page(name, settings().feed_definitions) or abort(404)


def _show(name: str, form: NoteForm) -> str:
    page = _page(name)
    return render_template("feeds/show.html", page=page, form=form, wording=wording)


@bp.get(f"/named/<name>/versions/<{VERSION}:version_no>")
@requires(Permission.MANAGE_FEEDS)
def version(name: str, version_no: int) -> str:
    """What one version says, and what it changed."""
    return _version(name, version_no, NoteForm(formdata=None))


def _version(name: str, version_no: int, form: NoteForm) -> str:
    page = pages.version_page(name, version_no or None, settings().feed_definitions) or abort(404)
    return render_template("feeds/version.html", page=page, form=form, wording=wording)


@bp.post(f"/named/<name>/versions/<{VERSION}:version_no>")
@requires(Permission.MANAGE_FEEDS)
def restore(name: str, version_no: int) -> ResponseReturnValue:
    """This version is in force again, as a new one."""
    form = NoteForm()

    def act() -> int:
        return restore_version(
            request_context(), name=name, restored_no=version_no or None, version_no=form.version_no,
            note=form.note.data, files=settings().feed_definitions,
        )  # fmt: skip

    number = outcome_of(form, act)
    if number is not None:
        flash(f"Version {number} is in force: it says what the earlier version said.", "done")
        return redirect(url_for("feeds.show", name=name))
    return _version(name, version_no, form)


@bp.post("/named/<name>/retire")
@requires(Permission.MANAGE_FEEDS)
def retire(name: str) -> ResponseReturnValue:
    """No report comes in by this feed any more."""
    form = NoteForm()

    def save() -> None:
        version_no, note, files = form.version_no, form.note.data, settings().feed_definitions
        retire_feed(request_context(), name=name, version_no=version_no, note=note, files=files)

    if saved(form, save, "The feed is retired. What has come in by it can still be decided and read again."):
        return redirect(url_for("feeds.show", name=name))
    return _show(name, form)


@bp.get("/named/<name>/export")
@requires(Permission.MANAGE_FEEDS)
def export(name: str) -> Response:
    """The feed in force as a feed file."""
    page = _page(name)
    headers = {"Content-Disposition": f'attachment; filename="{page.row.name}.toml"'}
    return Response(as_feed_file(page.definition), mimetype="application/toml", headers=headers)


@bp.route("/import", methods=["GET", "POST"])
@requires(Permission.MANAGE_FEEDS)
def load() -> ResponseReturnValue:
    """A feed file becomes the newest version of its feed."""
    form, files = ImportForm(), settings().feed_definitions

    def act() -> str:
        content = form.file.data.read()
        name, _ = load_feed_file(request_context(), content=content, note=form.note.data, files=files)
        return name

    name = outcome_of(form, act)
    if name is not None:
        flash("The feed file is loaded, and in force.", "done")
        return redirect(url_for("feeds.show", name=name))
    return render_template("feeds/import.html", form=form)
