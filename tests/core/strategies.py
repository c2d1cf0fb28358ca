"""What Hypothesis makes for the intake: instants near clock changes, cells good and bad, lines, children held."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tracker.core.daily_report import ReportLine
from tracker.core.feed import FIELDS, Feed
from tracker.core.matching import KnownChild
from tracker.core.report_terms import ReportStatus
from tracker.core.terms import EpisodeKind, FlagCode, LivingSetting, RiskLevel

FEED = Feed("test", "test-force", {}, own_authority=("Wexcombeshire",))
REPORT_AT = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)

CLOCK_CHANGES = tuple(
    max(datetime(year, month, day, 1, tzinfo=UTC) for day in range(25, 32) if datetime(year, month, day).weekday() == 6)
    for year in range(2000, 2038)
    for month in (3, 10)
)
"""01:00 UTC on the last Sunday of March and of October: when Europe/London changes its clocks."""


def instants() -> st.SearchStrategy[datetime]:
    """Whole minutes in UTC, every other one within five days of a clock change."""
    anywhere = st.datetimes(datetime(2000, 1, 1), datetime(2037, 12, 1)).map(
        lambda at: at.replace(second=0, microsecond=0, tzinfo=UTC)
    )
    return st.one_of(anywhere, near_changes())


def near_changes() -> st.SearchStrategy[datetime]:
    return st.builds(
        lambda change, minutes: change + timedelta(minutes=minutes),
        st.sampled_from(CLOCK_CHANGES),
        st.integers(-5 * 24 * 60, 5 * 24 * 60),
    )


TIMES = ("14:05", "1405", "0930", "930", "9.30pm", "2400", "0", "24:01", "noon", "00:00", "14:05Z", "1.30 BST", "")
DATES = (
    "16/11/2026", "2026-11-16", "16 Nov 2026", "31/02/2026", "11/16/2026", "25/10/2026", "29/03/2026", "29/02/2028",
    "16/11/26", "0", "46342", "9999-12-31", "0001-01-01", "",
)  # fmt: skip
MOMENTS = (
    *(f"{day} {clock}" for day in DATES for clock in TIMES[:8]), "2026-10-25T01:30:00", "2026-03-29 01:30",
    "2026-11-16T14:05:00+01:00", "2026-11-16T14:05:00Z", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00",
)  # fmt: skip
WORDS = ("returned", "found", "missing", "cancelled", "absent", "HIGH", "lac", "F", "yes", "unknown", "n/a", "-", "?")

anything = st.text(max_size=40)
rare = st.sampled_from(["x" * 10_001, "﻿", "‮", "٣٠", "\ud800", "İ", "ß", "' OR 1=1", "=1+1"])


def cells() -> st.SearchStrategy[dict[str, str]]:
    """Rows that nobody promised anything about, with enough sense in them to get far."""
    value = st.one_of(st.sampled_from(MOMENTS + DATES + TIMES + WORDS), anything, rare)
    return st.dictionaries(st.sampled_from((*FIELDS, "no_such_field")), value, max_size=len(FIELDS))


def sound_cells() -> st.SearchStrategy[dict[str, str]]:
    """Rows that read, or nearly: a reference, a name, a start, and some of the rest."""
    required = st.fixed_dictionaries(
        {
            "police_reference": st.sampled_from(["WX/1/26", "wx 2-26", "WX/3/26"]),
            "surname": st.sampled_from(["Testsurname", "Ng"]),
            "forename": st.sampled_from(["Testforename", "J", ""]),
            "missing_from_at": st.sampled_from(
                ["16/11/2026 14:05", "2026-11-15", "25/10/2026 01:30", "2026-11-16T09:00Z"]
            ),
        },
        optional={
            "found_at": st.sampled_from(["", "17/11/2026", "17/11/2026 09:00", "16/11/2026 14:05", "14/11/2026 09:00"]),
            "returned_at": st.sampled_from(
                ["", "17/11/2026", "17/11/2026 1130", "18/11/2026 24:00", "25/10/2026 01:15"]
            ),
            "status": st.sampled_from(["", *ReportStatus]),
            "risk": st.sampled_from(["", *RiskLevel]),
            "date_of_birth": st.sampled_from(["", "03/05/2012", "unknown"]),
            "circumstances": st.sampled_from(["", "Left after tea", "Left\r\nafter tea"]),
        },
    )
    return required


SURNAMES = ("Testsurname", "Testsurnam", "Madeup-Name", "Name Madeup", "Made", "Unknown", "")
FORENAMES = ("Mohammed", "Muhammad", "Alfie", "Alfred", "Jade", "Jada", "Male", "Siobhán", "")
BIRTHDAYS = (date(2012, 3, 5), date(2012, 5, 3), date(2012, 3, 6), date(2009, 8, 21), None)


def known_children(most: int = 5) -> st.SearchStrategy[list[KnownChild]]:
    """Held children out of a small pool, so that many are alike; ids apart."""
    child = st.builds(
        lambda surname, forename, born_on, sex, number, postcode: (
            ((surname, forename),), born_on, sex, (postcode,) if postcode else (), (), (number,) if number else (),
        ),
        st.sampled_from(SURNAMES), st.sampled_from(FORENAMES), st.sampled_from(BIRTHDAYS),
        st.sampled_from(["female", "male", None]), st.sampled_from(["P/1", "P/2", "n/a", None]),
        st.sampled_from(["WX1 1AA", "WX1 2BB", None]),
    )  # fmt: skip
    return st.lists(child, max_size=most).map(
        lambda rows: [KnownChild(number, *row) for number, row in enumerate(rows, start=1)]
    )


def _line(found: int | None, returned: int | None, **more: Any) -> ReportLine:
    """With the flags that reading would give it."""
    start = REPORT_AT - timedelta(days=3)
    flags = {FlagCode.AGE_UNKNOWN} if more["date_of_birth"] is None else set()
    return ReportLine(
        police_force="test-force",
        police_reference="WX126",
        missing_from_at=start,
        found_at=None if found is None else start + timedelta(hours=found),
        returned_at=None if returned is None else start + timedelta(hours=returned),
        flags=frozenset(flags | ({FlagCode.ENDS_AS_IT_STARTS} if 0 in (found, returned) else set())),
        **more,
    )


def report_lines() -> st.SearchStrategy[ReportLine]:
    """Lines about children out of the same pool, with every kind of status and times, in the right order or not."""
    hours = st.none() | st.integers(-1, 30)
    return st.builds(
        _line,
        as_of=st.tuples(st.sampled_from([REPORT_AT + timedelta(days=n) for n in range(-1, 3)]), st.integers(1, 3)),
        surname=st.sampled_from(SURNAMES),
        forename=st.sampled_from(FORENAMES),
        found=hours,
        returned=hours,
        date_of_birth=st.sampled_from(BIRTHDAYS),
        sex=st.sampled_from(["female", "male", None]),
        police_person_id=st.sampled_from(["P/1", "P/2", None]),
        postcode=st.sampled_from(["WX1 1AA", "WX1 2BB", None]),
        status=st.none() | st.sampled_from(ReportStatus),
        kind=st.none() | st.sampled_from(EpisodeKind),
        risk=st.none() | st.sampled_from(RiskLevel),
        setting=st.none() | st.sampled_from(LivingSetting),
        circumstances=st.none() | st.sampled_from(["Left after tea", "Left at dawn"]),
    )
