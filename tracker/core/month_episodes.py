"""The month's episodes, children and hours missing (definitions §6): `episodes.*`, `children.*`, `hours.*`."""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter

from tracker.core.bands import (
    AGE_BANDS,
    DURATION_BANDS,
    HOUR_BANDS,
    WEEKDAYS,
    YES_NO,
    age_band,
    duration_band,
    hour_band,
    weekday,
    written,
    yes_no,
)
from tracker.core.clock import Period
from tracker.core.figures import ByCohort, Member, Timed, breakdown, count, mean_hours, median_hours, total_hours
from tracker.core.month_facts import EDITION, SECOND_EDITION
from tracker.core.month_past import Gone
from tracker.core.month_rows import GoneMissing, MonthRows, by_id, within
from tracker.core.policy import Policy
from tracker.core.terms import EpisodeKind, FlagCode, LivingSetting, RiskLevel

STARTED_AT = attrgetter("started_at")


def episode_figures(rows: MonthRows, period: Period, edition: int = EDITION) -> dict[str, ByCohort]:
    """The figures that are compared with other months."""
    started = within(rows.started, period, STARTED_AT)
    ended = within(rows.ended, period, attrgetter("ended_at"))
    timed = _hours(ended)
    no_risk = within(rows.no_apparent_risk, period, attrgetter("missing_from_at"))
    return {
        "episodes.started": count(gone.member for gone in started),
        "episodes.open_at_month_end": count(gone.member for gone in _open_at_end(rows, period)),
        "episodes.no_apparent_risk": count((episode.id, episode.is_ours) for episode in no_risk),
        "children.missing": count(children_of(started), "child"),
        "children.first_time": count(_first_time(started, edition), "child"),
        "hours.total": total_hours(timed),
        "hours.mean": mean_hours(timed),
        "hours.median": median_hours(timed),
    }


def series_of_episodes(rows: MonthRows, period: Period) -> dict[str, ByCohort]:
    """The same, of these alone: what the thirteen-month series shows."""
    started = within(rows.series.started, period, STARTED_AT)
    return {
        "episodes.started": count([gone.member for gone in started]),
        "children.missing": count(children_of(started), "child"),
        "hours.median": median_hours(_hours(within(rows.series.ended, period, attrgetter("ended_at")))),
    }


def _hours(ended: Iterable[Gone]) -> list[Timed]:
    return [(*gone.member, gone.ended_at - gone.started_at) for gone in ended if gone.ended_at]


def _first_time(started: Sequence[GoneMissing], edition: int) -> list[Member]:
    """Of the children missing, each in the cohort that it has there; earlier editions took that of its first episode,
    so that a child whose responsible authority changed within the month was counted among others than itself."""
    first = [gone for gone in started if gone.is_first]
    if edition <= SECOND_EDITION:
        return children_of(first)
    ids = {gone.episode.child_id for gone in first}
    return [child for child in children_of(started) if child[0] in ids]


def children_of(gone: Iterable[Gone]) -> list[Member]:
    """The distinct children, each in the cohort of the latest of their episodes here, so that `all` = `ours` + `other`.

    `gone` is in order of start.
    """
    return list(dict([one.child for one in gone]).items())


def _open_at_end(rows: MonthRows, period: Period) -> list[GoneMissing]:
    """Started before the month's end, neither found nor returned by then: at the very end is by then."""
    end_at = period.end_at
    return [gone for gone in rows.started if gone.started_at < end_at and (not gone.ended_at or gone.ended_at > end_at)]


def breakdown_figures(rows: MonthRows, period: Period, policy: Policy) -> dict[str, ByCohort]:
    """`episodes.by_<what>.<band>` of the episodes started; each breakdown adds up to `episodes.started`."""
    started = by_id(within(rows.started, period, STARTED_AT))
    figures: dict[str, ByCohort] = {}
    for what, bands, band_of in _breakdowns(policy):
        for band, figure in breakdown([(band_of(gone), gone.member) for gone in started], bands).items():
            figures[f"episodes.by_{what}.{band}"] = figure
    by_day: dict[str, list[tuple[str | None, Member]]] = {day: [] for day in WEEKDAYS}
    for gone in started:
        by_day[weekday(gone.started_at)].append((_hour_band(gone), gone.member))
    for day, of_day in by_day.items():
        for band, figure in breakdown(of_day, HOUR_BANDS).items():
            figures[f"episodes.by_weekday_hour.{day}.{band}"] = figure
    return figures


Breakdown = tuple[str, Sequence[str] | None, Callable[[GoneMissing], str | None]]


def _breakdowns(policy: Policy) -> list[Breakdown]:
    """Name, bands (None: those that occur), and the band of an episode."""
    return [
        ("kind", [kind for kind in EpisodeKind if kind in policy.countable_kinds], lambda gone: gone.episode.kind),
        ("risk", list(RiskLevel), lambda gone: gone.episode.risk),
        ("setting", list(LivingSetting), lambda gone: gone.episode.setting),
        ("known_to_services", YES_NO, lambda gone: yes_no(gone.episode.known_to_services)),
        ("sex", None, lambda gone: written(gone.episode.sex)),
        ("ethnicity", None, lambda gone: written(gone.episode.ethnicity)),
        ("age_band", AGE_BANDS, lambda gone: age_band(gone.episode.date_of_birth, gone.episode.start_on)),
        ("district", None, lambda gone: written(gone.episode.district)),
        ("weekday", WEEKDAYS, lambda gone: weekday(gone.started_at)),
        ("hour_band", HOUR_BANDS, _hour_band),
        ("duration_band", DURATION_BANDS, _duration_band),
    ]


def _hour_band(gone: GoneMissing) -> str | None:
    """Not known where the start had a date and no time: it is held as 00:00 (definitions §2.5)."""
    return None if FlagCode.START_TIME_ESTIMATED in gone.episode.flags else hour_band(gone.started_at)


def _duration_band(gone: GoneMissing) -> str | None:
    if gone.ended_at is None:
        return None if gone.end_unknown else "open"
    return duration_band(gone.ended_at - gone.started_at)
