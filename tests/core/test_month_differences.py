"""What differs between two makings of a month: nothing of what is the same, each figure, facts by name alone."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import OCTOBER, POLICY, gone, inputs, london, unhurried, utc
from tracker.core.interview_terms import AuthorityAnswer, ContactOutcome
from tracker.core.interviews import ReturnHomeInterview
from tracker.core.month_differences import (
    Differences,
    as_plain,
    concerned_in,
    figure_differences,
    from_plain,
    subject_of,
)
from tracker.core.month_facts import EDITION, FIRST_EDITION, SECOND_EDITION, AttemptFact, ReasonFact, RequestFact
from tracker.core.monthly_summary import SummaryInput, as_json, behind, monthly_summary
from tracker.core.row_differences import episode_differences
from tracker.core.rules import SHIPPED_REPEAT_RULES
from tracker.core.terms import BreachReason

LAST = utc("2028-01-01 00:00")


def differences(before: SummaryInput, now: SummaryInput, edition: int = EDITION) -> Differences:
    then, today = (
        monthly_summary(rows, OCTOBER, LAST, LAST, POLICY, SHIPPED_REPEAT_RULES, edition) for rows in (before, now)
    )
    ids = behind(then), behind(today)
    figures = figure_differences(as_json(then), as_json(today), *ids)
    return Differences(figures, episode_differences(before, now, concerned_in(*ids), edition))


@unhurried(40)
@given(inputs(), st.sampled_from([FIRST_EDITION, SECOND_EDITION, EDITION]))
def test_the_same_rows_differ_in_nothing(rows: SummaryInput, edition: int) -> None:
    turned = replace(rows, episodes=list(reversed(rows.episodes)), interviews=list(reversed(rows.interviews)))
    assert differences(rows, turned, edition) == Differences()


@unhurried(40)
@given(inputs(), inputs())
def test_differences_are_kept_and_read_again_as_they_were(before: SummaryInput, now: SummaryInput) -> None:
    found = differences(before, now)
    assert from_plain(json.loads(json.dumps(as_plain(found)))) == found


@unhurried(40)
@given(inputs(), inputs())
def test_each_figure_that_differs_is_told_and_who_came_and_left_makes_up_the_difference(
    before: SummaryInput, now: SummaryInput
) -> None:
    for one in differences(before, now).figures:
        assert one.before != one.after
        assert not set(one.came) & set(one.left)
        if isinstance(one.before, int) and isinstance(one.after, int) and one.key.split(".")[-1] != "newly":
            assert one.after - one.before == len(one.came) - len(one.left), one.key


OCTOBER_5 = london("2026-10-05 20:00")
EPISODE = gone(1, 1, OCTOBER_5, OCTOBER_5 + timedelta(hours=5))
INTERVIEW = ReturnHomeInterview(7, frozenset({1}), completed_at=OCTOBER_5 + timedelta(hours=30))
ROWS = SummaryInput([EPISODE], [INTERVIEW])


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("risk", replace(ROWS, episodes=[replace(EPISODE, risk="high")])),
        ("child_id", replace(ROWS, episodes=[replace(EPISODE, child_id=2)])),
        ("prevention_interview_outcome", replace(ROWS, episodes=[replace(EPISODE, prevention_interview_outcome="x")])),
        ("interview.completed_at", replace(ROWS, interviews=[replace(INTERVIEW, completed_at=LAST)])),
        ("breach.reason", replace(ROWS, reasons=[ReasonFact(1, 1, BreachReason.NO_CAPACITY, OCTOBER_5)])),
        ("interview.attempts", replace(ROWS, attempts=[AttemptFact(1, 7, OCTOBER_5, ContactOutcome.NO_ANSWER)])),
        (
            "interview.authority_requests",
            replace(ROWS, requests=[RequestFact(1, 7, OCTOBER_5, AuthorityAnswer.HELD, OCTOBER_5)]),
        ),
    ],
)
def test_a_fact_that_differs_is_named(name: str, rows: SummaryInput) -> None:
    (found,) = episode_differences(ROWS, rows, {1}, EDITION)
    assert (found.id, found.fields, found.gone) == (1, (name,), False)


@pytest.mark.parametrize("name", ["circumstances", "found_by", "police_reference", "missing_from_address"])
def test_what_no_figure_reads_is_no_difference(name: str) -> None:
    rows = replace(ROWS, episodes=[replace(EPISODE, **{name: "another"})])
    assert episode_differences(ROWS, rows, {1}, EDITION) == ()


def test_what_an_earlier_edition_did_not_keep_has_not_changed() -> None:
    rows = replace(
        ROWS, requests=[RequestFact(1, 7, OCTOBER_5)], reasons=[ReasonFact(1, 1, BreachReason.OTHER, OCTOBER_5)]
    )
    assert episode_differences(ROWS, rows, {1}, FIRST_EDITION) == ()
    (found,) = episode_differences(ROWS, rows, {1}, SECOND_EDITION)
    assert found.fields == ("breach.reason",)


def test_only_the_episodes_concerned_are_looked_at() -> None:
    assert episode_differences(ROWS, SummaryInput([], []), set(), EDITION) == ()
    (gone_now,) = episode_differences(ROWS, SummaryInput([], []), {1, 99}, EDITION)
    assert gone_now.gone


@pytest.mark.parametrize(
    ("key", "of"),
    [
        ("episodes.by_district.St. Invented", "episode"), ("children.missing", "child"), ("alerts.raised", "alert"),
        ("repeat.3_in_90.new", "child"), ("comparison.previous_month.children.missing", "child"),
        ("comparison.series.2026-10.children.missing", "child"), ("year_to_date.repeat_pct", "child"),
        ("comparison.series.2026-10.interviews.overdue", "episode"), ("prevention.recorded", "episode"),
        ("escalations.raised", "alert"), ("alerts.sent_by_rung.overdue", "alert"),
    ],
)  # fmt: skip
def test_what_stands_behind_a_figure(key: str, of: str) -> None:
    assert subject_of(key) == of


@unhurried(20)
@given(inputs())
def test_what_a_figure_says_it_counts_is_what_its_key_says(rows: SummaryInput) -> None:
    figures = monthly_summary(rows, OCTOBER, LAST, LAST, POLICY, SHIPPED_REPEAT_RULES).figures
    assert {key: figure["all"].of for key, figure in figures.items()} == {key: subject_of(key) for key in figures}
