"""The agenda of the operational group: nobody twice, nobody lost, whatever was flagged and decided before."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import unhurried, utc
from tracker.core.clock import local_date
from tracker.core.group_agenda import DecidedFact, FlagFact, Held, Placed, Proposal, Why, proposed, to_be_added
from tracker.core.group_terms import AgendaReason

FIRST = utc("2026-09-01 10:00")
DAY = timedelta(days=1)
MEETS = date(2026, 11, 16)
TODAY = date(2026, 11, 12)

instants = st.integers(0, 120).map(lambda days: FIRST + days * DAY)
days = st.integers(0, 120).map(lambda count: local_date(FIRST) + count * DAY)
children = st.integers(1, 5)
flags = st.builds(
    lambda child_id, rule, at, reviewed, maramp: FlagFact(child_id, rule, local_date(at), at, reviewed, maramp),
    children, st.sampled_from(["3_in_90", "3_in_365"]), instants, st.none() | instants, st.none() | days,
)  # fmt: skip
meetings_held = st.lists(instants, min_size=1, max_size=3).map(lambda at: Held(min(at), max(at)))
decisions = st.builds(DecidedFact, children, instants, st.none() | days)


def flag(child_id: int, at: datetime, maramp_on: date | None = None, rule: str = "3_in_90") -> FlagFact:
    return FlagFact(child_id, rule, local_date(at), at, None, maramp_on)


def since(text: str) -> Held:
    """One meeting, held then."""
    return Held(utc(text), utc(text))


def reasons(made: tuple[Proposal, ...]) -> dict[int, list[AgendaReason]]:
    return {one.child_id: [why.reason for why in one.reasons] for one in made}


@unhurried(300)
@given(st.lists(flags, max_size=12), st.lists(decisions, max_size=8), days, st.none() | meetings_held, days)
def test_nobody_twice_and_nobody_lost(
    held: list[FlagFact], decided: list[DecidedFact], meets_on: date, before: Held | None, today: date
) -> None:
    made = proposed(held, decided, meets_on, before, today)
    ids = [one.child_id for one in made]
    assert len(ids) == len(set(ids))
    assert all(one.reasons for one in made)
    for one in held:
        later = [fact for fact in decided if fact.child_id == one.child_id and fact.decided_at >= one.raised_at]
        reviewed = one.reviewed_at is not None and (before is None or one.reviewed_at <= before.first_at)
        assert one.child_id in ids or later or reviewed, "flagged, and neither on the agenda nor decided on"


@unhurried(200)
@given(
    st.lists(flags, max_size=12), st.lists(decisions, max_size=8), days, st.none() | meetings_held, days,
    st.lists(st.builds(Placed, children, st.booleans()), max_size=6), st.randoms(use_true_random=False),
)  # fmt: skip
def test_with_what_an_agenda_holds_already_each_child_stands_once_whatever_the_order_of_the_facts(
    held: list[FlagFact], decided: list[DecidedFact], meets_on: date, before: Held | None, today: date,
    placed: list[Placed], random: object,
) -> None:  # fmt: skip
    made = proposed(held, decided, meets_on, before, today)
    missing = to_be_added(made, placed)
    known = {one.child_id for one in placed}
    assert {one.child_id for one in missing} | known >= {one.child_id for one in made}
    assert not {one.child_id for one in missing} & known
    again = [Placed(one.child_id) for one in missing]
    assert to_be_added(made, [*placed, *again]) == ()
    random.shuffle(held)  # type: ignore[attr-defined]
    random.shuffle(decided)  # type: ignore[attr-defined]
    assert proposed(held, decided, meets_on, before, today) == made


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
    made = proposed([flag(1, utc(raised))], [], MEETS, since(last_held) if last_held else None, TODAY)
    assert reasons(made) == {1: [expected]}


def test_a_flag_raised_after_the_decision_brings_the_child_again_and_one_before_it_does_not() -> None:
    decided = [DecidedFact(1, utc("2026-11-01 10:00"))]
    assert proposed([flag(1, utc("2026-10-31 10:00"))], decided, MEETS, None, TODAY) == ()
    assert proposed([flag(1, utc("2026-11-01 10:00"))], decided, MEETS, None, TODAY) == ()
    assert reasons(proposed([flag(1, utc("2026-11-01 10:01"))], decided, MEETS, None, TODAY)) == {
        1: [AgendaReason.NEW_FLAG]
    }


@pytest.mark.parametrize(("back", "comes"), [(MEETS - DAY, True), (MEETS, True), (MEETS + DAY, False), (None, False)])
def test_a_child_is_brought_back_from_the_day_named_on_even_where_no_flag_stands(
    back: date | None, comes: bool
) -> None:
    made = proposed([], [DecidedFact(1, utc("2026-10-01 10:00"), back)], MEETS, None, TODAY)
    assert reasons(made) == ({1: [AgendaReason.BROUGHT_BACK]} if comes else {})


def test_a_later_decision_takes_the_place_of_an_earlier_day() -> None:
    decided = [DecidedFact(1, utc("2026-09-01 10:00"), MEETS - DAY), DecidedFact(1, utc("2026-10-01 10:00"))]
    assert proposed([], decided, MEETS, None, TODAY) == ()


@pytest.mark.parametrize(
    ("maramp_on", "comes"),
    [(date(2026, 11, 1), False), (date(2026, 11, 2), True), (MEETS, True), (MEETS + DAY, False)],
)
def test_a_maramp_due_brings_a_child_decided_on_unless_the_decision_was_made_on_its_day(
    maramp_on: date, comes: bool
) -> None:
    decided = [DecidedFact(1, utc("2026-11-01 10:00"))]
    made = proposed([flag(1, utc("2026-10-01 10:00"), maramp_on)], decided, MEETS, None, TODAY)
    assert reasons(made) == ({1: [AgendaReason.REVIEW_DUE]} if comes else {})


@pytest.mark.parametrize(
    ("review_on", "comes"),
    [(date(2026, 11, 1), False), (date(2026, 11, 2), True), (MEETS, True), (MEETS + DAY, False)],
)
@pytest.mark.parametrize("flagged", [True, False])
def test_the_review_of_an_open_maramp_stands_for_the_day_that_the_flags_review_named(
    review_on: date, comes: bool, flagged: bool
) -> None:
    flags = [flag(1, utc("2026-10-01 10:00"), MEETS)] if flagged else []
    made = proposed(flags, [DecidedFact(1, utc("2026-11-01 10:00"))], MEETS, None, TODAY, {1: review_on})
    assert made == ((Proposal(1, (Why(AgendaReason.REVIEW_DUE, review_on),)),) if comes else ())


def test_a_maramp_whose_review_is_due_brings_a_child_on_whom_the_group_never_decided() -> None:
    assert reasons(proposed([], [], MEETS, None, TODAY, {1: MEETS})) == {1: [AgendaReason.REVIEW_DUE]}


def test_the_agenda_begins_with_whoever_is_brought_back_and_each_child_with_the_weightiest_reason() -> None:
    held = [flag(1, utc("2026-10-03 10:00")), flag(3, utc("2026-10-02 10:00")), flag(2, utc("2026-11-10 10:00"))]
    decided = [DecidedFact(4, utc("2026-10-01 10:00"), MEETS), DecidedFact(2, utc("2026-11-01 10:00"), MEETS - DAY)]
    made = proposed(held, decided, MEETS, since("2026-11-01 09:00"), TODAY)
    assert [one.child_id for one in made] == [2, 4, 3, 1]
    assert made[0].reasons == (
        Why(AgendaReason.BROUGHT_BACK, MEETS - DAY),
        Why(AgendaReason.NEW_FLAG, date(2026, 11, 10), "3_in_90"),
    )


@pytest.mark.parametrize(
    ("first", "comes"),
    [(None, False), ("2026-11-03 10:00", False), ("2026-11-02 10:00", False), ("2026-11-01 10:00", True)],
)
def test_a_flag_reviewed_before_the_groups_first_meeting_is_no_backlog_and_one_reviewed_since_is_for_the_group(
    first: str | None, comes: bool
) -> None:
    at = utc("2026-10-01 10:00")
    held = FlagFact(1, "3_in_90", local_date(at), at, utc("2026-11-02 10:00"))
    before = Held(utc(first), utc("2026-11-10 10:00")) if first else None
    assert reasons(proposed([held], [], MEETS, before, TODAY)) == ({1: [AgendaReason.NOT_DECIDED]} if comes else {})


@pytest.mark.parametrize(
    ("maramp_on", "first", "comes"),
    [
        (MEETS, None, True),
        (MEETS + DAY, None, False),
        (TODAY, None, True),
        (TODAY - DAY, None, False),
        (TODAY - DAY, "2026-11-11 10:00", True),
        (TODAY - DAY, "2026-11-12 10:00", False),
    ],
)
def test_a_maramp_of_such_a_review_brings_the_child_unless_its_day_passed_before_the_group_began(
    maramp_on: date, first: str | None, comes: bool
) -> None:
    at = utc("2026-10-01 10:00")
    held = FlagFact(1, "3_in_90", local_date(at), at, utc("2026-10-02 10:00"), maramp_on)
    made = proposed([held], [], MEETS, since(first) if first else None, TODAY)
    assert reasons(made) == ({1: [AgendaReason.REVIEW_DUE]} if comes else {})


def test_one_maramp_of_two_flags_is_said_once() -> None:
    at = utc("2026-10-01 10:00")
    held = [flag(1, at, MEETS), flag(1, at, MEETS, rule="3_in_365")]
    made = proposed(held, [DecidedFact(1, utc("2026-11-01 10:00"))], MEETS, None, TODAY)
    assert [one.reasons for one in made] == [(Why(AgendaReason.REVIEW_DUE, MEETS),)]
