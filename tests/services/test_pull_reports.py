"""What is fetched becomes receipts: when due, by one process, again soon after a failure; on both databases."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.reports import FEED, as_csv, row
from tracker.bootstrap import wiring
from tracker.core.clock import FixedClock
from tracker.core.pulls import NothingNew, Pull, Pulled, PullFailed, PullResult, Validators
from tracker.core.report_terms import Road
from tracker.scheduler import Engine
from tracker.services import pull_reports as service
from tracker.services import receive_report as intake
from tracker.services.context import Context
from tracker.services.pull_reports import PullDone, Worker, pull_reports
from tracker.services.receive_report import resume_reading
from tracker.store import engine as beats
from tracker.store.db import session
from tracker.store.models import Episode, Receipt, RoadState

MINUTE = timedelta(minutes=1)
PULL = Pull(FEED, FEED, "https://reports.police.invalid/daily.csv?key=secret", 1_000_000, every_minutes=15)
THIS = Worker("this/1/a")
LOGIN_PAGE = b"<!DOCTYPE html><html><body><form>Sign in</form></body></html>"


@dataclass
class Answers:
    """A source that answers from a list, the last again and again; `known`: what it was asked with."""

    answers: list[PullResult | Callable[[], PullResult]]
    known: list[Validators] = field(default_factory=list)

    def fetch(self, pull: Pull, known: Validators) -> PullResult:
        self.known.append(known)
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return found() if callable(found) else found

    def problem(self, pull: Pull) -> str | None:
        return None


def pulled(content: bytes | None = None, etag: str | None = None, filename: str | None = None) -> Pulled:
    return Pulled(as_csv([row()]) if content is None else content, filename, Validators(etag))


@dataclass
class Pulls:
    app: Flask
    context: Context
    clock: FixedClock
    pull: Pull = PULL
    worker: Worker = THIS

    def run(self, *answers: Any, **given: Any) -> list[PullDone]:
        source = answers[0] if isinstance(answers[0], Answers) else Answers(list(answers))
        settings = wiring(self.app).settings
        given = {"worker": self.worker, "pulls": [self.pull], "feeds": settings.feeds, **given}
        return pull_reports(
            replace(self.context, now=self.clock.now()),
            source=source,
            limits=settings.limits,
            read_clock=self.clock.now,
            **given,
        )

    def later(self, minutes: float) -> "Pulls":
        self.clock.at += timedelta(minutes=minutes)
        return self


@pytest.fixture
def pulls(app: Flask, context: Context, clock: FixedClock) -> Pulls:
    return Pulls(app, context, clock)


def outcomes(done: list[PullDone]) -> list[str]:
    return [one.code or one.outcome for one in done]


def state() -> RoadState:
    session().rollback()
    return session().scalars(select(RoadState).execution_options(populate_existing=True)).one()


def receipts() -> list[Receipt]:
    session().rollback()
    return list(session().scalars(select(Receipt).order_by(Receipt.id)))


def test_a_report_is_fetched_at_once_and_then_when_it_is_due(pulls: Pulls) -> None:
    (done,) = pulls.run(pulled(filename="night.csv"))
    assert (done.outcome, done.receipt_id) == ("received", 1)
    (receipt,) = receipts()
    assert (receipt.source, receipt.feed, receipt.filename) == (Road.PULL, FEED, "night.csv")
    assert (receipt.status, receipt.lines_read) == ("complete", 1)
    held = state()
    assert (held.ok_at, held.next_at, held.claimed_until, held.failures) == (NOON, NOON + 15 * MINUTE, None, 0)
    assert pulls.later(14.9).run(pulled()) == []
    assert outcomes(pulls.later(0.1).run(pulled(as_csv([row(risk="High")])))) == ["received"]


def test_what_the_server_calls_this_version_is_asked_with_next_time(pulls: Pulls) -> None:
    source = Answers([pulled(etag='"v1"'), NothingNew()])
    pulls.run(source)
    (done,) = pulls.later(15).run(source)
    assert done.outcome == "nothing_new"
    assert source.known == [Validators(), Validators('"v1"')]
    assert len(receipts()) == 1, "nothing new is no report"
    assert state().ok_at == NOON + 15 * MINUTE


def test_another_address_is_asked_as_if_nothing_were_held(pulls: Pulls) -> None:
    source = Answers([pulled(etag='"v1"')])
    pulls.run(source)
    pulls.pull = replace(pulls.pull, url="https://reports.police.invalid/other.csv")
    pulls.later(15).run(source)
    assert source.known == [Validators(), Validators()]
    assert len(receipts()) == 2


def test_the_same_bytes_of_a_server_that_cannot_say_so_are_one_report_a_day(pulls: Pulls) -> None:
    nil = as_csv([])
    assert outcomes(pulls.run(pulled(nil))) == ["received"]
    assert outcomes(pulls.later(15).run(pulled(nil))) == ["nothing_new"]
    assert outcomes(pulls.later(24 * 60).run(pulled(nil))) == ["received"], "today's nil return is not yesterday's"
    assert outcomes(pulls.later(15).run(pulled(nil, etag='"another"'))) == ["received"], "the server says it is another"
    assert [receipt.lines_read for receipt in receipts()] == [0, 0, 0]


def test_an_empty_file_is_a_receipt_refused(pulls: Pulls) -> None:
    (done,) = pulls.run(pulled(b""))
    assert (done.code, done.receipt_id) == ("refused", 1)
    assert receipts()[0].problem_code == "empty_file"


def test_a_page_to_sign_in_is_refused_and_asked_for_anew(pulls: Pulls) -> None:
    source = Answers([pulled(LOGIN_PAGE, etag='"page"'), pulled(LOGIN_PAGE, etag='"page"'), pulled(etag='"page"')])
    (done,) = pulls.run(source)
    assert done.code == "refused" and "receipt 1" in done.sentence
    assert receipts()[0].status == "refused"
    held = state()
    assert (held.failures, held.code, held.ok_at) == (1, "refused", None)
    assert outcomes(pulls.later(2).run(source)) == ["refused"]
    assert len(receipts()) == 1, "the same page on the same day is one receipt"
    assert outcomes(pulls.later(3).run(source)) == ["received"]
    assert source.known == [Validators()] * 3, "never asked with what a refused page was called"
    assert state().failures == 0


def test_after_a_failure_it_is_tried_again_ever_later(pulls: Pulls) -> None:
    failure = PullFailed("unreachable", "reports.police.invalid could not be reached.")
    waits = []
    for number in range(1, 10):
        (done,) = pulls.run(failure)
        assert done.outcome == "failed"
        held = state()
        assert (held.failures, held.code, held.sentence) == (number, failure.code, failure.sentence)
        assert held.failing_since == NOON
        assert held.next_at is not None
        waits.append((held.next_at - pulls.clock.at) / MINUTE)
        assert pulls.run(failure) == [], "not before"
        pulls.clock.at = held.next_at
    assert 0.8 <= waits[0] <= 1 and 48 <= waits[-1] <= 60
    assert outcomes(pulls.run(pulled())) == ["received"]
    assert (state().failures, state().failing_since, state().code) == (0, None, None)
    assert receipts()[0].lines_read == 1


def test_a_feed_that_does_not_exist(pulls: Pulls) -> None:
    assert outcomes(pulls.run(pulled(), feeds={})) == ["unknown_feed"]


def test_shorter_hours_in_the_settings_count_at_once(pulls: Pulls) -> None:
    pulls.pull = replace(pulls.pull, every_minutes=1440)
    pulls.run(pulled())
    pulls.later(30)
    pulls.pull = replace(pulls.pull, every_minutes=15)
    assert outcomes(pulls.run(pulled())) == ["nothing_new"]


def test_a_time_set_before_the_clock_was_set_back_is_not_waited_for(pulls: Pulls) -> None:
    pulls.run(pulled())
    assert outcomes(pulls.later(-60 * 24 * 365).run(pulled())) == ["received"]


class TestTwoProcesses:
    def test_one_fetches(self, pulls: Pulls) -> None:
        source = Answers([pulled()])

        def meanwhile() -> Pulled:
            assert pulls.run(source, worker=Worker("that/2/b")) == []
            (asked,) = pulls.run(source, worker=Worker("that/2/b"), now_too=lambda pull: True)
            assert asked.outcome == "busy"
            return pulled()

        assert outcomes(pulls.run(meanwhile)) == ["received"]
        assert source.known == []

    def test_of_two_that_claim_in_the_same_moment_one_does(self, pulls: Pulls, monkeypatch: pytest.MonkeyPatch) -> None:
        real = service.roads.claim_pull

        def the_other_first(current: Session, held: RoadState, worker: str, *times: Any) -> bool:
            assert real(current, held, "that/2/b", *times)
            return real(current, held, worker, *times)

        monkeypatch.setattr(service.roads, "claim_pull", the_other_first)
        assert pulls.run(pulled()) == []
        assert state().claimed_by == "that/2/b"

    def test_a_claim_ends_by_its_time(self, pulls: Pulls) -> None:
        pulls.worker.claim(pulls.pull, NOON, wanted=False)
        other = Worker("that/2/b")
        assert pulls.later(3.9).run(pulled(), worker=other) == []
        assert outcomes(pulls.later(0.2).run(pulled(), worker=other)) == ["received"]

    def test_or_at_once_where_its_process_is_gone(self, pulls: Pulls) -> None:
        pulls.worker.claim(pulls.pull, NOON, wanted=False)
        other = Worker("that/2/b", is_gone=lambda worker: worker == "this/1/a")
        assert outcomes(pulls.run(pulled(), worker=other)) == ["received"]

    def test_whoever_was_too_slow_writes_nothing_over_the_others_end(self, pulls: Pulls) -> None:
        def slow() -> PullFailed:
            pulls.later(5)
            assert outcomes(pulls.run(pulled(), worker=Worker("that/2/b"))) == ["received"]
            return PullFailed("timeout", "too slow")

        pulls.run(slow)
        assert (state().failures, state().ok_at) == (0, NOON + 5 * MINUTE)


class _Cut(BaseException):
    """The process ends here."""


GONE = Worker("that/2/b", is_gone=lambda worker: worker == "this/1/a")


def test_cut_short_before_the_commit_it_is_fetched_again(pulls: Pulls) -> None:
    def cut() -> PullResult:
        raise _Cut

    with pytest.raises(_Cut):
        pulls.run(cut)
    assert outcomes(pulls.run(pulled(), worker=GONE)) == ["received"]
    assert len(receipts()) == 1


@pytest.mark.parametrize("etag", ['"v1"', None])
def test_cut_short_after_the_commit_there_is_no_second_receipt(
    pulls: Pulls, monkeypatch: pytest.MonkeyPatch, etag: str | None
) -> None:
    def cut(*given: object) -> None:
        raise _Cut

    with monkeypatch.context() as patch:
        patch.setattr(service, "_end", cut)
        with pytest.raises(_Cut):
            pulls.run(pulled(etag=etag))
    source = Answers([NothingNew() if etag else pulled()])
    assert outcomes(pulls.run(source, worker=GONE)) == ["nothing_new"]
    assert source.known == [Validators(etag)]
    assert len(receipts()) == 1


def test_a_report_that_cannot_be_read_on_is_kept_and_holds_up_no_other(
    pulls: Pulls, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*given: object) -> None:
        raise RuntimeError("a fault of ours")

    other = replace(pulls.pull, name="second", url="https://second.police.invalid/")
    with monkeypatch.context() as patch:
        patch.setattr(intake, "read_chunk", fails)
        with pytest.raises(ExceptionGroup, match="could not be kept or read"):
            pulls.run(pulled(), pulled(as_csv([])), pulls=[pulls.pull, other])
    assert [receipt.status for receipt in receipts()] == ["reading", "complete"]
    session().rollback()
    held = {one.name: one for one in session().scalars(select(RoadState))}
    assert (held[FEED].code, held["second"].code) == ("fault", None)
    wired = wiring(pulls.app)
    resume_reading(pulls.context, wired.settings.feeds, wired.settings.limits)
    assert outcomes(pulls.later(1).run(pulled(), pulls=[pulls.pull])) == ["nothing_new"]
    assert session().scalar(select(func.count()).select_from(Episode)) == 1


def test_the_state_of_a_pull_that_is_no_longer_set_is_let_go(pulls: Pulls) -> None:
    pulls.run(pulled())
    service.forget_others([replace(pulls.pull, name="another")])
    session().rollback()
    assert session().scalar(select(RoadState.name)) is None


def test_fetching_stops_between_two_when_told_to(pulls: Pulls) -> None:
    both = [pulls.pull, replace(pulls.pull, name="second")]
    answers = iter([True, False])
    assert len(pulls.run(pulled(), pulls=both, keep_going=lambda: next(answers))) == 1


def test_the_schedulers_jobs_run_to_their_end_where_nothing_is_set(app: Flask) -> None:
    engine = Engine(app)
    for job in engine.jobs():
        if job.name in ("folder", "pull"):
            engine.run(job)
    session().rollback()
    assert beats.last_beat_at(session(), "folder") == beats.last_beat_at(session(), "pull") == NOON
