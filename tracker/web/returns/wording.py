"""What people read of the returns: notes beside rows, lists, how a CHILD id was matched, where a fault is mended."""

from dataclasses import dataclass

from flask import url_for

from tracker.core.extract_links import LinkHow
from tracker.core.extract_rows import ExtractKind
from tracker.core.ssda903 import RowNote
from tracker.core.ssda903_checks import Fault
from tracker.core.ssda903_rules import FROM_CARE, FROM_LAST_YEAR, Rule

NOTES = {
    RowNote.FOUND_NOT_BACK: "found, and not back until a later day",
    RowNote.JOINED: "several records overlap: one row stands for them",
    RowNote.CARE_BEGAN: "from the day care began",
    RowNote.CARE_ENDED: "until the day care ended",
    RowNote.TURNED_18: "until the 18th birthday",
    RowNote.PLACEMENT_ENDED: "still missing: until the day the placement ended",
}

KINDS = {
    ExtractKind.HEADER: "Header: the looked-after children",
    ExtractKind.EPISODES: "Episodes: their care",
    ExtractKind.LAST_MISSING: "Last year’s Missing table",
}

KIND_HINTS = {
    ExtractKind.HEADER: "CHILD, DOB; also SEX, ETHNIC, UPN; SURNAME, FORENAME or COUNCIL NUMBER find our children",
    ExtractKind.EPISODES: "CHILD, DECOM, DEC, REC; also RNE and PLACE",
    ExtractKind.LAST_MISSING: "CHILD, MIS_START, MIS_END, as it was returned",
}

HOW = {
    LinkHow.NUMBER: "found by the council’s number",
    LinkHow.MATCHED: "found by name and date of birth",
    LinkHow.SETTLED: "settled by somebody",
    LinkHow.UNDECIDED: "to settle",
    LinkHow.NOT_HELD: "not held here: no report ever spoke of them",
}

_OF_THE_CHILD = (Rule.NO_BIRTH, Rule.BEFORE_BIRTH)
_OF_THE_LISTS = (Rule.NO_CHILD, *FROM_CARE, *FROM_LAST_YEAR)


@dataclass(frozen=True)
class Mend:
    """Where something can be put right."""

    words: str
    address: str


def mends(fault: Fault, year: int) -> list[Mend]:
    """The record that the row comes from, and the lists where the rule rests on them."""
    found = []
    row = fault.row
    if row and row.child_id and fault.rule in _OF_THE_CHILD:
        found.append(Mend("Correct the child’s details", url_for("children.show", child_id=row.child_id)))
    elif row and row.episode_id:
        found.append(Mend(f"Open episode {row.episode_id}", url_for("episodes.show", episode_id=row.episode_id)))
    if fault.rule in _OF_THE_LISTS:
        found.append(Mend("The lists of looked-after children", url_for("returns.lists", year=year)))
    return found
