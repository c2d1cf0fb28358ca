"""A history told again without some of its lines."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracker.core.daily_report import ReportLine
from tracker.core.episodes import MissingEpisode
from tracker.core.report_terms import ReportStatus
from tracker.core.terms import ExclusionReason, FlagCode, RiskLevel
from tracker.core.undone import FIELDS, OF_LINES, Entered, Event, Said, tell, unsay

START = datetime(2026, 11, 15, 10, 0, tzinfo=UTC)
HELD = MissingEpisode(7, 3, START)


def line(minutes: int, **given: object) -> ReportLine:
    return ReportLine(
        as_of=(START + timedelta(hours=20, minutes=minutes), 2),
        police_force="testshire",
        police_reference="TV1",
        missing_from_at=START,
        surname="Inventedname",
        forename="Testa",
        **given,
    )


RISKS = st.none() | st.sampled_from(list(RiskLevel))
STATUSES = st.sampled_from([ReportStatus.MISSING, ReportStatus.CANCELLED, None])
RETURNS = st.none() | st.integers(0, 12).map(lambda hours: START + timedelta(hours=hours))
TEXTS = st.none() | st.sampled_from(["at the pond", "by the mill"])


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    events: list[Event] = []
    for minutes in draw(st.lists(st.integers(0, 50), min_size=1, max_size=6)):
        if events and draw(st.integers(0, 4)) == 0:
            told = draw(st.sampled_from([{"risk": RiskLevel.LOW}, {"circumstances": "typed"}]))
            fields = {name for one in events if isinstance(one, Entered) for name in one.values} | set(told)
            events.append(Entered({**told, "person_fields": frozenset(fields - {"person_fields"})}))
            continue
        said = line(
            minutes,
            risk=draw(RISKS),
            status=draw(STATUSES),
            returned_at=draw(RETURNS),
            found_location=draw(TEXTS),
            circumstances=draw(TEXTS),
        )
        events.append(Said(said, START + timedelta(minutes=minutes), draw(st.booleans())))
    return events


def kept(events: Sequence[Event]) -> list[Event]:
    return [one for one in events if not (isinstance(one, Said) and one.goes)]


@given(histories())
def test_unsaying_gives_what_would_be_held_had_they_never_spoken(events: list[Event]) -> None:
    held = tell(events, None, HELD).episode
    without = tell(kept(events), None, HELD).episode
    if held is None:
        return
    unsaid = unsay(events, None, held)
    assert unsaid.vanishes == (without is None)
    if without is not None:
        after = replace(held, **dict(unsaid.values), as_of=unsaid.as_of)
        assert [getattr(after, name) for name in FIELDS] == [getattr(without, name) for name in FIELDS]
        assert after.flags & OF_LINES == without.flags & OF_LINES and after.as_of == without.as_of


@given(histories())
def test_unsaying_in_two_steps_in_either_order_comes_to_the_same(events: list[Event]) -> None:
    """Undo A then B, or B then A: each step sees only the lines that still stand."""
    held = tell(events, None, HELD).episode
    if held is None:
        return
    rest = kept(events)
    middle = tell(rest, None, HELD).episode
    everything = [replace(one, goes=True) if isinstance(one, Said) else one for one in rest]
    at_once = [replace(one, goes=True) if isinstance(one, Said) else one for one in events]
    if middle is not None:
        assert unsay(everything, None, middle).vanishes == unsay(at_once, None, held).vanishes


@given(histories(), RISKS)
def test_a_field_that_the_history_does_not_explain_is_left_as_it_is(
    events: list[Event], risk: RiskLevel | None
) -> None:
    held = tell(events, None, HELD).episode
    if held is None or held.risk == risk:
        return
    assert "risk" not in unsay(events, None, replace(held, risk=risk)).values


def test_a_return_said_by_the_load_alone_is_unsaid() -> None:
    back = START + timedelta(hours=3)
    first, wrong = Said(line(1), None), Said(line(2, returned_at=back), START, goes=True)
    later = Said(line(3, status=ReportStatus.MISSING), None)
    held = tell([first, wrong, later], None, HELD).episode
    assert held is not None and FlagCode.POLICE_SAY_STILL_MISSING in held.flags and held.notified_at == START
    unsaid = unsay([first, wrong, later], None, held)
    assert unsaid.values["returned_at"] is None and unsaid.values["notified_at"] is None
    assert unsaid.values["flags"] == held.flags - {FlagCode.POLICE_SAY_STILL_MISSING}


def test_an_episode_entered_by_a_person_loses_the_reference_that_the_load_gave_it() -> None:
    entered = Entered({"missing_from_at": START, "risk": RiskLevel.LOW})
    joined = Said(line(1, risk=RiskLevel.HIGH, circumstances="said"), None, goes=True)
    held = tell([entered, joined], None, HELD).episode
    assert held is not None and held.police_reference == "TV1" and held.risk is RiskLevel.LOW
    unsaid = unsay([entered, joined], None, held)
    assert not unsaid.vanishes and unsaid.values["police_reference"] is None and unsaid.values["circumstances"] is None
    assert "risk" not in unsaid.values


def test_a_cancellation_by_the_load_is_unsaid() -> None:
    events = [Said(line(1), None), Said(line(2, status=ReportStatus.CANCELLED), None, goes=True)]
    held = tell(events, None, HELD).episode
    assert held is not None and held.excluded is ExclusionReason.CANCELLED
    assert unsay(events, None, held).values == {"excluded": None}
