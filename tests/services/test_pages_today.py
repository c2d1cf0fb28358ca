"""Today: each part holds what it should, in its order, for those who may see it, by the partial indexes."""

from sqlalchemy import select

from tests.services import world
from tests.services.queries import walked
from tests.services.world import DAY, HOUR, NOON, People, acting
from tracker.core.alert_terms import Rung
from tracker.core.terms import EpisodeKind, FlagCode, InterviewState, RiskLevel
from tracker.services import correct_episode as correct
from tracker.services import record_interview as interview
from tracker.services.context import Context, Viewer
from tracker.services.engine_state import state
from tracker.services.pages.today import EVERYTHING, Today, TodayFilter, today
from tracker.services.pages.today_shapes import Clock
from tracker.services.people import disable_person
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import Alert, AuditEntry, EpisodeDecision


def seen_by(viewer: Viewer, context: Context, only: TodayFilter = EVERYTHING) -> Today:
    return today(acting(context, viewer), viewer, only)


def episode_ids(section: object) -> list[int | None]:
    return [clock.episode.id if isinstance(clock, Clock) and clock.episode else clock.id for clock in section.rows]  # type: ignore[attr-defined]


def test_clocks_stand_in_order_with_their_hours(context: Context, people: People) -> None:
    far = world.episode(context, 10)
    soon = world.episode(context, 60)
    late = world.episode(context, 73)
    later = world.episode(context, 100)
    seen = seen_by(people.alice, context)
    assert episode_ids(seen.overdue) == [later, late]
    assert episode_ids(seen.running) == [soon, far]
    first, second = seen.running.rows
    assert (first.hours_left, first.state, first.urgency) == (12.0, InterviewState.DUE_SOON, "amber")
    assert (second.hours_left, second.state, second.urgency) == (62.0, InterviewState.DUE, "none")
    assert (seen.overdue.rows[0].hours_left, seen.overdue.rows[0].urgency) == (-28.0, "red")
    assert (seen.overdue.total, seen.running.total) == (2, 2)


def test_a_clock_at_its_very_deadline_still_runs(context: Context, people: People) -> None:
    id_ = world.episode(context, 72)
    seen = seen_by(people.alice, context)
    assert (episode_ids(seen.running), episode_ids(seen.overdue)) == ([id_], [])
    assert seen.running.rows[0].hours_left == 0


def test_what_is_closed_leaves_and_who_has_it_is_shown(context: Context, people: People) -> None:
    kept, closed = world.episode(context, 20), world.episode(context, 30)
    interview.allocate(acting(context, people.alice), episode_id=kept, person_id=people.bob.person_id)
    interview.record_completed(acting(context, people.alice), episode_ids=[closed], completed_at=NOON)
    seen = seen_by(people.alice, context)
    assert episode_ids(seen.running) == [kept]
    shown = seen.running.rows[0].episode
    assert shown is not None
    assert (shown.allocated_to_id, shown.allocated_to) == (people.bob.person_id, "Bob")


def test_a_line_with_a_readable_return_stands_among_the_clocks(context: Context, people: People) -> None:
    before, after = world.episode(context, 60), world.episode(context, 10)
    waiting = world.line(world.receipt(), 3, due_at=NOON + 30 * HOUR, problem_code="match_undecided")
    overdue = world.line(world.receipt(), 4, due_at=NOON - HOUR, problem_code="unknown_value")
    world.line(world.receipt(), 5, due_at=NOON - HOUR, settled_at=NOON, problem_code="unknown_value")
    seen = seen_by(people.alice, context)
    subjects = [clock.episode.id if clock.episode else clock.line.id for clock in seen.running.rows]
    assert subjects == [before, waiting, after]
    assert [clock.line.id for clock in seen.overdue.rows if clock.line] == [overdue]
    assert {line.id for line in seen.lines_to_decide.rows} == {waiting, overdue}


def test_lines_that_ask_whether_it_is_the_same_episode_stand_apart(context: Context, people: People) -> None:
    receipt = world.receipt()
    asks = world.line(receipt, 1, problem_code="same_episode_undecided", candidates=[{"episode_id": 1}])
    other = world.line(receipt, 2, problem_code="match_undecided")
    seen = seen_by(people.alice, context)
    assert [line.id for line in seen.same_episode.rows] == [asks]
    assert [line.id for line in seen.lines_to_decide.rows] == [other]
    assert seen.same_episode.rows[0].candidates == 1


def test_of_those_not_back_the_highest_risk_stands_first(context: Context, people: People) -> None:
    risks = (RiskLevel.LOW, None, RiskLevel.HIGH, RiskLevel.HIGH, RiskLevel.MEDIUM)
    low, ungraded, older, newer, medium = (
        world.episode(context, None, missing_hours=hours, risk=risk)
        for hours, risk in zip((2, 3, 90, 50, 1), risks, strict=True)
    )
    assert episode_ids(seen_by(people.alice, context).awaiting_return) == [newer, older, medium, low, ungraded]


def test_returns_awaited_and_found_but_not_returned(context: Context, people: People) -> None:
    missing = world.episode(context, None)
    found = world.episode(context, None, found_at=NOON - HOUR)
    world.episode(context, None, kind=EpisodeKind.NO_APPARENT_RISK)
    world.episode(context, None, excluded="cancelled")
    seen = seen_by(people.alice, context)
    assert episode_ids(seen.awaiting_return) == [missing]
    assert episode_ids(seen.found_not_returned) == [found]


def test_found_and_interviewed_but_not_returned_is_not_lost(context: Context, people: People) -> None:
    found = world.episode(context, None, found_at=NOON - 5 * HOUR)
    interview.record_completed(acting(context, people.alice), episode_ids=[found], completed_at=NOON - HOUR)
    assert episode_ids(seen_by(people.alice, context).found_not_returned) == [found]


def test_flags_that_ask_a_person(context: Context, people: People) -> None:
    police = world.episode(context, 5, flags=[str(FlagCode.POLICE_SAY_STILL_MISSING)])
    one = world.episode(context, 20, missing_hours=40)
    other = world.episode(context, 30, missing_hours=40, child_id=world.row(one).child_id)
    seen = seen_by(people.alice, context)
    assert episode_ids(seen.still_missing) == [police]
    assert episode_ids(seen.conflicts) == [other, one]
    correct.settle_conflict(acting(context, people.alice), episode_id=one, version=world.row(one).version)
    assert seen_by(people.alice, context).conflicts.total == 0


def test_value_decisions_wait_until_decided(context: Context, people: People) -> None:
    id_ = world.episode(context)
    with writing() as current:
        for field, decided in (("risk", None), ("kind", NOON)):
            current.add(
                EpisodeDecision(
                    episode_id=id_,
                    field=field,
                    held_value="low",
                    police_value="high",
                    raised_at=NOON,
                    decided_at=decided,
                )
            )
    seen = seen_by(people.alice, context)
    assert [(row.field, row.episode_id) for row in seen.value_decisions.rows] == [("risk", id_)]


def test_approvals_wait_for_a_manager_who_did_not_propose(context: Context, people: People) -> None:
    id_ = world.episode(context)
    held = interview.propose_not_required(acting(context, people.mary), episode_id=id_, reason="a reason")
    by_proposer = seen_by(people.mary, context).approvals.rows
    by_other = seen_by(people.max, context).approvals.rows
    assert [(row.interview_id, row.episode_ids, row.proposed_by) for row in by_other] == [(held, (id_,), "Mary")]
    assert (by_proposer[0].may_approve, by_other[0].may_approve) == (False, True)
    interview.approve_not_required(acting(context, people.max), interview_id=held)
    assert seen_by(people.max, context).approvals.total == 0


def test_new_repeat_flags_until_reviewed(context: Context, people: People) -> None:
    first = world.episode(context, 300)
    child_id = world.row(first).child_id
    world.episode(context, 200, child_id=child_id)
    assert seen_by(people.alice, context).repeat_flags.total == 0
    world.episode(context, 20, child_id=child_id)
    flags = seen_by(people.alice, context).repeat_flags
    assert {(flag.rule, flag.child_id, flag.episodes) for flag in flags.rows} == {
        ("3_in_365", child_id, 3),
        ("3_in_90", child_id, 3),
    }
    from tracker.services.review_repeat import review_flag

    for flag in flags.rows:
        review_flag(acting(context, people.alice), flag_id=flag.id, decision="strategy meeting on Monday")
    assert seen_by(people.alice, context).repeat_flags.total == 0


def test_reports_of_the_last_day_with_what_became_of_their_lines(context: Context, people: People) -> None:
    new = world.receipt(NOON - 2 * HOUR, lines_read=3)
    world.receipt(NOON - 25 * HOUR)
    world.line(new, 1, "created")
    world.line(new, 2, "created")
    world.line(new, 3, problem_code="unknown_value")
    seen = seen_by(people.alice, context)
    assert [row.receipt_id for row in seen.reports.rows] == [new]
    assert dict(seen.reports.rows[0].outcomes) == {"created": 2, "quarantined": 1}
    assert seen.reports.rows[0].waiting == 1
    assert seen.last_report_at == NOON - 2 * HOUR


def test_a_plan_is_shown_while_it_lies_ahead(context: Context, people: People) -> None:
    planned, past = world.episode(context, 80), world.episode(context, 90)
    with writing() as current:
        for number, (id_, at) in enumerate(((planned, NOON + HOUR), (past, NOON - HOUR))):
            current.add(
                Alert(
                    reference=f"r{number}",
                    dedupe_key=f"d{number}",
                    subject="episode",
                    subject_id=id_,
                    episode_id=id_,
                    clock_no=1,
                    rung=str(Rung.OVERDUE),
                    rungs=[str(Rung.OVERDUE)],
                    recipient_id=people.alice.person_id,
                    due_at=NOON,
                    raised_at=NOON - 2 * HOUR,
                    acknowledged_at=NOON - 2 * HOUR,
                    planned_at=at,
                )
            )
    seen = seen_by(people.alice, context)
    assert {clock.episode.id: clock.planned_at for clock in seen.overdue.rows if clock.episode} == {
        planned: NOON + HOUR,
        past: None,
    }


def test_nobody_would_be_told_is_said(context: Context, people: People) -> None:
    assert state(context, 180).rungs_reaching_nobody == ()
    for person in (people.alice, people.mary, people.max):
        disable_person(context, person_id=person.person_id)
    assert state(context, 180).rungs_reaching_nobody == tuple(Rung)


def test_three_people_see_what_is_theirs(context: Context, people: People) -> None:
    mine, others = world.episode(context, 10), world.episode(context, 20)
    world.line(world.receipt(), 1, problem_code="unknown_value", due_at=NOON + HOUR)
    interview.allocate(acting(context, people.alice), episode_id=mine, person_id=people.bob.person_id)
    alice = seen_by(people.alice, context)
    assert {clock.episode.id for clock in alice.running.rows if clock.episode} == {mine, others}
    bob = seen_by(people.bob, context)
    assert [clock.episode.id if clock.episode else None for clock in bob.running.rows] == [mine]
    assert (bob.lines_to_decide.total, bob.reports.total) == (0, 0)
    charlie = seen_by(people.charlie, context)
    assert (charlie.running.total, charlie.overdue.total, charlie.lines_to_decide.total) == (0, 0, 0)


def test_narrowed_to_a_team_and_to_mine(context: Context, people: People) -> None:
    from tracker.services.people import add_team

    team = add_team(context, name="North")
    theirs, mine = world.episode(context, 10, team_id=team), world.episode(context, 20)
    interview.allocate(acting(context, people.mary), episode_id=mine, person_id=people.alice.person_id)
    world.line(world.receipt(), 1, problem_code="unknown_value", due_at=NOON + HOUR)
    assert episode_ids(seen_by(people.alice, context, TodayFilter(team_id=team)).running) == [theirs]
    assert episode_ids(seen_by(people.alice, context, TodayFilter(mine=True)).running) == [mine]


def test_looking_is_recorded_once_without_a_name(context: Context, people: People) -> None:
    world.episode(context)
    before = session().scalars(select(AuditEntry.id)).all()
    session().rollback()
    seen_by(people.alice, context, TodayFilter(mine=True))
    new = session().scalars(select(AuditEntry).where(AuditEntry.id.not_in(before))).all()
    assert [(entry.action, entry.subject, entry.details) for entry in new] == [
        ("list_viewed", "today", {"filter": {"mine": True}})
    ]


def test_a_child_who_was_an_adult_already_is_not_awaited(context: Context, people: People) -> None:
    from tests import factories

    with writing() as current:
        adult = factories.child(current, date_of_birth=(NOON - 365 * 20 * DAY).date())
        factories.episode(current, adult, NOON - 30 * HOUR, context=context)
    assert seen_by(people.alice, context).awaiting_return.total == 0


def test_on_sqlite_every_query_of_a_large_table_goes_by_an_index(context: Context, people: People) -> None:
    world.episode(context)
    assert walked(lambda: seen_by(people.alice, context)) == []
