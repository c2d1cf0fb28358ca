"""The front page of the monthly pack: what changed and what needs a decision, in sentences made from the figures.

No sentence says better or worse: a month is compared by its counts, and whoever reads them judges. Each names the
figure that it rests on. One that needs a decision says what is to be decided, and of nobody whose fault it is.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.core.month_pack import BEFORE, LAST_YEAR
from tracker.core.pack_shapes import Document, shown, value_of
from tracker.core.pack_words import BANDS, count_words
from tracker.core.terms import Cohort

FEW = 20
"""Below so many interviews a share is said to move much by one of them."""

MANY_NOT_GIVEN = 4
"""One in so many interviews without a reason, and it is said."""

SHARE = "interviews.pct_in_72h_of_returns"


@dataclass(frozen=True)
class Sentence:
    """`key` and `cohort`: the figure it rests on, whose list it opens."""

    text: str
    key: str
    cohort: Cohort


@dataclass(frozen=True)
class FrontPage:
    """`empty`: nothing happened in the month, and this says so in its only sentence."""

    changed: tuple[Sentence, ...]
    to_decide: tuple[Sentence, ...]
    empty: bool = False


@dataclass(frozen=True)
class _Figures:
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

    def number(self, key: str) -> int:
        value = self.of(key)
        return value if isinstance(value, int) else 0


def front_page(document: Document, cohort: Cohort, rules: Mapping[str, str]) -> FrontPage:
    """The sentences of one cohort. `rules`: what each repeat rule is called."""
    figures = _Figures(document, cohort, rules)
    if not any(map(figures.number, ("episodes.started", "interviews.returns", "episodes.open_at_month_end"))):
        nothing = figures.say("No episode started in this month, and no child returned in it.", "episodes.started")
        return FrontPage((nothing,), tuple(_each(figures, (_undelivered, _escalations))), True)
    return FrontPage(tuple(_each(figures, CHANGED)), tuple(_each(figures, TO_DECIDE)))


Maker = Callable[[_Figures], Iterator[Sentence]]


def _each(figures: _Figures, makers: Sequence[Maker]) -> Iterator[Sentence]:
    for maker in makers:
        yield from maker(figures)


def _beside(figures: _Figures, key: str) -> str:
    """The same figure of the month before and of the same month last year."""
    before, last_year = shown(figures.of(BEFORE + key)), shown(figures.of(LAST_YEAR + key))
    return f"The month before: {before.whole}. The same month last year: {last_year.whole}."


def _share(figures: _Figures) -> Iterator[Sentence]:
    share = figures.of(SHARE)
    if share["denominator"] == 0:
        yield figures.say(f"No interview was due for this month’s returns. {_beside(figures, SHARE)}", SHARE)
        return
    due = count_words(share["denominator"], "interview that was due", "interviews that were due")
    was = "was" if share["numerator"] == 1 else "were"
    text = f"{share['numerator']:,} of {due} {was} held within 72 hours of the return: {share['pct']:.1f}%."
    few = ""
    if share["denominator"] < FEW:
        few = f" With so few, one interview more or less moves the share by {100 / share['denominator']:.0f} points."
    yield figures.say(f"{text} {_beside(figures, SHARE)}{few}", SHARE)


def _second_clock(figures: _Figures) -> Iterator[Sentence]:
    key = "interviews.pct_in_72h_of_notice"
    share = figures.of(key)
    if share is None or share["denominator"] == 0:
        return
    text = f"Counted from when we were told, it is {share['numerator']:,} of {share['denominator']:,}: {share['pct']:.1f}%."
    notice = figures.of("interviews.median_notice_hours")
    if notice is not None:
        text += f" Half of the notices came within {notice:,.1f} hours of the return."
    yield figures.say(text, key)


def _episodes(figures: _Figures) -> Iterator[Sentence]:
    key, who = "episodes.started", "children.missing"
    went = count_words(figures.number(who), "child", "children")
    text = f"{went} went missing, in {count_words(figures.number(key), 'episode')}."
    for prefix, when in ((BEFORE, "The month before"), (LAST_YEAR, "The same month last year")):
        children = count_words(figures.number(prefix + who), "child", "children")
        text += f" {when}: {children}, in {count_words(figures.number(prefix + key), 'episode')}."
    yield figures.say(text, who)


def _first_time(figures: _Figures) -> Iterator[Sentence]:
    key = "children.first_time"
    first, missing = figures.number(key), figures.number("children.missing")
    if missing:
        children = count_words(missing, "child", "children")
        text = f"{first:,} of the {children} went missing for the first time that we know of."
        yield figures.say(f"{text} {_beside(figures, key)}", key)


def _hours(figures: _Figures) -> Iterator[Sentence]:
    key = "hours.median"
    if figures.of(key) is not None:
        text = f"Half of the episodes that ended were over within {figures.of(key):,.1f} hours."
        yield figures.say(f"{text} {_beside(figures, key)}", key)


def _refusals(figures: _Figures) -> Iterator[Sentence]:
    key = "interviews.declined"
    declined, late = figures.number(key), figures.number("interviews.declined_late")
    if declined or late:
        of = count_words(figures.number("interviews.required"), "interview that was", "interviews that were")
        was = "was" if declined == 1 else "were"
        later = f", and {late:,} later" if late else ""
        yield figures.say(f"{declined:,} of {of} required {was} declined within 72 hours{later}.", key)


def _reason(figures: _Figures) -> Iterator[Sentence]:
    given = {code: figures.number(f"interviews.breach_reasons.{code}") for code in BANDS["reason"]}
    most = max((count for code, count in given.items() if code != "not_given"), default=0)
    if not most:
        return
    named = [code for code, count in given.items() if count == most and code != "not_given"]
    words = " and ".join(f"“{BANDS['reason'][code]}”" for code in named)
    each = " each" if len(named) > 1 else ""
    late = count_words(sum(given.values()), "interview")
    text = f"Of {late} whose 72 hours were not met, the reason given most often is {words} ({most:,}{each})."
    yield figures.say(text, f"interviews.breach_reasons.{named[0]}")


def _repeating(figures: _Figures) -> Iterator[Sentence]:
    for rule, title in figures.titles():
        share = figures.of(f"repeat.{rule}.share_pct")
        if share and share["denominator"]:
            text = f"{title}: {count_words(share['numerator'], 'child', 'children')} on the month’s last day, of "
            text += f"{share['denominator']:,} who went missing in those days ({share['pct']:.1f}%)."
            yield figures.say(text, f"repeat.{rule}.children")


def _others(figures: _Figures) -> Iterator[Sentence]:
    if figures.cohort is not Cohort.ALL:
        return
    key = "episodes.started"
    started = value_of(figures.document, key, Cohort.OTHER)
    share = value_of(figures.document, SHARE, Cohort.OTHER)
    if started:
        text = f"{started:,} of the {figures.number(key):,} episodes were of other councils’ children"
        due = f"; {share['numerator']:,} of their {count_words(share['denominator'], 'interview')} due were held in time"
        yield Sentence(f"{text}{due if share['denominator'] else ''}.", key, Cohort.OTHER)


def _not_yet_due(figures: _Figures) -> Iterator[Sentence]:
    key = "interviews.not_yet_due"
    if waiting := figures.number(key):
        was = "interview was" if waiting == 1 else "interviews were"
        yield figures.say(f"{waiting:,} {was} not due yet at the cut-off: these figures may still change.", key)


CHANGED: tuple[Maker, ...] = (
    _share, _second_clock, _episodes, _first_time, _hours, _refusals, _reason, _repeating, _others, _not_yet_due,
)  # fmt: skip


def _overdue(figures: _Figures) -> Iterator[Sentence]:
    key = "interviews.overdue"
    if overdue := figures.number(key):
        text = f"{count_words(overdue, 'interview is', 'interviews are')} overdue: no interview, no answer, and the "
        yield figures.say(f"{text}deadline past. Decide who sees to each, and by when.", key)


def _still_missing(figures: _Figures) -> Iterator[Sentence]:
    key = "episodes.open_at_month_end"
    if still := figures.number(key):
        was = "episode was" if still == 1 else "episodes were"
        text = f"{still:,} {was} still open when the month ended, neither found nor returned. Ask what is known of each."
        yield figures.say(text, key)


def _newly(figures: _Figures) -> Iterator[Sentence]:
    for rule, title in figures.titles():
        key = f"repeat.{rule}.newly"
        if newly := figures.number(key):
            times = "once" if newly == 1 else f"{newly:,} times"
            text = f"The rule “{title}” was newly met {times}. Decide for each child what is planned: a strategy meeting, "
            yield figures.say(f"{text}a MARAMP, or neither.", key)


def _escalations(figures: _Figures) -> Iterator[Sentence]:
    raised, answered = figures.number("escalations.raised"), figures.number("escalations.acknowledged")
    if raised > answered:
        escalations = count_words(raised, "escalation")
        text = f"{raised - answered:,} of {escalations} above the team had no answer by the cut-off. Decide who answers."
        yield figures.say(text, "escalations.raised")


def _undelivered(figures: _Figures) -> Iterator[Sentence]:
    key = "alerts.undelivered"
    if undelivered := figures.number(key):
        text = f"{count_words(undelivered, 'alert')} could not be delivered. Decide who puts the addresses right."
        yield figures.say(text, key)


def _not_given(figures: _Figures) -> Iterator[Sentence]:
    key = "interviews.breach_reasons.not_given"
    missing = figures.number(key)
    late = sum(figures.number(f"interviews.breach_reasons.{code}") for code in BANDS["reason"])
    if missing and missing * MANY_NOT_GIVEN >= late:
        text = f"For {missing:,} of {count_words(late, 'interview')} whose 72 hours were not met nobody has said why. "
        yield figures.say(f"{text}Decide who gives the reasons, so that the group can see what stands in the way.", key)


def _notice_unknown(figures: _Figures) -> Iterator[Sentence]:
    key = "interviews.notice_unknown"
    if unknown := figures.number(key):
        required = count_words(figures.number("interviews.required"), "interview")
        text = f"For {unknown:,} of {required} it is not known when we were told of the return, so a late notice cannot "
        yield figures.say(f"{text}be told from a delay of our own. Ask for the time to be recorded.", key)


TO_DECIDE: tuple[Maker, ...] = (
    _overdue, _still_missing, _newly, _escalations, _undelivered, _not_given, _notice_unknown,
)  # fmt: skip
