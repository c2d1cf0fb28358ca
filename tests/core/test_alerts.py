"""The ladder of alerts (definitions §7)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import HOUR, MINUTE, unhurried, utc
from tracker.core.alert_terms import RUNG_ORDER, Audience, Rung
from tracker.core.alert_window import Window
from tracker.core.alerts import (
    Acknowledgement,
    Recipient,
    RungPolicy,
    RunningClock,
    alerts_due,
    carried_over,
    ladder_step,
    next_alert_at,
    recipients_of,
    rungs_to_raise,
)
from tracker.core.directory import TOLD_BY_ROLE, Directory
from tracker.core.rules import SHIPPED_LADDER
from tracker.core.terms import Role

DUE = utc("2026-10-09 08:00")
CLOCK = RunningClock("episode", 5, 1, DUE, allocated_to_id=1, team_id=10)
INTERVIEWER = Recipient(1, frozenset({Role.INTERVIEWER}), team_id=10)
LEAD = Recipient(2, frozenset({Role.LEAD}))
MANAGER = Recipient(3, frozenset({Role.MANAGER}), team_id=10)
OTHER_MANAGER = Recipient(4, frozenset({Role.MANAGER}), team_id=11)
SERVICE = Recipient(5, frozenset({Role.SERVICE_MANAGER}))
HEAD = Recipient(6, frozenset({Role.HEAD_OF_SERVICE}))
COUNCIL = (INTERVIEWER, LEAD, MANAGER, OTHER_MANAGER, SERVICE, HEAD)
ALL_RUNGS = frozenset(Rung)
HOURS_OF = {step.rung: step.offset_hours for step in SHIPPED_LADDER}


def told(now: datetime, clock: RunningClock = CLOCK, people: tuple[Recipient, ...] = COUNCIL) -> dict[int | None, str]:
    """Who is told, and which rung the message states."""
    return {alert.told.person_id: alert.rung for alert in alerts_due(clock, SHIPPED_LADDER, people, now)}


def away(person: Recipient) -> Recipient:
    return replace(person, away_from=DUE - 1000 * HOUR)


def answered(rung: Rung, at: datetime, planned: datetime | None) -> RunningClock:
    """The clock after its rungs up to this one were raised and this one acknowledged."""
    raised = frozenset(RUNG_ORDER[: RUNG_ORDER.index(rung) + 1])
    return replace(CLOCK, raised=raised, acknowledgements=(Acknowledgement(HOURS_OF[rung], at, planned),))


# The rungs


def test_the_ladder_by_the_minute() -> None:
    assert told(DUE - 24 * HOUR - MINUTE) == {}
    assert told(DUE - 24 * HOUR) == {1: Rung.DUE_SOON, 2: Rung.DUE_SOON}
    warned = replace(CLOCK, raised=frozenset({Rung.DUE_SOON}))
    assert told(DUE, warned) == {}  # at 72.0 h it is still in time
    assert told(DUE + MINUTE, warned) == {3: Rung.OVERDUE, 2: Rung.OVERDUE}
    overdue = replace(CLOCK, raised=frozenset({Rung.DUE_SOON, Rung.OVERDUE}))
    assert told(DUE + 24 * HOUR, overdue) == {}
    assert told(DUE + 24 * HOUR + MINUTE, overdue) == {5: Rung.OVERDUE_24H}
    assert told(DUE + 96 * HOUR + MINUTE, replace(CLOCK, raised=ALL_RUNGS - {Rung.OVERDUE_96H})) == {
        6: Rung.OVERDUE_96H
    }
    assert told(DUE + 9999 * HOUR, replace(CLOCK, raised=ALL_RUNGS)) == {}


def test_the_key_says_which_episode_clock_rung_and_recipient() -> None:
    (alert, _) = alerts_due(CLOCK, SHIPPED_LADDER, COUNCIL, DUE - HOUR)
    assert alert.dedupe_key == "episode:5:1:due_soon:1"


# Whom a rung tells


def test_unallocated_work_falls_to_the_team_manager() -> None:
    assert told(DUE - HOUR, replace(CLOCK, allocated_to_id=None)) == {3: Rung.DUE_SOON, 2: Rung.DUE_SOON}


def test_an_interviewer_who_is_away_is_not_the_one_to_tell() -> None:
    people = (away(INTERVIEWER), LEAD, MANAGER)
    assert told(DUE - HOUR, people=people) == {3: Rung.DUE_SOON, 2: Rung.DUE_SOON}
    assert told(DUE - HOUR, people=(away(INTERVIEWER), LEAD)) == {2: Rung.DUE_SOON}


def test_away_begins_and_ends_at_its_instants() -> None:
    person = replace(INTERVIEWER, away_from=DUE, away_until=DUE + HOUR)
    assert [person.is_away(at) for at in (DUE - MINUTE, DUE, DUE + 59 * MINUTE, DUE + HOUR)] == [
        False,
        True,
        True,
        False,
    ]
    assert not INTERVIEWER.is_away(DUE)


def test_a_manager_answers_for_the_own_team_and_every_manager_for_work_of_no_team() -> None:
    warned = replace(CLOCK, raised=frozenset({Rung.DUE_SOON}))
    assert set(told(DUE + HOUR, warned)) == {3, 2}
    assert set(told(DUE + HOUR, replace(warned, team_id=None))) == {3, 4, 2}
    assert set(told(DUE + HOUR, replace(warned, team_id=11))) == {4, 2}


def test_somebody_is_told_as_long_as_anybody_can_be() -> None:
    interviewer_only = (ladder_step(Rung.DUE_SOON, -24, Audience.ALLOCATED_INTERVIEWER),)
    for person in (MANAGER, LEAD, SERVICE, HEAD, OTHER_MANAGER):
        people = (away(INTERVIEWER), person)
        for ladder, now in ((interviewer_only, DUE - HOUR), (SHIPPED_LADDER, DUE + 97 * HOUR)):
            assert [alert.told.person_id for alert in alerts_due(CLOCK, ladder, people, now)] == [person.id]


@pytest.mark.parametrize("people", [(), tuple(away(person) for person in COUNCIL), (replace(INTERVIEWER, id=99),)])
def test_nobody_to_tell_raises_nothing_so_that_the_first_one_back_is_told(people: tuple[Recipient, ...]) -> None:
    assert told(DUE + 97 * HOUR, people=people) == {}
    assert next_alert_at(CLOCK, SHIPPED_LADDER, DUE + 97 * HOUR) == DUE + 97 * HOUR  # look again at once
    assert told(DUE + 98 * HOUR, people=(*people, LEAD)) == {2: Rung.OVERDUE_96H}


recipients = st.builds(
    lambda id_, roles, team_id, is_away: Recipient(id_, roles, team_id, DUE - HOUR if is_away else None),
    st.integers(1, 9),
    st.frozensets(st.sampled_from(Role), max_size=2),
    st.sampled_from((None, 10, 11)),
    st.booleans(),
)


@unhurried(300)
@given(st.lists(recipients, max_size=4), st.sampled_from(Audience), st.sampled_from((None, 10, 12)))
def test_whether_anybody_is_told_is_the_same_for_every_team(
    people: list[Recipient], audience: Audience, team_id: int | None
) -> None:
    step = ladder_step(Rung.OVERDUE, 0, audience)
    reached = [
        bool(recipients_of(step, replace(CLOCK, allocated_to_id=None, team_id=of), people, DUE))
        for of in (None, team_id)
    ]
    answering = TOLD_BY_ROLE if audience is Audience.ADMINISTRATOR else TOLD_BY_ROLE - {Role.ADMINISTRATOR}
    assert reached[0] == reached[1] == any(person.roles & answering and not person.is_away(DUE) for person in people)


_ANSWERS = {
    Audience.LEAD: Role.LEAD,
    Audience.TEAM_MANAGER: Role.MANAGER,
    Audience.SERVICE_MANAGER: Role.SERVICE_MANAGER,
    Audience.HEAD_OF_SERVICE: Role.HEAD_OF_SERVICE,
    Audience.ADMINISTRATOR: Role.ADMINISTRATOR,
}


@unhurried(300)
@given(st.lists(recipients, max_size=6), st.sampled_from(sorted(_ANSWERS)), st.sampled_from((None, 10, 11, 12)))
def test_a_team_manager_answers_for_their_own_team_and_for_work_of_no_team(
    people: list[Recipient], audience: Audience, team_id: int | None
) -> None:
    def answers(person: Recipient) -> bool:
        of_team = None in (person.team_id, team_id) or person.team_id == team_id
        return _ANSWERS[audience] in person.roles and (audience is not Audience.TEAM_MANAGER or of_team)

    given_order = [person for person in people if answers(person)]
    assert Directory(people).answering(audience, team_id) == given_order


def test_one_message_for_a_person_of_two_roles() -> None:
    both = Recipient(7, frozenset({Role.LEAD, Role.MANAGER}))
    assert told(DUE + HOUR, people=(both,)) == {7: Rung.OVERDUE}


# Catching up


def test_catching_up_tells_everyone_on_any_rung_once_and_states_the_highest() -> None:
    found = alerts_due(CLOCK, SHIPPED_LADDER, COUNCIL, DUE + 100 * HOUR)
    assert {alert.told.person_id for alert in found} == {1, 2, 3, 5, 6}
    assert len(found) == 5
    assert {alert.rung for alert in found} == {Rung.OVERDUE_96H}
    assert {alert.rungs for alert in found} == {RUNG_ORDER}


def test_more_than_30_days_is_summed_up() -> None:
    def summed_up(now: datetime) -> set[bool]:
        return {alert.summed_up for alert in alerts_due(CLOCK, SHIPPED_LADDER, COUNCIL, now)}

    assert summed_up(DUE + 30 * 24 * HOUR) == {False}
    assert summed_up(DUE + 30 * 24 * HOUR + MINUTE) == {True}


def test_a_quarantined_lines_return_climbs_the_ladder_unallocated() -> None:
    line = RunningClock("line", 9, 0, DUE)
    (first, second, third) = alerts_due(line, SHIPPED_LADDER, COUNCIL, DUE - HOUR)
    assert {first.told.person_id, second.told.person_id, third.told.person_id} == {3, 4, 2}
    assert first.dedupe_key == "line:9:0:due_soon:3"


# Acknowledging


def test_an_acknowledgement_holds_the_next_rung_back_until_the_planned_date() -> None:
    clock = answered(Rung.OVERDUE, DUE + HOUR, planned=DUE + 40 * HOUR)
    assert told(DUE + 40 * HOUR - MINUTE, clock) == {}
    assert next_alert_at(clock, SHIPPED_LADDER, DUE + 25 * HOUR) == DUE + 40 * HOUR
    assert told(DUE + 40 * HOUR, clock) == {5: Rung.OVERDUE_24H}


def test_it_holds_at_most_72_hours() -> None:
    clock = answered(Rung.OVERDUE, DUE + HOUR, planned=DUE + 500 * HOUR)
    assert told(DUE + 73 * HOUR - MINUTE, clock) == {}
    assert told(DUE + 73 * HOUR, clock) == {5: Rung.OVERDUE_24H}


def test_without_a_plan_ahead_it_holds_nothing() -> None:
    for planned in (None, DUE + HOUR, DUE):
        assert told(DUE + 25 * HOUR, answered(Rung.OVERDUE, DUE + HOUR, planned)) == {5: Rung.OVERDUE_24H}


def test_it_holds_only_the_next_rung() -> None:
    clock = answered(Rung.DUE_SOON, DUE - HOUR, planned=DUE + 60 * HOUR)
    # `overdue` waits for the plan; a day after the deadline the service manager hears of it all the same.
    assert told(DUE + 24 * HOUR, clock) == {}
    assert told(DUE + 25 * HOUR, clock) == {5: Rung.OVERDUE_24H}


def test_it_holds_once_for_each_rung_whoever_answers_again() -> None:
    clock = answered(Rung.OVERDUE, DUE + HOUR, planned=DUE + 30 * HOUR)
    again = Acknowledgement(0, DUE + 29 * HOUR, planned_at=DUE + 90 * HOUR)
    clock = replace(clock, acknowledgements=(again, *clock.acknowledgements))
    assert told(DUE + 30 * HOUR, clock) == {5: Rung.OVERDUE_24H}
    without_plan = Acknowledgement(0, DUE + MINUTE, None)  # has held nothing yet
    clock = replace(clock, acknowledgements=(without_plan, again))
    assert told(DUE + 89 * HOUR, clock) == {}


def test_the_next_rung_is_the_next_of_this_councils_ladder() -> None:
    ladder = tuple(step for step in SHIPPED_LADDER if step.rung is not Rung.OVERDUE_24H)
    clock = answered(Rung.OVERDUE, DUE + 50 * HOUR, planned=DUE + 110 * HOUR)
    assert rungs_to_raise(clock, ladder, DUE + 97 * HOUR) == []
    assert [step.rung for step in rungs_to_raise(clock, ladder, DUE + 110 * HOUR)] == [Rung.OVERDUE_96H]
    shipped = [step.rung for step in rungs_to_raise(clock, SHIPPED_LADDER, DUE + 97 * HOUR)]
    assert shipped == [Rung.OVERDUE_96H]  # there the next rung is overdue_24h, and that alone is held


# A moved deadline


@pytest.mark.parametrize(
    ("old_hours", "new_hours", "carries"), [(-10, -5, True), (-10, 5, False), (10, -5, False), (10, 5, False)]
)
def test_rungs_are_carried_over_only_if_both_deadlines_have_passed(
    old_hours: int, new_hours: int, carries: bool
) -> None:
    raised = frozenset({Rung.DUE_SOON, Rung.OVERDUE})
    found = carried_over(raised, DUE + old_hours * HOUR, DUE + new_hours * HOUR, now=DUE)
    assert found == (raised if carries else frozenset())


# Properties

minutes = st.integers(-30 * 60, 130 * 60)
acknowledgements = st.builds(
    lambda rung, at, plan: Acknowledgement(
        HOURS_OF[rung], DUE + at * MINUTE, None if plan is None else DUE + (at + plan) * MINUTE
    ),
    st.sampled_from(Rung),
    minutes,
    st.none() | st.integers(-60, 100 * 60),
)
clocks = st.builds(
    lambda raised, answers: replace(CLOCK, raised=raised, acknowledgements=tuple(answers)),
    st.frozensets(st.sampled_from(Rung)),
    st.lists(acknowledgements, max_size=3),
)
ladders = st.lists(st.sampled_from(SHIPPED_LADDER), unique=True, min_size=1).map(
    lambda steps: tuple(sorted(steps, key=lambda step: step.offset_hours))
)


@unhurried(200)
@given(clocks, ladders, minutes)
def test_raising_twice_yields_none_the_second_time(
    clock: RunningClock, ladder: tuple[RungPolicy, ...], minute: int
) -> None:
    now = DUE + minute * MINUTE
    first = alerts_due(clock, ladder, COUNCIL, now)
    settled = clock.raised.union(*(alert.rungs for alert in first))
    assert alerts_due(replace(clock, raised=settled), ladder, COUNCIL, now) == []
    assert len({alert.dedupe_key for alert in first}) == len(first)
    assert all(alert.rung not in clock.raised and alert.rung == alert.rungs[-1] for alert in first)


def known_at(clock: RunningClock, now: datetime) -> RunningClock:
    """Nobody has acknowledged yet what they will."""
    answers = tuple(answer for answer in clock.acknowledgements if answer.acknowledged_at <= now)
    return replace(clock, acknowledgements=answers)


def sweep(clock: RunningClock, ladder: tuple[RungPolicy, ...], now: datetime) -> tuple[RunningClock, list[str]]:
    found = alerts_due(known_at(clock, now), ladder, COUNCIL, now)
    rungs = sorted({rung for alert in found for rung in alert.rungs}, key=HOURS_OF.__getitem__)
    return replace(clock, raised=clock.raised.union(rungs)), rungs


@unhurried(10)
@given(clocks, ladders)
def test_sweeping_only_when_told_to_raises_what_sweeping_every_minute_does(
    clock: RunningClock, ladder: tuple[RungPolicy, ...]
) -> None:
    start, end = DUE - 30 * HOUR, DUE + 240 * HOUR
    every_minute: dict[str, datetime] = {}
    swept, now = clock, start
    while now <= end:
        swept, rungs = sweep(swept, ladder, now)
        every_minute.update((rung, now) for rung in rungs)
        now += MINUTE

    when_told: dict[str, datetime] = {}
    swept, now = clock, start
    answers = sorted(answer.acknowledged_at for answer in clock.acknowledgements)
    while True:
        swept, rungs = sweep(swept, ladder, now)
        when_told.update((rung, now) for rung in rungs)
        wanted = next_alert_at(known_at(swept, now), ladder, now)
        # An acknowledgement is a change of the episode: whoever records it asks again when to look.
        moments = [at for at in (wanted, *(at for at in answers if at > now)) if at is not None]
        if not moments or min(moments) > end:
            break
        now = min(moments)

    assert set(when_told) == set(every_minute) == {step.rung for step in ladder} - clock.raised
    for rung, at in when_told.items():
        assert timedelta() <= every_minute[rung] - at < MINUTE


@unhurried(200)
@given(clocks, ladders, minutes)
def test_the_next_look_is_never_in_the_past_and_finds_something(
    clock: RunningClock, ladder: tuple[RungPolicy, ...], minute: int
) -> None:
    now = DUE + minute * MINUTE
    at = next_alert_at(clock, ladder, now)
    if at is None:
        assert {step.rung for step in ladder} <= clock.raised
        return
    assert at >= now
    assert rungs_to_raise(clock, ladder, at)
    if at > now:
        assert not rungs_to_raise(clock, ladder, at - timedelta.resolution)


# A ladder that changed


NEW = ladder_step("half_day", 12, Audience.SERVICE_MANAGER)
WITH_NEW = (*SHIPPED_LADDER[:2], NEW, *SHIPPED_LADDER[2:])


def test_a_step_put_in_below_what_was_told_is_settled_by_that() -> None:
    raised = frozenset({Rung.DUE_SOON, Rung.OVERDUE, Rung.OVERDUE_24H})
    clock = replace(CLOCK, raised=raised, told_to=24.0)
    assert rungs_to_raise(clock, WITH_NEW, DUE + 30 * HOUR) == []
    assert next_alert_at(clock, WITH_NEW, DUE + 30 * HOUR) == DUE + 96 * HOUR + timedelta.resolution


def test_a_step_put_in_above_what_was_told_is_raised() -> None:
    clock = replace(CLOCK, raised=frozenset({Rung.DUE_SOON, Rung.OVERDUE}), told_to=0.0)
    assert rungs_to_raise(clock, WITH_NEW, DUE + 13 * HOUR) == [NEW]


def test_a_step_held_back_has_its_turn_though_a_higher_one_was_told() -> None:
    hold = Acknowledgement(0.0, DUE + 11 * HOUR, DUE + 40 * HOUR)
    clock = replace(CLOCK, raised=frozenset({Rung.OVERDUE, Rung.OVERDUE_24H}), told_to=24.0, acknowledgements=(hold,))
    assert rungs_to_raise(clock, WITH_NEW, DUE + 39 * HOUR) == []
    assert rungs_to_raise(clock, WITH_NEW, DUE + 41 * HOUR) == [NEW]


def test_what_was_past_a_step_when_it_was_set_is_summed_up() -> None:
    step = replace(NEW, set_at=DUE + 20 * HOUR)
    clock = replace(CLOCK, raised=frozenset({Rung.DUE_SOON, Rung.OVERDUE}), told_to=0.0)
    ladder = (*SHIPPED_LADDER[:2], step)
    assert [due.summed_up for due in alerts_due(clock, ladder, COUNCIL, DUE + 21 * HOUR)] == [True]
    later = replace(clock, due_at=DUE + 9 * HOUR)
    assert [due.summed_up for due in alerts_due(later, ladder, COUNCIL, DUE + 22 * HOUR)] == [False]


def test_a_step_that_waits_for_working_hours_goes_with_a_higher_one_that_does_not() -> None:
    friday = utc("2026-10-09 16:00")  # 17:00 BST: the step at 12 h falls into the night
    waits = replace(NEW, window=Window(weekdays=frozenset(range(5))))
    ladder = (SHIPPED_LADDER[1], waits, SHIPPED_LADDER[2])
    clock = replace(CLOCK, due_at=friday, raised=frozenset({Rung.OVERDUE}), told_to=0.0)
    assert rungs_to_raise(clock, ladder, friday + 13 * HOUR) == []
    assert next_alert_at(clock, ladder, friday) == friday + 24 * HOUR + timedelta.resolution
    assert rungs_to_raise(clock, ladder, friday + 25 * HOUR) == [waits, SHIPPED_LADDER[2]]


def test_a_cover_who_may_no_longer_see_it_stands_in_for_nobody() -> None:
    covered = replace(away(MANAGER), covered_by_id=INTERVIEWER.id)
    assert told(DUE + MINUTE, replace(CLOCK, raised=frozenset({Rung.DUE_SOON})), (INTERVIEWER, LEAD, covered)) == {
        LEAD.id: Rung.OVERDUE
    }
    passed_on = replace(covered, covered_by_id=SERVICE.id), replace(away(SERVICE), covered_by_id=HEAD.id)
    assert told(DUE + MINUTE, replace(CLOCK, raised=frozenset({Rung.DUE_SOON})), (*passed_on, LEAD, HEAD)) == {
        LEAD.id: Rung.OVERDUE, HEAD.id: Rung.OVERDUE,
    }  # fmt: skip
