"""The month's figures (definitions §6): their properties, and against a slow and plain recomputation."""

import json
from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from statistics import median
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import HOUR, MINUTE, OCTOBER, POLICY, gone, inputs, london, unhurried, utc
from tracker.core.clock import Period, financial_year_of, month_of, parse_month
from tracker.core.episodes import MissingEpisode
from tracker.core.figures import one_decimal, percent
from tracker.core.interviews import ReturnHomeInterview, interview_state
from tracker.core.monthly_summary import (
    SECOND_CLOCK,
    SERIES_KEYS,
    MonthlySummary,
    SummaryInput,
    as_json,
    behind,
    headline,
    history_needed_from,
    monthly_summary,
)
from tracker.core.policy import Policy
from tracker.core.repeats import RepeatRule
from tracker.core.rules import SHIPPED_REPEAT_RULES
from tracker.core.terms import Cohort, EpisodeKind, FlagCode, InterviewState

LONDON = ZoneInfo("Europe/London")
MONTHS = list(Period(date(2025, 4, 1), date(2027, 4, 1)).months())
RULES = (*SHIPPED_REPEAT_RULES, RepeatRule("2_in_7", 2, 7))

months = st.sampled_from(MONTHS[2:20])
cut_offs = st.integers(0, 24 * 600).map(lambda hours: utc("2025-06-01 00:00") + hours * HOUR)
LAST = utc("2028-01-01 00:00")


def summary_of(rows: SummaryInput, period: Period = OCTOBER, cut_off: datetime = LAST) -> MonthlySummary:
    return monthly_summary(rows, period, cut_off, LAST, POLICY, RULES)


def ids(summary: MonthlySummary, key: str, cohort: Cohort = Cohort.ALL) -> list[int]:
    return list(summary.figures[key][cohort].ids)


def value(summary: MonthlySummary, key: str, cohort: Cohort = Cohort.ALL) -> float | int | None:
    return summary.figures[key][cohort].value


BREAKDOWNS = {
    "by_kind", "by_risk", "by_setting", "by_known_to_services", "by_sex", "by_ethnicity", "by_age_band", "by_district",
    "by_weekday", "by_hour_band", "by_duration_band", "by_weekday_hour",
}  # fmt: skip

# Sums

OUTCOMES = (
    "completed_in_72h", "completed_late", "declined", "declined_late", "not_required_late", "overdue", "not_yet_due",
)  # fmt: skip


@unhurried(25)
@given(inputs(), months, cut_offs)
def test_the_outcomes_add_up_to_required_and_the_cohorts_to_all(
    rows: SummaryInput, period: Period, cut_off: datetime
) -> None:
    summary = summary_of(rows, period, cut_off)
    for cohort in Cohort:
        outcomes = [id for outcome in OUTCOMES for id in ids(summary, f"interviews.{outcome}", cohort)]
        assert sorted(outcomes) == ids(summary, "interviews.required", cohort)
        not_required = ids(summary, "interviews.not_required", cohort)
        assert sorted(outcomes + not_required) == ids(summary, "interviews.returns", cohort)
        in_72h = set(ids(summary, "interviews.offered_in_72h", cohort))
        assert in_72h <= set(ids(summary, "interviews.offered", cohort)) <= set(outcomes)
        assert set(ids(summary, "interviews.completed_in_72h", cohort)) <= in_72h
    for key, figure in summary.figures.items():
        parts = (figure[Cohort.ALL], figure[Cohort.OURS], figure[Cohort.OTHER])
        assert sorted(parts[1].ids + parts[2].ids) == list(parts[0].ids), key
        if isinstance(parts[0].value, int):
            assert all(part.value == len(part.ids) for part in parts)
        if parts[0].is_percentage:
            assert all(part.value == percent(part.numerator or 0, part.denominator or 0) for part in parts)
            assert parts[0].denominator == len(parts[0].denominator_ids)


@unhurried(25)
@given(inputs(), months, cut_offs)
def test_every_breakdown_adds_up_to_the_episodes_started_and_has_an_unknown_band(
    rows: SummaryInput, period: Period, cut_off: datetime
) -> None:
    summary = summary_of(rows, period, cut_off)
    by_what: dict[str, list[int]] = defaultdict(list)
    for key in summary.figures:
        if key.startswith("episodes.by_"):
            by_what[key.split(".")[1]] += ids(summary, key)
    assert set(by_what) == BREAKDOWNS
    for what, found in by_what.items():
        assert sorted(found) == ids(summary, "episodes.started"), what
        assert any(key.startswith(f"episodes.{what}.") and key.endswith(".unknown") for key in summary.figures)


@unhurried(10)
@given(inputs(20))
def test_the_months_partition_the_year(rows: SummaryInput) -> None:
    year = financial_year_of(date(2025, 4, 1))
    summaries = [summary_of(rows, month) for month in year.months()]
    for key in ("episodes.started", "episodes.no_apparent_risk", "hours.total", "interviews.returns"):
        parts = [id for summary in summaries for id in ids(summary, key)]
        assert sorted(parts) == ids(summary_of(rows, year), key), key
    children = {child for summary in summaries for child in ids(summary, "children.missing")}
    assert children == set(ids(summaries[-1], "year_to_date.children"))
    assert len(summaries) == 12


# Against a plain recomputation


def started_on(episode: MissingEpisode) -> date:
    return episode.missing_from_at.astimezone(LONDON).date()


def is_in(at: datetime, period: Period) -> bool:
    return period.start_on <= at.astimezone(LONDON).date() < period.end_on


def happened(rows: SummaryInput, cut_off: datetime) -> list[MissingEpisode]:
    def by(at: datetime | None) -> datetime | None:
        return at if at and at <= cut_off else None

    return [
        replace(e, found_at=by(e.found_at), returned_at=by(e.returned_at), notified_at=by(e.notified_at))
        for e in rows.episodes
        if e.missing_from_at <= cut_off and e.out_of_counts is None
    ]


def end(episode: MissingEpisode) -> datetime | None:
    return episode.found_at or episode.returned_at


def gone_missing(episodes: list[MissingEpisode]) -> list[list[MissingEpisode]]:
    """Countable episodes in groups of those that overlap, each group's standing one first, by comparing all."""

    def clash(one: MissingEpisode, other: MissingEpisode) -> bool:
        if one.child_id != other.child_id or not end(one) or not end(other):
            return False
        if one.conflict_settled and other.conflict_settled:
            return False
        return max(one.missing_from_at, other.missing_from_at) < min(end(one), end(other))

    # An unsettled one may overlap two that a person settled as two: it joins the first, and they stay two.
    groups: list[list[MissingEpisode]] = []
    countable = [e for e in episodes if e.kind is not EpisodeKind.NO_APPARENT_RISK]
    for episode in sorted(countable, key=lambda e: (e.missing_from_at, e.police_reference or "~", e.id)):
        joined = next((group for group in groups if any(clash(episode, member) for member in group)), None)
        if joined is None:
            groups.append([episode])
        else:
            joined.append(episode)
    return groups


def outcome(episode: MissingEpisode, held: list[ReturnHomeInterview], cut_off: datetime) -> str:
    due = episode.returned_at + timedelta(seconds=259_200)

    def facts(name: str) -> list[datetime]:
        given = [getattr(interview, name) for interview in held if episode.id in interview.episode_ids]
        return [at for at in given if at and at <= cut_off]

    if approved := facts("not_required_approved_at"):
        return "not_required" if min(approved) <= due else "not_required_late"
    if completed := facts("completed_at"):
        return "completed_in_72h" if min(completed) <= due else "completed_late"
    if declined := facts("declined_at"):
        return "declined" if min(declined) <= due else "declined_late"
    return "overdue" if cut_off > due else "not_yet_due"


@unhurried(70)
@given(inputs(), months, cut_offs)
def test_key_figures_are_those_of_a_plain_recomputation(rows: SummaryInput, period: Period, cut_off: datetime) -> None:
    summary = summary_of(rows, period, cut_off)
    episodes = happened(rows, cut_off)
    groups = gone_missing(episodes)

    started = [group for group in groups if period.start_on <= started_on(group[0]) < period.end_on]
    assert ids(summary, "episodes.started") == sorted(group[0].id for group in started)
    children = {group[0].child_id for group in started}
    assert ids(summary, "children.missing") == sorted(children)
    before = {group[0].child_id for group in groups if started_on(group[0]) < period.start_on}
    assert ids(summary, "children.first_time") == sorted(children - before)

    hours, still_gone = {}, []
    month_end = datetime(period.end_on.year, period.end_on.month, 1, tzinfo=LONDON)
    for group in groups:
        ends = [end(e) for e in group]
        if all(ends) and is_in(max(ends), period):
            hours[group[0].id] = (max(ends) - group[0].missing_from_at).total_seconds() / 3600
        if group[0].missing_from_at < month_end and not any(e and e <= month_end for e in ends):
            still_gone.append(group[0].id)
    assert ids(summary, "hours.total") == sorted(hours)
    assert value(summary, "hours.total") == pytest.approx(sum(hours.values()))
    assert value(summary, "hours.median") == (pytest.approx(median(hours.values())) if hours else None)
    assert ids(summary, "episodes.open_at_month_end") == sorted(still_gone)

    returned = [
        e
        for e in episodes
        if e.returned_at
        and is_in(e.returned_at, period)
        and (e.kind is not EpisodeKind.NO_APPARENT_RISK or e.interview_requested)
    ]
    outcomes = {e.id: outcome(e, list(rows.interviews), cut_off) for e in returned}
    for name in ("not_required", *OUTCOMES):
        assert ids(summary, f"interviews.{name}") == sorted(id for id, found in outcomes.items() if found == name)

    day = min(period.end_on - timedelta(days=1), cut_off.astimezone(LONDON).date())
    for rule in RULES:
        times: dict[int, int] = defaultdict(int)
        for group in groups:
            if day - timedelta(days=rule.window_days) < started_on(group[0]) <= day:
                times[group[0].child_id] += 1
        repeating = sorted(child for child, count in times.items() if count >= rule.count)
        assert ids(summary, f"repeat.{rule.name}.children") == repeating
        assert summary.figures[f"repeat.{rule.name}.share_pct"][Cohort.ALL].denominator == len(times)


@unhurried(25)
@given(inputs(), months, cut_offs)
def test_what_is_counted_overdue_is_what_the_pages_would_call_overdue_then(
    rows: SummaryInput, period: Period, cut_off: datetime
) -> None:
    """An interview that nobody touches after the cut-off has the same state in both."""
    facts = ("offered_at", "completed_at", "declined_at", "not_required_approved_at")
    untouched = [i for i in rows.interviews if all((getattr(i, name) or cut_off) <= cut_off for name in facts)]
    rows = replace(rows, interviews=untouched)
    overdue = ids(summary_of(rows, period, cut_off), "interviews.overdue")
    expected = [
        e.id
        for e in rows.episodes
        if e.returned_at
        and is_in(e.returned_at, period)
        and e.returned_at <= cut_off
        and interview_state(e, untouched, cut_off, POLICY) is InterviewState.OVERDUE
    ]
    assert overdue == sorted(expected)


# The cut-off


@unhurried(25)
@given(inputs(), months, cut_offs, st.integers(1, 300))
def test_no_fact_after_the_cut_off_changes_a_figure(
    rows: SummaryInput, period: Period, cut_off: datetime, hours: int
) -> None:
    def later(row: object, *names: str) -> dict[str, datetime]:
        given = {name: getattr(row, name) for name in names}
        return {name: at + hours * HOUR for name, at in given.items() if at and at > cut_off}

    episodes = []
    for episode in rows.episodes:
        moved = later(episode, "found_at", "returned_at", "notified_at")
        if "returned_at" in moved:
            moved["interview_due_at"] = episode.interview_due_at and episode.interview_due_at + hours * HOUR
        episodes.append(replace(episode, **moved))
    names = ("offered_at", "accepted_at", "completed_at", "declined_at", "not_required_approved_at")
    held = [replace(interview, **later(interview, *names)) for interview in rows.interviews]
    changed = summary_of(replace(rows, episodes=episodes, interviews=held), period, cut_off)
    assert changed.figures == summary_of(rows, period, cut_off).figures


def test_a_cut_off_that_lies_ahead_is_brought_back_to_the_present() -> None:
    episode = gone(1, 1, london("2026-10-30 20:00"), london("2026-10-31 20:00"))
    now = london("2026-11-01 20:00")
    summary = monthly_summary(SummaryInput([episode], []), OCTOBER, LAST, now, POLICY, RULES)
    assert (summary.cut_off, summary.status) == (now, "provisional")
    assert ids(summary, "interviews.not_yet_due") == [1]
    assert ids(summary, "interviews.overdue") == []


def test_an_instant_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        monthly_summary(SummaryInput([], []), OCTOBER, datetime(2026, 11, 1), LAST, POLICY, RULES)


# Comparison


@unhurried(10)
@given(inputs(), months, cut_offs)
def test_comparison_is_the_headline_of_the_other_months(rows: SummaryInput, period: Period, cut_off: datetime) -> None:
    summary = summary_of(rows, period, cut_off)
    now = headline(rows, period, cut_off, POLICY)
    assert {key: summary.figures[key] for key in now} == now
    year_before = Period(period.start_on.replace(year=period.start_on.year - 1), period.start_on)
    same_month = month_of(year_before.start_on)
    for name, month in (("previous_month", period.previous()), ("same_month_last_year", same_month)):
        prefix = f"comparison.{name}."
        found = {key.removeprefix(prefix): f for key, f in summary.figures.items() if key.startswith(prefix)}
        assert found == headline(rows, month, cut_off, POLICY)
    series = [*year_before.months(), period]
    assert len(series) == 13
    for month in series:
        figures = headline(rows, month, cut_off, POLICY)
        for key in (*SERIES_KEYS, SECOND_CLOCK):
            assert summary.figures[f"comparison.series.{month.key}.{key}"] == figures[key]


def test_a_quarter_has_figures_but_no_comparison() -> None:
    quarter = Period(date(2026, 10, 1), date(2027, 1, 1))
    episode = gone(1, 1, london("2026-12-24 20:00"), london("2026-12-25 20:00"))
    summary = summary_of(SummaryInput([episode], []), quarter)
    assert ids(summary, "episodes.started") == [1]
    assert not any(key.startswith("comparison.") for key in summary.figures)


def test_how_far_back_the_rows_must_reach() -> None:
    # Thirteen months to October 2026 begin on 1 October 2025, which is also 365 days before it begins.
    assert history_needed_from(OCTOBER, SHIPPED_REPEAT_RULES) == date(2025, 10, 1)
    assert history_needed_from(OCTOBER, [RepeatRule("5_in_730", 5, 730)]) == date(2024, 10, 1)
    assert history_needed_from(parse_month("2026-03"), []) == date(2025, 3, 1)


def test_children_whom_no_figure_looks_at_may_be_left_out() -> None:
    """One whose every episode was over before `history_needed_from` changes nothing."""
    first_day = history_needed_from(OCTOBER, RULES)
    old = gone(1, 1, london(f"{first_day} 00:00") - 10 * HOUR, london(f"{first_day} 00:00") - MINUTE)
    new = gone(2, 2, london(f"{first_day} 00:00"), london(f"{first_day} 05:00"))
    assert summary_of(SummaryInput([old, new], [])).figures == summary_of(SummaryInput([new], [])).figures
    assert summary_of(SummaryInput([old], [])).figures != summary_of(SummaryInput([new], [])).figures


# Rows and order


@unhurried(20)
@given(inputs(), months, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_never_shows(rows: SummaryInput, period: Period, random: Random) -> None:
    names = ("episodes", "interviews", "reasons", "attempts")
    shuffled = {name: random.sample(list(getattr(rows, name)), len(getattr(rows, name))) for name in names}
    one, other = summary_of(rows, period), summary_of(replace(rows, **shuffled), period)
    assert one.figures == other.figures
    assert json.dumps(as_json(one)) == json.dumps(as_json(other))


@unhurried(10)
@given(inputs(), months)
def test_the_document_has_every_figure_and_behind_has_every_id(rows: SummaryInput, period: Period) -> None:
    summary = summary_of(rows, period)
    leaves = 0
    stack: list[object] = [as_json(summary)]
    while stack:
        place = stack.pop()
        if isinstance(place, dict) and set(place) == set(Cohort):
            leaves += 1
        elif isinstance(place, dict):
            stack += place.values()
    assert leaves == len(summary.figures)
    found = behind(summary)
    assert {key: found[key]["all"] for key in summary.figures} == {key: ids(summary, key) for key in summary.figures}


# Bands and edges, by hand


def band_of(episode: MissingEpisode, what: str, *others: MissingEpisode) -> str:
    summary = summary_of(SummaryInput([episode, *others], []), month_of(episode.start_on))
    prefix = f"episodes.by_{what}."
    (band,) = [key for key in summary.figures if key.startswith(prefix) and episode.id in ids(summary, key)]
    return band.removeprefix(prefix)


START = london("2026-10-05 20:00")


@pytest.mark.parametrize(
    ("hours", "band"),
    [
        (0, "under_6h"), (5.9, "under_6h"), (6, "6_to_24h"), (24, "24_to_48h"), (48, "48_to_72h"), (72, "3_to_7d"),
        (168, "3_to_7d"), (168.1, "over_7d"), (None, "open"),
    ],
)  # fmt: skip
def test_duration_bands(hours: float | None, band: str) -> None:
    assert band_of(gone(1, 1, START, None if hours is None else START + hours * HOUR), "duration_band") == band


def test_one_that_never_ended_before_the_next_has_no_known_duration() -> None:
    again = gone(2, 1, START + 50 * HOUR)
    assert band_of(gone(1, 1, START), "duration_band", again) == "unknown"
    assert band_of(again, "duration_band", gone(1, 1, START)) == "open"


@pytest.mark.parametrize(
    ("born", "band"),
    [
        # The episode starts on 5 October 2026.
        (date(2016, 10, 6), "0-9"), (date(2016, 10, 5), "10-12"), (date(2013, 10, 5), "13-15"),
        (date(2010, 10, 5), "16-17"), (date(2008, 10, 6), "16-17"), (None, "unknown"), (date(2027, 1, 1), "unknown"),
    ],
)  # fmt: skip
def test_age_bands_at_the_start(born: date | None, band: str) -> None:
    assert band_of(gone(1, 1, START, date_of_birth=born), "age_band") == band


@pytest.mark.parametrize(
    ("at", "band"),
    [
        ("2026-10-05 00:00", "00-06"), ("2026-10-05 05:59", "00-06"), ("2026-10-05 06:00", "06-12"),
        ("2026-10-05 12:00", "12-18"), ("2026-10-05 18:00", "18-24"), ("2026-10-25 01:30", "00-06"),
    ],
)  # fmt: skip
def test_hour_bands_are_londons(at: str, band: str) -> None:
    assert band_of(gone(1, 1, london(at)), "hour_band") == band


def test_a_start_without_a_time_has_no_hour_but_has_a_weekday() -> None:
    episode = gone(1, 1, london("2026-10-05 00:00"), flags=frozenset({FlagCode.START_TIME_ESTIMATED}))
    assert band_of(episode, "hour_band") == "unknown"
    assert band_of(episode, "weekday_hour") == "monday.unknown"


def test_a_district_may_have_a_full_stop_and_a_blank_is_unknown() -> None:
    rows = SummaryInput([gone(1, 1, START, district=" St. Made-up "), gone(2, 2, START, district=" ")], [])
    district = as_json(summary_of(rows))["episodes"]["by_district"]
    assert {band: counts["all"] for band, counts in district.items()} == {"St. Made-up": 1, "unknown": 1}


def test_a_month_that_an_episode_straddles() -> None:
    # Gone on 30 September at 23:30 BST, back on 1 October at 00:30 BST: by UTC both on 30 September.
    episode = gone(1, 1, london("2026-09-30 23:30"), london("2026-10-01 00:30"))
    assert episode.returned_at.date() == date(2026, 9, 30)
    rows = SummaryInput([episode], [])
    september, october = summary_of(rows, parse_month("2026-09")), summary_of(rows, OCTOBER)
    assert [ids(s, "episodes.started") for s in (september, october)] == [[1], []]
    assert [ids(s, "episodes.open_at_month_end") for s in (september, october)] == [[1], []]
    assert [ids(s, "hours.total") for s in (september, october)] == [[], [1]]
    assert [ids(s, "interviews.returns") for s in (september, october)] == [[], [1]]


def test_found_at_the_very_end_of_the_month_is_found_by_then() -> None:
    midnight = london("2026-11-01 00:00")
    found = [gone(id, id, START, found_at=midnight + late) for id, late in ((1, 0 * HOUR), (2, timedelta.resolution))]
    summary = summary_of(SummaryInput(found, []))
    assert ids(summary, "episodes.open_at_month_end") == [2]
    assert ids(summary, "hours.total") == []  # the period's end is not in it
    assert ids(summary_of(SummaryInput(found, []), parse_month("2026-11")), "hours.total") == [1, 2]


def test_a_child_of_both_cohorts_counts_where_the_latest_episode_is() -> None:
    ours, theirs = gone(1, 1, START, START + HOUR), gone(2, 1, START + 99 * HOUR, START + 100 * HOUR, is_ours=False)
    summary = summary_of(SummaryInput([ours, theirs], []))
    assert [ids(summary, "children.missing", cohort) for cohort in Cohort] == [[1], [], [1]]
    assert [ids(summary, "episodes.started", cohort) for cohort in Cohort] == [[1, 2], [1], [2]]


def test_three_records_of_one_going_missing_count_once_even_around_one_that_never_ended() -> None:
    never_ended = gone(2, 1, START + HOUR)
    first, second = gone(1, 1, START, START + 9 * HOUR), gone(3, 1, START + 2 * HOUR, START + 11 * HOUR)
    summary = summary_of(SummaryInput([first, never_ended, second], []))
    assert ids(summary, "episodes.started") == [1, 2]
    assert value(summary, "hours.total") == 11.0


def test_hours_across_the_change_to_winter_time_are_elapsed_hours() -> None:
    # 25 October 2026, 00:00 BST to 06:00 GMT: seven hours.
    rows = SummaryInput([gone(1, 1, london("2026-10-25 00:00"), london("2026-10-25 06:00"))], [])
    assert value(summary_of(rows), "hours.total") == 7.0


def test_a_longer_deadline_is_the_policys() -> None:
    policy = Policy(deadline_hours=96)
    end = utc("2026-11-01 00:00")
    summaries = [
        monthly_summary(SummaryInput([], []), OCTOBER, end + hours * HOUR, LAST, policy, RULES) for hours in (95, 96)
    ]
    assert [summary.status for summary in summaries] == ["provisional", "final"]


# Rounding, and the Board's own figures


def test_rounding_is_half_up() -> None:
    assert percent(97, 636) == 15.3  # 15.2516
    assert percent(132, 694) == 19.0  # 19.0202
    assert percent(1, 16) == 6.3  # 6.25: half up, where an even rounding gives 6.2
    assert percent(1, 2000) == 0.1  # 0.05
    assert percent(0, 5) == 0.0
    assert percent(0, 0) is None
    assert (one_decimal(2.25), one_decimal(2.35), one_decimal(0.05)) == (2.3, 2.4, 0.1)


@pytest.mark.parametrize(("children", "repeating", "share"), [(636, 97, 15.3), (694, 132, 19.0)])
def test_the_boards_year(children: int, repeating: int, share: float) -> None:
    """So many children missing in a financial year, of them so many three times; the others once or twice."""
    first = london("2025-04-01 00:00")
    starts = [
        (child, first + (child * 7 + time * 700) % 8700 * HOUR)
        for child in range(1, children + 1)
        for time in range(3 if child <= repeating else 1 + child % 2)
    ]
    starts.append((children, london("2025-03-31 23:59")))  # the year before: not counted
    episodes = [gone(id, child, at, at + HOUR) for id, (child, at) in enumerate(starts, 1)]
    summary = summary_of(SummaryInput(episodes, []), parse_month("2026-03"))
    assert value(summary, "year_to_date.children") == children
    assert value(summary, "year_to_date.repeat_children") == repeating
    figure = summary.figures["year_to_date.repeat_pct"][Cohort.ALL]
    assert (figure.value, figure.numerator, figure.denominator) == (share, repeating, children)


# Cost


def test_five_thousand_episodes_cost_a_fraction_of_a_second() -> None:
    random = Random(5)
    episodes, held = [], []
    for id in range(1, 5001):
        start = utc("2024-11-01 00:00") + random.randrange(730 * 1440) * MINUTE
        back = start + random.randrange(60 * 40) * MINUTE
        episodes.append(gone(id, random.randrange(1500), start, back, notified_at=back + HOUR))
        held.append(ReturnHomeInterview(id, frozenset({id}), completed_at=back + random.randrange(100) * HOUR))
    rows = SummaryInput(episodes, held)
    seconds = []
    for _ in range(3):
        begun = process_time()
        summary_of(rows)
        seconds.append(process_time() - begun)
    assert min(seconds) < 0.4  # of processor time; 0.13 on the machine it was written on
