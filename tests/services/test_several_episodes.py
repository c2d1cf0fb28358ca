"""The child went missing again before the interview was held: one may answer for both, each with its own clock."""

import pytest
from flask import Flask

from tests import factories
from tests.conftest import NOON
from tests.services.test_record_interview import (
    HOUR,
    as_person,
    codes,
    interview_row,
    make_episode,
    state_of,
    worker,
)
from tracker.core.terms import InterviewState, Role
from tracker.services import record_interview as interview
from tracker.services.context import Context
from tracker.services.errors import Refused
from tracker.services.transaction import writing
from tracker.store import episodes
from tracker.store.db import session


def test_an_interview_under_way_answers_for_a_new_episode_too(app: Flask, context: Context) -> None:
    with writing() as current:
        child = factories.child(current)
        older = factories.episode(current, child, NOON - 130 * HOUR, NOON - 100 * HOUR, context=context).id
        newer = factories.episode(current, child, NOON - 60 * HOUR, NOON - 50 * HOUR, context=context).id
    bob = worker(Role.INTERVIEWER)
    held = interview.allocate(context, episode_id=older, person_id=bob)
    for _ in range(2):
        interview.cover_episode(as_person(context, bob), interview_id=held, episode_id=newer)
    assert {link.episode_id for link in interview_row(held).links} == {older, newer}
    changes = [version.changes for version in episodes.versions_of(session(), newer)]
    assert changes[-1] == {"interview.covers": [None, held]}
    assert interview.record_completed(context, episode_ids=[newer], completed_at=NOON, interview_id=held) == held
    assert state_of(older, NOON, context) is InterviewState.COMPLETED_LATE
    assert state_of(newer, NOON, context) is InterviewState.COMPLETED_IN_TIME


def test_an_interview_answers_for_no_other_child_and_for_nothing_that_has_its_own(app: Flask, context: Context) -> None:
    with writing() as current:
        child = factories.child(current)
        mine = factories.episode(current, child, NOON - 130 * HOUR, NOON - 100 * HOUR, context=context).id
        own = factories.episode(current, child, NOON - 60 * HOUR, NOON - 50 * HOUR, context=context).id
    bob = worker(Role.INTERVIEWER)
    held = interview.allocate(context, episode_id=mine, person_id=bob)
    interview.allocate(context, episode_id=own, person_id=bob)
    stranger = make_episode(context)
    for episode_id, code in ((own, "has_its_own"), (stranger, "several_children"), (stranger + 9, "unknown_episode")):
        with pytest.raises(Refused) as refused:
            interview.cover_episode(context, interview_id=held, episode_id=episode_id)
        assert codes(refused) == {code}
    interview.record_completed(context, episode_ids=[mine], completed_at=NOON)
    with pytest.raises(Refused) as closed:
        interview.cover_episode(context, interview_id=held, episode_id=own)
    assert codes(closed) == {"already_closed"}
