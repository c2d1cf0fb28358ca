"""The outbox's way out: at least once, never zero, recorded exactly once, and no message holds back another."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests import factories
from tests.conftest import NOON
from tracker.core.mail import Email, MailConnectionLostError, MailDelayedError, MailHeldError, MailRefusedError
from tracker.core.terms import Role
from tracker.services.context import Context
from tracker.services.deliver_outbox import LEASE, DeliveryResult, deliver, try_again_at, try_refused_again
from tracker.services.engine_state import state
from tracker.services.follow_up import follow_up_episode
from tracker.services.mark_sent import WINDOW
from tracker.services.raise_alerts import sweep
from tracker.services.transaction import writing
from tracker.store import outbox
from tracker.store.db import db, session
from tracker.store.models import AuditEntry, Episode, OutboxMessage, Person

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


class KilledError(BaseException):
    """As kill -9 would: nothing after it runs."""


@dataclass
class FakeMailer:
    """Takes everything, except where `answers` has something to raise for an address."""

    answers: dict[str, list[BaseException]] = field(default_factory=dict)
    unreachable: bool = False
    sent: list[Email] = field(default_factory=list)
    connections: int = 0
    when_sending: Callable[[Email], None] = lambda email: None

    def describe(self) -> str:
        return "a fake"

    @contextmanager
    def connect(self) -> Iterator["FakeMailer"]:
        if self.unreachable:
            raise MailConnectionLostError("The mail server could not be used: ConnectionRefusedError.")
        self.connections += 1
        yield self

    def send(self, email: Email) -> None:
        self.when_sending(email)
        answers = self.answers.get(email.to_address.partition("@")[0], [])
        if answers:
            answer = answers.pop(0)
            if isinstance(answer, KilledError):
                self.sent.append(email)  # the server took it, and then we died
            raise answer
        self.sent.append(email)

    def addresses(self) -> list[str]:
        return [email.to_address.partition("@")[0] for email in self.sent]


def queue(*names: str) -> None:
    with writing() as current:
        for name in names:
            outbox.queue_email(
                current, dedupe_key=f"test:{name}", template="test", to_address=f"{name}@council.invalid",
                subject="A test", body="A test.\n", now=NOON, domain="tracker.invalid",
            )  # fmt: skip


def row(name: str) -> OutboxMessage:
    session().rollback()
    return session().scalars(select(OutboxMessage).where(OutboxMessage.dedupe_key == f"test:{name}")).one()


def later(context: Context, by: timedelta) -> Context:
    return replace(context, now=context.now + by)


def test_each_message_goes_once_over_one_connection(app: Flask, context: Context) -> None:
    queue("ann", "bob", "cat")
    mailer = FakeMailer()
    assert deliver(context, mailer) == DeliveryResult(sent=3)
    assert mailer.addresses() == ["ann", "bob", "cat"]
    assert mailer.connections == 1
    assert row("ann").sent_at == context.now
    assert (row("ann").attempts, row("ann").lease) == (1, None)
    assert deliver(later(context, HOUR), mailer) == DeliveryResult()
    assert mailer.connections == 1, "with nothing to send nobody is called"


def test_a_delayed_message_is_tried_again_with_the_same_message_id(app: Flask, context: Context) -> None:
    queue("ann")
    tried: list[str] = []
    mailer = FakeMailer({"ann": [MailDelayedError("The mail server answered 451.")] * 2})
    mailer.when_sending = lambda email: tried.append(email.message_id)
    assert deliver(context, mailer) == DeliveryResult(delayed=1)
    waiting = row("ann")
    assert (waiting.attempts, waiting.last_error) == (1, "The mail server answered 451.")
    assert context.now < waiting.try_at <= context.now + 15 * SECOND
    assert deliver(later(context, SECOND), mailer) == DeliveryResult(), "not before its time"
    assert deliver(later(context, 15 * SECOND), mailer) == DeliveryResult(delayed=1)
    assert deliver(later(context, 60 * SECOND), mailer) == DeliveryResult(sent=1)
    assert len(set(tried)) == 1
    assert len(tried) == 3
    assert row("ann").last_error is None


@pytest.mark.parametrize("longest", [timedelta(hours=1), timedelta(minutes=5)])
def test_the_delay_doubles_up_to_its_bound_and_is_spread(longest: timedelta) -> None:
    for tries in (1, 2, 3, 8, 20, 1000):
        whole = min(timedelta(seconds=15) * 2 ** min(tries - 1, 16), longest)
        delays = [try_again_at(f"<{n}@x>", tries, NOON, longest) - NOON for n in range(50)]
        assert all(whole / 2 <= delay <= whole for delay in delays)
        assert len(set(delays)) == 50
        assert delays[0] == try_again_at("<0@x>", tries, NOON, longest) - NOON


def test_a_refused_message_is_stopped_audited_and_not_tried_again(app: Flask, context: Context) -> None:
    queue("ann", "bob", "cat")
    mailer = FakeMailer({"ann": [MailRefusedError("The mail server answered 550.")]})
    assert deliver(context, mailer) == DeliveryResult(sent=2, stopped=1)
    stopped = row("ann")
    assert (stopped.stopped_at, stopped.stopped_why) == (context.now, "The mail server answered 550.")
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "email_stopped")).one()
    assert (entry.subject, entry.subject_id) == ("outbox", str(stopped.id))
    assert state(context, 180).stopped_emails == 1
    assert deliver(later(context, 24 * HOUR), mailer) == DeliveryResult()


def test_what_was_refused_goes_once_its_cause_is_mended(app: Flask, context: Context) -> None:
    with writing() as current:
        ann = factories.person(current, Role.LEAD, email="ann-mistyped@council.invalid")
        ann_id = ann.id
    queue("ann", "bob")
    with writing() as current:
        held = current.scalars(select(OutboxMessage).where(OutboxMessage.dedupe_key == "test:ann")).one()
        held.recipient_id = ann_id
        held.stopped_at, held.stopped_why = NOON, outbox.NO_LONGER_NEEDED
    assert try_refused_again(context) == 0, "what is no longer needed stays where it is"
    with writing() as current:
        held = current.scalars(select(OutboxMessage).where(OutboxMessage.dedupe_key == "test:ann")).one()
        held.stopped_at = held.stopped_why = None
    mailer = FakeMailer({"ann": [MailRefusedError("The mail server answered 550.")]})
    assert deliver(context, mailer) == DeliveryResult(sent=1, stopped=1)
    with writing() as current:
        current.get_one(Person, ann_id).email = "ann-mended@council.invalid"
    message_id = row("ann").message_id
    assert try_refused_again(context) == 1
    assert deliver(context, mailer) == DeliveryResult(sent=1)
    assert mailer.sent[-1].to_address == "ann-mended@council.invalid"
    assert mailer.sent[-1].message_id == message_id
    assert "email_tried_again" in session().scalars(select(AuditEntry.action)).all()


def test_one_bad_recipient_never_holds_the_others(app: Flask, context: Context) -> None:
    names = [f"person{number}" for number in range(30)]
    queue("first", *names)
    lost = MailConnectionLostError("The mail server could not be used: SMTPServerDisconnected.")
    mailer = FakeMailer({"first": [lost] * 50})
    assert deliver(context, mailer) == DeliveryResult(sent=30, delayed=1)
    assert mailer.addresses() == names


def test_a_server_away_delays_everything_and_loses_nothing(app: Flask, context: Context) -> None:
    queue(*[f"person{number}" for number in range(25)])
    mailer = FakeMailer(unreachable=True)
    assert deliver(context, mailer) == DeliveryResult(delayed=25)
    for hours in range(1, 20):
        deliver(later(context, hours * HOUR), mailer)
    mailer.unreachable = False
    assert deliver(later(context, 19 * HOUR + timedelta(minutes=5)), mailer) == DeliveryResult(sent=25)


def test_after_three_lost_connections_the_rest_waits_untouched(app: Flask, context: Context) -> None:
    names = [f"person{number}" for number in range(6)]
    queue(*names)
    mailer = FakeMailer({name: [MailConnectionLostError("gone")] for name in names})
    assert deliver(context, mailer) == DeliveryResult(delayed=3)
    assert [(row(name).attempts, row(name).lease) for name in names[3:]] == [(0, None)] * 3
    assert deliver(later(context, SECOND), mailer) == DeliveryResult(delayed=3)
    assert deliver(later(context, HOUR), mailer) == DeliveryResult(sent=6)


def test_dying_after_the_servers_answer_sends_a_copy_under_the_same_message_id(app: Flask, context: Context) -> None:
    queue("ann", "bob", "cat")
    mailer = FakeMailer({"bob": [KilledError()]})
    with pytest.raises(KilledError):
        deliver(context, mailer)
    assert row("ann").sent_at is not None
    assert row("bob").sent_at is None
    assert deliver(later(context, LEASE - SECOND), mailer) == DeliveryResult(), "the lease still runs"
    assert deliver(later(context, LEASE), mailer) == DeliveryResult(sent=2)
    assert mailer.addresses() == ["ann", "bob", "bob", "cat"]
    assert len({email.message_id for email in mailer.sent}) == 3


def test_what_a_dead_worker_held_goes_at_once(app: Flask, context: Context) -> None:
    queue("ann", "bob")
    mailer = FakeMailer({"ann": [KilledError()]})
    with pytest.raises(KilledError):
        deliver(context, mailer, worker="here/1")
    assert deliver(context, mailer, worker="here/2", is_gone=lambda worker: worker.startswith("elsewhere/")).sent == 0
    assert deliver(context, mailer, worker="here/2", is_gone=lambda worker: worker.startswith("here/1/")).sent == 2


def test_a_lease_from_before_the_clock_was_set_back_holds_nothing(app: Flask, context: Context) -> None:
    queue("ann")
    with writing() as current:
        current.scalars(select(OutboxMessage)).one().leased_until = NOON + 73 * HOUR
    assert deliver(context, FakeMailer()) == DeliveryResult(sent=1)


def test_a_slow_pass_renews_its_lease_and_another_leaves_its_messages_alone(app: Flask, context: Context) -> None:
    names = [f"person{number}" for number in range(10)]
    queue(*names)
    mailer, other = FakeMailer(), FakeMailer()
    now = context.now

    def slowly(_email: Email) -> None:
        nonlocal now
        now += 20 * SECOND
        deliver(replace(context, now=now), other)

    mailer.when_sending = slowly
    assert deliver(context, mailer, read_clock=lambda: now) == DeliveryResult(sent=10)
    assert other.sent == []
    assert row("person9").sent_at == now


def test_what_another_took_over_is_left_to_it(app: Flask, context: Context) -> None:
    queue("ann", "bob", "cat")
    mailer, other = FakeMailer(), FakeMailer()
    now = context.now

    def stall(email: Email) -> None:
        nonlocal now
        if not other.sent:
            now += LEASE + SECOND
            deliver(replace(context, now=now), other)

    mailer.when_sending = stall
    done = deliver(context, mailer, read_clock=lambda: now)
    assert other.addresses() == ["ann", "bob", "cat"]
    assert mailer.addresses() == ["ann"], "a copy at most of the one in hand"
    assert done == DeliveryResult(sent=0), "it was recorded once, by the other"


def test_told_to_stop_it_puts_back_what_it_has_not_tried(app: Flask, context: Context) -> None:
    queue("ann", "bob", "cat")
    mailer = FakeMailer()
    assert deliver(context, mailer, keep_going=lambda: len(mailer.sent) < 1) == DeliveryResult(sent=1)
    assert [row(name).lease for name in ("bob", "cat")] == [None, None]
    assert deliver(context, mailer) == DeliveryResult(sent=2)


def test_three_deliverers_at_once_send_each_message_once(app: Flask, context: Context) -> None:
    names = [f"person{number}" for number in range(90)]
    queue(*names)
    mailer = FakeMailer()
    barrier = threading.Barrier(3)
    results: list[DeliveryResult] = []
    failed: list[Exception] = []

    def one() -> None:
        with app.app_context():
            barrier.wait()
            try:
                for _ in range(2):  # one that found everything claimed looks again
                    results.append(deliver(context, mailer))
            except Exception as error:
                failed.append(error)

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    deliver(context, mailer)
    assert sorted(mailer.addresses()) == sorted(names)
    assert all(sent is not None for sent in session().scalars(select(OutboxMessage.sent_at)))


@pytest.fixture
def overdue(app: Flask, context: Context) -> int:
    """An episode overdue since an hour, its alert to one lead waiting in the outbox; its id."""
    with writing() as current:
        factories.person(current, Role.LEAD)
        back = NOON - 73 * HOUR
        made = factories.episode(current, factories.child(current), back - HOUR, back, context=context)
        episode_id = made.id
    assert sweep(context).alerts == 1
    return episode_id


def _waiting() -> OutboxMessage:
    session().rollback()
    return session().scalars(select(OutboxMessage)).one()


def test_a_message_whose_clock_was_closed_before_it_went_is_not_sent(overdue: int, context: Context) -> None:
    with writing() as current:
        factories.interview(current, [current.get_one(Episode, overdue)], completed_at=NOON, context=context)
    mailer = FakeMailer()
    assert deliver(context, mailer) == DeliveryResult(not_needed=1)
    assert mailer.sent == []
    assert _waiting().stopped_why == "no longer needed"
    assert state(context, 180).stopped_emails == 0, "nobody has to see it"
    assert session().scalars(select(AuditEntry.details).where(AuditEntry.action == "email_stopped")).one() == {
        "why": "no longer needed"
    }


def test_a_message_goes_although_the_deadline_moved_if_no_other_will(overdue: int, context: Context) -> None:
    with writing() as current:
        held = current.get_one(Episode, overdue)
        assert held.returned_at
        held.returned_at -= HOUR  # both deadlines have passed: the rung is carried over, not raised again
        follow_up_episode(current, held, context)
    assert sweep(context).alerts == 0
    assert deliver(context, FakeMailer()) == DeliveryResult(sent=1)


def test_a_message_about_a_deadline_that_now_lies_ahead_is_not_sent(overdue: int, context: Context) -> None:
    with writing() as current:
        held = current.get_one(Episode, overdue)
        assert held.returned_at
        held.returned_at += 5 * HOUR
        follow_up_episode(current, held, context)
    assert deliver(context, FakeMailer()) == DeliveryResult(not_needed=1)
    assert sweep(context).alerts == 1, "the new deadline has its own alert"
    assert deliver(context, FakeMailer()) == DeliveryResult(sent=1)


def test_where_marking_fails_the_pass_stops_loudly_and_what_went_goes_again(
    app: Flask, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"person{number}" for number in range(40)]
    queue(*names)
    mailer, real = FakeMailer(), outbox.mark_sent

    def fails(*_given: object) -> int:
        raise RuntimeError("the database went")

    monkeypatch.setattr(outbox, "mark_sent", fails)
    with pytest.raises(RuntimeError):
        deliver(context, mailer)
    assert 1 <= len(mailer.sent) <= WINDOW, "no more than may be sent again"
    assert all(row(name).sent_at is None for name in names)
    monkeypatch.setattr(outbox, "mark_sent", real)
    assert deliver(later(context, LEASE), mailer) == DeliveryResult(sent=40)
    assert set(mailer.addresses()) == set(names)
    assert len({email.message_id for email in mailer.sent}) == 40


def test_no_more_than_the_window_is_ever_with_the_server_and_unmarked(app: Flask, context: Context) -> None:
    queue(*[f"person{number}" for number in range(60)])
    mailer = FakeMailer()
    most = 0

    def count(_email: Email) -> None:
        nonlocal most
        with db.engine.connect() as other:
            marked = other.scalar(select(func.count()).where(OutboxMessage.sent_at.is_not(None)))
        most = max(most, len(mailer.sent) - (marked or 0))

    mailer.when_sending = count
    assert deliver(context, mailer) == DeliveryResult(sent=60)
    assert most < WINDOW


def test_a_carrier_that_takes_nothing_more_for_a_while_leaves_the_rest_untouched(app: Flask, context: Context) -> None:
    queue("ann", "bob", "cat")
    held = MailHeldError("The daily limit is reached.", timedelta(minutes=40))
    mailer = FakeMailer({"ann": [held]})
    assert deliver(context, mailer) == DeliveryResult(delayed=1)
    assert row("ann").try_at == context.now + timedelta(minutes=40)
    assert [(row(name).attempts, row(name).lease) for name in ("bob", "cat")] == [(0, None)] * 2


def test_a_carrier_is_not_waited_for_longer_than_an_hour(app: Flask, context: Context) -> None:
    queue("ann")
    deliver(context, FakeMailer({"ann": [MailDelayedError("Later.", timedelta(days=9))]}))
    assert row("ann").try_at == context.now + HOUR


def test_each_road_has_passes_of_its_own(app: Flask, context: Context) -> None:
    queue("ann")
    with writing() as current:
        email = outbox.NewEmail("test:desk", "test", "desk", "A test", "A test.\n", road="webhook:desk")
        outbox.queue_emails(current, [email], NOON, "tracker.invalid")
    mailer, desk = FakeMailer(unreachable=True), FakeMailer()
    assert deliver(context, mailer) == DeliveryResult(delayed=1)
    assert deliver(context, desk, road="webhook:desk") == DeliveryResult(sent=1)
    assert [email.to_address for email in desk.sent] == ["desk"]
    assert desk.sent[0].matter is not None


def test_what_an_earlier_try_may_have_sent_is_said_so(app: Flask, context: Context) -> None:
    queue("ann", "bob", "cat")
    mailer = FakeMailer({"bob": [KilledError()], "ann": [MailDelayedError("Later.")]})
    with pytest.raises(KilledError):
        deliver(context, mailer)
    said: dict[str, bool] = {}
    mailer.when_sending = lambda email: said.update({email.to_address.partition("@")[0]: email.may_have_gone})
    queue("dan")
    assert deliver(later(context, LEASE), mailer) == DeliveryResult(sent=4)
    assert said == {"ann": True, "bob": True, "cat": True, "dan": False}
