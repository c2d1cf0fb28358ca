"""Why a line waits for a person: a code, a plain sentence, the fields concerned; and the checks of instants."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.core.report_terms import ProblemCode


@dataclass(frozen=True)
class LineProblem:
    """Why a line waits for a person: a code, a plain sentence without any child's data, and the fields concerned."""

    code: ProblemCode
    sentence: str
    fields: tuple[str, ...] = ()


FIELD_WORDS = {
    "police_reference": "police reference",
    "police_person_id": "police person number",
    "full_name": "full name",
    "date_of_birth": "date of birth",
    "setting": "setting (looked after, or at home)",
    "status": "status",
    "kind": "kind of episode",
    "risk": "risk level",
    "missing_from_at": "time of going missing",
    "reported_at": "time of the report to the police",
    "found_at": "time of being found",
    "returned_at": "time of return",
    "prevention_interview_at": "time of the prevention interview",
}


def in_words(field: str) -> str:
    """What a person calls a field."""
    return FIELD_WORDS.get(field, field.replace("_", " "))


def order_problem(
    missing_from_at: datetime | None, found_at: datetime | None, returned_at: datetime | None
) -> LineProblem | None:
    """Found or returned before missing is refused; equal is accepted (definitions §4.5)."""
    for name, at, word in (("found_at", found_at, "found"), ("returned_at", returned_at, "returned")):
        if at is not None and missing_from_at is not None and at < missing_from_at:
            return LineProblem(
                ProblemCode.RETURN_BEFORE_MISSING,
                f"The child is said to be {word} before going missing. Check both times.",
                ("missing_from_at", name),
            )
    return None


def future_problem(at: datetime | None, now: datetime, field: str, tolerance_hours: int = 0) -> LineProblem | None:
    """A fact that lies ahead of now, by more than the tolerance, is refused."""
    if at is not None and at > now + timedelta(hours=tolerance_hours):
        return LineProblem(
            ProblemCode.IN_THE_FUTURE, f"The {in_words(field)} lies in the future. Check the date.", (field,)
        )
    return None
