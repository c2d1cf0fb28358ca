"""A month as it was frozen and as today's records give it: computing, sealing, thawing, and what differs.

Read by whoever publishes (publish_month.py) and whoever verifies (verify_month.py).
"""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.core.clock import Period, local_midnight, parse_month
from tracker.core.frozen import freeze, sha256_of, thaw
from tracker.core.month_differences import Differences, concerned_in, figure_differences
from tracker.core.month_facts import EDITION, FIRST_EDITION, SummaryInput
from tracker.core.month_spans import shown_in
from tracker.core.monthly_summary import MonthlySummary, as_json, behind, history_needed_from, monthly_summary
from tracker.core.policy import Policy
from tracker.core.repeats import RepeatRule
from tracker.core.row_differences import episode_differences
from tracker.core.rules import Rules
from tracker.core.terms import EpisodeKind
from tracker.services.context import Context
from tracker.services.errors import FormProblem, Refused
from tracker.store import summaries
from tracker.store.models import SummaryRow


@dataclass(frozen=True)
class Made:
    """A month's figures with the rows that they were made from."""

    rows: SummaryInput
    summary: MonthlySummary


def month_begun(month: str, context: Context) -> Period:
    """The month named `YYYY-MM`. Raises Refused for what is no month, or has not begun."""
    try:
        period = parse_month(month)
    except ValueError as error:
        raise Refused((FormProblem("not_a_month", str(error), ("month",)),)) from error
    if period.start_at > context.now:
        raise Refused((FormProblem("month_not_begun", "This month has not begun.", ("month",)),))
    return period


def made_today(session: Session, context: Context, period: Period, cut_off: datetime | None = None) -> Made:
    """From today's records, by today's rules; the cut-off is now unless given."""
    rules = context.rules
    until_now = min(cut_off or context.now, context.now)
    since = local_midnight(history_needed_from(period, rules.repeat_rules, until_now))
    with uncollected():
        rows = summaries.rows_between(
            session,
            since,
            period.end_at,
            until_now,
            alerts_in=(period.start_at, period.end_at),
            shown=[(shown.start_at, shown.end_at) for shown in shown_in(period)],
            policy=rules.policy,
        )
        return Made(rows, monthly_summary(rows, period, until_now, context.now, rules.policy, rules.repeat_rules))


@contextmanager
def uncollected() -> Iterator[None]:
    """Rows in the hundred thousands, none of them in a circle: to look through them again and again for what may go
    takes as long as the figures do."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def fill(row: SummaryRow, made: Made, rules: Rules) -> None:
    """The figures, the rows and the ids behind each, into a row to be prepared or published."""
    row.cut_off = made.summary.cut_off
    row.computed_at = made.summary.computed_at
    row.rules_version = made.summary.rules_version
    row.document = as_json(made.summary)
    row.behind = behind(made.summary)
    row.frozen_rows = {**freeze(made.rows), "rules": _freeze_rules(rules), "edition": EDITION}
    row.sha256 = hash_of(row, row.document, row.behind)


def hash_of(row: SummaryRow, document: Mapping[str, Any], ids: Mapping[str, Any]) -> str:
    """Over the row's frozen rows, these figures, and what else was published with them; a version of an earlier
    release bears no more than the first three."""
    sealed: dict[str, Any] = {"rows": row.frozen_rows, "figures": document, "behind": ids}
    if row.reason is not None:
        sealed["reason"] = row.reason
    if row.corrections is not None:
        sealed["corrections"] = row.corrections
    if row.commentary is not None:
        at = row.commentary_at.isoformat() if row.commentary_at else None
        sealed["commentary"] = {"text": row.commentary, "by_id": row.commentary_by_id, "at": at}
    return sha256_of(sealed)


def same_hash(row: SummaryRow) -> bool:
    """Whether the frozen rows give the published figures again, under the published hash."""
    policy, rules = _thaw_rules(row.frozen_rows["rules"])
    period = parse_month(row.month)
    with uncollected():
        again = monthly_summary(
            thaw(row.frozen_rows), period, row.cut_off, row.computed_at, policy, rules, edition_of(row)
        )
        return hash_of(row, as_json(again), behind(again)) == row.sha256


def edition_of(row: SummaryRow) -> int:
    """Which figures a published month has; the first release did not say."""
    return int(row.frozen_rows.get("edition", FIRST_EDITION))


def differences(row: SummaryRow, made: Made, context: Context) -> Differences:
    """What today's records change in a published version: with the keys of its edition, as a new key is none."""
    edition = edition_of(row)
    summary = made.summary
    if edition != EDITION:
        at, rules = (summary.cut_off, summary.computed_at), context.rules
        summary = monthly_summary(made.rows, summary.period, *at, rules.policy, rules.repeat_rules, edition)
    ids = behind(summary)
    figures = figure_differences(row.document, as_json(summary), row.behind, ids)
    if not figures:
        return Differences()
    concerned = concerned_in(row.behind, ids)
    return Differences(figures, episode_differences(thaw(row.frozen_rows), made.rows, concerned, edition))


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
