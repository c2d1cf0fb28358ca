"""The rows read for a period give the figures that everything held would give."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from flask import Flask

from tests import factories
from tracker.core.clock import Period, local_midnight, month_of
from tracker.core.month_facts import SummaryInput
from tracker.core.month_spans import history_needed_from, shown_in
from tracker.core.monthly_summary import as_json, behind, monthly_summary
from tracker.core.policy import Policy
from tracker.core.repeats import RepeatRule
from tracker.core.rules import SHIPPED_REPEAT_RULES
from tracker.core.terms import EpisodeKind
from tracker.services.context import Context
from tracker.services.transaction import writing
from tracker.store import episodes, interviews, month_full, month_rows
from tracker.store.db import session
from tracker.store.models import Alert, Episode, Interview, OutboxMessage

RULES = (*SHIPPED_REPEAT_RULES, RepeatRule("2_in_30", 2, 30))
LAST = datetime(2026, 11, 10, 12, tzinfo=UTC)
PERIODS = [
    *(month_of(date(2026, month, 1)) for month in (3, 4, 10)),
    Period(date(2026, 7, 1), date(2026, 10, 1)),
    Period(date(2025, 4, 1), date(2026, 4, 1)),
]


@pytest.fixture
def three_years(app: Flask, context: Context, request: pytest.FixtureRequest) -> None:
    """Forty children over three years, by chance: overlapping, never ended, settled, cancelled, grown up; a clock that
    was never pinned, or that was asked for; two interviews of one episode."""
    rng = Random(getattr(request, "param", 20261))
    with writing() as current:
        born = [date(2008, 11, 3), date(2010, 2, 1), None]
        children = [factories.child(current, date_of_birth=born[place % 3]) for place in range(40)]
        for place in range(160):
            start = datetime(2023, 12, 1, tzinfo=UTC) + timedelta(hours=rng.randrange(24 * 1070))
            found = start + timedelta(hours=rng.choice([2, 30, 30, 400])) if rng.random() < 0.9 else None
            back = (found or start) + timedelta(hours=rng.choice([0, 5, 5, 600])) if rng.random() < 0.95 else None
            row = factories.episode(
                current,
                rng.choice(children),
                start,
                None if back is None or back > LAST else back,
                found_at=None if found is None or found > LAST else found,
                kind=rng.choice([EpisodeKind.MISSING, EpisodeKind.MISSING, EpisodeKind.NO_APPARENT_RISK]),
                is_ours=rng.random() < 0.7,
                police_reference=f"T{rng.randrange(10**6):06}-{place}",
                police_force="bench",
                context=context,
            )
            row.conflict_settled = rng.random() < 0.3
            row.excluded = "cancelled" if rng.random() < 0.08 else None
            row.prevention_interview_outcome = "as the police told it" if rng.random() < 0.3 else None
            row.interview_requested = rng.random() < 0.08
            row.known_to_services = rng.choice([None, True, False])
            if rng.random() < 0.05:
                row.interview_due_at = row.deadline_hours = None
            if row.returned_at and rng.random() < 0.5:
                row.notified_at = row.returned_at + timedelta(hours=rng.choice([0, 2, 50]))
            for _ in range(rng.choice([0, 1, 1, 2]) if row.returned_at else 0):
                held = row.returned_at + timedelta(hours=rng.choice([1, 72, 300]))
                fact = rng.choice(["completed_at", "completed_at", "declined_at", "not_required_approved_at"])
                facts = {fact: held if held < LAST else None}
                factories.interview(current, [row], offered_at=row.returned_at, **facts)


def everything(cut_off: datetime) -> SummaryInput:
    return SummaryInput(
        episodes.with_children(session(), Episode.missing_from_at <= cut_off),
        [interviews.to_core(row) for row in session().query(Interview).order_by(Interview.id)],
    )


@pytest.mark.parametrize(
    ("three_years", "days", "policy"),
    [(20261, 0, Policy()), (8, 25, Policy()), (9, 200, Policy(only_known_to_services=True))],
    indirect=["three_years"],
    ids=["now", "a month ago", "half a year ago"],
)
def test_the_figures_are_those_of_every_row_held(app: Flask, three_years: None, days: int, policy: Policy) -> None:
    cut_off = LAST - timedelta(days=days)
    left_out, past = 0, 0
    for period in PERIODS:
        rows = month_rows.rows_between(
            session(),
            local_midnight(history_needed_from(period, RULES, cut_off)),
            period.end_at,
            cut_off,
            alerts_in=(period.start_at, period.end_at),
            shown=[(shown.start_at, shown.end_at) for shown in shown_in(period)],
            policy=policy,
        )
        ours, all_ = (
            monthly_summary(held, period, cut_off, LAST, policy, RULES) for held in (rows, everything(cut_off))
        )
        assert behind(ours) == behind(all_), period
        assert as_json(ours) == as_json(all_)
        left_out += len(everything(cut_off).episodes) - len(rows.episodes)
        past += len(rows.past)
        assert not {one.child_id for one in rows.past if one.missing_from_at > cut_off}
        assert rows.known_before
    assert left_out > 100 and past > 30  # or nothing would be shown


def test_texts_about_a_child_are_not_among_the_rows(app: Flask, three_years: None) -> None:
    with writing() as current:
        for row in current.query(Episode):
            row.circumstances, row.found_by, row.missing_from_address = "left by the window", "a lamplighter", "a house"
    rows = month_rows.rows_between(session(), datetime(2023, 1, 1, tzinfo=UTC), LAST, LAST)
    assert len(rows.episodes) == 160
    assert {episode.prevention_interview_outcome for episode in rows.episodes} == {None, month_full.GIVEN}
    for episode in rows.episodes:
        assert (episode.circumstances, episode.found_by, episode.missing_from_address) == (None, None, None)


def test_a_message_no_longer_needed_is_not_undelivered(app: Flask, context: Context) -> None:
    with writing() as current:
        told = factories.person(current)
        row = factories.episode(current, factories.child(current), LAST - timedelta(days=20), hours=3, context=context)
        for number, undelivered_at in enumerate([None, LAST - timedelta(days=1), LAST + timedelta(days=1)]):
            sent = OutboxMessage(
                dedupe_key=f"k{number}", message_id=f"<{number}@x.invalid>", template="overdue", to_address=told.email,
                recipient_id=told.id, subject="s", body="b", created_at=LAST, try_at=LAST, attempts=1, road="email",
                stopped_at=LAST - timedelta(days=2), stopped_why="no longer needed", undelivered_at=undelivered_at,
            )  # fmt: skip
            current.add(sent)
            current.flush()
            facts = {"subject": "episode", "subject_id": row.id, "episode_id": row.id, "rung": "overdue"}
            keys = {"reference": f"reference{number:07}", "dedupe_key": f"a{number}", "clock_no": 1}
            told_of = {"recipient_id": told.id, "outbox_id": sent.id, "rungs": ["overdue"], "due_at": LAST}
            current.add(Alert(**facts, **keys, **told_of, raised_at=LAST - timedelta(days=3)))
    rows = month_rows.rows_between(session(), LAST - timedelta(days=30), LAST, LAST)
    assert [alert.undelivered for alert in rows.alerts] == [False, True, False]
