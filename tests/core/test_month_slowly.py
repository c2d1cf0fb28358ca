"""Every figure of the month against a slow and plain recomputation (`slow_month.py`), over random histories."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import HOUR, MINUTE, POLICY, gone, interviews, unhurried, utc
from tests.core.slow_month import Hours, Part, SlowMonth, series_months
from tracker.core.alert_terms import Rung
from tracker.core.clock import Period, local_midnight, month_of
from tracker.core.figures import Figure, percent
from tracker.core.interview_terms import AuthorityAnswer, ContactOutcome
from tracker.core.interviews import ReturnHomeInterview
from tracker.core.missing_episode import MissingEpisode
from tracker.core.month_facts import AlertFact, AttemptFact, ReasonFact, RequestFact
from tracker.core.monthly_summary import SECOND_CLOCK, SERIES_KEYS, SummaryInput, monthly_summary
from tracker.core.repeats import RepeatRule
from tracker.core.terms import BreachReason, Cohort, EpisodeKind, ExclusionReason, FlagCode, LivingSetting, RiskLevel

RULES = (
    RepeatRule("3_in_365", 3, 365), RepeatRule("3_in_90", 3, 90), RepeatRule("2_in_7", 2, 7),
    RepeatRule("1_in_1", 1, 1),
)  # fmt: skip
LAST = utc("2027-06-01 00:00")
CHANGES = [utc("2025-10-26 01:00"), utc("2026-03-29 01:00"), utc("2026-10-25 01:00")]

PERIODS = [
    *(month_of(date(2026, month, 1)) for month in (3, 4, 10)),
    Period(date(2026, 1, 1), date(2026, 4, 1)),
    Period(date(2026, 10, 20), date(2026, 10, 27)),
]


def around(period: Period) -> st.SearchStrategy[datetime]:
    """Instants: half of them in the period, some about its edges and the changes of the clock, some long before."""
    length = int((period.end_at - period.start_at) / HOUR)
    edges = [period.start_at, period.end_at, local_midnight(date(2026, 4, 1)), *CHANGES]
    return st.one_of(
        st.integers(0, length).map(lambda hours: period.start_at + hours * HOUR),
        st.integers(0, length).map(lambda hours: period.start_at + hours * HOUR),
        st.tuples(st.sampled_from(edges), st.integers(-30, 30)).map(lambda at: at[0] + at[1] * HOUR),
        st.integers(-24 * 500, 24 * 60).map(lambda hours: period.start_at + hours * HOUR),
    )


lasting = st.one_of(
    st.integers(0, 30), st.integers(0, 24 * 9), st.integers(0, 24 * 60), st.sampled_from([6, 24, 48, 72, 168])
).map(lambda hours: hours * HOUR)
texts = st.sampled_from([None, "", " unknown ", "Not known", "One. Two", "Another"])


@st.composite
def histories(draw: st.DrawFn, id: int, instants: st.SearchStrategy[datetime]) -> MissingEpisode:
    start = draw(instants) + draw(st.sampled_from([0, 0, 1, 59])) * MINUTE
    found = draw(st.none() | lasting.map(lambda elapsed: start + elapsed))
    returned = draw(st.none() | lasting.map(lambda elapsed: (found or start) + elapsed))
    ended = returned or found
    return gone(
        id,
        draw(st.integers(1, 3)),
        start,
        returned,
        found_at=found,
        notified_at=ended and draw(st.none() | st.integers(-30, 200).map(lambda hours: ended + hours * HOUR)),
        kind=draw(st.sampled_from([EpisodeKind.MISSING, EpisodeKind.MISSING, *EpisodeKind])),
        excluded=draw(st.sampled_from([*[None] * 6, *ExclusionReason])),
        is_ours=draw(st.booleans()),
        date_of_birth=draw(
            st.sampled_from([None, date(2008, 2, 29), date(2008, 10, 1), date(2013, 3, 29), date(2027, 1, 1)])
        ),
        sex=draw(texts),
        ethnicity=draw(texts),
        district=draw(texts),
        risk=draw(st.none() | st.sampled_from(RiskLevel)),
        setting=draw(st.none() | st.sampled_from(LivingSetting)),
        known_to_services=draw(st.none() | st.booleans()),
        interview_requested=draw(st.booleans()),
        conflict_settled=draw(st.booleans()),
        police_reference=draw(st.none() | st.just(f"T{9 - id:04}")),
        flags=draw(st.sampled_from([frozenset(), frozenset({FlagCode.START_TIME_ESTIMATED})])),
        prevention_interview_at=ended and draw(st.none() | lasting.map(lambda elapsed: ended + elapsed)),
        prevention_interview_outcome=draw(st.sampled_from([None, None, "as the police told it"])),
        prevention_interview_raised_harm=draw(st.none() | st.booleans()),
    )


@st.composite
def alerts(draw: st.DrawFn, id: int, most: int, instants: st.SearchStrategy[datetime]) -> AlertFact:
    raised = draw(instants)
    after = st.none() | st.sampled_from([0, 1, 24, 25, 200]).map(lambda hours: raised + hours * HOUR)
    return AlertFact(
        id,
        draw(st.sampled_from([*Rung, "of an earlier ladder"])),
        raised,
        sent_at=draw(after),
        undelivered=draw(st.booleans()),
        acknowledged_at=draw(after),
        episode_id=draw(st.none() | st.integers(1, most + 1)),
    )


@st.composite
def reasons(draw: st.DrawFn, id: int, among: list[MissingEpisode], instants: st.SearchStrategy[datetime]) -> ReasonFact:
    return ReasonFact(id, draw(st.sampled_from(among)).id, draw(st.sampled_from(BreachReason)), draw(instants))


@st.composite
def attempts(draw: st.DrawFn, id: int, among: list[ReturnHomeInterview], ended: list[datetime]) -> AttemptFact:
    at = draw(st.sampled_from(ended)) + draw(st.integers(0, 100)) * HOUR
    return AttemptFact(id, draw(st.sampled_from(among)).id, at, draw(st.sampled_from(ContactOutcome)))


@st.composite
def requests(draw: st.DrawFn, id: int, among: list[ReturnHomeInterview], ended: list[datetime]) -> RequestFact:
    asked = draw(st.sampled_from(ended)) + draw(st.integers(-30, 100)) * HOUR
    answer = draw(st.none() | st.sampled_from(AuthorityAnswer))
    answered = asked + draw(lasting) if answer else None
    return RequestFact(id, draw(st.sampled_from(among)).id, asked, answer, answered)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[SummaryInput, Period, datetime]:
    """Rows of a summary in no order, the period asked for, and the cut-off."""
    period = draw(st.sampled_from(PERIODS))
    instants = around(period)

    def some(most: int) -> range:
        return range(1, draw(st.integers(0, most)) + 1)

    number = draw(st.integers(1, 9))
    episodes = [draw(histories(id, instants)) for id in range(1, number + 1)]
    held = [draw(interviews(id, episodes)) for id in some(7)]
    ended = [episode.ended_at or episode.missing_from_at for episode in episodes]
    rows = SummaryInput(
        draw(st.permutations(episodes)),
        held,
        alerts=[draw(alerts(id, number, instants)) for id in some(5)],
        reasons=[draw(reasons(id, episodes, instants)) for id in some(4)],
        attempts=[draw(attempts(id, held, ended)) for id in some(5)] if held else [],
        requests=[draw(requests(id, held, ended)) for id in some(4)] if held else [],
    )
    return rows, period, draw(st.just(LAST) | instants)


COHORTS = {Cohort.ALL: None, Cohort.OURS: True, Cohort.OTHER: False}


def agrees(figure: Figure, found: object) -> bool:
    """A figure, its value and the ids behind it, with what the plain recomputation found."""
    if isinstance(found, Part):
        parts = list(figure.ids), list(figure.denominator_ids)
        share = percent(len(found.numerator), len(found.denominator))
        return parts == (found.numerator, found.denominator) and figure.value == share
    if isinstance(found, Hours):
        same = figure.value == (None if found.value is None else pytest.approx(found.value))
        return list(figure.ids) == found.ids and same
    assert isinstance(found, list)
    return list(figure.ids) == found and figure.value == len(found)


@unhurried(120)
@given(worlds())
def test_every_figure_is_that_of_a_slow_and_plain_recomputation(world: tuple[SummaryInput, Period, datetime]) -> None:
    rows, period, cut_off = world
    figures = monthly_summary(rows, period, cut_off, LAST, POLICY, RULES).figures
    slow = SlowMonth(rows, period.start_on, period.end_on, cut_off, RULES)
    for cohort, ours in COHORTS.items():
        told = slow.told(ours)
        wrong = [key for key, found in told.items() if not agrees(figures[key][cohort], found)]
        assert not wrong, cohort
        assert set(told) == {key for key in figures if not key.startswith("comparison.")}


@unhurried(40)
@given(worlds())
def test_every_comparison_is_that_of_a_slow_recomputation(world: tuple[SummaryInput, Period, datetime]) -> None:
    rows, period, cut_off = world
    found = monthly_summary(rows, period, cut_off, LAST, POLICY, RULES).figures
    figures = {key.removeprefix("comparison."): found[key] for key in found if key.startswith("comparison.")}
    if period != month_of(period.start_on):
        assert not figures
        return
    months = list(series_months(period.start_on))
    for cohort, ours in COHORTS.items():
        expected = {}
        for place, (first, end) in enumerate(months):
            headline = SlowMonth(rows, first, end, cut_off, ()).headline(ours)
            names = {1: "previous_month", 12: "same_month_last_year"}
            if place in names:
                expected |= {f"{names[place]}.{key}": value for key, value in headline.items()}
            expected |= {f"series.{first:%Y-%m}.{key}": headline[key] for key in (*SERIES_KEYS, SECOND_CLOCK)}
        assert set(expected) == set(figures)
        wrong = [key for key, value in expected.items() if not agrees(figures[key][cohort], value)]
        assert not wrong, cohort


@unhurried(40)
@given(worlds())
def test_who_repeats_is_who_repeated_and_who_does_so_newly(world: tuple[SummaryInput, Period, datetime]) -> None:
    rows, period, cut_off = world
    figures = monthly_summary(rows, period, cut_off, LAST, POLICY, RULES).figures
    for rule in RULES:
        for cohort in Cohort:
            still, new, now = (
                set(figures[f"repeat.{rule.name}.{name}"][cohort].ids) for name in ("continuing", "new", "children")
            )
            assert still | new == now
            assert not still & new
            assert not set(figures[f"repeat.{rule.name}.ended"][Cohort.ALL].ids) & now
        crossed = set(figures[f"repeat.{rule.name}.newly"][Cohort.ALL].ids)
        if cut_off >= period.end_at:
            assert set(figures[f"repeat.{rule.name}.new"][Cohort.ALL].ids) <= crossed


def test_the_slow_way_sees_a_difference_where_there_is_one() -> None:
    episode = gone(1, 1, utc("2026-10-05 20:00"), utc("2026-10-06 08:00"))
    period = month_of(date(2026, 10, 1))
    moved = replace(episode, missing_from_at=episode.missing_from_at - timedelta(days=30))
    figures = monthly_summary(SummaryInput([episode], []), period, LAST, LAST, POLICY, RULES).figures
    told = SlowMonth(SummaryInput([moved], []), period.start_on, period.end_on, LAST, RULES).told(None)
    wrong = {key for key, found in told.items() if not agrees(figures[key][Cohort.ALL], found)}
    assert {"episodes.started", "children.first_time", "hours.median"} <= wrong
