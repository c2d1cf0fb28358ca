"""October 2026 worked by hand: every `interviews.*` figure and what stands beside it (definitions §6).

Summer time ends on Sunday 25 October 2026 at 02:00 BST = 01:00 UTC. 1 October 2026 is a Thursday.
Times are London's. Children are numbers; 3 is another council's, the others are ours. "told": how long after the return
the council was told of it.

 id child gone                     back                 missing  told     interview
  1   1   Thu  1 Oct 18:00         Thu  1 Oct 22:00      4   h    10 h   offered 2nd; held 3 Oct 10:00: 36 h
  2   1   Mon  5 Oct 20:00         Tue  6 Oct 08:00     12   h     2 h   held 9 Oct 08:00: 72.0 h, in time
  3   1   Mon 12 Oct 15:00         Tue 13 Oct 15:00     24   h     0 h   offered 14th; held 16 Oct 15:01: late
  4   2   Sat 24 Oct 23:30 BST     Sun 25 Oct 10:00 GMT 11.5 h     2 h   offered 26th; declined 27 Oct 10:00
  5   3   Fri 23 Oct 22:00 BST     Sat 24 Oct 09:00 BST 11   h     5 h   offered 25th; held 27 Oct 08:30 GMT
          due 27 Oct 08:00 GMT, since 72 h from 09:00 BST are 71 by the wall clock: held at 72.5 h, late
  6   4   Fri  2 Oct, no time      Fri  2 Oct 04:00      4   h     ?     not required, approved 4 Oct: by then
  7   5   Tue  6 Oct 19:00         Wed  7 Oct 01:00      6   h     8 h   not required, approved 12 Oct: late
  8   6   Wed 14 Oct 17:00         Thu 15 Oct 17:00     24   h    96 h   offered 20 Oct, late; nothing since
  9   7   Thu 29 Oct 20:00         Sat 31 Oct 20:00     48   h    12 h   offered 1 Nov; due 3 Nov 20:00
 10   8   Wed 30 Sep 23:00         Thu  1 Oct 03:00      4   h     6 h   declined 6 Oct: late
          of September by its start, of October by its return
 11   9   Sat 31 Oct 22:00         Sun  1 Nov 06:00      8   h     1 h   of November by its return
 12   2   Sun 11 Oct 12:00         Sun 11 Oct 14:00                1 h   no apparent risk, asked for: held after 24 h
 13   4   Tue 20 Oct 10:00         Tue 20 Oct 12:00                1 h   no apparent risk, not asked for
 14  10   Sat 17 Oct 21:00         Tue 20 Oct 09:00     12   h     1 h   held in hospital 19 Oct 11:00
          found 18 Oct 09:00, which is its end
 15  11   Thu  8 Oct 20:00         Fri  9 Oct 08:00                1 h   both: held 10 Oct 10:00: 26 h
 16  11   Thu  8 Oct 22:00         Fri  9 Oct 10:00                2 h   and 24 h
          one going-missing recorded twice, 20:00 to 10:00 = 14 h
 17  12   Sat  3 Oct, cancelled
 18  13   Sun  4 Oct, born 1 October 2008: 18
 19  14   Mon 19 Oct 23:00         Tue 20 Oct 05:00      6   h     ?     offered 20th, declined 21st, held 26 Oct 11:00
          after all: 6 days and 7 h = 151 h, late. Born 20 October 2008: 17 when it starts
 20   6   Tue 10 Mar 2026, an earlier one of child 6, before the financial year
"""

from datetime import date, datetime

import pytest

from tests.core.made import HOUR, MINUTE, OCTOBER, POLICY, gone, london, utc
from tracker.core.episodes import MissingEpisode
from tracker.core.interviews import ReturnHomeInterview
from tracker.core.monthly_summary import AlertFact, MonthlySummary, SummaryInput, as_json, behind, monthly_summary
from tracker.core.rules import SHIPPED_REPEAT_RULES
from tracker.core.terms import Cohort, EpisodeKind, ExclusionReason, FlagCode

NO_RISK = EpisodeKind.NO_APPARENT_RISK
ESTIMATED = frozenset({FlagCode.START_TIME_ESTIMATED})


def told(id: int, child: int, start: str, back: str, after: float | None, **more: object) -> MissingEpisode:
    returned = london(back)
    return gone(
        id, child, london(start), returned, notified_at=None if after is None else returned + after * HOUR, **more
    )


EPISODES = [
    told(1, 1, "2026-10-01 18:00", "2026-10-01 22:00", 10),
    told(2, 1, "2026-10-05 20:00", "2026-10-06 08:00", 2),
    told(3, 1, "2026-10-12 15:00", "2026-10-13 15:00", 0),
    told(4, 2, "2026-10-24 23:30", "2026-10-25 10:00", 2),
    told(5, 3, "2026-10-23 22:00", "2026-10-24 09:00", 5, is_ours=False),
    told(6, 4, "2026-10-02 00:00", "2026-10-02 04:00", None, flags=ESTIMATED),
    told(7, 5, "2026-10-06 19:00", "2026-10-07 01:00", 8),
    told(8, 6, "2026-10-14 17:00", "2026-10-15 17:00", 96),
    told(9, 7, "2026-10-29 20:00", "2026-10-31 20:00", 12),
    told(10, 8, "2026-09-30 23:00", "2026-10-01 03:00", 6),
    told(11, 9, "2026-10-31 22:00", "2026-11-01 06:00", 1),
    told(12, 2, "2026-10-11 12:00", "2026-10-11 14:00", 1, kind=NO_RISK, interview_requested=True),
    told(13, 4, "2026-10-20 10:00", "2026-10-20 12:00", 1, kind=NO_RISK),
    told(14, 10, "2026-10-17 21:00", "2026-10-20 09:00", 1, found_at=london("2026-10-18 09:00")),
    told(15, 11, "2026-10-08 20:00", "2026-10-09 08:00", 1),
    told(16, 11, "2026-10-08 22:00", "2026-10-09 10:00", 2),
    told(17, 12, "2026-10-03 20:00", "2026-10-03 22:00", 1, excluded=ExclusionReason.CANCELLED),
    told(18, 13, "2026-10-04 20:00", "2026-10-04 22:00", 1, date_of_birth=date(2008, 10, 1)),
    told(19, 14, "2026-10-19 23:00", "2026-10-20 05:00", None, date_of_birth=date(2008, 10, 20)),
    told(20, 6, "2026-03-10 20:00", "2026-03-10 23:00", 1),
]


def about(*episode_ids: int, **facts: str) -> ReturnHomeInterview:
    instants = {name: london(text) for name, text in facts.items()}
    return ReturnHomeInterview(100 + episode_ids[0], frozenset(episode_ids), **instants)


INTERVIEWS = [
    about(1, offered_at="2026-10-02 09:00", completed_at="2026-10-03 10:00"),
    about(2, completed_at="2026-10-09 08:00"),
    about(3, offered_at="2026-10-14 09:00", completed_at="2026-10-16 15:01"),
    about(4, offered_at="2026-10-26 10:00", declined_at="2026-10-27 10:00"),
    about(5, offered_at="2026-10-25 12:00", completed_at="2026-10-27 08:30"),
    about(6, not_required_at="2026-10-03 09:00", not_required_approved_at="2026-10-04 09:00"),
    about(7, not_required_at="2026-10-09 09:00", not_required_approved_at="2026-10-12 09:00"),
    about(8, offered_at="2026-10-20 09:00"),
    about(9, offered_at="2026-11-01 10:00"),
    about(10, declined_at="2026-10-06 10:00"),
    about(12, completed_at="2026-10-12 14:00"),
    about(14, completed_at="2026-10-19 11:00"),
    about(15, 16, completed_at="2026-10-10 10:00"),
    about(19, offered_at="2026-10-20 12:00", declined_at="2026-10-21 12:00"),
    ReturnHomeInterview(200, frozenset({19}), completed_at=london("2026-10-26 11:00")),
    about(20, completed_at="2026-03-12 12:00"),
]

ALERTS = [
    AlertFact(1, "due_soon", london("2026-10-17 17:00"), sent_at=london("2026-10-17 17:01"), episode_id=8),
    AlertFact(
        2, "overdue", london("2026-10-18 17:01"), london("2026-10-18 17:01"),
        acknowledged_at=london("2026-10-18 19:01"), episode_id=8,
    ),
    AlertFact(3, "overdue", london("2026-10-27 08:01"), sent_at=london("2026-10-27 08:02"), episode_id=5),
    AlertFact(4, "overdue_24h", london("2026-10-19 17:01"), undelivered=True, episode_id=8),
    AlertFact(
        5, "overdue_96h", london("2026-10-22 17:01"), london("2026-10-22 17:02"),
        acknowledged_at=london("2026-10-23 03:01"), episode_id=8,
    ),
    AlertFact(6, "overdue", london("2026-10-28 09:00"), london("2026-10-28 09:00"), False, london("2026-11-05 09:00")),
    AlertFact(7, "overdue", london("2026-09-30 23:59"), sent_at=london("2026-09-30 23:59"), episode_id=20),
]  # fmt: skip

ROWS = SummaryInput(EPISODES, INTERVIEWS, ALERTS)
SECOND = utc("2026-11-02 12:00")
FIFTH = utc("2026-11-05 00:00")


def summary_at(cut_off: datetime) -> MonthlySummary:
    return monthly_summary(ROWS, OCTOBER, cut_off, utc("2026-11-20 09:00"), POLICY, SHIPPED_REPEAT_RULES)


@pytest.fixture(scope="module")
def october() -> MonthlySummary:
    """By Monday 2 November at noon: one interview of the month is not yet due."""
    return summary_at(SECOND)


def ids(summary: MonthlySummary, key: str, cohort: Cohort = Cohort.ALL) -> list[int]:
    return list(summary.figures[key][cohort].ids)


def share(summary: MonthlySummary, key: str, cohort: Cohort = Cohort.ALL) -> tuple[object, ...]:
    figure = summary.figures[key][cohort]
    return figure.value, figure.numerator, figure.denominator


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("returns", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 15, 16, 19]),
        ("not_required", [6]),
        ("required", [1, 2, 3, 4, 5, 7, 8, 9, 10, 12, 14, 15, 16, 19]),
        ("offered", [1, 2, 3, 4, 5, 8, 9, 10, 12, 14, 15, 16, 19]),  # all but 7
        ("offered_in_72h", [1, 2, 3, 4, 5, 9, 12, 14, 15, 16, 19]),  # nor 8 and 10
        ("completed_in_72h", [1, 2, 12, 14, 15, 16]),
        ("completed_late", [3, 5, 19]),
        ("declined", [4]),
        ("declined_late", [10]),
        ("not_required_late", [7]),
        ("overdue", [8]),
        ("not_yet_due", [9]),  # 6 + 3 + 1 + 1 + 1 + 1 + 1 = 14 required
    ],
)
def test_the_interviews_of_october(october: MonthlySummary, key: str, expected: list[int]) -> None:
    figures = october.figures[f"interviews.{key}"]
    assert ids(october, f"interviews.{key}") == expected
    assert figures[Cohort.ALL].value == len(expected)
    assert list(figures[Cohort.OTHER].ids) == [5] * (5 in expected)
    assert list(figures[Cohort.OURS].ids) == [id for id in expected if id != 5]


def test_the_shares_of_october(october: MonthlySummary) -> None:
    assert share(october, "interviews.pct_in_72h_of_returns") == (46.2, 6, 13)  # 14 − 1; 46.15…
    assert share(october, "interviews.pct_in_72h_of_accepted") == (50.0, 6, 12)  # 14 − 1 − 1
    assert share(october, "interviews.pct_in_72h_of_completed") == (66.7, 6, 9)  # 6 + 3; 66.66…
    assert share(october, "interviews.pct_in_72h_of_returns", Cohort.OURS) == (50.0, 6, 12)
    assert share(october, "interviews.pct_in_72h_of_accepted", Cohort.OURS) == (54.5, 6, 11)  # 54.54…
    assert share(october, "interviews.pct_in_72h_of_completed", Cohort.OURS) == (75.0, 6, 8)
    assert share(october, "interviews.pct_in_72h_of_returns", Cohort.OTHER) == (0.0, 0, 1)
    whole = october.figures["interviews.pct_in_72h_of_returns"][Cohort.ALL].denominator_ids
    assert list(whole) == [1, 2, 3, 4, 5, 7, 8, 10, 12, 14, 15, 16, 19]


def test_the_medians_of_october(october: MonthlySummary) -> None:
    # 24, 24, 26, 36, 72, 72 1/60, 72.5, 151 (14, held before the return, is left out): (36 + 72) ÷ 2 = 54.
    assert october.figures["interviews.median_hours_to_interview"][Cohort.ALL].value == 54.0
    assert ids(october, "interviews.median_hours_to_interview") == [1, 2, 3, 5, 12, 15, 16, 19]
    # 0, 1, 1, 1, 2, 2, 2, 5, 6, 8, 10, 12, 96: thirteen known, the seventh is 2.
    assert october.figures["interviews.median_notice_hours"][Cohort.ALL].value == 2.0
    assert len(ids(october, "interviews.median_notice_hours")) == 13


def test_the_episodes_and_children_of_october(october: MonthlySummary) -> None:
    started = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 14, 15, 19]
    assert ids(october, "episodes.started") == started
    assert ids(october, "episodes.started", Cohort.OTHER) == [5]
    assert ids(october, "episodes.no_apparent_risk") == [12, 13]
    assert ids(october, "episodes.open_at_month_end") == [11]
    assert ids(october, "children.missing") == [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 14]
    assert ids(october, "children.first_time") == [1, 2, 3, 4, 5, 7, 9, 10, 11, 14]  # not 6: March


def test_the_hours_of_october(october: MonthlySummary) -> None:
    # Ended in October: 4, 12, 24, 11.5, 11, 4, 6, 24, 48, 4 (id 10), 12 (id 14), 14 (ids 15 and 16), 6 (id 19).
    assert ids(october, "hours.total") == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14, 15, 19]
    assert october.figures["hours.total"][Cohort.ALL].value == 180.5
    assert as_json(october)["hours"]["mean"]["all"] == 13.9  # 180.5 ÷ 13 = 13.88…
    assert october.figures["hours.median"][Cohort.ALL].value == 11.5  # the seventh of 13
    assert october.figures["hours.total"][Cohort.OTHER].value == 11.0


def bands(summary: MonthlySummary, what: str) -> dict[str, object]:
    """The bands of a breakdown that hold anything."""
    prefix = f"episodes.by_{what}."
    counts = {
        key.removeprefix(prefix): f[Cohort.ALL].value for key, f in summary.figures.items() if key.startswith(prefix)
    }
    return {band: value for band, value in counts.items() if value}


def test_the_breakdowns_of_october(october: MonthlySummary) -> None:
    assert bands(october, "weekday") == {
        "monday": 3, "tuesday": 1, "wednesday": 1, "thursday": 3, "friday": 2, "saturday": 3,
    }  # fmt: skip
    assert bands(october, "hour_band") == {"12-18": 2, "18-24": 10, "unknown": 1}  # the time of 6 is not known
    assert bands(october, "weekday_hour") == {
        "monday.12-18": 1, "monday.18-24": 2, "tuesday.18-24": 1, "wednesday.12-18": 1, "thursday.18-24": 3,
        "friday.18-24": 1, "friday.unknown": 1, "saturday.18-24": 3,
    }  # fmt: skip
    assert bands(october, "duration_band") == {"under_6h": 2, "6_to_24h": 8, "24_to_48h": 2, "48_to_72h": 1}
    assert bands(october, "age_band") == {"16-17": 1, "unknown": 12}
    assert bands(october, "kind") == {"missing": 13}
    assert bands(october, "setting") == {"unknown": 13}


def test_the_repeat_runaways_of_october(october: MonthlySummary) -> None:
    # Child 1 alone. Twelve children in either window: the eleven of October, and 8, gone on 30 September.
    for rule in ("3_in_365", "3_in_90"):
        assert ids(october, f"repeat.{rule}.children") == [1]
        assert share(october, f"repeat.{rule}.share_pct") == (8.3, 1, 12)
        assert ids(october, f"repeat.{rule}.newly") == [1]
    assert ids(october, "year_to_date.children") == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14]
    assert share(october, "year_to_date.repeat_pct") == (8.3, 1, 12)
    assert share(october, "year_to_date.repeat_pct", Cohort.OTHER) == (0.0, 0, 1)


def test_the_alerts_of_october(october: MonthlySummary) -> None:
    assert ids(october, "alerts.raised") == [1, 2, 3, 4, 5, 6]
    assert ids(october, "alerts.sent") == [1, 2, 3, 5, 6]
    assert ids(october, "alerts.sent_by_rung.overdue") == [2, 3, 6]
    assert ids(october, "alerts.sent_by_rung.overdue", Cohort.OURS) == [2]
    assert ids(october, "alerts.sent_by_rung.overdue", Cohort.OTHER) == [3]  # 6 is about a line: of no cohort yet
    assert ids(october, "alerts.undelivered") == [4]
    assert ids(october, "alerts.acknowledged") == [2, 5]  # 6 only on the fifth
    assert october.figures["alerts.median_hours_to_acknowledge"][Cohort.ALL].value == 6.0  # 2 and 10
    assert ids(october, "escalations.raised") == [4, 5]
    assert ids(october, "escalations.sent_by_rung.overdue_96h") == [5]
    assert ids(october, "escalations.sent_by_rung.overdue_24h") == []
    assert ids(october, "escalations.undelivered") == [4]
    assert october.figures["escalations.median_hours_to_acknowledge"][Cohort.ALL].value == 10.0


def test_october_beside_other_months(october: MonthlySummary) -> None:
    assert ids(october, "comparison.previous_month.episodes.started") == [10]
    assert ids(october, "comparison.previous_month.interviews.returns") == []
    assert ids(october, "comparison.same_month_last_year.episodes.started") == []
    series = as_json(october)["comparison"]["series"]
    assert list(series) == [f"2025-{month}" for month in (10, 11, 12)] + [f"2026-{month:02}" for month in range(1, 11)]
    assert [figures["episodes"]["started"]["all"] for figures in series.values()] == [0] * 5 + [1] + [0] * 5 + [1, 13]
    assert series["2026-03"]["interviews"]["pct_in_72h_of_returns"]["all"]["pct"] == 100.0
    assert series["2026-04"]["interviews"]["pct_in_72h_of_returns"]["all"] == {
        "pct": None, "numerator": 0, "denominator": 0,
    }  # fmt: skip


def test_the_month_is_final_72_hours_after_its_end_and_not_before() -> None:
    end = utc("2026-11-01 00:00")
    assert summary_at(SECOND).status == "provisional"
    assert summary_at(end + 72 * HOUR - MINUTE).status == "provisional"
    final = summary_at(FIFTH)
    assert final.status == summary_at(end + 72 * HOUR).status == "final"
    assert ids(final, "interviews.overdue") == [8, 9]
    assert ids(final, "interviews.not_yet_due") == []
    assert share(final, "interviews.pct_in_72h_of_returns") == (42.9, 6, 14)  # 42.85…


def test_at_its_very_deadline_an_interview_is_not_yet_overdue() -> None:
    due = london("2026-11-03 20:00")  # of 9
    assert ids(summary_at(due), "interviews.not_yet_due") == [9]
    assert ids(summary_at(due + MINUTE), "interviews.overdue") == [8, 9]


def test_an_offer_made_in_time_but_after_the_cut_off_has_not_been_made() -> None:
    for key in ("interviews.offered", "interviews.offered_in_72h"):
        assert 9 not in ids(summary_at(london("2026-11-01 09:59")), key)
        assert 9 in ids(summary_at(london("2026-11-01 10:00")), key)


def test_in_the_middle_of_the_month_what_came_later_has_not_happened() -> None:
    middle = summary_at(london("2026-10-09 07:59"))
    # 2 is held a minute later; 15 is back at 08:00, 16 at 10:00; 7 is approved on the 12th.
    assert ids(middle, "interviews.completed_in_72h") == [1]
    assert ids(middle, "interviews.not_yet_due") == [2, 7]
    assert ids(middle, "interviews.declined_late") == [10]
    assert ids(middle, "episodes.started") == [1, 2, 6, 7, 15, 16]  # two open ones do not overlap yet
    assert ids(middle, "episodes.open_at_month_end") == [15, 16]
    assert ids(middle, "repeat.3_in_90.children") == []
    assert middle.status == "provisional"


def test_the_document_is_nested_and_bears_no_id(october: MonthlySummary) -> None:
    document = as_json(october)
    assert {key: document[key] for key in ("month", "cut_off", "computed_at", "rules_version", "status", "cohort")} == {
        "month": "2026-10",
        "cut_off": "2026-11-02T12:00:00+00:00",
        "computed_at": "2026-11-20T09:00:00+00:00",
        "rules_version": POLICY.rules_version,
        "status": "provisional",
        "cohort": ["all", "ours", "other"],
    }
    assert document["interviews"]["completed_in_72h"] == {"all": 6, "ours": 6, "other": 0}
    assert document["interviews"]["pct_in_72h_of_returns"]["ours"] == {"pct": 50.0, "numerator": 6, "denominator": 12}
    assert document["episodes"]["by_weekday_hour"]["friday"]["unknown"] == {"all": 1, "ours": 1, "other": 0}
    assert document["repeat"]["3_in_90"]["newly"] == {"all": 1, "ours": 1, "other": 0}


def test_behind_each_figure_are_its_ids(october: MonthlySummary) -> None:
    found = behind(october)
    assert found["interviews.overdue"] == {"all": [8], "ours": [8], "other": []}
    assert found["interviews.pct_in_72h_of_completed"]["all"] == [1, 2, 12, 14, 15, 16]
    assert found["interviews.pct_in_72h_of_completed.denominator"]["all"] == [1, 2, 3, 5, 12, 14, 15, 16, 19]
