"""What is true again after a change: deadlines, breaches judged anew, rungs not sent twice, repeat flags."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.services import world
from tests.services.world import DAY, HOUR, HOURS_OF, NOON, acting
from tracker.core.alert_terms import Rung
from tracker.core.terms import DeclinedBy, ExclusionReason, FlagCode
from tracker.services import correct_episode as correct
from tracker.services import record_interview as interview
from tracker.services.context import Context
from tracker.services.follow_up import follow_up_child, follow_up_episode
from tracker.services.transaction import writing
from tracker.store import alerts, breaches
from tracker.store.db import session
from tracker.store.models import Alert, AuditEntry, Breach, Episode, RepeatFlagRow


@pytest.fixture(autouse=True)
def in_the_application(app: Flask) -> None:
    pass


@pytest.fixture
def recipient(app: Flask) -> int:
    return world.people().alice.person_id


def breach_now(id_: int, recipient: int, *rungs: Rung, acknowledged: bool = False) -> None:
    """What a sweep writes when the deadline has passed: the breach, and an alert that settles these rungs."""
    with writing() as current:
        row = current.get_one(Episode, id_)
        assert row.interview_due_at is not None
        if row.interview_due_at < NOON:
            current.add(
                Breach(episode_id=id_, clock_no=row.clock_no, breached_at=row.interview_due_at, detected_at=NOON)
            )
        current.add(
            Alert(
                reference=f"{id_}-{row.clock_no}-{rungs[-1]}",
                dedupe_key=f"episode:{id_}:{row.clock_no}:{rungs[-1]}:{recipient}",
                subject="episode",
                subject_id=id_,
                offset_hours=HOURS_OF[rungs[-1]],
                episode_id=id_,
                clock_no=row.clock_no,
                rung=str(rungs[-1]),
                rungs=[str(rung) for rung in rungs],
                recipient_id=recipient,
                due_at=row.interview_due_at,
                raised_at=NOON,
                acknowledged_at=NOON if acknowledged else None,
                planned_at=NOON + 10 * HOUR if acknowledged else None,
            )
        )


def move_return(context: Context, id_: int, hours_ago: float) -> Episode:
    correct.correct_episode(
        context, episode_id=id_, version=world.row(id_).version, values={"returned_at": NOON - hours_ago * HOUR}
    )
    return world.row(id_)


def all_breaches(id_: int) -> list[tuple[int, str | None]]:
    session().rollback()
    return [(breach.clock_no, breach.withdrawn_reason) for breach in breaches.all_of_episode(session(), id_)]


def raised(id_: int) -> frozenset[Rung]:
    clock = alerts.episode_clock(session(), world.row(id_))
    assert clock is not None
    return clock.raised


def test_the_sweep_is_asked_for_at_the_first_rung_then_at_the_deadline(context: Context) -> None:
    assert world.row(world.episode(context, 10)).sweep_at == NOON + 38 * HOUR
    overdue = world.episode(context, 80)
    assert world.row(overdue).sweep_at is not None
    assert world.row(overdue).sweep_at <= NOON  # type: ignore[operator]


def test_a_deadline_moved_ahead_withdraws_the_breach_and_starts_the_ladder_anew(
    context: Context, recipient: int
) -> None:
    id_ = world.episode(context, 80)
    breach_now(id_, recipient, Rung.DUE_SOON, Rung.OVERDUE)
    row = move_return(context, id_, 20)
    assert all_breaches(id_) == [(1, "deadline_moved")]
    assert (row.clock_no, row.carried_rungs, row.clock_open) == (2, [], True)
    assert raised(id_) == frozenset()
    assert row.sweep_at == NOON + 28 * HOUR


def test_both_deadlines_past_what_was_sent_is_not_sent_again_and_answers_carry_over(
    context: Context, recipient: int
) -> None:
    id_ = world.episode(context, 80)
    breach_now(id_, recipient, Rung.DUE_SOON, Rung.OVERDUE, acknowledged=True)
    row = move_return(context, id_, 81)
    assert all_breaches(id_) == [(1, "deadline_moved")]
    assert (row.clock_no, set(row.carried_rungs)) == (2, {"due_soon", "overdue"})
    assert row.sweep_at is not None
    assert row.sweep_at <= NOON  # the breach of the new clock is still to be recorded
    clock = alerts.episode_clock(session(), row)
    assert clock is not None
    assert [answer.offset_hours for answer in clock.acknowledgements] == [0]


def test_carried_through_two_moves_and_a_time_out_of_the_counts(context: Context, recipient: int) -> None:
    id_ = world.episode(context, 80)
    breach_now(id_, recipient, Rung.DUE_SOON, Rung.OVERDUE)
    move_return(context, id_, 81)
    correct.exclude_episode(context, episode_id=id_, version=world.row(id_).version, reason=ExclusionReason.CANCELLED)
    assert world.row(id_).interview_due_at is None
    correct.reinstate_episode(context, episode_id=id_, version=world.row(id_).version)
    row = world.row(id_)
    assert row.clock_no == 3
    assert raised(id_) == {Rung.DUE_SOON, Rung.OVERDUE}


def test_a_rung_told_before_the_deadline_is_told_again_for_a_later_one(context: Context, recipient: int) -> None:
    id_ = world.episode(context, 60)
    breach_now(id_, recipient, Rung.DUE_SOON)
    row = move_return(context, id_, 20)
    assert (row.clock_no, raised(id_)) == (2, frozenset())
    assert all_breaches(id_) == []


def test_held_in_time_recorded_late_withdraws_and_judging_anew_raises_the_clock(
    context: Context, recipient: int
) -> None:
    id_ = world.episode(context, 80)
    breach_now(id_, recipient, Rung.DUE_SOON, Rung.OVERDUE)
    held = interview.record_completed(context, episode_ids=[id_], completed_at=NOON - 9 * HOUR)
    row = world.row(id_)
    assert all_breaches(id_) == [(1, "closed_in_time_completed_in_time")]
    assert (row.clock_no, row.clock_open, row.sweep_at) == (2, False, None)
    interview.record_completed(context, episode_ids=[id_], completed_at=NOON - HOUR, interview_id=held)
    row = world.row(id_)
    assert (row.closed_as, row.clock_open) == ("completed_late", False)
    assert row.sweep_at == NOON - 8 * HOUR  # the breach is owed again, as the second clock
    assert set(row.carried_rungs) == {"due_soon", "overdue"}
    with writing() as current:  # as the sweep does; one breach for an episode and a clock
        current.add(Breach(episode_id=id_, clock_no=2, breached_at=NOON - 8 * HOUR, detected_at=NOON))
        current.flush()
        follow_up_episode(current, current.get_one(Episode, id_), context)
    assert all_breaches(id_) == [(1, "closed_in_time_completed_in_time"), (2, None)]
    assert world.row(id_).sweep_at is None


@pytest.mark.parametrize("held_at", [NOON - HOUR, NOON - 8 * HOUR + timedelta(seconds=1)])
def test_a_late_interview_leaves_the_breach(context: Context, recipient: int, held_at: datetime) -> None:
    id_ = world.episode(context, 80)
    breach_now(id_, recipient, Rung.OVERDUE)
    interview.record_completed(context, episode_ids=[id_], completed_at=held_at)
    assert all_breaches(id_) == [(1, None)]


def test_declined_in_time_recorded_late_withdraws_the_breach(context: Context, recipient: int) -> None:
    id_ = world.episode(context, 80)
    breach_now(id_, recipient, Rung.OVERDUE)
    interview.record_declined(
        context, episode_ids=[id_], declined_at=NOON - 8 * HOUR, declined_by=DeclinedBy.CHILD, reason="no"
    )
    assert all_breaches(id_) == [(1, "closed_in_time_declined")]


def test_not_required_approved_after_the_deadline_leaves_the_breach(context: Context, recipient: int) -> None:
    id_ = world.episode(context, 80)
    breach_now(id_, recipient, Rung.OVERDUE)
    people = world.people()
    held = interview.propose_not_required(acting(context, people.mary), episode_id=id_, reason="moved abroad")
    interview.approve_not_required(acting(context, people.max), interview_id=held)
    assert all_breaches(id_) == [(1, None)]
    assert world.row(id_).clock_open is False


def test_following_up_twice_changes_nothing(context: Context, recipient: int) -> None:
    id_ = world.episode(context, 80)
    breach_now(id_, recipient, Rung.OVERDUE)
    version = world.row(id_).version
    before = session().scalars(select(AuditEntry.id)).all()
    session().rollback()
    for _ in range(2):
        with writing() as current:
            row = current.get_one(Episode, id_)
            follow_up_episode(current, row, context)
            follow_up_child(current, row.child_id, context)
    assert world.row(id_).version == version
    assert session().scalars(select(AuditEntry.id)).all() == before


def flags_of(child_id: int) -> dict[tuple[str, date], RepeatFlagRow]:
    session().rollback()
    rows = session().scalars(select(RepeatFlagRow).where(RepeatFlagRow.child_id == child_id))
    return {(row.rule, row.raised_on): row for row in rows}


def three_episodes(context: Context, *days_ago: int) -> tuple[int, list[int]]:
    ids: list[int] = []
    child_id = None
    for days in days_ago:
        ids.append(world.episode(context, 24 * days, missing_hours=2, child_id=child_id))
        child_id = world.row(ids[0]).child_id
    assert child_id is not None
    return child_id, ids


def test_a_crossing_names_the_episodes_that_made_it(context: Context) -> None:
    child_id, ids = three_episodes(context, 89, 30, 1)
    flags = flags_of(child_id)
    raised_on = (NOON - DAY).date()
    assert set(flags) == {("3_in_90", raised_on), ("3_in_365", raised_on)}
    assert flags["3_in_90", raised_on].episode_ids == ids
    assert flags["3_in_90", raised_on].ends_on == (NOON - 89 * DAY).date() + timedelta(days=90)


def test_day_91_is_out(context: Context) -> None:
    child_id, _ = three_episodes(context, 91, 30, 1)
    assert {rule for rule, _ in flags_of(child_id)} == {"3_in_365"}


def test_excluding_an_episode_withdraws_the_flag_and_taking_it_back_raises_it_again(context: Context) -> None:
    child_id, ids = three_episodes(context, 60, 30, 1)
    correct.exclude_episode(
        context, episode_id=ids[1], version=world.row(ids[1]).version, reason=ExclusionReason.NOT_MISSING
    )
    assert {row.withdrawn_at for row in flags_of(child_id).values()} == {NOON}
    later = replace(context, now=NOON + HOUR)
    correct.reinstate_episode(later, episode_id=ids[1], version=world.row(ids[1]).version)
    rows = flags_of(child_id).values()
    assert {(row.withdrawn_at, row.raised_at) for row in rows} == {(None, NOON + HOUR)}
    written = session().scalars(
        select(AuditEntry.action).where(AuditEntry.action.startswith("repeat_flag")).order_by(AuditEntry.id)
    )
    assert list(written) == ["repeat_flag_raised"] * 2 + ["repeat_flag_withdrawn"] * 2 + ["repeat_flag_raised"] * 2


def test_a_flag_ends_when_its_rule_holds_no_longer_and_says_so_once(context: Context) -> None:
    child_id, _ = three_episodes(context, 60, 30, 1)
    later = replace(context, now=NOON + 31 * DAY)
    for _ in range(2):
        with writing() as current:
            follow_up_child(current, child_id, later)
    ended = {rule: row.ended_on for (rule, _), row in flags_of(child_id).items()}
    assert ended == {"3_in_90": (NOON + 30 * DAY).date(), "3_in_365": None}
    entries = session().scalars(select(AuditEntry).where(AuditEntry.action == "repeat_flag_ended")).all()
    assert [entry.details["rule"] for entry in entries] == ["3_in_90"]


def test_a_rule_no_longer_configured_withdraws_nothing(context: Context) -> None:
    child_id, _ = three_episodes(context, 60, 30, 1)
    fewer = replace(context, rules=replace(context.rules, repeat_rules=context.rules.repeat_rules[:1]))
    with writing() as current:
        follow_up_child(current, child_id, fewer)
    assert {row.withdrawn_at for row in flags_of(child_id).values()} == {None}


def test_conflicting_episodes_count_once_towards_a_flag(context: Context) -> None:
    child_id, ids = three_episodes(context, 60, 30)
    world.episode(context, 24 * 30 - 1, missing_hours=2, child_id=child_id)
    assert FlagCode.OVERLAPS_ANOTHER in world.row(ids[1]).flags
    assert flags_of(child_id) == {}
    correct.settle_conflict(context, episode_id=ids[1], version=world.row(ids[1]).version)
    assert {rule for rule, _ in flags_of(child_id)} == {"3_in_90", "3_in_365"}
