"""What a line changes in the episode held, what it never changes, and what counts once (definitions §4)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.core.made import FIRST, HOUR, MINUTE, POLICY, episodes, gone, unhurried, utc
from tests.core.strategies import FEED, REPORT_AT, report_lines, sound_cells
from tracker.core.daily_report import ReportLine, read_line
from tracker.core.episodes import (
    Decision,
    EpisodeChange,
    MissingEpisode,
    change_from_line,
    count_once,
    future_problem,
    may_be_same_episode,
    order_problem,
    overlaps,
    relation_flags,
)
from tracker.core.report_terms import LineOutcome, ProblemCode, ReportStatus
from tracker.core.terms import EpisodeKind, ExclusionReason, FlagCode, RiskLevel

START = utc("2026-11-16 14:05")
BORN = date(2012, 3, 5)


def line(days: int = 0, line_no: int = 1, **more: object) -> ReportLine:
    """A line of the report `days` after the first."""
    given: dict[str, object] = {"missing_from_at": START, "date_of_birth": BORN, **more}
    return ReportLine(
        as_of=(REPORT_AT + timedelta(days=days), line_no),
        police_force="test-force",
        police_reference="WX126",
        surname="Testsurname",
        forename="Jade",
        **given,
    )


def held(**more: object) -> MissingEpisode:
    """What the first report made."""
    first: dict[str, object] = {"missing_from_at": START, "as_of": (REPORT_AT, 1), "date_of_birth": BORN, **more}
    return MissingEpisode(id=1, child_id=1, police_force="test-force", police_reference="WX126", **first)


def applied(change: EpisodeChange, before: MissingEpisode, one: ReportLine) -> MissingEpisode:
    """As a service keeps it: the values, the flags and, unless it was older or refused, the line's age."""
    if change.outcome in (LineOutcome.STALE, LineOutcome.QUARANTINED):
        return before
    return replace(before, **change.values, flags=change.flags, as_of=max(before.as_of or one.as_of, one.as_of))


def ingested(lines: Iterable[ReportLine]) -> MissingEpisode | None:
    """One episode after all its lines, in the order in which they arrive."""
    now: MissingEpisode | None = None
    for one in lines:
        change = change_from_line(one, now)
        if now is None and change.outcome is LineOutcome.CREATED:
            now = replace(
                MissingEpisode(1, 1, START, date_of_birth=one.date_of_birth),
                **change.values, flags=change.flags, as_of=one.as_of,
            )  # fmt: skip
        elif now is not None:
            now = applied(change, now, one)
    return now


# A first line


def test_a_line_of_an_unknown_reference_makes_an_episode() -> None:
    one = line(returned_at=START + 3 * HOUR, risk=RiskLevel.HIGH, flags=frozenset({FlagCode.AGE_UNKNOWN}))
    change = change_from_line(one, None)
    assert change.outcome is LineOutcome.CREATED
    assert change.values == {
        "missing_from_at": START,
        "returned_at": START + 3 * HOUR,
        "risk": RiskLevel.HIGH,
        "kind": EpisodeKind.MISSING,  # no kind given: the child's safety asks for the clock
    }
    assert change.flags == {FlagCode.AGE_UNKNOWN}
    assert change_from_line(line(status=ReportStatus.CANCELLED), None).values["excluded"] is ExclusionReason.CANCELLED


def test_a_first_line_that_ends_before_it_starts_makes_none() -> None:
    change = change_from_line(line(found_at=START - MINUTE), None)
    assert (change.outcome, change.values) == (LineOutcome.QUARANTINED, {})
    assert change.problem is not None
    assert change.problem.code is ProblemCode.RETURN_BEFORE_MISSING


# A later line


def test_a_known_reference_is_updated_by_what_is_new() -> None:
    back = START + 20 * HOUR
    change = change_from_line(line(1, returned_at=back, status=ReportStatus.RETURNED), held(risk=RiskLevel.LOW))
    assert (change.outcome, change.values, change.decisions) == (LineOutcome.UPDATED, {"returned_at": back}, ())


def test_a_blank_erases_nothing() -> None:
    full = held(returned_at=START + HOUR, found_at=START + HOUR, risk=RiskLevel.HIGH, circumstances="Left after tea",
                kind=EpisodeKind.AWAY, found_by="Carer", known_to_services=True)  # fmt: skip
    assert change_from_line(line(1), full) == EpisodeChange(LineOutcome.UNCHANGED, {}, full.flags)


def test_an_older_line_is_stale_and_changes_nothing() -> None:
    now = held(as_of=(REPORT_AT, 5), returned_at=START + HOUR)
    for old in (line(-1, 9), line(0, 4)):
        change = change_from_line(replace(old, risk=RiskLevel.HIGH, returned_at=START + 2 * HOUR), now)
        assert change == EpisodeChange(LineOutcome.STALE, {})
    newer = change_from_line(replace(line(0, 6), risk=RiskLevel.HIGH), now)
    assert newer.values == {"risk": RiskLevel.HIGH}


def test_a_line_is_not_older_than_itself() -> None:
    now = held()
    assert change_from_line(line(0, 1), now).outcome is LineOutcome.UNCHANGED
    corrected = change_from_line(replace(line(0, 1), returned_at=START + HOUR), now)
    assert corrected.values == {"returned_at": START + HOUR}, "a correction keeps the age of its line"


def test_any_line_reaches_an_episode_logged_by_hand() -> None:
    assert change_from_line(line(-9, risk=RiskLevel.LOW), held(as_of=None)).outcome is LineOutcome.UPDATED


def test_a_change_that_puts_the_end_before_the_start_is_refused_whole() -> None:
    now = held(returned_at=START + HOUR, risk=RiskLevel.LOW)
    change = change_from_line(line(1, missing_from_at=START + 2 * HOUR, risk=RiskLevel.HIGH), now)
    assert (change.outcome, change.values, change.flags) == (LineOutcome.QUARANTINED, {}, frozenset())
    assert change.problem is not None
    assert change.problem.fields == ("missing_from_at", "returned_at")
    wrong = held(
        returned_at=START - HOUR
    )  # however it came to be held, a line that says nothing of it is no part of it
    assert change_from_line(line(1, risk=RiskLevel.HIGH), wrong).outcome is LineOutcome.UPDATED


# What a person entered


def test_a_line_never_replaces_what_a_person_entered() -> None:
    person = held(returned_at=START + HOUR, risk=RiskLevel.LOW, person_fields=frozenset({"returned_at", "risk"}))
    change = change_from_line(line(1, returned_at=START + 2 * HOUR, risk=RiskLevel.HIGH, found_by="Carer"), person)
    assert change.values == {"found_by": "Carer"}
    assert change.decisions == (
        Decision("returned_at", "2026-11-16T15:05:00+00:00", "2026-11-16T16:05:00+00:00"),
        Decision("risk", "low", "high"),
    )
    assert FlagCode.POLICE_VALUE_DIFFERS in change.flags


def test_the_same_value_or_a_blank_asks_nothing() -> None:
    person = held(returned_at=START + HOUR, risk=RiskLevel.LOW, person_fields=frozenset({"returned_at", "risk"}))
    change = change_from_line(line(1, returned_at=START + HOUR), person)
    assert change == EpisodeChange(LineOutcome.UNCHANGED, {}, frozenset())


def test_a_persons_blank_is_a_value_too() -> None:
    change = change_from_line(line(1, found_at=START + HOUR), held(person_fields=frozenset({"found_at"})))
    assert change.decisions == (Decision("found_at", "", "2026-11-16T15:05:00+00:00"),)


# Cancelled, and open again


def test_cancelled_and_open_again() -> None:
    cancelled = change_from_line(line(1, status=ReportStatus.CANCELLED), held())
    assert cancelled.values == {"excluded": ExclusionReason.CANCELLED}
    out = held(excluded=ExclusionReason.CANCELLED)
    assert change_from_line(line(1, status=ReportStatus.CANCELLED), out).outcome is LineOutcome.UNCHANGED
    assert change_from_line(line(1), out).values == {}, "no status says nothing"
    for status in (ReportStatus.MISSING, ReportStatus.FOUND, ReportStatus.RETURNED):
        assert change_from_line(line(1, status=status), out).values == {"excluded": None}


@pytest.mark.parametrize(
    "reason", [ExclusionReason.CANCELLED, ExclusionReason.NOT_MISSING, ExclusionReason.CREATED_IN_ERROR]
)
def test_what_a_person_took_out_only_a_person_takes_back(reason: ExclusionReason) -> None:
    out = held(excluded=reason, person_fields=frozenset({"excluded"}))
    change = change_from_line(line(1, status=ReportStatus.MISSING), out)
    assert (change.values, change.decisions) == ({}, (Decision("excluded", str(reason), ""),))
    assert change_from_line(line(1, status=ReportStatus.CANCELLED), out).decisions == ()
    assert change_from_line(line(1), out).decisions == ()
    back = change_from_line(line(1, status=ReportStatus.CANCELLED), held(person_fields=frozenset({"excluded"})))
    assert (back.values, back.decisions) == ({}, (Decision("excluded", "", "cancelled"),))


def test_an_adult_is_out_whatever_the_police_say() -> None:
    adult = held(excluded=ExclusionReason.ADULT, person_fields=frozenset({"excluded"}))
    change = change_from_line(line(1, status=ReportStatus.MISSING), adult)
    assert (change.values, change.decisions) == ({}, ())


# "Still missing" where we hold a return


def test_police_say_still_missing_is_shown_and_never_applied() -> None:
    back = held(returned_at=START + HOUR)
    change = change_from_line(line(1, status=ReportStatus.MISSING), back)
    assert (change.outcome, change.values) == (LineOutcome.UPDATED, {})
    assert change.flags == {FlagCode.POLICE_SAY_STILL_MISSING}
    flagged = replace(back, flags=change.flags, as_of=(REPORT_AT + timedelta(days=1), 1))
    assert change_from_line(line(1, status=ReportStatus.MISSING), flagged).outcome is LineOutcome.UNCHANGED
    said = change_from_line(line(2, status=ReportStatus.RETURNED, returned_at=START + HOUR), flagged)
    assert said.flags == frozenset()


def test_an_older_report_does_not_gainsay_a_return() -> None:
    settled = held(returned_at=START + HOUR)
    assert change_from_line(line(0, status=ReportStatus.MISSING), settled).flags == frozenset(), (
        "a replay, settled since"
    )
    later = held(returned_at=REPORT_AT + timedelta(days=1, hours=1), as_of=None)
    assert change_from_line(line(1, status=ReportStatus.MISSING), later).flags == frozenset(), "made before the return"
    assert change_from_line(line(1), held(returned_at=START + HOUR)).flags == frozenset()


# Estimates and flags


ESTIMATED = frozenset({FlagCode.RETURN_TIME_ESTIMATED})


def test_an_estimate_never_replaces_the_time_of_the_same_day() -> None:
    exact = held(returned_at=START + 3 * HOUR)
    vaguer = change_from_line(line(1, returned_at=START, flags=ESTIMATED), exact)
    assert (vaguer.outcome, vaguer.values, vaguer.flags) == (LineOutcome.UNCHANGED, {}, frozenset())
    other_day = change_from_line(line(1, returned_at=utc("2026-11-17 00:00"), flags=ESTIMATED), exact)
    assert other_day.values == {"returned_at": utc("2026-11-17 00:00")}
    assert other_day.flags == ESTIMATED
    guessed = held(returned_at=START, flags=ESTIMATED | {FlagCode.ENDS_AS_IT_STARTS})
    better = change_from_line(line(1, returned_at=START + HOUR), guessed)
    assert (better.values, better.flags) == ({"returned_at": START + HOUR}, frozenset())


def test_returned_without_a_time_is_a_blank_where_a_return_is_held() -> None:
    exact = held(found_at=START + HOUR, returned_at=START + 30 * HOUR)
    said = line(1, found_at=START + HOUR, returned_at=START + HOUR, status=ReportStatus.RETURNED, flags=ESTIMATED,
                return_inferred=True)  # fmt: skip
    assert change_from_line(said, exact).outcome is LineOutcome.UNCHANGED
    person = replace(exact, person_fields=frozenset({"returned_at"}))
    assert change_from_line(said, person).decisions == ()
    open_still = held(found_at=START + HOUR)
    assert change_from_line(said, open_still).values == {"returned_at": START + HOUR}


def test_an_estimate_confirmed_is_an_estimate_no_longer() -> None:
    guessed = held(missing_from_at=utc("2026-11-16 00:00"), flags=frozenset({FlagCode.START_TIME_ESTIMATED}))
    change = change_from_line(line(1, missing_from_at=utc("2026-11-16 00:00")), guessed)
    assert (change.outcome, change.values, change.flags) == (LineOutcome.UPDATED, {}, frozenset())


def test_flags_stay_true_of_what_is_held() -> None:
    doubtful = held(
        returned_at=utc("2026-10-25 00:30"), missing_from_at=utc("2026-10-25 00:30"), date_of_birth=None,
        flags=frozenset({FlagCode.TIME_AMBIGUOUS, FlagCode.ENDS_AS_IT_STARTS, FlagCode.AGE_UNKNOWN,
                         FlagCode.OVERLAPS_ANOTHER}),
    )  # fmt: skip
    change = change_from_line(
        line(1, missing_from_at=utc("2026-10-24 20:00"), returned_at=utc("2026-10-25 09:00")), doubtful
    )
    assert change.flags == {FlagCode.OVERLAPS_ANOTHER}
    again = change_from_line(
        line(1, missing_from_at=utc("2026-10-24 20:00"), date_of_birth=None, flags=frozenset({FlagCode.AGE_UNKNOWN})),
        doubtful,
    )
    assert again.flags == {FlagCode.TIME_AMBIGUOUS, FlagCode.AGE_UNKNOWN, FlagCode.OVERLAPS_ANOTHER}


# Replays (habits)


@given(st.lists(report_lines(), min_size=1, max_size=6))
@unhurried(150)
def test_replaying_a_report_changes_nothing(lines: list[ReportLine]) -> None:
    now = ingested(lines)
    assume(now is not None)
    assert now is not None
    newest = [one for one in lines if one.as_of == now.as_of]
    for one in lines:
        change = change_from_line(one, now)
        if one.as_of < (now.as_of or one.as_of):
            assert change == EpisodeChange(LineOutcome.STALE, {})
        elif len(newest) == 1:
            assert change.outcome in (LineOutcome.UNCHANGED, LineOutcome.QUARANTINED)
            assert change.values == {}


@given(st.lists(sound_cells(), min_size=1, max_size=4))
@unhurried(150)
def test_reading_and_replaying_rows_changes_nothing(rows: list[dict[str, str]]) -> None:
    readings = [read_line({**row, "police_reference": "WX1"}, FEED, (REPORT_AT, n)) for n, row in enumerate(rows)]
    lines = [reading.line for reading in readings if reading.line]
    now = ingested(lines)
    if now is not None:
        assert ingested([*lines, *lines]) == now


@given(st.lists(report_lines(), min_size=2, max_size=4, unique_by=lambda one: one.as_of))
@unhurried(100)
def test_the_newest_line_has_the_last_word_in_whatever_order_they_come(lines: list[ReportLine]) -> None:
    started = held(as_of=None)
    newest = max(lines, key=lambda one: one.as_of)
    alone = change_from_line(newest, started)
    assume(alone.outcome is not LineOutcome.QUARANTINED)
    for order in permutations(lines):
        now = started
        for one in order:
            now = applied(change_from_line(one, now), now, one)
        # Where an older line's end lies before the newest's, or the other way about, the newest is refused as a whole.
        if now.as_of == newest.as_of:
            assert newest.risk is None or now.risk is newest.risk
            assert newest.returned_at is None or now.returned_at == newest.returned_at


@given(report_lines(), episodes(1), st.frozensets(st.sampled_from(["returned_at", "risk", "kind", "excluded"])))
@unhurried(150)
def test_a_line_keeps_its_promises(one: ReportLine, before: MissingEpisode, entered: frozenset[str]) -> None:
    before = replace(before, person_fields=entered, as_of=None)
    change = change_from_line(one, before)
    assert entered.isdisjoint(change.values)
    assert None not in (value for name, value in change.values.items() if name != "excluded")
    assert {decision.field for decision in change.decisions} <= entered
    assert all(getattr(before, name) != value for name, value in change.values.items())
    if change.outcome is LineOutcome.UNCHANGED:
        assert (change.values, change.flags) == ({}, before.flags)
    if change.outcome is LineOutcome.QUARANTINED:
        assert change.problem is not None
        assert not change.values


# The small rules


def test_order_and_future() -> None:
    assert order_problem(START, START, START) is None
    assert order_problem(START, None, None) is None
    assert order_problem(None, START, START) is None
    assert order_problem(START, START - MINUTE, None) is not None
    assert future_problem(START, START, "returned_at") is None
    ahead = future_problem(START + MINUTE, START, "returned_at")
    assert ahead is not None
    assert (ahead.code, ahead.fields) == (ProblemCode.IN_THE_FUTURE, ("returned_at",))
    assert future_problem(START + 24 * HOUR, START, "returned_at", 24) is None
    assert future_problem(START + 24 * HOUR + MINUTE, START, "returned_at", 24) is not None


def test_an_episode_logged_by_hand_may_be_the_same_within_24_hours() -> None:
    by_hand = MissingEpisode(1, 1, START)
    for hours in (-24, 0, 24):
        assert may_be_same_episode(START + hours * HOUR, by_hand, POLICY)
    for minutes in (-24 * 60 - 1, 24 * 60 + 1):
        assert not may_be_same_episode(START + minutes * MINUTE, by_hand, POLICY)
    assert not may_be_same_episode(START, replace(by_hand, police_reference="WX126"), POLICY)
    assert not may_be_same_episode(START, replace(by_hand, excluded=ExclusionReason.CREATED_IN_ERROR), POLICY)


def test_a_child_is_under_18_on_the_day_it_starts() -> None:
    birthday = date(2026, 11, 16)
    born = date(2008, 11, 16)
    eve = MissingEpisode(1, 1, utc("2026-11-15 23:59"), returned_at=utc("2026-11-20 09:00"), date_of_birth=born)
    assert eve.out_of_counts is None, "turning 18 while missing changes nothing"
    assert MissingEpisode(1, 1, utc("2026-11-16 00:00"), date_of_birth=born).out_of_counts is ExclusionReason.ADULT
    summer = MissingEpisode(1, 1, utc("2026-07-15 23:00"), date_of_birth=date(2008, 7, 16))  # 00:00 BST on the 16th
    assert summer.out_of_counts is ExclusionReason.ADULT
    leap = date(2008, 2, 29)
    assert MissingEpisode(1, 1, utc("2026-02-28 23:59"), date_of_birth=leap).out_of_counts is None
    assert MissingEpisode(1, 1, utc("2026-03-01 00:00"), date_of_birth=leap).out_of_counts is ExclusionReason.ADULT
    assert MissingEpisode(1, 1, utc("2026-11-16 00:00")).out_of_counts is None
    assert eve.start_on == birthday - timedelta(days=1)


# Overlap (§4.4)


def span(id: int, start: int, end: int | None, reference: str | None = None, **more: object) -> MissingEpisode:
    """From `start` to `end`, in hours from the first of June 2025."""
    returned = None if end is None else FIRST + end * HOUR
    return gone(id, 1, FIRST + start * HOUR, returned, police_reference=reference, **more)


def counted_ids(known: list[MissingEpisode]) -> list[tuple[int, tuple[int, ...]]]:
    return [(c.stands.id, tuple(member.id for member in c.members)) for c in count_once(known, POLICY)]


def test_touching_is_no_overlap() -> None:
    assert not overlaps(span(1, 0, 10), span(2, 10, 20))
    assert overlaps(span(1, 0, 10), span(2, 9, 20))
    assert overlaps(span(1, 0, 10), span(2, 5, 5)), "an instant within"
    assert not overlaps(span(1, 0, 10), span(2, 10, 10))
    assert not overlaps(span(1, 0, None), span(2, 5, 6)), "one that has not ended conflicts with nothing"


def test_it_ends_when_the_child_is_found() -> None:
    found = gone(1, 1, FIRST, FIRST + 20 * HOUR, found_at=FIRST + 10 * HOUR)
    assert found.ended_at == FIRST + 10 * HOUR
    assert not overlaps(found, span(2, 12, 15))


def test_what_overlaps_counts_once_for_the_earliest() -> None:
    assert counted_ids([span(2, 5, 12), span(1, 0, 10), span(3, 12, 14)]) == [(1, (1, 2)), (3, (3,))]
    assert counted_ids([span(1, 0, 10, "B"), span(2, 0, 12, "A")]) == [(2, (2, 1))], "on a tie the lowest reference"
    (both,) = count_once([span(1, 0, 10), span(2, 5, 12)], POLICY)
    assert (both.hours, both.ended_at) == (12.0, FIRST + 12 * HOUR)
    (inner,) = count_once([span(1, 0, 10), span(2, 5, 7)], POLICY)
    assert inner.hours == 10.0


def test_a_conflict_reaches_past_what_lies_between() -> None:
    # 2 never ended and 3 was settled: neither joins 1, but 4 overlaps 1 all the same.
    between = [span(1, 0, 100), span(2, 10, None), span(4, 30, 40)]
    assert counted_ids(between) == [(1, (1, 4)), (2, (2,))]
    settled = [span(1, 0, 100, conflict_settled=True), span(3, 20, 25, conflict_settled=True), span(4, 30, 40)]
    assert counted_ids(settled) == [(1, (1, 4)), (3, (3,))]


def test_settled_or_not_countable_conflicts_do_not_join() -> None:
    assert counted_ids([span(1, 0, 10, conflict_settled=True), span(2, 5, 12, conflict_settled=True)]) == [
        (1, (1,)), (2, (2,)),
    ]  # fmt: skip
    assert counted_ids([span(1, 0, 10), span(2, 5, 12, excluded=ExclusionReason.CANCELLED)]) == [(1, (1,))]
    assert counted_ids([span(1, 0, 10), span(2, 5, 12, kind=EpisodeKind.NO_APPARENT_RISK)]) == [(1, (1,))]


def test_what_the_others_of_a_child_say_of_an_episode() -> None:
    found = relation_flags([span(1, 0, 10), span(2, 5, 12), span(3, 20, None), span(4, 30, 31), span(5, 50, None)])
    overlapping, unknown = frozenset({FlagCode.OVERLAPS_ANOTHER}), frozenset({FlagCode.END_UNKNOWN})
    assert found == {1: overlapping, 2: overlapping, 3: unknown, 4: frozenset(), 5: frozenset()}
    out = relation_flags([span(1, 0, 10), span(2, 5, 12, excluded=ExclusionReason.CANCELLED)])
    assert out == {1: frozenset(), 2: frozenset()}
    assert relation_flags([span(1, 0, None), span(2, 0, None)])[1] == unknown


@given(st.lists(st.tuples(st.integers(0, 30), st.none() | st.integers(0, 12), st.booleans()), max_size=6))
@unhurried(200)
def test_every_episode_counts_in_exactly_one_place(rows: list[tuple[int, int | None, bool]]) -> None:
    known = [
        span(id, start, None if hours is None else start + hours, conflict_settled=settled)
        for id, (start, hours, settled) in enumerate(rows)
    ]
    counted = count_once(known, POLICY)
    assert sorted(member.id for one in counted for member in one.members) == [episode.id for episode in known]
    assert counted == count_once(known[::-1], POLICY)
    starts: list[datetime] = [one.stands.missing_from_at for one in counted]
    assert starts == sorted(starts)
    for one in counted:
        assert one.stands.missing_from_at == min(member.missing_from_at for member in one.members)
        others = [member for other in counted if other is not one for member in other.members]
        unsettled = [member for member in one.members if not member.conflict_settled]
        alone = len(one.members) == 1
        assert not alone or not any(overlaps(member, other) for member in unsettled for other in others)
