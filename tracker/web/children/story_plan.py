"""A multi-agency plan (MARAMP) in the sentences of a child's story: begun, looked at again, closed."""

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from tracker.core.clock import local_date
from tracker.core.maramp import band_of
from tracker.services.pages.story_shapes import PlanTold, PlanVersionTold
from tracker.web.filters import day
from tracker.web.words import words

Step = tuple[datetime, str, tuple[str, ...]]
"""When, what, and what more there is to say."""

HIGHEST_SCORE = 25


def plan_steps(plan: PlanTold) -> Iterator[Step]:
    """Each step of the plan in its own place of the story."""
    whose = f"By {plan.opened_by}." if plan.opened_by else ""
    waits = "" if plan.versions else "Nothing has been published of it yet."
    yield plan.opened_at, "A plan of several services (MARAMP) was begun", _said(whose, waits, _past(plan, None))
    for before, version in pairwise((None, *plan.versions)):
        if version is not None:
            title = "The plan was made" if before is None else f"The plan was looked at again: version {version.number}"
            yield version.published_at, title, _said(*_version(version, before), _past(plan, version))
    if plan.closed_at:
        who = f"By {plan.closed_by}." if plan.closed_by else ""
        yield plan.closed_at, "The plan was closed", _said(who, f"Why: {plan.closed_reason}")


def _version(version: PlanVersionTold, before: PlanVersionTold | None) -> Iterator[str]:
    if version.published_by:
        yield f"By {version.published_by}."
    yield f"Why: {version.why}"
    if version.highest is not None:
        was = before.highest if before else None
        earlier = f"; it was {was}" if was is not None and was != version.highest else ""
        band = words(band_of(version.highest)).lower()
        yield f"The highest risk is scored {version.highest} of {HIGHEST_SCORE}, {band}{earlier}."
    if before and before.next_review_on:
        late = (local_date(version.published_at) - before.next_review_on).days
        came = f" It came {late} {'day' if late == 1 else 'days'} later." if late > 0 else ""
        yield f"The review was set for {day(before.next_review_on)}.{came}"
    if version.lead:
        yield f"{version.lead} leads it."
    if version.next_review_on:
        yield f"Next review by {day(version.next_review_on)}."


def _past(plan: PlanTold, version: PlanVersionTold | None) -> str:
    """Of the newest of an open plan alone: what stands now."""
    if version is not (plan.versions[-1] if plan.versions else None):
        return ""
    passed = "The day of the review has passed."
    reopened = f"It was closed before, and opened again. Why it was closed then: {plan.closed_reason}"
    return " ".join(_said(passed if plan.review_passed else "", reopened if plan.reopened else ""))


def _said(*sentences: str) -> tuple[str, ...]:
    return tuple(sentence for sentence in sentences if sentence)
