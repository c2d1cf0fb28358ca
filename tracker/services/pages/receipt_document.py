"""A receipt as one JSON document: what `tracker ingest --json` prints and the HTTP interface answers."""

from typing import Any

from tracker.services.pages.reports import ReceiptSummary


def receipt_document(receipt: ReceiptSummary) -> dict[str, Any]:
    """The receipt with its counts and the problems by line. Of a line its number only, never what stands in it."""
    return {
        "receipt_id": receipt.id,
        "file": receipt.filename,
        "feed": receipt.feed,
        "status": receipt.status,
        "sha256": receipt.sha256,
        "received_at": receipt.received_at.isoformat(),
        "report_at": receipt.report_at.isoformat(),
        "duplicate_of": receipt.duplicate_of_id,
        "code": receipt.problem_code,
        "sentence": receipt.problem_sentence,
        "lines_read": receipt.lines_read,
        **{str(outcome): number for outcome, number in receipt.outcomes.items()},
        "ignored_columns": list(receipt.ignored_columns),
        "problems": [
            {
                "line_no": line.line_no,
                "line_id": line.id,
                "code": problem.code,
                "sentence": problem.sentence,
                "fields": list(problem.fields),
            }
            for line in receipt.problem_lines
            for problem in line.problems
        ],
    }
