"""A quarter's suppressed edition: issued once by a person, frozen as it is shown; withdrawn where it must be."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from tracker.core.clock import Period
from tracker.core.edition_tables import edition_document
from tracker.core.frozen import sha256_of
from tracker.core.period_counts import is_financial_quarter
from tracker.services.context import Context
from tracker.services.errors import Conflict, FormProblem, Refused
from tracker.services.pages.episode_rows import record_list
from tracker.services.publish_month import period_figures
from tracker.services.transaction import writing
from tracker.store import audit, disclosures
from tracker.store.db import session as read_session
from tracker.store.models import Edition

REASON_LENGTH = 500


def edition_preview(context: Context, quarter: Period, threshold: int, districts: Sequence[str] = ()) -> dict[str, Any]:
    """What would be issued now; the look is recorded. Refused: not a financial quarter, not final, or issued before."""
    document = _document(context, quarter, threshold, districts)
    record_list(context, "edition", {"on": f"{quarter.start_on}/{quarter.last_day}"})
    return document


def seal_of(document: dict[str, Any]) -> str:
    """By what a preview is known: the SHA-256 of what it shows, whenever it was made."""
    return sha256_of({name: value for name, value in document.items() if name != "cut_off"})


def issue_edition(context: Context, quarter: Period, threshold: int, seen: str, districts: Sequence[str] = ()) -> str:
    """Freeze what is shown under the name of whoever issues it; the SHA-256 of it. `seen`: the seal of its preview.

    A quarter is issued once, for ever: from a second edition after a correction the first could be subtracted.
    Refused like the preview. Conflict: issued meanwhile, or the records have changed since the preview.
    """
    document = _document(context, quarter, threshold, districts)
    if seal_of(document) != seen:
        raise Conflict(FormProblem("changed", "The figures have changed since you looked. Look at them again first."))
    with writing() as session:
        audit.hold_chain(session)  # one writer at a time: two people who issue at once do not both find it free
        if disclosures.edition_of(session, quarter.start_on) is not None:
            raise Conflict(_issued())
        row = Edition(
            first_on=quarter.start_on,
            threshold=threshold,
            cut_off=context.now,
            rules_version=document["rules_version"],
            document=document,
            sha256=sha256_of(document),
            issued_at=context.now,
            issued_by_id=context.actor.person_id,
        )
        session.add(row)
        session.flush()
        details = {"quarter": quarter.start_on.isoformat(), "threshold": threshold, "sha256": row.sha256}
        audit.record(session, "edition_issued", context.actor, context.now, "edition", row.id, details)
        return row.sha256


def withdraw_edition(context: Context, quarter: Period, reason: str) -> None:
    """Take an edition out of sight, with a reason that stands in its place. Nothing is issued after it.

    Refused: no such edition, no reason, a long one. Conflict: it is withdrawn already.
    """
    said = reason.strip()
    if not said or len(said) > REASON_LENGTH:
        sentence = f"Write why it is withdrawn, in at most {REASON_LENGTH} characters and without anything of a child."
        raise Refused(FormProblem("no_reason", sentence, ("reason",)))
    with writing() as session:
        audit.hold_chain(session)
        row = disclosures.edition_of(session, quarter.start_on)
        if row is None:
            raise Refused(FormProblem("not_issued", "This quarter has not been issued."))
        if row.withdrawn_at is not None:
            raise Conflict(FormProblem("withdrawn_already", "Somebody else has withdrawn this quarter."))
        row.withdrawn_at, row.withdrawn_by_id, row.withdrawn_reason = context.now, context.actor.person_id, said
        details = {"quarter": quarter.start_on.isoformat()}
        audit.record(session, "edition_withdrawn", context.actor, context.now, "edition", row.id, details)


def is_final(context: Context, quarter: Period) -> bool:
    """Whether every deadline of the quarter's returns has passed."""
    return context.now >= quarter.end_at + timedelta(hours=context.rules.policy.deadline_hours)


def _document(context: Context, quarter: Period, threshold: int, districts: Sequence[str]) -> dict[str, Any]:
    _check(context, quarter)
    if disclosures.edition_of(read_session(), quarter.start_on) is not None:
        raise Refused(_issued())
    return edition_document(period_figures(context, quarter), threshold, districts)


def _check(context: Context, quarter: Period) -> None:
    if not is_financial_quarter(quarter):
        raise Refused(FormProblem("not_a_quarter", "Only whole quarters of the financial year are issued."))
    if not is_final(context, quarter):
        hours = context.rules.policy.deadline_hours
        raise Refused(FormProblem("not_final", f"This quarter is final {hours} hours after its end."))


def _issued() -> FormProblem:
    sentence = "This quarter has been issued. It is issued once: from a second edition the first could be subtracted."
    return FormProblem("issued_already", sentence)
