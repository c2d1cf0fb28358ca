"""Rows of a file of waiting lines, corrected outside and sent back: each goes to the line that it is marked with.

Such a row makes no line of its own age: the waiting line is replayed with the corrected cells, and both lines say what
became of it. A mark that leads nowhere keeps its row waiting, with a sentence: nothing that somebody typed is lost.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.adapters.tabular import Row
from tracker.core.clock import show_instant
from tracker.core.daily_report import LineProblem
from tracker.core.feed import Feed
from tracker.core.interviews import interview_due_at
from tracker.core.line_marks import is_added, mark_in, read_mark, report_cells
from tracker.core.report_terms import LineOutcome, ProblemCode
from tracker.services.context import Context
from tracker.services.line_verdicts import Answers, sweep_at
from tracker.services.read_lines import FieldsOf, read_row
from tracker.services.replay_line import read_again, replay
from tracker.store import people, reports
from tracker.store.models import Line, Receipt
from tracker.store.models.reports import STANDS

AT_ITS_OWN_ROW = "waits_at_its_own_row"
"""How a sent row is settled whose line still waits: what is wrong is decided there, once."""

_NEVER_CORRECTED = frozenset({ProblemCode.FORMULA_WITHOUT_VALUE, ProblemCode.VALUE_TOO_LONG})
_NOTHING_LEFT = LineProblem(
    ProblemCode.MISSING_VALUE, "Nothing is left of this line. Dismiss the waiting line instead, with the reason."
)


def take_marked(session: Session, receipt: Receipt, rows: Sequence[Row], feed: Feed, context: Context) -> Sequence[Row]:
    """Give every row that bears a mark its outcome; the other rows, which are read like those of any report."""
    marked = [row for row in rows if mark_in(row.cells)]
    if not marked:
        return rows
    twins = reports.twins(session, receipt, [row.line_no for row in marked])
    taken = {row.line_no for row in marked} - set(twins)
    for row in marked:
        if row.line_no in taken:
            _take(session, receipt, row, feed, context)
    return [row for row in rows if row.line_no not in taken]


def _take(session: Session, receipt: Receipt, row: Row, feed: Feed, context: Context) -> None:
    found = _marked_line(session, mark_in(row.cells), receipt.feed)
    if isinstance(found, LineProblem):
        _keep_waiting(session, receipt, row, found, feed, context)
        return
    line, origin = found
    given = report_cells(row.cells)
    if line.outcome == LineOutcome.QUARANTINED and line.settled_at is None:
        _correct(session, receipt, row, line, origin, given, feed, context)
    elif _is_same(line, given):
        _add(session, receipt, row, context, outcome=line.outcome, of=line)
    else:
        _keep_waiting(session, receipt, row, _settled_already(session, line), feed, context)


def _marked_line(session: Session, mark: str, feed: str) -> tuple[Line, Receipt] | LineProblem:
    """The line that a mark names, held, with its receipt."""
    place = read_mark(mark)
    if place is None:
        return _problem("The mark of this row cannot be read.")
    query = select(Line).where(Line.receipt_id == place[0], Line.line_no == place[1]).with_for_update()
    line = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if line is None:
        return _problem("The mark of this row names no line that is held.")
    origin = session.get_one(Receipt, line.receipt_id)
    if origin.feed != feed:
        return _problem("The mark of this row names a line of another feed.")
    if origin.status not in STANDS:
        return _problem("The report of the line that this row names was taken back.")
    if line.outcome != LineOutcome.QUARANTINED and line.settled_at is None:
        return _problem("The line that this row names never waited.")
    return line, origin


def _problem(what: str) -> LineProblem:
    sentence = f"{what} Clear the mark to have the row read as a line of its own, or dismiss it."
    return LineProblem(ProblemCode.UNKNOWN_MARK, sentence)


def _settled_already(session: Session, line: Line) -> LineProblem:
    by = people.names_by_id(session).get(line.settled_by_id or 0) or "the system"
    at = show_instant(line.settled_at) if line.settled_at else ""
    how = (line.settled_how or "").replace("_", " ")
    sentence = (
        f"Row {line.line_no} of receipt {line.receipt_id} was settled meanwhile: {how}, by {by}, {at}. What was sent "
        "here is kept and was not applied. Clear the mark to have it read as a line of its own, or dismiss it."
    )
    return LineProblem(ProblemCode.MARK_SETTLED, sentence)


def _is_same(line: Line, given: Mapping[str, str]) -> bool:
    """Whether the row says nothing beyond what the line was settled with."""
    held: Mapping[str, str] = line.corrected_cells or line.cells
    return all(held.get(column, "") == text for column, text in given.items())


def _correct(
    session: Session,
    receipt: Receipt,
    row: Row,
    line: Line,
    origin: Receipt,
    given: Mapping[str, str],
    feed: Feed,
    context: Context,
) -> None:
    """Replay the waiting line with what was sent; what was received stays beside it."""
    held: Mapping[str, str] = line.corrected_cells or line.cells
    cells = {**held, **given}
    wrong = [problem for problem in row.problems if problem.code in _NEVER_CORRECTED]
    if not wrong and not any(text.strip() for text in cells.values()):
        wrong = [_NOTHING_LEFT]
    if wrong:
        _add(session, receipt, row, context, outcome=LineOutcome.QUARANTINED, problems=wrong, how=AT_ITS_OWN_ROW)
        return
    if cells != {**held, **dict.fromkeys(given.keys() - held.keys(), "")}:
        line.corrected_cells = cells
    one = read_again(line, feed)
    outcome = replay(session, context, line, origin, one, Answers(), "corrected_outside")
    waits = outcome is LineOutcome.QUARANTINED
    _add(session, receipt, row, context, outcome=outcome, of=line, how=AT_ITS_OWN_ROW if waits else "corrected_outside")


def _keep_waiting(
    session: Session, receipt: Receipt, row: Row, problem: LineProblem, feed: Feed, context: Context
) -> None:
    """The row waits for a person itself. Unless its line is settled, a readable return has its deadline."""
    line = _add(session, receipt, row, context, outcome=LineOutcome.QUARANTINED, problems=[problem])
    if problem.code is ProblemCode.UNKNOWN_MARK:
        reading = read_row(Row(row.line_no, report_cells(row.cells)), FieldsOf(feed), receipt.report_at).reading
        if reading.returned_at is not None:
            line.due_at = interview_due_at(reading.returned_at, context.rules.policy.deadline_hours)
            line.sweep_at = sweep_at(line.due_at, context.rules, context.now)
            session.flush()


def _add(
    session: Session,
    receipt: Receipt,
    row: Row,
    context: Context,
    *,
    outcome: str,
    of: Line | None = None,
    problems: Sequence[LineProblem] = (),
    how: str | None = None,
) -> Line:
    """The row as a line of its own receipt, so that its counts add up. `of`: the line whose outcome it tells."""
    told = [{"code": str(p.code), "sentence": p.sentence, "fields": list(p.fields)} for p in problems]
    told = told or (list(of.problems) if of and outcome == LineOutcome.QUARANTINED else [])
    ours = {column: text for column, text in row.cells.items() if is_added(column)}
    line = Line(
        receipt_id=receipt.id,
        line_no=row.line_no,
        cells={**ours, **report_cells(row.cells)},
        as_of_at=receipt.report_at,
        outcome=str(outcome),
        episode_id=of.episode_id if of else None,
        child_id=of.child_id if of else None,
        problem_code=told[0]["code"] if told else None,
        problem_sentence=told[0]["sentence"] if told else None,
        problem_fields=told[0]["fields"] if told else [],
        problems=told,
        candidates=[],
        match_reasons=[],
    )
    if how is not None:
        line.settled_at, line.settled_by_id, line.settled_how = context.now, context.actor.person_id, how
    session.add(line)
    session.flush()
    return line
