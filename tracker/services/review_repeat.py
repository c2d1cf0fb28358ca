"""Review a repeat flag: what was decided, and when the MARAMP is held."""

from datetime import date

from sqlalchemy.orm import Session

from tracker.services.context import Context
from tracker.services.errors import FormProblem, Refused
from tracker.services.rows_for_change import refuse_unseen_child
from tracker.services.transaction import writing
from tracker.store import audit
from tracker.store.models import RepeatFlagRow

_UNKNOWN = FormProblem("unknown_flag", "There is no such flag.", ("flag_id",))


def review_flag(context: Context, *, flag_id: int, decision: str, maramp_on: date | None = None) -> None:
    """Refused: no decision given, or the flag was withdrawn. Reviewed again, the newer decision stands."""
    if not decision.strip():
        raise Refused(FormProblem("missing_value", "Write what was decided.", ("decision",)))
    with writing() as session:
        audit.hold_chain(session)
        row = session.get(RepeatFlagRow, flag_id, with_for_update=True)
        if row is None:
            raise Refused(_UNKNOWN)
        refuse_unseen_child(session, context, row.child_id, _UNKNOWN)
        if row.withdrawn_at is not None:
            raise Refused(FormProblem("flag_withdrawn", "This flag was withdrawn: its crossing proved untrue."))
        write_review(session, context, row, decision, maramp_on)


def write_review(session: Session, context: Context, row: RepeatFlagRow, decision: str, maramp_on: date | None) -> None:
    """The same in a transaction under way, of a flag that is held and stands, for a child whom the actor may see."""
    row.reviewed_at = context.now
    row.reviewed_by_id = context.actor.person_id
    row.decision = decision.strip()
    row.maramp_on = maramp_on
    details = {
        "decision": "maramp" if maramp_on else "no_maramp",
        "flag_id": row.id,
        "maramp_on": maramp_on.isoformat() if maramp_on else None,
    }
    audit.record(session, "repeat_flag_reviewed", context.actor, context.now, "child", row.child_id, details)
