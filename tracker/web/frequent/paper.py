"""A MARAMP as the values of its document: what `templates/reports/maramp.typ` reads."""

from datetime import datetime
from typing import Any

from tracker.core.clock import local_date, show_day
from tracker.core.maramp import PlanRisk, band_of
from tracker.services.pages.maramp_shapes import MarampPage, VersionView
from tracker.web.filters import instant
from tracker.web.frequent.pictures import scores
from tracker.web.frequent.plan_form import impact_words, likelihood_words
from tracker.web.words import words

MARK = "Official-sensitive. For the agencies of this plan; not to be passed on."


def maramp_document(page: MarampPage, shown: VersionView, chart: str, now: datetime) -> dict[str, Any]:
    """`chart`: the scores up to this version, as SVG. Nothing of a later version is told."""
    plan, row, known = shown.plan, page.row, page.until(shown.number)
    picture = scores(known)
    return {
        "title": "Multi-agency risk assessment and management plan",
        "subtitle": f"{row.name}, version {shown.number} of {len(page.versions)}, {instant(shown.published_at)}",
        "mark": MARK,
        "facts": [[term, value] for term, value in _facts(page, shown) if value],
        "closed": f"Closed on {show_day(local_date(page.closed_at))}: {page.closed_reason}" if page.closed_at else "",
        "child_says": plan.child_says,
        "strengths": plan.strengths,
        "risks": [_risk(number, risk) for number, risk in enumerate(plan.risks, 1)],
        "steps": [[str(number), step.what, step.who or "–"] for number, step in enumerate(plan.steps, 1)],
        "actions": [
            [action.what, action.owner, show_day(action.due_on), _state(action.done_at is not None, action.is_overdue)]
            for action in page.actions
            if action.stands
        ],
        "chart": {"title": picture.title, "svg": chart, "words": picture.words} if len(known) > 1 else None,
        "versions": [
            [str(one.number), instant(one.published_at), one.published_by or "–", one.why, str(one.plan.highest or "–")]
            for one in known
        ],
        "printed": f"Taken {instant(now)}.",
    }


def _facts(page: MarampPage, shown: VersionView) -> list[tuple[str, str]]:
    row, plan = page.row, shown.plan
    whose = "Ours" if row.is_ours else row.responsible_authority or "Another council"
    return [
        ("Age", str(row.age) if row.age is not None else "Not known"),
        ("Responsible council", whose),
        ("Lead professional", shown.lead or ""),
        ("Next review", show_day(plan.next_review_on) if plan.next_review_on else ""),
        ("Published", f"{instant(shown.published_at)}{f' by {shown.published_by}' if shown.published_by else ''}"),
        ("Why", shown.why),
    ]


def _risk(number: int, risk: PlanRisk) -> dict[str, str]:
    score = risk.score
    return {
        "number": str(number),
        "what": risk.what,
        "rests_on": risk.rests_on,
        "likelihood": likelihood_words(risk.likelihood),
        "impact": impact_words(risk.impact),
        "score": f"{score} of 25, {words(band_of(score)).lower()}" if score else "–",
    }


def _state(is_done: bool, is_overdue: bool) -> str:
    return "Done" if is_done else "Overdue" if is_overdue else "To be done"
