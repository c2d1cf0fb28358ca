"""A decision about whose a line is, taken back; an episode linked to the wrong child, moved to the right one."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from tests import factories
from tests.reports import counts, receive, row
from tests.services import world
from tests.services.world import HOUR, NOON, People, acting, codes
from tracker.core.clock import local_date
from tracker.core.feed import Feed
from tracker.core.report_terms import LineOutcome
from tracker.core.terms import Role
from tracker.services import record_interview as interview
from tracker.services.acknowledge_alert import acknowledge
from tracker.services.actions import add_action
from tracker.services.context import Actor, Context, Viewer
from tracker.services.correct_child import correct_child
from tracker.services.correct_episode import correct_episode
from tracker.services.errors import Conflict, Refused
from tracker.services.find_children import NewChild
from tracker.services.follow_up import follow_up_episode
from tracker.services.meetings import plan_meeting
from tracker.services.move_episode import move_episode
from tracker.services.pages.alerts import alert_page
from tracker.services.raise_alerts import sweep
from tracker.services.raise_notices import raise_notices
from tracker.services.resolve_line import decide_match
from tracker.services.transaction import writing
from tracker.services.undo_match import undo_match
from tracker.store.audit import broken_links
from tracker.store.children import known, rows_by_id
from tracker.store.db import session
from tracker.store.models import (
    Action,
    Alert,
    Child,
    ChildIdentifier,
    ChildKey,
    ChildName,
    Episode,
    EpisodeVersion,
    InterviewEpisode,
    Line,
    MatchDecision,
    RepeatFlagRow,
    StrategyMeeting,
)

MISSING = datetime(2026, 11, 12, 10, 0, tzinfo=UTC)
RETURNED = datetime(2026, 11, 13, 10, 0, tzinfo=UTC)  # its clock ran out two hours before noon


def line(id_: int | None = None) -> Line:
    session().rollback()
    query = select(Line).where(Line.id == id_) if id_ else select(Line)
    return session().scalars(query.execution_options(populate_existing=True)).one()


def episode() -> Episode:
    session().rollback()
    return session().scalars(select(Episode).execution_options(populate_existing=True)).one()


def count(model: type) -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(model)) or 0


def waiting(app: Flask, context: Context, **cells: str | datetime) -> tuple[int, int]:
    """A line that may be about a child held: (the line, the child)."""
    with writing() as current:
        held = factories.child(current, "Inventedname", "Testa", None).id
    given = {"missing": MISSING, "returned": RETURNED, "person": "U9", "postcode": "OX1 1AA", **cells}
    receive(app, context, row(**given))
    assert line().problem_code == "match_undecided"
    return line().id, held


def decide(context: Context, line_id: int, child_id: int | None, feeds: dict[str, Feed]) -> LineOutcome:
    return decide_match(context, line_id=line_id, version=line(line_id).version, child_id=child_id, feeds=feeds)


def undo(context: Context, line_id: int, feeds: dict[str, Feed]) -> int | None:
    return undo_match(
        context, line_id=line_id, version=line(line_id).version, feeds=feeds, reason="Pressed the wrong one"
    )


def test_the_decision_is_kept_with_what_was_shown(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    id_, held = waiting(app, context)
    decide(lead, id_, held, feeds)
    kept = session().scalars(select(MatchDecision)).one()
    assert (kept.line_id, kept.child_id, kept.decided_by_id) == (id_, held, lead.actor.person_id)
    assert [one["child_id"] for one in kept.candidates] == [held]
    compared = {reason["field"]: reason["comparison"] for reason in kept.candidates[0]["reasons"]}
    assert compared["surname"] == "match" and compared["date_of_birth"] == "blank"
    assert "Inventedname" not in str(kept.candidates)


def test_alerts_of_triggers_stay_with_the_line_when_episode_and_child_go(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    """Of an episode found and not returned, and of a flag of its child, which both go with the decision."""
    id_, _ = waiting(app, context)
    decide(lead, id_, None, feeds)
    row_id, child_id = session().execute(select(Episode.id, Episode.child_id)).one()
    with writing() as current:
        current.execute(update(Episode).values(returned_at=None, found_at=MISSING + HOUR))
        current.add(
            RepeatFlagRow(
                child_id=child_id, rule="3_in_90", raised_on=NOON.date(), raised_at=NOON,
                ends_on=NOON.date() + timedelta(days=60), episode_ids=[row_id],
            )
        )  # fmt: skip
    raise_notices(replace(lead, actor=Actor("scheduler")))
    told = count(Alert)
    assert {row.subject for row in session().scalars(select(Alert))} == {"episode", "flag"}
    assert undo(lead, id_, feeds) == child_id
    session().rollback()
    rows = session().scalars(select(Alert)).all()
    assert len(rows) == told
    assert {(row.episode_id, row.child_id) for row in rows} == {(None, None)}
    viewer = Viewer(lead.actor.person_id or 0, "Alice", frozenset({Role.LEAD}))
    for one in rows:
        page = alert_page(lead, viewer, one.reference)
        assert page is not None
        assert (page.line is not None) == (one.subject == "episode"), "the line waits again: it is what is left"
    assert raise_notices(lead).alerts == 0


@pytest.mark.parametrize("is_new", [False, True])
def test_undone_the_line_waits_as_before_and_nothing_of_it_is_left(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed], is_new: bool
) -> None:
    id_, held = waiting(app, context)
    asked = (line().problem_code, line().candidates, line().due_at, line().sweep_at is not None)
    keys = set(session().scalars(select(ChildKey.key).where(ChildKey.child_id == held)))
    decide(lead, id_, None if is_new else held, feeds)
    assert count(Child) == (2 if is_new else 1)
    assert (undo(lead, id_, feeds) is None) is not is_new
    again = line()
    assert (again.problem_code, again.candidates, again.due_at, again.sweep_at is not None) == asked
    assert (again.outcome, again.settled_at, again.episode_id, again.child_id) == ("quarantined", None, None, None)
    assert count(Episode) == 0 and count(Child) == 1 and count(EpisodeVersion) == 0
    child = session().get_one(Child, held)
    assert (child.date_of_birth, child.postcode) == (None, None)
    assert count(ChildIdentifier) == 0 and count(ChildName) == 1
    assert set(session().scalars(select(ChildKey.key))) == keys
    undone = session().scalars(select(MatchDecision)).one()
    assert (undone.undone_at, undone.undone_reason) == (lead.now, "Pressed the wrong one")
    assert not list(broken_links(session()))
    assert decide(lead, id_, held, feeds) is LineOutcome.CREATED
    assert episode().child_id == held


def test_later_lines_of_the_reference_wait_with_it_and_are_decided_with_it(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    id_, held = waiting(app, context)
    decide(lead, id_, None, feeds)
    later = replace(lead, now=lead.now + HOUR)
    receive(app, later, row(missing=MISSING, returned=RETURNED, risk="High"), row("TV2", surname="Other", born=""))
    undo(later, id_, feeds)
    session().rollback()
    found = list(session().scalars(select(Line.outcome).order_by(Line.id)))
    assert found == ["quarantined", "quarantined", "created"]
    decide(later, id_, held, feeds)
    session().rollback()
    assert list(session().scalars(select(Line.outcome).order_by(Line.id))) == ["created", "updated", "created"]
    assert session().scalar(select(Episode.risk).where(Episode.child_id == held)) == "high"


def test_nobody_is_told_twice_and_the_alerts_stay(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    id_, held = waiting(app, context)
    decide(lead, id_, held, feeds)
    sweep(replace(lead, actor=Actor("scheduler")))
    told = count(Alert)
    assert told > 0
    undo(lead, id_, feeds)
    sweep(replace(lead, actor=Actor("scheduler")))
    assert count(Alert) == told
    assert set(session().scalars(select(Alert.line_id))) == {id_}


def test_what_people_did_with_the_episode_stands_in_the_way(
    app: Flask, context: Context, lead: Context, people: People, feeds: dict[str, Feed]
) -> None:
    id_, held = waiting(app, context)
    decide(lead, id_, held, feeds)
    interview.allocate(lead, episode_id=episode().id, person_id=people.bob.person_id)
    correct_episode(lead, episode_id=episode().id, version=episode().version, values={"district": "Invented"})
    sweep(replace(lead, actor=Actor("scheduler")))
    reference = session().scalar(select(Alert.reference).where(Alert.recipient_id == people.alice.person_id))
    acknowledge(lead, reference=reference or "")
    with pytest.raises(Refused) as refused:
        undo(lead, id_, feeds)
    assert codes(refused) == ["worked_on"]
    sentence = refused.value.problems[0].sentence
    assert "an interview is arranged" in sentence and "by hand" in sentence and "answered an alert" in sentence
    assert "Move the episode" in sentence and line().settled_how == "matched"


def test_an_action_and_a_meeting_of_a_persons_stand_in_the_way_and_one_of_a_trigger_goes(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    id_, held = waiting(app, context)
    decide(lead, id_, held, feeds)
    with writing() as current:
        row = current.get_one(Episode, episode().id)
        row.risk = "high"
        follow_up_episode(current, row, lead)
    sweep(replace(lead, actor=Actor("scheduler")))
    meeting = session().scalars(select(StrategyMeeting).where(StrategyMeeting.trigger == "high_risk")).one()
    plan_meeting(lead, meeting_id=meeting.id, version=meeting.version, planned_at=NOON + HOUR)
    child_id, episode_id = episode().child_id, episode().id
    add_action(lead, child_id=child_id, what="Ring", due_on=local_date(NOON), owner_name="Mr", episode_id=episode_id)
    with pytest.raises(Refused) as refused:
        undo(lead, id_, feeds)
    sentence = refused.value.problems[0].sentence
    assert "something is to be done" in sentence and "strategy meeting" in sentence
    with writing() as current:
        current.execute(delete(Action))
        current.execute(update(StrategyMeeting).values(planned_at=None))
    undo(lead, id_, feeds)
    assert count(StrategyMeeting) == 0 and episode_id not in session().scalars(select(Episode.id)).all()


def test_it_is_undone_once_by_whoever_sees_it_as_it_stands(
    app: Flask, context: Context, lead: Context, people: People, feeds: dict[str, Feed]
) -> None:
    id_, held = waiting(app, context)
    with pytest.raises(Refused) as refused:
        undo(lead, id_, feeds)
    assert codes(refused) == ["nothing_to_undo"]
    decide(lead, id_, held, feeds)
    with pytest.raises(Refused) as refused:
        undo(acting(context, people.bob), id_, feeds)
    assert codes(refused) == ["unknown_line"]
    version = line().version
    undo(lead, id_, feeds)
    with pytest.raises(Conflict):
        undo_match(lead, line_id=id_, version=version, feeds=feeds)


def test_what_another_line_says_too_and_what_a_person_entered_stays(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    receive(app, context, row("TV1", missing=MISSING, returned=RETURNED, person="U9"))
    child_id = episode().child_id
    receive(app, replace(context, now=NOON + HOUR), row("TV2", person="U9", sex="Female", postcode="OX1 1AA"))
    correct_child(lead, child_id=child_id, version=session().get_one(Child, child_id).version, values={"sex": "other"})
    second = session().scalar(select(Episode.id).where(Episode.police_reference == "TV2"))
    to = move_episode(lead, episode_id=second or 0, version=world.row(second or 0).version, feeds=feeds,
                      new_child=NewChild("Inventedname", "Testo", date(2012, 3, 4)))  # fmt: skip
    session().rollback()
    first = session().get_one(Child, child_id, populate_existing=True)
    assert (first.sex, first.postcode) == ("other", None)
    numbers = session().execute(select(ChildIdentifier.child_id, ChildIdentifier.value).order_by(ChildIdentifier.id))
    assert [tuple(one) for one in numbers] == [(child_id, "U9"), (to, "U9")]


# moving


def linked(app: Flask, context: Context) -> tuple[int, int]:
    """An episode linked automatically to a child who proves to be another: (the episode, the child)."""
    with writing() as current:
        child_id = factories.child(current, "Inventedname", "Testa").id
    receive(app, context, row(missing=MISSING, returned=RETURNED, address="1 Nowhere Lane", person="U9"))
    assert episode().child_id == child_id and line().match_reasons
    return episode().id, child_id


def test_a_wrong_automatic_link_is_put_right_and_later_lines_follow(
    app: Flask, context: Context, lead: Context, people: People, feeds: dict[str, Feed]
) -> None:
    id_, wrong = linked(app, context)
    with writing() as current:
        right = factories.child(current, "Inventedname", "Testa", team_id=factories.team(current).id).id
    interview.allocate(lead, episode_id=id_, person_id=people.bob.person_id)
    before = {name: getattr(world.row(id_), name) for name in ("interview_due_at", "clock_no", "clock_open")}
    move_episode(lead, episode_id=id_, version=world.row(id_).version, child_id=right, feeds=feeds)
    moved = world.row(id_)
    assert moved.child_id == right and moved.team_id is not None
    assert {name: getattr(moved, name) for name in before} == before
    assert line().child_id == right and count(InterviewEpisode) == 1
    children = rows_by_id(session(), [wrong, right])
    assert children[wrong].address is None
    numbers = known(session(), children.values(), "thames-valley")
    assert (numbers[wrong].police_person_ids, numbers[right].police_person_ids) == ((), ("U9",))
    decision = session().scalars(select(MatchDecision)).one()
    assert (decision.child_id, decision.undone_at) == (right, None)
    session().rollback()
    later = replace(lead, now=lead.now + HOUR)
    assert counts(receive(app, later, row(missing=MISSING, returned=RETURNED, risk="High"))) == {"updated": 1}
    assert episode().child_id == right


def test_a_child_made_by_the_wrong_decision_goes_with_its_only_episode(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    id_, held = waiting(app, context)
    decide(lead, id_, None, feeds)
    moved = episode()
    move_episode(lead, episode_id=moved.id, version=moved.version, child_id=held, feeds=feeds)
    assert count(Child) == 1 and episode().child_id == held
    child = session().get_one(Child, held)
    assert child.id == held and count(MatchDecision) == 2


def test_an_interview_held_for_both_must_be_parted_first_and_a_planned_one_is_planned_twice(
    app: Flask, context: Context, lead: Context, people: People, feeds: dict[str, Feed]
) -> None:
    one, two = world.episode(context, 30), None
    child_id = world.row(one).child_id
    two = world.episode(context, 80, child_id=child_id)
    with writing() as current:
        right = factories.child(current, "Quillfeather").id
        rows = [current.get_one(Episode, id_) for id_ in (one, two)]
        planned = factories.interview(current, rows, allocated_to_id=people.bob.person_id, offered_at=NOON).id
    move_episode(lead, episode_id=one, version=world.row(one).version, child_id=right, feeds=feeds)
    links = session().execute(select(InterviewEpisode.interview_id, InterviewEpisode.episode_id)).all()
    assert {episode_id: held for held, episode_id in links}[two] == planned
    assert len({held for held, _ in links}) == 2
    move_episode(lead, episode_id=one, version=world.row(one).version, child_id=child_id, feeds=feeds)
    interview.record_completed(lead, episode_ids=[one, two], completed_at=NOON - HOUR)
    with pytest.raises(Refused) as refused:
        move_episode(lead, episode_id=one, version=world.row(one).version, child_id=right, feeds=feeds)
    assert codes(refused) == ["interview_of_both"] and world.row(one).child_id == child_id


@pytest.mark.parametrize(("target", "code"), [("same", "same_child"), (9999, "unknown_child"), (None, "missing_value")])
def test_where_an_episode_cannot_go(
    context: Context, lead: Context, feeds: dict[str, Feed], target: object, code: str
) -> None:
    id_ = world.episode(context, 30)
    child_id = world.row(id_).child_id if target == "same" else target
    with pytest.raises(Refused) as refused:
        move_episode(lead, episode_id=id_, version=world.row(id_).version, child_id=child_id, feeds=feeds)  # type: ignore[arg-type]
    assert codes(refused) == [code]


def test_a_move_of_what_changed_meanwhile_is_a_conflict(
    context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    id_ = world.episode(context, 30)
    with writing() as current:
        right = factories.child(current, "Quillfeather").id
    with pytest.raises(Conflict):
        move_episode(lead, episode_id=id_, version=world.row(id_).version - 1, child_id=right, feeds=feeds)
    assert world.row(id_).missing_from_at + timedelta(hours=30) == NOON - 30 * HOUR
