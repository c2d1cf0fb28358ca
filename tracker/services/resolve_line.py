"""A person settles a line that waits: corrects and replays it, dismisses it, or says which child or episode it is.

Each takes the `version` that the page showed, and raises Conflict where somebody settled or changed the line meanwhile.
"""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.adapters.tabular import clean
from tracker.core.clock import show_instant
from tracker.core.daily_report import ReportLine
from tracker.core.feed import Feed
from tracker.core.report_terms import LineOutcome, ProblemCode
from tracker.services.context import Context
from tracker.services.errors import Conflict, FormProblem, Refused
from tracker.services.line_verdicts import Answers
from tracker.services.match_decisions import keep_decision
from tracker.services.replay_line import read_again, replay, settle
from tracker.services.rows_for_change import CHANGED_MEANWHILE, actor_sees_all
from tracker.services.transaction import writing
from tracker.store import audit, merges, people, reports
from tracker.store.models import Child, Episode, Line, Receipt

UNDECIDED = frozenset({ProblemCode.MATCH_UNDECIDED, ProblemCode.SAME_EPISODE_UNDECIDED})
_ASKS_WHICH_CHILD = frozenset({ProblemCode.MATCH_UNDECIDED, ProblemCode.DIFFERENT_CHILD})


def correct_and_replay(
    context: Context, *, line_id: int, version: int, cells: Mapping[str, str], feeds: Mapping[str, Feed]
) -> LineOutcome:
    """Read the line again with these cells (column → text) over those received; what became of it.

    Its age stays that of the report. What was received stays as it is; the corrected cells are kept beside it. A line
    that still has problems goes on waiting, with the new ones.
    """
    with writing() as session:
        line, receipt, feed = _line_for_change(session, context, line_id, version, feeds)
        line.corrected_cells = {**(line.corrected_cells or line.cells), **{name: clean(cells[name]) for name in cells}}
        one = read_again(line, feed)
        if one.reading.is_blank:
            sentence = "Nothing is left of this line. Dismiss it instead, with the reason."
            raise Refused(FormProblem("blank", sentence, ("cells",)))
        return replay(session, context, line, receipt, one, Answers(), "corrected")


def dismiss(context: Context, *, line_id: int, version: int, reason: str) -> None:
    """The line is to do nothing, for this reason; its text is kept."""
    reason = reason.strip()
    if not reason:
        raise Refused(FormProblem("missing_value", "Say why this line is dismissed.", ("reason",)))
    with writing() as session:
        line = _waiting_line(session, context, line_id, version)
        settle(line, context, "dismissed")
        line.settled_reason = reason
        session.flush()
        audit.record(session, "line_dismissed", context.actor, context.now, "line", line.id, {"reason": "given"})


def decide_match(
    context: Context, *, line_id: int, version: int, child_id: int | None, feeds: Mapping[str, Feed]
) -> LineOutcome:
    """The line is about this child, or with None about one who is not held; what became of it.

    The decision is kept with the comparison that was shown, and can be undone (services/undo_match.py). Other
    waiting lines of the same reference, which asked the same, are replayed with it.
    """
    with writing() as session:
        line, receipt, feed = _line_for_change(session, context, line_id, version, feeds)
        if line.problem_code not in _ASKS_WHICH_CHILD:
            raise Refused(FormProblem("nothing_to_decide", "This line does not ask which child it is about."))
        if child_id is not None:
            if session.get(Child, child_id) is None:
                raise Refused(FormProblem("unknown_child", "There is no such child.", ("child_id",)))
            child_id = merges.standing_for(session, child_id)
        audit.record(session, "match_decided", context.actor, context.now, "line", line.id, {"child_id": child_id})
        one = read_again(line, feed)
        keep_decision(session, context, line, one.reading.line, child_id)
        answers = Answers(child_id=child_id, new_child=child_id is None)
        outcome = replay(session, context, line, receipt, one, answers, "matched")
        if line.problem_code == ProblemCode.DIFFERENT_CHILD:
            sentence = "This police reference belongs to an episode of another child. Correct the line, or dismiss it."
            raise Refused(FormProblem("different_child", sentence, ("child_id",)))
        if outcome is not LineOutcome.QUARANTINED:
            _replay_kin(session, context, one.reading.line, feeds)
        return outcome


def decide_same_episode(
    context: Context, *, line_id: int, version: int, episode_id: int | None, feeds: Mapping[str, Feed]
) -> LineOutcome:
    """The line is about this episode, logged by hand, or with None about another; what became of it.

    Joining gives the episode the police's reference. What a person entered stands; a differing police value becomes a
    decision.
    """
    with writing() as session:
        line, receipt, feed = _line_for_change(session, context, line_id, version, feeds)
        if line.problem_code != ProblemCode.SAME_EPISODE_UNDECIDED or line.child_id is None:
            raise Refused(FormProblem("nothing_to_decide", "This line does not ask which episode it is about."))
        if episode_id is not None:
            _check_joinable(session, line, episode_id)
        details = {"episode_id": episode_id}
        audit.record(session, "same_episode_decided", context.actor, context.now, "line", line.id, details)
        one = read_again(line, feed)
        answers = Answers(child_id=line.child_id, episode_id=episode_id, another_episode=episode_id is None)
        outcome = replay(session, context, line, receipt, one, answers, "same_episode_decided")
        if outcome is not LineOutcome.QUARANTINED:
            _replay_kin(session, context, one.reading.line, feeds)
        return outcome


def _check_joinable(session: Session, line: Line, episode_id: int) -> None:
    row = session.get(Episode, episode_id, with_for_update=True, populate_existing=True)
    if row is None or row.child_id != line.child_id:
        raise Refused(FormProblem("unknown_episode", "There is no such episode of this child.", ("episode_id",)))
    if row.police_reference is not None:
        raise Conflict(CHANGED_MEANWHILE)


def _waiting_line(session: Session, context: Context, line_id: int, version: int) -> Line:
    """The line, locked. Refused where the actor may not see it; Conflict where it is settled or changed."""
    audit.hold_chain(session)
    query = select(Line).where(Line.id == line_id).with_for_update()
    line = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if line is None or not actor_sees_all(session, context):
        raise Refused(FormProblem("unknown_line", "There is no such line.", ("line_id",)))
    if line.settled_at is not None:
        raise Conflict(_settled_first(session, line))
    if line.outcome != LineOutcome.QUARANTINED or line.version != version:
        raise Conflict(CHANGED_MEANWHILE)
    return line


_DID = {
    "corrected": "corrected it",
    "dismissed": "dismissed it",
    "matched": "decided which child it is about",
    "same_episode_decided": "decided which episode it is about",
    "replayed_with_another": "decided another line of the same reference, and this one with it",
    "corrected_outside": "corrected it in a file",
    "undone": "undid its load",
}


def _settled_first(session: Session, line: Line) -> FormProblem:
    """Who settled the line, how and when: what the one who comes second needs to know."""
    by = people.names_by_id(session).get(line.settled_by_id or 0)
    did = _DID.get(line.settled_how or "", "settled it")
    who = (
        f"{by or 'The service'} {did}" if line.settled_how in _DID else "The service settled it when it was read again"
    )
    at = show_instant(line.settled_at) if line.settled_at else ""
    return FormProblem("settled_meanwhile", f"Somebody else was first. {who}, {at}.")


def _line_for_change(
    session: Session, context: Context, line_id: int, version: int, feeds: Mapping[str, Feed]
) -> tuple[Line, Receipt, Feed]:
    line = _waiting_line(session, context, line_id, version)
    receipt = session.get_one(Receipt, line.receipt_id)
    if receipt.feed not in feeds:
        raise Refused(FormProblem("unknown_feed", "The feed by which this report came is not configured any more."))
    return line, receipt, feeds[receipt.feed]


def _replay_kin(session: Session, context: Context, decided: ReportLine | None, feeds: Mapping[str, Feed]) -> None:
    """The other waiting lines of a reference that is now known: a daily report asks the same again every day."""
    if decided is None:
        return
    for line in reports.waiting_lines(session, UNDECIDED):
        receipt = session.get_one(Receipt, line.receipt_id)
        if receipt.force != decided.police_force or receipt.feed not in feeds:
            continue
        one = read_again(line, feeds[receipt.feed])
        if one.reading.line and one.reading.line.police_reference == decided.police_reference:
            replay(session, context, line, receipt, one, Answers(), "replayed_with_another")
