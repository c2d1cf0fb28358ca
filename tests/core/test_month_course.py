"""The second clock, the reasons and the course, as figures of a month: what adds up, and a month worked by hand."""

from datetime import timedelta

from hypothesis import given

from tests.core.made import HOUR, OCTOBER, POLICY, gone, inputs, unhurried, utc
from tracker.core.figures import Figure
from tracker.core.interview_terms import ContactOutcome
from tracker.core.interviews import ReturnHomeInterview
from tracker.core.month_course import NOTICE_OUTCOMES
from tracker.core.month_facts import AttemptFact, ReasonFact, SummaryInput
from tracker.core.monthly_summary import headline
from tracker.core.terms import BreachReason, Cohort

LATER = utc("2026-11-20 09:00")
LATE = ("completed_late", "declined_late", "not_required_late", "overdue")


def figures(rows: SummaryInput, cohort: Cohort = Cohort.ALL) -> dict[str, Figure]:
    found = headline(rows, OCTOBER, LATER, POLICY)
    return {key.removeprefix("interviews."): one[cohort] for key, one in found.items() if key.startswith("interviews.")}


@unhurried(40)
@given(inputs())
def test_judged_from_the_notice_every_required_interview_counts_once(rows: SummaryInput) -> None:
    for cohort in Cohort:
        found = figures(rows, cohort)
        parts = [*(f"{outcome}_of_notice" for outcome in NOTICE_OUTCOMES), "notice_unknown"]
        ids = [id_ for part in parts for id_ in found[part].ids]
        assert sorted(ids) == sorted(found["required"].ids)
        assert sum(found[part].value for part in parts) == found["required"].value


@unhurried(40)
@given(inputs())
def test_the_later_clock_never_makes_an_interview_late(rows: SummaryInput) -> None:
    found = figures(rows)
    known = set(found["required"].ids) - set(found["notice_unknown"].ids)
    for name in ("completed_in_72h", "offered_in_72h"):
        assert set(found[name].ids) & known <= set(found[f"{name}_of_notice"].ids)
    assert set(found["overdue_of_notice"].ids) <= set(found["overdue"].ids)


@unhurried(40)
@given(inputs())
def test_every_late_interview_has_one_reason_or_none_given(rows: SummaryInput) -> None:
    found = figures(rows)
    reasons = [id_ for reason in (*BreachReason, "not_given") for id_ in found[f"breach_reasons.{reason}"].ids]
    assert sorted(reasons) == sorted(id_ for name in LATE for id_ in found[name].ids)


@unhurried(40)
@given(inputs())
def test_what_was_held_was_accepted_and_what_was_accepted_was_offered(rows: SummaryInput) -> None:
    found = figures(rows)
    held = {*found["completed_in_72h"].ids, *found["completed_late"].ids}
    assert held <= set(found["accepted"].ids) <= set(found["offered"].ids) <= set(found["required"].ids)


def test_a_month_worked_by_hand() -> None:
    """Told 50 hours late, held after 100: late by law, in time from the notice. Told at once, held after 72 h 1 min:
    late by both. A third of which nobody knows when we were told, overdue."""
    back = utc("2026-10-05 12:00")
    start = back - 10 * HOUR
    rows = SummaryInput(
        [
            gone(1, 1, start, back, notified_at=back + 50 * HOUR),
            gone(2, 2, start, back, notified_at=back, is_ours=False),
            gone(3, 3, start, back),
        ],
        [
            ReturnHomeInterview(1, frozenset({1}), offered_at=back + 60 * HOUR, completed_at=back + 100 * HOUR),
            ReturnHomeInterview(2, frozenset({2}), completed_at=back + 72 * HOUR + timedelta(minutes=1)),
        ],
        reasons=[ReasonFact(1, 1, BreachReason.LATE_NOTICE, LATER), ReasonFact(2, 2, BreachReason.OTHER, LATER + HOUR)],
        attempts=[
            AttemptFact(1, 1, back + 51 * HOUR, ContactOutcome.NO_ANSWER),
            AttemptFact(2, 1, back + 60 * HOUR, ContactOutcome.ACCEPTED),
            AttemptFact(3, 2, back + 9 * HOUR, ContactOutcome.NO_ANSWER),
        ],
    )
    found = figures(rows)
    values = {name: found[name].value for name in (
        "completed_in_72h", "completed_late", "overdue", "completed_in_72h_of_notice", "completed_late_of_notice",
        "overdue_of_notice", "notice_unknown", "pct_in_72h_of_notice", "breach_reasons.late_notice",
        "breach_reasons.other", "breach_reasons.not_given", "accepted", "median_hours_to_offer",
        "median_attempts_to_first_contact", "offered_in_72h", "offered_in_72h_of_notice",
    )}  # fmt: skip
    assert values == {
        "completed_in_72h": 0, "completed_late": 2, "overdue": 1, "completed_in_72h_of_notice": 1,
        "completed_late_of_notice": 1, "overdue_of_notice": 0, "notice_unknown": 1, "pct_in_72h_of_notice": 50.0,
        "breach_reasons.late_notice": 1, "breach_reasons.other": 0, "breach_reasons.not_given": 2, "accepted": 2,
        "median_hours_to_offer": 60.0, "median_attempts_to_first_contact": 2.0, "offered_in_72h": 1,
        "offered_in_72h_of_notice": 1,
    }  # fmt: skip
    assert figures(rows, Cohort.OTHER)["completed_late_of_notice"].value == 1
