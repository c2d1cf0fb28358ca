"""The ladder in force: the file's, then the newest version saved; what it names as it stands now; who looks again."""

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, func, select, update

from tests import factories
from tests.conftest import NOON
from tests.core.ladders import ladders
from tests.core.made import unhurried
from tracker.bootstrap import wiring
from tracker.core.alert_terms import Rung
from tracker.core.alerts import alerts_due
from tracker.core.ladder_changes import step_of, with_step, without_step
from tracker.core.ladder_definition import ladder_of
from tracker.core.ladder_plain import plain_ladder
from tracker.core.terms import Role
from tracker.services import people as people_services
from tracker.services.context import Context
from tracker.services.errors import Conflict, Refused
from tracker.services.ladder import SETTLES_AFTER, look_again_if_changed, rules_in_force
from tracker.services.raise_alerts import sweep
from tracker.services.save_ladder import as_ladder_file, read_ladder_file, restore_ladder, save_ladder
from tracker.services.transaction import writing
from tracker.store import alerts
from tracker.store import ladder as store
from tracker.store import people as stored_people
from tracker.store.db import db, session
from tracker.store.models import Alert, AuditEntry, Episode, LadderVersion, Line, OutboxMessage, Receipt

HOUR = timedelta(hours=1)
CHIEF: dict[str, Any] = {"rung": "chief", "offset_hours": 120, "audience": ["head_of_service"]}


def file(app: Flask) -> dict[str, Any]:
    return wiring(app).settings.ladder_definition


def in_force(app: Flask, context: Context, hours: float = 0) -> Context:
    """As a request or a job begins: its rules read once."""
    session().rollback()
    rules = rules_in_force(wiring(app).settings.rules, file(app))
    return replace(context, rules=rules, now=NOON + hours * HOUR)


def save(
    app: Flask, context: Context, definition: dict[str, Any], based_on: int | None = None, hours: float = 0
) -> int:
    then = replace(context, now=NOON + hours * HOUR)
    return save_ladder(then, definition=definition, note="A test.", based_on=based_on, file=file(app), webhooks=("t",))


def council() -> dict[Role, int]:
    """One of each who may be told."""
    roles = (Role.LEAD, Role.MANAGER, Role.SERVICE_MANAGER, Role.HEAD_OF_SERVICE, Role.ADMINISTRATOR, Role.INTERVIEWER)
    with writing() as current:
        return {role: factories.person(current, role, email=f"{role}@council.invalid").id for role in roles}


def overdue_by(context: Context, *hours: float) -> list[int]:
    """Open episodes whose deadline passed so many hours before noon."""
    with writing() as current:
        return [
            factories.episode(
                current, factories.child(current), NOON - (ago + 80) * HOUR, NOON - (ago + 72) * HOUR,
                context=replace(context, now=NOON - (ago + 72) * HOUR), team_id=None,
            ).id
            for ago in hours
        ]  # fmt: skip


def names(context: Context) -> list[str]:
    return [step.rung for step in context.rules.ladder]


def test_the_file_is_in_force_until_one_is_saved(app: Flask, context: Context) -> None:
    assert names(in_force(app, context)) == list(Rung)
    assert save(app, context, with_step(file(app), CHIEF), based_on=0) == 1
    assert names(in_force(app, context)) == [*Rung, "chief"]
    assert in_force(app, context).rules.ladder[-1].set_at == NOON
    assert save(app, context, without_step(file(app), "overdue_96h"), based_on=1) == 2
    assert names(in_force(app, context)) == ["due_soon", "overdue", "overdue_24h"]
    restored = restore_ladder(context, restored_no=1, note="Back.", based_on=2, file=file(app))
    assert restored == 3
    assert names(in_force(app, context))[-1] == "chief"
    assert restore_ladder(context, restored_no=0, note="Back.", based_on=3, file=file(app)) == 4
    assert names(in_force(app, context)) == list(Rung)
    saved = select(AuditEntry.details).where(AuditEntry.action == "ladder_saved").order_by(AuditEntry.id)
    assert session().scalars(saved).all() == [{"version_no": number} for number in (1, 2, 3, 4)]


def test_reading_it_costs_one_query(app: Flask, context: Context) -> None:
    save(app, context, with_step(file(app), CHIEF))
    in_force(app, context)
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    before = in_force(app, context).rules
    assert len([one for one in asked if "SELECT" in one]) == 1, asked
    assert in_force(app, context).rules is before


def test_what_is_refused(app: Flask, context: Context) -> None:
    save(app, context, with_step(file(app), CHIEF), based_on=0)
    for definition, based_on, code in (
        (with_step(file(app), CHIEF), 0, "changed_meanwhile"),
        (with_step(file(app), CHIEF), 1, "nothing_changed"),
        (without_step(file(app), "overdue"), 1, "no_overdue_step"),
        (with_step(file(app), {**CHIEF, "webhooks": ["other"]}), 1, "unknown_webhook"),
        (with_step(file(app), {**CHIEF, "teams": [{"team": "Nowhere", "audience": ["lead"]}]}), 1, "unknown_team"),
    ):
        with pytest.raises(Refused) as refused:
            save(app, context, definition, based_on)
        assert [problem.code for problem in refused.value.problems] == [code]
        assert isinstance(refused.value, Conflict) == (code == "changed_meanwhile")
    with pytest.raises(Refused, match="Say what was changed"):
        save_ladder(context, definition=file(app), note=" ", based_on=1, file=file(app))
    with pytest.raises(Refused, match="no such version"):
        restore_ladder(context, restored_no=9, note="x", based_on=1, file=file(app))
    assert session().scalar(select(func.count()).select_from(LadderVersion)) == 1


@pytest.mark.parametrize(
    ("role", "is_active", "why"),
    [
        (Role.INTERVIEWER, True, "may not see every record"),
        (Role.ADMINISTRATOR, True, "may not see every record"),
        (Role.MANAGER, False, "no longer works here"),
    ],
)
def test_an_address_of_somebody_who_may_not_be_told(
    app: Flask, context: Context, role: Role, is_active: bool, why: str
) -> None:
    with writing() as current:
        factories.person(current, role, email="sam@council.invalid", is_active=is_active)
    with pytest.raises(Refused, match=why):
        save(app, context, with_step(file(app), {**CHIEF, "addresses": ["Sam@Council.invalid"]}))


def test_somebody_named_who_leaves_is_told_no_more_not_even_by_address(app: Flask, context: Context) -> None:
    held = council()
    save(app, context, with_step(file(app), {**CHIEF, "addresses": ["manager@council.invalid", "duty@x.invalid"]}))
    assert in_force(app, context).rules.ladder[-1].told_by.usual.addresses == (
        "manager@council.invalid", "duty@x.invalid",
    )  # fmt: skip
    people_services.disable_person(context, person_id=held[Role.MANAGER])
    assert in_force(app, context).rules.ladder[-1].told_by.usual.addresses == ("duty@x.invalid",)
    people_services.enable_person(context, person_id=held[Role.MANAGER])
    people_services.change_person(context, person_id=held[Role.MANAGER], roles=[Role.INTERVIEWER])
    assert in_force(app, context).rules.ladder[-1].told_by.usual.addresses == ("duty@x.invalid",)


def test_a_new_address_and_a_new_name_of_a_team_are_followed(app: Flask, context: Context) -> None:
    held = council()
    with writing() as current:
        team_id = factories.team(current, "North").id
    team = {"team": "North", "audience": ["lead"]}
    save(app, context, with_step(file(app), {**CHIEF, "addresses": ["manager@council.invalid"], "teams": [team]}))
    assert in_force(app, context).rules.ladder[-1].told_by.by_team[0][0] == team_id
    people_services.rename_team(context, team_id=team_id, name="East")
    people_services.change_person(context, person_id=held[Role.MANAGER], email="Mo@council.invalid")
    now = in_force(app, context).rules.ladder[-1]
    assert now.told_by.by_team[0][0] == team_id
    assert now.told_by.usual.addresses == ("mo@council.invalid",)
    assert now.set_at == NOON
    row = session().scalars(select(LadderVersion).order_by(LadderVersion.version_no.desc())).first()
    assert row is not None
    assert row.version_no == 3
    chief = step_of(row.definition, "chief")
    assert chief is not None
    assert chief["teams"][0]["team"] == "East"


def test_a_team_that_a_file_names_and_nobody_has_is_told_as_usual(app: Flask, context: Context) -> None:
    given = plain_ladder(with_step(file(app), {**CHIEF, "teams": [{"team": "Nowhere", "audience": ["lead"]}]}))
    rules = rules_in_force(wiring(app).settings.rules, given)
    assert rules.ladder[-1].told_by.by_team == ()
    with writing() as current:
        team_id = factories.team(current, "Nowhere").id
    assert rules_in_force(wiring(app).settings.rules, given).ladder[-1].told_by.by_team[0][0] == team_id


def test_through_a_file_and_back(app: Flask, context: Context) -> None:
    given = plain_ladder(with_step(file(app), {**CHIEF, "title": "“Top” step", "working_hours_only": True}))
    assert read_ladder_file(as_ladder_file(given).encode()) == given
    for content, code in ((b"\xff", "not_a_ladder_file"), (b"rungs = ", "not_a_ladder_file"), (b"x = 1", "unknown_key"),
                          (b"#" * 300_000, "too_large")):  # fmt: skip
        found = read_ladder_file(content)
        assert isinstance(found, tuple)
        assert found[0].code == code


def test_of_two_who_save_at_once_one_is_told_of_the_other(app: Flask, context: Context) -> None:
    done: list[object] = []
    barrier = threading.Barrier(2)

    def one(hours: float) -> None:
        with app.app_context():
            barrier.wait()
            try:
                done.append(save(app, context, with_step(file(app), {**CHIEF, "offset_hours": hours}), based_on=0))
            except Conflict:
                done.append("conflict")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=one, args=(hours,)) for hours in (120, 130)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, done)) == ["1", "conflict"]


def test_looking_at_every_clock_reads_the_open_ones_only(app: Flask, context: Context) -> None:
    """By index: a region holds hundreds of thousands of closed episodes."""
    asked: list[tuple[str, object]] = []
    listener = lambda *given: asked.append((given[2], given[3]))  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listener)
    with writing() as current:
        store.look_at_every_clock(current, NOON)
    event.remove(db.engine, "before_cursor_execute", listener)
    updates = [one for one in asked if one[0].startswith("UPDATE")]
    assert len(updates) == 2
    if db.engine.dialect.name == "sqlite":
        connection = session().connection()
        plans = [str(connection.exec_driver_sql("EXPLAIN QUERY PLAN " + sql, given).all()) for sql, given in updates]
        assert all("USING INDEX" in plan for plan in plans), plans


# Every open clock is looked at again


def told(rung: str) -> list[tuple[int | None, str]]:
    """(episode, template of its message) of every alert of a rung."""
    query = select(Alert.episode_id, OutboxMessage.template).join(OutboxMessage, OutboxMessage.id == Alert.outbox_id)
    found = session().execute(query.where(Alert.rung == rung).order_by(Alert.id))
    return [(row[0], row[1]) for row in found]


def test_a_step_put_in_earlier_than_the_next_look_is_raised_in_time(app: Flask, context: Context) -> None:
    council()
    (id_,) = overdue_by(context, 1)
    sweep(in_force(app, context))
    assert session().get_one(Episode, id_).sweep_at == NOON + 23 * HOUR + timedelta.resolution
    save(app, context, with_step(file(app), {**CHIEF, "offset_hours": 6}))
    sweep(in_force(app, context, 4.9))
    assert told("chief") == []
    sweep(in_force(app, context, 5.1))
    assert told("chief") == [(id_, "overdue")]


def test_a_new_step_that_hundreds_are_past_is_one_message_for_each_person(app: Flask, context: Context) -> None:
    council()
    ids = overdue_by(context, *[130.0] * 40)
    sweep(in_force(app, context))
    before = session().scalar(select(func.count()).select_from(OutboxMessage))
    save(app, context, with_step(file(app), CHIEF), hours=1)
    assert sweep(in_force(app, context, 1.1)).alerts == 40
    assert [id_ for id_, _ in told("chief")] == ids
    assert session().scalar(select(func.count()).select_from(OutboxMessage)) == before + 1
    assert {template for _, template in told("chief")} == {"summed_up"}
    assert sweep(in_force(app, context, 1.2)).alerts == 0


def test_a_step_put_in_below_one_told_is_not_raised_for_that_clock(app: Flask, context: Context) -> None:
    council()
    _, ahead = overdue_by(context, 30, 1)
    sweep(in_force(app, context))
    save(app, context, with_step(file(app), {**CHIEF, "offset_hours": 12}), hours=1)
    sweep(in_force(app, context, 12))
    assert [id_ for id_, _ in told("chief")] == [ahead]


def test_a_waiting_line_is_looked_at_again_too(app: Flask, context: Context) -> None:
    council()
    with writing() as current:
        receipt = Receipt(
            feed="generic", force="t", source="upload", filename="r.csv", content=b"", size_bytes=0, sha256="0" * 64,
            received_at=NOON, report_at=NOON, status="complete",
        )  # fmt: skip
        current.add(receipt)
        current.flush()
        line = Line(
            receipt_id=receipt.id, line_no=2, cells={}, as_of_at=NOON, outcome="quarantined", due_at=NOON - HOUR,
            sweep_at=NOON,
        )  # fmt: skip
        current.add(line)
        current.flush()
        line_id = line.id
    sweep(in_force(app, context))
    save(app, context, with_step(file(app), {**CHIEF, "offset_hours": 6}))
    sweep(in_force(app, context, 5.1))
    assert session().scalar(select(Alert.line_id).where(Alert.rung == "chief")) == line_id


@pytest.mark.parametrize("again_after", [0.0, SETTLES_AFTER / HOUR + 0.01])
def test_what_an_older_context_wrote_after_the_save_is_looked_at_once_more(
    app: Flask, context: Context, again_after: float
) -> None:
    """A request that began before the save may commit after it."""
    council()
    (id_,) = overdue_by(context, 1)
    look_again_if_changed(in_force(app, context))
    sweep(in_force(app, context))
    save(app, context, with_step(file(app), {**CHIEF, "offset_hours": 2}))
    with writing() as current:
        current.execute(update(Episode).values(sweep_at=NOON + 23 * HOUR))
    assert look_again_if_changed(in_force(app, context, again_after)) == (1 if again_after else 0)
    if again_after:
        sweep(in_force(app, context, again_after))
        assert session().get_one(Episode, id_).sweep_at == NOON + HOUR + timedelta.resolution
        assert look_again_if_changed(in_force(app, context, 100)) == 0


def test_a_file_that_changed_while_the_service_was_stopped(app: Flask, context: Context) -> None:
    council()
    overdue_by(context, 1)
    sweep(in_force(app, context))
    assert look_again_if_changed(in_force(app, context)) == 1
    assert look_again_if_changed(in_force(app, context)) == 0
    sweep(in_force(app, context))
    session().rollback()
    changed = plain_ladder(with_step(file(app), CHIEF))
    rules = rules_in_force(wiring(app).settings.rules, changed)
    assert look_again_if_changed(replace(context, rules=rules, now=NOON + HOUR)) == 1


_AGO = st.lists(st.integers(-60, 300), min_size=1, max_size=4)


@given(before=ladders(), after=ladders(), ago=_AGO, later=st.integers(0, 120))
@unhurried(12)
def test_after_any_ladder_is_saved_a_sweep_raises_what_looking_at_every_clock_would(
    app: Flask, context: Context, before: dict[str, Any], after: dict[str, Any], ago: list[int], later: int
) -> None:
    if session().scalar(select(func.count()).select_from(LadderVersion)) == 0:
        council()
    with writing() as current:  # what an earlier example left is no matter of this one
        current.execute(update(Episode).values(sweep_at=None, clock_open=False))
    ids = overdue_by(context, *ago)
    for definition in (before, after):
        try:
            save(app, context, definition)
        except Refused as refused:
            assert [problem.code for problem in refused.problems] == ["nothing_changed"]
        if definition is before:
            sweep(in_force(app, context))
    then = in_force(app, context, later)
    ladder = ladder_of(plain_ladder(after), {}).rungs
    everybody = stored_people.recipients(session())
    clocks = alerts.episode_clocks(session(), [session().get_one(Episode, id_) for id_ in ids])
    expected = {
        (due.clock.subject_id, due.rung, due.told.person_id)
        for clock in clocks.values()
        for due in alerts_due(clock, ladder, everybody, then.now)
    }
    last = session().scalar(select(func.max(Alert.id))) or 0
    sweep(then)
    rows = session().scalars(select(Alert).where(Alert.id > last)).all()
    assert {(row.episode_id, row.rung, row.recipient_id) for row in rows} == expected
    assert sweep(then).alerts == 0
