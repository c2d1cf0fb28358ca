"""My interviews and My team: what stands on them, in which order, for whom."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from tests import factories, working_day
from tests.services import world
from tests.services.queries import walked
from tests.services.world import HOUR, NOON, People, acting
from tests.working_day import Built
from tracker.core.interview_terms import AllocationKind, InterviewStage
from tracker.core.terms import BreachReason, InterviewState
from tracker.services.allocate_interview import cover
from tracker.services.context import Context, Viewer
from tracker.services.pages.mine import interviews_of, my_interviews
from tracker.services.pages.mine_shapes import MyInterviews
from tracker.services.pages.team import default_team, team_board
from tracker.services.pages.today import EVERYTHING, TodayFilter, today
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import AuditEntry, Person


@pytest.fixture
def teams(people: People) -> tuple[int, int]:
    """Bob's, and another."""
    with writing() as current:
        north, south = factories.team(current, "North").id, factories.team(current, "South").id
        current.get_one(Person, people.bob.person_id).team_id = north
    return north, south


@pytest.fixture
def built(context: Context, people: People, teams: tuple[int, int]) -> Built:
    lead = acting(context, people.alice)
    return working_day.build(lead, people.bob.person_id, people.max.person_id, *teams)


def names(shown: MyInterviews) -> list[str]:
    return [one.first.child_name.split()[0] for one in shown.to_do]


def test_my_interviews_are_in_order_and_a_child_with_two_clocks_stands_once(
    context: Context, people: People, built: Built
) -> None:
    shown = my_interviews(acting(context, people.bob), people.bob)
    assert names(shown) == ["Kit", "Asha", "Bela", "Cato", "Emrys", "Fflur", "Gethin"]
    emrys = shown.to_do[4]
    assert [clock.hours_left for clock in emrys.clocks] == [42.0, 66.0]
    assert (shown.clocks, shown.children, shown.due_soon, shown.overdue) == (8, 7, 3, 0)


def test_the_work_on_each_is_told_in_its_facts(context: Context, people: People, built: Built) -> None:
    shown = {
        one.first.child_name.split()[0]: one for one in my_interviews(acting(context, people.bob), people.bob).to_do
    }
    asha, bela, kit, fflur = shown["Asha"], shown["Bela"], shown["Kit"], shown["Fflur"]
    assert (asha.work.stage, asha.work.attempts, asha.work.answers) == (InterviewStage.ATTEMPTED, 2, 0)
    assert (bela.work.stage, bela.work.answers) == (InterviewStage.PLANNED, 1)
    assert (kit.first.planned_late, bela.first.planned_late) == (True, False)
    assert (fflur.first.holder.authority, fflur.first.holder.holds) == ("Farshire County Council", "asked")
    assert [(one.name, one.dialled) for one in asha.phones] == [("Nia Invented", "07700900123")]
    assert shown["Bela"].phones[0].dialled == "+447700900456"


def test_visits_of_today_and_those_without_an_outcome(context: Context, people: People, built: Built) -> None:
    shown = my_interviews(acting(context, people.bob), people.bob)
    assert [one.interview.child_name for one in shown.visits.rows] == ["Cato Catoson", "Bela Belason"]
    assert [one.child_name for one in shown.later_visits] == ["Kit Kitson"]
    cato = shown.visits.rows[0].interview
    assert (cato.planned_at, cato.ends_at, cato.place) == (NOON - 2 * HOUR, NOON - HOUR, "At home")


def test_what_is_to_be_written_returned_and_handed_over(context: Context, people: People, built: Built) -> None:
    shown = my_interviews(acting(context, people.bob), people.bob)
    assert [one.child_name for one in shown.to_write_up.rows] == ["Dilys Dilysson"]
    assert [(one.interview.child_name, one.returned_by, one.comments) for one in shown.returned] == [
        ("Jodi Jodison", "Max", "Please say what she asked us to do.")
    ]
    given = shown.given_over
    assert [(one.interview.child_name, one.kind, one.by) for one in given] == [
        ("Gethin Gethinson", AllocationKind.HANDED_OVER, "Max")
    ]
    assert given[0].note == "He would rather talk in the car than indoors."


def test_three_people_see_what_is_theirs(context: Context, people: People, built: Built) -> None:
    assert my_interviews(acting(context, people.alice), people.alice).to_do == ()
    assert names(interviews_of(acting(context, people.mary), people.mary, built.away_id)) == ["Ifan"]
    assert interviews_of(acting(context, people.bob), people.bob, built.away_id).to_do == ()
    assert interviews_of(acting(context, people.charlie), people.charlie, people.bob.person_id).to_do == ()


def test_of_those_who_ask_one_after_the_other_each_sees_their_own(
    context: Context, people: People, built: Built, teams: tuple[int, int]
) -> None:
    """The statements are the same; whose they are asked for is not."""
    other = replace(people.bob, person_id=built.away_id)

    def seen(viewer: Viewer, only: TodayFilter = EVERYTHING) -> set[str]:
        shown = today(acting(context, viewer), viewer, only)
        clocks = (*shown.overdue.rows, *shown.running.rows)
        assert len(clocks) == shown.overdue.total + shown.running.total
        return {clock.episode.child_name.split()[0] for clock in clocks if clock.episode}

    for _ in range(2):
        his, theirs, every = seen(people.bob), seen(other), seen(people.alice)
        assert (theirs, seen(people.charlie)) == ({"Ifan"}, set())
        assert {"Kit", "Asha"} <= his < every and not his & theirs and theirs < every
        assert seen(people.bob, TodayFilter(mine=True)) == his and seen(people.alice, TodayFilter(mine=True)) == set()
        north, south = (seen(people.alice, TodayFilter(team_id=team_id)) for team_id in teams)
        assert (south, seen(other, TodayFilter(team_id=teams[1]))) == ({"Hywel", "Ifan"}, {"Ifan"})
        assert north <= every - south


def test_what_is_given_to_another_leaves_at_once(context: Context, people: People, built: Built) -> None:
    cover(acting(context, people.alice), interview_ids=[built.interviews["Asha"]], person_id=people.mary.person_id)
    assert "Asha" not in names(my_interviews(acting(context, people.bob), people.bob))
    theirs = my_interviews(acting(context, people.mary), people.mary)
    assert (names(theirs), theirs.given_over[0].kind) == (["Asha"], AllocationKind.COVER)


def test_the_load_of_each_person(context: Context, people: People, built: Built, teams: tuple[int, int]) -> None:
    board = team_board(acting(context, people.mary), people.mary, teams[0])
    loads = {load.name: load for load in board.loads}
    bob, iola = loads["Bob"], loads["Iola Awayworker"]
    assert (bob.clocks, bob.due_soon, bob.overdue, bob.visits, bob.to_write_up) == (8, 3, 0, 2, 1)
    assert (iola.clocks, iola.is_away, iola.away_until) == (1, True, NOON + 96 * HOUR)
    assert "Alice" not in loads, "whoever is no interviewer and holds nothing is not listed"


def test_overdue_has_the_reason_given_and_the_facts(
    context: Context, people: People, built: Built, teams: tuple[int, int]
) -> None:
    board = team_board(acting(context, people.mary), people.mary, teams[1])
    assert [(one.clock.id, one.reason, one.told_after_hours) for one in board.overdue.rows] == [
        (built.episodes["Hywel"], BreachReason.LATE_NOTICE, 30.0)
    ]
    assert board.overdue.rows[0].clock.allocated_to is None
    assert [clock.id for clock in board.unallocated.rows] == [built.episodes["Hywel"]]
    assert (board.totals.running, board.totals.overdue, board.totals.unallocated) == (2, 1, 1)


def test_work_of_no_team_stands_on_every_teams_board(context: Context, people: People, teams: tuple[int, int]) -> None:
    nobodys = world.episode(context, 10)
    for team_id in (*teams, None):
        board = team_board(acting(context, people.mary), people.mary, team_id)
        assert [clock.id for clock in board.unallocated.rows] == [nobodys]


def test_what_waits_for_a_manager(context: Context, people: People, built: Built, teams: tuple[int, int]) -> None:
    board = team_board(acting(context, people.mary), people.mary, teams[0])
    assert [one.child_name for one in board.approvals.rows] == ["Mabli Mablison"]
    assert [(one.child_name, one.declined_at) for one in board.to_review.rows] == [("Lowri Lowrison", NOON - 9 * HOUR)]
    assert team_board(acting(context, people.mary), people.mary, teams[1]).approvals.total == 0


def test_whoever_is_away_with_clocks_running_is_to_be_covered(
    context: Context, people: People, built: Built, teams: tuple[int, int]
) -> None:
    board = team_board(acting(context, people.mary), people.mary, None)
    assert [(away.load.person_id, [one.id for one in away.interviews]) for away in board.away] == [
        (built.away_id, [built.interviews["Ifan"]])
    ]
    assert board.to_cover == 1
    cover(acting(context, people.mary), interview_ids=[built.interviews["Ifan"]], person_id=people.bob.person_id)
    assert team_board(acting(context, people.mary), people.mary, None).away == ()


def test_a_manager_begins_with_their_own_team(people: People, teams: tuple[int, int]) -> None:
    assert default_team(replace(people.mary, team_id=teams[1])) == teams[1]
    assert default_team(replace(people.alice, team_id=teams[1])) is None


def test_today_says_where_the_work_stands(context: Context, people: People, built: Built) -> None:
    seen = today(acting(context, people.alice), people.alice)
    rows = {clock.episode.id: clock for clock in (*seen.overdue.rows, *seen.running.rows) if clock.episode}
    kit, asha = rows[built.episodes["Kit"]], rows[built.episodes["Asha"]]
    assert kit.episode is not None and kit.episode.planned_late and kit.state is InterviewState.DUE_SOON
    assert asha.episode is not None and asha.episode.work.attempts == 2
    assert [one.child_name for one in seen.visits_passed.rows] == ["Cato Catoson"]
    assert [one.child_name for one in seen.visits_today.rows] == ["Bela Belason"]
    assert [one.child_name for one in seen.to_write_up.rows] == ["Dilys Dilysson"]
    assert [one.interview.child_name for one in seen.unanswered_requests.rows] == ["Fflur Fflurson"]
    assert (seen.totals.unallocated, seen.totals.overdue, seen.totals.due_soon) == (2, 1, 4)


def test_the_filter_by_team_applies_to_every_part(
    context: Context, people: People, built: Built, teams: tuple[int, int]
) -> None:
    south = today(acting(context, people.alice), people.alice, TodayFilter(team_id=teams[1]))
    assert {clock.episode.id for clock in (*south.overdue.rows, *south.running.rows) if clock.episode} == {
        built.episodes["Hywel"], built.episodes["Ifan"],
    }  # fmt: skip
    assert (south.visits_today.total, south.visits_passed.total, south.to_write_up.total) == (0, 0, 0)
    assert (south.unanswered_requests.total, south.approvals.total) == (0, 0)


def test_looking_is_recorded_once_without_a_name(context: Context, people: People) -> None:
    before = session().scalars(select(AuditEntry.id)).all()
    session().rollback()
    my_interviews(acting(context, people.bob), people.bob)
    team_board(acting(context, people.mary), people.mary, None)
    new = session().scalars(select(AuditEntry).where(AuditEntry.id.not_in(before)).order_by(AuditEntry.id)).all()
    assert [(entry.action, entry.subject) for entry in new] == [
        ("list_viewed", "my_interviews"), ("list_viewed", "team"),
    ]  # fmt: skip


def test_on_sqlite_every_query_of_a_large_table_goes_by_an_index(context: Context, people: People) -> None:
    world.episode(context)
    bob, mary = acting(context, people.bob), acting(context, people.mary)
    assert walked(lambda: my_interviews(bob, people.bob)) == []
    assert walked(lambda: team_board(mary, people.mary, None)) == []
