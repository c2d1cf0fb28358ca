"""The front page's second part: what needs a decision. Each says what is to be decided, and nobody is blamed."""

from collections.abc import Iterator

from tracker.core.pack_sentences import Figures, Maker, Sentence
from tracker.core.pack_words import BANDS, count_words

MANY_NOT_GIVEN = 4
"""One in so many interviews without a reason, and it is said."""


def _overdue(figures: Figures) -> Iterator[Sentence]:
    key = "interviews.overdue"
    if overdue := figures.number(key):
        text = f"{count_words(overdue, 'interview is', 'interviews are')} overdue: no interview, no answer, and the "
        yield figures.say(f"{text}deadline past. Decide who sees to each, and by when.", key)


def _still_missing(figures: Figures) -> Iterator[Sentence]:
    key = "episodes.open_at_month_end"
    if still := figures.number(key):
        if figures.running_on:
            text = f"{count_words(still, 'episode is', 'episodes are')} still open: neither found nor returned. "
        else:
            was = count_words(still, "episode was", "episodes were")
            text = f"{was} still open when the month ended, neither found nor returned. "
        yield figures.say(f"{text}Ask what is known of each.", key)


def _newly(figures: Figures) -> Iterator[Sentence]:
    for rule, title in figures.titles():
        key = f"repeat.{rule}.newly"
        if newly := figures.number(key):
            times = "once" if newly == 1 else f"{newly:,} times"
            plan = "Decide for each child what is planned: a strategy meeting, a MARAMP, or neither."
            yield figures.say(f"The rule “{title}” was newly met {times}. {plan}", key)


def _escalations(figures: Figures) -> Iterator[Sentence]:
    raised, answered = figures.number("escalations.raised"), figures.number("escalations.acknowledged")
    if raised > answered:
        text = f"{raised - answered:,} of {count_words(raised, 'escalation')} above the team had no answer "
        yield figures.say(f"{text}by the cut-off. Decide who answers.", "escalations.raised")


def _undelivered(figures: Figures) -> Iterator[Sentence]:
    key = "alerts.undelivered"
    if undelivered := figures.number(key):
        text = f"{count_words(undelivered, 'alert')} could not be delivered. Decide who puts the addresses right."
        yield figures.say(text, key)


def _not_given(figures: Figures) -> Iterator[Sentence]:
    key = "interviews.breach_reasons.not_given"
    missing = figures.number(key)
    late = sum(figures.number(f"interviews.breach_reasons.{code}") for code in BANDS["reason"])
    if missing and missing * MANY_NOT_GIVEN >= late:
        text = f"For {missing:,} of {count_words(late, 'interview')} whose 72 hours were not met nobody has said why. "
        yield figures.say(f"{text}Decide who gives the reasons, so that the group can see what stands in the way.", key)


def _notice_unknown(figures: Figures) -> Iterator[Sentence]:
    key = "interviews.notice_unknown"
    if unknown := figures.number(key):
        required = count_words(figures.number("interviews.required"), "interview")
        text = f"For {unknown:,} of {required} it is not known when we were told of the return, so a late notice "
        yield figures.say(f"{text}cannot be told from a delay of our own. Ask for the time to be recorded.", key)


OF_ALERTS: tuple[Maker, ...] = (_escalations, _undelivered)
"""What a month in which nobody went missing may still ask for."""

TO_DECIDE: tuple[Maker, ...] = (_overdue, _still_missing, _newly, *OF_ALERTS, _not_given, _notice_unknown)
"""In the order read."""
