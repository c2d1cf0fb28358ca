"""The front page of the monthly pack: what changed and what needs a decision, in sentences made from the figures.

Each names the figure that it rests on, so that it opens the same list.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tracker.core.month_changes import CHANGED
from tracker.core.month_decisions import OF_ALERTS, TO_DECIDE
from tracker.core.pack_sentences import Figures, Maker, Sentence
from tracker.core.pack_shapes import Document
from tracker.core.terms import Cohort


@dataclass(frozen=True)
class FrontPage:
    """`changed` is never empty: of a month in which nothing happened it says so."""

    changed: tuple[Sentence, ...]
    to_decide: tuple[Sentence, ...]


def front_page(document: Document, cohort: Cohort, rules: Mapping[str, str]) -> FrontPage:
    """The sentences of one cohort. `rules`: what each repeat rule is called."""
    figures = Figures(document, cohort, rules)
    if not any(map(figures.number, ("episodes.started", "interviews.returns", "episodes.open_at_month_end"))):
        nothing = figures.say("No episode started in this month, and no child returned in it.", "episodes.started")
        return FrontPage((nothing,), tuple(_each(figures, OF_ALERTS)))
    return FrontPage(tuple(_each(figures, CHANGED)), tuple(_each(figures, TO_DECIDE)))


def _each(figures: Figures, makers: Sequence[Maker]) -> Iterator[Sentence]:
    for maker in makers:
        yield from maker(figures)
