"""What a feed file or an administrator's page says of a feed → a `Feed`, or every problem in a plain sentence.

A definition is the plain value that a feed file holds (docs/operations.md explains every key); a saved feed is kept in
the same shape. This is the one place that says what may stand in it.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import time
from typing import Any

from tracker.core.feed import FIELDS, USUAL_DATE_FORMATS, Feed
from tracker.core.feed_rules import DAYS, FeedProblem, meaning_problems, names_of

__all__ = ["FeedProblem", "feed_of", "plain_definition", "read_definition"]

LONGEST_TEXT = 200
MOST = 500
"""Of names, formats or words in one list or table."""

_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")


def read_definition(given: Mapping[str, object], own_names: tuple[str, ...] = ()) -> Feed | tuple[FeedProblem, ...]:
    """The feed, or all that is wrong. `own_names`: how reports write our council, of the settings. Never raises."""
    problems = tuple(_shape_problems(given)) or tuple(meaning_problems(given))
    return problems or feed_of(given, own_names)


def feed_of(given: Mapping[str, Any], own_names: tuple[str, ...] = (), version_no: int | None = None) -> Feed:
    """The feed of a definition that was found good."""
    formats = tuple(given.get("date_formats") or ())
    days = given.get("expected_days") or DAYS
    return Feed(
        name=given["name"],
        force=given["force"],
        description=given.get("description") or "",
        found_means_returned=given.get("found_means_returned") or False,
        reference_pattern=given.get("reference_pattern") or None,
        report_time_column=given.get("report_time_column") or None,
        own_authority=(*(given.get("own_authority") or ()), *own_names),
        columns={field: names_of(names) for field, names in given["columns"].items()},
        values=given.get("values") or {},
        date_formats=formats or USUAL_DATE_FORMATS,
        expected_by=time.fromisoformat(given["expected_by"]) if given.get("expected_by") else None,
        expected_days=frozenset(DAYS.index(day) for day in days),
        lists_changes_only=given.get("lists_changes_only") or False,
        version_no=version_no,
    )


def plain_definition(given: Mapping[str, Any]) -> dict[str, Any]:
    """A good definition in one form: keys in order, lists for lists, nothing that only says the default."""
    plain = {key: given[key] for key in _KINDS if given.get(key) not in (None, "", False, [], {})}
    plain["columns"] = {field: list(names_of(given["columns"][field])) for field in FIELDS if field in given["columns"]}
    tables = {field: dict(given["values"][field]) for field in FIELDS if given.get("values", {}).get(field)}
    plain.pop("values", None)
    if "expected_days" in plain:
        plain["expected_days"] = [day for day in DAYS if day in plain["expected_days"]]
    if plain.get("expected_days") == list(DAYS):
        del plain["expected_days"]
    return plain | ({"values": tables} if tables else {})


# What kind of value each key holds, in the order of a feed file.
_KINDS: Mapping[str, str] = {
    "name": "text", "force": "text", "description": "text", "found_means_returned": "yes or no",
    "date_formats": "list", "own_authority": "list", "reference_pattern": "text", "report_time_column": "text",
    "expected_by": "text", "expected_days": "list",
    "lists_changes_only": "yes or no", "columns": "columns", "values": "tables",
}  # fmt: skip


def _shape_problems(given: Mapping[str, object]) -> Iterator[FeedProblem]:
    for key in given:
        if key not in _KINDS:
            yield FeedProblem("unknown_key", f"A feed has no key “{key[:80]}”.", key)
    for key, kind in _KINDS.items():
        value = given.get(key)
        if value is not None and not _fits(kind, value):
            yield FeedProblem("wrong_kind", f"The key {key} does not hold what it should: {_SHOULD[kind]}.", key)
    for key in ("name", "force"):
        if not _NAME.fullmatch(str(given.get(key) or "")):
            sentence = f"The {key} must be 1 to 41 small letters, digits, hyphens or underscores, like north-mercia."
            yield FeedProblem("bad_name", sentence, key)
    if not given.get("columns"):
        yield FeedProblem("missing_column", "No column is read.", "columns")


_SHOULD = {
    "text": f"one text of at most {LONGEST_TEXT} characters",
    "yes or no": "true or false",
    "list": f"a list of at most {MOST} texts",
    "columns": "our fields, each with the name of its column or a list of names",
    "tables": "a table for each coded field, from the force's word to ours",
}


def _fits(kind: str, value: object) -> bool:
    if kind == "yes or no":
        return isinstance(value, bool)
    if kind == "text":
        return _is_text(value)
    if kind == "list":
        return _is_list(value)
    if not isinstance(value, Mapping) or len(value) > MOST:
        return False
    if kind == "columns":
        return all(_is_text(names) or _is_list(names) for names in value.values())
    return all(isinstance(table, Mapping) and len(table) <= MOST and _is_table(table) for table in value.values())


def _is_table(table: Mapping[object, object]) -> bool:
    return all(_is_text(word) and _is_text(ours) for word, ours in table.items())


def _is_text(value: object) -> bool:
    """No NUL and no half of a character: no database holds them."""
    return isinstance(value, str) and len(value) <= LONGEST_TEXT and not _NO_TEXT.search(value)


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple) and len(value) <= MOST and all(_is_text(one) for one in value)
