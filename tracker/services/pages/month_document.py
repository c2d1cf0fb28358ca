"""The values of the pack's PDF (templates/reports/month.typ): the same sections, sentences and charts as its page."""

import re
from collections.abc import Callable, Mapping, Sequence

from tracker.core.clock import show_instant
from tracker.core.pack_shapes import PackTable, cell_of, shown, value_of
from tracker.core.pack_words import COHORTS
from tracker.core.terms import Cohort
from tracker.services.pages.month_charts import Chart
from tracker.services.pages.month_pack import MARK, Pack, about, standing_of

Draw = Callable[[str, Sequence[Mapping[str, object]]], str]
"""Name of a spec and its rows → SVG."""

POINTS_A_PIXEL = 0.75
"""Charts are set at their own size, so that what is 13 pixels high on a screen is just under 10 points on paper."""

_WIDTH = re.compile(r'<svg[^>]* width="([0-9.]+)"')


def pack_document(pack: Pack, draw: Draw) -> dict[str, object]:
    """Plain values for the typesetter. `draw` makes the SVG of a chart."""
    said = pack.page.commentary
    return {
        "title": f"Missing children and return home interviews: {pack.title}",
        "subtitle": f"{standing_of(pack.page)}. {COHORTS[pack.cohort]}.",
        "mark": f"{MARK}. {pack.title}, {standing_of(pack.page).lower()}.",
        "headline": _headline(pack),
        "changed": [sentence.text for sentence in pack.front.changed],
        "to_decide": [sentence.text for sentence in pack.front.to_decide],
        "about": about(pack.page),
        "corrections": [
            [one.words, COHORTS[one.cohort], *(cell.whole for cell in one.shown)] for one in pack.corrections
        ],
        "commentary": {"text": said.text, "by": _by(pack)} if said.text else None,
        "sections": [
            {
                "title": section.title,
                "intro": section.intro,
                "tables": [_table(pack, table, draw) for table in section.tables],
            }
            for section in pack.sections
        ],
    }


def _headline(pack: Pack) -> dict[str, str]:
    share = shown(value_of(pack.page.document, "interviews.pct_in_72h_of_returns", pack.cohort))
    return {
        "number": share.text,
        "words": f"held within 72 hours of the return: {share.beside} interviews that were due",
    }


def _by(pack: Pack) -> str:
    said = pack.page.commentary
    when = f", {show_instant(said.written_at)}" if said.written_at else ""
    return f"{said.written_by or 'Written'}{when}"


def _table(pack: Pack, table: PackTable, draw: Draw) -> dict[str, object]:
    """A table of one column stands with all three cohorts; a wider one with the cohort looked at."""
    document, chart = pack.page.document, pack.charts.get(table.name)
    if len(table.columns) == 1:
        headers = [table.lead, "All", "Ours", "Other councils’"]
        rows = [[row.label, *(_text(document, row.keys[0], cohort) for cohort in Cohort)] for row in table.rows]
        caption = table.title
    else:
        headers = [table.lead, *table.columns]
        rows = [
            [row.label, *(_text(document, key, table.cohort_of(at, pack.cohort)) for at, key in enumerate(row.keys))]
            for row in table.rows
        ]
        caption = table.title if table.cohorts else f"{table.title} ({COHORTS[pack.cohort].lower()})"
    return {
        "caption": caption, "headers": headers, "rows": rows, "note": table.note,
        "chart": _chart(chart, draw) if chart else None,
    }  # fmt: skip


def _text(document: Mapping[str, object], key: str | None, cohort: Cohort) -> str:
    return cell_of(document, key, cohort).whole


def _chart(chart: Chart, draw: Draw) -> dict[str, object]:
    svg = draw(chart.spec, chart.rows)
    found = _WIDTH.search(svg)
    assert found, "a chart without a width"
    return {
        "svg": svg, "words": chart.words, "alt": f"{chart.title}. {chart.words}",
        "points": round(float(found[1]) * POINTS_A_PIXEL, 1),
    }  # fmt: skip
