"""The words of a report as closed sets: how it came, what its lines say, what became of each, and why not."""

from enum import StrEnum


class ReportStatus(StrEnum):
    """What a report line says has become of the episode."""

    MISSING = "missing"
    FOUND = "found"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class Road(StrEnum):
    """By which way a report came in; written on its receipt."""

    UPLOAD = "upload"
    COMMAND_LINE = "command line"
    FOLDER = "watched folder"
    PULL = "pull"
    API = "api"


class LineOutcome(StrEnum):
    """What became of one line of a report: exactly one of these, so that lines read = their sum."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    STALE = "stale"
    QUARANTINED = "quarantined"
    BLANK = "blank"


class ProblemCode(StrEnum):
    """Why a line, or a whole file, could not be used. Each has a plain sentence beside it where it is raised."""

    # a line
    MISSING_VALUE = "missing_value"
    UNREADABLE_TIME = "unreadable_time"
    UNREADABLE_DATE_OF_BIRTH = "unreadable_date_of_birth"
    UNKNOWN_VALUE = "unknown_value"
    RETURN_BEFORE_MISSING = "return_before_missing"
    IN_THE_FUTURE = "in_the_future"
    DIFFERENT_CHILD = "different_child"
    MATCH_UNDECIDED = "match_undecided"
    SAME_EPISODE_UNDECIDED = "same_episode_undecided"
    FORMULA_WITHOUT_VALUE = "formula_without_value"
    ROW_TOO_LONG = "row_too_long"
    VALUE_TOO_LONG = "value_too_long"
    UNKNOWN_MARK = "unknown_mark"
    MARK_SETTLED = "mark_settled"
    NESTED_VALUE = "nested_value"
    # a file
    NOT_A_TABLE = "not_a_table"
    EMPTY_FILE = "empty_file"
    MISSING_COLUMN = "missing_column"
    DUPLICATE_COLUMN = "duplicate_column"
    WRONG_ENCODING = "wrong_encoding"
    TOO_LARGE = "too_large"
