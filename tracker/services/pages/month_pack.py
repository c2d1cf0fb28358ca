"""A month's pack made ready: sentences, sections, charts and standing, from one month's document for one cohort."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker.core.clock import show_instant
from tracker.core.month_pack import sections_of
from tracker.core.month_sentences import FrontPage, front_page
from tracker.core.pack_corrections import Correction, corrections_of
from tracker.core.pack_shapes import Section
from tracker.core.repeats import RepeatRule
from tracker.core.terms import Cohort
from tracker.services.pages.month import MonthPage
from tracker.services.pages.month_charts import Chart, chart_of

MARK = "Official-sensitive: for the operational group"
"""What stands at the foot of every document of full figures."""


@dataclass(frozen=True)
class Pack:
    """`charts`: by the name of the table that each pictures. `corrections`: of a further version."""

    page: MonthPage
    cohort: Cohort
    front: FrontPage
    sections: tuple[Section, ...]
    charts: Mapping[str, Chart]
    corrections: tuple[Correction, ...] = ()

    @property
    def title(self) -> str:
        return f"{self.page.period.start_on:%B %Y}"


def pack_of(page: MonthPage, cohort: Cohort, rules: Sequence[RepeatRule]) -> Pack:
    """The same figures everywhere: the page, its documents and its files are all made from this."""
    titles = {rule.name: rule.title or rule.name for rule in rules}
    sections = sections_of(page.document, titles)
    drawn = (chart_of(page.document, table, cohort) for section in sections for table in section.tables)
    charts = {chart.name: chart for chart in drawn if chart}
    corrections = corrections_of(page.corrected, sections)
    return Pack(page, cohort, front_page(page.document, cohort, titles), tuple(sections), charts, corrections)


def standing_of(page: MonthPage) -> str:
    """`Published: version 2`, or in words that it is not."""
    if page.version is not None:
        return f"Published: version {page.version}"
    return "Not published: from today’s records"


def about(page: MonthPage) -> list[tuple[str, str]]:
    """What a reader must know to rely on the figures, each with its name."""
    document = page.document
    rows = [("Month", f"{page.period.start_on:%B %Y}"), ("Standing", standing_of(page))]
    if page.published_at is not None:
        rows += [("Published at", show_instant(page.published_at, always_zone=True))]
        rows += [("Published by", page.published_by or "the command line")]
    if page.reason:
        rows += [("Why this version was issued", page.reason)]
    rows += [
        ("Status", str(document["status"])),
        ("Facts dated by (the cut-off)", _instant(document["cut_off"])),
        ("Computed at", _instant(document["computed_at"])),
        ("Rules version", str(document["rules_version"])),
    ]
    if page.sha256:
        rows += [("SHA-256 of the frozen figures and their rows", page.sha256)]
    return [*rows, ("Who may have this", MARK)]


def _instant(text: str) -> str:
    return show_instant(datetime.fromisoformat(text), always_zone=True)
