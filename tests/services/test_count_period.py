"""A period counted in the background: asked for once, made once, failed and asked for again, behind, let go."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests import factories
from tests.conftest import NOON
from tests.services.queries import walked
from tracker.core.clock import FixedClock, Period, financial_year_of
from tracker.core.monthly_summary import MonthlySummary
from tracker.core.policy import Policy
from tracker.core.terms import Cohort, Role
from tracker.scheduler import Engine, Job, running
from tracker.services.context import Context, Viewer
from tracker.services.count_period import KEPT_FOR, KEPT_OF_EACH, Counts, ask, count_asked, is_large
from tracker.services.pages.children import child_list
from tracker.services.pages.kept_figures import KEPT_SECONDS
from tracker.services.pages.periods import (
    NotCountedError,
    PeriodPage,
    count_again,
    ids_behind_period,
    period_export,
    period_page,
)
from tracker.services.publish_month import period_figures
from tracker.services.transaction import writing
from tracker.store import audit, engine, kept_figures
from tracker.store.db import session
from tracker.store.models import AuditEntry, Child, KeptFigureIds, KeptFigures

YEAR = financial_year_of(date(2026, 4, 1))
QUARTER = Period(date(2026, 7, 1), date(2026, 10, 1))
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def summer(app: Flask, context: Context) -> list[int]:
    """Six children in August, the first of them three times; nothing before. The ids of all eight episodes."""
    with writing() as current:
        found = []
        for place in range(6):
            child = factories.child(current)
            for time in range(3 if place == 0 else 1):
                start = datetime(2026, 8, 1 + place, 9, tzinfo=NOON.tzinfo) + timedelta(days=time * 7)
                row = factories.episode(current, child, start, hours=6, context=context, is_ours=place != 5)
                found.append(row.id)
        return found


def look(context: Context, period: Period = YEAR) -> PeriodPage:
    """The page where every period that holds an episode is large."""
    return period_page(context, period, at_once_episodes=0)


def later(context: Context, by: timedelta) -> Context:
    return replace(context, now=context.now + by)


def count(context: Context, compute: Callable[..., MonthlySummary] = period_figures, worker: str = "one") -> Counts:
    return count_asked(context, lambda: context.now, worker, compute=compute)


def rows() -> list[KeptFigures]:
    session().rollback()
    found = select(KeptFigures).order_by(KeptFigures.id).execution_options(populate_existing=True)
    return list(session().scalars(found))


def never(*_: object) -> MonthlySummary:
    raise AssertionError("counted in a request")


def breaks(*_: object) -> MonthlySummary:
    raise ValueError("Aaron Invented, born 4 March 2012")


@pytest.mark.usefixtures("summer")
def test_a_large_period_is_not_counted_where_it_is_looked_at(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.services.pages.kept_figures.period_figures", never)
    page = look(context)
    assert (page.summary, page.name, page.figure("episodes.started")) == (None, "2026-27", None)
    waiting = page.shown.waiting
    assert waiting is not None
    assert (waiting.asked_at, waiting.begun_at, waiting.ahead, waiting.is_long) == (NOON, None, 0, False)
    waiting = look(later(context, timedelta(minutes=6))).shown.waiting
    assert waiting is not None and (waiting.asked_at, waiting.is_long) == (NOON, True)
    with pytest.raises(NotCountedError):
        period_export(context, YEAR, at_once_episodes=0)
    with pytest.raises(NotCountedError):
        ids_behind_period(context, YEAR, "episodes.started", Cohort.ALL, at_once_episodes=0)
    exports = select(func.count()).where(AuditEntry.action == "export_made")
    assert session().scalar(exports) == 0, "nothing was handed out"
    with pytest.raises(AssertionError, match="in a request"):
        period_page(context, YEAR, at_once_episodes=8)


@pytest.mark.parametrize(("at_once", "large"), [(0, True), (7, True), (8, False), (20_000, False)])
def test_what_is_large_goes_by_the_episodes_that_its_figures_look_at(
    summer: list[int], context: Context, at_once: int, large: bool
) -> None:
    assert is_large(context, YEAR, at_once) is large
    after = Period(date(2026, 9, 1), date(2026, 9, 2))
    assert is_large(context, after, at_once) is large, "the repeat rules look back over a year"
    assert not is_large(context, Period(date(2026, 4, 1), date(2026, 5, 1)), 0), "nothing before the first"


@pytest.mark.usefixtures("summer")
def test_no_table_is_walked_to_see_how_a_period_stands(context: Context) -> None:
    look(context)
    count(context)
    assert walked(lambda: is_large(context, YEAR, 3)) == []
    assert [step for step in walked(lambda: look(context)) if "kept_figure" in step] == []


def test_counted_behind_and_at_once_are_the_same_figures(summer: list[int], context: Context) -> None:
    look(context)
    assert count(context) == Counts(made=1)
    page, at_once = look(context), period_page(context, YEAR)
    assert (page.shown.waiting, page.shown.failed, page.shown.is_behind) == (None, None, False)
    assert page.shown.counted_id is not None and at_once.shown.counted_id is None
    assert page.summary and at_once.summary and list(page.summary.figures) == list(at_once.summary.figures)
    assert page.shown.opens == at_once.shown.opens
    for key in page.summary.figures:
        for cohort in Cohort:
            expected = ids_behind_period(context, YEAR, key, cohort)
            found = ids_behind_period(context, YEAR, key, cohort, page.shown.counted_id, 0)
            if expected is None or found is None:
                assert expected is found
            else:
                assert found == replace(expected, denominator_ids=())
    assert period_export(context, YEAR, page.shown.counted_id, 0) == period_export(context, YEAR)
    behind = ids_behind_period(context, YEAR, "episodes.started", Cohort.ALL, page.shown.counted_id, 0)
    assert behind is not None and sorted(behind.ids) == summer


@pytest.mark.usefixtures("summer")
def test_asked_for_by_two_it_is_counted_once(context: Context) -> None:
    look(context)
    look(later(context, SECOND))
    count_again(later(context, 2 * SECOND), YEAR)
    look(context, QUARTER)
    assert [(row.start_on, row.asked_at) for row in rows()] == [(YEAR.start_on, NOON), (QUARTER.start_on, NOON)]
    waiting = look(context, QUARTER).shown.waiting
    assert waiting is not None and waiting.ahead == 1
    assert count(context) == Counts(made=2)
    assert count(context) == Counts()
    look(context)
    assert [row.tries for row in rows()] == [1, 1]


@pytest.mark.usefixtures("summer")
def test_figures_stay_with_their_time_while_they_are_counted_anew(context: Context) -> None:
    look(context)
    count(context)
    with writing() as current:
        child = current.scalars(select(Child).limit(1)).one()
        factories.episode(current, child, NOON - timedelta(days=9), hours=2, context=context)
        audit.record(current, "episode_created", context.actor, context.now, "episode", 1)
    soon = later(context, timedelta(seconds=KEPT_SECONDS - 1))
    page = look(soon)
    assert (page.shown.is_behind, page.shown.waiting, page.shown.counted_at) == (True, None, NOON)
    then = later(context, timedelta(seconds=KEPT_SECONDS))
    page = look(then)
    assert page.shown.is_behind and page.shown.waiting is not None and page.shown.counted_at == NOON
    started = page.figure("episodes.started")
    assert started is not None and started.value == 8
    first_id = page.shown.counted_id
    assert count(then) == Counts(made=1)
    page = look(then)
    started = page.figure("episodes.started")
    assert started is not None and started.value == 9
    assert (page.shown.is_behind, page.shown.counted_at) == (False, then.now)
    listed = ids_behind_period(then, YEAR, "episodes.started", Cohort.ALL, first_id, 0)
    assert listed is not None and len(listed.ids) == 8, "a list opened from the earlier page is of its figures"


def test_reads_leave_figures_good_and_time_moves_those_of_a_period_that_runs(
    summer: list[int], context: Context
) -> None:
    spring = Period(date(2026, 4, 1), date(2026, 9, 1))
    for period in (YEAR, spring):
        look(context, period)
    count(context)
    then = later(context, timedelta(seconds=KEPT_SECONDS))
    assert look(then, spring).shown.waiting is None, "final, and no record has changed"
    assert look(then, YEAR).shown.waiting is not None, "provisional: a deadline may have passed"


@pytest.mark.usefixtures("summer")
def test_a_count_that_breaks_is_said_and_made_when_asked_for_again(context: Context) -> None:
    look(context)
    look(context, QUARTER)
    with pytest.raises(ValueError, match="Aaron"):
        count(context, compute=breaks)
    assert [(row.failed, row.tries) for row in rows()] == [("broke", 1), ("broke", 1)], "the next was tried too"
    page = look(later(context, timedelta(hours=2)))
    assert page.shown.failed is not None and page.shown.failed.why == "broke" and page.shown.waiting is None
    assert len(rows()) == 2, "looking at it asks for nothing: a person does"
    count_again(context, YEAR)
    assert look(context).shown.waiting is not None and look(context).shown.failed is None
    assert count(context) == Counts(made=1)
    page = look(context)
    assert page.summary is not None and page.shown.failed is None


@pytest.mark.usefixtures("summer")
def test_figures_of_earlier_stand_beside_a_failure(context: Context) -> None:
    look(context)
    count(context)
    count_again(context, YEAR)
    with pytest.raises(ValueError, match="Aaron"):
        count(context, compute=breaks)
    page = look(context)
    assert page.shown.failed is not None and page.summary is not None and page.shown.counted_at == NOON


@pytest.mark.usefixtures("summer")
def test_what_another_left_half_done_is_begun_again_and_only_the_last_records(context: Context) -> None:
    look(context)

    def overtaken(given: Context, period: Period, cut_off: datetime) -> MonthlySummary:
        session().rollback()
        assert count(later(context, SECOND), worker="two").made == 1
        return period_figures(given, period, cut_off)

    assert count(context, compute=overtaken) == Counts(failed=1)
    (row,) = rows()
    assert (row.tries, row.begun_by, row.made_at, row.cut_off) == (2, "two", NOON + SECOND, NOON + SECOND)
    held = session().scalars(select(KeptFigureIds.kept_id).distinct()).all()
    assert held == [row.id]


@pytest.mark.usefixtures("summer")
def test_one_that_never_comes_to_its_end_is_given_up(context: Context) -> None:
    look(context)

    class KilledError(BaseException):
        pass

    def killed(*_: object) -> MonthlySummary:
        raise KilledError

    for tries in (1, 2, 3):
        with pytest.raises(KilledError):
            count(context, compute=killed)
        assert [(row.tries, row.failed) for row in rows()] == [(tries, None)]
    assert count(context, compute=killed) == Counts(failed=1)
    failed = look(context).shown.failed
    assert failed is not None and failed.why == "never_ends"


@pytest.mark.usefixtures("summer")
def test_whoever_works_by_other_rules_does_not_count(context: Context) -> None:
    look(context)
    others = replace(context, rules=replace(context.rules, policy=Policy(deadline_hours=48)))
    assert count(others, compute=never) == Counts(failed=1)
    failed = look(context).shown.failed
    assert failed is not None and failed.why == "other_rules"
    assert look(others).shown.waiting is not None, "by their rules nobody has counted"
    assert count(others) == Counts(made=1)
    assert look(context).summary is None, "figures by other rules are not these"


@pytest.mark.usefixtures("summer")
def test_old_ones_are_let_go(context: Context) -> None:
    for place in range(KEPT_OF_EACH + 2):
        ask(later(context, place * MINUTE), YEAR)
        count(later(context, place * MINUTE))
    ask(context, QUARTER)
    count(context)
    assert [row.id for row in rows()] == [3, 4, 5, 6]
    held = set(session().scalars(select(KeptFigureIds.kept_id)))
    assert held == {3, 4, 5, 6}
    a_day_later = later(context, KEPT_FOR + 3 * MINUTE)
    assert count(a_day_later) == Counts(let_go=2)  # the quarter, and the year's of two minutes past
    assert [row.id for row in rows()] == [4, 5]
    with pytest.raises(NotCountedError):
        period_export(context, YEAR, counted_id=3, at_once_episodes=0)
    ask(later(context, -KEPT_FOR), QUARTER)
    assert count(later(context, SECOND)) == Counts(let_go=1), "nobody waits for it any more"


@pytest.mark.usefixtures("summer")
def test_a_count_of_other_days_hands_out_nothing(context: Context) -> None:
    look(context)
    count(context)
    with pytest.raises(NotCountedError):
        period_export(context, QUARTER, counted_id=rows()[0].id, at_once_episodes=0)


@pytest.mark.usefixtures("summer")
def test_figures_from_a_clock_that_ran_ahead_are_not_shown(context: Context) -> None:
    ahead = later(context, timedelta(hours=73))
    look(ahead)
    count(ahead)
    page = look(context)
    assert page.summary is None and page.shown.waiting is not None


@pytest.mark.usefixtures("summer")
def test_the_schedulers_job_counts_one_at_a_time_in_a_process(app: Flask, context: Context, clock: FixedClock) -> None:
    look(context)
    one = Engine(app)
    job = next(job for job in one.jobs() if job.name == "figures")
    with one.counting:
        one.run(job)
        assert [row.made_at for row in rows()] == [None]
    one.run(job)
    assert [(row.made_at, row.begun_by) for row in rows()] == [(clock.now(), one.worker)]


def test_a_list_may_have_more_children_than_a_statement_has_parameters(summer: list[int], context: Context) -> None:
    with writing() as current:
        lead = factories.person(current, Role.LEAD)
        viewer = Viewer(lead.id, lead.name, frozenset({Role.LEAD}))
    everybody = [*session().scalars(select(Child.id)), *range(1_000_000, 1_260_000)]
    assert child_list(context, viewer, everybody).total == 6


@pytest.mark.usefixtures("summer")
def test_nothing_of_a_child_is_kept(context: Context) -> None:
    look(context)
    count(context)
    names = {name for child in session().scalars(select(Child)) for name in (child.surname, child.forename)}
    (row,) = rows()
    assert names and not [name for name in names if name in str(row.document)]
    assert kept_figures.ids_behind(session(), row.id, "episodes.started", "all") is not None


@pytest.mark.usefixtures("summer")
def test_a_count_that_takes_its_time_holds_up_no_sweep(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    counting, may_end = threading.Event(), threading.Event()

    def slow(*_: object) -> Counts:
        counting.set()
        may_end.wait(20)
        return Counts()

    monkeypatch.setattr("tracker.scheduler.count_period.count_asked", slow)
    with running(app) as one:
        try:
            assert counting.wait(10)
            with writing() as current:
                engine.end_beat(current, "sweep")
            one.soon(Job("sweep", 60, one.sweep))
            end = time.monotonic() + 10
            while time.monotonic() < end and engine.last_beat_at(session(), "sweep") is None:
                session().rollback()
                time.sleep(0.02)
            assert engine.last_beat_at(session(), "sweep") is not None
            assert one.counting.locked(), "the count is still under way"
        finally:
            may_end.set()


@pytest.mark.usefixtures("summer")
def test_a_break_that_cannot_be_recorded_ends_the_pass(context: Context) -> None:
    look(context)

    def taken_away(*_: object) -> MonthlySummary:
        with writing() as current:
            waiting = kept_figures.next_asked(current)
            assert waiting is not None and kept_figures.begin(current, waiting, NOON, "two") is not None
        raise ValueError("Aaron")

    with pytest.raises(ValueError, match="Aaron"):
        count(context, compute=taken_away)
    assert [(row.tries, row.begun_by, row.failed) for row in rows()] == [(2, "two", None)], "it is the other's to end"
