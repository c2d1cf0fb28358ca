"""Triggers beside the deadlines: each matter told once, to somebody who may see it, in one email for each person."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests import factories
from tests.conftest import NOON
from tests.services import world
from tests.services.trigger_world import (
    DAY,
    HOUR,
    MINUTE,
    NOTHING,
    action,
    alerts,
    alerts_by_subject,
    at,
    change,
    child,
    episode_of,
    flag,
    found,
    messages,
    people,
    run,
    told,
)
from tracker.core.alert_terms import Trigger
from tracker.core.alert_window import Window
from tracker.core.mail import Email
from tracker.core.terms import Role
from tracker.services import correct_episode
from tracker.services.acknowledge_alert import acknowledge
from tracker.services.context import Actor, Context
from tracker.services.deliver_outbox import deliver
from tracker.services.raise_notices import NoticesResult, raise_notices, tell_engine_stale
from tracker.services.transaction import writing
from tracker.store import audit, notices
from tracker.store.db import session
from tracker.store.models import Action, Episode, Line, Person, PersonRole, Receipt, RepeatFlagRow

SECOND = timedelta(seconds=1)


@pytest.fixture
def staff(app: Flask) -> dict[Role, int]:
    return people(Role.LEAD, Role.MANAGER, Role.INTERVIEWER, Role.ADMINISTRATOR)


def test_found_and_not_returned_is_told_after_twelve_hours_once(context: Context, staff: dict[Role, int]) -> None:
    id_ = found(context)
    assert run(context, 11.99) == NOTHING
    assert run(context, 12) == NoticesResult(matters=1, alerts=2)
    assert told() == ["lead", "manager"]
    for hours in (12, 12.02, 36, 1000):
        assert run(context, hours) == NOTHING
    for row in alerts():
        assert (row.subject, row.subject_id, row.trigger, row.rung, row.rungs) == (
            "episode", id_, "found_not_returned", "found_not_returned", ["found_not_returned"],
        )  # fmt: skip
        assert (row.clock_no, row.episode_id, row.due_at, row.raised_at) == (0, id_, NOON + 12 * HOUR, NOON + 12 * HOUR)
        assert row.child_id == episode_of(id_).child_id
        assert NOON.isoformat() in row.dedupe_key
    assert list(audit.broken_links(session())) == []


@pytest.mark.parametrize(
    "facts",
    [{"excluded": "cancelled"}, {"kind": "no_apparent_risk"}, {"returned_at": NOON + HOUR}, {"found_at": None}],
    ids=["excluded", "no clock", "returned", "not found"],
)
def test_what_is_not_found_and_missing_still_tells_nobody(
    context: Context, staff: dict[Role, int], facts: dict[str, object]
) -> None:
    change(Episode, found(context), **facts)
    assert run(context, 20) == NOTHING


def test_it_is_about_the_episode_alone_and_changes_nothing_of_it(context: Context, staff: dict[Role, int]) -> None:
    id_ = found(context)
    version = episode_of(id_).version
    run(context, 12)
    assert episode_of(id_).version == version, "a page that somebody has open still saves"


def _correct_found(context: Context, id_: int, hours: float, found_hours: float) -> None:
    acting = replace(at(context, hours), actor=Actor("test"))
    values = {"found_at": NOON + found_hours * HOUR}
    correct_episode.correct_episode(acting, episode_id=id_, version=episode_of(id_).version, values=values)


def test_a_corrected_finding_tells_again_when_its_own_time_passes_later(
    context: Context, staff: dict[Role, int]
) -> None:
    id_ = found(context)
    run(context, 12)
    _correct_found(context, id_, 13, 6)
    assert run(context, 17.99) == NOTHING
    assert run(context, 18) == NoticesResult(matters=1, alerts=2)
    assert run(context, 30) == NOTHING


def test_a_corrected_finding_of_which_both_times_have_passed_tells_nobody_again(
    context: Context, staff: dict[Role, int]
) -> None:
    id_ = found(context)
    run(context, 12)
    _correct_found(context, id_, 20, 2)
    assert run(context, 20) == NOTHING
    assert run(context, 40) == NOTHING
    assert len(alerts()) == 2


def test_many_of_a_kind_are_one_email_for_each_person(context: Context, staff: dict[Role, int]) -> None:
    ids = {found(context, NOON - number * MINUTE) for number in range(7)}
    assert run(context, 24 * 21) == NoticesResult(matters=7, alerts=14), "after three weeks without a scheduler"
    assert told() == ["lead", "manager"]
    assert {row.subject_id for row in alerts()} == ids
    (first, _) = messages("found_not_returned")
    assert first.subject == "7 were found and have still not returned"
    assert "/alerts?state=unanswered&rung=found_not_returned\n" in first.body
    assert run(context, 24 * 21 + 1) == NOTHING


def test_what_is_too_much_for_one_pass_is_told_by_the_next(
    context: Context, staff: dict[Role, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "MOST", 3)
    ids = [found(context, NOON - number * MINUTE) for number in range(7)]
    assert [run(context, 13).matters for _ in range(4)] == [3, 3, 1, 0]
    assert sorted(row.subject_id for row in alerts()) == sorted(ids * 2), "the longest due first, each once"


def test_one_matter_links_to_its_own_alert(context: Context, staff: dict[Role, int]) -> None:
    found(context)
    run(context, 12)
    for message, alert in zip(messages("found_not_returned"), alerts(), strict=True):
        assert f"/alerts/{alert.reference}\n" in message.body
        assert alert.reference in message.subject
        assert alert.outbox_id == message.id
        assert message.dedupe_key == alert.dedupe_key


def test_a_repeat_flag_is_told_at_once_and_not_again(context: Context, staff: dict[Role, int]) -> None:
    child_id = child()
    id_ = flag(child_id)
    assert run(context, 0) == NoticesResult(matters=1, alerts=2)
    assert alerts_by_subject() == {("flag", id_): 2}
    assert {row.child_id for row in alerts()} == {child_id}
    assert run(context, 1) == NOTHING


@pytest.mark.parametrize(
    "facts",
    [
        {"withdrawn_at": NOON}, {"ended_on": NOON.date()}, {"reviewed_at": NOON},
        {"ends_on": NOON.date() - timedelta(days=1)},
    ],
    ids=["withdrawn", "ended", "reviewed", "over"],
)  # fmt: skip
def test_a_flag_that_does_not_stand_tells_nobody(
    context: Context, staff: dict[Role, int], facts: dict[str, object]
) -> None:
    change(RepeatFlagRow, flag(child()), **facts)
    assert run(context, 1).alerts == 0


def test_lines_that_wait_are_one_notice_for_each_report_and_counted(context: Context, staff: dict[Role, int]) -> None:
    receipts = [world.receipt(NOON), world.receipt(NOON + HOUR), world.receipt(NOON)]
    for receipt_id, lines in zip(receipts, (3, 2, 0), strict=True):
        for line_no in range(lines):
            world.line(receipt_id, line_no)
    world.line(receipts[2], 9, "created")
    assert run(context, 3.99) == NOTHING
    assert run(context, 5) == NoticesResult(matters=2, alerts=2)
    assert alerts_by_subject() == {("receipt", receipts[0]): 1, ("receipt", receipts[1]): 1}
    (message,) = messages("lines_waiting")
    assert message.subject == "5 lines wait for a decision"
    assert "5 lines of 2 police reports" in message.body
    assert run(context, 50) == NOTHING


def test_a_report_still_being_read_is_judged_once_it_has_been(context: Context, staff: dict[Role, int]) -> None:
    id_ = world.receipt(NOON, status="reading")
    world.line(id_, 1)
    assert run(context, 5) == NOTHING
    change(Receipt, id_, status="complete")
    assert run(context, 6).matters == 1


def test_lines_of_no_child_are_for_those_who_see_every_record(context: Context, app: Flask) -> None:
    people(Role.INTERVIEWER, Role.ADMINISTRATOR, Role.HEAD_OF_SERVICE)
    world.line(world.receipt(NOON), 1)
    run(context, 5)
    assert told() == ["head_of_service"]


def test_an_action_is_overdue_once_its_london_day_is_over(context: Context, staff: dict[Role, int]) -> None:
    id_ = action(child(), owner_id=staff[Role.INTERVIEWER])
    assert run(context, 11.99) == NOTHING, "the day itself is still in time"
    assert run(context, 12) == NoticesResult(matters=1, alerts=2)
    assert told() == ["interviewer", "manager"], "its owner sees it, and may finish it"
    assert {row.due_at for row in alerts()} == {NOON + 12 * HOUR}
    assert run(context, 36) == NOTHING
    change(Action, id_, due_on=NOON.date() + timedelta(days=3))
    assert run(context, 12 + 24 * 3 - 0.01) == NOTHING
    assert run(context, 12 + 24 * 3) == NoticesResult(matters=1, alerts=2)
    change(Action, id_, due_on=NOON.date() + timedelta(days=2))
    assert run(context, 500) == NOTHING, "an earlier day had passed before"


def test_an_action_of_an_owner_who_does_not_sign_in_falls_to_the_childs_manager(context: Context, app: Flask) -> None:
    with writing() as current:
        north, south = factories.team(current), factories.team(current)
        factories.person(current, Role.MANAGER, email="north@council.invalid", team_id=north.id)
        factories.person(current, Role.MANAGER, email="south@council.invalid", team_id=south.id)
        south_id = south.id
    action(child(team_id=south_id))
    run(context, 12)
    assert told() == ["south"]


def test_whoever_covers_an_owner_is_told_only_if_they_see_every_record(context: Context, app: Flask) -> None:
    ids = people(Role.MANAGER, Role.INTERVIEWER)
    with writing() as current:
        cover = factories.person(current, Role.INTERVIEWER, email="cover@council.invalid")
        owner = current.get_one(Person, ids[Role.INTERVIEWER])
        owner.away_from, owner.covered_by_id = NOON - DAY, cover.id
        cover_id = cover.id
    action(child(), owner_id=ids[Role.INTERVIEWER])
    run(context, 12)
    assert told() == ["manager"], "an interviewer covers nobody"
    with writing() as current:
        current.get_one(Person, cover_id).role_rows.append(PersonRole(role=str(Role.LEAD)))
    action(child(), owner_id=ids[Role.INTERVIEWER])
    run(context, 13)
    assert told() == ["cover", "manager", "manager"]


def test_done_and_withdrawn_actions_tell_nobody(context: Context, staff: dict[Role, int]) -> None:
    action(child(), done_at=NOON)
    action(child(), withdrawn_at=NOON)
    assert run(context, 100) == NOTHING


def test_the_engine_standing_still_is_told_once_for_each_outage(context: Context, staff: dict[Role, int]) -> None:
    stood = NOON - HOUR
    assert tell_engine_stale(context, stood, NOON) == 2
    assert tell_engine_stale(at(context, 1), stood, NOON + HOUR) == 0
    assert told("engine_stale") == ["administrator", "lead"]
    assert {(row.subject, row.subject_id, row.due_at) for row in alerts()} == {("engine", 0, stood)}
    (first, _) = messages("engine_stale")
    assert "From:       16 Nov 2026, 11:00 GMT" in first.body
    assert "Until:      16 Nov 2026, 12:00 GMT" in first.body
    assert tell_engine_stale(at(context, 5), NOON + 4 * HOUR, NOON + 5 * HOUR) == 2, "another outage"


def test_nobody_to_tell_is_tried_again(context: Context, app: Flask) -> None:
    found(context)
    action(child())
    assert run(context, 12) == NoticesResult(nobody_told=2)
    assert tell_engine_stale(context, NOON - HOUR, NOON) == 0
    people(Role.LEAD)
    assert run(context, 13) == NoticesResult(matters=2, alerts=2)
    assert tell_engine_stale(context, NOON - HOUR, NOON) == 1


def test_an_administrator_is_told_of_no_child(context: Context, app: Flask) -> None:
    people(Role.ADMINISTRATOR)
    found(context)
    assert run(context, 12).nobody_told == 1


def test_a_trigger_that_the_ladder_does_not_name_tells_nobody(context: Context, staff: dict[Role, int]) -> None:
    found(context)
    silent = replace(context, rules=replace(context.rules, triggers=()))
    assert run(silent, 12) == NOTHING
    assert tell_engine_stale(silent, NOON - HOUR, NOON) == 0
    assert run(context, 13).matters == 1, "named again, it tells of what still stands"


def test_working_hours_delay_what_is_not_urgent(context: Context, staff: dict[Role, int]) -> None:
    window = Window(time(8), time(18))
    rules = replace(
        context.rules,
        triggers=tuple(replace(policy, window=window) for policy in context.rules.triggers),
    )
    found(context)
    waiting = replace(context, rules=rules)
    assert run(waiting, 12) == NOTHING, "midnight"
    assert run(waiting, 19.99) == NOTHING
    assert run(waiting, 20) == NoticesResult(matters=1, alerts=2)
    assert {row.due_at for row in alerts()} == {NOON + 12 * HOUR}


def test_two_passes_at_once_tell_once(context: Context, staff: dict[Role, int], app: Flask) -> None:
    for _ in range(5):
        found(context)
        action(child())
        flag(child())
        world.line(world.receipt(NOON), 1)
    barrier = threading.Barrier(4)
    failed: list[Exception] = []

    def one() -> None:
        with app.app_context():
            barrier.wait()
            try:
                raise_notices(at(context, 30))
            except Exception as error:
                failed.append(error)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    run(context, 31)
    assert set(alerts_by_subject().values()) == {1, 2}
    assert len(alerts()) == 5 * 2 + 5 * 1 + 5 * 2 + 5 * 1, "an action of nobody and a report tell one person"
    assert sorted(told()) == ["lead"] * 3 + ["manager"] * 3
    assert list(audit.broken_links(session())) == []


def test_one_trigger_that_fails_holds_back_no_other(
    context: Context, staff: dict[Role, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tracker.services import raise_notices as module

    found(context)
    flag(child())

    def broken(*_: object) -> None:
        raise ValueError("Zebedee")

    monkeypatch.setattr(notices, "mark_found", broken)
    with pytest.raises(module.NoticesIncompleteError) as failed:
        run(context, 12)
    assert failed.value.result.matters == 1
    assert {row.trigger for row in alerts()} == {Trigger.REPEAT_FLAG}
    monkeypatch.undo()
    assert run(context, 13).matters == 1, "nothing of it was kept, so that it is told whole"


@pytest.mark.parametrize(
    ("index", "ask"),
    [
        ("ix_episode_found_untold", lambda current: notices.found_untold(current, NOON, ["missing"])),
        ("ix_action_untold", lambda current: notices.actions_untold(current, NOON.date())),
        ("ix_maramp_untold", lambda current: notices.reviews_untold(current, NOON.date())),
        ("ix_repeat_flag_untold", lambda current: notices.flags_untold(current, NOON)),
        ("ix_receipt_lines_untold", lambda current: notices.receipts_unjudged(current, NOON)),
        ("ix_outbox_undelivered", lambda current: notices.undelivered_untold(current, NOON)),
    ],
)
def test_what_is_due_is_asked_by_an_index_of_its_own(app: Flask, index: str, ask: Callable[[Session], object]) -> None:
    if session().get_bind().dialect.name != "sqlite":
        pytest.skip("an empty table of PostgreSQL is read whole")
    asked: list[tuple[str, Any]] = []
    engine = session().get_bind()

    def remember(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", remember)
    ask(session())
    event.remove(engine, "before_cursor_execute", remember)
    statement, parameters = asked[-1]
    plan = session().connection().exec_driver_sql("EXPLAIN QUERY PLAN " + statement, parameters).all()
    assert index in str(plan), plan


def test_a_line_settled_meanwhile_is_not_counted(context: Context, staff: dict[Role, int]) -> None:
    id_ = world.receipt(NOON)
    settled, _ = world.line(id_, 1), world.line(id_, 2)
    change(Line, settled, settled_at=NOON + HOUR)
    run(context, 4)
    assert messages("lines_waiting")[0].subject.startswith("1 line waits for a decision")


class _Taking:
    """A mailer that takes everything."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    @contextmanager
    def connect(self) -> Iterator["_Taking"]:
        yield self

    def send(self, email: Email) -> None:
        self.sent.append(email.to_address.partition("@")[0])

    def describe(self) -> str:
        return "takes everything"


@pytest.mark.parametrize(
    "settle",
    [
        lambda ids: change(Episode, ids["episode"], returned_at=NOON + 12 * HOUR),
        lambda ids: change(Action, ids["action"], done_at=NOON + 12 * HOUR),
        lambda ids: change(RepeatFlagRow, ids["flag"], reviewed_at=NOON + 12 * HOUR),
        lambda ids: change(Line, ids["line"], settled_at=NOON + 12 * HOUR),
    ],
    ids=["episode", "action", "flag", "receipt"],
)
def test_what_is_settled_before_it_is_sent_is_sent_to_nobody(
    context: Context, staff: dict[Role, int], settle: Callable[[dict[str, int]], None]
) -> None:
    ids = {"episode": found(context), "action": action(child()), "flag": flag(child())}
    receipt_id = world.receipt(NOON)
    ids["line"] = world.line(receipt_id, 1)
    run(context, 12)
    before = len(messages("found_not_returned") + messages("action_overdue") + messages("repeat_flag"))
    settle(ids)
    mailer = _Taking()
    done = deliver(at(context, 13), mailer)
    gone = {"episode": 2, "action": 1, "flag": 2, "receipt": 1}
    assert done.not_needed in gone.values()
    assert done.sent + done.not_needed == before + 1
    assert len(mailer.sent) == done.sent


def test_an_answered_alert_is_sent_to_nobody_and_holds_nothing(context: Context, staff: dict[Role, int]) -> None:
    found(context)
    run(context, 12)
    mine = next(row for row in alerts() if row.recipient_id == staff[Role.LEAD])
    acknowledge(at(context, 12.1), reference=mine.reference, planned_at=NOON + 20 * HOUR)
    mailer = _Taking()
    assert deliver(at(context, 13), mailer).not_needed == 1
    assert mailer.sent == ["manager"]
