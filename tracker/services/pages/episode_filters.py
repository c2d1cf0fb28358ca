"""The filters of the list of episodes as conditions of SQL: its states are those of core/interviews.py (tested)."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, UnaryExpression, and_, bindparam, not_, or_, select, union
from sqlalchemy.orm import InstrumentedAttribute

from tracker.core.clock import Period
from tracker.core.daily_report import normalise_reference
from tracker.core.policy import Policy
from tracker.core.terms import Cohort, InterviewState
from tracker.services.context import Context, Viewer
from tracker.services.pages.episode_rows import Condition, is_allocated_to
from tracker.services.pages.episode_shapes import EpisodeFilters
from tracker.store.models import ChildName, Episode

_LONG_AGO, _FAR_AHEAD = date(1900, 1, 1), date(9000, 1, 1)


def narrowed(filters: EpisodeFilters) -> dict[str, object]:
    """For the audit row: codes and numbers, never what was typed."""
    return {
        "states": sorted(str(state) for state in filters.states),
        "kind": filters.kind,
        "risk": filters.risk,
        "cohort": filters.cohort if filters.cohort is not Cohort.ALL else "",
        "started": _dates(filters.started_from, filters.started_to),
        "returned": _dates(filters.returned_from, filters.returned_to),
        "ids": len(filters.ids) if filters.ids is not None else None,
        "text_length": len(filters.text.strip()) or None,
        "team_id": filters.team_id,
        "mine": filters.mine,
    }


def _dates(first: date | None, last: date | None) -> str:
    return f"{first or ''}/{last or ''}" if first or last else ""


def conditions_of(filters: EpisodeFilters, viewer: Viewer, context: Context) -> list[Condition]:
    """Every filter that is set; an empty list narrows nothing."""
    found: list[Condition] = []
    if filters.states:
        found.append(or_(*(in_state(state, context) for state in sorted(filters.states))))
    if filters.kind:
        found.append(Episode.kind == str(filters.kind))
    if filters.risk:
        found.append(Episode.risk == str(filters.risk))
    if filters.cohort is not Cohort.ALL:
        found.append(Episode.is_ours.is_(filters.cohort is Cohort.OURS))
    if filters.started_from or filters.started_to:
        days = _period(filters.started_from, filters.started_to)
        found.append(and_(Episode.missing_from_at >= days.start_at, Episode.missing_from_at < days.end_at))
    if filters.returned_from or filters.returned_to:
        days = _period(filters.returned_from, filters.returned_to)
        found.append(and_(Episode.returned_at >= days.start_at, Episode.returned_at < days.end_at))
    if filters.ids is not None:  # written out: a figure may have more episodes than a statement may have parameters
        found.append(Episode.id.in_(bindparam("ids", list(filters.ids), expanding=True, literal_execute=True)))
    if filters.text.strip():
        found.append(is_named(filters.text))
    if filters.team_id is not None:
        found.append(Episode.team_id == filters.team_id)
    if filters.mine:
        found.append(is_allocated_to(viewer.person_id))
    if filters.order == "deadline":
        found.append(Episode.interview_due_at.is_not(None) if filters.states else and_(Episode.clock_open))
    return found


def order_of(filters: EpisodeFilters) -> list[UnaryExpression[Any]]:
    if filters.order == "deadline":
        return [Episode.interview_due_at.asc(), Episode.id.asc()]
    return [Episode.missing_from_at.desc(), Episode.id.desc()]


def _period(first: date | None, last: date | None) -> Period:
    return Period(first or _LONG_AGO, (last + timedelta(days=1)) if last else _FAR_AHEAD)


def in_state(state: InterviewState, context: Context) -> ColumnElement[bool]:
    """An interview state as of now (definitions §3): what closed it is stored, what time decides is asked here."""
    due = Episode.interview_due_at
    soon = context.now + timedelta(hours=context.rules.policy.due_soon_hours)
    by_time: dict[InterviewState, ColumnElement[bool]] = {
        InterviewState.OVERDUE: due < context.now,
        InterviewState.DUE_SOON: and_(due >= context.now, due <= soon),
        InterviewState.DUE: and_(due >= context.now, due > soon),
    }
    if state in by_time:
        return and_(Episode.clock_open, by_time[state])
    without = _without_clock(context.rules.policy)
    if state in without:
        return and_(Episode.closed_as.is_(None), due.is_(None), without[state])
    return Episode.closed_as == str(state)


def _without_clock(policy: Policy) -> dict[InterviewState, ColumnElement[bool]]:
    would_run = or_(Episode.kind.in_([str(kind) for kind in policy.clock_kinds]), Episode.interview_requested)
    awaited = and_(Episode.returned_at.is_(None), would_run)
    return {
        InterviewState.AWAITING_RETURN: and_(awaited, Episode.found_at.is_(None)),
        InterviewState.FOUND_NOT_RETURNED: and_(awaited, Episode.found_at.is_not(None)),
        InterviewState.NO_CLOCK: not_(awaited),
    }


def is_named(text: str) -> ColumnElement[bool]:
    """A condition on `Episode`: part of a name of its child, or the beginning of its police reference.

    Each is found by its own index; joined with OR they would be found by none.
    """
    by_name = Episode.child_id.in_(select_children_named(text))
    reference = normalise_reference(text)
    if not any(character.isdigit() for character in reference):
        return by_name
    by_reference = select(Episode.id).where(begins_with(Episode.police_reference, reference))
    return Episode.id.in_(union(by_reference, select(Episode.id).where(by_name)))


def begins_with(column: InstrumentedAttribute[str | None], text: str) -> ColumnElement[bool]:
    """As a range, which an index serves on both databases; column and text have capital letters and digits only."""
    return column.between(text, text + "Z" * 30)


def select_children_named(text: str) -> Select[int]:
    """The ids of children one of whose names, present or former, has every word of the text in it."""
    return select(ChildName.child_id).where(and_(*(_in_name(word) for word in text.replace(",", " ").split())))


def _in_name(word: str) -> ColumnElement[bool]:
    """SQLite folds the case of ASCII letters only, so the usual spellings of other words are asked for as well."""
    spellings = {word} if word.isascii() else {word.lower(), word.title(), word.upper()}
    columns = (ChildName.surname, ChildName.forename)
    return or_(*(c.icontains(spelling, autoescape=True) for c in columns for spelling in sorted(spellings)))
