"""The words of the monthly pack: what its page, documents and files write for a band, a code and a figure."""

from collections.abc import Mapping

NOT_KNOWN = "Not known"

BANDS: Mapping[str, Mapping[str, str]] = {
    "kind": {"missing": "Missing", "away_from_placement_without_authorisation": "Away from placement, not authorised"},
    "risk": {
        "high": "High", "medium": "Medium", "low": "Low", "very_low": "Very low",
        "no_apparent_risk": "No apparent risk",
    },
    "setting": {"looked_after": "Looked after", "home": "At home"},
    "known_to_services": {"yes": "Known to services", "no": "Not open to services"},
    "duration_band": {
        "under_6h": "Under 6 hours", "6_to_24h": "6 to 24 hours", "24_to_48h": "24 to 48 hours",
        "48_to_72h": "48 to 72 hours", "3_to_7d": "3 to 7 days", "over_7d": "Over 7 days", "open": "Not ended yet",
    },
    "reason": {
        "late_notice": "The police told us late",
        "could_not_be_contacted": "The child could not be contacted",
        "declined_late": "Declined after the deadline",
        "out_of_area": "The child is out of the area",
        "missing_again": "The child went missing again",
        "no_capacity": "No interviewer was free",
        "other": "Another reason",
        "not_given": "No reason given",
    },
    "answer": {
        "will_hold": "It will hold the interview", "held": "It has held the interview",
        "will_not": "It will not: we hold it", "not_answered": "No answer yet",
    },
    "rung": {
        "due_soon": "Due soon", "overdue": "Overdue", "overdue_24h": "Overdue by 24 hours",
        "overdue_96h": "Overdue by 96 hours",
    },
}  # fmt: skip
"""What a code reads as, by breakdown. Sex, ethnicity and district stand as somebody wrote them."""

COHORTS = {"all": "All children", "ours": "Our children", "other": "Other councils’ children"}
"""Whose children, in the order shown."""


def band_words(breakdown: str, band: str) -> str:
    """`6_to_24h` → 6 to 24 hours; `13-15` → 13–15; a word of the police's as it is, with a capital."""
    if band == "unknown":
        return NOT_KNOWN
    known = BANDS.get(breakdown, {}).get(band)
    if known:
        return known
    if breakdown in ("age_band", "hour_band"):
        return band.replace("-", "–")
    return band[:1].upper() + band[1:]


def count_words(number: int, one: str, many: str | None = None) -> str:
    """`1 episode`, `1,204 children`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
