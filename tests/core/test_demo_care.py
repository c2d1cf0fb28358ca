"""The demonstration's lists of looked-after children: care holds every time missing, and each line can be read."""

import csv
import io
from collections import defaultdict
from datetime import date
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import unhurried
from tracker.core.extract_rows import COLUMNS, ExtractKind, read_entry
from tracker.core.looked_after import CareEpisode, care_periods
from tracker.core.ssda903 import collection_year
from tracker.demo.care import InCare, Spell, episodes_file, header_file, never_missing, spells_of

TODAY = date(2026, 11, 26)
days = st.lists(st.dates(date(2024, 11, 26), TODAY), min_size=1, max_size=30, unique=True)


def child_of(found: list[date], born_on: date = date(2011, 5, 6)) -> InCare:
    return InCare(7, "Quillfeather", "Bel", born_on, "Female", "White British", tuple(sorted(found)))


def care_of(spells: list[Spell]) -> list[CareEpisode]:
    return [CareEpisode(one.code, one.start_on, one.end_on, one.reason_new, one.reason_ended) for one in spells]


@unhurried(200)
@given(days, st.integers(0, 1000), st.sampled_from([date(2011, 5, 6), date(2008, 11, 20), date(2008, 2, 29)]))
def test_care_holds_every_day_missing_without_a_break(found: list[date], seed: int, born_on: date) -> None:
    spells = spells_of(child_of(found, born_on), Random(seed), TODAY)
    periods = care_periods(care_of(spells))
    assert len(periods) == 1
    assert all(periods[0].holds(day) for day in found)
    assert all(one.end_on is None or one.start_on < one.end_on for one in spells)
    assert [one.reason_ended for one in spells[:-1]] == ["X1"] * (len(spells) - 1)


def test_every_line_of_both_files_is_read() -> None:
    rng = Random(3)
    children = [child_of([date(2026, 5, 1)]), *never_missing(rng, 100, TODAY)]
    spells = [spell for child in children for spell in spells_of(child, rng, TODAY)]
    year = collection_year(2026)
    held: dict[ExtractKind, set[str]] = defaultdict(set)
    files = {
        ExtractKind.HEADER: header_file(children, spells, year), ExtractKind.EPISODES: episodes_file(spells, year),
    }  # fmt: skip
    for kind, content in files.items():
        for row in csv.DictReader(io.StringIO(content.decode())):
            cells = {name: next((row[n] for n in names if n in row), "") for name, names in COLUMNS[kind].items()}
            entry = read_entry(kind, cells)
            assert not isinstance(entry, list)
            held[kind].add(entry.code)
    assert held[ExtractKind.HEADER] == held[ExtractKind.EPISODES]
    assert len(held[ExtractKind.HEADER]) > 100
    assert b"Quillfeathr" in files[ExtractKind.HEADER]  # the one to settle
