"""The pack's sections about episodes: who goes missing, from where, when, for how long, of which kind and risk."""

from tracker.core.bands import AGE_BANDS, DURATION_BANDS, HOUR_BANDS, WEEKDAYS
from tracker.core.pack_shapes import Document, PackTable, Row, Section, banded, counted, written_bands
from tracker.core.pack_words import BANDS, band_words

KNOWN = tuple(BANDS["known_to_services"])


def episode_sections(document: Document) -> list[Section]:
    """In the order read; a table of what somebody wrote has the words that the document has."""
    return [_who(document), _where(document), _when(), _how_long(), _kind_and_risk()]


def _who(document: Document) -> Section:
    children = (
        ("children.missing", "Children missing"),
        ("children.first_time", "Of them, for the first time that we know of"),
    )
    return Section(
        "who",
        "Who goes missing",
        (
            banded("age", "Age", "age_band", AGE_BANDS, "bars"),
            banded("setting", "Where the child lives", "setting", list(BANDS["setting"]), "bars"),
            counted("children", "Children", children),
            banded("sex", "Sex", "sex", written_bands(document, "sex")),
            banded("known-to-services", "Whether known to services", "known_to_services", KNOWN),
            banded("ethnicity", "Ethnicity", "ethnicity", written_bands(document, "ethnicity")),
        ),
        "By episode, a child who went missing twice stands twice; only the table of children counts each child once. "
        "Age on the day it started. Known to services: open to social care or youth justice then.",
    )


def _where(document: Document) -> Section:
    table = banded("district", "District", "district", written_bands(document, "district"))
    intro = (
        "The district from which the child went missing, as it was recorded. The page of places reads it from the "
        "address too where nobody recorded it, so fewer are unknown there."
    )
    return Section("where", "From where", (table,), intro)


def _when() -> Section:
    bands = (*HOUR_BANDS, "unknown")
    columns = (*(band_words("hour_band", band) for band in HOUR_BANDS), "Time not known", "All day")
    days = [
        Row(
            day.capitalize(),
            (*(f"episodes.by_weekday_hour.{day}.{band}" for band in bands), f"episodes.by_weekday.{day}"),
        )
        for day in WEEKDAYS
    ]
    whole = Row("All days", (*(f"episodes.by_hour_band.{band}" for band in bands), "episodes.started"))
    table = PackTable("weekday-hour", "Day and hour of going missing", "Day", columns, (*days, whole), "weekday-hour")
    return Section("when", "When", (table,), "By the London day and hour at which the episode started.")


def _how_long() -> Section:
    hours = (
        ("hours.total", "Hours missing, together"),
        ("hours.mean", "Mean hours missing"),
        ("hours.median", "Median hours missing"),
        ("episodes.open_at_month_end", "Still missing at the month’s end (episodes)"),
    )
    note = "Hours are those of episodes that ended in the month."
    duration = banded("duration", "Length", "duration_band", DURATION_BANDS, "bars")
    return Section("how-long", "For how long", (duration, counted("hours", "Hours missing", hours, note)))


def _kind_and_risk() -> Section:
    kind = banded("kind", "Kind", "kind", list(BANDS["kind"]))
    risk = banded("risk", "Risk, as the police graded it", "risk", list(BANDS["risk"]))
    apart = counted(
        "no-apparent-risk", "Apart from these",
        (("episodes.no_apparent_risk", "Episodes of no apparent risk (“absent”)"),), "In no other figure of this pack.",
    )  # fmt: skip
    return Section("kind-risk", "Kind and risk", (kind, risk, apart))
