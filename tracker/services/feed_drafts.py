"""What a person is making of a feed, from a sample or without one, until it is saved or given up.

The sample stays in the database, is seen by this person only, and goes with the draft: it holds children's data.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.adapters.tabular import FileLimits, Refusal
from tracker.core.feed_definition import plain_definition
from tracker.services.context import Context, Viewer
from tracker.services.errors import Conflict, FormProblem, Refused
from tracker.services.feed_sample import Known, Sample, guess_definition, read_sample
from tracker.services.save_feed import Definitions, save_feed
from tracker.services.transaction import writing
from tracker.store import audit
from tracker.store import feeds as store
from tracker.store.db import session as current_session
from tracker.store.models import FeedDraft, Receipt
from tracker.store.visibility import sees_all

KEPT_HOURS = 24
"""A draft that nobody has touched for so long goes, with its sample."""

_ANOTHER_DRAFT = FormProblem(
    "another_draft",
    "This draft is no longer there: you saved it, gave it up, or began another one. Open Feeds and go on from there.",
)


@dataclass(frozen=True)
class Draft:
    """A draft without its sample. `based_on`: the feed that is changed, None for a new one."""

    key: str
    definition: Mapping[str, Any]
    based_on: str | None
    based_on_version: int | None
    filename: str | None
    updated_at: datetime


@dataclass(frozen=True)
class SampleFile:
    """A sample as it came."""

    content: bytes
    filename: str


@dataclass(frozen=True)
class Base:
    """What a draft begins with: the feed that is changed with its version, or the name of a new one."""

    definition: Mapping[str, Any]
    name: str | None = None
    version_no: int | None = None


def start_draft(
    context: Context, viewer: Viewer, *, base: Base, sample: SampleFile | None, known: Known, limits: FileLimits
) -> None:
    """Begin a draft in place of any that the person has. Of a new feed, columns, dates and words are guessed.

    Raises Refused with the sentence for a sample that is no table.
    """
    definition = dict(base.definition)
    if sample is not None:
        found = read_sample(sample.content, sample.filename, known, limits)
        if isinstance(found, Refusal):
            raise Refused(FormProblem(str(found.code), found.sentence, ("file",)))
        if base.name is None:
            definition = {**guess_definition(found, known), **definition}
    with writing() as session:
        store.delete_draft(session, viewer.person_id)
        session.flush()
        row = FeedDraft(
            person_id=viewer.person_id,
            key=secrets.token_hex(16),
            definition=definition,
            based_on=base.name,
            based_on_version=base.version_no,
            sample=sample.content if sample else None,
            filename=sample.filename if sample else None,
            created_at=context.now,
            updated_at=context.now,
        )
        session.add(row)


def sample_of_receipt(context: Context, viewer: Viewer, receipt_id: int) -> SampleFile | None:
    """A report that has come in, as a sample; its opening is recorded. None where this viewer may see none."""
    with writing() as session:
        query = select(Receipt.content, Receipt.filename).where(Receipt.id == receipt_id)
        row = session.execute(query).one_or_none() if sees_all(viewer) else None
        if row is None:
            return None
        audit.record(session, "receipt_viewed", context.actor, context.now, "receipt", receipt_id)
    return SampleFile(row.content, row.filename)


def draft_of(viewer: Viewer) -> Draft | None:
    """What this person is making of a feed."""
    row = store.draft_of(current_session(), viewer.person_id)
    if row is None:
        return None
    return Draft(row.key, row.definition, row.based_on, row.based_on_version, row.filename, row.updated_at)


def open_sample(context: Context, viewer: Viewer, known: Known, limits: FileLimits) -> Sample | None:
    """The sample of this person's draft, for showing its cells, which is recorded; None where it has none."""
    file = sample_file(context, viewer)
    if file is None:
        return None
    found = read_sample(file.content, file.filename, known, limits)
    return None if isinstance(found, Refusal) else found


def sample_file(context: Context, viewer: Viewer) -> SampleFile | None:
    """The bytes of the sample, their reading recorded."""
    with writing() as session:
        row = store.draft_of(session, viewer.person_id)
        if row is None or row.sample is None:
            return None
        file = SampleFile(row.sample, row.filename or "report")
        details = {"sha256": hashlib.sha256(file.content).hexdigest()}
        audit.record(session, "feed_sample_viewed", context.actor, context.now, "feed_draft", row.id, details)
    return file


def change_draft(context: Context, viewer: Viewer, *, key: str, definition: Mapping[str, Any]) -> None:
    """Keep what was chosen so far. Raises Conflict where the draft that the page showed is not there any more."""
    with writing() as session:
        row = _open_draft(session, viewer, key)
        row.definition = dict(definition)
        row.updated_at = context.now


def discard_draft(viewer: Viewer) -> None:
    """Give up the person's draft; its sample goes."""
    with writing() as session:
        store.delete_draft(session, viewer.person_id)


def save_draft(context: Context, viewer: Viewer, *, key: str, name: str, note: str, files: Definitions) -> int:
    """Save the draft as the newest version of its feed; the version's number. The draft and its sample go."""
    with writing() as session:
        row = _open_draft(session, viewer, key)
        definition = {**as_shown(row.definition), "name": row.based_on or name}
        based_on, version_no = row.based_on, row.based_on_version
    number = save_feed(
        context, definition=definition, note=note, based_on=based_on, based_on_version=version_no, files=files
    )
    discard_draft(viewer)
    return number


def delete_old_drafts(context: Context) -> int:
    """Drafts that nobody has touched for a day go, with their samples; how many went."""
    with writing() as session:
        return store.delete_drafts_before(session, context.now - timedelta(hours=KEPT_HOURS))


def as_shown(definition: Mapping[str, Any]) -> dict[str, Any]:
    """A draft's definition as it would be saved, before it has a name of its own."""
    given = {"name": "new-feed", "force": "new-feed", "columns": {}}
    return plain_definition(given | {key: value for key, value in definition.items() if value})


def _open_draft(session: Session, viewer: Viewer, key: str) -> FeedDraft:
    row = store.draft_of(session, viewer.person_id)
    if row is None or row.key != key:
        raise Conflict(_ANOTHER_DRAFT)
    return row
