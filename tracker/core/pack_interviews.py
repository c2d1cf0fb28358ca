"""The pack's sections about interviews: the share by both clocks, other months beside it, the way to an interview, why
the 72 hours were not met, other councils' children, and the police's prevention interviews.
"""

from tracker.core.clock import parse_month
from tracker.core.pack_shapes import Document, PackTable, Row, Section, counted, figure_of, rows_of
from tracker.core.pack_words import BANDS, COHORTS
from tracker.core.terms import Cohort

BEFORE, LAST_YEAR = "comparison.previous_month.", "comparison.same_month_last_year."
"""Where the figures of the months beside this one stand."""

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
"""By the law’s clock, by the second clock, and what they count."""

COURSE = (
    ("interviews.returns", "Returns with a clock"),
    ("interviews.not_required", "Not required, approved in time"),
    ("interviews.required", "Required"),
    ("interviews.offered", "Offered"),
    ("interviews.offered_in_72h", "Offered within 72 hours"),
    ("interviews.accepted", "Accepted"),
    ("interviews.declined", "Declined within 72 hours"),
    ("interviews.declined_late", "Declined later"),
    ("interviews.pct_in_72h_of_accepted", "Held within 72 hours, of those not declined in time"),
    ("interviews.pct_in_72h_of_completed", "Held within 72 hours, of those held"),
    ("interviews.median_hours_to_interview", "Median hours from return to interview"),
    ("interviews.median_hours_to_offer", "Median hours from return to the offer"),
    ("interviews.median_notice_hours", "Median hours from return to the council being told"),
    ("interviews.median_attempts_to_first_contact", "Median attempts until somebody answered"),
)


def share_section(document: Document) -> Section:
    """With the second clock, where the month has it: the first edition had none."""
    intro = "The law counts 72 hours from the return, however late we hear of it."
    both = figure_of(document, "interviews.notice_unknown") is not None
    if both:
        intro += (
            " Beside it stands what the same hours give counted from when we were told, so that a late notice and our "
            "own delay can be told apart."
        )
    return Section("share", "Held within 72 hours", (_thirteen_months(document), _two_clocks(both)), intro)


def _thirteen_months(document: Document) -> PackTable:
    columns = {
        "interviews.pct_in_72h_of_returns": "Within 72 hours of the return",
        "interviews.pct_in_72h_of_notice": "Within 72 hours of our being told",
        "interviews.required": "Required",
        "episodes.started": "Episodes",
        "children.missing": "Children",
    }
    rows = tuple(
        Row(f"{parse_month(month).start_on:%b %Y}", tuple(f"comparison.series.{month}.{key}" for key in columns))
        for month in sorted(document.get("comparison", {}).get("series", {}))
    )
    return PackTable("thirteen-months", "Thirteen months", "Month", tuple(columns.values()), rows, "thirteen-months")


def _two_clocks(both: bool) -> PackTable:
    columns = ("From the return (the law)", "From when we were told") if both else ("Number",)
    rows = tuple(
        Row(label, tuple(name and f"interviews.{name}" for name in names[: len(columns)])) for *names, label in CLOCKS
    )
    note = "Each column adds up to what was required. Where nobody knows when we were told, there is no second clock."
    title = "What became of the required interviews" + (", by each clock" if both else "")
    return PackTable("two-clocks", title, "Figure", columns, rows, note=note if both else "")


def beside_section(document: Document) -> Section:
    month = f"{parse_month(document['month']).start_on:%B %Y}"
    rows = tuple(Row(label, (key, BEFORE + key, LAST_YEAR + key)) for key, label in HEADLINE)
    columns = (month, "Month before", "Same month last year")
    table = PackTable("beside-other-months", "Beside other months", "Figure", columns, rows)
    return Section("beside", "Beside the month before and the same month last year", (table,))


def course_section() -> Section:
    return Section(
        "interviews",
        "Returns, offers and refusals",
        (counted("interviews", "From the return to the interview", COURSE),),
    )


def reasons_section() -> Section:
    rows = rows_of([(f"interviews.breach_reasons.{code}", words) for code, words in BANDS["reason"].items()])
    table = PackTable("reasons", "Why the 72 hours were not met", "Reason", ("Interviews",), rows, "bars-long")
    return Section("reasons", "Why the 72 hours were not met", (table,))


def councils_section() -> Section:
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
            counted("councils-asked", "What other councils were asked, and how they answered", asked, note),
        ),
        "Other councils’ children who live here: the task is to ask the responsible council, on the same clock.",
    )


def prevention_section() -> Section:
    pairs = (
        ("prevention.recorded", "Prevention interview recorded"),
        ("prevention.not_recorded", "None recorded"),
        ("prevention.pct_recorded", "Share of the returns with one recorded"),
        ("prevention.raised_harm", "Of those recorded: raised harm"),
        ("prevention.no_harm", "Of those recorded: no harm raised"),
        ("prevention.harm_unknown", "Of those recorded: not said"),
    )
    note = "What is not recorded here may still have been held."
    intro = (
        "The police’s own talk with the child after the return. It never stands in place of the council’s interview."
    )
    table = counted("prevention", "Prevention interviews of the month’s returns", pairs, note)
    return Section("prevention", "The police’s prevention interviews", (table,), intro)
