"""The bytes of a report as a table, by its feed: the same for a report that comes in and for a sample."""

from tracker.adapters.tabular import Columns, FileLimits, Refusal, Table, read_table
from tracker.core.feed import Feed
from tracker.core.feed_rules import REQUIRED
from tracker.core.report_terms import ProblemCode

REPORT_TIME = "report_time"
"""The column that states when the report was made, among a table's columns."""


def report_table(content: bytes, filename: str, feed: Feed, limits: FileLimits) -> Table | Refusal:
    """The table with its header found, or why the file is refused. Never raises for any bytes."""
    names = dict(feed.columns)
    if feed.report_time_column:
        names[REPORT_TIME] = (feed.report_time_column,)
    return too_large(content, limits) or read_table(content, filename, Columns(names, REQUIRED), limits.rows)


def too_large(content: bytes, limits: FileLimits) -> Refusal | None:
    """Why a file of so many bytes is refused."""
    if len(content) <= limits.upload_bytes:
        return None
    millions = limits.upload_bytes / 1_000_000
    return Refusal(ProblemCode.TOO_LARGE, f"The file is larger than {millions:.0f} MB. Send the report in parts.")
