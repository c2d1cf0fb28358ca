"""The agenda of the operational group: nobody twice, nobody lost, whatever was flagged and decided before."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import unhurried, utc
from tracker.core.clock import local_date
from tracker.core.group_agenda import DecidedFact, FlagFact, Placed, Proposal, Why, proposed, to_be_added
from tracker.core.group_terms import AgendaReason

FIRST = utc("2026-09-01 10:00")
DAY = timedelta(days=1)
MEETS = date(2026, 11, 16)

instants = st.integers(0, 120).map(lambda days: FIRST + days * DAY)
days = st.integers(0, 120).map(lambda count: local_date(FIRST) + count * DAY)
children = st.integers(1, 5)
flags = st.builds(
    lambda child_id, rule, at, maramp: FlagFact(child_id, rule, local_date(at), at, maramp),
    children, st.sampled_from(["3_in_90", "3_in_365"]), instants, st.none() | days,
)  # fmt: skip
decisions = st.builds(DecidedFact, children, instants, st.none() | days)


def flag(child_id: int, at: datetime, maramp_on: date | None = None, rule: str = "3_in_90") -> FlagFact:
    return FlagFact(child_id, rule, local_date(at), at, maramp_on)


def reasons(made: tuple[Proposal, ...]) -> dict[int, list[AgendaReason]]:
    return {one.child_id: [why.reason for why in one.reasons] for one in made}


@unhurried(300)
@given(st.lists(flags, max_size=12), st.lists(decisions, max_size=8), days, st.none() | instants)
def test_nobody_twice_and_nobody_lost(
    held: list[FlagFact], decided: list[DecidedFact], meets_on: date, last_held_at: datetime | None
) -> None:
    made = proposed(held, decided, meets_on, last_held_at)
    ids = [one.child_id for one in made]
    assert len(ids) == len(set(ids))
    assert all(one.reasons for one in made)
    for one in held:
        later = [fact for fact in decided if fact.child_id == one.child_id and fact.decided_at >= one.raised_at]
        assert one.child_id in ids or later, "flagged, and neither on the agenda nor decided on"


@unhurried(200)
@given(
    st.lists(flags, max_size=12), st.lists(decisions, max_size=8), days, st.none() | instants,
    st.lists(st.builds(Placed, children, st.booleans()), max_size=6), st.randoms(use_true_random=False),
)  # fmt: skip
def test_with_what_an_agenda_holds_already_each_child_stands_once_whatever_the_order_of_the_facts(
    held: list[FlagFact], decided: list[DecidedFact], meets_on: date, last_held_at: datetime | None,
    placed: list[Placed], random: object,
) -> None:  # fmt: skip
    made = proposed(held, decided, meets_on, last_held_at)
    missing = to_be_added(made, placed)
    known = {one.child_id for one in placed}
    assert {one.child_id for one in missing} | known >= {one.child_id for one in made}
    assert not {one.child_id for one in missing} & known
    again = [Placed(one.child_id) for one in missing]
    assert to_be_added(made, [*placed, *again]) == ()
    random.shuffle(held)  # type: ignore[attr-defined]
    random.shuffle(decided)  # type: ignore[attr-defined]
    assert proposed(held, decided, meets_on, last_held_at) == made


@pytest.mark.parametrize(
    ("raised", "last_held", "expected"),
    [
        ("2026-11-02 10:00", None, AgendaReason.NEW_FLAG),
        ("2026-11-02 10:00", "2026-11-01 10:00", AgendaReason.NEW_FLAG),
        ("2026-11-02 10:00", "2026-11-02 10:00", AgendaReason.NOT_DECIDED),
        ("2026-11-02 10:00", "2026-11-03 10:00", AgendaReason.NOT_DECIDED),
    ],
)
def test_a_flag_is_new_since_the_last_meeting_held_or_waits_for_a_decision(
    raised: str, last_held: str | None, expected: AgendaReason
) -> None:
    made = proposed([flag(1, utc(raised))], [], MEETS, utc(last_held) if last_held else None)
    assert reasons(made) == {1: [expected]}


def test_a_flag_raised_after_the_decision_brings_the_child_again_and_one_before_it_does_not() -> None:
    decided = [DecidedFact(1, utc("2026-11-01 10:00"))]
    assert proposed([flag(1, utc("2026-10-31 10:00"))], decided, MEETS, None) == ()
    assert proposed([flag(1, utc("2026-11-01 10:00"))], decided, MEETS, None) == ()
    assert reasons(proposed([flag(1, utc("2026-11-01 10:01"))], decided, MEETS, None)) == {1: [AgendaReason.NEW_FLAG]}


@pytest.mark.parametrize(("back", "comes"), [(MEETS - DAY, True), (MEETS, True), (MEETS + DAY, False), (None, False)])
def test_a_child_is_brought_back_from_the_day_named_on_even_where_no_flag_stands(
    back: date | None, comes: bool
) -> None:
    made = proposed([], [DecidedFact(1, utc("2026-10-01 10:00"), back)], MEETS, None)
    assert reasons(made) == ({1: [AgendaReason.BROUGHT_BACK]} if comes else {})


def test_a_later_decision_takes_the_place_of_an_earlier_day() -> None:
    decided = [DecidedFact(1, utc("2026-09-01 10:00"), MEETS - DAY), DecidedFact(1, utc("2026-10-01 10:00"))]
    assert proposed([], decided, MEETS, None) == ()


@pytest.mark.parametrize(
    ("maramp_on", "comes"),
    [(date(2026, 11, 1), False), (date(2026, 11, 2), True), (MEETS, True), (MEETS + DAY, False)],
)
def test_a_maramp_due_brings_a_child_decided_on_unless_the_decision_was_made_on_its_day(
    maramp_on: date, comes: bool
) -> None:
    decided = [DecidedFact(1, utc("2026-11-01 10:00"))]
    made = proposed([flag(1, utc("2026-10-01 10:00"), maramp_on)], decided, MEETS, None)
    assert reasons(made) == ({1: [AgendaReason.REVIEW_DUE]} if comes else {})


def test_the_agenda_begins_with_whoever_is_brought_back_and_each_child_with_the_weightiest_reason() -> None:
    held = [flag(1, utc("2026-10-03 10:00")), flag(3, utc("2026-10-02 10:00")), flag(2, utc("2026-11-10 10:00"))]
    decided = [DecidedFact(4, utc("2026-10-01 10:00"), MEETS), DecidedFact(2, utc("2026-11-01 10:00"), MEETS - DAY)]
    made = proposed(held, decided, MEETS, utc("2026-11-01 09:00"))
    assert [one.child_id for one in made] == [2, 4, 3, 1]
    assert made[0].reasons == (
        Why(AgendaReason.BROUGHT_BACK, MEETS - DAY),
        Why(AgendaReason.NEW_FLAG, date(2026, 11, 10), "3_in_90"),
    )
