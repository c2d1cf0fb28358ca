"""What may stand in a feed's definition beside its shape: columns, words, date formats, the pattern of references."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any

from tracker.core.feed import FIELDS, fold, is_us_order
from tracker.core.line_problems import in_words
from tracker.core.reference_pattern import pattern_problem
from tracker.core.report_values import VALUES, coded_value

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

REQUIRED = (("police_reference",), ("surname", "full_name"), ("missing_from_at", "missing_date"))
"""What a report cannot do without: a reference, a name and a start, each in one column or another."""

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_DIRECTIVE = re.compile(r"%(.)")
_MAY_SHARE = (
    frozenset({"status", "kind", "risk"}),
    frozenset({"address", "missing_from_address", "last_seen_location"}),
)
"""Fields that forces do write into one column; of any others, one column would say two different things."""


@dataclass(frozen=True)
class FeedProblem:
    """Why a definition cannot be used: a code, a plain sentence, and the key it speaks of (`columns.sex`)."""

    code: str
    sentence: str
    field: str = ""


def names_of(names: str | list[str]) -> tuple[str, ...]:
    """A column's name or names, as written in a definition."""
    return (names,) if isinstance(names, str) else tuple(names)


def meaning_problems(given: Mapping[str, Any]) -> Iterator[FeedProblem]:
    """All that is wrong with a definition whose every key holds the right kind of value."""
    yield from _column_problems(given)
    for field, table in (given.get("values") or {}).items():
        yield from _word_problems(field, table)
    for written in given.get("date_formats") or ():
        yield from _format_problems(written)
    sentence = pattern_problem(given.get("reference_pattern") or "")
    if sentence:
        yield FeedProblem("bad_pattern", sentence, "reference_pattern")
    if given.get("expected_by") and not _TIME.fullmatch(given["expected_by"]):
        yield FeedProblem("bad_time", "Write the time by which the report is expected like 08:00.", "expected_by")
    days = given.get("expected_days")
    if days is not None and not (days and set(days) <= set(DAYS)):
        yield FeedProblem("bad_days", f"The expected days are some of {', '.join(DAYS)}.", "expected_days")


def _column_problems(given: Mapping[str, Any]) -> Iterator[FeedProblem]:
    columns: Mapping[str, str | list[str]] = given["columns"]
    for field in columns:
        if field not in FIELDS:
            yield FeedProblem("unknown_field", f"There is no field “{field[:80]}” that a column can stand for.", field)
    for group, what in zip(REQUIRED, ("the police reference", "the child's name", "the start"), strict=True):
        if not any(names_of(columns[field]) for field in group if field in columns):
            yield FeedProblem("missing_column", f"No column is read as {what}.", f"columns.{group[0]}")
    fields_of: dict[str, list[str]] = {}
    named = [(field, name) for field, names in columns.items() for name in names_of(names)]
    if given.get("report_time_column"):
        named.append(("report_time_column", given["report_time_column"]))
    for field, name in named:
        if not fold(name):
            sentence = f"The name of the column for the {in_words(field)} has no letter or digit."
            yield FeedProblem("bad_column", sentence, f"columns.{field}")
        elif field not in fields_of.setdefault(fold(name), []):
            fields_of[fold(name)].append(field)
    for name in {fold(name): name for _field, name in named}.values():
        for one, other in combinations(fields_of.get(fold(name), ()), 2):
            if not any({one, other} <= shared for shared in _MAY_SHARE):
                sentence = f"The column “{name}” cannot be both the {in_words(one)} and the {in_words(other)}."
                yield FeedProblem("column_used_twice", sentence, f"columns.{other}")


def _word_problems(field: str, table: Mapping[str, str]) -> Iterator[FeedProblem]:
    place = f"values.{field}"
    if field not in FIELDS:
        yield FeedProblem("unknown_field", f"There is no field “{field[:80]}” that words can stand for.", place)
        return
    meant: dict[str, str] = {}
    for word, ours in table.items():
        if ours and (field not in VALUES or coded_value(field, ours, {}) in (None, "")):
            allowed = ", ".join(sorted(VALUES.get(field, ()))) or "nothing but a blank"
            sentence = f"The word “{word}” cannot mean “{ours}”. The {in_words(field)} can be: {allowed}."
            yield FeedProblem("unknown_value", sentence, place)
        if meant.setdefault(fold(word), ours) != ours:
            sentence = f"The word “{word}” stands there twice with two meanings: case and punctuation do not count."
            yield FeedProblem("word_used_twice", sentence, place)


def _format_problems(written: str) -> Iterator[FeedProblem]:
    directives = set(_DIRECTIVE.findall(written))
    if is_us_order(written):
        sentence = f"The date format {written} puts the month before the day."
    elif not directives <= set("dmYybBHIMSpfaAz%") or not _reads_itself(written):
        sentence = f"The date format “{written}” cannot be read. Write for example %d/%m/%Y."
    elif "d" not in directives or not directives & set("mbB") or not directives & set("Yy"):
        sentence = f"The date format {written} lacks the day, the month or the year."
    else:
        return
    yield FeedProblem("bad_date_format", sentence, "date_formats")


def _reads_itself(written: str) -> bool:
    try:
        datetime.strptime(datetime(2026, 11, 16, 14, 5).strftime(written), written)  # noqa: DTZ001, DTZ007 (no instant)
    except (ValueError, re.error):
        return False
    return True
