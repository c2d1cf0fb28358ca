"""Bad input from a person, as a value: what is wrong, in a plain sentence, and which fields it concerns."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class FormProblem:
    """A code for tests and the API, a plain sentence for people (never a child's data), and the fields concerned."""

    code: str
    sentence: str
    fields: tuple[str, ...] = ()


class Refused(Exception):  # noqa: N818 (named as the pages and commands speak of it)
    """A use case was asked for something it cannot do, and nothing was written. Pages show `problems`.

    Raised inside `writing()`, so that whatever had been written before it is rolled back with it.
    """

    def __init__(self, problems: FormProblem | Iterable[FormProblem]) -> None:
        self.problems: tuple[FormProblem, ...] = (problems,) if isinstance(problems, FormProblem) else tuple(problems)
        super().__init__("; ".join(problem.sentence for problem in self.problems))


class NoRoomError(Exception):
    """The database has no room left to write in. What was acknowledged is kept; what was being written is not.

    `receipt_id`: of a report whose bytes were kept before, and which is read on once there is room.
    """

    def __init__(self, receipt_id: int | None = None) -> None:
        self.receipt_id = receipt_id
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        """What a person is told."""
        if self.receipt_id is None:
            return (
                "The disk on which the database lies is full. Nothing of this was kept. Make room, or ask your "
                "administrator to, then do it again."
            )
        return (
            f"The disk on which the database lies is full. The report is kept as receipt {self.receipt_id}, and its "
            "lines up to here. Make room, or ask your administrator to: it is then read on by itself, and need not be "
            "sent again."
        )


class DatabaseUnusableError(Exception):
    """The database does not answer, or is not at this version's tables; its text is for the person who asked."""


class Conflict(Refused):
    """Somebody else changed this meanwhile: look again, then decide again."""
