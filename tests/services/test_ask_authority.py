"""Another council is asked to hold the interview; what it answers; the clock runs on."""

from datetime import timedelta

import pytest
from flask import Flask

from tests.services import world
from tests.services.course import acts, codes, held
from tests.services.world import HOUR, NOON, People, acting
from tracker.core.interview_terms import AskedBecause, AuthorityAnswer, ContactMethod
from tracker.services.ask_authority import ask_authority, record_answer, withdraw_request
from tracker.services.context import Context
from tracker.services.errors import Refused
from tracker.services.record_interview import record_completed
from tracker.store import interviews
from tracker.store.db import session
from tracker.store.models import AuthorityRequest


def ask(context: Context, episode_id: int, **more: object) -> int:
    values: dict[str, object] = {
        "authority": "Eastmere", "why": AskedBecause.RESPONSIBLE_ELSEWHERE, "asked_at": NOON - HOUR,
        "asked_how": ContactMethod.EMAIL, **more,
    }  # fmt: skip
    return ask_authority(context, episode_id=episode_id, **values)  # type: ignore[arg-type]


def row(request_id: int) -> AuthorityRequest:
    session().rollback()
    return session().get_one(AuthorityRequest, request_id)


def test_asked_twice_in_the_same_words_is_once(app: Flask, context: Context) -> None:
    id_ = world.episode(context, responsible_authority="Eastmere", is_ours=False)
    first = ask(context, id_, asked_of=" The duty desk ")
    assert ask(context, id_, asked_of="The duty desk") == first
    assert ask(context, id_, asked_of="The duty desk", asked_at=NOON) != first, "reminded"
    assert (row(first).asked_of, row(first).answer) == ("The duty desk", None)
    assert world.row(id_).clock_open is True, "it never stops the clock"
    assert acts("authority_asked")[0] == {
        "why": "responsible_elsewhere", "request_id": first, "episode_ids": [id_],
    }  # fmt: skip


def test_it_may_be_asked_before_the_child_is_back(app: Flask, context: Context) -> None:
    id_ = world.episode(context, None, missing_hours=5)
    assert ask(context, id_)
    for at, code in ((NOON + HOUR, "in_the_future"), (NOON - 6 * HOUR, "before_start")):
        with pytest.raises(Refused) as refused:
            ask(context, id_, asked_at=at)
        assert codes(refused) == {code}
    with pytest.raises(Refused) as nobody:
        ask(context, id_, authority=" ")
    assert codes(nobody) == {"missing_value"}


def test_a_later_answer_replaces_an_earlier_one(app: Flask, context: Context) -> None:
    asked = ask(context, world.episode(context))
    for answer in (AuthorityAnswer.WILL_HOLD, AuthorityAnswer.WILL_HOLD, AuthorityAnswer.WILL_NOT):
        record_answer(context, request_id=asked, answer=answer, answered_at=NOON, answered_by="Invented Officer")
    assert (row(asked).answer, row(asked).answered_by) == ("will_not", "Invented Officer")
    assert [(one["before"], one["answer"]) for one in acts("authority_answered")] == [
        (None, "will_hold"), ("will_hold", "will_not"),
    ]  # fmt: skip
    for at, code in ((NOON + HOUR, "in_the_future"), (NOON - 2 * HOUR, "before_asked")):
        with pytest.raises(Refused) as refused:
            record_answer(context, request_id=asked, answer=AuthorityAnswer.HELD, answered_at=at)
        assert codes(refused) == {code}


def test_their_word_that_it_was_held_closes_nothing_until_it_is_recorded(app: Flask, context: Context) -> None:
    id_ = world.episode(context)
    asked = ask(context, id_)
    record_answer(context, request_id=asked, answer=AuthorityAnswer.HELD, answered_at=NOON)
    assert world.row(id_).clock_open is True
    kept = record_completed(
        context, episode_ids=[id_], completed_at=NOON - HOUR, interviewer_name="Eastmere", written_elsewhere=True
    )
    now = held(id_)
    assert (now.id, now.written_elsewhere, now.closed_at) == (kept, True, NOON)
    assert world.row(id_).closed_as == "completed_in_time"


def test_a_request_withdrawn_is_kept_and_counts_no_more(app: Flask, context: Context) -> None:
    asked = ask(context, world.episode(context))
    with pytest.raises(Refused) as blank:
        withdraw_request(context, request_id=asked, reason=" ")
    assert codes(blank) == {"missing_value"}
    for reason in ("the wrong council", "once more"):
        withdraw_request(context, request_id=asked, reason=reason)
    assert row(asked).withdrawn_reason == "the wrong council"
    assert len(acts("authority_request_withdrawn")) == 1
    with pytest.raises(Refused) as late:
        record_answer(context, request_id=asked, answer=AuthorityAnswer.WILL_HOLD, answered_at=NOON)
    assert codes(late) == {"request_withdrawn"}


def test_a_stranger_asks_and_answers_nothing(app: Flask, context: Context, people: People) -> None:
    id_ = world.episode(context)
    asked = ask(context, id_)
    for person in (people.bob, people.charlie):
        stranger = acting(context, person)
        with pytest.raises(Refused) as ask_refused:
            ask(stranger, id_, asked_at=NOON - timedelta(minutes=1))
        with pytest.raises(Refused) as refused:
            record_answer(stranger, request_id=asked, answer=AuthorityAnswer.WILL_NOT, answered_at=NOON)
        assert (codes(ask_refused), codes(refused)) == ({"unknown_episode"}, {"unknown_request"})
    assert len(interviews.rows_of_episode(session(), id_)) == 1
