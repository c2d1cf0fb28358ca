"""The pack's charts: what each shows and says, gaps and ties, and that their text is large enough on paper."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.core.test_worked_month import SECOND, summary_at
from tracker.adapters.charts import ChartRenderer
from tracker.core.month_pack import sections_of
from tracker.core.monthly_summary import as_json
from tracker.core.terms import Cohort
from tracker.services.pages.month_charts import Chart, chart_of
from tracker.services.pages.month_document import POINTS_A_PIXEL

CHARTS = Path(__file__).parents[2] / "templates" / "charts"
TOLD = "pct_in_72h_of_notice"


@pytest.fixture
def october() -> dict[str, Any]:
    return as_json(summary_at(SECOND))


def charts(document: dict[str, Any], cohort: Cohort = Cohort.ALL) -> dict[str, Chart]:
    tables = [table for section in sections_of(document, {}) for table in section.tables]
    return {chart.name: chart for table in tables if (chart := chart_of(document, table, cohort))}


def with_second_clock(document: dict[str, Any], **told: float | None) -> dict[str, Any]:
    """As a month whose thirteen months have the second clock: `oct_2026=58.3`."""
    for month, figures in document["comparison"]["series"].items():
        pct = told.get({"2026-10": "october", "2026-03": "march"}.get(month, ""))
        share = {"pct": pct, "numerator": 0, "denominator": 0 if pct is None else 12}
        figures["interviews"][TOLD] = dict.fromkeys(Cohort, share)
    return document


def test_the_charts_of_a_month(october: dict[str, Any]) -> None:
    assert set(charts(october)) == {"thirteen-months", "age", "setting", "weekday-hour", "duration", "reasons"}


def test_both_clocks_are_two_lines_each_named_at_its_end(october: dict[str, Any]) -> None:
    found = charts(with_second_clock(october, october=58.3, march=90.0))["thirteen-months"]
    ends = {row["label"]: row["above"] for row in found.rows if row["label"]}
    assert ends == {"46.2% from the return": False, "58.3% from being told": True}
    assert {row["series"] for row in found.rows} == {"of the return", "of our being told"}
    assert len(found.rows) == 26
    assert found.words == (
        "Within 72 hours of the return: from 46.2% (Oct 2026) to 100.0% (Mar 2026). Within 72 hours of our being told: "
        "from 58.3% (Oct 2026) to 90.0% (Mar 2026)."
    )


def test_a_month_in_which_no_interview_was_due_is_a_gap_and_no_nought(october: dict[str, Any]) -> None:
    found = [row for row in charts(october)["thirteen-months"].rows if row["series"] == "of the return"]
    known = {row["month"]: row["pct"] for row in found if row["pct"] is not None}
    assert known == {"Mar 2026": 100.0, "Oct 2026": 46.2}
    assert len(found) == 13


def test_of_thirteen_months_without_an_interview_due_it_is_said(october: dict[str, Any]) -> None:
    for figures in with_second_clock(october)["comparison"]["series"].values():
        figures["interviews"]["pct_in_72h_of_returns"]["all"] = {"pct": None, "numerator": 0, "denominator": 0}
    assert charts(october)["thirteen-months"].words == "No interview was due in these thirteen months."


def test_the_numbers_on_the_squares_are_the_tables(october: dict[str, Any]) -> None:
    found = charts(october)["weekday-hour"]
    numbers = {(row["day"], row["hours"]): row["number"] for row in found.rows}
    assert len(numbers) == 28
    assert numbers["Thursday", "18–24"] == 3
    assert {place for place, number in numbers.items() if number == 1} == {
        ("Monday", "12–18"), ("Tuesday", "18–24"), ("Wednesday", "12–18"), ("Friday", "18–24"),
    }  # fmt: skip
    assert found.words == "Most often: Thursday 18–24 and Saturday 18–24 (3 each)."
    assert {row["number"] for row in found.rows if row["dark"]} == {3}  # white on dark from seven tenths on


def test_bars_say_what_is_most_often_and_when_several_are_alike(october: dict[str, Any]) -> None:
    assert charts(october)["duration"].words == "Most often: 6 to 24 hours (8)."
    assert charts(october)["reasons"].words == "Most often: No reason given (6)."
    assert charts(october, Cohort.OTHER)["age"].words == "Most often: Not known (1)."
    ages = october["episodes"]["by_age_band"]
    for band in ages:
        ages[band] = dict.fromkeys(Cohort, 2)
    assert charts(october)["age"].words == "Several are alike: 2 each."
    for band in ages:
        ages[band] = dict.fromkeys(Cohort, 0)
    assert charts(october)["age"].words == "None."


@pytest.mark.parametrize("cohort", list(Cohort))
def test_every_chart_is_drawn_with_text_of_nine_points_or_more_on_paper(
    october: dict[str, Any], cohort: Cohort
) -> None:
    renderer = ChartRenderer(CHARTS)
    for chart in charts(with_second_clock(october, october=58.3), cohort).values():
        svg = renderer.svg(chart.spec, chart.rows)
        sizes = [float(size) for size in re.findall(r'font-size="([0-9.]+)px"', svg)]
        assert sizes
        assert min(sizes) * POINTS_A_PIXEL >= 9
        assert "Liberation Sans" in svg


def test_the_two_lines_differ_without_colour(october: dict[str, Any]) -> None:
    chart = charts(with_second_clock(october, october=58.3, march=90.0))["thirteen-months"]
    svg = ChartRenderer(CHARTS).svg(chart.spec, chart.rows)
    dashed = [path for path in re.findall(r"<path[^>]*>", svg) if "stroke-dasharray" in path]
    assert len(dashed) == 1
    assert 'stroke="#8a4b00"' in dashed[0]
    assert svg.count('aria-roledescription="point"') == 4  # two months of each line have a share
