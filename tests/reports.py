"""Police reports for tests, in the columns of the shipped Thames-Valley-like feed. Every person is plainly invented."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import datetime

from flask import Flask

from tracker.bootstrap import wiring
from tracker.core.clock import local
from tracker.core.feed import Feed
from tracker.core.report_terms import LineOutcome
from tracker.services.context import Context
from tracker.services.pages.reports import ReceiptSummary, receipt_summary
from tracker.services.receive_report import receive_report

COLUMNS = {
    "reference": "Occurrence No",
    "person": "Person URN",
    "surname": "Surname",
    "forename": "Forename(s)",
    "born": "DOB",
    "sex": "Sex",
    "address": "Home Address",
    "postcode": "Home Postcode",
    "setting": "Placement Type",
    "authority": "Responsible LA",
    "known_to": "Known To CSC/YOS",
    "missing": "Date/Time Missing From",
    "reported": "Date/Time Reported",
    "found": "Date/Time Located",
    "returned": "Date/Time Returned",
    "status": "Status",
    "kind": "Category",
    "risk": "Risk Grade",
    "circumstances": "Circumstances",
}
FEED = "thames-valley"


def said(at: datetime | None) -> str:
    """An instant as the report writes it: London's wall clock."""
    return local(at).strftime("%d/%m/%Y %H:%M") if at else ""


def row(reference: str = "TV26000001", **cells: str | datetime | None) -> dict[str, str]:
    """One row, of a child still missing since yesterday unless told otherwise; a blank for what is not given."""
    given: dict[str, str | datetime | None] = {
        "surname": "Inventedname",
        "forename": "Testa",
        "born": "04/03/2012",
        "missing": "15/11/2026 10:00",
        "status": "Missing",
        "kind": "Missing",
        "risk": "Medium",
        **cells,
    }
    if given.get("returned") and "status" not in cells:
        given["status"] = "Returned"
    texts = {name: said(value) if isinstance(value, datetime) else value or "" for name, value in given.items()}
    return {COLUMNS[name]: text for name, text in {"reference": reference, **texts}.items()}


_WORDS = ("Kettlewick", "Brambourne", "Ozzlethorpe", "Fennimoor", "Quillspan", "Underhay", "Jasperling", "Marrowby")


def strangers(number: int) -> list[dict[str, str]]:
    """Rows of so many children, at most eight, whom nobody could take for one another."""
    return [
        row(
            f"TV{place}",
            surname=_WORDS[place],
            forename=_WORDS[-place],
            born=f"04/03/{2009 + place}",
            person=f"U{place}",
        )
        for place in range(number)
    ]


def as_csv(rows: Iterable[Mapping[str, str]], columns: Iterable[str] = tuple(COLUMNS.values())) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), extrasaction="ignore", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def made_at(at: datetime, *rows: Mapping[str, str]) -> bytes:
    """The same, of a report that states when it was made."""
    stated = "Report Run At"
    return as_csv([{**one, stated: said(at)} for one in rows], (*COLUMNS.values(), stated))


def feed_of(app: Flask, name: str = FEED) -> Feed:
    return wiring(app).settings.feeds[name]


def receive(app: Flask, context: Context, *rows: Mapping[str, str], **given: object) -> ReceiptSummary:
    """These rows as a CSV report through the real intake; its receipt."""
    return receive_bytes(app, context, as_csv(rows), **given)


def receive_bytes(
    app: Flask, context: Context, content: bytes, filename: str = "report.csv", feed: str = FEED, **given: object
) -> ReceiptSummary:
    receipt_id = receive_report(
        context,
        content=content,
        filename=filename,
        feed=feed_of(app, feed),
        source="test",
        limits=wiring(app).settings.limits,
        **given,
    )
    return receipt_summary(receipt_id)


def counts(receipt: ReceiptSummary) -> dict[str, int]:
    """The outcomes that occurred."""
    return {str(outcome): number for outcome, number in receipt.outcomes.items() if number}


def outcomes(**given: int) -> dict[LineOutcome, int]:
    return {outcome: given.get(str(outcome), 0) for outcome in LineOutcome}
