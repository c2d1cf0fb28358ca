"""Whether a published month can be made again from what it froze, and how today's records differ from it."""

from dataclasses import dataclass
from datetime import datetime

from tracker.core.clock import Period, parse_month
from tracker.core.month_differences import Differences, from_plain
from tracker.services.context import Context, Viewer
from tracker.services.errors import FormProblem, Refused
from tracker.services.month_versions import differences, made_today, same_hash
from tracker.services.publish_month import Published, makes_final
from tracker.services.transaction import writing
from tracker.store import audit, people, summaries
from tracker.store.db import session as read_session
from tracker.store.models import SummaryRow


@dataclass(frozen=True)
class Verification:
    """Whether the frozen rows still give the published figures, and what today's records give instead."""

    published: Published
    same_hash: bool
    differences: Differences


@dataclass(frozen=True)
class NotInPublished:
    """What is not in the published figures. `corrected`: what the version itself corrected of the one before it, with
    the reason given for it; None of a first version. `makes_final`: what was published last was provisional, and
    today's figures are final."""

    month: str
    period: Period
    version: int
    published_at: datetime
    published_by: str | None
    today: Differences
    reason: str | None
    corrected: Differences | None
    makes_final: bool = False


def verify(context: Context, month: str, version: int | None = None) -> Verification:
    """Recompute a published month from its frozen rows and from today's records. Raises Refused if there is none."""
    session = read_session()
    row = summaries.published(session, month, version)
    if row is None or row.published_at is None:
        raise Refused((FormProblem("not_published", "This month has not been published.", ("month",)),))
    made = made_today(session, context, parse_month(month))
    published = Published(month, row.version, row.published_at, row.sha256)
    return Verification(published, same_hash(row), differences(row, made, context))


def not_in_published(context: Context, viewer: Viewer, month: str, version: int | None = None) -> NotInPublished | None:
    """What today's records change in a published version, the newest unless named; None where there is no such.

    The view is audited before anything is shown.
    """
    with writing() as session:
        details = {"version": version, "part": "differences"}
        audit.record(session, "summary_viewed", context.actor, context.now, "month", month[:7], details)
    current = read_session()
    row = summaries.published(current, month, version)
    if row is None or row.published_at is None:
        return None
    period = parse_month(month)
    made = made_today(current, context, period)
    newest = summaries.published(current, month)
    return NotInPublished(
        month=month,
        period=period,
        version=row.version,
        published_at=row.published_at,
        published_by=people.names_by_id(current).get(row.published_by_id or 0),
        today=differences(row, made, context),
        reason=row.reason,
        corrected=_corrected(row),
        makes_final=row is newest and makes_final(row, made),
    )


def _corrected(row: SummaryRow) -> Differences | None:
    return None if row.corrections is None else from_plain(row.corrections)
