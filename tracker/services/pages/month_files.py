"""The month's pack as files: every table tidy for workbook and CSV, and all of them in one archive."""

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime

from tracker.core.pack_corrections import corrections_table
from tracker.core.pack_shapes import tidy
from tracker.core.pack_words import COHORTS
from tracker.core.tables import BYTE_ORDER_MARK, Cell, Table, csv_text
from tracker.core.terms import Cohort
from tracker.services.context import Context
from tracker.services.pages.month import month_shown, no_such_version
from tracker.services.pages.month_pack import Pack, about, pack_of
from tracker.services.transaction import writing
from tracker.store import audit

_ALWAYS = (1980, 1, 1, 0, 0, 0)
"""The time written on each file of the archive: the same figures give the same bytes."""


def pack_export(
    context: Context, month: str, version: int | None, cohort: Cohort, file: str, table: str | None = None
) -> Pack:
    """The pack for a file that leaves here: recorded as an export before anything is made of it.

    `file`: its kind, such as `pdf`. Raises Refused for what is no month, and for a version that does not exist.
    """
    found = month_shown(context, month, version)
    if found is None:
        raise no_such_version(version)
    narrowed = {"version": version, "file": file, "cohort": str(cohort)} | ({"table": table} if table else {})
    with writing() as session:
        audit.record(session, "export_made", context.actor, context.now, "month", month[:7], {"filter": narrowed})
    return pack_of(found, cohort, context.rules.repeat_rules)


def pack_tables(pack: Pack) -> list[Table]:
    """What the pack is, its sentences, and every table with all three cohorts."""
    document = pack.page.document
    return [
        _about(pack),
        _sentences(pack),
        *([corrections_table(pack.corrections)] if pack.corrections else []),
        *(tidy(document, table) for section in pack.sections for table in section.tables),
    ]


def pack_table(pack: Pack, name: str) -> Table | None:
    """One of them by its name."""
    return next((table for table in pack_tables(pack) if table.name == name), None)


def pack_csv(table: Table) -> bytes:
    """One table as a CSV file that spreadsheets read as UTF-8."""
    return (BYTE_ORDER_MARK + csv_text(table)).encode()


def pack_archive(tables: Sequence[Table], month: str) -> bytes:
    """All tables as CSV in one ZIP archive; the same tables give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in tables:
            entry = zipfile.ZipInfo(f"missing-children-{month}/{table.name}.csv", _ALWAYS)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, pack_csv(table))
    return out.getvalue()


def made_at(pack: Pack) -> datetime:
    """The time that a document bears: when it was published, else when its figures were computed."""
    return pack.page.published_at or datetime.fromisoformat(pack.page.document["computed_at"])


def _about(pack: Pack) -> Table:
    said = pack.page.commentary
    rows: list[tuple[Cell, ...]] = [(name, text) for name, text in about(pack.page)]
    rows += [("Commentary", said.text or "None was written.")]
    if said.text and said.written_by:
        rows += [("Commentary by", said.written_by)]
    rows += [(f"Cohort “{cohort}”", words) for cohort, words in COHORTS.items()]
    rows += [("An empty value", "There is no percentage or median over nothing; it is not a nought.")]
    rows += [(table.name, table.title) for section in pack.sections for table in section.tables]
    return Table("about", "About this pack", ("what", "text"), tuple(rows))


def _sentences(pack: Pack) -> Table:
    rows = [("changed", one.text, str(one.cohort), one.key) for one in pack.front.changed]
    rows += [("to decide", one.text, str(one.cohort), one.key) for one in pack.front.to_decide]
    return Table("front-page", "What changed and what needs a decision", ("part", "text", "cohort", "key"), tuple(rows))
