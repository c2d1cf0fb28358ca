"""A MARAMP as a document: everything of the version that was asked for, and nothing that Typst would read as markup."""

from datetime import UTC, datetime, timedelta

from tests.conftest import NOON
from tracker.adapters.charts import ChartRenderer
from tracker.adapters.typesetting import Typesetter
from tracker.core.frequent import NextStep
from tracker.core.maramp import MarampPlan, PlanRisk, SafetyStep
from tracker.services.pages.frequent_shapes import FrequentRow
from tracker.services.pages.maramp_shapes import MarampPage, VersionView
from tracker.settings import PROJECT
from tracker.web.frequent.paper import maramp_document
from tracker.web.frequent.pictures import SCORES, scores

AT = datetime(2026, 11, 1, 9, tzinfo=UTC)
HOSTILE = '*bold* #read("/etc/passwd") $x$ <label> @ref = Heading ``` `raw` \\ [x] ' + "word " * 200
ROW = FrequentRow(
    1, "Testchild Invented", 14, False, "Farshire", None, (), 3, 5, NOON, False, 20.0, 3, 1, 0, None, None,
    NextStep.NOTHING,
)  # fmt: skip


def page(*plans: MarampPlan) -> MarampPage:
    versions = tuple(
        VersionView(number, plan, "Ms Invented", "Why", AT + timedelta(days=number), "Alice Testworker")
        for number, plan in enumerate(plans, 1)
    )
    return MarampPage(
        id=7, child_id=1, row=ROW, opened_at=AT, next_review_on=None, days_overdue=None,
        closed_at=None, closed_by=None, closed_reason=None, version=1, versions=versions, own=None, others=(),
        actions=(), told=(),
    )  # fmt: skip


def plan(likelihood: int, text: str = "Lifts from an adult") -> MarampPlan:
    return MarampPlan(
        risks=tuple(PlanRisk(f"r{number}", text, text, likelihood, 5) for number in range(1, 13)),
        strengths=text,
        child_says=text,
        steps=(SafetyStep("s1", text, text),),
        next_review_on=AT.date(),
    )


def test_an_earlier_version_tells_nothing_of_later_ones() -> None:
    held = page(plan(4), plan(3))
    document = maramp_document(held, held.versions[0], "<svg/>", NOON)
    assert document["subtitle"].startswith("Testchild Invented, version 1 of 2")
    assert [row[0] for row in document["versions"]] == ["1"] and document["chart"] is None
    assert document["risks"][0]["score"] == "20 of 25, high"
    assert ["Responsible council", "Farshire"] in document["facts"]


def test_what_people_typed_is_never_read_as_markup_and_a_long_plan_is_set_whole() -> None:
    held = page(plan(4, HOSTILE), plan(2, HOSTILE))
    chart = ChartRenderer(PROJECT / "templates" / "charts").svg(SCORES, scores(held.versions).rows)
    document = maramp_document(held, held.versions[1], chart, NOON)
    made = Typesetter(PROJECT / "templates" / "reports").pdf("maramp", document, NOON)
    assert made.startswith(b"%PDF-") and b"pdfuaid:part" in made
    empty = page(MarampPlan())
    nothing = maramp_document(empty, empty.versions[0], "", NOON)
    assert Typesetter(PROJECT / "templates" / "reports").pdf("maramp", nothing, NOON).startswith(b"%PDF-")
