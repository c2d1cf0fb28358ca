"""Our own checks name every planted fault, and nothing else, as the published validator does (`make test-903`)."""

from collections import defaultdict
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import unhurried
from tests.published_903 import planted
from tracker.core.looked_after import CareEpisode
from tracker.core.ssda903 import MissingRow, collection_year
from tracker.core.ssda903_checks import Fault, check_rows, day_of
from tracker.core.ssda903_rules import FROM_CARE, FROM_LAST_YEAR, RULES, Rule

YEAR = collection_year(planted.YEAR)


def rows_of(given: tuple[tuple[str, ...], ...]) -> list[MissingRow]:
    return [MissingRow(*cells) for cells in given]


def care() -> dict[str, list[CareEpisode]]:
    found: dict[str, list[CareEpisode]] = defaultdict(list)
    for code, start, new, end, ended in planted.EPISODES:
        start_on = day_of(start)
        assert start_on is not None
        found[code].append(CareEpisode(code, start_on, day_of(end), new, ended))
    return found


def named(faults: list[Fault]) -> set[tuple[str, str]]:
    return {(str(fault.rule), fault.child) for fault in faults}


def test_every_planted_fault_is_named_and_nothing_else() -> None:
    found = check_rows(rows_of(planted.MISSING), YEAR, care(), rows_of(planted.LAST_YEAR))
    assert named(found) == planted.EXPECTED


def test_every_rule_of_the_department_is_planted() -> None:
    ours = {str(rule) for rule in Rule} - {Rule.NO_CHILD, Rule.NO_BIRTH}
    assert {code for code, _ in planted.EXPECTED} == ours
    assert set(RULES) == set(Rule)


def test_without_the_lists_what_rests_on_them_is_not_checked() -> None:
    found = {fault.rule for fault in check_rows(rows_of(planted.MISSING), YEAR)}
    assert not found & {*FROM_CARE, *FROM_LAST_YEAR}
    assert Rule.OVERLAPS in found


def test_each_fault_is_said_in_plain_words_of_its_row() -> None:
    rows = rows_of(planted.MISSING)
    for fault in check_rows(rows, YEAR, care()):
        assert fault.sentence.endswith(".")
        assert fault.row in rows


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (("", "01/06/2011", "M", "03/05/2025", "04/05/2025"), Rule.NO_CHILD),
        (("A", "", "M", "03/05/2025", "04/05/2025"), Rule.NO_BIRTH),
    ],
    ids=["no child", "no birth"],
)
def test_what_no_rule_of_theirs_can_read_is_named_by_ours(row: tuple[str, ...], rule: Rule) -> None:
    assert [fault.rule for fault in check_rows(rows_of((row,)), YEAR)] == [rule]


def test_a_child_open_last_year_without_any_row_now_is_named_by_the_child() -> None:
    found = check_rows([], YEAR, None, rows_of((("GONE", "", "M", "20/03/2025", ""),)))
    assert [(fault.rule, fault.child, fault.row) for fault in found] == [(Rule.OPEN_LAST_YEAR, "GONE", None)]


def test_a_child_of_29_february_turns_18_as_their_checks_count() -> None:
    born, care_of = "29/02/2008", {"A": [CareEpisode("A", date(2025, 5, 1), date(2026, 2, 28), "S", "E4A")]}
    rows = rows_of((("A", born, "M", "20/02/2026", "28/02/2026"),))
    assert [fault.rule for fault in check_rows(rows, YEAR, care_of)] == [Rule.NOT_E8]


texts = st.one_of(st.text(max_size=12), st.dates(date(2024, 1, 1), date(2027, 1, 1)).map(lambda on: f"{on:%d/%m/%Y}"))


@unhurried(150)
@given(st.lists(st.builds(MissingRow, st.sampled_from(["", "A", "B"]), texts, texts, texts, texts), max_size=6))
def test_any_text_is_judged_and_never_raises(rows: list[MissingRow]) -> None:
    for fault in check_rows(rows, YEAR, {"A": [CareEpisode("A", date(2025, 1, 1))]}, rows):
        assert fault.rule in Rule
        assert fault.row is None or fault.row in rows
