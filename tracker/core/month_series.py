"""Several months' figures from one read of the rows: what run charts are drawn of."""

from collections.abc import Sequence
from datetime import datetime

from tracker.core.clock import Period
from tracker.core.figures import ByCohort
from tracker.core.month_episodes import episode_figures
from tracker.core.month_facts import SummaryInput
from tracker.core.month_interviews import interview_figures
from tracker.core.month_rows import rows_at
from tracker.core.policy import Policy

SERIES_FIGURES = (
    "episodes.started", "children.missing", "interviews.pct_in_72h_of_returns", "hours.median",
    "interviews.median_hours_to_interview",
)  # fmt: skip


def month_series(
    rows: SummaryInput, months: Sequence[Period], cut_off: datetime, policy: Policy
) -> dict[str, dict[str, ByCohort]]:
    """Month → figure of SERIES_FIGURES, by the month's own code, from facts dated by the cut-off."""
    known = rows_at(rows, cut_off, policy)
    found: dict[str, dict[str, ByCohort]] = {}
    for month in months:
        figures = {**episode_figures(known, month), **interview_figures(known, month)}
        found[month.key] = {key: figures[key] for key in SERIES_FIGURES}
    return found
