"""The lead's commentary on a month: one text a month, written before the month is published and copied where it is."""

from tracker.core.clock import parse_month
from tracker.services.context import Context
from tracker.services.errors import Conflict, FormProblem, Refused
from tracker.services.transaction import writing
from tracker.store import audit
from tracker.store.models import MonthCommentary

LONGEST = 10_000

CHANGED_MEANWHILE = FormProblem(
    "changed_meanwhile",
    "Somebody else wrote this commentary while you had the page open. Theirs is shown, and what you typed is kept: "
    "save what both of you mean.",
    ("text",),
)


def write_commentary(context: Context, *, month: str, text: str, version: int) -> None:
    """Keep what is said of a month. `version`: of the text that was looked at, 0 where there was none.

    Raises Refused for a month that is none or has not begun and for a text that is too long; Conflict where somebody
    else wrote meanwhile. An empty text takes the commentary away from the month as it stands; versions published keep
    theirs.
    """
    text = text.replace("\r\n", "\n").strip()
    if len(text) > LONGEST:
        sentence = f"The commentary may have {LONGEST:,} characters. Yours has {len(text):,}."
        raise Refused(FormProblem("too_long", sentence, ("text",)))
    check_month(context, month)
    with writing() as session:
        audit.hold_chain(session)  # before the row is read: two first writers come one after the other
        row = session.get(MonthCommentary, month)
        if (row.version if row else 0) != version:
            raise Conflict(CHANGED_MEANWHILE)
        if row is None:
            row = MonthCommentary(month=month, text="", written_at=context.now)
            session.add(row)
        elif row.text == text:
            return
        row.text, row.written_at, row.written_by_id = text, context.now, context.actor.person_id
        audit.record(
            session, "month_commentary_written", context.actor, context.now, "month", month, {"length": len(text)}
        )


def check_month(context: Context, month: str) -> None:
    """Raises Refused for what is no month, and for one that has not begun."""
    try:
        period = parse_month(month)
    except ValueError as error:
        raise Refused(FormProblem("not_a_month", str(error), ("month",))) from error
    if period.start_at > context.now:
        raise Refused(FormProblem("month_not_begun", "This month has not begun.", ("month",)))
