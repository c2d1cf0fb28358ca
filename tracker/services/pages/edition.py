"""Reads for the published quarters: what was issued, as it was issued, for everybody who signs in; tables of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tracker.core.clock import Period, local_date
from tracker.core.period_counts import financial_quarter_of
from tracker.core.sums import Kept
from tracker.core.tables import Cell, Table
from tracker.services.context import Context
from tracker.services.issue_edition import is_final
from tracker.services.pages.periods import quarter_name
from tracker.services.transaction import writing
from tracker.store import audit, disclosures, people, summaries
from tracker.store.db import session as read_session
from tracker.store.models import Edition

READY_LISTED = 8


@dataclass(frozen=True)
class Issued:
    """A quarter as the list names it; `withdrawn_at` with its reason where it is shown no more."""

    quarter: Period
    name: str
    issued_at: datetime
    issued_by: str
    withdrawn_at: datetime | None = None
    withdrawn_reason: str | None = None


@dataclass(frozen=True)
class EditionPage:
    """One edition as it was issued: `document` holds what is shown and nothing else."""

    issued: Issued
    document: dict[str, Any]
    sha256: str


@dataclass(frozen=True)
class EditionList:
    """`ready`: quarters that are final and not issued, for whoever may issue them.

    With the day on which the oldest episode held began, where it lies in the quarter: it may not be whole.
    """

    issued: tuple[Issued, ...]
    ready: tuple[tuple[str, Period, date | None], ...]


def edition_list(context: Context) -> EditionList:
    """Every quarter issued, the newest first."""
    session = read_session()
    names = people.names_by_id(session)
    rows = disclosures.editions(session)
    return EditionList(tuple(_issued(row, names) for row in rows), _ready(context, {row.first_on for row in rows}))


def oldest_within(quarter: Period) -> date | None:
    """The day on which the oldest episode held began, if it lies in this quarter: its first days may not be here."""
    first = summaries.first_episode_at(read_session())
    return local_date(first) if first is not None and first in quarter else None


def edition_page(context: Context, quarter: Period, *, exported: bool = False) -> EditionPage | None:
    """An edition, its view (or export) recorded first; None where there is none, or it was withdrawn."""
    row = disclosures.edition_of(read_session(), quarter.start_on)
    if row is None or row.withdrawn_at is not None:
        return None
    id_ = row.id
    with writing() as session:
        details = {"filter": {"on": f"{quarter.start_on}/{quarter.last_day}"}} if exported else {}
        action = "export_made" if exported else "edition_viewed"
        audit.record(session, action, context.actor, context.now, "edition", id_, details)
    session = read_session()
    row = session.get_one(Edition, id_)
    return EditionPage(_issued(row, people.names_by_id(session)), row.document, row.sha256)


def edition_files(document: dict[str, Any]) -> list[Table]:
    """One tidy table for each of the edition's: a row a count or measure."""
    headers = ("first_day", "last_day", "figure", "name", "value", "shown")
    days = document["first_day"], document["last_day"]
    threshold = document["threshold"]
    found = []
    for table in document["tables"]:
        rows: list[tuple[Cell, ...]] = []
        for row in table["rows"]:
            value = row["shown"] if isinstance(row["shown"], int) else None
            rows.append((*days, row["cell"], row["text"], value, shown_words(row["shown"], threshold)))
        for one in table["measures"]:
            rows.append((*days, one["figure"], one["text"], one["value"], measure_words(one)))
        found.append(Table(table["name"], table["title"], headers, tuple(rows)))
    return found


def shown_words(shown: int | str, threshold: int) -> str:
    """A number, or what stands in its place."""
    if isinstance(shown, int):
        return f"{shown:,}"
    return {Kept.FEWER: f"fewer than {threshold}", Kept.PARTNER: "not shown", Kept.TABLE: "withheld"}[Kept(shown)]


def measure_words(measure: dict[str, Any]) -> str:
    if measure["kept_back"]:
        return "not shown"
    if measure["value"] is None:
        return "no percentage" if measure["is_share"] else "none"
    return f"{measure['value']:,.1f}{'%' if measure['is_share'] else ''}"


def quarter_key(quarter: Period) -> str:
    """How addresses and files name a quarter: `2026-27-q1`."""
    number, _, year = quarter_name(quarter).removeprefix("Quarter ").partition(" of ")
    return f"{year}-q{number}"


def parse_quarter(key: str) -> Period | None:
    """The quarter of a key; None for anything else."""
    year, _, number = key.partition("-q")
    if not (year[:4].isdecimal() and year[:4].isascii() and number in ("1", "2", "3", "4")):
        return None
    start = int(year[:4])
    if not 1990 <= start <= 2199:
        return None
    month = int(number) * 3 + 1
    quarter = financial_quarter_of(date(start + (month > 12), (month - 1) % 12 + 1, 1))
    return quarter if quarter_key(quarter) == key else None


def _issued(row: Edition, names: dict[int, str]) -> Issued:
    quarter = financial_quarter_of(row.first_on)
    by = names.get(row.issued_by_id, "") if row.issued_by_id else ""
    return Issued(quarter, quarter_name(quarter), row.issued_at, by, row.withdrawn_at, row.withdrawn_reason)


def _ready(context: Context, issued: set[date]) -> tuple[tuple[str, Period, date | None], ...]:
    """The newest quarters that are final, hold anything, and have not been issued."""
    first = summaries.first_episode_at(read_session())
    found: list[tuple[str, Period, date | None]] = []
    quarter = financial_quarter_of(local_date(context.now))
    while first is not None and quarter.end_at > first and len(found) < READY_LISTED:
        if is_final(context, quarter) and quarter.start_on not in issued:
            found.append((quarter_name(quarter), quarter, local_date(first) if first in quarter else None))
        quarter = financial_quarter_of(date.fromordinal(quarter.start_on.toordinal() - 1))
    return tuple(found)
