"""An edition as a document: the plain values that templates/reports/edition.typ sets."""

from datetime import date
from typing import Any

from tracker.services.pages.edition import EditionPage, measure_words, shown_words
from tracker.web.filters import day, instant


def printed(page: EditionPage, council: str) -> dict[str, Any]:
    """Titles, notes and every table as texts; no number that the page does not show."""
    document = page.document
    return {
        "title": f"Children missing: {page.issued.name}",
        "subtitle": f"{council}. {_days(document)}. Numbers so small that they might point to a child are not shown.",
        "mark": f"Issued {instant(page.issued.issued_at)} by {page.issued.issued_by}. May be given to anybody.",
        "notes": list(notes(document["threshold"])),
        "seal": page.sha256,
        "tables": [
            {
                "title": table["title"],
                "rows": [[row["text"], shown_words(row["shown"], document["threshold"])] for row in table["rows"]]
                + [[one["text"], measure_words(one)] for one in table["measures"]],
            }
            for table in document["tables"]
        ],
    }


def notes(threshold: int) -> tuple[str, ...]:
    """What stands in the place of a number, in words."""
    return (
        f"“Fewer than {threshold}” is 1 to {threshold - 1}.",
        f"“Not shown” keeps back a number of {threshold} or more from which a small one could be worked out, and what "
        "rests on a number that is not shown.",
        "“Withheld”: all tables that hang together with a number are kept back, where nothing less hides it.",
        "A nought is a true nought.",
        "These tables are the only ones given of a quarter, and a quarter is issued once: later corrections are not in "
        "them.",
    )


def _days(document: dict[str, Any]) -> str:
    first, last = (date.fromisoformat(document[name]) for name in ("first_day", "last_day"))
    return f"{day(first)} to {day(last)}"
