"""Run charts by hand: limits, and the three signals at their very edges."""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import unhurried
from tracker.core.run_charts import FEWEST, Point, Rule, Signal, run_chart


def series(values: list[float | None]) -> list[Point]:
    return [Point(f"m{place:02}", value) for place, value in enumerate(values, start=1)]


def signals(values: list[float | None]) -> list[tuple[Rule, str, str]]:
    return [(one.rule, one.first, one.last) for one in run_chart(series(values)).signals]


def test_the_limits_of_counts_by_hand() -> None:
    """Twelve months of 10 and 12 in turn: mean 11, every moving range 2, limits 11 ± 5.32."""
    chart = run_chart(series([10, 12] * 6))
    assert chart.median == 11
    assert chart.limits == ((pytest.approx(5.68), pytest.approx(16.32)),) * 12
    assert chart.signals == ()


def test_a_lower_limit_is_never_below_nought() -> None:
    assert run_chart(series([0, 4] * 6)).limits[0] == (0, pytest.approx(2 + 2.66 * 4))


def test_a_month_outside_its_limits_is_a_signal() -> None:
    """Mean 13, moving ranges 2 ×12, then 27 up: 39 stands above 13.0 + 2.66 × 3.92."""
    values: list[float | None] = [10, 12] * 6
    assert signals([*values, 39]) == [(Rule.ABOVE, "m13", "m13")]
    assert signals([*(v and 40 - v for v in values), 1]) == [(Rule.BELOW, "m13", "m13")]


def test_the_limits_of_a_share_follow_the_months_denominator() -> None:
    """Half of 100 each month, and of 25 in the last: 50 ± 15 and 50 ± 30."""
    chart = run_chart([*(Point(f"m{n:02}", 50.0, 100) for n in range(12)), Point("last", 81.0, 25)])
    share = (12 * 50 + 81 * 0.25) / 1225 * 100
    assert chart.limits[0] == (
        pytest.approx(share - 300 * sqrt(share / 100 * (1 - share / 100) / 100)),
        pytest.approx(share + 300 * sqrt(share / 100 * (1 - share / 100) / 100)),
    )
    assert chart.limits[-1][1] - share == pytest.approx(2 * (chart.limits[0][1] - share))
    assert chart.signals[0] == Signal(Rule.ABOVE, "last", "last")


def test_a_share_of_nothing_and_of_everything() -> None:
    chart = run_chart([*(Point(f"m{n:02}", 100.0, 9) for n in range(12)), Point("none", None, 0)])
    assert chart.limits == ((100.0, 100.0),) * 12 + (None,)
    assert chart.signals == ()


def test_eight_on_one_side_are_a_signal_and_seven_are_not() -> None:
    low: list[float | None] = [8, 9, 8, 9, 8, 9, 8]
    assert Rule.LOW_SIDE not in {rule for rule, _, _ in signals([*low, 12, *low[:0], 11, 12, 11, 12, 11, 12])}
    found = signals([*low, 9, 12, 11, 12, 11, 12, 11, 12, 11])
    assert (Rule.LOW_SIDE, "m01", "m08") in found
    assert (Rule.HIGH_SIDE, "m09", "m16") in found


def test_a_month_on_the_median_neither_counts_nor_breaks_the_row() -> None:
    assert signals([9, 8, 9, 8, 10, 9, 8, 9, 8, 11, 12, 11, 12, 11, 12, 11, 12]) == [
        (Rule.LOW_SIDE, "m01", "m09"),
        (Rule.HIGH_SIDE, "m10", "m17"),
    ]


def test_six_rising_are_a_signal_five_and_a_pause_are_not() -> None:
    around: list[float | None] = [20, 30, 20, 30, 20, 30]
    assert (Rule.RISING, "m07", "m12") in signals([*around, 21, 22, 23, 24, 25, 26, 20])
    assert not signals([*around, 21, 22, 23, 24, 24, 26, 20])
    assert (Rule.FALLING, "m06", "m11") in signals([*around, 27, 26, 25, 24, 23, 30])


def test_with_few_months_nothing_is_said() -> None:
    chart = run_chart(series([1.0] * (FEWEST - 2) + [1000.0, None]))
    assert not chart.has_limits
    assert chart.signals == ()
    assert chart.median == 1.0
    assert run_chart([]).median is None


@unhurried(100)
@given(st.lists(st.none() | st.integers(0, 40).map(float), max_size=25))
def test_turned_upside_down_and_backwards_the_same_months_are_signals(values: list[float | None]) -> None:
    """Backwards and mirrored a series has the same rows and the same limits' distance; only the rules' names change."""
    given_ = run_chart(series(values))
    back = run_chart(series(values[::-1]))
    names = [point.name for point in given_.points]
    mirrored = {names[len(names) - 1 - names.index(name)] for name in back.signalled()}
    assert given_.signalled() == mirrored
    assert given_.median == back.median
    for point, limits in zip(given_.points, given_.limits, strict=True):
        outside = limits is not None and point.value is not None and not limits[0] <= point.value <= limits[1]
        assert outside == any(one.first == one.last == point.name for one in given_.signals)
