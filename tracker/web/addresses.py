"""Addresses in templates. A list asks for the same address with another id in each of its rows, and working one out
takes longer than all else that a cell shows: so each shape is worked out once a request."""

from collections.abc import Callable
from typing import Any

from flask import g, url_for

ANY_ID = 2147483647
"""The greatest id that a route takes (`web.records.ID`)."""

_Shape = Callable[[dict[str, Any]], str]


def address(endpoint: str, **values: Any) -> str:
    """As Flask's `url_for`, whose place it takes in templates."""
    ids = tuple(name for name, value in values.items() if type(value) is int)
    if not ids:
        return url_for(endpoint, **values)
    try:
        key = (endpoint, ids, frozenset((name, value) for name, value in values.items() if name not in ids))
        shape = _shapes().get(key)
    except TypeError:  # a list among the values
        return url_for(endpoint, **values)
    if shape is None:
        shape = _shapes()[key] = _shape_of(endpoint, ids, values)
    return shape(values)


def _shapes() -> dict[Any, _Shape]:
    if "addresses" not in g:
        g.addresses = {}
    held: dict[Any, _Shape] = g.addresses
    return held


def _shape_of(endpoint: str, ids: tuple[str, ...], values: dict[str, Any]) -> _Shape:
    """The address with ids that no record has, to be put right in each row; anew each time where these are not clear
    to find in it."""
    stand_ins = {name: ANY_ID - number for number, name in enumerate(ids)}
    made = url_for(endpoint, **(values | stand_ins))
    if any(made.count(str(stand_in)) != 1 for stand_in in stand_ins.values()):
        return lambda given: url_for(endpoint, **given)
    pattern = made.replace("{", "{{").replace("}", "}}")
    for name, stand_in in stand_ins.items():
        pattern = pattern.replace(str(stand_in), f"{{{name}}}")
    return lambda given: pattern.format_map(given)
