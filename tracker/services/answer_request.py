"""An answer to a request for counts: any period, without small numbers, kept as it was given.

Two answers of periods that overlap, or an answer and a published quarter, may tell by subtraction what each keeps back.
No rule of one answer can see to that, so whoever answers is shown what was given before and says that they have looked;
and for the days of a published quarter that quarter is the answer.
"""

from typing import Any

from tracker.core.clock import Period
from tracker.core.period_counts import COUNTS, is_financial_quarter
from tracker.core.suppression import Shown, suppressed
from tracker.core.terms import Cohort
from tracker.services.context import Context
from tracker.services.errors import FormProblem, Refused
from tracker.services.pages.counts import figures_between
from tracker.services.pages.periods import check
from tracker.services.transaction import writing
from tracker.store import audit, disclosures
from tracker.store.db import session as read_session
from tracker.store.models import FoiAnswer

REFERENCE_LENGTH = 100


def answer_document(context: Context, period: Period, threshold: int) -> dict[str, Any]:
    """What an answer would show now: count → cohort → the number, `fewer` or `withheld`. Refused: not a period, still
    running, or the days of a published quarter."""
    check_answerable(context, period)
    figures = figures_between(context, period)
    counts = {name: {cohort: len(one[cohort].ids) for cohort in Cohort} for name, one in figures.items()}
    kept = suppressed(counts, threshold)
    return {
        "first_day": period.start_on.isoformat(),
        "last_day": period.last_day.isoformat(),
        "cut_off": context.now.isoformat(),
        "threshold": threshold,
        "counts": {name: {str(cohort): _plain(kept[name][cohort]) for cohort in Cohort} for name in COUNTS},
    }


def answer_request(context: Context, period: Period, threshold: int, reference: str, *, looked: bool) -> int:
    """Keep an answer and its id. `reference`: the council's own of the request. `looked`: at what was given before of
    days that overlap; Refused without it where there is anything."""
    said = reference.strip()
    if not said or len(said) > REFERENCE_LENGTH:
        sentence = f"Enter the reference of the request, in at most {REFERENCE_LENGTH} characters."
        raise Refused(FormProblem("no_reference", sentence, ("reference",)))
    document = answer_document(context, period, threshold)
    with writing() as session:
        audit.hold_chain(session)  # nobody else answers between the look at what was given and this
        days = period.start_on, period.last_day
        given = [f"answer {row.id}" for row in disclosures.answers_within(session, *days)]
        given += [f"quarter {row.first_on}" for row in disclosures.editions_within(session, *days)]
        if given and not looked:
            sentence = "Say that you have looked at what was given before of days that overlap."
            raise Refused(FormProblem("overlaps", sentence, ("looked",)))
        row = FoiAnswer(
            first_on=period.start_on,
            last_on=period.last_day,
            threshold=threshold,
            reference=said,
            document=document,
            answered_at=context.now,
            answered_by_id=context.actor.person_id,
        )
        session.add(row)
        session.flush()
        details = {"period": f"{period.start_on}/{period.last_day}", "threshold": threshold, "overlaps": given}
        audit.record(session, "request_answered", context.actor, context.now, "foi_answer", row.id, details)
        return row.id


def check_answerable(context: Context, period: Period) -> None:
    """Raises Refused with the reason. A period that still runs would be given twice, with other numbers."""
    check(context, period)
    if period.end_at > context.now:
        raise Refused(FormProblem("runs", "This period has not ended. Answer for one that has.", ("last_day",)))
    if is_financial_quarter(period) and disclosures.edition_of(read_session(), period.start_on) is not None:
        sentence = (
            "This quarter has been published. Give the published quarter: beside it other counts would tell more."
        )
        raise Refused(FormProblem("published", sentence, ("first_day",)))


def _plain(shown: Shown) -> int | str:
    return shown if isinstance(shown, int) else str(shown)
