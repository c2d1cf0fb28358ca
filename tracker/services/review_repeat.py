"""Review a repeat flag: what was decided, and when the MARAMP is held."""

from datetime import date

from tracker.services.context import Context


def review_flag(context: Context, *, flag_id: int, decision: str, maramp_on: date | None = None) -> None:
    """Refused: no decision given, or the flag was withdrawn. Reviewed again, the newer decision stands."""
    raise NotImplementedError
