"""The month's figures: computed from today's records, prepared by the scheduler, published and frozen by a person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.core.clock import Period, show_instant
from tracker.core.month_differences import Differences, as_plain
from tracker.core.monthly_summary import FINAL, PROVISIONAL, MonthlySummary
from tracker.services.context import Context
from tracker.services.errors import Conflict, FormProblem, Refused
from tracker.services.month_versions import Made, differences, fill, made_today, month_begun, uncollected
from tracker.services.tell_month import tell_final_waiting, tell_published, tell_waiting
from tracker.services.transaction import writing
from tracker.store import audit, summaries
from tracker.store.db import session as read_session
from tracker.store.models import MonthCommentary, Person, SummaryRow


@dataclass(frozen=True)
class Published:
    """What a published month is known by."""

    month: str
    version: int
    published_at: datetime
    sha256: str


@dataclass(frozen=True)
class Further:
    """What the next version of a published month would correct. `makes_final`: the one before is provisional."""

    version: int
    differences: Differences
    makes_final: bool = False


def month_figures(context: Context, month: str, cut_off: datetime | None = None) -> MonthlySummary:
    """The figures from today's records; the cut-off is now unless given. Raises Refused for a month not begun."""
    return period_figures(context, month_begun(month, context), cut_off)


def period_figures(context: Context, period: Period, cut_off: datetime | None = None) -> MonthlySummary:
    """The same figures of any period that has begun: a quarter, a financial year, any days."""
    with uncollected():  # the rows are gone before anything looks through what is left
        return made_today(read_session(), context, period, cut_off).summary


def prepare_month(context: Context, month: str) -> int | None:
    """Keep the month's figures ready for whoever publishes, and tell those who may, once; the scheduler calls it.

    The row's id. None where nothing waits to be published: a version is, and its figures are final, or those of today
    are not final either. Computed before the transaction, so that nobody waits for it.
    """
    period = month_begun(month, context)
    before = summaries.published(read_session(), month)
    if before and before.document["status"] == FINAL:
        return None
    made = _made_before(context, period, None)
    with writing() as session:
        audit.hold_chain(session)
        before = summaries.published(session, month)
        if before and not makes_final(before, made):
            return None
        row = _newest_unpublished(session, month)
        fill(row, made, context.rules)
        session.add(row)
        session.flush()
        audit.record(session, "summary_prepared", context.actor, context.now, "summary", row.id, {"month": month})
        first_at = summaries.first_episode_at(session)
        if before:
            tell_final_waiting(session, context, period)
        elif first_at is not None and first_at < period.end_at:  # not of a time before the records
            tell_waiting(session, context, period)
        return row.id


def further_version(context: Context, month: str) -> Further | None:
    """What publishing now would correct; None where no version is published yet. Raises Refused like `publish`.

    The view is audited before anything is shown.
    """
    period = _ended(month, context)
    with writing() as writer:
        details = {"version": None, "part": "corrections"}
        audit.record(writer, "summary_viewed", context.actor, context.now, "month", month, details)
    session = read_session()
    before = summaries.published(session, month)
    if before is None:
        return None
    made = made_today(session, context, period)
    return Further(before.version + 1, differences(before, made, context), makes_final(before, made))


def publish(
    context: Context, month: str, cut_off: datetime | None = None, reason: str = "", version: int | None = None
) -> Published:
    """Freeze the figures, the rows they came from and the ids behind each, with the commentary, and tell the group.

    A later call makes the next version: it bears the reason for it, and lists what it corrects. `version`: the one that
    it was to be, by the page that its publisher looked at; else the next. Raises Refused for a month that has not
    ended, for a further version without a reason, and where nothing differs from the one before; Conflict where
    somebody else published meanwhile.

    Steps: 1. compute, outside of any transaction that others would wait for; 2. in one transaction, after whoever else
    publishes: ask again which version stands, compare with it, freeze, record, and queue the emails.
    """
    period = _ended(month, context)
    follows = version - 1 if version is not None else summaries.published_version(read_session(), month)
    made = _made_before(context, period, cut_off)
    with writing() as session:
        audit.hold_chain(session)
        before = summaries.published(session, month)
        if before and before.version > follows:
            raise Conflict(_published_meanwhile(session, before))
        commentary = session.get(MonthCommentary, month)
        row = _newest_unpublished(session, month)
        row.reason = row.corrections = None
        if before:
            row.corrections = as_plain(_corrected(before, made, commentary, context))
            row.reason = _given(reason)
        row.commentary = commentary.text if commentary else None
        row.commentary_by_id = commentary.written_by_id if commentary else None
        row.commentary_at = commentary.written_at if commentary else None
        fill(row, made, context.rules)
        row.published_at, row.published_by_id = context.now, context.actor.person_id
        session.add(row)
        session.flush()
        details = {"month": month, "version": row.version, "sha256": row.sha256}
        audit.record(session, "summary_published", context.actor, context.now, "summary", row.id, details)
        tell_published(session, context, period, row.version)
        return Published(month, row.version, context.now, row.sha256)


def _corrected(before: SummaryRow, made: Made, commentary: MonthCommentary | None, context: Context) -> Differences:
    """What differs from the version before: figures, the commentary, or that they are final now. Raises Refused where
    nothing does."""
    found = differences(before, made, context)
    same_words = (commentary.text if commentary else None) == before.commentary
    if not found and same_words and not makes_final(before, made):
        sentence = f"Version {before.version} is published already, and the figures are the same today."
        raise Refused((FormProblem("nothing_new", sentence, ("month",)),))
    return found


def makes_final(before: SummaryRow, made: Made) -> bool:
    """Whether what was published may still have changed, and today's figures may not."""
    return bool(before.document["status"] == PROVISIONAL and made.summary.status == FINAL)


def _published_meanwhile(session: Session, row: SummaryRow) -> FormProblem:
    who = session.get_one(Person, row.published_by_id).name if row.published_by_id else "The command line"
    at = show_instant(row.published_at) if row.published_at else ""
    return FormProblem("published_meanwhile", f"{who} published version {row.version} of this month, {at}.")


def _given(reason: str) -> str:
    if not reason.strip():
        sentence = "Say why a further version is issued: it stands beside what it corrects."
        raise Refused((FormProblem("reason_missing", sentence, ("reason",)),))
    return reason.strip()


def _made_before(context: Context, period: Period, cut_off: datetime | None) -> Made:
    session = read_session()
    made = made_today(session, context, period, cut_off)
    session.rollback()
    return made


def _ended(month: str, context: Context) -> Period:
    period = month_begun(month, context)
    if period.end_at > context.now:
        sentence = "This month has not ended. Publish it once it has."
        raise Refused((FormProblem("month_not_ended", sentence, ("month",)),))
    return period


def _newest_unpublished(session: Session, month: str) -> SummaryRow:
    newest = summaries.latest(session, month)
    if newest and newest.published_at is None:
        return newest
    return SummaryRow(month=month, version=newest.version + 1 if newest else 1)
