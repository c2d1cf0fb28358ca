"""A definition as a person changes it: which column holds which field, and how two versions differ."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.core.feed import fold
from tracker.core.feed_guess import REPORT_TIME
from tracker.core.feed_rules import names_of

Key = tuple[str, ...]


def fields_of_headings(definition: Mapping[str, Any], headings: Sequence[str]) -> dict[str, list[str]]:
    """Heading → the fields that are read from it, `report_time` among them; a heading that is not read is absent."""
    by_fold: dict[str, str] = {}
    for heading in headings:
        by_fold.setdefault(fold(heading), heading)
    found: dict[str, list[str]] = {}
    for field, names in _columns(definition).items():
        first = next((fold(name) for name in names if fold(name) in by_fold), "")
        if first:
            found.setdefault(by_fold[first], []).append(field)
    return found


def with_columns(
    definition: Mapping[str, Any], headings: Sequence[str], chosen: Mapping[str, str | None]
) -> dict[str, Any]:
    """The definition with each heading read as its chosen field (None: not read).

    A heading whose choice is what it was stays as it is, with whatever else is read from it. Names of columns that the
    sample does not have stay too: a force writes one report in several ways.
    """
    columns = {field: list(names) for field, names in _columns(definition).items()}
    before = fields_of_headings(definition, headings)
    for heading in headings:
        was, now = next(iter(before.get(heading, ())), None), chosen.get(heading)
        if was == now:
            continue
        for field in [was] if was else []:
            columns[field] = [name for name in columns[field] if fold(name) != fold(heading)]
        if now:
            columns[now] = [heading, *(name for name in columns.get(now, ()) if fold(name) != fold(heading))]
    for heading, fields in fields_of_headings(_defined(definition, columns), headings).items():
        for field in fields:  # another heading of the sample that has taken the place of one no longer read
            if field not in (chosen.get(heading), *before.get(heading, [])[1:]):
                columns[field] = [name for name in columns[field] if fold(name) != fold(heading)]
    return _defined(definition, columns)


def _columns(definition: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    columns = {field: names_of(names) for field, names in (definition.get("columns") or {}).items()}
    stated = definition.get("report_time_column")
    return columns | ({REPORT_TIME: (stated,)} if stated else {})


def _defined(definition: Mapping[str, Any], columns: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """`report_time` is a key of its own, with one name."""
    stated = columns.get(REPORT_TIME)
    fields = {field: list(names) for field, names in columns.items() if names and field != REPORT_TIME}
    return {**definition, "columns": fields, "report_time_column": stated[0] if stated else ""}


@dataclass(frozen=True)
class Difference:
    """One thing that two versions say differently: `key` is like `("values", "status", "Back")`; "": nothing said."""

    key: Key
    before: str
    after: str


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Everything that differs, in the order of a feed file."""
    old, new = dict(_flat(before)), dict(_flat(after))
    keys = [*new, *(key for key in old if key not in new)]
    return tuple(Difference(key, old.get(key, ""), new.get(key, "")) for key in keys if old.get(key) != new.get(key))


def _flat(definition: Mapping[str, Any]) -> Iterator[tuple[Key, str]]:
    for key, value in definition.items():
        if key == "columns":
            for field, names in value.items():
                yield (key, field), " or ".join(names_of(names))
        elif key == "values":
            for field, table in value.items():
                for word, ours in table.items():
                    yield (key, field, word), ours or "not known"
        elif isinstance(value, list | tuple):
            yield (key,), ", ".join(value)
        else:
            yield (key,), ("yes" if value else "no") if isinstance(value, bool) else str(value)
