"""How the sentences of the pack's front page read a month's figures, and what a sentence is."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tracker.core.clock import local_date, parse_month
from tracker.core.pack_interviews import BEFORE, LAST_YEAR
from tracker.core.pack_shapes import Document, shown, value_of
from tracker.core.terms import Cohort


@dataclass(frozen=True)
class Sentence:
    """`key` and `cohort`: the figure it rests on, whose list it opens."""

    text: str
    key: str
    cohort: Cohort


@dataclass(frozen=True)
class Figures:
    """A month's figures for one cohort, read by key; a figure that this edition lacks is None."""

    document: Document
    cohort: Cohort
    rules: Mapping[str, str]

    def say(self, text: str, key: str) -> Sentence:
        return Sentence(text, key, self.cohort)

    def of(self, key: str) -> Any:
        return value_of(self.document, key, self.cohort)

    def titles(self) -> list[tuple[str, str]]:
        """The repeat rules that the document has figures of, and what each is called."""
        return [(rule, self.rules.get(rule, rule)) for rule in self.document.get("repeat", {})]

    @property
    def running_on(self) -> date | None:
        """The London day of the cut-off while the month still ran at it; None of a month that had ended."""
        at = datetime.fromisoformat(self.document["cut_off"])
        return local_date(at) if at < parse_month(self.document["month"]).end_at else None

    def number(self, key: str) -> int:
        value = self.of(key)
        return value if isinstance(value, int) else 0


def beside_words(figures: Figures, key: str) -> str:
    """The same figure of the month before and of the same month last year."""
    before, last_year = shown(figures.of(BEFORE + key)), shown(figures.of(LAST_YEAR + key))
    return f"The month before: {before.whole}. The same month last year: {last_year.whole}."


Maker = Callable[[Figures], Iterator[Sentence]]
"""One kind of sentence: none, one or some of it, as the figures ask for."""
