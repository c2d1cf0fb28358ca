"""Of whom a line speaks, as the report writes it: a person who must decide sees at once which child waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tracker.adapters.tabular import columns_in
from tracker.core.feed import Feed

_LONGEST = 120


@dataclass(frozen=True)
class Said:
    """The name and the police reference in the cells of a line, untrusted; empty where they are blank."""

    name: str
    reference: str


def said_in(cells: Mapping[str, Any], feed: Feed | None) -> Said | None:
    """By the feed's columns, also where the line cannot be read; None without a feed, or where neither is given."""
    if feed is None:
        return None
    columns = columns_in(tuple(cells), feed.columns)

    def cell(field: str) -> str:
        return " ".join(str(cells.get(columns.get(field, ""), "") or "").split())[:_LONGEST]

    name = f"{cell('forename')} {cell('surname')}".strip() or cell("full_name")
    reference = cell("police_reference")
    return Said(name, reference) if name or reference else None
