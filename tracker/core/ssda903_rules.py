"""The Department's rules that touch the Missing table, each in our own words, and what each needs to be checked.

What a rule asks was read from the published rule book (docs/decisions/0020).
"""

from enum import StrEnum


class Rule(StrEnum):
    """The Department's numbers; those without one are our own, of what it could not even read."""

    NO_CHILD = "no_child"
    NO_BIRTH = "no_birth"
    START_BLANK = "564"
    START_WITHOUT_CODE = "565"
    END_WITHOUT_CODE = "566"
    END_BEFORE_START = "567"
    START_AFTER_YEAR = "570"
    END_OUTSIDE_YEAR = "571"
    OVERLAPS = "574"
    PLACEMENT_ENDED = "575"
    OPEN_LAST_YEAR = "576"
    CARE_ENDED = "577"
    STARTS_OUT_OF_CARE = "578"
    NOT_E8 = "580"
    NOT_YET_IN_CARE = "581"
    BEFORE_BIRTH = "586"
    START_NO_DATE = "1004"
    END_NO_DATE = "1005"
    UNKNOWN_CODE = "1006"
    NO_CARE = "1012"


RULES: dict[Rule, str] = {
    Rule.NO_CHILD: "The CHILD id of this child is not known, so the row stays out of the file.",
    Rule.NO_BIRTH: "The child’s date of birth is not known.",
    Rule.START_BLANK: "The row says missing or away, and not since when.",
    Rule.START_WITHOUT_CODE: "The row has a start, and does not say whether the child was missing or away.",
    Rule.END_WITHOUT_CODE: "The row has an end, and does not say whether the child was missing or away.",
    Rule.END_BEFORE_START: "It ended before it started.",
    Rule.START_AFTER_YEAR: "It started after the collection year.",
    Rule.END_OUTSIDE_YEAR: "It ended before or after the collection year.",
    Rule.OVERLAPS: "It starts while the one before it goes on: that one has no end, or ends later.",
    Rule.PLACEMENT_ENDED: "The placement from which the child went missing has ended, and the time missing has no end.",
    Rule.OPEN_LAST_YEAR: "Last year’s return says that the child was still missing, and this year has no row with that "
    "start.",
    Rule.CARE_ENDED: "The child was not looked after for all of this time: care ended before the time missing did, or "
    "began after its start.",
    Rule.STARTS_OUT_OF_CARE: "It starts on a day on which the child was not looked after: after care ended, or before "
    "it began.",
    Rule.NOT_E8: "The child turned 18 while missing, and the care episode did not end for the reason E8.",
    Rule.NOT_YET_IN_CARE: "It starts in none of the child’s episodes of care.",
    Rule.BEFORE_BIRTH: "It starts on or before the day on which the child was born.",
    Rule.START_NO_DATE: "The start is no date.",
    Rule.END_NO_DATE: "The end is no date.",
    Rule.UNKNOWN_CODE: "The code is neither M (missing) nor A (away without authorisation).",
    Rule.NO_CARE: "The list of looked-after children has no episode of care of this child in the year.",
}  # fmt: skip
"""Each rule as what is wrong, said of one row."""

FROM_CARE = (
    Rule.PLACEMENT_ENDED, Rule.CARE_ENDED, Rule.STARTS_OUT_OF_CARE, Rule.NOT_E8, Rule.NOT_YET_IN_CARE, Rule.NO_CARE,
)  # fmt: skip
"""What only a list of care episodes can tell."""

FROM_LAST_YEAR = (Rule.OPEN_LAST_YEAR,)
"""What only last year's Missing table can tell."""
