"""The monthly pack: which sections and tables a month has (issue of DEFINITIONS §6), one description for page, PDF,
workbook and CSV, so that they agree to the digit. A figure that an earlier edition lacks is left out with its row.
"""

from collections.abc import Mapping, Sequence

from tracker.core.bands import AGE_BANDS, DURATION_BANDS, HOUR_BANDS, WEEKDAYS
from tracker.core.clock import parse_month
from tracker.core.pack_shapes import Document, PackTable, Row, Section, held_by
from tracker.core.pack_words import BANDS, COHORTS, band_words
from tracker.core.terms import Cohort

BEFORE, LAST_YEAR = "comparison.previous_month.", "comparison.same_month_last_year."

HEADLINE = (
    ("episodes.started", "Episodes started"),
    ("children.missing", "Children missing"),
    ("children.first_time", "Children missing for the first time"),
    ("episodes.open_at_month_end", "Still missing at the month’s end"),
    ("hours.median", "Median hours missing"),
    ("interviews.returns", "Returns with a clock"),
    ("interviews.required", "Interviews required"),
    ("interviews.pct_in_72h_of_returns", "Held within 72 hours of the return, of those due"),
    ("interviews.pct_in_72h_of_notice", "Held within 72 hours of our being told, of those due"),
    ("interviews.declined", "Declined within 72 hours"),
    ("interviews.overdue", "Overdue"),
)

CLOCKS = (
    ("completed_in_72h", "completed_in_72h_of_notice", "Held within 72 hours"),
    ("completed_late", "completed_late_of_notice", "Held late"),
    ("declined", "declined_of_notice", "Declined within 72 hours"),
    ("declined_late", "declined_late_of_notice", "Declined later"),
    (None, "not_required_of_notice", "Not required, approved within 72 hours"),
    ("not_required_late", "not_required_late_of_notice", "Not required, approved late"),
    ("overdue", "overdue_of_notice", "Overdue"),
    ("not_yet_due", "not_yet_due_of_notice", "Not yet due"),
    (None, "notice_unknown", "Not known when we were told"),
    ("required", "required", "Together: required"),
    ("offered_in_72h", "offered_in_72h_of_notice", "Offered within 72 hours"),
    ("pct_in_72h_of_returns", "pct_in_72h_of_notice", "Held within 72 hours, of those due"),
)
"""By the law's clock, by the second clock, and what they count."""

COURSE = (
    ("interviews.returns", "Returns with a clock"),
    ("interviews.not_required", "Not required, approved in time"),
    ("interviews.required", "Required"),
    ("interviews.offered", "Offered"),
    ("interviews.offered_in_72h", "Offered within 72 hours"),
    ("interviews.accepted", "Accepted"),
    ("interviews.declined", "Declined within 72 hours"),
    ("interviews.declined_late", "Declined later"),
    ("interviews.pct_in_72h_of_accepted", "Held within 72 hours, of those accepted"),
    ("interviews.pct_in_72h_of_completed", "Held within 72 hours, of those held"),
    ("interviews.median_hours_to_interview", "Median hours from return to interview"),
    ("interviews.median_hours_to_offer", "Median hours from return to the offer"),
    ("interviews.median_notice_hours", "Median hours from return to the council being told"),
    ("interviews.median_attempts_to_first_contact", "Median attempts until somebody answered"),
)


def sections_of(document: Document, rules: Mapping[str, str]) -> list[Section]:
    """The pack's sections in their order, each with the tables that this document has figures for.

    `rules`: what each repeat rule is called. A section without any figure is left out.
    """
    every = (
        _share(document), _beside(document), _who(document), _where(document), _when(), _how_long(), _kind_and_risk(),
        _course(), _reasons(), _repeats(document, rules), _alerts(), _other_councils(), _prevention(),
    )  # fmt: skip
    found = []
    for section in every:
        tables = tuple(kept for table in section.tables if (kept := held_by(document, table)))
        if tables:
            found.append(Section(section.name, section.title, tables, section.intro))
    return found


def _rows(pairs: Sequence[tuple[str, str]]) -> tuple[Row, ...]:
    return tuple(Row(label, (key,)) for key, label in pairs)


def _counted(name: str, title: str, pairs: Sequence[tuple[str, str]], note: str = "") -> PackTable:
    return PackTable(name, title, "Figure", ("Number",), _rows(pairs), note=note)


def _banded(
    name: str, title: str, breakdown: str, bands: Sequence[str], chart: str | None = None, note: str = ""
) -> PackTable:
    """One column of episodes by band; what is not known stands last."""
    rows = [
        Row(band_words(breakdown, band), (f"episodes.by_{breakdown}.{band}",))
        for band in (*(band for band in bands if band != "unknown"), "unknown")
    ]
    return PackTable(name, title, title, ("Episodes",), tuple(rows), chart, note)


def _written(document: Document, breakdown: str) -> list[str]:
    """The bands that somebody wrote (sex, ethnicity, district), as the document has them."""
    return sorted(document.get("episodes", {}).get(f"by_{breakdown}", {}))


def _share(document: Document) -> Section:
    told = "Of 72 hours from when we were told"
    months = [
        Row(
            f"{parse_month(month).start_on:%b %Y}",
            tuple(
                f"comparison.series.{month}.{key}"
                for key in (
                    "interviews.pct_in_72h_of_returns", "interviews.pct_in_72h_of_notice", "interviews.required",
                    "episodes.started", "children.missing",
                )
            ),
        )
        for month in sorted(document.get("comparison", {}).get("series", {}))
    ]  # fmt: skip
    clocks = [
        Row(label, tuple(name and f"interviews.{name}" for name in (own, second))) for own, second, label in CLOCKS
    ]
    columns = ("Within 72 hours of the return", "Within 72 hours of our being told", "Required", "Episodes", "Children")
    return Section(
        "share",
        "Held within 72 hours",
        (
            PackTable("thirteen-months", "Thirteen months", "Month", columns, tuple(months), "thirteen-months"),
            PackTable(
                "two-clocks", "What became of the required interviews, by each clock", "Figure",
                ("From the return (the law)", "From when we were told"), tuple(clocks),
                note=f"Each column adds up to what was required. {told} nothing is known where nobody recorded it.",
            ),
        ),
        "The law counts 72 hours from the return, however late we hear of it. Beside it stands what the same hours give "
        "counted from when we were told, so that a late notice and our own delay can be told apart.",
    )  # fmt: skip


def _beside(document: Document) -> Section:
    month = f"{parse_month(document['month']).start_on:%B %Y}"
    rows = tuple(Row(label, (key, BEFORE + key, LAST_YEAR + key)) for key, label in HEADLINE)
    columns = (month, "Month before", "Same month last year")
    table = PackTable("beside-other-months", "Beside other months", "Figure", columns, rows)
    return Section("beside", "Beside the month before and the same month last year", (table,))


def _who(document: Document) -> Section:
    children = (
        ("children.missing", "Children missing"),
        ("children.first_time", "Of them, for the first time that we know of"),
    )
    return Section(
        "who",
        "Who goes missing",
        (
            _counted("children", "Children", children),
            _banded("age", "Age when the episode started", "age_band", AGE_BANDS, "bars"),
            _banded("setting", "Where the child lives", "setting", list(BANDS["setting"]), "bars"),
            _banded("sex", "Sex", "sex", _written(document, "sex")),
            _banded("ethnicity", "Ethnicity", "ethnicity", _written(document, "ethnicity")),
            _banded("known-to-services", "Social care or youth justice", "known_to_services",
                    list(BANDS["known_to_services"])),
        ),
        "Counted by episode, but for the first table: a child who went missing twice is in it once, and in the others "
        "twice.",
    )  # fmt: skip


def _where(document: Document) -> Section:
    table = _banded("district", "District", "district", _written(document, "district"))
    return Section("where", "From where", (table,), "The district from which the child went missing.")


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
    duration = _banded("duration", "How long the child was missing", "duration_band", DURATION_BANDS, "bars")
    return Section("how-long", "For how long", (duration, _counted("hours", "Hours missing", hours, note)))


def _kind_and_risk() -> Section:
    kind = _banded("kind", "Kind", "kind", list(BANDS["kind"]))
    risk = _banded("risk", "Risk, as the police graded it", "risk", list(BANDS["risk"]))
    apart = _counted(
        "no-apparent-risk", "Apart from these",
        (("episodes.no_apparent_risk", "Episodes of no apparent risk (“absent”)"),), "In no other figure of this pack.",
    )  # fmt: skip
    return Section("kind-risk", "Kind and risk", (kind, risk, apart))


def _course() -> Section:
    return Section(
        "interviews", "Returns, offers and refusals", (_counted("interviews", "From the return to the interview", COURSE),)
    )


def _reasons() -> Section:
    rows = _rows([(f"interviews.breach_reasons.{code}", words) for code, words in BANDS["reason"].items()])
    table = PackTable("reasons", "Why the 72 hours were not met", "Reason", ("Interviews",), rows, "bars-long")
    return Section("reasons", "Why the 72 hours were not met", (table,))


_SINCE = (
    "Continuing: of whom the rule held on the month’s eve already. New: of whom it did not; with them they are the "
    "children on the last day. Ended: of whom it held on the eve and holds no longer."
)


def _repeats(document: Document, rules: Mapping[str, str]) -> Section:
    names = ("children", "share_pct", "continuing", "new", "ended", "newly")
    columns = (
        "Children on the last day", "Of the children missing in its days", "Continuing", "New", "Ended",
        "Crossings in the month",
    )  # fmt: skip
    rows = tuple(
        Row(rules.get(rule, rule), tuple(f"repeat.{rule}.{name}" for name in names))
        for rule in document.get("repeat", {})
    )
    year = (
        ("year_to_date.children", "Children missing since 1 April"),
        ("year_to_date.repeat_children", "Of them, three times or more"),
        ("year_to_date.repeat_pct", "Their share"),
    )
    return Section(
        "repeat",
        "Repeat runaways",
        (
            PackTable("repeat-runaways", "Repeat runaways by rule", "Rule", columns, rows, note=_SINCE),
            _counted("year-to-date", "Financial year to the month’s end", year),
        ),
    )


def _alerts() -> Section:
    both = ("alerts", "escalations")
    names = [("raised", "Raised"), ("sent", "Sent")]
    names += [(f"sent_by_rung.{rung}", f"Sent: {words[:1].lower()}{words[1:]}") for rung, words in BANDS["rung"].items()]
    names += [
        ("acknowledged", "Acknowledged"),
        ("acknowledged_in_24h", "Acknowledged within 24 hours"),
        ("pct_acknowledged_in_24h", "Their share of those raised more than 24 hours ago or answered"),
        ("undelivered", "Could not be delivered"),
        ("median_hours_to_acknowledge", "Median hours until acknowledged"),
    ]
    rows = tuple(Row(label, tuple(f"{of}.{name}" for of in both)) for name, label in names)
    columns = ("All alerts", "Of them, above the team")
    table = PackTable("alerts", "Alerts and escalations", "Figure", columns, rows)
    return Section("alerts", "Escalations, and how fast they were answered", (table,))


def _other_councils() -> Section:
    cohorts = tuple(Cohort)
    rows = tuple(Row(label, (key,) * len(cohorts)) for key, label in HEADLINE)
    columns = tuple(COHORTS[cohort] for cohort in cohorts)
    asked = [("interviews.authority_asked", "The responsible council was asked")]
    asked += [(f"interviews.authority_answers.{code}", words) for code, words in BANDS["answer"].items()]
    asked += [("interviews.median_hours_to_authority_answer", "Median hours until it answered")]
    note = "By the newest answer. Being asked stops no clock, and an answer closes none."
    return Section(
        "other-councils",
        "Other councils’ children",
        (
            PackTable("whose-children", "Whose children", "Figure", columns, rows, cohorts=cohorts),
            _counted("councils-asked", "What other councils were asked, and how they answered", asked, note),
        ),
        "Other councils’ children who live here: the task is to ask the responsible council, on the same clock.",
    )


def _prevention() -> Section:
    pairs = (
        ("prevention.recorded", "Prevention interview recorded"),
        ("prevention.not_recorded", "None recorded"),
        ("prevention.pct_recorded", "Share of the returns with one recorded"),
        ("prevention.raised_harm", "Of those recorded: raised harm"),
        ("prevention.no_harm", "Of those recorded: no harm raised"),
        ("prevention.harm_unknown", "Of those recorded: not said"),
    )
    note = "What is not recorded here may still have been held."
    intro = "The police’s own talk with the child after the return. It never stands in place of the council’s interview."
    table = _counted("prevention", "Prevention interviews of the month’s returns", pairs, note)
    return Section("prevention", "The police’s prevention interviews", (table,), intro)
