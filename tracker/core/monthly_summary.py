"""Every figure of the month (definitions §6), each with the ids of the episodes, children or alerts behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tracker.core.clock import Period, month_of, require_aware
from tracker.core.figures import ByCohort, Figure, one_decimal
from tracker.core.month_alerts import alert_figures
from tracker.core.month_authorities import authority_figures
from tracker.core.month_course import course_figures, series_of_notice
from tracker.core.month_episodes import breakdown_figures, episode_figures, series_of_episodes
from tracker.core.month_facts import EDITION, FIRST_EDITION, SECOND_EDITION, AlertFact, SummaryInput
from tracker.core.month_interviews import interview_figures, series_of_interviews
from tracker.core.month_prevention import prevention_figures
from tracker.core.month_repeats import repeat_figures, year_to_date_figures
from tracker.core.month_rows import MonthRows, rows_at
from tracker.core.month_spans import history_needed_from, series_of, shown_in
from tracker.core.policy import Policy
from tracker.core.repeats import RepeatRule
from tracker.core.terms import Cohort

__all__ = [
    "SERIES_KEYS", "AlertFact", "Figure", "MonthlySummary", "SummaryInput", "as_json", "behind", "headline",
    "history_needed_from", "monthly_summary",
]  # fmt: skip

PROVISIONAL = "provisional"
FINAL = "final"

SERIES_KEYS = (
    "episodes.started", "children.missing", "hours.median", "interviews.returns", "interviews.required",
    "interviews.completed_in_72h", "interviews.overdue", "interviews.not_yet_due", "interviews.pct_in_72h_of_returns",
)  # fmt: skip
"""The figures of the thirteen-month series: `comparison.series.<YYYY-MM>.<key>`."""

SECOND_CLOCK = "interviews.pct_in_72h_of_notice"
"""Of the series too from the third edition on: its chart shows both clocks."""


@dataclass(frozen=True)
class MonthlySummary:
    period: Period
    cut_off: datetime
    computed_at: datetime
    status: str  # "provisional" or "final"
    rules_version: str
    figures: Mapping[str, Mapping[Cohort, Figure]] = field(default_factory=dict)
    """Dotted key of definitions §6 (a breakdown's band is one more part, `episodes.by_risk.high`) → cohort → figure."""


def monthly_summary(
    rows: SummaryInput,
    period: Period,
    cut_off: datetime,
    computed_at: datetime,
    policy: Policy,
    rules: Sequence[RepeatRule],
    edition: int = EDITION,
) -> MonthlySummary:
    """The month's figures from facts dated by the cut-off, as known at `computed_at`.

    A cut-off after `computed_at` is brought back to it: what lies ahead is not known, and nothing is overdue yet that
    only will be. `comparison.*` is computed by the same code from the same rows at the same cut-off, so the rows
    reach back to `history_needed_from`; a period that is no calendar month has none. `edition`: which keys there are.
    """
    cut_off = min(require_aware(cut_off), require_aware(computed_at))
    known = rows_at(rows, cut_off, policy)
    headline_of_period = _headline(known, period, edition)
    is_ours = {episode.id: episode.is_ours for episode in rows.episodes}
    figures: dict[str, ByCohort] = {
        **headline_of_period,
        **breakdown_figures(known, period, policy),
        **repeat_figures(known, period, rules, edition),
        **year_to_date_figures(known, period),
        **alert_figures(rows.alerts, is_ours, period, cut_off, edition),
        **_comparison(known, period, headline_of_period, edition),
    }
    final = cut_off >= period.end_at + timedelta(hours=policy.deadline_hours)
    status = FINAL if final else PROVISIONAL
    return MonthlySummary(period, cut_off, require_aware(computed_at), status, policy.rules_version, figures)


def headline(
    rows: SummaryInput, period: Period, cut_off: datetime, policy: Policy, edition: int = EDITION
) -> dict[str, ByCohort]:
    """`episodes.*`, `children.*` and `hours.*` without their breakdowns, and `interviews.*`, of one month alone.

    Looks only at the children whom the month touches, so that it may be called for many months.
    """
    cut_off = require_aware(cut_off)
    since, end_at = min(period.start_at, cut_off), period.end_at
    touched = {
        episode.child_id
        for episode in rows.episodes
        if episode.missing_from_at < end_at
        and (not episode.returned_at or max(episode.returned_at, episode.found_at or episode.returned_at) >= since)
    }
    mine = [episode for episode in rows.episodes if episode.child_id in touched]
    return _headline(rows_at(replace(rows, episodes=mine), cut_off, policy), period, edition)


def _headline(known: MonthRows, period: Period, edition: int) -> dict[str, ByCohort]:
    figures = {**episode_figures(known, period, edition), **interview_figures(known, period)}
    if edition > FIRST_EDITION:
        figures |= course_figures(known, period)
    if edition > SECOND_EDITION:
        figures |= {**authority_figures(known, period), **prevention_figures(known, period)}
    return figures


def _comparison(known: MonthRows, period: Period, own: Mapping[str, ByCohort], edition: int) -> dict[str, ByCohort]:
    """Two months in full, of which and of the period itself (`own`) the series is a part; of the others the series."""
    if period != month_of(period.start_on):
        return {}
    _, previous, year_ago = shown_in(period)
    full = {period: own, previous: _headline(known, previous, edition), year_ago: _headline(known, year_ago, edition)}
    beside = {"previous_month": full[previous], "same_month_last_year": full[year_ago]}
    figures = {f"comparison.{name}.{key}": figure for name, of in beside.items() for key, figure in of.items()}
    keys = (*SERIES_KEYS, SECOND_CLOCK) if edition > SECOND_EDITION else SERIES_KEYS
    for month in series_of(period):
        found = full.get(month) or _series(known, month, edition)
        figures |= {f"comparison.series.{month.key}.{key}": found[key] for key in keys}
    return figures


def _series(known: MonthRows, month: Period, edition: int) -> dict[str, ByCohort]:
    """The figures of the series alone, of a month that is not shown in full."""
    second_clock = series_of_notice(known, month) if edition > SECOND_EDITION else {}
    return {**series_of_episodes(known, month), **series_of_interviews(known, month), **second_clock}


def as_json(summary: MonthlySummary) -> dict[str, object]:
    """The nested document of definitions §6, without ids: counts, hours to one decimal, percentages with both parts."""
    document: dict[str, object] = {
        "month": summary.period.key,
        "cut_off": summary.cut_off.isoformat(),
        "computed_at": summary.computed_at.isoformat(),
        "rules_version": summary.rules_version,
        "status": summary.status,
        "cohort": [str(cohort) for cohort in Cohort],
    }
    for key, by_cohort in summary.figures.items():
        *parents, last = _path(key)
        place: dict[str, object] = document
        for part in parents:
            inner = place.setdefault(part, {})
            assert isinstance(inner, dict)
            place = inner
        place[last] = {str(cohort): _plain(figure) for cohort, figure in by_cohort.items()}
    return document


def _path(key: str) -> list[str]:
    """The parts of a key. The band of a breakdown is one of them: it may be free text (a district) with a full stop."""
    parts = key.split(".")
    is_breakdown = parts[0] == "episodes" and parts[1].startswith("by_") and parts[1] != "by_weekday_hour"
    return key.split(".", 2) if is_breakdown else parts


def _plain(figure: Figure) -> object:
    if figure.is_percentage:
        return {"pct": figure.value, "numerator": figure.numerator, "denominator": figure.denominator}
    return one_decimal(figure.value) if isinstance(figure.value, float) else figure.value


def behind(summary: MonthlySummary) -> dict[str, dict[str, list[int]]]:
    """Dotted key → cohort → the ids behind it; a percentage has those of its numerator, and, under
    `<key>.denominator`, those of its denominator."""
    found: dict[str, dict[str, list[int]]] = {}
    for key, by_cohort in summary.figures.items():
        found[key] = {str(cohort): list(figure.ids) for cohort, figure in by_cohort.items()}
        if any(figure.is_percentage for figure in by_cohort.values()):
            whole = {str(cohort): list(figure.denominator_ids) for cohort, figure in by_cohort.items()}
            found[f"{key}.denominator"] = whole
    return found
