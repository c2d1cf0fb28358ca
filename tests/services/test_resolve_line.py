"""A person settles what a report left open: lines that wait, children, episodes, values, returns that are doubted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.factories import child, episode, person
from tests.reports import COLUMNS, counts, receive, row, said
from tests.services.world import codes
from tracker.core.feed import Feed
from tracker.core.report_terms import LineOutcome
from tracker.core.terms import FlagCode, Role
from tracker.services.context import Actor, Context
from tracker.services.errors import Conflict, Refused
from tracker.services.resolve_line import correct_and_replay, decide_match, decide_same_episode, dismiss
from tracker.services.settle_differences import decide_value, settle_still_missing
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import AuditEntry, Child, Episode, EpisodeDecision, EpisodeVersion, Line

MISSING = datetime(2026, 11, 15, 10, 0, tzinfo=UTC)
RETURNED = datetime(2026, 11, 15, 18, 30, tzinfo=UTC)


@pytest.fixture
def lead(app: Flask, context: Context) -> Context:
    """What the lead acts with, an hour after the report came."""
    with writing() as current:
        who = person(current, Role.LEAD)
        return replace(context, now=context.now + timedelta(hours=1), actor=Actor(who.name, who.id))


def count(model: type) -> int:
    return session().scalar(select(func.count()).select_from(model)) or 0


def waiting() -> Line:
    session().rollback()
    query = select(Line).where(Line.outcome == "quarantined", Line.settled_at.is_(None))
    return session().scalars(query).one()


def line_of(line_id: int) -> Line:
    session().rollback()
    return session().get_one(Line, line_id, populate_existing=True)


def one_episode() -> Episode:
    session().rollback()
    return session().scalars(select(Episode).execution_options(populate_existing=True)).one()


# correcting and dismissing


def test_a_corrected_line_gets_its_real_outcome_at_its_own_age(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    receive(app, context, row(missing=MISSING, returned="not known"))
    line = waiting()
    id_, version = line.id, line.version
    fixed = {COLUMNS["returned"]: said(RETURNED)}
    outcome = correct_and_replay(lead, line_id=id_, version=version, cells=fixed, feeds=feeds)
    assert outcome is LineOutcome.CREATED
    held, done = one_episode(), line_of(id_)
    assert held.returned_at == RETURNED and held.notified_at == context.now and held.as_of_at == context.now
    assert (done.outcome, done.settled_how, done.settled_by_id) == ("created", "corrected", lead.actor.person_id)
    assert done.settled_at == lead.now and done.sweep_at is None and done.problem_code is None
    assert done.cells[COLUMNS["returned"]] == "not known"
    assert done.corrected_cells is not None and done.corrected_cells[COLUMNS["returned"]] == said(RETURNED)


def test_a_replay_of_an_old_line_does_not_undo_what_came_later(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    receive(app, context, row(risk="Blue"))
    line = waiting()
    id_, version = line.id, line.version
    receive(app, replace(context, now=context.now + timedelta(minutes=30)), row(risk="High"))
    fixed = {COLUMNS["risk"]: "Low"}
    outcome = correct_and_replay(lead, line_id=id_, version=version, cells=fixed, feeds=feeds)
    assert outcome is LineOutcome.STALE and one_episode().risk == "high"


def test_a_line_that_still_has_problems_waits_with_the_new_ones(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    receive(app, context, row(status="Nonsense", risk="Blue"))
    line = waiting()
    id_, version = line.id, line.version
    fixed = {COLUMNS["status"]: "Missing"}
    outcome = correct_and_replay(lead, line_id=id_, version=version, cells=fixed, feeds=feeds)
    assert outcome is LineOutcome.QUARANTINED
    held = waiting()
    assert held.id == id_ and [one["fields"] for one in held.problems] == [["risk"]]


def test_the_receipts_counts_still_add_up_after_a_replay(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    receive(app, context, row("TV1", risk="Blue"), row("TV2", surname="Othername"))
    line = waiting()
    cells = {COLUMNS["risk"]: "High"}
    correct_and_replay(lead, line_id=line.id, version=line.version, cells=cells, feeds=feeds)
    assert list(session().scalars(select(Line.outcome).order_by(Line.line_no))) == ["created", "created"]


def test_a_line_emptied_of_everything_is_to_be_dismissed(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    receive(app, context, row(risk="Blue"))
    line = waiting()
    with pytest.raises(Refused) as refused:
        correct_and_replay(
            lead, line_id=line.id, version=line.version, cells=dict.fromkeys(COLUMNS.values(), ""), feeds=feeds
        )
    assert codes(refused) == ["blank"] and waiting().corrected_cells is None


def test_a_dismissed_line_keeps_its_text_and_its_reason(app: Flask, context: Context, lead: Context) -> None:
    receive(app, context, row(status="Nonsense", missing=MISSING, returned=RETURNED))
    line = waiting()
    id_ = line.id
    assert line.sweep_at is not None
    dismiss(lead, line_id=id_, version=line.version, reason="An adult, sent by mistake")
    done = line_of(id_)
    assert (done.outcome, done.settled_how, done.settled_reason) == (
        "quarantined",
        "dismissed",
        "An adult, sent by mistake",
    )
    assert done.sweep_at is None and done.cells[COLUMNS["status"]] == "Nonsense"


def test_dismissing_asks_why(app: Flask, context: Context, lead: Context) -> None:
    receive(app, context, row(status="Nonsense"))
    line = waiting()
    with pytest.raises(Refused) as refused:
        dismiss(lead, line_id=line.id, version=line.version, reason="  ")
    assert codes(refused) == ["missing_value"]


def test_of_two_people_at_once_the_second_is_told(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    receive(app, context, row(risk="Blue"))
    line = waiting()
    id_, version = line.id, line.version
    dismiss(lead, line_id=id_, version=version, reason="An adult")
    with pytest.raises(Conflict) as conflict:
        correct_and_replay(lead, line_id=id_, version=version, cells={COLUMNS["risk"]: "High"}, feeds=feeds)
    assert "Somebody else" in conflict.value.problems[0].sentence and count(Episode) == 0


def test_a_line_corrected_meanwhile_is_a_conflict_even_while_it_waits(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    receive(app, context, row(status="Nonsense", risk="Blue"))
    line = waiting()
    id_, version = line.id, line.version
    correct_and_replay(lead, line_id=id_, version=version, cells={COLUMNS["status"]: "Missing"}, feeds=feeds)
    with pytest.raises(Conflict):
        correct_and_replay(lead, line_id=id_, version=version, cells={COLUMNS["risk"]: "High"}, feeds=feeds)


def test_who_may_not_see_every_record_cannot_settle_a_line(app: Flask, context: Context) -> None:
    receive(app, context, row(risk="Blue"))
    line = waiting()
    id_, version = line.id, line.version
    with writing() as current:
        who = person(current, Role.INTERVIEWER)
        outsider = replace(context, actor=Actor(who.name, who.id))
    with pytest.raises(Refused) as refused:
        dismiss(outsider, line_id=id_, version=version, reason="Mine")
    assert codes(refused) == ["unknown_line"]


# which child


def ambiguous(app: Flask, context: Context, **cells: str | datetime) -> tuple[int, int, int]:
    """A line that may be about a child held: (the line, its version, the child)."""
    with writing() as current:
        known = child(current, "Inventedname", "Testa", None).id
    receive(app, context, row(**{"missing": MISSING, "returned": RETURNED, **cells}))
    line = waiting()
    assert line.problem_code == "match_undecided"
    return line.id, line.version, known


def test_deciding_that_it_is_the_child_held(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    id_, version, known = ambiguous(app, context)
    outcome = decide_match(lead, line_id=id_, version=version, child_id=known, feeds=feeds)
    held = one_episode()
    assert outcome is LineOutcome.CREATED and held.child_id == known and count(Child) == 1
    assert str(session().get_one(Child, known).date_of_birth) == "2012-03-04"
    done = line_of(id_)
    assert (done.settled_how, done.child_id, done.episode_id) == ("matched", known, held.id)
    assert held.interview_due_at == RETURNED + timedelta(hours=72)


def test_deciding_that_it_is_a_child_not_held(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    id_, version, known = ambiguous(app, context)
    decide_match(lead, line_id=id_, version=version, child_id=None, feeds=feeds)
    assert one_episode().child_id != known and count(Child) == 2


def test_the_same_question_of_another_day_is_answered_with_it(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    id_, version, known = ambiguous(app, context, returned="")
    receive(app, replace(context, now=context.now + timedelta(minutes=30)), row(missing=MISSING, returned=RETURNED))
    assert session().scalars(select(Line.problem_code)).all() == ["match_undecided", "match_undecided"]
    decide_match(lead, line_id=id_, version=version, child_id=known, feeds=feeds)
    session().rollback()
    assert list(session().scalars(select(Line.outcome).order_by(Line.id))) == ["created", "updated"]
    assert one_episode().returned_at == RETURNED


def test_a_decided_child_with_an_episode_logged_by_hand_asks_about_that_next(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    id_, version, known = ambiguous(app, context)
    with writing() as current:
        by_hand_id = episode(current, current.get_one(Child, known), MISSING + timedelta(hours=1)).id
    outcome = decide_match(lead, line_id=id_, version=version, child_id=known, feeds=feeds)
    line = waiting()
    assert outcome is LineOutcome.QUARANTINED and line.problem_code == "same_episode_undecided"
    assert line.child_id == known and line.candidates == [{"episode_id": by_hand_id}]
    decide_same_episode(lead, line_id=id_, version=line.version, episode_id=by_hand_id, feeds=feeds)
    assert one_episode().police_reference == "TV26000001"


def test_a_child_that_there_is_not(app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]) -> None:
    id_, version, _known = ambiguous(app, context)
    with pytest.raises(Refused) as refused:
        decide_match(lead, line_id=id_, version=version, child_id=9999, feeds=feeds)
    assert codes(refused) == ["unknown_child"] and waiting().id == id_


def test_a_different_child_may_be_said_to_be_the_one_held(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    receive(app, context, row(missing=MISSING))
    child_id = one_episode().child_id
    other = row(surname="Whollyother", forename="Fictor", born="", missing=MISSING, returned=RETURNED)
    receive(app, replace(context, now=lead.now - timedelta(minutes=1)), other)
    line = waiting()
    assert line.problem_code == "different_child"
    outcome = decide_match(lead, line_id=line.id, version=line.version, child_id=child_id, feeds=feeds)
    assert outcome is LineOutcome.UPDATED and one_episode().returned_at == RETURNED


def test_a_reference_that_is_held_cannot_be_a_new_childs(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    receive(app, context, row(missing=MISSING))
    other = row(surname="Whollyother", forename="Fictor", born="", missing=MISSING)
    receive(app, replace(context, now=lead.now - timedelta(minutes=1)), other)
    line = waiting()
    with pytest.raises(Refused) as refused:
        decide_match(lead, line_id=line.id, version=line.version, child_id=None, feeds=feeds)
    assert codes(refused) == ["different_child"] and count(Child) == 1


def test_a_line_that_asks_something_else_is_not_matched(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    receive(app, context, row(risk="Blue"))
    line = waiting()
    with pytest.raises(Refused) as refused:
        decide_match(lead, line_id=line.id, version=line.version, child_id=None, feeds=feeds)
    assert codes(refused) == ["nothing_to_decide"]


# the same episode?


def by_hand(app: Flask, context: Context, **values: object) -> tuple[int, int, int]:
    """An episode logged by hand and a line near it: (the line, its version, the episode)."""
    with writing() as current:
        given = {"person_fields": ["missing_from_at", "risk"], "risk": "low", **values}
        held = episode(current, child(current, "Inventedname", "Testa"), MISSING + timedelta(hours=2), **given).id
    receive(app, context, row(missing=MISSING, returned=RETURNED))
    line = waiting()
    assert line.problem_code == "same_episode_undecided"
    return line.id, line.version, held


def test_joining_gives_the_reference_and_what_a_person_entered_stands(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    id_, version, held_id = by_hand(app, context)
    outcome = decide_same_episode(lead, line_id=id_, version=version, episode_id=held_id, feeds=feeds)
    held = one_episode()
    assert outcome is LineOutcome.UPDATED and held.id == held_id
    assert (held.police_force, held.police_reference) == ("thames-valley", "TV26000001")
    assert held.missing_from_at == MISSING + timedelta(hours=2) and held.returned_at == RETURNED
    fields = set(session().scalars(select(EpisodeDecision.field)))
    assert fields == {"missing_from_at", "risk"} and FlagCode.POLICE_VALUE_DIFFERS in held.flags
    assert held.interview_due_at == RETURNED + timedelta(hours=72)
    assert line_of(id_).settled_how == "same_episode_decided"


def test_another_episode_after_all(app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]) -> None:
    id_, version, held_id = by_hand(app, context)
    outcome = decide_same_episode(lead, line_id=id_, version=version, episode_id=None, feeds=feeds)
    session().rollback()
    rows = session().scalars(select(Episode).order_by(Episode.id)).all()
    assert outcome is LineOutcome.CREATED and len(rows) == 2 and len({held.child_id for held in rows}) == 1
    assert rows[0].id == held_id and rows[0].police_reference is None


def test_an_episode_of_another_child_cannot_be_joined(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    id_, version, _held = by_hand(app, context)
    with writing() as current:
        other = episode(current, child(current), MISSING).id
    with pytest.raises(Refused) as refused:
        decide_same_episode(lead, line_id=id_, version=version, episode_id=other, feeds=feeds)
    assert codes(refused) == ["unknown_episode"]


def test_an_episode_that_got_a_reference_meanwhile_is_a_conflict(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    id_, version, held_id = by_hand(app, context)
    with writing() as current:
        held = current.get_one(Episode, held_id)
        held.police_force, held.police_reference = "thames-valley", "TV777"
    with pytest.raises(Conflict):
        decide_same_episode(lead, line_id=id_, version=version, episode_id=held_id, feeds=feeds)


# the police's value


def disagreement(app: Flask, context: Context, field: str, held: object, **cells: str | datetime) -> int:
    """A police value that differs from one a person entered: the decision."""
    receive(app, context, row(missing=MISSING, returned=RETURNED))
    with writing() as current:
        found = current.scalars(select(Episode)).one()
        setattr(found, field, held)
        found.person_fields = [field]
    newer = replace(context, now=context.now + timedelta(minutes=5))
    receive(app, newer, row(**{"missing": MISSING, "returned": RETURNED, "address": "2 Nowhere Lane", **cells}))
    return session().scalars(select(EpisodeDecision.id)).one()


def test_the_polices_time_taken_moves_the_deadline_and_is_theirs_from_then_on(
    app: Flask, context: Context, lead: Context
) -> None:
    ours = RETURNED - timedelta(hours=1)
    decision = disagreement(app, context, "returned_at", ours)
    decide_value(lead, decision_id=decision, take_police_value=True)
    held = one_episode()
    assert held.returned_at == RETURNED and held.interview_due_at == RETURNED + timedelta(hours=72)
    assert held.person_fields == [] and FlagCode.POLICE_VALUE_DIFFERS not in held.flags
    version = session().scalars(select(EpisodeVersion).order_by(EpisodeVersion.id.desc())).first()
    assert version is not None and version.changed_by_id == lead.actor.person_id


def test_ours_may_stand_and_is_not_asked_about_again(app: Flask, context: Context, lead: Context) -> None:
    decision = disagreement(app, context, "risk", "low", risk="High")
    decide_value(lead, decision_id=decision, take_police_value=False)
    held = one_episode()
    assert held.risk == "low" and FlagCode.POLICE_VALUE_DIFFERS not in held.flags
    session().rollback()
    again = row(missing=MISSING, returned=RETURNED, risk="High", circumstances="Left after tea.")
    receive(app, replace(lead, now=lead.now + timedelta(hours=1)), again)
    held = one_episode()
    assert count(EpisodeDecision) == 1 and FlagCode.POLICE_VALUE_DIFFERS not in held.flags


def test_a_value_is_decided_once(app: Flask, context: Context, lead: Context) -> None:
    decision = disagreement(app, context, "risk", "low", risk="High")
    decide_value(lead, decision_id=decision, take_police_value=True)
    with pytest.raises(Conflict):
        decide_value(lead, decision_id=decision, take_police_value=False)
    assert one_episode().risk == "high"


@pytest.mark.parametrize(
    ("field", "held", "cells", "expected"),
    [
        ("known_to_services", False, {"known_to": "CSC"}, True),
        ("kind", "away_from_placement_without_authorisation", {"kind": "Missing"}, "missing"),
        ("circumstances", "Ours", {"circumstances": "Theirs"}, "Theirs"),
        ("excluded", None, {"status": "Cancelled"}, "cancelled"),
    ],
)
def test_every_sort_of_value_can_be_taken(
    app: Flask,
    context: Context,
    lead: Context,
    field: str,
    held: object,
    cells: dict[str, str],
    expected: object,
) -> None:
    decision = disagreement(app, context, field, held, **cells)
    decide_value(lead, decision_id=decision, take_police_value=True)
    assert getattr(one_episode(), field) == expected


def test_a_police_time_that_puts_the_end_before_the_start_is_refused(
    app: Flask, context: Context, lead: Context
) -> None:
    decision = disagreement(app, context, "missing_from_at", MISSING - timedelta(hours=2))
    with writing() as current:
        current.scalars(select(Episode)).one().returned_at = MISSING - timedelta(hours=1)
    with pytest.raises(Refused) as refused:
        decide_value(lead, decision_id=decision, take_police_value=True)
    assert codes(refused) == ["return_before_missing"]


# police say still missing


def doubted(app: Flask, context: Context) -> int:
    receive(app, context, row(missing=MISSING, returned=RETURNED, found=RETURNED))
    receive(app, replace(context, now=context.now + timedelta(minutes=5)), row(missing=MISSING))
    held = one_episode()
    assert FlagCode.POLICE_SAY_STILL_MISSING in held.flags and held.needs_decision
    return held.id


def test_the_return_stands(app: Flask, context: Context, lead: Context) -> None:
    id_ = doubted(app, context)
    settle_still_missing(lead, episode_id=id_, decision="returned_stands")
    held = one_episode()
    assert held.returned_at == RETURNED and FlagCode.POLICE_SAY_STILL_MISSING not in held.flags
    assert not held.needs_decision and held.clock_open


def test_still_missing_takes_the_return_away_with_history(app: Flask, context: Context, lead: Context) -> None:
    id_ = doubted(app, context)
    settle_still_missing(lead, episode_id=id_, decision="still_missing")
    held = one_episode()
    assert (held.found_at, held.returned_at, held.notified_at, held.interview_due_at) == (None, None, None, None)
    assert not held.clock_open and FlagCode.POLICE_SAY_STILL_MISSING not in held.flags
    versions = session().scalars(select(EpisodeVersion).where(EpisodeVersion.changed_by_id == lead.actor.person_id))
    assert any("returned_at" in version.changes and version.changes["returned_at"][1] is None for version in versions)
    session().rollback()
    back = RETURNED + timedelta(hours=20)
    newer = replace(lead, now=lead.now + timedelta(hours=24))
    assert counts(receive(app, newer, row(missing=MISSING, returned=back))) == {"updated": 1}
    assert one_episode().notified_at == newer.now


def test_it_is_settled_once(app: Flask, context: Context, lead: Context) -> None:
    id_ = doubted(app, context)
    settle_still_missing(lead, episode_id=id_, decision="returned_stands")
    with pytest.raises(Conflict):
        settle_still_missing(lead, episode_id=id_, decision="still_missing")
    assert one_episode().returned_at == RETURNED


def test_every_settling_is_recorded_without_a_childs_data(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    id_, version, known = ambiguous(app, context)
    decide_match(lead, line_id=id_, version=version, child_id=known, feeds=feeds)
    session().rollback()
    rows = session().scalars(select(AuditEntry)).all()
    assert {"match_decided", "line_replayed"} <= {entry.action for entry in rows}
    assert "Inventedname" not in str([entry.details for entry in rows])
