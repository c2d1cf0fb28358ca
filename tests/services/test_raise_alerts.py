"""The sweep: each breach and each alert once, in one transaction with its email, whoever else sweeps."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from tests import factories
from tests.conftest import NOON
from tracker.core.terms import Role
from tracker.services import engine_state
from tracker.services.context import Context
from tracker.services.follow_up import follow_up_episode
from tracker.services.raise_alerts import SweepIncompleteError, SweepResult, sweep
from tracker.services.transaction import writing
from tracker.store import audit
from tracker.store.db import db, session
from tracker.store.models import Alert, AuditEntry, Breach, Episode, Line, OutboxMessage, Receipt, RepeatFlagRow

HOUR = timedelta(hours=1)
NOBODY = SweepResult()


def at(context: Context, when: datetime) -> Context:
    return replace(context, now=when)


def people() -> dict[Role, int]:
    """One of each who may be told; their ids by role."""
    roles = (Role.LEAD, Role.MANAGER, Role.SERVICE_MANAGER, Role.HEAD_OF_SERVICE)
    with writing() as current:
        return {role: factories.person(current, role, email=f"{role}@council.invalid").id for role in roles}


def returned(context: Context, when: datetime, number: int = 1) -> list[int]:
    """Episodes of as many children who returned then; their clocks run."""
    with writing() as current:
        rows = [
            factories.episode(
                current, factories.child(current), when - 5 * HOUR, when, context=at(context, when), team_id=None
            )
            for _ in range(number)
        ]
        return [row.id for row in rows]


def told() -> list[tuple[str, str]]:
    """(template, to) of every email queued, in order."""
    query = select(OutboxMessage).order_by(OutboxMessage.id)
    found = [(row.template, row.to_address.partition("@")[0]) for row in session().scalars(query)]
    session().rollback()
    return found


def count(table: type) -> int:
    found = session().scalar(select(func.count()).select_from(table))
    session().rollback()
    return found or 0


def test_nothing_due_does_nothing(app: Flask, context: Context) -> None:
    people()
    returned(context, NOON)
    assert sweep(at(context, NOON + 47 * HOUR)) == NOBODY
    assert told() == []


def test_the_ladder_rises_one_rung_after_the_other(app: Flask, context: Context) -> None:
    people()
    (episode_id,) = returned(context, NOON)
    due = NOON + 72 * HOUR
    assert sweep(at(context, due - 24 * HOUR)).alerts == 2
    assert told() == [("due_soon", "manager"), ("due_soon", "lead")]  # unallocated: the team manager, then the lead
    at_deadline = sweep(at(context, due))
    assert (at_deadline.breaches, at_deadline.alerts) == (0, 0), "at the deadline an interview is still in time"
    late = sweep(at(context, due + timedelta(seconds=1)))
    assert (late.breaches, late.alerts) == (1, 2)
    assert told()[2:] == [("overdue", "manager"), ("overdue", "lead")]
    assert sweep(at(context, due + 24.1 * HOUR)).alerts == 1
    assert sweep(at(context, due + 96.1 * HOUR)).alerts == 1
    assert told()[4:] == [("overdue_24h", "service_manager"), ("overdue_96h", "head_of_service")]
    breach = session().scalars(select(Breach)).one()
    assert (breach.episode_id, breach.clock_no) == (episode_id, 1)
    assert breach.breached_at == due, "the deadline, not the time of detection"
    assert breach.detected_at == due + timedelta(seconds=1)
    assert session().get_one(Episode, episode_id).sweep_at is None


def test_an_alert_its_email_and_its_audit_row_stand_together(app: Flask, context: Context) -> None:
    people()
    returned(context, NOON)
    sweep(at(context, NOON + 73 * HOUR))
    for alert in session().scalars(select(Alert)):
        email = session().get_one(OutboxMessage, alert.outbox_id)
        assert email.dedupe_key == alert.dedupe_key
        assert alert.reference in email.body
        assert len(alert.reference) >= 12
        assert email.recipient_id == alert.recipient_id
    rows = session().scalars(select(AuditEntry.action).where(AuditEntry.actor == "test")).all()
    assert rows.count("alert_raised") == 2
    assert rows.count("breach_recorded") == 1
    assert list(audit.broken_links(session())) == []


def test_sweeping_again_raises_nothing(app: Flask, context: Context) -> None:
    people()
    returned(context, NOON, 3)
    late = at(context, NOON + 73 * HOUR)
    assert sweep(late).alerts == 6
    assert sweep(late) == NOBODY
    assert count(Alert) == count(OutboxMessage) == 6


def test_after_an_outage_everyone_gets_one_message_stating_the_highest_rung(app: Flask, context: Context) -> None:
    people()
    returned(context, NOON)
    assert sweep(at(context, NOON + (72 + 97) * HOUR)).alerts == 4
    assert {template for template, _ in told()} == {"overdue_96h"}
    assert sorted(to for _, to in told()) == ["head_of_service", "lead", "manager", "service_manager"]
    assert sweep(at(context, NOON + (72 + 98) * HOUR)) == NOBODY


def test_what_is_long_overdue_is_summed_up_in_one_message_for_each_person(app: Flask, context: Context) -> None:
    people()
    returned(context, NOON, 60)  # more than one chunk
    (recent,) = returned(context, NOON + 40 * 24 * HOUR)
    done = sweep(at(context, NOON + 44 * 24 * HOUR + HOUR))
    assert (done.looked_at, done.breaches, done.alerts) == (61, 61, 60 * 4 + 2 + 1)
    assert count(Alert) == 60 * 4 + 3, "each alert has a row of its own"
    summed = session().scalars(select(OutboxMessage).where(OutboxMessage.template == "summed_up")).all()
    assert len(summed) == 4
    for email in summed:
        assert email.subject == "60 return interviews are long overdue"
        assert "/episodes?state=overdue" in email.body
        assert email.lease is None, "let go at the end of the sweep"
        carried = session().scalar(select(func.count()).where(Alert.outbox_id == email.id))
        assert carried == 60
    others = session().scalars(select(Alert).where(Alert.episode_id == recent)).all()
    assert {alert.rung for alert in others} == {"overdue_24h"}


def test_what_is_summed_up_later_joins_the_message_that_has_not_gone(app: Flask, context: Context) -> None:
    people()
    returned(context, NOON, 2)
    sweep(at(context, NOON + 44 * 24 * HOUR))
    returned(context, NOON, 3)
    sweep(at(context, NOON + 44 * 24 * HOUR))
    assert told() == [("summed_up", to) for to in ("manager", "lead", "service_manager", "head_of_service")]
    assert set(session().scalars(select(OutboxMessage.subject))) == {"5 return interviews are long overdue"}


def test_a_message_already_in_a_deliverers_hands_does_not_grow(app: Flask, context: Context) -> None:
    people()
    returned(context, NOON)
    late = at(context, NOON + 44 * 24 * HOUR)
    sweep(late)
    with writing() as current:
        for row in current.scalars(select(OutboxMessage)):
            row.lease, row.leased_until = "a deliverer", late.now + HOUR
    returned(context, NOON)
    sweep(late)
    assert len(told()) == 8
    assert set(session().scalars(select(OutboxMessage.subject))) == {"1 return interview is long overdue"}


def test_an_allocated_interviewer_is_told_and_the_manager_when_they_are_away(app: Flask, context: Context) -> None:
    ids = people()
    here, gone = returned(context, NOON, 2)
    with writing() as current:
        worker = factories.person(current, Role.INTERVIEWER, email="worker@council.invalid")
        absent = factories.person(current, Role.INTERVIEWER, email="absent@council.invalid", away_from=NOON)
        factories.interview(current, [current.get_one(Episode, here)], allocated_to_id=worker.id, context=context)
        factories.interview(current, [current.get_one(Episode, gone)], allocated_to_id=absent.id, context=context)
        worker_id = worker.id
    sweep(at(context, NOON + 49 * HOUR))
    raised = session().execute(select(Alert.episode_id, Alert.recipient_id)).all()
    assert sorted(map(tuple, raised)) == sorted(
        [(here, worker_id), (here, ids[Role.LEAD]), (gone, ids[Role.MANAGER]), (gone, ids[Role.LEAD])]
    )


def test_where_nobody_can_be_told_it_is_said_and_tried_again(app: Flask, context: Context) -> None:
    (episode_id,) = returned(context, NOON)
    late = at(context, NOON + 73 * HOUR)
    assert engine_state.nobody_would_be_told(session(), late)
    first = sweep(late)
    assert (first.breaches, first.alerts, first.nobody_told) == (1, 0, 1)
    version = session().get_one(Episode, episode_id).version
    session().rollback()
    again = sweep(at(context, late.now + HOUR))
    assert (again.breaches, again.alerts, again.nobody_told) == (0, 0, 1)
    assert session().get_one(Episode, episode_id).version == version, "a form open meanwhile can still be sent"
    session().rollback()
    people()
    assert not engine_state.nobody_would_be_told(session(), late)
    session().rollback()
    last = sweep(at(context, late.now + 2 * HOUR))
    assert (last.alerts, last.nobody_told) == (2, 0)


def test_an_interview_held_in_time_and_recorded_late_withdraws_the_breach(app: Flask, context: Context) -> None:
    people()
    (episode_id,) = returned(context, NOON)
    late = at(context, NOON + 73 * HOUR)
    sweep(late)
    with writing() as current:
        row = current.get_one(Episode, episode_id)
        factories.interview(current, [row], completed_at=NOON + 10 * HOUR, context=late)
    breach = session().scalars(select(Breach)).one()
    assert breach.withdrawn_at == late.now
    session().rollback()
    assert sweep(at(context, late.now + 200 * HOUR)) == NOBODY


def test_the_sweep_itself_withdraws_a_breach_that_no_longer_holds(app: Flask, context: Context) -> None:
    people()
    (episode_id,) = returned(context, NOON)
    late = at(context, NOON + 73 * HOUR)
    sweep(late)
    with writing() as current:
        row = current.get_one(Episode, episode_id)
        row.excluded = "created_in_error"  # as if whoever wrote it had died before following it up
        row.sweep_at = late.now
    done = sweep(late)
    assert (done.withdrawn, done.breaches, done.alerts) == (1, 0, 0)
    assert session().scalars(select(Breach)).one().withdrawn_at == late.now


def test_a_late_decline_leaves_the_breach_standing_and_ends_the_alerts(app: Flask, context: Context) -> None:
    people()
    (episode_id,) = returned(context, NOON)
    with writing() as current:
        row = current.get_one(Episode, episode_id)
        declined = NOON + 73 * HOUR
        factories.interview(current, [row], declined_at=declined, context=at(context, declined))
    done = sweep(at(context, NOON + 74 * HOUR))
    assert (done.breaches, done.alerts) == (1, 0)
    assert sweep(at(context, NOON + 200 * HOUR)) == NOBODY


def test_a_moved_deadline_is_judged_anew_and_does_not_repeat_what_was_sent(app: Flask, context: Context) -> None:
    people()
    (episode_id,) = returned(context, NOON)
    late = at(context, NOON + 75 * HOUR)
    assert sweep(late).alerts == 2
    with writing() as current:
        row = current.get_one(Episode, episode_id)
        row.returned_at = NOON + 2 * HOUR  # both deadlines have passed
        follow_up_episode(current, row, late)
    again = sweep(late)
    assert (again.breaches, again.alerts) == (1, 0)
    with writing() as current:
        row = current.get_one(Episode, episode_id)
        row.returned_at = NOON + 30 * HOUR  # the new one lies ahead
        follow_up_episode(current, row, late)
    due = NOON + 102 * HOUR
    assert sweep(at(context, due - HOUR)).alerts == 2
    assert sweep(at(context, due + HOUR)).alerts == 2
    assert [template for template, _ in told()] == ["overdue"] * 2 + ["due_soon"] * 2 + ["overdue"] * 2
    numbers = session().execute(select(Breach.clock_no, Breach.withdrawn_at.is_(None)).order_by(Breach.clock_no))
    assert list(map(tuple, numbers)) == [(1, False), (2, False), (3, True)]


@pytest.fixture
def line(app: Flask) -> Iterator[int]:
    """A quarantined line with a readable return, due 72 h after noon."""
    with writing() as current:
        receipt = Receipt(
            feed="generic", force="generic", source="upload", filename="a.csv", content=b"x", size_bytes=1,
            sha256="0" * 64, received_at=NOON, report_at=NOON, status="complete",
        )  # fmt: skip
        current.add(receipt)
        current.flush()
        due = NOON + 72 * HOUR
        row = Line(
            receipt_id=receipt.id, line_no=1, cells={}, as_of_at=NOON, outcome="quarantined", due_at=due,
            sweep_at=due - 24 * HOUR, problem_code="match_undecided",
        )  # fmt: skip
        current.add(row)
        current.flush()
        row_id = row.id
    yield row_id


def test_a_quarantined_line_climbs_the_ladder_as_unallocated(line: int, context: Context) -> None:
    people()
    due = NOON + 72 * HOUR
    assert sweep(at(context, due - 25 * HOUR)) == NOBODY
    assert sweep(at(context, due - 24 * HOUR)).alerts == 2
    assert sweep(at(context, due + HOUR)) == SweepResult(looked_at=1, alerts=2)
    assert sweep(at(context, due + 2 * HOUR)) == NOBODY
    assert [template for template, _ in told()] == ["line_due_soon"] * 2 + ["line_overdue"] * 2
    assert count(Breach) == 0
    assert set(session().scalars(select(Alert.line_id))) == {line}


def test_a_line_of_which_nobody_could_be_told_stays_due(line: int, context: Context) -> None:
    late = NOON + 73 * HOUR
    assert sweep(at(context, late)) == SweepResult(looked_at=1, nobody_told=1)
    assert session().get_one(Line, line).sweep_at == NOON + 48 * HOUR
    session().rollback()
    people()
    assert sweep(at(context, late)) == SweepResult(looked_at=1, alerts=2)


def test_a_settled_line_is_left_in_peace(line: int, context: Context) -> None:
    people()
    with writing() as current:
        current.get_one(Line, line).settled_at = NOON
    assert sweep(at(context, NOON + 100 * HOUR)).alerts == 0
    assert session().get_one(Line, line).sweep_at is None


def test_a_lines_corrected_deadline_is_told_anew(line: int, context: Context) -> None:
    people()
    due = NOON + 72 * HOUR
    assert sweep(at(context, due + HOUR)).alerts == 2
    with writing() as current:
        row = current.get_one(Line, line)
        row.due_at = row.sweep_at = due + 24 * HOUR
    assert sweep(at(context, due + 25 * HOUR)).alerts == 2
    assert sweep(at(context, due + 25.5 * HOUR)).alerts == 0


def test_a_repeat_flag_ends_on_its_day(app: Flask, context: Context) -> None:
    with writing() as current:
        child = factories.child(current)
        flag = RepeatFlagRow(
            child_id=child.id, rule="3_in_90", raised_on=NOON.date() - timedelta(days=30), raised_at=NOON,
            ends_on=NOON.date() + timedelta(days=1), episode_ids=[],
        )  # fmt: skip
        current.add(flag)
    assert sweep(at(context, NOON)) == NOBODY
    assert sweep(at(context, NOON + 24 * HOUR)).flags_ended == 1
    assert sweep(at(context, NOON + 24 * HOUR)) == NOBODY
    assert session().scalars(select(RepeatFlagRow.ended_on)).one() == NOON.date() + timedelta(days=1)
    assert session().scalars(select(AuditEntry.action)).all().count("repeat_flag_ended") == 1


def test_a_row_that_cannot_be_read_holds_back_no_other(app: Flask, context: Context) -> None:
    people()
    bad, *_good = returned(context, NOON, 3)
    with writing() as current:
        current.execute(text("UPDATE episode SET kind = 'nonsense' WHERE id = :id"), {"id": bad})
    late = at(context, NOON + 73 * HOUR)
    with pytest.raises(SweepIncompleteError) as caught:
        sweep(late)
    assert caught.value.failed == 1
    assert (caught.value.result.breaches, caught.value.result.alerts) == (2, 4)
    assert count(Alert) == 4
    with writing() as current:
        current.execute(text("UPDATE episode SET kind = 'missing' WHERE id = :id"), {"id": bad})
    assert sweep(late).alerts == 2


def test_two_sweeps_at_once_raise_each_alert_once(app: Flask, context: Context) -> None:
    people()
    old = returned(context, NOON - 40 * 24 * HOUR, 60)
    recent = returned(context, NOON, 60)
    late = at(context, NOON + 73 * HOUR)
    barrier = threading.Barrier(3)
    results: list[SweepResult | Exception] = []

    def one() -> None:
        with app.app_context():
            barrier.wait()
            try:
                for _ in range(3):
                    results.append(sweep(late))
            except Exception as error:
                results.append(error)

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [result for result in results if isinstance(result, Exception)] == []
    done = sum((result for result in results if isinstance(result, SweepResult)), SweepResult())
    assert (done.breaches, done.alerts) == (120, 60 * 4 + 60 * 2)
    assert count(Breach) == 120
    assert count(Alert) == 60 * 4 + 60 * 2
    single = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.template == "overdue")
    assert session().scalar(single) == len(recent) * 2
    summed = session().scalars(select(OutboxMessage).where(OutboxMessage.template == "summed_up")).all()
    assert len(summed) == 4
    assert {email.subject for email in summed} == {f"{len(old)} return interviews are long overdue"}
    assert list(audit.broken_links(session())) == []


def test_an_episode_that_somebody_is_changing_is_left_to_the_next_sweep(app: Flask, context: Context) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer: the sweep waits for it")
    people()
    changing, _other = returned(context, NOON, 2)
    late = at(context, NOON + 73 * HOUR)
    with db.engine.connect() as somebody:
        somebody.execute(text("SELECT id FROM episode WHERE id = :id FOR UPDATE"), {"id": changing})
        assert sweep(late) == SweepResult(looked_at=1, breaches=1, alerts=2)
    assert sweep(late) == SweepResult(looked_at=1, breaches=1, alerts=2)


def test_asking_what_is_due_reads_only_the_index(app: Flask, context: Context) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL chooses its plan by the size of the table")
    asked: list[str] = []

    @db.event.listens_for(db.engine, "before_cursor_execute")
    def _note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    sweep(context)
    assert len(asked) <= 5, "three questions, and the ends of a transaction"
    for statement in [one for one in asked if one.startswith("SELECT")]:
        parameters = [datetime(2026, 1, 1)] * statement.count("?")
        plan = session().connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", tuple(map(str, parameters)))
        assert "USING COVERING INDEX" in (plan_text := str(plan.all())) or "USING INDEX" in plan_text, plan_text


def test_the_deadline_in_an_email_says_gmt_or_bst(app: Flask, context: Context) -> None:
    people()
    returned(context, datetime(2026, 10, 23, 9, 30, tzinfo=UTC))  # BST then, GMT at the deadline
    sweep(at(context, datetime(2026, 10, 26, 9, 31, tzinfo=UTC)))
    returned(context, datetime(2026, 6, 1, 9, 30, tzinfo=UTC))
    subjects = session().scalars(select(OutboxMessage.subject)).all()
    assert all("26 Oct 2026, 09:30 GMT" in subject for subject in subjects)
