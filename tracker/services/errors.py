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


class Conflict(Refused):
    """Somebody else changed this meanwhile: look again, then decide again."""
