"""A report arrives: its bytes are committed first, then its lines in chunks, until every line has its one outcome."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from pathlib import PurePath
from time import sleep
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from tracker.adapters.tabular import FileLimits, Refusal, Table
from tracker.core.feed import Feed
from tracker.core.line_marks import is_added
from tracker.core.report_times import read_instant
from tracker.core.written_times import UnreadableTime
from tracker.services.context import Context
from tracker.services.corrected_lines import take_marked
from tracker.services.errors import NoRoomError
from tracker.services.feeds import feed_begun_with
from tracker.services.read_lines import read_chunk
from tracker.services.report_table import REPORT_TIME, report_table
from tracker.services.transaction import writing
from tracker.store import audit, reports
from tracker.store.db import session as current_session
from tracker.store.models import Receipt

CHUNK = 200
"""Lines in one transaction: the database is held briefly, and a restart repeats at most so many."""

PAUSE_SECONDS = 0.01
"""Between two chunks, so that whoever waits to write gets their turn: a page records that it was opened, and waits."""

TRIES = 5
"""How often a chunk is tried that met somebody else's change in the middle (PostgreSQL: deadlock, lost race)."""


class Once(Protocol):
    """What a road must know and remember of a report, asked and told inside the transaction that keeps its bytes."""

    def receipt_of(self, session: Session, sha256: str) -> int | None:
        """The receipt of an earlier time; None where this is the first, or where the road keeps none apart."""

    def keep(self, session: Session, receipt_id: int, sha256: str) -> None:
        """Remember the receipt just written. If it raises, nothing is kept."""


def receive_report(
    context: Context,
    *,
    content: bytes,
    filename: str,
    feed: Feed,
    source: str,
    received_by_id: int | None = None,
    is_history: bool = False,
    limits: FileLimits,
    once: Once | None = None,
    at_most: int | None = None,
) -> int:
    """Keep a report and read it; the receipt's id. A file that cannot be read is refused on its receipt, never raised.

    `source`: by which road it came (`terms.Road`). `is_history`: loaded afterwards, so that when we were told of its
    returns is unknown. `once`: may know its receipt already, or has to remember it. `at_most`: about so many lines are
    read now, the rest by `resume_reading`. Steps: 1. the bytes and their SHA-256 are committed; 2. the lines are read.
    Raises NoRoomError where the disk is full: with the receipt, if the bytes are kept.
    """
    receipt_id = _keep(context, content, filename, feed, source, received_by_id, is_history, once)
    try:
        _read(context, receipt_id, feed, limits, at_most)
    except NoRoomError as error:
        raise NoRoomError(receipt_id) from error
    return receipt_id


def resume_reading(context: Context, shipped: Mapping[str, Feed], limits: FileLimits) -> tuple[int, ...]:
    """Continue every receipt that is still being read, oldest first, at its first line without an outcome; their ids.

    Each is read to its end by the version of its feed that it began with; `shipped`: the feeds of files. A receipt
    whose feed file is gone stays as it is: its bytes wait for it to come back. One that cannot be read on does not keep
    the others waiting: its exception is raised, in a group, after them.
    """
    session = current_session()
    begun = [(row.id, feed_begun_with(session, row, shipped, context.own_names)) for row in reports.reading(session)]
    found = [(receipt_id, feed) for receipt_id, feed in begun if feed is not None]
    session.rollback()
    failed: list[Exception] = []
    for receipt_id, feed in found:
        try:
            _read(context, receipt_id, feed, limits)
        except NoRoomError as error:
            raise NoRoomError(receipt_id) from error  # there is none for the others either
        except Exception as error:  # noqa: BLE001 (raised below, once the others are read)
            failed.append(error)
    if failed:
        raise ExceptionGroup("reports that could not be read on", failed)
    return tuple(receipt_id for receipt_id, _feed in found)


def _keep(
    context: Context,
    content: bytes,
    filename: str,
    feed: Feed,
    source: str,
    received_by_id: int | None,
    is_history: bool,
    once: Once | None = None,
) -> int:
    """Commit the bytes. The same bytes by the same feed have the age of their first copy (definitions §8)."""
    sha256 = hashlib.sha256(content).hexdigest()
    with writing() as session:
        audit.hold_chain(session)
        if once is not None and (held := once.receipt_of(session, sha256)) is not None:
            return held
        first = reports.first_copy(session, feed.name, sha256)
        receipt = Receipt(
            feed=feed.name,
            feed_version=feed.version_no,
            force=feed.force,
            source=source,
            filename=_plain_name(filename),
            content=content,
            size_bytes=len(content),
            sha256=sha256,
            received_at=context.now,
            received_by_id=received_by_id,
            report_at=first.report_at if first else reports.age_of_next(session, feed.force, context.now),
            is_history=is_history,
            duplicate_of_id=first.id if first else None,
            ignored_columns=[],
        )
        session.add(receipt)
        session.flush()
        if once is not None:
            once.keep(session, receipt.id, sha256)
        details = {"feed": feed.name, "sha256": sha256, "source": source}
        audit.record(session, "report_received", context.actor, context.now, "receipt", receipt.id, details)
        return receipt.id


def _plain_name(filename: str) -> str:
    """The file's own name, without folders and without what a database could not hold."""
    name = PurePath(filename.replace("\\", "/")).name.encode("utf-8", "replace").decode("utf-8")
    return "".join(character for character in name if character.isprintable())[:200] or "report"


def _read(context: Context, receipt_id: int, feed: Feed, limits: FileLimits, at_most: int | None = None) -> None:
    """Read the lines of a kept report, from the first without an outcome to the last, or `at_most` about so many."""
    table = _kept_table(receipt_id, feed, limits)
    if table is None:
        return
    if isinstance(table, Refusal):
        _refuse(context, receipt_id, feed, table)
        return
    _prepare(receipt_id, table, feed)
    chunks = 0
    while _read_next(context, receipt_id, table, feed):
        chunks += 1
        if at_most is not None and chunks * CHUNK >= at_most:
            return
        sleep(PAUSE_SECONDS)


def _kept_table(receipt_id: int, feed: Feed, limits: FileLimits) -> Table | Refusal | None:
    """None where it is read to its end. The bytes are let go of here: while lines are read, only cells are held."""
    session = current_session()
    query = select(Receipt.content, Receipt.filename).where(Receipt.id == receipt_id, Receipt.status == "reading")
    kept = session.execute(query).one_or_none()
    session.rollback()
    return report_table(kept.content, kept.filename, feed, limits) if kept else None


def _refuse(context: Context, receipt_id: int, feed: Feed, refusal: Refusal) -> None:
    with writing() as session:
        code, sentence = str(refusal.code), refusal.sentence
        values = {"status": "refused", "problem_code": code, "problem_sentence": sentence, "finished_at": context.now}
        if reports.set_from_reading(session, receipt_id, **values):
            details = {"feed": feed.name, "code": code}
            audit.record(session, "report_refused", context.actor, context.now, "receipt", receipt_id, details)


def _prepare(receipt_id: int, table: Table, feed: Feed) -> None:
    """Before the first line: the age that the report states, and the columns that nothing is read from."""
    with writing() as session:
        audit.hold_chain(session)
        receipt = session.get_one(Receipt, receipt_id)
        if receipt.status != "reading" or reports.last_line_no(session, receipt_id):
            return
        values: dict[str, object] = {
            "ignored_columns": [header for header in table.ignored if not is_added(header)],
            "lines_total": len(table),
            "columns": list(table.headers),
        }
        stated = _stated_age(table, feed, receipt.received_at)
        if stated and receipt.duplicate_of_id is None:
            values["report_at"] = reports.free_report_at(session, feed.force, stated, besides_id=receipt_id)
        reports.set_from_reading(session, receipt_id, **values)


def _stated_age(table: Table, feed: Feed, received_at: datetime) -> datetime | None:
    """When the report says it was made: the latest that a row states, not after its receipt; None if it does not say.

    A time ahead of the receipt would make every later report look older than this one.
    """
    header = table.columns.get(REPORT_TIME)
    if header is None:
        return None
    stated = []
    for text in {row.cells[header] for row in table.rows() if row.cells[header].strip()}:
        try:
            stated.append(read_instant(text, feed.date_formats).at)
        except UnreadableTime:
            continue  # the receipt's own time stands for what cannot be read
    return min(max(stated), received_at) if stated else None


def _read_next(context: Context, receipt_id: int, table: Table, feed: Feed) -> bool:
    """One chunk; False once nothing is left to read. Tried again where somebody else's change came between."""
    for attempt in range(TRIES):
        try:
            with writing() as session:
                return _read_chunk(session, context, receipt_id, table, feed)
        except (IntegrityError, StaleDataError, OperationalError):
            if attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _read_chunk(session: Session, context: Context, receipt_id: int, table: Table, feed: Feed) -> bool:
    """Where to go on is asked inside the transaction: two processes that read one receipt never read one line twice."""
    audit.hold_chain(session)
    receipt = session.get_one(Receipt, receipt_id)
    if receipt.status != "reading":
        return False
    rows = list(islice(table.rows(after=reports.last_line_no(session, receipt_id)), CHUNK))
    if rows:
        read_chunk(session, receipt, take_marked(session, receipt, rows, feed, context), feed, context)
    if rows and rows[-1].line_no < table.last_line_no:
        return True
    lines = sum(reports.outcome_counts(session, receipt_id).values())
    if lines != len(table):
        raise RuntimeError(f"receipt {receipt_id}: {len(table)} lines, but {lines} outcomes")
    reports.set_from_reading(session, receipt_id, status="complete", lines_read=lines, finished_at=context.now)
    return False
