"""The month's figures: computed from today's records, prepared by the scheduler, published and frozen by a person."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.core.clock import Period, local_midnight, parse_month
from tracker.core.frozen import freeze, sha256_of, thaw
from tracker.core.month_facts import EDITION, FIRST_EDITION, SummaryInput
from tracker.core.month_rows import shown_in
from tracker.core.monthly_summary import (
    MonthlySummary,
    as_json,
    behind,
    history_needed_from,
    monthly_summary,
)
from tracker.core.policy import Policy
from tracker.core.repeats import RepeatRule
from tracker.core.rules import Rules
from tracker.core.terms import EpisodeKind
from tracker.services.context import Context
from tracker.services.errors import FormProblem, Refused
from tracker.services.transaction import writing
from tracker.store import audit, summaries
from tracker.store.db import session as read_session
from tracker.store.models import SummaryRow


@dataclass(frozen=True)
class Published:
    """What a published month is known by."""

    month: str
    version: int
    published_at: datetime
    sha256: str


@dataclass(frozen=True)
class Verification:
    """Whether the frozen rows still give the published figures, and what today's records give instead.

    `differences`: dotted key and cohort → (published, today).
    """

    published: Published
    same_hash: bool
    differences: dict[str, tuple[object, object]]


def month_figures(context: Context, month: str, cut_off: datetime | None = None) -> MonthlySummary:
    """The figures from today's records; the cut-off is now unless given. Raises Refused for a month not begun."""
    return period_figures(context, _month(month, context), cut_off)


def period_figures(context: Context, period: Period, cut_off: datetime | None = None) -> MonthlySummary:
    """The same figures of any period that has begun: a quarter, a financial year, any days."""
    return _compute(read_session(), context, period, cut_off)[1]


def prepare_month(context: Context, month: str) -> int:
    """Keep the month's figures ready for whoever publishes; the scheduler calls it. The row's id."""
    period = _month(month, context)
    with writing() as session:
        row = _newest_unpublished(session, month)
        _fill(row, *_compute(session, context, period, None), context.rules)
        session.add(row)
        session.flush()
        audit.record(session, "summary_prepared", context.actor, context.now, "summary", row.id, {"month": month})
        return row.id


def publish(context: Context, month: str, cut_off: datetime | None = None) -> Published:
    """Freeze the figures, the rows they came from and the ids behind each. A later call makes the next version.

    Raises Refused for a month that has not ended, and where nothing differs from the version published already.
    """
    period = _month(month, context)
    if period.end_at > context.now:
        raise Refused(
            (FormProblem("month_not_ended", "This month has not ended. Publish it once it has.", ("month",)),)
        )
    with writing() as session:
        rows, summary = _compute(session, context, period, cut_off)
        before = summaries.published(session, month)
        if before and not _differences(before.document, _as_published(rows, summary, before, context)):
            sentence = f"Version {before.version} is published already, and the figures are the same today."
            raise Refused((FormProblem("nothing_new", sentence, ("month",)),))
        row = _newest_unpublished(session, month)
        _fill(row, rows, summary, context.rules)
        row.published_at = context.now
        row.published_by_id = context.actor.person_id
        session.add(row)
        session.flush()
        details = {"month": month, "version": row.version, "sha256": row.sha256}
        audit.record(session, "summary_published", context.actor, context.now, "summary", row.id, details)
        return Published(month, row.version, context.now, row.sha256)


def verify(context: Context, month: str, version: int | None = None) -> Verification:
    """Recompute a published month from its frozen rows and from today's records. Raises Refused if there is none."""
    session = read_session()
    row = summaries.published(session, month, version)
    if row is None or row.published_at is None:
        raise Refused((FormProblem("not_published", "This month has not been published.", ("month",)),))
    period = parse_month(month)
    policy, rules = _thaw_rules(row.frozen_rows["rules"])
    edition = _edition_of(row)
    again = monthly_summary(thaw(row.frozen_rows), period, row.cut_off, row.computed_at, policy, rules, edition)
    same = sha256_of(_sealed(row.frozen_rows, as_json(again), behind(again))) == row.sha256
    now_held, today = _compute(session, context, period, None)
    return Verification(
        Published(month, row.version, row.published_at, row.sha256),
        same,
        _differences(row.document, _as_published(now_held, today, row, context)),
    )


def _edition_of(row: SummaryRow) -> int:
    """Which figures a published month has; the first release did not say."""
    return int(row.frozen_rows.get("edition", FIRST_EDITION))


def _as_published(rows: SummaryInput, summary: MonthlySummary, row: SummaryRow, context: Context) -> dict[str, Any]:
    """Figures from today's records with the keys of the edition published: a key that is new is no difference."""
    edition = _edition_of(row)
    if edition == EDITION:
        return as_json(summary)
    rules = context.rules
    at = summary.cut_off, summary.computed_at
    return as_json(monthly_summary(rows, summary.period, *at, rules.policy, rules.repeat_rules, edition))


def _month(month: str, context: Context) -> Period:
    try:
        period = parse_month(month)
    except ValueError as error:
        raise Refused((FormProblem("not_a_month", str(error), ("month",)),)) from error
    if period.start_at > context.now:
        raise Refused((FormProblem("month_not_begun", "This month has not begun.", ("month",)),))
    return period


def _compute(
    session: Session, context: Context, period: Period, cut_off: datetime | None
) -> tuple[SummaryInput, MonthlySummary]:
    rules = context.rules
    since = local_midnight(history_needed_from(period, rules.repeat_rules))
    until_now = min(cut_off or context.now, context.now)
    with _uncollected():
        rows = summaries.rows_between(
            session,
            since,
            period.end_at,
            until_now,
            alerts_in=(period.start_at, period.end_at),
            first_in=[(shown.start_at, shown.end_at) for shown in shown_in(period)],
            countable=rules.policy.countable_kinds,
        )
        summary = monthly_summary(rows, period, until_now, context.now, rules.policy, rules.repeat_rules)
    return rows, summary


@contextmanager
def _uncollected() -> Iterator[None]:
    """Rows in the hundred thousands, none of them in a circle: to look through them again and again for what may go
    takes as long as the figures do."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _newest_unpublished(session: Session, month: str) -> SummaryRow:
    newest = summaries.latest(session, month)
    if newest and newest.published_at is None:
        return newest
    return SummaryRow(month=month, version=newest.version + 1 if newest else 1)


def _fill(row: SummaryRow, rows: SummaryInput, summary: MonthlySummary, rules: Rules) -> None:
    row.cut_off = summary.cut_off
    row.computed_at = summary.computed_at
    row.rules_version = summary.rules_version
    row.document = as_json(summary)
    row.behind = behind(summary)
    row.frozen_rows = {**freeze(rows), "rules": _freeze_rules(rules), "edition": EDITION}
    row.sha256 = sha256_of(_sealed(row.frozen_rows, row.document, row.behind))


def _freeze_rules(rules: Rules) -> dict[str, Any]:
    """The numbers the figures were made by: a later change of the settings does not change what was published."""
    policy = {
        name: sorted(value) if isinstance(value, frozenset) else value for name, value in asdict(rules.policy).items()
    }
    return {"policy": policy, "repeat_rules": [asdict(rule) for rule in rules.repeat_rules]}


def _thaw_rules(document: dict[str, Any]) -> tuple[Policy, list[RepeatRule]]:
    kinds = {
        name: frozenset(EpisodeKind(kind) for kind in value)
        for name, value in document["policy"].items()
        if isinstance(value, list)
    }
    return Policy(**{**document["policy"], **kinds}), [RepeatRule(**rule) for rule in document["repeat_rules"]]


def _sealed(frozen: Any, document: Any, ids: Any) -> dict[str, Any]:
    """What the hash covers."""
    return {"rows": frozen, "figures": document, "behind": ids}


_NOT_FIGURES = frozenset({"cut_off", "computed_at", "status", "rules_version", "month", "cohort"})


def _differences(published: dict[str, Any], today: dict[str, Any]) -> dict[str, tuple[object, object]]:
    before, after = dict(_leaves(published)), dict(_leaves(today))
    return {
        key: (before.get(key), after.get(key)) for key in sorted({*before, *after}) if before.get(key) != after.get(key)
    }


def _leaves(document: dict[str, Any], prefix: str = "") -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for key, value in document.items():
        if not prefix and key in _NOT_FIGURES:
            continue
        if isinstance(value, dict):
            found += _leaves(value, f"{prefix}{key}.")
        else:
            found.append((f"{prefix}{key}", value))
    return found
