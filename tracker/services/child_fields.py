"""The fields of a child of which two records may say different things, and which of them a merged record bears."""

from collections.abc import Collection
from datetime import date

from tracker.services.correct_child import CORRECTABLE
from tracker.services.errors import FormProblem, Refused
from tracker.store.db import as_json_value
from tracker.store.models import Child

FIELDS = CORRECTABLE
_WITH_THE_AUTHORITY = "is_ours"
"""Whose the child is goes with the responsible authority, wherever the two records name different ones."""


def in_conflict(kept: Child, gone: Child) -> tuple[str, ...]:
    """The fields on which the two differ, both saying something: a person chooses."""
    differing = [
        name
        for name in FIELDS
        if None not in (getattr(kept, name), getattr(gone, name)) and getattr(kept, name) != getattr(gone, name)
    ]
    goes_along = kept.responsible_authority != gone.responsible_authority
    return tuple(name for name in differing if not (goes_along and name == _WITH_THE_AUTHORITY))


def values_after(kept: Child, gone: Child, take: Collection[str]) -> dict[str, list[object]]:
    """Field → [what the kept child held, what it bears from now on]: what is taken, and blanks that are filled.

    Refused where something is to be taken on which the two do not differ: the page was not of these records.
    """
    if not set(take) <= set(in_conflict(kept, gone)):
        raise Refused(FormProblem("nothing_to_choose", "Look at both records again, then choose again."))
    taken = [name for name in FIELDS if name in take]
    filled = [name for name in FIELDS if getattr(kept, name) is None and getattr(gone, name) is not None]
    changed = {name: [getattr(kept, name), getattr(gone, name)] for name in (*taken, *filled)}
    if "responsible_authority" in changed and kept.is_ours != gone.is_ours:
        changed[_WITH_THE_AUTHORITY] = [kept.is_ours, gone.is_ours]
    return changed


def stored(changed: dict[str, list[object]]) -> dict[str, list[object]]:
    """As a JSON column holds it."""
    return {name: [as_json_value(value) for value in pair] for name, pair in changed.items()}


def as_held(name: str, value: object) -> object:
    """A value of a JSON column as the child's column holds it."""
    return date.fromisoformat(value) if name == "date_of_birth" and isinstance(value, str) else value
