"""Which child and which occurrence a row speaks of: reference, name, date of birth, sex, whose child."""

import re
import unicodedata
from datetime import date, datetime

from tracker.core.clock import local, local_date
from tracker.core.feed import fold
from tracker.core.report_row import Row
from tracker.core.report_terms import ProblemCode
from tracker.core.report_times import instant_of
from tracker.core.report_values import NOT_KNOWN, coded_value, is_placeholder, split_full_name
from tracker.core.written_times import Moment, UnreadableTime, read_moment

EARLIEST_BIRTH_YEAR = 1910
"""1 January 1900 stands in many systems for "not known"; taken at its word it would make an adult of a child."""


def normalise_reference(text: str) -> str:
    """The natural key: upper case, letters and digits only, so that `TV/123-45` and `tv 12345` are one."""
    if text.isascii():
        return "".join(filter(str.isalnum, text.upper()))
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).upper())
    return "".join(character for character in plain if character.isalnum())


def reference_of(row: Row) -> str | None:
    """The police reference, normalised. Nothing but letters and digits counts: "N/A" and "000" are none."""
    text = row.text("police_reference")
    reference = normalise_reference(text) if text and not is_placeholder(text) else ""
    if reference and row.feed.reference_pattern and not re.fullmatch(row.feed.reference_pattern, text or ""):
        sentence = "The police reference does not look like one of this force. Check it against the police's system."
        row.refuse(ProblemCode.UNKNOWN_VALUE, sentence, "police_reference")
    elif not reference and not row.is_refused("police_reference"):
        row.refuse(ProblemCode.MISSING_VALUE, "The police reference is missing.", "police_reference")
    return reference or None


def number_of(row: Row, field: str) -> str | None:
    """The child's number in the police's system or in the council's; None for what only fills the cell."""
    text = row.text(field)
    return None if text is None or is_placeholder(text) else text


def name_of(row: Row) -> tuple[str, str]:
    """(surname, forename); one of them may be blank. Where one is, the full name fills it."""
    surname, forename = row.text("surname") or "", row.text("forename") or ""
    full_name = row.text("full_name") or ""
    if full_name and not (surname and forename):
        last, first = split_full_name(full_name)
        surname, forename = surname or last, forename or first
    fields = ("surname", "forename", "full_name")
    if not any(character.isalpha() for character in surname + forename) and not row.is_refused(*fields):
        asked = tuple(name for name in fields if name in row.feed.columns) or ("surname", "forename")
        row.refuse(ProblemCode.MISSING_VALUE, "The child's name is missing.", *asked)
    return surname, forename


def date_of_birth_of(row: Row, start: datetime | None, received_at: datetime) -> date | None:
    """None where it is blank or said not to be known; what cannot be read or cannot be is a problem."""
    text = row.text("date_of_birth")
    if text is None or fold(text) in NOT_KNOWN:
        return None
    try:
        born_on = _day_of(read_moment(text, row.feed.date_formats))
    except UnreadableTime:
        sentence = "The date of birth cannot be read. Write it like 16/11/2012, or leave it blank if it is not known."
        row.refuse(ProblemCode.UNREADABLE_DATE_OF_BIRTH, sentence, "date_of_birth")
        return None
    if born_on > local_date(received_at):
        row.refuse(ProblemCode.IN_THE_FUTURE, "The date of birth lies in the future. Check the date.", "date_of_birth")
    elif start and born_on > local_date(start):
        sentence = "The date of birth lies after the child went missing. Check both dates."
        row.refuse(ProblemCode.UNREADABLE_DATE_OF_BIRTH, sentence, "date_of_birth")
    return born_on


def _day_of(moment: Moment) -> date:
    """The date of a cell that may be a spreadsheet's or a program's midnight; any other time is no date of birth."""
    if moment.on.year < EARLIEST_BIRTH_YEAR:
        raise UnreadableTime
    if not moment.time:
        return moment.on
    wall = local(instant_of(moment).at)
    if moment.offset is None or (wall.hour, wall.minute, wall.second) != (0, 0, 0):
        raise UnreadableTime
    return wall.date()


def sex_of(row: Row) -> str | None:
    """`female`, `male` or `other`, or the word as it was written."""
    text = row.text("sex")
    known = coded_value("sex", text, row.feed.values.get("sex", {})) if text else ""
    return text if known is None else known or None


def authority_of(row: Row) -> tuple[str | None, bool | None]:
    """The responsible authority as written, and whether it is ours; None where it is not said."""
    text = row.text("responsible_authority")
    if text is None or is_placeholder(text):
        return None, None
    ours = {fold(name) for name in row.feed.own_authority}
    return text, fold(text) in ours if ours else None
