"""The tables of a period's page: key of definitions §6 → what people read."""

from collections.abc import Sequence

from tracker.core.alert_terms import RUNG_ORDER
from tracker.core.terms import BreachReason, EpisodeKind, LivingSetting, RiskLevel
from tracker.web.words import words

Rows = tuple[tuple[str, str], ...]

SHARES: Rows = (
    ("interviews.pct_in_72h_of_returns", "Of those due"),
    ("interviews.pct_in_72h_of_accepted", "Of those due and not declined by the deadline"),
    ("interviews.pct_in_72h_of_completed", "Of those held"),
    ("interviews.pct_in_72h_of_notice", "Of those due, counted from when we were told"),
)

HEADLINE: Rows = (
    ("episodes.started", "Episodes started"),
    ("children.missing", "Children missing"),
    ("children.first_time", "Children missing for the first time"),
    ("episodes.open_at_month_end", "Still missing at the end"),
    ("episodes.no_apparent_risk", "No apparent risk (counted apart)"),
    ("hours.total", "Hours missing in all"),
    ("hours.mean", "Mean hours missing"),
    ("hours.median", "Median hours missing"),
)

OFFERS: Rows = (
    ("interviews.returns", "Returns with a clock"),
    ("interviews.not_required", "Not required, approved in time"),
    ("interviews.required", "Required"),
    ("interviews.offered", "Offered"),
    ("interviews.offered_in_72h", "Offered within 72 hours"),
    ("interviews.accepted", "Accepted"),
    ("interviews.median_hours_to_offer", "Median hours from return to the offer"),
    ("interviews.median_hours_to_interview", "Median hours from return to interview"),
    ("interviews.median_notice_hours", "Median hours from return to the council being told"),
    ("interviews.median_attempts_to_first_contact", "Median attempts until somebody answered"),
)

_OUTCOMES = (
    ("completed_in_72h", "Held within 72 hours"),
    ("completed_late", "Held late"),
    ("declined", "Declined within 72 hours"),
    ("declined_late", "Declined later"),
    ("not_required_late", "Not required, approved late"),
    ("overdue", "Overdue"),
    ("not_yet_due", "Not yet due"),
)

OUTCOMES: Rows = (
    *((f"interviews.{name}", text) for name, text in _OUTCOMES),
    ("interviews.required", "Together: required"),
)

FROM_NOTICE: Rows = (
    *((f"interviews.{name}_of_notice", text) for name, text in _OUTCOMES),
    ("interviews.not_required_of_notice", "Not required, approved within 72 hours"),
    ("interviews.notice_unknown", "Not known when we were told"),
    ("interviews.required", "Together: required"),
)

REASONS: Rows = (
    *((f"interviews.breach_reasons.{reason}", words(reason)) for reason in BreachReason),
    ("interviews.breach_reasons.not_given", "No reason given"),
)

YEAR: Rows = (
    ("year_to_date.children", "Children missing"),
    ("year_to_date.repeat_children", "Of them, three times or more"),
    ("year_to_date.repeat_pct", "Share"),
)

ALERTS: Rows = (
    ("alerts.sent", "Alerts sent"),
    ("alerts.acknowledged", "Acknowledged"),
    ("alerts.undelivered", "Undelivered"),
    ("alerts.median_hours_to_acknowledge", "Median hours until acknowledged"),
    ("escalations.sent", "Escalations above the team"),
    *((f"escalations.sent_by_rung.{rung}", f"Of them: {words(rung).lower()}") for rung in RUNG_ORDER[2:]),
    ("escalations.acknowledged", "Escalations acknowledged"),
    ("escalations.median_hours_to_acknowledge", "Median hours until an escalation was acknowledged"),
)

BREAKDOWNS: Rows = (
    ("age_band", "Age at the start"),
    ("sex", "Sex"),
    ("setting", "Where the child lives"),
    ("risk", "Risk"),
    ("kind", "Kind"),
    ("known_to_services", "Known to services"),
    ("duration_band", "How long"),
    ("weekday", "Weekday"),
    ("hour_band", "Hour"),
    ("district", "District"),
    ("ethnicity", "Ethnicity"),
)

_BANDS = {
    "under_6h": "Under 6 hours", "6_to_24h": "6 to 24 hours", "24_to_48h": "24 to 48 hours",
    "48_to_72h": "48 to 72 hours", "3_to_7d": "3 to 7 days", "over_7d": "Over 7 days", "open": "Still missing",
    "unknown": "Not known",
}  # fmt: skip
_TYPES = {"kind": EpisodeKind, "risk": RiskLevel, "setting": LivingSetting}


def band_text(what: str, band: str) -> str:
    """A band of a breakdown as people read it; what somebody wrote (a district) stays as written."""
    if band in _BANDS:
        return _BANDS[band]
    if what in _TYPES:
        return words(_TYPES[what](band))
    if what in ("age_band", "hour_band"):
        return band.replace("-", "–")
    return words(band) if what in ("weekday", "known_to_services", "sex") else band


def breakdown_rows(what: str, bands: Sequence[str]) -> Rows:
    return tuple((f"episodes.by_{what}.{band}", band_text(what, band)) for band in bands)


def title_of(key: str) -> str:
    """What people read of any figure that opens a list."""
    known = dict((*SHARES, *HEADLINE, *OFFERS, *OUTCOMES, *FROM_NOTICE, *REASONS, *YEAR, *ALERTS))
    if key in known:
        return known[key]
    if key.startswith("episodes.by_") and not key.startswith("episodes.by_weekday_hour."):
        what, _, band = key.removeprefix("episodes.by_").partition(".")
        return f"{dict(BREAKDOWNS).get(what, words(what))}: {band_text(what, band)}"
    return words(key.replace(".", " "))
