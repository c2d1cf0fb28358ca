"""A ladder is saved, or an earlier one brought back: each a new version, and nothing is ever changed."""

import tomllib
from collections.abc import Collection

import tomli_w
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.ladder_changes import addresses_named, names_team, with_address_changed, with_team_renamed
from tracker.core.ladder_definition import Ladder, ladder_of, read_ladder
from tracker.core.ladder_plain import plain_ladder
from tracker.core.ladder_rules import Known, LadderProblem
from tracker.services.context import Context
from tracker.services.errors import Conflict, FormProblem, Refused
from tracker.services.ladder import Definition, digest_of, ladder_in_force, why_not_told
from tracker.services.transaction import writing
from tracker.store import audit
from tracker.store import ladder as store
from tracker.store.models import LadderVersion, Person

LONGEST_NOTE = 500
LONGEST_FILE = 200_000

CHANGED_MEANWHILE = FormProblem(
    "changed_meanwhile",
    "Somebody else saved the ladder while you had this page open. What they changed is shown here, and what you typed "
    "is kept. Look at both; if you save now, yours is added to theirs.",
)


def save_ladder(
    context: Context,
    *,
    definition: Definition,
    note: str,
    based_on: int | None,
    file: Definition,
    webhooks: Collection[str] = (),
) -> int:
    """Save a ladder as the newest version; its number. In force at once, and every open clock is looked at again.

    `based_on`: the version that was looked at, 0 for the file's; None to save whatever stands. `webhooks`: the names of
    those there are. Raises Refused with all that is wrong, Conflict where somebody saved another version meanwhile.
    """
    _check_note(note)
    with writing() as session:
        audit.hold_chain(session)
        found = read_ladder(definition, known_of(session, webhooks))
        if not isinstance(found, Ladder):
            raise Refused(FormProblem(one.code, one.sentence, (one.field,)) for one in found)
        held = ladder_in_force(session, file)
        if based_on is not None and held.version_no != based_on:
            raise Conflict(CHANGED_MEANWHILE)
        plain = plain_ladder(definition)
        if plain == held.definition:
            raise Refused(FormProblem("nothing_changed", "Nothing was changed, so there is nothing to save."))
        return _add(session, context, plain, note.strip())


def restore_ladder(
    context: Context,
    *,
    restored_no: int,
    note: str,
    based_on: int,
    file: Definition,
    webhooks: Collection[str] = (),
) -> int:
    """An earlier version (0: the file's) is in force again, as a new version; its number.

    Refused with what is wrong with it now: a team that is gone, somebody who left.
    """
    with writing() as session:
        row = store.version(session, restored_no) if restored_no else None
        definition = row.definition if row else file if restored_no == 0 else None
        if definition is None:
            raise Refused(FormProblem("unknown_version", "There is no such version of the ladder."))
        definition = dict(definition)
    return save_ladder(context, definition=definition, note=note, based_on=based_on, file=file, webhooks=webhooks)


def follow_renamed_team(session: Session, context: Context, old: str, new: str) -> None:
    """A team that the saved ladder names has another name: the ladder says it too, in the same transaction."""
    held = store.newest(session)
    if held and names_team(plain_ladder(held.definition), old):
        plain = with_team_renamed(plain_ladder(held.definition), old, new)
        _add(session, context, plain, f"The team {old} is now named {new}.")


def follow_changed_address(session: Session, context: Context, old: str, new: str) -> None:
    """A person whom the saved ladder names by their address has another one."""
    held = store.newest(session)
    if held and old in addresses_named(plain_ladder(held.definition)):
        plain = with_address_changed(plain_ladder(held.definition), old, new)
        _add(session, context, plain, "A person named on the ladder has another email address.")


def known_of(session: Session, webhooks: Collection[str]) -> Known:
    """What a ladder may name now."""
    persons = {row.email: why_not_told(row) for row in session.scalars(select(Person))}
    return Known(frozenset(store.team_ids(session)), persons, frozenset(webhooks))


def as_ladder_file(definition: Definition) -> str:
    """The text of the ladder file that says what this definition says."""
    return tomli_w.dumps(plain_ladder(definition), multiline_strings=False)


def read_ladder_file(content: bytes) -> Definition | tuple[LadderProblem, ...]:
    """The definition in a ladder file, in its plain form, or all that is wrong with it. Never raises for any bytes."""
    if len(content) > LONGEST_FILE:
        return (LadderProblem("too_large", f"A ladder file is no larger than {LONGEST_FILE // 1000} kB."),)
    try:
        given = tomllib.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        place = f": {error}" if isinstance(error, tomllib.TOMLDecodeError) else ""
        return (LadderProblem("not_a_ladder_file", f"This is no ladder file in TOML{place}."),)
    found = read_ladder(given)
    return plain_ladder(given) if isinstance(found, Ladder) else found


def _check_note(note: str) -> None:
    if not note.strip():
        raise Refused(FormProblem("missing_value", "Say what was changed, and why.", ("note",)))
    if len(note) > LONGEST_NOTE:
        raise Refused(FormProblem("too_long", f"Use at most {LONGEST_NOTE} characters.", ("note",)))


def _add(session: Session, context: Context, plain: Definition, note: str) -> int:
    """Steps: 1. the new version; 2. its audit row; 3. every open clock is due to be looked at by it."""
    newest = store.newest_mark(session)
    row = LadderVersion(
        version_no=(newest[0] if newest else 0) + 1,
        definition=dict(plain),
        saved_at=context.now,
        saved_by_id=context.actor.person_id,
        note=note,
    )
    session.add(row)
    session.flush()
    details = {"version_no": row.version_no}
    audit.record(session, "ladder_saved", context.actor, context.now, "ladder", row.id, details)
    store.write_look(session, digest_of(ladder_of(plain, {}).rungs), context.now, is_settled=False)
    store.look_at_every_clock(session, context.now)
    return row.version_no
