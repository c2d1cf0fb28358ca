"""What a person chose on a step's page, as the definition of the draft; and what a step shows of it."""

import re
from collections.abc import Mapping
from typing import Any

from tracker.core.feed import FIELDS, USUAL_DATE_FORMATS
from tracker.core.feed_changes import with_columns
from tracker.core.feed_definition import FeedProblem
from tracker.core.feed_guess import REPORT_TIME
from tracker.core.feed_rules import DAYS, names_of
from tracker.core.report_values import coded_value
from tracker.core.value_guess import CODED
from tracker.services.feed_drafts import Draft
from tracker.services.feed_sample import Sample, with_guessed_dates
from tracker.web.feeds.forms import RulesForm, every_day, lines_of
from tracker.web.feeds.wording import FIELD_WORDS, MEANINGS, NOT_KNOWN

OF_COLUMNS = frozenset({"missing_column", "column_used_twice", "bad_column", "unknown_field"})
"""The codes of what is settled on the page of columns."""

MOST_WORDS = 500

Form = Mapping[str, str]
Chosen = tuple[dict[str, Any], list[FeedProblem]]


_ANY_FORCE = ("police", "constabulary", "the", "force")


def short_name(title: str) -> str:
    """`north-mercia` for `North Mercia Police`."""
    words = [word for word in re.findall(r"[a-z0-9]+", title.lower()) if word not in _ANY_FORCE]
    return "-".join(words)[:40].strip("-") or "new-feed"


def columns_chosen(form: Form, draft: Draft, sample: Sample | None) -> Chosen:
    """The columns of the sample, or without one the names of each field's columns; and what is wrong with them."""
    return _columns_of_sample(form, draft, sample) if sample else (_columns_by_name(form, draft), [])


def _columns_of_sample(form: Form, draft: Draft, sample: Sample) -> Chosen:
    """Each column read as what its select says. Two columns for one field are told; a new feed's dates follow."""
    chosen: dict[str, str | None] = {}
    problems: list[FeedProblem] = []
    taken: dict[str, str] = {}
    for place, heading in enumerate(sample.headings):
        field = form.get(f"column-{place}", "")
        chosen[heading] = field if field in FIELDS or field == REPORT_TIME else None
        if chosen[heading] and field in taken:
            sentence = f"“{taken[field]}” and “{heading}” are both read as “{FIELD_WORDS[field]}”. Choose one of them."
            problems.append(FeedProblem("column_used_twice", sentence, f"column-{place}"))
        taken.setdefault(field, heading)
    made = with_columns(draft.definition, sample.headings, chosen)
    is_as_it_was = draft.based_on or made["columns"] == draft.definition.get("columns")
    return (made if is_as_it_was else with_guessed_dates(made, sample)), problems


def _columns_by_name(form: Form, draft: Draft) -> dict[str, Any]:
    """The names of each field's columns, one on a line."""
    names = {field: lines_of(form.get(f"names-{field}", "")) for field in FIELD_WORDS}
    stated = names.pop(REPORT_TIME)
    columns = {field: names[field] for field in FIELDS if names[field]}
    return {**draft.definition, "columns": columns, "report_time_column": stated[0] if stated else ""}


def words_chosen(form: Form, draft: Draft) -> dict[str, Any]:
    """A meaning for each word. One that would be read so without a table needs no place in it."""
    held = draft.definition.get("values") or {}
    tables: dict[str, dict[str, str]] = {}
    for field in CODED:
        allowed = {value for value, _ in MEANINGS[field]} | {NOT_KNOWN}
        for place in range(MOST_WORDS):
            word = " ".join(form.get(f"word-{field}-{place}", "").split())
            meaning = form.get(f"meaning-{field}-{place}", "")
            if f"word-{field}-{place}" not in form:
                break
            value = "" if meaning == NOT_KNOWN else meaning
            needed = word in held.get(field, {}) or coded_value(field, word, {}) != value
            if word and meaning in allowed and needed:
                tables.setdefault(field, {})[word] = value
    other = {field: table for field, table in held.items() if field not in CODED}
    return {**draft.definition, "values": {**other, **tables}}


def rules_shown(draft: Draft) -> dict[str, object]:
    """What the page of dates and rules shows before anything is typed. Of a new feed, "found" is asked."""
    given = draft.definition
    answered = "found_means_returned" in given or draft.based_on is not None
    return {
        "draft": draft.key,
        "date_formats": list(given.get("date_formats") or USUAL_DATE_FORMATS),
        "found_means_returned": ("yes" if given.get("found_means_returned") else "no") if answered else None,
        "force": given.get("force", ""),
        "description": given.get("description", ""),
        "own_authority": "\n".join(given.get("own_authority") or ()),
        "reference_pattern": given.get("reference_pattern", ""),
        "expected_by": given.get("expected_by", ""),
        "expected_days": list(given.get("expected_days") or DAYS),
        "lists_changes_only": bool(given.get("lists_changes_only")),
    }


def rules_chosen(form: RulesForm, draft: Draft) -> dict[str, Any]:
    """The same, as typed. The force of a feed that exists stays."""
    return {
        **draft.definition,
        "date_formats": form.date_formats.data,
        "found_means_returned": form.found_means_returned.data == "yes",
        "force": draft.definition["force"] if draft.based_on else form.force.data,
        "description": form.description.data,
        "own_authority": lines_of(form.own_authority.data),
        "reference_pattern": form.reference_pattern.data,
        "expected_by": form.expected_by.data,
        "expected_days": every_day(form.expected_days.data),
        "lists_changes_only": form.lists_changes_only.data,
    }


def names_shown(draft: Draft) -> dict[str, str]:
    """Field → the names of its columns, one on a line."""
    shown = {field: "\n".join(names_of(names)) for field, names in (draft.definition.get("columns") or {}).items()}
    return shown | {REPORT_TIME: draft.definition.get("report_time_column") or ""}
