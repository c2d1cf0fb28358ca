"""The rows of the Missing table: whose, which dates, and what the day on which care began or ended does to them."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import POLICY, gone, inputs, london, unhurried
from tracker.core.looked_after import CareEpisode, Extract, LookedAfterChild, care_periods, placement_ended_on
from tracker.core.missing_episode import MissingEpisode
from tracker.core.month_facts import SummaryInput
from tracker.core.ssda903 import (
    CODES,
    MissingRow,
    RowNote,
    collection_year,
    missing_table,
    parse_year,
    written,
    year_name,
)
from tracker.core.ssda903_checks import check_rows, day_of
from tracker.core.ssda903_rows import missing_rows
from tracker.core.ssda903_rules import FROM_CARE, Rule
from tracker.core.ssda903_xml import missing_xml
from tracker.core.terms import EpisodeKind, ExclusionReason, LivingSetting

YEAR = collection_year(2026)
BORN = date(2011, 5, 6)
CHILD = LookedAfterChild("C1", BORN, "1", "WBRI", "UN1")
NO_CARE = Extract({1: CHILD})


def in_care(*episodes: CareEpisode) -> Extract:
    return Extract({1: CHILD}, {"C1": episodes}, True)


def missing(start: str, back: str | None = None, id: int = 1, **more: object) -> MissingEpisode:
    more = {"setting": LivingSetting.LOOKED_AFTER, "date_of_birth": BORN, **more}
    return gone(id, 1, london(start), london(back) if back else None, **more)


def spans(rows: list[MissingRow]) -> list[tuple[str, str, str]]:
    return [(row.missing, row.mis_start, row.mis_end) for row in rows]


def rows_of(*episodes: MissingEpisode, extract: Extract = NO_CARE) -> list[MissingRow]:
    return missing_rows(episodes, extract, YEAR, POLICY)


@pytest.mark.parametrize(
    ("episode", "expected"),
    [
        (missing("2026-05-01 20:00", "2026-05-03 08:00"), [("M", "01/05/2026", "03/05/2026")]),
        (missing("2026-05-01 10:00", "2026-05-01 18:00"), [("M", "01/05/2026", "01/05/2026")]),  # on one day: it twice
        (missing("2026-05-01 23:30", "2026-05-02 00:30"), [("M", "01/05/2026", "02/05/2026")]),
        (
            missing("2026-05-01 10:00", "2026-05-02 18:00", kind=EpisodeKind.AWAY),
            [("A", "01/05/2026", "02/05/2026")],
        ),
        (missing("2026-05-01 10:00"), [("M", "01/05/2026", "")]),  # still missing
        (missing("2027-03-30 10:00", "2027-04-02 10:00"), [("M", "30/03/2027", "")]),  # at the year's end it was
        (missing("2026-03-20 10:00", "2026-04-01 00:10"), [("M", "20/03/2026", "01/04/2026")]),
        (missing("2026-03-20 10:00", "2026-03-31 23:50"), []),  # by London's days
        (missing("2027-04-01 00:10", "2027-04-02 10:00"), []),
        (
            missing("2026-05-01 10:00", "2026-05-01 20:00", found_at=london("2026-05-01 18:00")),
            [("M", "01/05/2026", "01/05/2026")],  # found and brought home
        ),
        (
            missing("2026-05-01 10:00", "2026-05-04 20:00", found_at=london("2026-05-02 18:00")),
            [("M", "01/05/2026", "02/05/2026"), ("A", "02/05/2026", "04/05/2026")],
        ),
        (
            missing("2026-05-01 10:00", found_at=london("2026-05-02 18:00")),
            [("M", "01/05/2026", "02/05/2026"), ("A", "02/05/2026", "")],
        ),
        (missing("2026-05-01 10:00", "2026-05-01 20:00", setting=LivingSetting.HOME), []),
        (missing("2026-05-01 10:00", "2026-05-01 20:00", is_ours=False), []),
        (missing("2026-05-01 10:00", "2026-05-01 20:00", kind=EpisodeKind.NO_APPARENT_RISK), []),
        (missing("2026-05-01 10:00", "2026-05-01 20:00", excluded=ExclusionReason.CANCELLED), []),
        (missing("2026-05-01 10:00", "2026-05-01 20:00", date_of_birth=date(2008, 5, 1)), []),  # 18 when it started
    ],
    ids=[
        "nights", "one day", "midnight", "away", "open", "over the end", "over the start", "before", "after",
        "brought home", "found days before", "found not back", "home", "other council", "no risk", "cancelled", "adult",
    ],
)  # fmt: skip
def test_the_dates_of_a_row(episode: MissingEpisode, expected: list[tuple[str, str, str]]) -> None:
    assert spans(rows_of(episode)) == expected


def test_overlapping_records_are_one_row_until_somebody_settles_them() -> None:
    one = missing("2026-05-01 10:00", "2026-05-03 10:00", kind=EpisodeKind.AWAY)
    other = missing("2026-05-02 10:00", "2026-05-05 10:00", id=2)
    rows = rows_of(one, other)
    assert spans(rows) == [("M", "01/05/2026", "05/05/2026")]
    assert rows[0].notes == (RowNote.JOINED,)


def test_overlapping_records_end_as_the_last_of_them_does() -> None:
    """One says found and not back, the other back two days later: the child is back."""
    found = missing("2026-05-01 10:00", found_at=london("2026-05-03 10:00"))
    back = missing("2026-05-02 10:00", "2026-05-05 10:00", id=2)
    assert spans(rows_of(found, back)) == [("M", "01/05/2026", "05/05/2026")]
    early = missing("2026-05-02 10:00", "2026-05-02 18:00", id=2)
    assert spans(rows_of(found, early)) == [("M", "01/05/2026", "03/05/2026"), ("A", "03/05/2026", "")]


def test_a_care_period_brings_in_what_the_episode_calls_home() -> None:
    at_home = missing("2026-05-01 10:00", "2026-05-01 20:00", setting=LivingSetting.HOME)
    assert rows_of(at_home, extract=in_care(CareEpisode("C1", date(2026, 4, 30))))
    assert not rows_of(at_home, extract=in_care(CareEpisode("C1", date(2026, 5, 2))))


def test_who_ceases_to_be_looked_after_is_missing_until_that_day() -> None:
    care = in_care(CareEpisode("C1", date(2025, 1, 1), date(2026, 5, 9), "S", "E8"))
    still = rows_of(missing("2026-05-01 10:00"), extract=care)
    later = rows_of(missing("2026-05-01 10:00", "2026-05-20 10:00"), extract=care)
    found = rows_of(missing("2026-05-01 10:00", found_at=london("2026-05-20 10:00")), extract=care)
    for rows in (still, later, found):
        assert spans(rows) == [("M", "01/05/2026", "09/05/2026")]
        assert rows[0].notes == (RowNote.CARE_ENDED,)


def test_who_begins_to_be_looked_after_while_missing_is_missing_from_that_day() -> None:
    care = in_care(CareEpisode("C1", date(2026, 5, 9)))
    rows = rows_of(missing("2026-05-01 10:00", "2026-05-20 10:00", setting=LivingSetting.HOME), extract=care)
    assert spans(rows) == [("M", "09/05/2026", "20/05/2026")]
    assert rows[0].notes == (RowNote.CARE_BEGAN,)


def test_still_missing_on_the_18th_birthday_ends_on_it() -> None:
    born = date(2008, 5, 20)
    for back in (None, "2026-06-01 10:00"):
        rows = rows_of(missing("2026-05-01 10:00", back, date_of_birth=born), extract=Extract())
        assert spans(rows) == [("M", "01/05/2026", "20/05/2026")]
        assert rows[0].notes == (RowNote.TURNED_18,)
    later = missing("2026-05-01 10:00", "2026-06-01 10:00", date_of_birth=born, found_at=london("2026-05-25 10:00"))
    assert spans(rows_of(later, extract=Extract())) == [("M", "01/05/2026", "20/05/2026")]


def test_what_is_returned_is_no_councils_choice() -> None:
    away = missing("2026-05-01 10:00", "2026-05-01 20:00", kind=EpisodeKind.AWAY)
    missing_only = replace(POLICY, countable_kinds=frozenset({EpisodeKind.MISSING}))
    assert spans(missing_rows([away], NO_CARE, YEAR, missing_only)) == [("A", "01/05/2026", "01/05/2026")]


def test_the_placement_ended_and_the_child_is_still_missing() -> None:
    moved = (
        CareEpisode("C1", date(2025, 1, 1), date(2026, 6, 1), "S", "X1"),
        CareEpisode("C1", date(2026, 6, 1), None, "P"),
    )
    assert spans(rows_of(missing("2026-05-01 10:00"), extract=in_care(*moved))) == [("M", "01/05/2026", "01/06/2026")]
    new_status = (moved[0], CareEpisode("C1", date(2026, 6, 1), None, "L"))
    assert placement_ended_on(new_status, date(2026, 5, 1)) is None
    assert spans(rows_of(missing("2026-05-01 10:00"), extract=in_care(*new_status))) == [("M", "01/05/2026", "")]


def test_a_row_that_names_no_child_stays_out_and_the_headers_birthday_goes_with_its_id() -> None:
    episode = missing("2026-05-01 10:00", "2026-05-02 10:00", date_of_birth=date(2012, 1, 1))
    assert missing_table(rows_of(episode), YEAR).rows == (("C1", "06/05/2011", "M", "01/05/2026", "02/05/2026"),)
    unknown = rows_of(episode, extract=Extract())
    assert len(unknown) == 1
    assert missing_table(unknown, YEAR).rows == ()
    assert [fault.rule for fault in check_rows(unknown, YEAR)] == [Rule.NO_CHILD]


def test_the_xml_has_each_child_once_with_all_three_fields_of_every_row() -> None:
    rows = rows_of(missing("2026-05-01 10:00", "2026-05-02 10:00"), missing("2026-06-01 10:00", id=2))
    root = fromstring(missing_xml(rows, {"C1": CHILD}))
    assert root.tag == "EXPSSDA903"
    (child,) = root
    header = child.find("HEADER")
    assert header is not None
    assert [header.findtext(name) for name in ("CHILDID", "SEX", "DOB", "ETHNIC", "UPN")] == [
        "C1", "1", "06/05/2011", "WBRI", "UN1",
    ]  # fmt: skip
    fields = [[(field.tag, field.text) for field in one] for one in header.findall("AMISSING")]
    assert fields == [
        [("MISSING", "M"), ("MIS_START", "01/05/2026"), ("MIS_END", "02/05/2026")],
        [("MISSING", "M"), ("MIS_START", "01/06/2026"), ("MIS_END", None)],
    ]


@pytest.mark.parametrize("name", ["2026", "2026-28", "26-27", "2026-27 ", "1999-00"])
def test_what_is_no_collection_year_is_said(name: str) -> None:
    with pytest.raises(ValueError, match="not a collection year"):
        parse_year(name)


def test_a_year_has_its_name() -> None:
    assert year_name(collection_year(parse_year("2099-00"))) == "2099-00"
    assert (YEAR.start_on, YEAR.last_day) == (date(2026, 4, 1), date(2027, 3, 31))


@st.composite
def cares(draw: st.DrawFn) -> list[CareEpisode]:
    """A child's care: episodes in order, none overlapping, the last perhaps going on."""
    edges = sorted(draw(st.sets(st.dates(date(2024, 6, 1), date(2027, 6, 1)), min_size=2, max_size=7)))
    spells = [CareEpisode("C", *pair, draw(st.sampled_from("SPL")), "X1") for pair in pairwise(edges)]
    kept = [one for one in spells if draw(st.booleans())] or spells[:1]
    last = kept[-1]
    return [*kept[:-1], CareEpisode("C", last.start_on, None if draw(st.booleans()) else last.end_on, "S", "E4A")]


@unhurried(150)
@given(inputs(), st.lists(cares(), min_size=4, max_size=4), st.integers(2024, 2026))
def test_no_row_lies_outside_the_year_or_the_care_that_it_began_in(
    rows: SummaryInput, care: list[list[CareEpisode]], start: int
) -> None:
    year = collection_year(start)
    children = {id_: LookedAfterChild(f"C{id_}", date(2010, 1, 1)) for id_ in (1, 2, 3, 4)}
    extract = Extract(children, {f"C{n + 1}": held for n, held in enumerate(care)}, True)
    found = missing_rows(rows.episodes, extract, year, POLICY)
    by_id = {episode.id: episode for episode in rows.episodes}
    for row in found:
        begins, ends = day_of(row.mis_start), day_of(row.mis_end) or year.last_day
        assert begins is not None
        assert begins < year.end_on
        assert year.start_on <= ends < year.end_on
        assert row.missing in CODES.values()
        assert by_id[row.episode_id or 0].is_ours
        inside = next((one for one in care_periods(extract.care_of(row.child_id or 0)) if one.holds(begins)), None)
        assert inside is not None or by_id[row.episode_id or 0].setting is LivingSetting.LOOKED_AFTER
        if inside is not None and inside.end_on is not None and row.mis_end:
            assert ends <= inside.end_on
    unchecked = {*FROM_CARE, Rule.NO_CHILD, Rule.OVERLAPS, Rule.BEFORE_BIRTH}
    assert {fault.rule for fault in check_rows(found, year)} <= unchecked


@unhurried(100)
@given(st.lists(cares(), min_size=1, max_size=1), st.integers(0, 900))
def test_periods_of_care_hold_exactly_the_days_of_their_episodes(care: list[list[CareEpisode]], ahead: int) -> None:
    day = date(2024, 6, 1) + timedelta(days=ahead)
    assert any(one.holds(day) for one in care_periods(care[0])) == any(one.holds(day) for one in care[0])


def test_dates_are_written_as_the_return_wants_them() -> None:
    assert (written(date(2026, 4, 1)), written(None)) == ("01/04/2026", "")
    assert day_of("1/4/2026") is None
