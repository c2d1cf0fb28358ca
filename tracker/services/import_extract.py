"""Import one of the council's own lists of looked-after children: the whole list is in use, or nothing of it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from tracker.adapters.tabular import Columns, FileLimits, Refusal, Row, read_table
from tracker.core.clock import financial_year_of, local_date
from tracker.core.extract_links import LinkHow
from tracker.core.extract_rows import (
    COLUMNS,
    REQUIRED,
    Entry,
    ExtractFault,
    ExtractKind,
    RowProblem,
    plain,
    read_entry,
)
from tracker.core.looked_after import LookedAfterChild
from tracker.services.context import Context
from tracker.services.errors import Conflict, FormProblem, Refused
from tracker.services.match_extract import link_children
from tracker.services.transaction import writing
from tracker.store import audit, extracts
from tracker.store.models import CareExtract, CareLink, Child

FIRST_YEAR = 2015
"""The Missing table in its present form began then."""

MOST_PROBLEMS = 50


@dataclass(frozen=True)
class ExtractProblem:
    """Why a list is not used: the line as a spreadsheet numbers it (None: the file), a code, a sentence, columns."""

    line_no: int | None
    code: str
    sentence: str
    columns: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """`Line 3, DOB`; empty where the file itself is meant."""
        return ", ".join((f"Line {self.line_no:,}", *self.columns)) if self.line_no else ""


@dataclass(frozen=True)
class Imported:
    """What came of a file. With problems nothing of it is in use, and the list held before still is."""

    rows: int = 0
    problems: tuple[ExtractProblem, ...] = ()
    more_problems: int = 0
    undecided: int = 0


def import_extract(
    context: Context, *, content: bytes, filename: str, kind: ExtractKind, year: int, limits: FileLimits
) -> Imported:
    """Read, match and keep a list for the collection year that begins in April of `year`. Refused: no such year."""
    if not FIRST_YEAR <= year <= financial_year_of(local_date(context.now)).start_on.year + 1:
        raise Refused(FormProblem("no_such_year", "Choose a collection year from the list.", ("year",)))
    sha256 = hashlib.sha256(content).hexdigest()
    given = _read(content, filename, kind, limits)
    if isinstance(given[0], ExtractProblem):
        problems = tuple(one for one in given if isinstance(one, ExtractProblem))
        with writing() as session:
            details = {"kind": str(kind), "year": year, "sha256": sha256, "problems": len(problems)}
            audit.record(session, "care_extract_refused", context.actor, context.now, "care_extract", None, details)
        return Imported(0, problems[:MOST_PROBLEMS], max(0, len(problems) - MOST_PROBLEMS))
    rows = [one for one in given if not isinstance(one, ExtractProblem)]
    with writing() as session:
        audit.hold_chain(session)  # two lists at once would write the same ids
        row = CareExtract(
            kind=str(kind), year=year, filename=filename[:200], content=content, sha256=sha256, row_count=len(rows),
            rows=[plain(one) for one in rows], loaded_at=context.now, loaded_by_id=context.actor.person_id,
        )  # fmt: skip
        session.add(row)
        session.flush()
        listed = [one for one in rows if isinstance(one, LookedAfterChild)]
        links = link_children(session, context, listed)
        details = {"kind": str(kind), "year": year, "sha256": sha256}
        audit.record(session, "care_extract_loaded", context.actor, context.now, "care_extract", row.id, details)
    return Imported(len(rows), undecided=sum(link.how is LinkHow.UNDECIDED for link in links.values()))


def match_again(context: Context, *, year: int) -> int:
    """Match the year's children anew, for those who came to be held here since. How many still ask somebody."""
    with writing() as session:
        audit.hold_chain(session)
        listed = [
            one
            for one in extracts.entries(session, ExtractKind.HEADER, year) or ()
            if isinstance(one, LookedAfterChild)
        ]
        links = link_children(session, context, listed)
        return sum(link.how is LinkHow.UNDECIDED for link in links.values())


def settle_link(context: Context, *, link_id: int, version: int, child_id: int | None) -> None:
    """This CHILD id means this child, or with None nobody held here; it stands for later lists too.

    Refused: no such id or child, or a child whom another id means already.
    """
    with writing() as session:
        audit.hold_chain(session)
        row = session.get(CareLink, link_id)
        if row is None:
            raise Refused(FormProblem("unknown_id", "There is no such CHILD id."))
        if row.version != version:
            raise Conflict(FormProblem("changed_meanwhile", "Somebody changed this meanwhile. Look again."))
        if child_id is not None:
            child = session.get(Child, child_id)
            if child is None or child.undone_at is not None:
                raise Refused(FormProblem("unknown_child", "There is no such child.", ("child_id",)))
            child_id = child.merged_into_id or child.id
            if extracts.code_of_child(session, child_id, row.code):
                sentence = "Another CHILD id means this child already. Correct the list, or settle that one first."
                raise Refused(FormProblem("taken", sentence, ("child_id",)))
        row.child_id, row.how, row.candidates = child_id, str(LinkHow.SETTLED), []
        row.decided_at, row.decided_by_id = context.now, context.actor.person_id
        session.flush()
        details = {"child_id": child_id}
        audit.record(session, "care_link_settled", context.actor, context.now, "care_link", row.id, details)


def _read(content: bytes, filename: str, kind: ExtractKind, limits: FileLimits) -> list[Entry | ExtractProblem]:
    """Every entry; or, where anything is wrong, the problems first. Never empty."""
    if len(content) > limits.upload_bytes:
        sentence = f"The file is larger than {limits.upload_bytes // 1_000_000} MB."
        return [ExtractProblem(None, "too_large", sentence)]
    table = read_table(content, filename, Columns(COLUMNS[kind], REQUIRED[kind]), limits.rows)
    if isinstance(table, Refusal):
        return [ExtractProblem(None, str(table.code), table.sentence)]
    found: list[Entry] = []
    problems: list[ExtractProblem] = []
    seen: dict[str, int] = {}
    for row in table.rows():
        cells = {name: row.cells[header].strip() for name, header in table.columns.items()}
        if row.holds_no_child or not any(cells.values()):
            continue
        entry = _entry_of(kind, row, cells, seen)
        if isinstance(entry, list):
            problems += [
                ExtractProblem(
                    row.line_no, one.code, one.sentence, tuple(COLUMNS[kind][name][0] for name in one.fields)
                )
                for one in entry
            ]
        else:
            found.append(entry)
    if not found and not problems:
        problems.append(ExtractProblem(None, "no_rows", "The list has no lines. The list held before stays in use."))
    return [*problems] if problems else [*found]


def _entry_of(kind: ExtractKind, row: Row, cells: Mapping[str, str], seen: dict[str, int]) -> Entry | list[RowProblem]:
    """The entry, or what is wrong. In a Header each CHILD id stands once."""
    if row.problems:
        return [RowProblem(ExtractFault.UNREADABLE, problem.sentence, problem.fields) for problem in row.problems]
    entry = read_entry(kind, cells)
    if isinstance(entry, LookedAfterChild):
        first = seen.setdefault(entry.code, row.line_no)
        if first != row.line_no:
            sentence = f"This CHILD id stands on line {first} already."
            return [RowProblem(ExtractFault.TWICE, sentence, ("code",))]
    return entry
