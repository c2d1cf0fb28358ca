"""The monthly pack: which sections and tables a month has (definitions §6), one description for page, PDF, workbook and
CSV, so that they agree to the digit. A figure that an earlier edition lacks is left out with its row.
"""

from collections.abc import Mapping

from tracker.core.pack_episodes import episode_sections
from tracker.core.pack_interviews import (
    beside_section,
    councils_section,
    course_section,
    prevention_section,
    reasons_section,
    share_section,
)
from tracker.core.pack_shapes import Document, PackTable, Row, Section, counted, held_by
from tracker.core.pack_words import BANDS


def sections_of(document: Document, rules: Mapping[str, str]) -> list[Section]:
    """The pack's sections in their order, each with the tables that this document has figures for.

    `rules`: what each repeat rule is called. A section without any figure is left out.
    """
    every = (
        share_section(document), beside_section(document), *episode_sections(document), course_section(),
        reasons_section(), _repeats(document, rules), _alerts(), councils_section(), prevention_section(),
    )  # fmt: skip
    found = []
    for section in every:
        tables = tuple(kept for table in section.tables if (kept := held_by(document, table)))
        if tables:
            found.append(Section(section.name, section.title, tables, section.intro))
    return found


_SINCE = (
    "Continuing: of whom the rule held on the month’s eve already. New: of whom it did not; with them they are the "
    "children on the last day. Ended: of whom it held on the eve and holds no longer."
)


def _repeats(document: Document, rules: Mapping[str, str]) -> Section:
    names = ("children", "share_pct", "continuing", "new", "ended", "newly")
    columns = (
        "Children on the last day", "Of the children missing in its days", "Continuing", "New", "Ended",
        "Crossings in the month",
    )  # fmt: skip
    rows = tuple(
        Row(rules.get(rule, rule), tuple(f"repeat.{rule}.{name}" for name in names))
        for rule in document.get("repeat", {})
    )
    since = any("continuing" in figures for figures in document.get("repeat", {}).values())
    year = (
        ("year_to_date.children", "Children missing since 1 April"),
        ("year_to_date.repeat_children", "Of them, three times or more"),
        ("year_to_date.repeat_pct", "Their share"),
    )
    return Section(
        "repeat",
        "Repeat runaways",
        (
            PackTable(
                "repeat-runaways", "Repeat runaways by rule", "Rule", columns, rows, note=_SINCE if since else ""
            ),
            counted("year-to-date", "Financial year to the month’s end", year),
        ),
    )


def _alerts() -> Section:
    both = ("alerts", "escalations")
    names = [("raised", "Raised"), ("sent", "Sent")]
    names += [
        (f"sent_by_rung.{rung}", f"Sent: {words[:1].lower()}{words[1:]}") for rung, words in BANDS["rung"].items()
    ]
    names += [
        ("acknowledged", "Acknowledged"),
        ("acknowledged_in_24h", "Acknowledged within 24 hours"),
        ("pct_acknowledged_in_24h", "Their share of those raised more than 24 hours ago or answered"),
        ("undelivered", "Could not be delivered"),
        ("median_hours_to_acknowledge", "Median hours until acknowledged"),
    ]
    rows = tuple(Row(label, tuple(f"{of}.{name}" for of in both)) for name, label in names)
    columns = ("All alerts", "Of them, above the team")
    table = PackTable("alerts", "Alerts and escalations", "Figure", columns, rows)
    return Section("alerts", "Escalations, and how fast they were answered", (table,))
