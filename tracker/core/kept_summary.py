"""Figures of a period in the form in which they are kept: the values as plain JSON, and the ids behind each by itself.

Apart, because a page shows every value and opens one list: the ids of a country's year are a thousand times its values.
"""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate
from typing import Any

from tracker.core.clock import Period
from tracker.core.figures import Figure
from tracker.core.frozen import sha256_of
from tracker.core.month_facts import EDITION
from tracker.core.monthly_summary import MonthlySummary
from tracker.core.rules import Rules
from tracker.core.terms import Cohort

AT_ONCE_EPISODES = 20_000
"""Figures that look at more episodes than this are counted in the background: a page would take more than a second."""

FAST = 1
"""Of zlib's levels: a tenth of the time of its usual one, for a tenth more room."""

Place = tuple[str, Cohort]
"""A figure's key, and for whom."""


@dataclass(frozen=True)
class Counted:
    """Every figure of a period, and which of them open a list. Of what was kept, the figures bear no ids."""

    summary: MonthlySummary
    opens: frozenset[Place]


def opening(summary: MonthlySummary) -> frozenset[Place]:
    """The figures that open a list: those with something behind them."""
    return frozenset((key, cohort) for key, cohort, _ in lists_of(summary))


def lists_of(summary: MonthlySummary) -> Iterator[tuple[str, Cohort, tuple[int, ...]]]:
    """The ids behind each figure that opens a list."""
    for key, by_cohort in summary.figures.items():
        for cohort, figure in by_cohort.items():
            if figure.ids:
                yield key, cohort, figure.ids


def packed_lists(summary: MonthlySummary) -> Iterator[tuple[str, Cohort, bytes]]:
    """The same, packed. Two thirds of the lists have the very ids of another: each is packed once."""
    held: dict[tuple[int, ...], bytes] = {}
    for key, cohort, ids in lists_of(summary):
        if ids not in held:
            held[ids] = packed(ids)
        yield key, cohort, held[ids]


def as_kept(summary: MonthlySummary) -> dict[str, object]:
    """The values, each to its last digit, as JSON holds them."""
    opens = opening(summary)
    return {
        "days": [summary.period.start_on.isoformat(), summary.period.end_on.isoformat()],
        "cut_off": summary.cut_off.isoformat(),
        "computed_at": summary.computed_at.isoformat(),
        "status": summary.status,
        "rules_version": summary.rules_version,
        "figures": {
            key: {str(cohort): [*_plain(figure), (key, cohort) in opens] for cohort, figure in by_cohort.items()}
            for key, by_cohort in summary.figures.items()
        },
    }


def thaw_kept(document: Mapping[str, Any]) -> Counted:
    """What `as_kept` was given, without the ids."""
    start_on, end_on = map(date.fromisoformat, document["days"])
    figures: dict[str, dict[Cohort, Figure]] = {}
    opens: set[Place] = set()
    for key, by_cohort in document["figures"].items():
        figures[key] = {}
        for name, (value, numerator, denominator, of, opened) in by_cohort.items():
            cohort = Cohort(name)
            figures[key][cohort] = Figure(value, (), numerator, denominator, of)
            if opened:
                opens.add((key, cohort))
    cut_off, computed_at = (datetime.fromisoformat(document[name]) for name in ("cut_off", "computed_at"))
    period, status, version = Period(start_on, end_on), document["status"], document["rules_version"]
    return Counted(MonthlySummary(period, cut_off, computed_at, status, version, figures), frozenset(opens))


def packed(ids: Sequence[int]) -> bytes:
    """Ids in a few bits each: in order they differ little from one to the next."""
    steps = [after - before for before, after in zip((0, *ids), ids, strict=False)]
    return zlib.compress(json.dumps(steps, separators=(",", ":")).encode("ascii"), FAST)


def unpacked(held: bytes) -> tuple[int, ...]:
    """The ids that `packed` was given."""
    return tuple(accumulate(json.loads(zlib.decompress(held))))


def rules_mark(rules: Rules) -> str:
    """Of whatever decides a figure beside the records: figures of another mark are not the same figures."""
    policy = {
        name: sorted(map(str, value)) if isinstance(value, frozenset) else value
        for name, value in vars(rules.policy).items()
    }
    repeats = [[rule.name, rule.count, rule.window_days] for rule in rules.repeat_rules]
    return sha256_of({"edition": EDITION, "policy": policy, "repeats": repeats})


def _plain(figure: Figure) -> tuple[object, ...]:
    return figure.value, figure.numerator, figure.denominator, figure.of
