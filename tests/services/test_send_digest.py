"""The morning's digest: once a day, to each person with something of their own, of what they may see."""

import threading
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests import factories
from tests.conftest import NOON
from tests.services import world
from tests.services.trigger_world import DAY, HOUR, action, child, flag, found, messages, people, told
from tracker.core.alert_terms import DigestPart
from tracker.core.digest import DigestPolicy
from tracker.core.terms import Role
from tracker.services import record_interview as interview
from tracker.services.context import Actor, Context, Viewer
from tracker.services.raise_alerts import sweep
from tracker.services.send_digest import DigestResult, preview, send_digests, show_digests
from tracker.services.transaction import writing
from tracker.store import audit
from tracker.store.db import session
from tracker.store.models import AuditEntry, DueRun, Episode, OutboxMessage, Person

POLICY = DigestPolicy()
EIGHT = NOON - 4 * HOUR
NOTHING = DigestResult()


def at(context: Context, when: datetime) -> Context:
    return replace(context, now=when)


def counts(context: Context, person_id: int, policy: DigestPolicy = POLICY) -> dict[str, int]:
    """What this person's digest would say, by part."""
    _, found = show_digests(context, policy)
    return {str(item.name): item.count for one in found if one.reader.id == person_id for item in one.items}


@pytest.fixture
def two_teams(app: Flask) -> dict[str, int]:
    """A manager and an interviewer in each of two teams, a lead, and a service manager."""
    made = {}
    with writing() as current:
        for name in ("north", "south"):
            team = factories.team(current, name)
            made[f"{name} team"] = team.id
            for role in (Role.MANAGER, Role.INTERVIEWER):
                email = f"{name}-{role}@council.invalid"
                made[f"{name} {role}"] = factories.person(current, role, email=email, team_id=team.id).id
        made["lead"] = factories.person(current, Role.LEAD, email="lead@council.invalid").id
        made["senior"] = factories.person(current, Role.SERVICE_MANAGER, email="senior@council.invalid").id
    return made


def test_at_eight_and_not_before_and_once(context: Context, app: Flask) -> None:
    people(Role.LEAD)
    world.episode(context, 80)
    assert send_digests(at(context, EIGHT - timedelta(seconds=1)), POLICY) == NOTHING
    assert send_digests(at(context, EIGHT), POLICY) == DigestResult(queued=1)
    for hours in (0, 0.02, 5, 15.9, 16.1, 23.99):
        assert send_digests(at(context, EIGHT + hours * HOUR), POLICY) == NOTHING
    assert send_digests(at(context, EIGHT + DAY), POLICY) == DigestResult(queued=1)
    keys = session().scalars(select(OutboxMessage.dedupe_key).order_by(OutboxMessage.id)).all()
    assert [key.rsplit(":", 1)[0] for key in keys] == ["digest:2026-11-16", "digest:2026-11-17"]
    days = session().scalars(select(AuditEntry.details).where(AuditEntry.action == "digest_queued")).all()
    assert [details["day"] for details in days] == ["2026-11-16", "2026-11-17"]


def test_quiet_where_nothing_is_to_be_said_unless_all_clear_is_asked_for(context: Context, app: Flask) -> None:
    people(Role.LEAD, Role.INTERVIEWER)
    assert send_digests(context, POLICY) == DigestResult(quiet=2)
    assert told() == []
    assert send_digests(at(context, NOON + DAY), replace(POLICY, all_clear=True)) == DigestResult(queued=2)
    assert told() == ["interviewer", "lead"]
    assert "all clear" in messages("digest")[0].subject


def test_each_is_told_of_their_own_only(context: Context, two_teams: dict[str, int]) -> None:
    north, south = two_teams["north team"], two_teams["south team"]
    mine = world.episode(context, 80, team_id=north)
    world.episode(context, 90, team_id=south)
    world.episode(context, 100, team_id=south)
    world.episode(context, 60, team_id=north)
    interview.allocate(replace(context, actor=Actor("test")), episode_id=mine, person_id=two_teams["north interviewer"])
    found(context, NOON - HOUR, team_id=north)
    action(child(team_id=south), due_on=NOON.date() - timedelta(days=1))
    action(child(), due_on=NOON.date() - timedelta(days=2), owner_id=two_teams["north interviewer"])
    flag(child(team_id=south))
    world.line(world.receipt(), 1)
    assert counts(context, two_teams["lead"]) == {
        "overdue_interviews": 3, "due_soon": 1, "found_not_returned": 1, "lines_waiting": 1, "overdue_actions": 2,
        "repeat_flags": 1,
    }  # fmt: skip
    assert counts(context, two_teams["north manager"]) == {
        "overdue_interviews": 1, "due_soon": 1, "found_not_returned": 1, "overdue_actions": 1,
    }  # fmt: skip
    assert counts(context, two_teams["south manager"]) == {
        "overdue_interviews": 2, "overdue_actions": 1, "repeat_flags": 1,
    }  # fmt: skip
    assert counts(context, two_teams["north interviewer"]) == {"overdue_interviews": 1, "overdue_actions": 1}
    assert counts(context, two_teams["south interviewer"]) == {}
    assert send_digests(context, POLICY) == DigestResult(queued=5, quiet=1)


def test_a_manager_is_led_to_the_board_of_the_team_and_begins_with_what_there_is(
    context: Context, two_teams: dict[str, int]
) -> None:
    world.episode(context, 60, team_id=two_teams["north team"])
    world.episode(context, 80, team_id=two_teams["south team"])
    send_digests(context, POLICY)
    north, south, lead = (
        next(message.body for message in messages("digest") if message.to_address == email)
        for email in ("north-manager@council.invalid", "south-manager@council.invalid", "lead@council.invalid")
    )
    assert f"{context.base_url}/my-team\n" in north and "Begin with what stands first on the page." in north
    assert f"{context.base_url}/my-team\n" in south and "Begin with what is overdue." in south
    assert f"{context.base_url}/\n" in lead


def test_approvals_reviews_and_alerts(context: Context, two_teams: dict[str, int]) -> None:
    north = two_teams["north team"]
    id_ = world.episode(context, 80, team_id=north)
    manager = Actor("north", two_teams["north manager"])
    interview.propose_not_required(replace(context, actor=manager), episode_id=id_, reason="moved")
    held = world.episode(context, 50, team_id=north)
    with writing() as current:
        factories.interview(
            current, [current.get_one(Episode, held)], completed_at=NOON - HOUR, written_up_at=NOON - HOUR,
            allocated_to_id=two_teams["north interviewer"], context=context,
        )  # fmt: skip
    sweep(context)
    assert counts(context, two_teams["north manager"]) == {"overdue_interviews": 1, "reviews": 1, "alerts": 1}
    assert counts(context, two_teams["senior"])["approvals"] == 1, "who proposed does not approve"
    assert "approvals" not in counts(context, two_teams["lead"])
    assert counts(context, two_teams["lead"])["alerts"] == 1


def test_the_away_have_none_and_whoever_covers_them_has_theirs_once(
    context: Context, two_teams: dict[str, int]
) -> None:
    for number in range(3):
        world.episode(context, 80 + number, team_id=two_teams["south team"])
    world.episode(context, 90, team_id=two_teams["north team"])
    with writing() as current:
        south = current.get_one(Person, two_teams["south manager"])
        south.away_from, south.covered_by_id = NOON - DAY, two_teams["north manager"]
    assert counts(context, two_teams["south manager"]) == {}
    assert counts(context, two_teams["north manager"])["overdue_interviews"] == 4
    send_digests(context, POLICY)
    assert Counter(told())["north-manager"] == 1
    assert "south-manager" not in told()
    with writing() as current:
        current.get_one(Person, two_teams["south manager"]).covered_by_id = None
    assert counts(context, two_teams["north manager"])["overdue_interviews"] == 1


def test_who_covers_an_interviewer_is_told_of_no_child_that_they_may_not_see(
    context: Context, two_teams: dict[str, int]
) -> None:
    id_ = world.episode(context, 80, team_id=two_teams["north team"])
    interview.allocate(replace(context, actor=Actor("test")), episode_id=id_, person_id=two_teams["north interviewer"])
    with writing() as current:
        away = current.get_one(Person, two_teams["north interviewer"])
        away.away_from, away.covered_by_id = NOON - DAY, two_teams["south interviewer"]
    assert counts(context, two_teams["south interviewer"]) == {}


def test_a_stop_over_days_sends_one_and_late_in_the_day_it_is_still_that_days(context: Context, app: Flask) -> None:
    people(Role.LEAD)
    world.episode(context, 80)
    send_digests(at(context, EIGHT), POLICY)
    for hours in (72, 77, 79.9):  # three days stopped; then at 22 o'clock
        assert send_digests(at(context, EIGHT + hours * HOUR), POLICY) == (
            DigestResult(queued=1) if hours == 72 else NOTHING
        )
    assert send_digests(at(context, EIGHT + 5 * DAY + 14 * HOUR), POLICY) == DigestResult(queued=1)
    assert send_digests(at(context, EIGHT + 6 * DAY - HOUR), POLICY) == NOTHING, "yesterday's is no news any more"
    assert send_digests(at(context, EIGHT + 6 * DAY), POLICY) == DigestResult(queued=1)


def test_a_clock_set_back_or_ahead_neither_repeats_nor_silences(context: Context, app: Flask) -> None:
    people(Role.LEAD)
    world.episode(context, 80)
    sent = [
        send_digests(at(context, EIGHT + hours * HOUR), POLICY).queued
        for hours in (0, 2, -2, 0, 24, 0, 1, 24, 25, 24 * 365, 48, 24, 48, 72)
    ]
    assert sent == [1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 1]
    days = session().scalars(select(DueRun.key).where(DueRun.work == "digest")).all()
    assert len(days) == len(set(days)) == 5


def test_many_at_once_send_one(context: Context, app: Flask) -> None:
    people(Role.LEAD, Role.MANAGER)
    world.episode(context, 80)
    barrier = threading.Barrier(4)
    done: list[DigestResult] = []
    failed: list[Exception] = []

    def one() -> None:
        with app.app_context():
            barrier.wait()
            try:
                done.append(send_digests(context, POLICY))
            except Exception as error:
                failed.append(error)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sorted(result.queued for result in done) == [0, 0, 0, 2]
    assert session().scalar(select(func.count()).select_from(OutboxMessage)) == 2
    assert list(audit.broken_links(session())) == []


def test_the_mark_and_the_emails_are_one_transaction(
    context: Context, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(Role.LEAD)
    world.episode(context, 80)

    def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tracker.store.outbox.queue_emails", dies)
    with pytest.raises(KeyboardInterrupt):
        send_digests(context, POLICY)
    monkeypatch.undo()
    session().rollback()
    assert session().scalars(select(DueRun)).all() == []
    assert send_digests(context, POLICY) == DigestResult(queued=1)


def test_the_email_holds_numbers_and_no_names(context: Context, app: Flask) -> None:
    people(Role.LEAD)
    world.episode(context, 80, surname="Quillfeather")
    send_digests(context, POLICY)
    (message,) = messages("digest")
    assert message.subject == "Return interviews, Mon 16 Nov 2026: 1 overdue"
    assert "    1  Return interviews overdue\n" in message.body
    assert "Quillfeather" not in message.body
    assert f"{context.base_url}/\n" in message.body


def test_what_the_digest_would_say_now(context: Context, app: Flask) -> None:
    ids = people(Role.LEAD, Role.ADMINISTRATOR)
    world.episode(context, 80)
    lead = Viewer(ids[Role.LEAD], "Lead", frozenset({Role.LEAD}))
    other = Viewer(ids[Role.ADMINISTRATOR], "Ed", frozenset({Role.ADMINISTRATOR}))
    items = preview(context, lead, POLICY)
    assert items is not None
    assert [(item.name, item.count) for item in items] == [(DigestPart.OVERDUE_INTERVIEWS, 1)]
    assert preview(context, other, POLICY) is None
    assert preview(context, lead, replace(POLICY, roles=frozenset({Role.MANAGER}))) is None
    assert session().scalar(select(func.count()).select_from(OutboxMessage)) == 0
