"""Invented children by the hundred, their rows drawn near every edge, and our own checks' word on them.

Needs the core alone, which is the standard library's: it runs beside the published validator too.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tracker.core.looked_after import CareEpisode
from tracker.core.ssda903 import MissingRow, collection_year, written
from tracker.core.ssda903_checks import check_rows, day_of
from tracker.core.ssda903_rules import Rule

Row = tuple[str, ...]


@dataclass(frozen=True)
class Return:
    """Rows as text: Missing, last year's Missing, and care as CHILD, DECOM, RNE, DEC, REC."""

    missing: list[Row]
    last_year: list[Row]
    episodes: list[Row]


def make(children: int, rng: Random) -> Return:
    """Days cluster around the year's edges and around one another, so that they meet and miss by one."""
    made = Return([], [], [])
    for number in range(children):
        code = f"C{number:05}"
        care = _care(code, rng)
        made.episodes.extend(care)
        edges = [day for row in care for day in (day_of(row[1]), day_of(row[3])) if day]
        dob = rng.choice((date(2011, 2, 3), date(2007, rng.randint(4, 12), rng.randint(1, 28)), date(2008, 2, 29)))
        for _ in range(rng.choice((1, 1, 2, 3))):
            made.missing.append(_missing(code, dob, edges, rng))
        if rng.random() < 0.2:
            start = rng.choice([row[3] for row in made.missing if row[0] == code] + ["20/03/2025"])
            made.last_year.append((code, written(dob), "M", start, rng.choice(("", "", "25/03/2025"))))
    return made


def _care(code: str, rng: Random) -> list[Row]:
    """Up to three episodes of care in order, with breaks here and there; now and then none."""
    if rng.random() < 0.08:
        return []
    day = date(2025, 1, 1) + timedelta(days=rng.randint(0, 200))
    rows = []
    for last in [False] * rng.randint(0, 2) + [True]:
        end = day + timedelta(days=rng.randint(1, 120))
        open_end = last and rng.random() < 0.5
        rows.append((code, written(day), rng.choice("SPL"), "" if open_end else written(end),
                     "" if open_end else rng.choice(("X1", "E4A", "E8"))))  # fmt: skip
        day = end + timedelta(days=rng.choice((0, 0, 0, 1, 30)))
    return rows


def _missing(code: str, dob: date, edges: list[date], rng: Random) -> Row:
    anchors = [*edges, date(2025, 4, 1), date(2026, 3, 31), date(dob.year + 18, dob.month, min(dob.day, 28)), dob]
    near = [rng.choice(anchors) + timedelta(days=rng.randint(-2, 2)) for _ in range(2)]
    start, end = near if rng.random() < 0.15 else sorted(near)
    texts = [written(start), written(end) if rng.random() < 0.75 else ""]
    for place in range(2):
        if rng.random() < 0.05:
            texts[place] = rng.choice(("", "31/02/2026", "X"))
    return (code, written(dob), rng.choice("MMMMAAX") if rng.random() < 0.95 else "", *texts)


def our_word(given: Return, year: int) -> set[tuple[str, str]]:
    """(rule, CHILD) of every fault that our own checks name, by the Department's numbers."""
    care: dict[str, list[CareEpisode]] = defaultdict(list)
    for code, start, new, end, ended in given.episodes:
        start_on = day_of(start)
        assert start_on is not None
        care[code].append(CareEpisode(code, start_on, day_of(end), new, ended))
    rows = [MissingRow(*cells) for cells in given.missing]
    faults = check_rows(rows, collection_year(year), care, [MissingRow(*cells) for cells in given.last_year])
    return {(str(one.rule), one.child) for one in faults if one.rule not in (Rule.NO_CHILD, Rule.NO_BIRTH)}
