"""The front page's first part: what changed, by counts beside other months’; never said to be better or worse."""

from collections.abc import Iterator

from tracker.core.clock import show_day
from tracker.core.pack_interviews import BEFORE, LAST_YEAR
from tracker.core.pack_sentences import Figures, Maker, Sentence, beside_words
from tracker.core.pack_shapes import shown, value_of
from tracker.core.pack_words import BANDS, count_words
from tracker.core.terms import Cohort

FEW = 20
"""Below so many interviews a share is said to move much by one of them."""

TIES_NAMED = 2
"""So many reasons that are given equally often are named."""

SHARE = "interviews.pct_in_72h_of_returns"


def _runs(figures: Figures) -> Iterator[Sentence]:
    if figures.running_on:
        text = f"The month still runs: its figures are those up to {show_day(figures.running_on)}, beside whole months."
        yield figures.say(text, "episodes.started")


def _share(figures: Figures) -> Iterator[Sentence]:
    share = figures.of(SHARE)
    if share["denominator"] == 0:
        yield figures.say(f"No interview was due for this month’s returns. {beside_words(figures, SHARE)}", SHARE)
        return
    due = count_words(share["denominator"], "interview that was due", "interviews that were due")
    was = "was" if share["numerator"] == 1 else "were"
    text = f"{share['numerator']:,} of {due} {was} held within 72 hours of the return: {share['pct']:.1f}%."
    few = ""
    if share["denominator"] < FEW:
        few = f" With so few, one interview more or less moves the share by {100 / share['denominator']:.0f} points."
    yield figures.say(f"{text} {beside_words(figures, SHARE)}{few}", SHARE)


def _second_clock(figures: Figures) -> Iterator[Sentence]:
    key = "interviews.pct_in_72h_of_notice"
    share = figures.of(key)
    if share is None or share["denominator"] == 0:
        return
    numbers = shown(share)
    text = f"Counted from when we were told, it is {numbers.beside}: {numbers.text}."
    notice = figures.of("interviews.median_notice_hours")
    if notice is not None:
        text += f" Half of the notices came within {notice:,.1f} hours of the return."
    yield figures.say(text, key)


def _episodes(figures: Figures) -> Iterator[Sentence]:
    key, who = "episodes.started", "children.missing"
    went = count_words(figures.number(who), "child", "children")
    text = f"{went} went missing, in {count_words(figures.number(key), 'episode')}."
    for prefix, when in ((BEFORE, "The month before"), (LAST_YEAR, "The same month last year")):
        children = count_words(figures.number(prefix + who), "child", "children")
        text += f" {when}: {children}, in {count_words(figures.number(prefix + key), 'episode')}."
    yield figures.say(text, who)


def _first_time(figures: Figures) -> Iterator[Sentence]:
    key = "children.first_time"
    first, missing = figures.number(key), figures.number("children.missing")
    if missing:
        children = count_words(missing, "child", "children")
        text = f"{first:,} of the {children} went missing for the first time that we know of."
        yield figures.say(f"{text} {beside_words(figures, key)}", key)


def _hours(figures: Figures) -> Iterator[Sentence]:
    key = "hours.median"
    if figures.of(key) is not None:
        text = f"Half of the episodes that ended were over within {figures.of(key):,.1f} hours."
        yield figures.say(f"{text} {beside_words(figures, key)}", key)


def _refusals(figures: Figures) -> Iterator[Sentence]:
    key = "interviews.declined"
    declined, late = figures.number(key), figures.number("interviews.declined_late")
    if declined or late:
        of = count_words(figures.number("interviews.required"), "interview that was", "interviews that were")
        was = "was" if declined == 1 else "were"
        later = f", and {late:,} later" if late else ""
        yield figures.say(f"{declined:,} of {of} required {was} declined within 72 hours{later}.", key)


def _reason(figures: Figures) -> Iterator[Sentence]:
    given = {code: figures.number(f"interviews.breach_reasons.{code}") for code in BANDS["reason"]}
    most = max((count for code, count in given.items() if code != "not_given"), default=0)
    if not most:
        return
    named = [code for code, count in given.items() if count == most and code != "not_given"]
    text = f"Of {count_words(sum(given.values()), 'interview')} whose 72 hours were not met, "
    if len(named) > TIES_NAMED:
        text += f"{len(named)} reasons were given equally often ({most:,} each)."
    else:
        words = " and ".join(f"“{BANDS['reason'][code]}”" for code in named)
        each = " each" if len(named) > 1 else ""
        text += f"the reason given most often is {words} ({most:,}{each})."
    yield figures.say(text, f"interviews.breach_reasons.{named[0]}")


def _repeating(figures: Figures) -> Iterator[Sentence]:
    when = show_day(figures.running_on) if figures.running_on else "the month’s last day"
    for rule, title in figures.titles():
        share = figures.of(f"repeat.{rule}.share_pct")
        if share and share["denominator"]:
            text = f"{title}: {count_words(share['numerator'], 'child', 'children')} on {when}, of "
            text += f"{share['denominator']:,} who went missing in those days ({share['pct']:.1f}%)."
            yield figures.say(text, f"repeat.{rule}.children")


def _others(figures: Figures) -> Iterator[Sentence]:
    if figures.cohort is not Cohort.ALL:
        return
    key = "episodes.started"
    started = value_of(figures.document, key, Cohort.OTHER)
    share = value_of(figures.document, SHARE, Cohort.OTHER)
    if started:
        was = "was" if started == 1 else "were"
        text = f"{started:,} of the {figures.number(key):,} episodes {was} of other councils’ children."
        due = f" Of their interviews due, {shown(share).beside} were held in time." if share["denominator"] else ""
        yield Sentence(text + due, key, Cohort.OTHER)


def _not_yet_due(figures: Figures) -> Iterator[Sentence]:
    key = "interviews.not_yet_due"
    if waiting := figures.number(key):
        was = "interview was" if waiting == 1 else "interviews were"
        yield figures.say(f"{waiting:,} {was} not due yet at the cut-off: these figures may still change.", key)


CHANGED: tuple[Maker, ...] = (
    _runs, _share, _second_clock, _episodes, _first_time, _hours, _refusals, _reason, _repeating, _others, _not_yet_due,
)  # fmt: skip
"""In the order read."""
