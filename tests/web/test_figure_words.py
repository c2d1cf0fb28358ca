"""Every figure of a month has plain words: they stand above the list behind it, and where versions differ."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.core.test_worked_month import SECOND, summary_at
from tracker.core.monthly_summary import as_json
from tracker.core.terms import Cohort
from tracker.web.episodes.figure_words import figure_words

RAW = re.compile(r"_|\bpct\b|\d[hd]\b|, by |unknown|median notice")
"""What only a key would say."""


def keys(part: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for name, value in part.items():
        if isinstance(value, Mapping) and set(value) == set(Cohort):
            yield before + name
        elif isinstance(value, Mapping):
            yield from keys(value, f"{before}{name}.")


def test_every_figure_of_a_month_is_told_in_plain_words() -> None:
    found = {key: figure_words(key) for key in keys(as_json(summary_at(SECOND)))}
    assert len(found) > 300
    assert {key: words for key, words in found.items() if RAW.search(words)} == {}


def test_families_of_figures_are_told_by_their_parts() -> None:
    told = {
        "interviews.pct_in_72h_of_returns": "Interviews held in 72 hours, of those due",
        "interviews.pct_in_72h_of_returns.denominator": (
            "Interviews held in 72 hours, of those due: all that it is a share of"
        ),
        "repeat.3_in_365.children": "3 or more in 365 days: children of whom it holds on the last day",
        "episodes.by_weekday_hour.friday.18-24": "Episodes by day and hour: Friday, 18–24",
        "episodes.by_duration_band.unknown": "Episodes by length: Not known",
        "interviews.authority_answers.will_hold": "Another council’s answer: it will hold the interview",
        "alerts.sent_by_rung.overdue_24h": "Alerts sent: overdue by 24 hours",
        "comparison.series.2025-10.interviews.pct_in_72h_of_completed": (
            "Interviews held in 72 hours, of those held, October 2025"
        ),
    }
    assert {key: figure_words(key) for key in told} == told
