"""The month's repeat runaways and the financial year so far (definitions §5, §6): `repeat.*`, `year_to_date.*`."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from operator import itemgetter

from tracker.core.clock import Period, financial_year_of, local_date
from tracker.core.figures import ByCohort, Member, count, share
from tracker.core.month_episodes import STARTED_AT, children_of
from tracker.core.month_facts import EDITION, SECOND_EDITION
from tracker.core.month_past import Gone
from tracker.core.month_rows import MonthRows, within
from tracker.core.repeats import Counted, RepeatRule, crossings
from tracker.core.terms import Cohort

YEAR_COUNT = 3
"""The Board's indicator: three or more episodes in the financial year."""


def repeat_figures(
    rows: MonthRows, period: Period, rules: Sequence[RepeatRule], edition: int = EDITION
) -> dict[str, ByCohort]:
    """Each rule on the month's last day, or on the day of the cut-off while the month still runs."""
    day = min(period.last_day, local_date(rows.cut_off))
    histories = _histories(rows, period)
    figures: dict[str, ByCohort] = {}
    for rule in rules:
        children, repeating = _with_at_least(_in_window(rows, day, rule), rule.count)
        found = {"children": repeating, "share_pct": share(repeating, children)}
        found["newly"] = count(_newly(histories, period, rule), "child")
        if edition > SECOND_EDITION:
            eve = min(day, period.start_on - timedelta(days=1))
            found |= _since(_repeating([one.child for one in _in_window(rows, eve, rule)], rule.count), repeating)
        figures |= {f"repeat.{rule.name}.{name}": figure for name, figure in found.items()}
    return figures


def _in_window(rows: MonthRows, day: date, rule: RepeatRule) -> Sequence[Gone]:
    """What started in the days that the rule looks at on that day."""
    window = Period(day - timedelta(days=rule.window_days - 1), day + timedelta(days=1))
    return within(rows.series.started, window, STARTED_AT)


def _since(before: ByCohort, now: ByCohort) -> dict[str, ByCohort]:
    """The children of whom the rule holds now: already on the eve of the month, or not then; and those of the eve of
    whom it holds no longer, in the cohort that they had then."""
    then, still = set(before[Cohort.ALL].ids), set(now[Cohort.ALL].ids)
    return {
        "continuing": _among(now, then),
        "new": _among(now, still - then),
        "ended": _among(before, then - still),
    }


def _among(figure: ByCohort, children: set[int]) -> ByCohort:
    ours = set(figure[Cohort.OURS].ids)
    return count([(child, child in ours) for child in figure[Cohort.ALL].ids if child in children], "child")


def _with_at_least(gone: Sequence[Gone], wanted: int) -> tuple[ByCohort, ByCohort]:
    """The children of these episodes, and those of them with so many."""
    went = [one.child for one in gone]
    return count(dict(went).items(), "child"), _repeating(went, wanted)


def _repeating(went: Sequence[Member], wanted: int) -> ByCohort:
    """Of the children of episodes in order of start, those with so many, each in the cohort of its latest one."""
    repeat = {child_id for child_id, times in Counter(map(itemgetter(0), went)).items() if times >= wanted}
    return count(dict([child for child in went if child[0] in repeat]).items(), "child")


def _histories(rows: MonthRows, period: Period) -> Mapping[Member, Sequence[Counted]]:
    """Of each child of the month, in the cohort that it has there: its episodes up to the month's end."""
    children = children_of(within(rows.started, period, STARTED_AT))
    found: dict[int, list[Counted]] = {child_id: [] for child_id, _ in children}
    for gone in rows.series.started[: bisect_left(rows.series.started, period.end_at, key=STARTED_AT)]:
        if (history := found.get(gone.child[0])) is not None:
            history.append(gone.episode)
    return {child: found[child[0]] for child in children}


def _newly(histories: Mapping[Member, Sequence[Counted]], period: Period, rule: RepeatRule) -> list[Member]:
    """The child of each crossing in the month: with a window shorter than a month the same child may cross twice."""
    return [
        child
        for child, history in histories.items()
        if len(history) >= rule.count
        for flag in crossings(history, rule)
        if period.start_on <= flag.raised_on < period.end_on
    ]


def year_to_date_figures(rows: MonthRows, period: Period) -> dict[str, ByCohort]:
    """From 1 April to the month's end: children missing, and those three or more times."""
    year = Period(financial_year_of(period.start_on).start_on, period.end_on)
    children, repeating = _with_at_least(within(rows.series.started, year, STARTED_AT), YEAR_COUNT)
    return {
        "year_to_date.children": children,
        "year_to_date.repeat_children": repeating,
        "year_to_date.repeat_pct": share(repeating, children),
    }
