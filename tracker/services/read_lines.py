"""Read some rows of a report, in order, into lines with an outcome each: one chunk, inside one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.adapters.tabular import Row, columns_in
from tracker.core.daily_report import LineReading, ReportLine, read_line
from tracker.core.feed import Feed
from tracker.core.report_terms import LineOutcome
from tracker.services.context import Context
from tracker.services.line_memory import Memory, remember
from tracker.services.line_verdicts import Answers, Verdict, kept_out, verdict_on
from tracker.services.write_lines import Entry, Touched, follow_up, take_in, write
from tracker.store import reports
from tracker.store.models import Child, Receipt


@dataclass(frozen=True)
class Reading:
    """A row, read: its cells as received, and what they say."""

    row: Row
    reading: LineReading


def read_chunk(session: Session, receipt: Receipt, rows: Sequence[Row], feed: Feed, context: Context) -> None:
    """Give every row its one outcome, and follow up the clocks, breaches and flags that the rows moved."""
    twins = reports.twins(session, receipt, [row.line_no for row in rows])
    fields_of = FieldsOf(feed)
    readings = [read_row(row, fields_of, receipt.report_at) for row in rows if row.line_no not in twins]
    by_line = {one.row.line_no: one for one in readings}
    memory = remember(session, [one.reading.line for one in readings if one.reading.line], feed.force)
    touched = Touched({}, {})
    with session.no_autoflush:
        entries: list[Entry] = []
        for row in rows:
            one = by_line.get(row.line_no)
            age = (receipt.report_at, row.line_no)
            verdict = judge(one, memory, context) if one else _of_twin(twins[row.line_no], age)
            entry = Entry(receipt, row.line_no, row.cells, receipt.report_at, verdict)
            take_in(entry, memory, context)
            entries.append(entry)
        write(session, entries, memory, context, touched)
        follow_up(session, touched, context)


class FieldsOf:
    """Cells under our names for them, by a feed. Each header row is looked up once: reports have thousands of lines."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self._columns: dict[tuple[str, ...], dict[str, str]] = {}

    def __call__(self, cells: Mapping[str, str]) -> dict[str, str]:
        headers = tuple(cells)
        if headers not in self._columns:
            self._columns[headers] = columns_in(headers, self.feed.columns)
        return {field: cells[header] for field, header in self._columns[headers].items()}


def read_row(row: Row, fields_of: FieldsOf, report_at: datetime) -> Reading:
    """The row's cells under our names for them, read; what is wrong with the row itself comes first.

    A row that holds no child (totals below the last line, the header once more) is blank.
    """
    if row.holds_no_child:
        return Reading(row, LineReading())
    reading = read_line(fields_of(row.cells), fields_of.feed, (report_at, row.line_no))
    if row.problems:
        reading = LineReading(None, (*row.problems, *reading.problems), reading.returned_at)
    return Reading(row, reading)


def judge(one: Reading, memory: Memory, context: Context, answers: Answers = Answers()) -> Verdict:  # noqa: B008 (frozen)
    """The verdict on a row, with the memory kept true for the rows after it."""
    reading = one.reading
    if reading.is_blank:
        return Verdict(LineOutcome.BLANK)
    if reading.line is None:
        return kept_out(reading, reading.problems, context.rules)
    verdict = verdict_on(reading.line, memory, context.rules, answers)
    if verdict.outcome is LineOutcome.CREATED and verdict.child_id is None:
        verdict.makes_child = True
        verdict.child_id = memory.new_child(_child_of(reading.line, context), reading.line)
    elif verdict.child_id is not None and verdict.outcome in _TEACHES and verdict.teaches:
        known, number = memory.known[verdict.child_id], reading.line.police_person_id
        verdict.new_name = (reading.line.surname, reading.line.forename) not in known.names
        verdict.new_number = number is not None and number not in known.police_person_ids
        memory.learn(verdict.child_id, reading.line, verdict.learnt)
    return verdict


_TEACHES = (LineOutcome.CREATED, LineOutcome.UPDATED, LineOutcome.UNCHANGED)


def _child_of(line: ReportLine, context: Context) -> Child:
    return Child(
        surname=line.surname,
        forename=line.forename,
        date_of_birth=line.date_of_birth,
        sex=line.sex,
        ethnicity=line.ethnicity,
        address=line.address,
        postcode=line.postcode,
        council_id=line.council_id,
        responsible_authority=line.responsible_authority,
        is_ours=line.is_ours if line.is_ours is not None else True,
        known_to_services=line.known_to_services,
        created_at=context.now,
    )


def _of_twin(twin: reports.Twin, age: tuple[datetime, int]) -> Verdict:
    """The same line of the same bytes has its outcome already: sending it again changes nothing."""
    if twin.outcome is LineOutcome.BLANK:
        return Verdict(LineOutcome.BLANK)
    older = twin.episode_as_of is not None and age < twin.episode_as_of
    return Verdict(LineOutcome.STALE if older else LineOutcome.UNCHANGED, twin=twin)
