"""The police's prevention interviews of the month's returns (definitions §1, §6): `prevention.*`.

They never satisfy the council's duty; what is not recorded may still have been held.
"""

from datetime import datetime
from operator import attrgetter

from tracker.core.clock import Period
from tracker.core.figures import ByCohort, share
from tracker.core.missing_episode import MissingEpisode
from tracker.core.month_interviews import counted
from tracker.core.month_rows import MonthRows, within


def prevention_figures(rows: MonthRows, period: Period) -> dict[str, ByCohort]:
    """Of the returns with a clock: recorded or not; of the recorded, whether harm was raised, which may not be said."""
    returned = within(rows.returned, period, attrgetter("returned_at"))
    recorded = [one for one in returned if is_recorded(one.episode, rows.cut_off)]
    figures = {
        "recorded": counted(recorded),
        "not_recorded": counted(one for one in returned if not is_recorded(one.episode, rows.cut_off)),
        "pct_recorded": share(counted(recorded), counted(returned)),
    }
    for name, raised in (("raised_harm", True), ("no_harm", False), ("harm_unknown", None)):
        figures[name] = counted(one for one in recorded if one.episode.prevention_interview_raised_harm is raised)
    return {f"prevention.{name}": figure for name, figure in figures.items()}


def is_recorded(episode: MissingEpisode, by: datetime) -> bool:
    """Held by then; or what it said is recorded, and not when it was held."""
    held_at = episode.prevention_interview_at
    return held_at <= by if held_at else episode.prevention_interview_outcome is not None
