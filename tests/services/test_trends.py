"""Trends and places from the store: months that ended, the month's own figures, places of many children, files."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from tests import factories
from tracker.core.clock import Period
from tracker.core.places import District, key_of
from tracker.core.terms import Cohort, Role
from tracker.services.context import Context, Viewer
from tracker.services.errors import Refused
from tracker.services.pages.hotspots import Where, hotspots, ids_behind_place, places_document, places_file
from tracker.services.pages.trends import trends
from tracker.services.publish_month import month_figures
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import AuditEntry

DISTRICTS = (District("Northmade", 0, 0), District("Southmade", 1, 0), District("Nowhere", 0, 1))
YEAR = Period(date(2026, 1, 1), date(2026, 11, 16))
LEAD = Viewer(1, "A", frozenset({Role.LEAD}))
GROUP = Viewer(2, "B", frozenset({Role.OPERATIONAL_GROUP}))


@pytest.fixture
def months(app: Flask, context: Context) -> None:
    """One episode in September 2025, then ten a month from October, all from one station; in October 2026 forty."""
    with writing() as current:
        child_ids = [factories.child(current) for _ in range(10)]
        start = datetime(2025, 9, 20, 12, tzinfo=UTC)
        factories.episode(current, child_ids[0], start, hours=5, context=context)
        for month in range(13):
            for place in range(40 if month == 12 else 10):
                day = datetime(2025 + (9 + month) // 12, (9 + month) % 12 + 1, 1 + place % 25, place % 10, tzinfo=UTC)
                row = factories.episode(
                    current,
                    child_ids[place % 10],
                    day + timedelta(hours=place // 10 * 2),
                    hours=1,
                    missing_from_address="Invented Station, Northmade",
                    found_location="the Pier, SOUTHMADE" if place else "3 Test Street",
                    context=None,
                )
                assert row.id


@pytest.mark.usefixtures("months")
def test_the_months_are_whole_and_ended_and_have_the_months_own_figures(context: Context) -> None:
    charts = trends(context, Cohort.ALL)
    by_key = {chart.key: chart for chart in charts}
    started = by_key["episodes.started"]
    assert [row.month for row in started.table] == [f"{2025 + (9 + m) // 12}-{(9 + m) % 12 + 1:02}" for m in range(13)]
    october = month_figures(context, "2026-10")
    assert started.table[-1].value == str(october.figures["episodes.started"][Cohort.ALL].value) == "40"
    assert by_key["children.missing"].table[-1].value == "10"
    assert by_key["hours.median"].table[0].value == "1"
    assert started.signals == ("October 2026 is above the usual range",)
    assert "One signal" in started.words
    assert [row["signal"] for row in started.rows] == [False] * 12 + [True]
    assert by_key["interviews.median_hours_to_interview"].words == "There is nothing to show in these months."


def test_an_empty_service_has_no_charts_and_no_places(app: Flask, context: Context) -> None:
    assert trends(context, Cohort.ALL) == []
    found = hotspots(context, GROUP, YEAR, DISTRICTS, 5)
    assert all(not places for places in found.found.values())
    assert places_file(context, YEAR, DISTRICTS, 5).rows == ()


@pytest.mark.usefixtures("months")
def test_a_home_of_one_child_is_not_shown_to_the_group(context: Context) -> None:
    for viewer, named in ((LEAD, True), (GROUP, False)):
        found = hotspots(context, viewer, YEAR, DISTRICTS, 5)
        texts = [place.text for place in found.found[Where.FOUND_PLACE]]
        assert ("3 Test Street" in texts) is named
        assert "the Pier, SOUTHMADE" in texts
        assert found.left_out[Where.FOUND_PLACE] == (0 if named else 1)
        assert found.map_words == "Most began in Northmade: 130 of 130 episodes with a district."
    station = ids_behind_place(context, YEAR, DISTRICTS, Where.FROM_PLACE, key_of("invented station - northmade"))
    assert station is not None
    assert (len(station.episode_ids), len(station.child_ids)) == (130, 10)
    assert ids_behind_place(context, YEAR, DISTRICTS, Where.FROM_PLACE, key_of("Elsewhere")) is None
    listed = [row for row in session().query(AuditEntry) if row.action == "list_viewed" and row.subject == "places"]
    assert [row.details for row in listed] == [{"filter": {"on": "2026-01-01/2026-11-15"}}] * 2


@pytest.mark.usefixtures("months")
def test_what_leaves_the_group_names_no_home_and_no_small_number(context: Context) -> None:
    with writing() as current:
        start = datetime(2026, 11, 2, 12, tzinfo=UTC)
        other = factories.child(current)
        factories.episode(current, other, start, hours=5, district="southmade", missing_from_address="9 Test Street")
    table, map_rows = places_document(context, YEAR, DISTRICTS, 5)
    rows = {(row[2], row[3]): row[4:] for row in table.rows}
    assert rows["Districts missing from", "Northmade"] == ("not shown", 10)
    assert rows["Districts missing from", "Southmade"] == ("fewer than 5", "fewer than 5")
    assert rows["Places missing from", "Invented Station, Northmade"] == (130, 10)
    assert not [text for _, text in rows if text and "Test Street" in str(text)]
    assert {row["name"]: (row["text"], row["episodes"]) for row in map_rows} == {
        "Northmade": ("not shown", 0), "Southmade": ("fewer than 5", 0), "Nowhere": ("0", 0),
    }  # fmt: skip


def test_a_period_that_is_none_is_refused(app: Flask, context: Context) -> None:
    for wrong in (Period(date(2026, 2, 1), date(2026, 2, 1)), Period(date(2031, 1, 1), date(2031, 2, 1))):
        with pytest.raises(Refused):
            hotspots(context, LEAD, wrong, DISTRICTS, 5)
        with pytest.raises(Refused):
            places_file(context, wrong, DISTRICTS, 5)
