"""Strategy meetings: asked for once by each trigger, withdrawn where it proves untrue, settled by people."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests import factories
from tests.services import world
from tests.services.world import DAY, HOUR, NOON, People, acting
from tracker.core.clock import local_date, local_midnight
from tracker.core.terms import EpisodeKind, ExclusionReason, RiskLevel
from tracker.services import actions
from tracker.services import correct_episode as correct
from tracker.services import meetings as act
from tracker.services.context import Context
from tracker.services.errors import Conflict, Refused
from tracker.services.pages import meetings as pages
from tracker.services.raise_alerts import sweep
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import AuditEntry, Child, StrategyMeeting


def at(context: Context, hours: float) -> Context:
    return replace(context, now=NOON + hours * HOUR)


def missing(context: Context, hours: float, **more: object) -> int:
    """An episode that began so many hours before noon and has not ended."""
    return world.episode(context, None, missing_hours=hours, **more)


def rows(**of: object) -> list[StrategyMeeting]:
    session().rollback()
    session().expire_all()
    return list(session().scalars(select(StrategyMeeting).filter_by(**of).order_by(StrategyMeeting.id)))


def standing(**of: object) -> list[str]:
    return [row.trigger for row in rows(**of) if row.withdrawn_at is None]


def acts_of(meeting_id: int) -> list[str]:
    query = select(AuditEntry.action).where(AuditEntry.subject == "meeting", AuditEntry.subject_id == str(meeting_id))
    return list(session().scalars(query.order_by(AuditEntry.id)))


def change(context: Context, episode_id: int, **values: object) -> None:
    correct.correct_episode(
        context, episode_id=episode_id, version=world.row(episode_id).version, values=values, reason="A correction"
    )


# asked for


def test_the_sweep_asks_once_at_each_hour(lead: Context) -> None:
    id_ = missing(lead, 0)
    assert world.row(id_).meeting_check_at == NOON + 24 * HOUR
    both = ["missing_24h", "missing_72h"]
    for hours, asked, expected in ((23.9, 0, []), (24, 1, both[:1]), (71, 0, both[:1]), (72, 1, both)):
        assert sweep(at(lead, hours)).meetings == asked
        assert sweep(at(lead, hours)).meetings == 0, "a second sweep asks nothing"
        assert standing(episode_id=id_) == expected
    assert world.row(id_).meeting_check_at is None
    first, second = rows(episode_id=id_)
    assert first.key == f"episode:{id_}:missing_24h"
    assert (first.due_at, first.asked_at) == (NOON + 24 * HOUR, NOON + 24 * HOUR)
    assert second.title == "Missing for more than 72 hours"
    assert acts_of(first.id) == ["meeting_asked"]


def test_one_that_ended_before_it_was_known_still_asked_for_one(lead: Context) -> None:
    id_ = world.episode(lead, 20, missing_hours=30)
    sweep(lead)
    (row,) = rows(episode_id=id_)
    assert (row.trigger, row.due_at, row.asked_at) == ("missing_24h", NOON - 26 * HOUR, NOON)


def test_history_asks_for_nothing_and_a_child_missing_now_is_none(lead: Context) -> None:
    old = world.episode(lead, 24 * 7 + 1, missing_hours=100, risk=RiskLevel.HIGH)
    now = missing(lead, 24 * 40)
    assert world.row(old).meeting_check_at is None
    assert sweep(lead).meetings == 2
    assert (standing(episode_id=old), standing(episode_id=now)) == ([], ["missing_24h", "missing_72h"])


def test_a_sweep_that_was_away_for_weeks_asks_for_what_came_true_meanwhile(lead: Context) -> None:
    id_ = missing(lead, 0)
    correct.record_returned(at(lead, 30), episode_id=id_, version=world.row(id_).version, returned_at=NOON + 30 * HOUR)
    late = at(lead, 24 * 20)
    change(late, id_, district="North")  # looked at again before the sweep runs
    assert sweep(late).meetings == 1
    assert standing(episode_id=id_) == ["missing_24h"]


def test_high_risk_and_what_is_no_going_missing(lead: Context) -> None:
    high = missing(lead, 1, risk=RiskLevel.HIGH)
    none = missing(lead, 50, kind=EpisodeKind.NO_APPARENT_RISK)
    sweep(lead)
    assert (standing(episode_id=high), standing(episode_id=none)) == (["high_risk"], [])
    change(lead, none, kind=EpisodeKind.MISSING)
    sweep(lead)
    assert standing(episode_id=none) == ["missing_24h"]


def test_an_end_unknown_asks_for_nothing_more(lead: Context) -> None:
    id_ = missing(lead, 24 * 30)
    again = missing(lead, 2, child_id=world.row(id_).child_id)
    assert sweep(lead).meetings == 0
    assert world.row(id_).meeting_check_at is None
    correct.exclude_episode(lead, episode_id=again, version=world.row(again).version, reason=ExclusionReason.CANCELLED)
    assert sweep(lead).meetings == 2, "missing all the while, after all"
    assert sweep(lead).meetings == 0


def test_a_trigger_of_the_settings_alone_asks(lead: Context) -> None:
    none = replace(lead, rules=replace(lead.rules, meetings=replace(lead.rules.meetings, triggers=())))
    missing(none, 50)
    assert sweep(none).meetings == 0


# untrue


@pytest.mark.parametrize(
    "untrue",
    [{"missing_from_at": NOON - HOUR}, {"kind": EpisodeKind.NO_APPARENT_RISK}, {"returned_at": NOON - 30 * HOUR}],
)
def test_a_correction_withdraws_what_nobody_acted_on_and_back_again(lead: Context, untrue: dict[str, object]) -> None:
    id_ = missing(lead, 50)
    before = {name: getattr(world.row(id_), name) for name in untrue}
    sweep(lead)
    (row,) = rows(episode_id=id_)
    change(lead, id_, **untrue)
    (withdrawn,) = rows(episode_id=id_)
    assert (withdrawn.withdrawn_at, withdrawn.withdrawn_reason) == (NOON, "trigger_untrue")
    assert sweep(lead).meetings == 0
    change(at(lead, 1), id_, **before)
    assert standing(episode_id=id_) == ["missing_24h"]
    (again,) = rows(episode_id=id_)
    assert (again.id, again.asked_at) == (row.id, NOON)
    assert sweep(at(lead, 1)).meetings == 0
    assert acts_of(row.id) == ["meeting_asked", "meeting_withdrawn", "meeting_asked"]


def test_out_of_the_counts_and_back(lead: Context) -> None:
    id_ = missing(lead, 50)
    sweep(lead)
    correct.exclude_episode(lead, episode_id=id_, version=world.row(id_).version, reason=ExclusionReason.CANCELLED)
    assert standing(episode_id=id_) == []
    correct.reinstate_episode(lead, episode_id=id_, version=world.row(id_).version)
    assert standing(episode_id=id_) == ["missing_24h"]


@pytest.mark.parametrize("acted", ["planned", "held", "not_needed", "action"])
def test_what_somebody_acted_on_stays(lead: Context, acted: str) -> None:
    id_ = missing(lead, 50)
    sweep(lead)
    (row,) = rows(episode_id=id_)
    if acted == "planned":
        act.plan_meeting(lead, meeting_id=row.id, version=1, planned_at=NOON + DAY)
    elif acted == "held":
        act.record_held(lead, meeting_id=row.id, version=1, held_at=NOON, outcome="Agreed")
    elif acted == "not_needed":
        act.decide_not_needed(lead, meeting_id=row.id, version=1, reason="Known")
    else:
        actions.add_action(
            lead, child_id=row.child_id, what="x", due_on=local_date(NOON), owner_name="y", meeting_id=row.id
        )
    change(lead, id_, missing_from_at=NOON - HOUR)
    assert standing(episode_id=id_) == ["missing_24h"]
    change(lead, id_, missing_from_at=NOON - 50 * HOUR)
    assert sweep(lead).meetings == 0, "never asked twice"


def test_a_start_moved_ahead_is_asked_at_its_own_hour(lead: Context) -> None:
    id_ = missing(lead, 50)
    sweep(lead)
    change(lead, id_, missing_from_at=NOON - 10 * HOUR)
    assert world.row(id_).meeting_check_at == NOON + 14 * HOUR
    assert sweep(at(lead, 14)).meetings == 0
    (row,) = rows(episode_id=id_)
    assert (row.withdrawn_at, row.due_at) == (None, NOON + 14 * HOUR)


# repeat rules


def repeats(context: Context, *days_ago: int) -> tuple[int, list[int]]:
    child_id, ids = None, []
    for days in days_ago:
        ids.append(world.episode(context, 24 * days, missing_hours=2, child_id=child_id))
        child_id = world.row(ids[0]).child_id
    assert child_id is not None
    return child_id, ids


def test_a_crossing_asks_at_once_and_its_withdrawal_withdraws(lead: Context) -> None:
    child_id, ids = repeats(lead, 60, 30, 1)
    (row,) = rows(child_id=child_id)
    assert (row.trigger, row.key, row.episode_id) == ("repeat_3_in_90", f"flag:{row.flag_id}", None)
    assert row.due_at == local_midnight(local_date(NOON - DAY - 2 * HOUR))
    correct.exclude_episode(
        lead, episode_id=ids[1], version=world.row(ids[1]).version, reason=ExclusionReason.NOT_MISSING
    )
    assert [one.withdrawn_reason for one in rows(child_id=child_id)] == ["flag_withdrawn"]
    correct.reinstate_episode(lead, episode_id=ids[1], version=world.row(ids[1]).version)
    assert standing(child_id=child_id) == ["repeat_3_in_90"]
    assert len(rows(child_id=child_id)) == 1


def test_a_crossing_of_long_ago_asks_for_nothing(lead: Context) -> None:
    child_id, _ = repeats(lead, 60, 30, 10)
    assert rows(child_id=child_id) == []


# people


def test_asked_for_by_hand_planned_held_corrected(lead: Context, people: People) -> None:
    id_ = missing(lead, 1)
    child_id = world.row(id_).child_id
    meeting_id = act.ask_for_meeting(lead, child_id=child_id, reason="Something is wrong", episode_id=id_)
    act.plan_meeting(lead, meeting_id=meeting_id, version=1, planned_at=NOON + DAY)
    with pytest.raises(Conflict):
        act.plan_meeting(lead, meeting_id=meeting_id, version=1, planned_at=NOON + 2 * DAY)
    later = at(lead, 30)
    act.record_held(later, meeting_id=meeting_id, version=2, held_at=NOON + DAY, outcome="Agreed a plan")
    act.record_held(later, meeting_id=meeting_id, version=3, held_at=NOON + 25 * HOUR, outcome="Agreed a plan")
    page = pages.meeting_page(later, people.alice, meeting_id)
    assert page is not None
    assert (page.meeting.state, page.meeting.held_at) == ("held", NOON + 25 * HOUR)
    act.decide_not_needed(later, meeting_id=meeting_id, version=4, reason="Entered on the wrong child")
    (row,) = rows(id=meeting_id)
    assert (row.held_at, row.outcome, row.decided_by_id) == (None, None, people.alice.person_id)
    assert acts_of(meeting_id) == [
        "meeting_asked", "meeting_changed", "meeting_held", "meeting_changed", "meeting_viewed", "meeting_not_needed",
    ]  # fmt: skip


def test_what_is_refused_writes_nothing(lead: Context, people: People) -> None:
    id_ = missing(lead, 50)
    child_id = world.row(id_).child_id
    sweep(lead)
    (row,) = rows(episode_id=id_)
    bob = acting(lead, people.bob)
    refused = {
        "unknown_child": lambda: act.ask_for_meeting(bob, child_id=child_id, reason="x"),
        "unknown_meeting": lambda: act.decide_not_needed(bob, meeting_id=row.id, version=1, reason="x"),
        "missing_value": lambda: act.ask_for_meeting(lead, child_id=child_id, reason=" "),
        "unknown_episode": lambda: act.ask_for_meeting(lead, child_id=child_id, reason="x", episode_id=99_999),
        "too_long": lambda: act.record_held(lead, meeting_id=row.id, version=1, held_at=NOON, outcome="x" * 4001),
        "in_the_future": lambda: act.record_held(lead, meeting_id=row.id, version=1, held_at=NOON + HOUR, outcome="x"),
        "in_the_past": lambda: act.plan_meeting(lead, meeting_id=row.id, version=1, planned_at=NOON - HOUR),
    }
    for code, doing in refused.items():
        with pytest.raises(Refused) as raised:
            doing()
        assert [problem.code for problem in raised.value.problems] == [code]
    assert [one.version for one in rows()] == [1]
    change(lead, id_, missing_from_at=NOON - HOUR)
    with pytest.raises(Refused) as raised:
        act.record_held(lead, meeting_id=row.id, version=rows()[0].version, held_at=NOON, outcome="x")
    assert [problem.code for problem in raised.value.problems] == ["withdrawn"]


def test_the_list_shows_a_child_once_with_both_soonest_first(lead: Context, people: People) -> None:
    long, short = missing(lead, 100), missing(lead, 50)
    sweep(lead)
    found = pages.standing_meetings(session(), lead, people.alice)
    assert found.total == 2
    assert [[one.trigger for one in child.meetings] for child in found.rows] == [
        ["missing_24h", "missing_72h"], ["missing_24h"],
    ]  # fmt: skip
    assert pages.standing_meetings(session(), lead, people.alice, limit=1).rows == found.rows[:1]
    assert pages.standing_meetings(session(), lead, people.bob).total == 0
    child_id = world.row(short).child_id
    with writing() as current:
        team = factories.team(current).id
        current.get_one(Child, child_id).team_id = team
    of_team = pages.standing_meetings(session(), lead, people.alice, team_id=team)
    assert [child.child_id for child in of_team.rows] == [child_id]
    (asked,) = rows(episode_id=short)
    act.decide_not_needed(lead, meeting_id=asked.id, version=1, reason="Known")
    assert pages.standing_list(lead, people.alice, None).total == 1
    assert [past.meeting.state for past in pages.past_list(lead, people.alice, None).rows] == ["not_needed"]
    assert world.row(long).meeting_check_at is None


# any sequence

STEPS = ("sweep", "start", "return", "out", "in", "risk")


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 100)), max_size=8))
@example([("sweep", 0), ("start", 58)])
def test_any_sequence_asks_once_and_what_stands_is_true(
    app: Flask, context: Context, steps: list[tuple[str, int]]
) -> None:
    id_ = missing(context, 40)
    now = NOON
    for act_, hours in steps:
        now += timedelta(hours=7)
        here = replace(context, now=now)
        row = world.row(id_)
        try:
            if act_ == "start":
                change(here, id_, missing_from_at=NOON - hours * HOUR)
            elif act_ == "return":
                change(here, id_, returned_at=None if hours % 3 == 0 else min(now, row.missing_from_at + hours * HOUR))
            elif act_ == "risk":
                change(here, id_, risk=RiskLevel.HIGH if hours % 2 else RiskLevel.LOW)
            elif act_ == "out":
                correct.exclude_episode(here, episode_id=id_, version=row.version, reason=ExclusionReason.CANCELLED)
            elif act_ == "in":
                correct.reinstate_episode(here, episode_id=id_, version=row.version)
        except Refused:
            pass
        sweep(here)
        assert sweep(here).meetings == 0
    triggers = [one.trigger for one in rows(episode_id=id_)]
    assert len(triggers) == len(set(triggers))
    row, here = world.row(id_), replace(context, now=now)
    if steps and row.excluded is None:
        ended: datetime = row.returned_at or now
        lasted = (ended - row.missing_from_at) / HOUR
        is_missing = row.returned_at is None  # at the very hour whoever is missing is asked about, whoever is back not
        times = (("missing_24h", 24), ("missing_72h", 72))
        expected = {name for name, hours in times if lasted > hours or (is_missing and lasted == hours)}
        assert set(standing(episode_id=id_)) - {"high_risk"} == expected
        assert ("high_risk" in standing(episode_id=id_)) == (row.risk == RiskLevel.HIGH)
    elif steps:
        assert standing(episode_id=id_) == []
