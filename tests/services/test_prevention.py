"""The police's prevention interview: entered by a person, kept over what a line says, and never in place of ours."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from tests import factories
from tests.conftest import NOON
from tests.core.made import OCTOBER, POLICY, inputs, unhurried, utc
from tracker.core.interviews import interview_state
from tracker.core.month_facts import SummaryInput
from tracker.core.monthly_summary import monthly_summary
from tracker.core.rules import SHIPPED_REPEAT_RULES
from tracker.services.context import Context
from tracker.services.correct_episode import record_prevention
from tracker.services.errors import Conflict, Refused
from tracker.services.pages.prevention import prevention_of_interview
from tracker.services.transaction import writing
from tracker.store import episodes
from tracker.store.db import session
from tracker.store.models import Episode

HOUR = timedelta(hours=1)


@pytest.fixture
def back(app: Flask, context: Context) -> Episode:
    """A child found three hours ago and back for two."""
    with writing() as current:
        found = {"found_at": NOON - 3 * HOUR}
        row = factories.episode(current, factories.child(current), NOON - 9 * HOUR, NOON - 2 * HOUR, context=context)
        row.found_at = found["found_at"]
        factories.interview(current, [row], context=context)
    return row


def test_what_the_police_said_is_kept_as_a_persons_word_and_our_clock_runs_on(back: Episode, context: Context) -> None:
    due_at, state_before = back.interview_due_at, _state(back.id, context)
    record_prevention(
        context, episode_id=back.id, version=back.version, held_at=NOON - HOUR, outcome="Was followed home.",
        raised_harm=True,
    )  # fmt: skip
    facts = episodes.episode(session(), back.id)
    assert facts is not None
    assert facts.prevention_interview_at == NOON - HOUR
    assert facts.prevention_interview_raised_harm is True
    assert {"prevention_interview_at", "prevention_interview_raised_harm"} <= facts.person_fields
    assert facts.interview_due_at == due_at
    assert _state(back.id, context) == state_before
    interview_id = session().scalars(episodes.select(factories.Interview.id)).one()
    (seen,) = prevention_of_interview(session(), context, interview_id)
    assert seen.raised_harm
    assert not seen.before_return


def _state(episode_id: int, context: Context) -> object:
    facts = episodes.episode(session(), episode_id)
    assert facts is not None
    return interview_state(facts, [], context.now, context.rules.policy)


@pytest.mark.parametrize(
    ("hours", "more", "code"),
    [
        (1, {}, "in_the_future"),
        (-4, {}, "before_found"),
        (-1, {"raised_harm": True}, "missing_value"),
        (-1, {"raised_harm": True, "outcome": "  "}, "missing_value"),
    ],
)
def test_what_cannot_be_is_refused(
    back: Episode, context: Context, hours: int, more: dict[str, object], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        record_prevention(context, episode_id=back.id, version=back.version, held_at=NOON + hours * HOUR, **more)
    assert code in [problem.code for problem in refused.value.problems]


def test_between_found_and_back_is_accepted_and_said(back: Episode, context: Context) -> None:
    held_at = NOON - timedelta(hours=2, minutes=30)
    record_prevention(context, episode_id=back.id, version=back.version, held_at=held_at, raised_harm=False)
    interview_id = session().scalars(episodes.select(factories.Interview.id)).one()
    assert prevention_of_interview(session(), context, interview_id)[0].before_return


def test_nobody_has_spoken_with_a_child_who_is_missing(app: Flask, context: Context) -> None:
    with writing() as current:
        row = factories.episode(current, factories.child(current), NOON - 9 * HOUR, context=context)
    with pytest.raises(Refused, match="found or returned"):
        record_prevention(context, episode_id=row.id, version=row.version, held_at=NOON - HOUR)


def test_two_people_do_not_write_over_one_another(back: Episode, context: Context) -> None:
    record_prevention(context, episode_id=back.id, version=back.version, held_at=NOON - HOUR)
    with pytest.raises(Conflict):
        record_prevention(context, episode_id=back.id, version=back.version - 1, held_at=NOON)


@unhurried(25)
@given(inputs(), st.data())
def test_it_changes_no_figure_but_those_of_its_own_whatever_came_of_it(rows: SummaryInput, data: st.DataObject) -> None:
    later = utc("2026-11-20 09:00")
    told = [
        replace(
            episode,
            prevention_interview_at=data.draw(st.none() | st.just(episode.ended_at)),
            prevention_interview_outcome=data.draw(st.sampled_from([None, "Spoken with at home."])),
            prevention_interview_raised_harm=data.draw(st.sampled_from([None, True, False])),
        )
        for episode in rows.episodes
    ]
    one, other = (
        monthly_summary(given, OCTOBER, later, later, POLICY, SHIPPED_REPEAT_RULES)
        for given in (rows, replace(rows, episodes=told))
    )
    figures = [
        {key: figure for key, figure in found.figures.items() if "prevention" not in key.split(".")}
        for found in (one, other)
    ]
    assert figures[0] == figures[1]
