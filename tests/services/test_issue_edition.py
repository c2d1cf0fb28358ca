"""A quarter's edition through the services: final quarters only, once for ever, frozen, on both databases."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from tests import factories
from tracker.core.period_counts import financial_quarter_of
from tracker.services.context import Context
from tracker.services.errors import Conflict, Refused
from tracker.services.issue_edition import edition_preview, issue_edition, seal_of, withdraw_edition
from tracker.services.pages.edition import edition_files, edition_list, edition_page, parse_quarter, quarter_key
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import AuditEntry, Edition

SUMMER = financial_quarter_of(date(2026, 7, 1))
AUTUMN = financial_quarter_of(date(2026, 10, 1))


@pytest.fixture
def summer(app: Flask, context: Context) -> None:
    """Twenty episodes of twenty children: nineteen in time, one that nobody answered; one of another council."""
    with writing() as current:
        for place in range(20):
            start = datetime(2026, 7, 2 + place, 9, tzinfo=UTC)
            of = factories.child(current, sex="female" if place % 2 else "male")
            row = factories.episode(current, of, start, hours=5, context=context, is_ours=place > 0)
            if place < 19:
                factories.interview(current, [row], completed_at=start + timedelta(hours=20), context=context)


def issued(context: Context) -> str:
    return issue_edition(context, SUMMER, 5, seal_of(edition_preview(context, SUMMER, 5)))


def shown(document: dict) -> dict:
    return {row["cell"]: row["shown"] for table in document["tables"] for row in table["rows"]}


@pytest.mark.usefixtures("summer")
def test_what_was_issued_stays_and_holds_no_number_that_is_kept_back(context: Context) -> None:
    issued(context)
    page = edition_page(context, SUMMER)
    assert page is not None
    cells = shown(page.document)
    assert (cells["episodes"], cells["episodes.other"], cells["episodes.ours"]) == (20, "fewer", "partner")
    assert (cells["open"], cells["completed_in_72h"]) == ("fewer", "partner")
    with writing() as current:  # a correction afterwards
        start = datetime(2026, 8, 20, 9, tzinfo=UTC)
        factories.episode(current, factories.child(current), start, hours=5, context=context)
    again = edition_page(context, SUMMER)
    assert again is not None
    assert (again.document, again.sha256) == (page.document, page.sha256)
    values = {row[2]: (row[4], row[5]) for table in edition_files(page.document) for row in table.rows}
    assert values["episodes.other"] == (None, "fewer than 5")
    assert values["interviews.pct_in_72h_of_returns"] == (None, "not shown")


@pytest.mark.usefixtures("summer")
def test_a_quarter_is_issued_once_for_ever(context: Context) -> None:
    seen = seal_of(edition_preview(context, SUMMER, 5))
    issue_edition(context, SUMMER, 5, seen)
    with pytest.raises(Refused, match="issued once"):
        issue_edition(context, SUMMER, 5, seen)
    withdraw_edition(context, SUMMER, "A feed was loaded twice.")
    assert edition_page(context, SUMMER) is None
    with pytest.raises(Refused, match="issued once"):
        edition_preview(context, SUMMER, 5)
    with pytest.raises(Conflict):
        withdraw_edition(context, SUMMER, "Again.")
    (one,) = edition_list(context).issued
    assert one.withdrawn_reason == "A feed was loaded twice."
    actions = [row.action for row in session().query(AuditEntry).order_by(AuditEntry.id)]
    assert [action for action in actions if action.startswith("edition_")] == ["edition_issued", "edition_withdrawn"]


@pytest.mark.usefixtures("summer")
def test_what_is_issued_is_what_was_looked_at(context: Context) -> None:
    seen = seal_of(edition_preview(context, SUMMER, 5))
    with writing() as current:
        start = datetime(2026, 8, 20, 9, tzinfo=UTC)
        factories.episode(current, factories.child(current), start, hours=5, context=context)
    with pytest.raises(Conflict, match="changed since"):
        issue_edition(context, SUMMER, 5, seen)
    assert session().query(Edition).count() == 0
    later = Context(context.now + timedelta(minutes=7), context.rules, context.actor)
    issue_edition(later, SUMMER, 5, seal_of(edition_preview(context, SUMMER, 5)))


@pytest.mark.usefixtures("summer")
def test_only_financial_quarters_that_are_final_are_issued(context: Context) -> None:
    with pytest.raises(Refused, match="72 hours"):
        edition_preview(context, AUTUMN, 5)
    with pytest.raises(Refused, match="whole quarters"):
        edition_preview(
            context, financial_quarter_of(date(2026, 7, 1)).__class__(date(2026, 7, 1), date(2026, 9, 1)), 5
        )
    with pytest.raises(Refused, match="has not been issued"):
        withdraw_edition(context, SUMMER, "Never issued.")
    with pytest.raises(Refused, match="why"):
        withdraw_edition(context, SUMMER, "  ")
    early = Context(AUTUMN.end_at + timedelta(hours=71, minutes=59), context.rules, context.actor)
    on_time = Context(AUTUMN.end_at + timedelta(hours=72), context.rules, context.actor)
    assert "Quarter 3 of 2026-27" not in [name for name, *_ in edition_list(early).ready]
    assert "Quarter 3 of 2026-27" in [name for name, *_ in edition_list(on_time).ready]
    assert edition_preview(on_time, AUTUMN, 5)["tables"]


@pytest.mark.parametrize("key", ["2026-27-q1", "2026-27-q4", "1999-00-q3"])
def test_a_quarters_key_reads_back(key: str) -> None:
    quarter = parse_quarter(key)
    assert quarter is not None
    assert quarter_key(quarter) == key


@pytest.mark.parametrize(
    "key", ["2026-28-q1", "2026-27-q5", "2026-27", "q1", "9999-00-q1", "２０２６-27-q1", "2026-27-q"]
)
def test_what_is_no_quarter_is_none(key: str) -> None:
    assert parse_quarter(key) is None
