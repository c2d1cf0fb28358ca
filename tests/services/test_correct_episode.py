"""Episodes changed by hand: found, returned, corrected, excluded, settled; two editors never overwrite one another."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select

from tests.services import world
from tests.services.world import HOUR, NOON, People, acting, codes
from tracker.core.terms import BreachReason, EpisodeKind, ExclusionReason, FlagCode, InterviewState
from tracker.services import correct_episode as correct
from tracker.services import record_interview as interview
from tracker.services.context import Context
from tracker.services.errors import Conflict, Refused
from tracker.services.pages.episodes import episode_page
from tracker.services.transaction import writing
from tracker.store import episodes
from tracker.store.db import db, session
from tracker.store.models import AuditEntry, Breach, EpisodeDecision


def version(id_: int) -> int:
    return world.row(id_).version


def state(context: Context, people: People, id_: int) -> InterviewState:
    page = episode_page(acting(context, people.alice), people.alice, id_)
    assert page is not None
    return page.state


def test_found_then_returned_starts_the_clock_and_notes_when_we_were_told(context: Context, people: People) -> None:
    id_ = world.episode(context, None)
    alice = acting(context, people.alice)
    correct.record_found(alice, episode_id=id_, version=version(id_), found_at=NOON - 3 * HOUR, found_by="a patrol")
    assert state(context, people, id_) is InterviewState.FOUND_NOT_RETURNED
    correct.record_returned(alice, episode_id=id_, version=version(id_), returned_at=NOON - 2 * HOUR)
    row = world.row(id_)
    assert row.interview_due_at == NOON + 70 * HOUR
    assert (row.notified_at, row.deadline_hours, row.clock_no, row.clock_open) == (NOON, 72, 1, True)
    assert row.person_fields == ["found_at", "found_by", "returned_at"]
    assert row.sweep_at == NOON + 46 * HOUR  # 24 hours before the deadline


def test_another_team_moves_no_clock(context: Context, people: People) -> None:
    """Whose an episode is bears on who is told, and that is asked when somebody is told."""
    id_ = world.episode(context, 5, found_at=NOON - 6 * HOUR)
    before = world.row(id_)
    clock = (before.interview_due_at, before.clock_no, before.clock_open, before.sweep_at, before.meeting_check_at)
    changed = correct.correct_episode(
        acting(context, people.alice), episode_id=id_, version=version(id_), values={"district": "Oxlode"}
    )
    assert changed == ("district",)
    row = world.row(id_)
    assert (row.district, row.person_fields) == ("Oxlode", ["district"])
    assert (row.interview_due_at, row.clock_no, row.clock_open, row.sweep_at, row.meeting_check_at) == clock


def test_recorded_twice_is_refused(context: Context, people: People) -> None:
    id_ = world.episode(context, 5, found_at=NOON - 6 * HOUR)
    with pytest.raises(Refused) as found:
        correct.record_found(context, episode_id=id_, version=version(id_), found_at=NOON)
    assert codes(found) == ["already_found"]
    with pytest.raises(Refused) as returned:
        correct.record_returned(context, episode_id=id_, version=version(id_), returned_at=NOON)
    assert codes(returned) == ["already_returned"]


def test_two_editors_the_second_is_told_and_nothing_of_theirs_is_written(context: Context, people: People) -> None:
    id_ = world.episode(context, None)
    shown = version(id_)
    correct.record_found(acting(context, people.alice), episode_id=id_, version=shown, found_at=NOON - 2 * HOUR)
    with pytest.raises(Conflict) as conflict:
        correct.record_returned(acting(context, people.mary), episode_id=id_, version=shown, returned_at=NOON - HOUR)
    assert codes(conflict) == ["changed_meanwhile"]
    assert world.row(id_).returned_at is None


def test_the_machinery_does_not_disturb_whoever_has_the_page_open(context: Context, people: People) -> None:
    id_ = world.episode(context, 5)
    shown = version(id_)
    from tracker.services.follow_up import follow_up_episode

    with writing() as current:  # as a sweep does when nothing but the next look changes
        row = current.get_one(type(world.row(id_)), id_)
        row.sweep_at = None
        current.flush()
        shown = row.version
        follow_up_episode(current, row, context)
        assert row.sweep_at is not None
    assert version(id_) == shown


@pytest.mark.parametrize(
    ("values", "code", "fields"),
    [
        ({"returned_at": NOON + HOUR}, "in_the_future", ("returned_at",)),
        ({"returned_at": NOON - 100 * HOUR}, "return_before_missing", ("missing_from_at", "returned_at")),
        ({"found_at": NOON - 4 * HOUR}, "found_after_return", ("found_at", "returned_at")),
        ({"missing_from_at": None}, "missing_value", ("missing_from_at",)),
        ({"police_reference": "TV/123-45", "police_force": None}, "missing_value", ("force",)),
        ({"team_id": 99}, "unknown_team", ("team_id",)),
    ],
)
def test_what_cannot_be_is_refused_with_its_fields(
    context: Context, people: People, values: dict[str, object], code: str, fields: tuple[str, ...]
) -> None:
    id_ = world.episode(context, 5)
    with pytest.raises(Refused) as refused:
        correct.correct_episode(context, episode_id=id_, version=version(id_), values=values)
    assert [(p.code, p.fields) for p in refused.value.problems] == [(code, fields)]


def test_a_reference_that_another_episode_has_is_refused(context: Context, people: People) -> None:
    world.episode(context, 5, police_force="testshire", police_reference="TV12345")
    id_ = world.episode(context, 6, police_force="testshire", police_reference="TV9")
    with pytest.raises(Refused) as refused:
        correct.correct_episode(context, episode_id=id_, version=version(id_), values={"police_reference": "tv/123-45"})
    assert codes(refused) == ["reference_held"]


def test_only_what_differs_is_written_and_remembered_as_the_persons(context: Context, people: People) -> None:
    id_ = world.episode(context, 5, risk="low", district="North")
    before = version(id_)
    same = correct.correct_episode(
        acting(context, people.alice), episode_id=id_, version=before, values={"risk": "low", "district": " North "}
    )
    assert same == ()
    assert version(id_) == before
    changed = correct.correct_episode(
        acting(context, people.alice),
        episode_id=id_,
        version=before,
        values={"risk": "high", "district": "North", "circumstances": ""},
        reason="the police rang",
    )
    assert changed == ("risk",)
    row = world.row(id_)
    assert row.person_fields == ["risk"]
    last = episodes.versions_of(session(), id_)[-1]
    assert (last.changes["risk"], last.changed_by_id, last.reason) == (
        ["low", "high"],
        people.alice.person_id,
        "the police rang",
    )
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "episode_changed")).one()
    assert (entry.subject_id, entry.details) == (str(id_), {"changed": ["risk"]})


def test_a_field_no_page_may_correct_is_a_mistake_of_ours(context: Context, people: People) -> None:
    with pytest.raises(ValueError, match="clock_no"):
        correct.correct_episode(context, episode_id=world.episode(context), version=1, values={"clock_no": 7})


def test_a_moved_return_moves_the_deadline_and_raises_the_clock(context: Context, people: People) -> None:
    id_ = world.episode(context, 5)
    correct.correct_episode(context, episode_id=id_, version=version(id_), values={"returned_at": NOON - 2 * HOUR})
    row = world.row(id_)
    assert (row.interview_due_at, row.clock_no) == (NOON + 70 * HOUR, 2)


def test_the_hours_pinned_when_the_clock_started_stay(context: Context, people: People) -> None:
    from dataclasses import replace

    id_ = world.episode(context, 5)
    shorter = replace(context, rules=replace(context.rules, policy=replace(context.rules.policy, deadline_hours=48)))
    correct.correct_episode(shorter, episode_id=id_, version=version(id_), values={"returned_at": NOON - 2 * HOUR})
    assert world.row(id_).interview_due_at == NOON + 70 * HOUR
    new = world.episode(shorter, 2)
    assert world.row(new).interview_due_at == NOON + 46 * HOUR


def test_a_return_taken_away_stops_the_clock(context: Context, people: People) -> None:
    id_ = world.episode(context, 5)
    correct.correct_episode(context, episode_id=id_, version=version(id_), values={"returned_at": None})
    row = world.row(id_)
    assert (row.interview_due_at, row.clock_open, row.sweep_at, row.notified_at) == (None, False, None, None)
    assert state(context, people, id_) is InterviewState.AWAITING_RETURN


def test_a_typed_time_is_no_longer_estimated_and_its_reading_is_said(context: Context, people: People) -> None:
    id_ = world.episode(context, 5, flags=["return_time_estimated", "police_say_still_missing"])
    correct.correct_episode(
        context,
        episode_id=id_,
        version=version(id_),
        values={"returned_at": NOON - 3 * HOUR},
        flags={FlagCode.TIME_AMBIGUOUS},
    )
    assert world.row(id_).flags == ["time_ambiguous"]
    assert world.row(id_).needs_decision is False


def test_returned_at_the_very_instant_of_going_missing_is_accepted_and_flagged(
    context: Context, people: People
) -> None:
    id_ = world.episode(context, None, missing_hours=5)
    correct.record_returned(context, episode_id=id_, version=version(id_), returned_at=NOON - 5 * HOUR)
    assert world.row(id_).flags == ["ends_as_it_starts"]


def test_excluded_is_listed_out_of_the_counts_and_can_be_taken_back(context: Context, people: People) -> None:
    id_ = world.episode(context, 5)
    correct.exclude_episode(
        context, episode_id=id_, version=version(id_), reason=ExclusionReason.NOT_MISSING, note="was at a friend's"
    )
    row = world.row(id_)
    assert (row.excluded, row.excluded_reason, row.closed_as) == ("not_missing", "was at a friend's", "withdrawn")
    assert (row.interview_due_at, row.sweep_at, row.person_fields) == (None, None, ["excluded"])
    assert state(context, people, id_) is InterviewState.WITHDRAWN
    with pytest.raises(Refused):
        correct.exclude_episode(context, episode_id=id_, version=version(id_), reason=ExclusionReason.CANCELLED)
    correct.reinstate_episode(context, episode_id=id_, version=version(id_), note="it was right")
    row = world.row(id_)
    assert (row.excluded, row.closed_as, row.interview_due_at) == (None, None, NOON + 67 * HOUR)
    assert state(context, people, id_) is InterviewState.DUE


def test_a_breach_of_an_excluded_episode_is_withdrawn_as_having_left_the_counts(
    context: Context, people: People
) -> None:
    id_ = world.episode(context, 80)
    with writing() as current:
        current.add(Breach(episode_id=id_, clock_no=1, breached_at=NOON - 8 * HOUR, detected_at=NOON - 7 * HOUR))
    correct.exclude_episode(context, episode_id=id_, version=version(id_), reason=ExclusionReason.CREATED_IN_ERROR)
    page = episode_page(acting(context, people.alice), people.alice, id_)
    assert page is not None
    assert [(b.withdrawn_at, b.withdrawn_reason) for b in page.breaches] == [(NOON, "left_the_counts")]


def test_a_person_asks_for_an_interview_where_no_clock_would_run(context: Context, people: People) -> None:
    id_ = world.episode(context, 5, kind=EpisodeKind.NO_APPARENT_RISK)
    assert world.row(id_).interview_due_at is None
    correct.request_interview(context, episode_id=id_, version=version(id_), note="a worrying pattern")
    assert world.row(id_).interview_due_at == NOON + 67 * HOUR
    with pytest.raises(Refused) as again:
        correct.request_interview(context, episode_id=id_, version=version(id_))
    assert codes(again) == ["already_requested"]
    with pytest.raises(Refused) as runs:
        other = world.episode(context, 5)
        correct.request_interview(context, episode_id=other, version=version(other))
    assert codes(runs) == ["clock_runs"]


def test_overlapping_episodes_are_flagged_until_settled(context: Context, people: People) -> None:
    one = world.episode(context, 20, missing_hours=30)
    other = world.episode(context, 30, missing_hours=30, child_id=world.row(one).child_id)
    assert FlagCode.OVERLAPS_ANOTHER in world.row(one).flags
    assert FlagCode.OVERLAPS_ANOTHER in world.row(other).flags
    correct.settle_conflict(
        acting(context, people.alice), episode_id=other, version=version(other), note="two placements"
    )
    for id_ in (one, other):
        row = world.row(id_)
        assert (row.conflict_settled, row.flags, row.needs_decision) == (True, [], False)
    with pytest.raises(Refused) as again:
        correct.settle_conflict(context, episode_id=one, version=version(one))
    assert codes(again) == ["no_conflict"]


def test_correcting_the_overlap_away_takes_the_flags_away(context: Context, people: People) -> None:
    one = world.episode(context, 20, missing_hours=30)
    other = world.episode(context, 30, missing_hours=30, child_id=world.row(one).child_id)
    correct.correct_episode(context, episode_id=one, version=version(one), values={"missing_from_at": NOON - 30 * HOUR})
    assert (world.row(one).flags, world.row(other).flags) == ([], [])  # touching is no overlap


def test_an_episode_that_never_ended_before_a_later_one(context: Context, people: People) -> None:
    open_ = world.episode(context, None, missing_hours=100)
    later = world.episode(context, 5, child_id=world.row(open_).child_id)
    assert (world.row(open_).flags, world.row(later).flags) == (["end_unknown"], [])


def test_the_reason_for_a_breach(context: Context, people: People) -> None:
    id_ = world.episode(context, 80)
    with pytest.raises(Refused) as none:
        correct.give_breach_reason(context, episode_id=id_, reason=BreachReason.NO_CAPACITY)
    assert codes(none) == ["no_breach"]
    with writing() as current:
        current.add(Breach(episode_id=id_, clock_no=1, breached_at=NOON - 8 * HOUR, detected_at=NOON - 7 * HOUR))
    with pytest.raises(Refused) as silent:
        correct.give_breach_reason(context, episode_id=id_, reason=BreachReason.OTHER, note=" ")
    assert silent.value.problems[0].fields == ("note",)
    correct.give_breach_reason(
        acting(context, people.alice), episode_id=id_, reason=BreachReason.NO_CAPACITY, note="two off sick"
    )
    page = episode_page(acting(context, people.alice), people.alice, id_)
    assert page is not None
    assert [(b.reason, b.reason_note, b.reason_by) for b in page.breaches] == [
        (BreachReason.NO_CAPACITY, "two off sick", "Alice")
    ]


def test_correcting_a_field_answers_what_the_police_say_of_it(context: Context, people: People) -> None:
    id_ = world.episode(context, 5, flags=["police_value_differs"], person_fields=["risk"], risk="low")
    with writing() as current:
        current.add(
            EpisodeDecision(episode_id=id_, field="risk", held_value="low", police_value="high", raised_at=NOON)
        )
    correct.correct_episode(context, episode_id=id_, version=version(id_), values={"risk": "high"})
    decided = session().scalars(select(EpisodeDecision)).one()
    assert (decided.decided_at, decided.took_police_value) == (NOON, True)
    assert world.row(id_).flags == []


def test_an_interviewer_changes_nothing_that_is_not_theirs(context: Context, people: People) -> None:
    id_ = world.episode(context, None)
    for person in (people.bob, people.charlie):
        with pytest.raises(Refused) as refused:
            correct.record_returned(
                acting(context, person), episode_id=id_, version=version(id_), returned_at=NOON - HOUR
            )
        assert codes(refused) == ["unknown_episode"]
    interview.allocate(acting(context, people.alice), episode_id=id_, person_id=people.bob.person_id)
    correct.record_returned(acting(context, people.bob), episode_id=id_, version=version(id_), returned_at=NOON - HOUR)
    assert world.row(id_).returned_at == NOON - HOUR


def test_the_clock_across_the_end_of_summer_time_is_72_elapsed_hours(context: Context, people: People) -> None:
    returned = (NOON - timedelta(days=22)).replace(hour=0, minute=30)  # 25 October 2026, 01:30 BST
    id_ = world.episode(context, (NOON - returned) / HOUR)
    assert world.row(id_).interview_due_at == returned + timedelta(seconds=259_200)


def test_two_editors_at_the_very_same_time(app: Flask, context: Context, people: People) -> None:
    id_ = world.episode(context, None)
    shown = version(id_)
    together = Barrier(2)

    def edit(hours_ago: int) -> str:
        with app.app_context():
            together.wait()
            try:
                correct.record_returned(
                    acting(context, people.alice),
                    episode_id=id_,
                    version=shown,
                    returned_at=NOON - hours_ago * HOUR,
                )
            except Conflict:
                return "told"
            finally:
                db.session.remove()
            return "written"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(edit, (1, 2))) == ["told", "written"]
    assert world.row(id_).returned_at is not None
    assert len(episodes.versions_of(session(), id_)) == 1
