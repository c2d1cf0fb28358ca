"""Other periods from the store: the Board's two years with their own numbers, names, choices, what is before."""

from datetime import date, timedelta

import pytest
from flask import Flask

from tracker.core.clock import Period, financial_year_of, month_of
from tracker.core.period_counts import financial_quarter_of
from tracker.core.terms import Cohort
from tracker.services.context import Context
from tracker.services.errors import Refused
from tracker.services.pages.periods import before, ids_behind_period, name_of, period_export, period_page
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import AuditEntry, Child, Episode

FIRST, SECOND = (financial_year_of(date(year, 4, 1)) for year in (2024, 2025))


@pytest.fixture
def two_years(app: Flask) -> None:
    """636 children in the first year, 97 of them three times; 694 in the second, 132 of them."""
    with writing() as current:
        for year, count, repeating in ((FIRST, 636, 97), (SECOND, 694, 132)):
            children = [
                Child(surname=f"Invented{place}", forename="Testchild", date_of_birth=date(2012, 3, 4),
                      created_at=year.start_at) for place in range(count)
            ]  # fmt: skip
            current.add_all(children)
            current.flush()
            starts = [
                (child, year.start_at + timedelta(hours=(place * 11 + time * 2900) % 8700 + 12))
                for place, child in enumerate(children)
                for time in range(3 if place < repeating else 1)
            ]
            current.add_all(
                Episode(child_id=child.id, missing_from_at=at, returned_at=at + timedelta(hours=4), kind="missing",
                        created_at=at, is_ours=True) for child, at in starts
            )  # fmt: skip


@pytest.mark.usefixtures("two_years")
def test_the_boards_years_stand_beside_each_other(context: Context) -> None:
    page = period_page(context, SECOND)
    assert (page.name, page.before_name, page.is_year, page.runs) == ("2025-26", "2024-25", True, False)
    shares = [figure("year_to_date.repeat_pct") for figure in (page.figure, page.figure_before)]
    assert [(one.value, one.numerator, one.denominator) for one in shares if one] == [(19.0, 132, 694), (15.3, 97, 636)]
    behind = ids_behind_period(context, SECOND, "year_to_date.repeat_pct", Cohort.ALL)
    assert behind is not None
    assert (len(behind.ids), behind.of_children) == (132, True)
    assert session().query(Child).filter(Child.id.in_(behind.ids), Child.created_at == SECOND.start_at).count() == 132
    first = period_page(context, FIRST)
    assert first.before is None  # nothing is held of the year before: noughts would mislead
    rows = {row[4]: row[6:] for row in period_export(context, FIRST).rows if row[5] == "all"}
    assert rows["year_to_date.repeat_pct"] == (15.3, 97, 636)
    subjects = [(row.action, row.details["filter"]["on"]) for row in session().query(AuditEntry)]
    assert subjects == [
        ("list_viewed", "2025-04-01/2026-03-31"), ("list_viewed", "2024-04-01/2025-03-31"),
        ("export_made", "2024-04-01/2025-03-31"),
    ]  # fmt: skip
    assert [choice.text for choice in first.years] == ["2026-27", "2025-26", "2024-25"]
    assert first.quarters[0].text == "Quarter 3 of 2026-27"
    assert first.quarters[-1].text == "Quarter 1 of 2024-25"


def test_an_empty_service_offers_the_running_year_and_quarter(app: Flask, context: Context) -> None:
    page = period_page(context, None)
    assert [choice.text for choice in (*page.years, *page.quarters)] == ["2026-27", "Quarter 3 of 2026-27"]
    assert period_page(context, page.years[0].period).figure("episodes.started") is not None
    with pytest.raises(Refused, match="not begun"):
        period_export(context, Period(date(2026, 11, 17), date(2026, 11, 18)))


@pytest.mark.parametrize(
    ("period", "name", "earlier"),
    [
        (financial_year_of(date(2026, 4, 1)), "2026-27", "2025-26"),
        (financial_year_of(date(1999, 4, 1)), "1999-00", "1998-99"),
        (financial_quarter_of(date(2027, 2, 1)), "Quarter 4 of 2026-27", "Quarter 3 of 2026-27"),
        (financial_quarter_of(date(2026, 4, 1)), "Quarter 1 of 2026-27", "Quarter 4 of 2025-26"),
        (month_of(date(2026, 1, 9)), "January 2026", "December 2025"),
        (Period(date(2026, 4, 1), date(2026, 4, 3)), "1 April 2026 to 2 April 2026", None),
    ],
)
def test_what_a_period_is_called_and_what_is_before_it(period: Period, name: str, earlier: str | None) -> None:
    assert name_of(period) == name
    found = before(period)
    assert (None if found is None else name_of(found)) == earlier
    assert found is None or found.end_on == period.start_on
