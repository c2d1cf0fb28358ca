"""Whom a trigger tells and when: those who may see it, never whom the message failed to reach, somebody if anybody."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracker.core.alert_terms import Audience, Trigger
from tracker.core.alert_window import Window
from tracker.core.directory import Recipient
from tracker.core.notices import (
    MAY_ANSWER,
    SEES_EVERY_RECORD,
    Matter,
    due_since,
    fell_due_at,
    may_be_told,
    may_see,
    notices_due,
    policy_of,
    stands_in_for,
    tells_again,
)
from tracker.core.recipients import Receivers, Told, ToldBy, people_of
from tracker.core.terms import Role
from tracker.core.triggers import SEES_NO_RECORD, SHIPPED_TRIGGERS, TriggerPolicy
from tracker.store.visibility import SEES_ALL

NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

recipients = st.lists(
    st.builds(
        Recipient,
        id=st.integers(1, 8),
        roles=st.frozensets(st.sampled_from(list(Role)), max_size=2),
        team_id=st.sampled_from([None, 1, 2]),
        away_from=st.sampled_from([None, NOW - HOUR, NOW + HOUR]),
        away_until=st.sampled_from([None, NOW + 2 * HOUR]),
        covered_by_id=st.sampled_from([None, *range(1, 9)]),
    ),
    unique_by=lambda person: person.id,
    max_size=8,
).map(lambda people: [replace(person, email=f"p{person.id}@council.invalid") for person in people])

matters = st.builds(
    Matter,
    trigger=st.sampled_from(list(Trigger)),
    subject=st.just("thing"),
    subject_id=st.integers(1, 3),
    since_at=st.datetimes(datetime(2026, 11, 1), datetime(2026, 11, 17), timezones=st.just(UTC)),
    value=st.just("v"),
    owner_id=st.sampled_from([None, *range(1, 9)]),
    team_id=st.sampled_from([None, 1, 2]),
    seen_by=st.frozensets(st.integers(1, 8), max_size=2),
    failed=st.frozensets(st.sampled_from([f"p{n}@council.invalid" for n in range(1, 9)]), max_size=3),
)


def test_who_sees_every_record_is_who_the_pages_let_see() -> None:
    assert SEES_EVERY_RECORD == SEES_ALL


@given(matters, recipients)
def test_nobody_is_told_of_what_they_may_not_see_nor_at_an_address_that_failed(
    matter: Matter, people: list[Recipient]
) -> None:
    policy = policy_of(SHIPPED_TRIGGERS, matter.trigger)
    assert policy is not None
    by_id = {person.id: person for person in people}
    due = notices_due(matter, policy, people, NOW)
    assert len({one.told for one in due}) == len(due)
    assert len({one.dedupe_key for one in due}) == len(due)
    for one in due:
        person = by_id[one.told.person_id or 0]
        assert may_see(matter, person)
        assert not person.is_away(NOW)
        assert person.email not in matter.failed
        assert one.due_at <= NOW


@given(matters, recipients)
def test_somebody_is_told_if_any_manager_lead_or_senior_is_here(matter: Matter, people: list[Recipient]) -> None:
    policy = policy_of(SHIPPED_TRIGGERS, matter.trigger)
    assert policy is not None
    able = [p for p in people if p.roles & SEES_EVERY_RECORD and not p.is_away(NOW) and p.email not in matter.failed]
    if able and may_be_told(policy, matter.since_at, NOW):
        assert notices_due(matter, policy, people, NOW)


@given(matters, recipients, st.integers(0, 400))
def test_what_is_due_stays_due(matter: Matter, people: list[Recipient], later: int) -> None:
    policy = policy_of(SHIPPED_TRIGGERS, matter.trigger)
    assert policy is not None
    if may_be_told(policy, matter.since_at, NOW):
        assert may_be_told(policy, matter.since_at, NOW + later * HOUR)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)), st.integers(0, 48))
def test_the_hours_are_asked_as_one_instant(since: datetime, hours: int) -> None:
    policy = replace(SHIPPED_TRIGGERS[0], after_hours=hours)
    assert (since <= due_since(policy, NOW)) == (fell_due_at(policy, since) <= NOW)


def test_working_hours_delay_and_never_lose() -> None:
    policy = replace(SHIPPED_TRIGGERS[0], after_hours=0, window=Window(time(8), time(18)))
    saturday = datetime(2026, 11, 14, 12, tzinfo=UTC)
    assert not may_be_told(policy, saturday, saturday)
    assert not may_be_told(policy, saturday, datetime(2026, 11, 16, 7, 59, tzinfo=UTC))
    assert may_be_told(policy, saturday, datetime(2026, 11, 16, 8, 0, tzinfo=UTC))
    assert may_be_told(policy, saturday, datetime(2026, 11, 21, 12, tzinfo=UTC)), "and on the next Saturday too"


def test_an_address_that_is_a_persons_who_may_not_see_is_not_told() -> None:
    policy = TriggerPolicy(
        Trigger.REPEAT_FLAG, 0, ToldBy(Receivers((Audience.LEAD,), ("bob@council.invalid", "duty@council.invalid")))
    )
    people = [
        Recipient(1, frozenset({Role.LEAD}), email="lead@council.invalid"),
        Recipient(2, frozenset({Role.INTERVIEWER}), email="bob@council.invalid"),
    ]
    matter = Matter(Trigger.REPEAT_FLAG, "flag", 1, NOW, "v")
    assert [one.told for one in notices_due(matter, policy, people, NOW)] == [
        Told(1), Told(address="duty@council.invalid"),
    ]  # fmt: skip


def test_only_what_is_of_no_child_is_an_administrators() -> None:
    administrator = Recipient(1, frozenset({Role.ADMINISTRATOR}))
    assert Role.ADMINISTRATOR in MAY_ANSWER
    for trigger in Trigger:
        assert may_see(Matter(trigger, "thing", 1, NOW, "v"), administrator) == (trigger in SEES_NO_RECORD)


@given(recipients, st.integers(1, 8), st.frozensets(st.integers(1, 8), max_size=4), st.sampled_from([None, 1, 2]))
def test_who_stands_in_is_somebody_else_who_was_not_told(
    people: list[Recipient], failed: int, left_out: frozenset[int], team_id: int | None
) -> None:
    receivers = Receivers((Audience.TEAM_MANAGER, Audience.LEAD))
    found = stands_in_for(failed, receivers, None, team_id, people, left_out, NOW)
    assert not {one.person_id for one in found} & {failed, *left_out}
    left = [person for person in people if person.id not in {failed, *left_out}]
    assert bool(found) == any(people_of(audience, None, team_id, left, NOW) for audience in receivers.audience)


def test_beside_an_address_people_were_told() -> None:
    lead = Recipient(1, frozenset({Role.LEAD}))
    assert stands_in_for(None, Receivers((Audience.LEAD,)), None, None, [lead], (), NOW) == []


@given(
    st.integers(-50, 50).map(lambda h: NOW + h * HOUR),
    st.integers(-50, 50).map(lambda h: NOW + h * HOUR),
    st.integers(0, 50).map(lambda h: NOW + h * HOUR),
)
def test_a_correction_tells_again_what_had_not_passed(told: datetime, found: datetime, corrected: datetime) -> None:
    again = tells_again(found, told, corrected, found + 12 * HOUR)
    assert again == (found != told and found + 12 * HOUR > corrected)
    assert tells_again(found, None, corrected, found + 12 * HOUR)
    assert not tells_again(told, told, corrected, NOW + 100 * HOUR)
