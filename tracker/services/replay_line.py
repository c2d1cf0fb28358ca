"""Judge a line that waits once more, by what is held now, and write what follows."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from tracker.adapters.tabular import Row
from tracker.core.alerts import next_alert_at
from tracker.core.daily_report import LineProblem
from tracker.core.feed import Feed
from tracker.core.line_marks import mark_in
from tracker.core.report_terms import LineOutcome, ProblemCode
from tracker.services.context import Context
from tracker.services.line_memory import remember
from tracker.services.line_verdicts import Answers
from tracker.services.read_lines import FieldsOf, Reading, judge, read_row
from tracker.services.write_lines import Entry, Touched, follow_up, write
from tracker.store import alerts, audit
from tracker.store.models import Line, Receipt

OF_THE_ROW = frozenset({ProblemCode.ROW_TOO_LONG, ProblemCode.FORMULA_WITHOUT_VALUE, ProblemCode.VALUE_TOO_LONG})
"""What was wrong with the row itself: its cells alone do not show it any more."""

OF_THE_MARK = frozenset({ProblemCode.UNKNOWN_MARK, ProblemCode.MARK_SETTLED})
"""What is wrong with the mark that a row bears: so as long as it bears it."""


def read_again(line: Line, feed: Feed, fields_of: FieldsOf | None = None) -> Reading:
    """The line as corrected, else as received, at its own age.

    What was wrong with the row itself stands until a person has looked at it.
    """
    cells: Mapping[str, str] = line.corrected_cells or line.cells
    keep = frozenset() if line.corrected_cells else OF_THE_ROW
    if mark_in(cells):
        keep |= OF_THE_MARK
    stands = tuple(problem for problem in problems_of(line) if problem.code in keep)
    return read_row(Row(line.line_no, dict(cells), stands), fields_of or FieldsOf(feed), line.as_of_at)


def problems_of(line: Line) -> tuple[LineProblem, ...]:
    """All that is wrong with a line, as it was stored."""
    return tuple(
        LineProblem(ProblemCode(one["code"]), str(one["sentence"]), tuple(one["fields"])) for one in line.problems
    )


def replay(
    session: Session, context: Context, line: Line, receipt: Receipt, one: Reading, answers: Answers, how: str
) -> LineOutcome:
    """Judge the line anew and write what follows, as when it was first read."""
    outcome = Judged(session, context, line, receipt, one, answers).write(how)
    details = {"outcome": str(outcome)}
    audit.record(session, "line_replayed", context.actor, context.now, "line", line.id, details)
    return outcome


class Judged:
    """A line judged anew, in memory. `write` does what the verdict says; until then nothing is changed."""

    def __init__(
        self, session: Session, context: Context, line: Line, receipt: Receipt, one: Reading, answers: Answers
    ) -> None:
        self.session, self.context, self.line, self.receipt = session, context, line, receipt
        read = one.reading.line
        named = [answers.child_id] if answers.child_id is not None else []
        self.memory = remember(session, [read] if read else [], receipt.force, named)
        with session.no_autoflush:
            self.verdict = judge(one, self.memory, context, answers)

    @property
    def asks_the_same(self) -> bool:
        """Whether the line goes on waiting with the very question that it waits with now."""
        line, verdict = self.line, self.verdict
        asked = [(one.get("child_id"), one.get("weight"), one.get("episode_id")) for one in line.candidates]
        asks: list[tuple[object, object, object]] = [(one.child_id, one.weight, None) for one in verdict.candidates]
        asks += [(None, None, episode_id) for episode_id in verdict.candidate_episodes]
        same = problems_of(line) == tuple(verdict.problems) and asked == asks and line.due_at == verdict.due_at
        return verdict.outcome is LineOutcome.QUARANTINED and same

    def write(self, how: str) -> LineOutcome:
        """Write the verdict and what follows from it; without a row of its own in the audit trail."""
        session, context, line = self.session, self.context, self.line
        touched = Touched({}, {})
        with session.no_autoflush:
            entry = Entry(self.receipt, line.line_no, line.cells, line.as_of_at, self.verdict, held=line)
            write(session, [entry], self.memory, context, touched)
            follow_up(session, touched, context)
        if self.verdict.outcome is LineOutcome.QUARANTINED:
            clock = alerts.line_clock(session, line)
            line.sweep_at = next_alert_at(clock, context.rules.ladder, context.now) if clock else None
        else:
            settle(line, context, how)
        session.flush()
        return self.verdict.outcome


def settle(line: Line, context: Context, how: str) -> None:
    """The line waits no longer: by whom, when and how."""
    line.settled_at = context.now
    line.settled_by_id = context.actor.person_id
    line.settled_how = how
    line.sweep_at = None
