"""A feed is saved, retired, or brought back to an earlier version: each a new version, and nothing is ever changed."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from tracker.core.feed import Feed
from tracker.core.feed_definition import plain_definition, read_definition
from tracker.services.context import Context
from tracker.services.errors import Conflict, FormProblem, Refused
from tracker.services.rows_for_change import CHANGED_MEANWHILE
from tracker.services.transaction import writing
from tracker.store import audit
from tracker.store import feeds as store
from tracker.store.models import FeedVersion

Definitions = Mapping[str, Mapping[str, Any]]
"""The feeds of files, by name, as settings hold them."""

LONGEST_NOTE = 500


def save_feed(
    context: Context,
    *,
    definition: Mapping[str, Any],
    note: str,
    based_on: str | None,
    based_on_version: int | None,
    files: Definitions,
) -> int:
    """Save a definition as the newest version of its feed; its number.

    `based_on`: the feed that is changed, None for a new one; `based_on_version`: its version that was looked at, None
    for the file's. Raises Refused with what is wrong, Conflict where somebody saved another version meanwhile.
    """
    found = read_definition(definition)
    if not isinstance(found, Feed):
        raise Refused(FormProblem(one.code, one.sentence, (one.field,)) for one in found)
    _check_note(note)
    plain = plain_definition(definition)
    with writing() as session:
        audit.hold_chain(session)
        held = _held(session, found.name, files)
        if based_on is None and held is not None:
            raise Refused(FormProblem("name_in_use", "There is a feed of this name already.", ("name",)))
        if based_on is not None:
            _check_base(session, plain, based_on, based_on_version, held)
        return _add(session, context, plain, note)


def _check_base(
    session: Session, plain: Mapping[str, Any], based_on: str, version_no: int | None, held: Mapping[str, Any] | None
) -> None:
    if plain["name"] != based_on:
        raise Refused(FormProblem("name_changed", f"The name of the feed must stay {based_on}.", ("name",)))
    newest = store.newest_version(session, based_on)
    if held is None or (newest.version_no if newest else None) != version_no:
        raise Conflict(CHANGED_MEANWHILE)
    if plain["force"] != held["force"]:
        sentence = f"The force must stay {held['force']}: with it, episodes are found by their references."
        raise Refused(FormProblem("force_changed", sentence, ("force",)))
    if plain == held and not (newest and newest.is_retired):
        raise Refused(FormProblem("nothing_changed", "Nothing was changed, so there is nothing to save."))


def retire_feed(context: Context, *, name: str, version_no: int | None, note: str, files: Definitions) -> int:
    """Reports are received by it no more; what has come in can still be read again. The new version's number.

    `version_no`: the version that was looked at, None for the file's. Raises Conflict where there is a newer one.
    """
    _check_note(note)
    with writing() as session:
        audit.hold_chain(session)
        newest = store.newest_version(session, name)
        definition = newest.definition if newest else files.get(name)
        if definition is None or (newest.version_no if newest else None) != version_no:
            raise Conflict(CHANGED_MEANWHILE)
        if newest and newest.is_retired:
            raise Refused(FormProblem("retired_already", "This feed is retired already."))
        return _add(session, context, dict(definition), note, is_retired=True)


def restore_version(
    context: Context, *, name: str, restored_no: int | None, version_no: int | None, note: str, files: Definitions
) -> int:
    """An earlier version (None: the file's) is in force again, as a new version; its number.

    `version_no`: the newest version that was looked at. A feed that was retired is in use again.
    """
    with writing() as session:
        row = store.version(session, name, restored_no) if restored_no is not None else None
        definition = files.get(name) if restored_no is None else row.definition if row else None
        if definition is None:
            raise Refused(FormProblem("unknown_version", "There is no such version of this feed."))
        definition = dict(definition)
    return save_feed(context, definition=definition, note=note, based_on=name, based_on_version=version_no, files=files)


def _held(session: Session, name: str, files: Definitions) -> Mapping[str, Any] | None:
    newest = store.newest_version(session, name)
    return newest.definition if newest else files.get(name)


def _check_note(note: str) -> None:
    if not note.strip():
        raise Refused(FormProblem("missing_value", "Say what was changed, and why.", ("note",)))
    if len(note) > LONGEST_NOTE:
        raise Refused(FormProblem("too_long", f"Use at most {LONGEST_NOTE} characters.", ("note",)))


def _add(session: Session, context: Context, definition: dict[str, Any], note: str, is_retired: bool = False) -> int:
    name = definition["name"]
    newest = store.newest_version(session, name)
    row = FeedVersion(
        name=name,
        version_no=(newest.version_no if newest else 0) + 1,
        definition=definition,
        is_retired=is_retired,
        saved_at=context.now,
        saved_by_id=context.actor.person_id,
        note=note.strip(),
    )
    session.add(row)
    session.flush()
    action = "feed_retired" if is_retired else "feed_saved"
    details = {"name": name, "version_no": row.version_no}
    audit.record(session, action, context.actor, context.now, "feed", row.id, details)
    return row.version_no
