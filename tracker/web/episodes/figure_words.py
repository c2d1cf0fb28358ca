"""The words of a month's figure, wherever it stands alone: above the list behind it, and among what differs.

Plain words for every figure that a month has: an inspector reads them, and `pct_in_72h_of_returns` says nothing.
"""

from tracker.core.pack_words import band_words
from tracker.core.terms import BreachReason
from tracker.web.filters import month_name
from tracker.web.words import words

FIGURES = {
    "episodes.started": "Episodes started",
    "episodes.open_at_month_end": "Still missing at the month’s end",
    "episodes.no_apparent_risk": "Episodes of no apparent risk",
    "children.missing": "Children missing",
    "children.first_time": "Children missing for the first time",
    "interviews.returns": "Returns",
    "interviews.required": "Interviews required",
    "interviews.not_required": "Interviews not required",
    "interviews.not_yet_due": "Interviews not yet due",
    "interviews.offered": "Interviews offered",
    "interviews.offered_in_72h": "Interviews offered in 72 hours",
    "interviews.completed_in_72h": "Interviews held in 72 hours",
    "interviews.completed_late": "Interviews held late",
    "interviews.declined": "Interviews declined",
    "interviews.declined_late": "Interviews declined late",
    "interviews.not_required_late": "Not required, approved late",
    "interviews.overdue": "Interviews overdue",
    "interviews.accepted": "Interviews accepted",
    "interviews.completed_in_72h_of_notice": "Interviews held in 72 hours of our being told",
    "interviews.offered_in_72h_of_notice": "Interviews offered in 72 hours of our being told",
    "interviews.completed_late_of_notice": "Interviews held more than 72 hours after we were told",
    "interviews.overdue_of_notice": "Interviews overdue, counted from when we were told",
    "interviews.pct_in_72h_of_notice": "Interviews held in 72 hours of our being told, of those due",
    "interviews.declined_of_notice": "Interviews declined in 72 hours of our being told",
    "interviews.declined_late_of_notice": "Interviews declined more than 72 hours after we were told",
    "interviews.not_required_of_notice": "Not required, approved in 72 hours of our being told",
    "interviews.not_required_late_of_notice": "Not required, approved more than 72 hours after we were told",
    "interviews.not_yet_due_of_notice": "Interviews not yet due, counted from when we were told",
    "interviews.median_hours_to_offer": "Median hours from return to the offer",
    "interviews.median_attempts_to_first_contact": "Median attempts until somebody answered",
    "interviews.notice_unknown": "Interviews of which it is not known when we were told",
    "year_to_date.children": "Children missing this financial year",
    "year_to_date.repeat_children": "Children missing three or more times this financial year",
    "hours.total": "Hours missing, together",
    "hours.mean": "Mean hours missing",
    "hours.median": "Median hours missing",
    "interviews.pct_in_72h_of_returns": "Interviews held in 72 hours, of those due",
    "interviews.pct_in_72h_of_accepted": "Interviews held in 72 hours, of those not declined in time",
    "interviews.pct_in_72h_of_completed": "Interviews held in 72 hours, of those held",
    "interviews.median_hours_to_interview": "Median hours from return to interview",
    "interviews.median_notice_hours": "Median hours from return to the council being told",
    "interviews.authority_asked": "Interviews of which another council was asked",
    "interviews.median_hours_to_authority_answer": "Median hours until another council answered",
    "prevention.recorded": "Prevention interviews recorded",
    "prevention.not_recorded": "Returns with no prevention interview recorded",
    "prevention.pct_recorded": "Share of the returns with a prevention interview recorded",
    "prevention.raised_harm": "Prevention interviews that raised harm",
    "prevention.no_harm": "Prevention interviews that raised no harm",
    "prevention.harm_unknown": "Prevention interviews of which it is not said whether they raised harm",
    "year_to_date.repeat_pct": "Share of this financial year’s children missing three or more times",
    "escalations.acknowledged_in_24h": "Escalations above the team acknowledged within 24 hours",
    "escalations.pct_acknowledged_in_24h": "Share of the escalations above the team acknowledged within 24 hours",
}
"""What has no words here is made of its parts, below."""

ALERTS = {"alerts": "Alerts", "escalations": "Escalations above the team"}
OF_ALERTS = {
    "raised": "raised",
    "sent": "sent",
    "acknowledged": "acknowledged",
    "undelivered": "that could not be delivered",
    "median_hours_to_acknowledge": "median hours until acknowledged",
}

REPEAT = {
    "children": "children of whom it holds on the last day",
    "share_pct": "share of the children missing in its days",
    "newly": "crossings in the month",
    "continuing": "children of whom it held before already",
    "new": "children of whom it did not hold before",
    "ended": "children of whom it holds no longer",
}
"""Of a repeat rule; the same distinctions as the pack's table of them."""

BREAKDOWNS = {
    "kind": "kind",
    "risk": "risk",
    "setting": "where the child lives",
    "known_to_services": "whether known to services",
    "sex": "sex",
    "ethnicity": "ethnicity",
    "age_band": "age",
    "district": "district",
    "weekday": "day",
    "hour_band": "hour of going missing",
    "duration_band": "length",
}


BESIDE = {
    "comparison.previous_month.": "the month before",
    "comparison.same_month_last_year.": "the same month last year",
}
"""Figures that stand beside a month's own."""

SERIES = "comparison.series."
"""Those of the thirteen months: followed by the month."""


def plain_figure(key: str) -> tuple[str, str]:
    """The figure itself, and of one that stands beside the month's own, of which month it is, in words."""
    for prefix, when in BESIDE.items():
        if key.startswith(prefix):
            return key.removeprefix(prefix), when
    if key.startswith(SERIES):
        month, _, plain = key.removeprefix(SERIES).partition(".")
        return plain, month_name(month)
    return key, ""


REASONS, ANSWERS = "interviews.breach_reasons.", "interviews.authority_answers."
DENOMINATOR = ".denominator"


def figure_words(key: str) -> str:
    """`interviews.overdue` → Interviews overdue; `repeat.3_in_90.new` → 3 or more in 90 days: children of whom …"""
    figure, when = plain_figure(key)
    if when:
        return f"{figure_words(figure)}, {when}"
    plain = key.removesuffix(DENOMINATOR)
    found = FIGURES.get(plain) or _made_words(plain) or ", ".join(map(words, plain.split("."))).capitalize()
    return f"{found}: all that it is a share of" if plain != key else found


def _made_words(key: str) -> str | None:
    """Of a figure that is one of a family: its words from those of its parts."""
    area, _, rest = key.partition(".")
    if key.startswith(REASONS):
        reason = key.removeprefix(REASONS)
        why = words(BreachReason(reason)) if reason in set(BreachReason) else "No reason given"
        return f"72 hours not met: {why[:1].lower()}{why[1:]}"
    if key.startswith(ANSWERS):
        return f"Another council’s answer: {_lower(band_words('answer', key.removeprefix(ANSWERS)))}"
    if rest.startswith("by_"):
        breakdown, _, band = rest.removeprefix("by_").partition(".")
        return _episode_words(breakdown, band)
    if area in ALERTS:
        return _alert_words(ALERTS[area], rest)
    return _repeat_words(rest) if area == "repeat" else None


def _episode_words(breakdown: str, band: str) -> str | None:
    if breakdown == "weekday_hour":
        weekday, _, hours = band.partition(".")
        return f"Episodes by day and hour: {weekday.capitalize()}, {_lower(band_words('hour_band', hours))}"
    lead = BREAKDOWNS.get(breakdown)
    return lead and f"Episodes by {lead}: {band_words(breakdown, band)}"


def _alert_words(who: str, rest: str) -> str | None:
    by_rung = rest.removeprefix("sent_by_rung.")
    if by_rung != rest:
        return f"{who} sent: {_lower(band_words('rung', by_rung))}"
    said = OF_ALERTS.get(rest)
    return said and (f"{who}: {said}" if rest.startswith("median") else f"{who} {said}")


def _repeat_words(rest: str) -> str | None:
    """`3_in_90.newly`: a rule is told by its numbers, since a council may call it otherwise each year."""
    rule, _, what = rest.partition(".")
    count, _, days = rule.partition("_in_")
    return f"{count} or more in {days} days: {REPEAT[what]}" if days and what in REPEAT else None


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
