"""The quality check of an interview: was the child heard, were the reasons understood, were the actions done. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tracker.core.terms import Role

LONGEST = 2_000
"""Characters of the comment."""

CHECKERS = (Role.OPERATIONAL_GROUP, Role.HEAD_OF_SERVICE, Role.SERVICE_MANAGER, Role.MANAGER, Role.LEAD)
"""For which role somebody with several checks: the first of these that they have. One check stands for each role."""


class Met(StrEnum):
    YES = "yes"
    PARTLY = "partly"
    NO = "no"


QUESTIONS = ("heard", "understood", "done")
"""Was the child heard? Were the reasons understood? Were the actions done?"""


@dataclass(frozen=True)
class Check:
    """What one role found, and when. `number` counts that role's looks at the interview."""

    role: Role
    number: int
    heard: Met
    understood: Met
    done: Met
    comment: str
    checked_at: datetime
    checked_by: str | None


def checker_role(roles: Collection[Role]) -> Role | None:
    """For which role they check; None for those who do not."""
    return next((role for role in CHECKERS if role in roles), None)


def needs_comment(answers: Collection[Met]) -> bool:
    """What is not met is said in words: whoever held the interview can do something with that."""
    return any(answer is not Met.YES for answer in answers)
