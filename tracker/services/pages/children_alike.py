"""Held children whose names are like the one typed: for a search that finds nobody as it is spelled."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from tracker.core.names import is_close, name_keys, name_parts, slips_between
from tracker.services.pages.episode_filters import select_children_named
from tracker.store.models import Child, ChildKey, ChildName

MOST_OFFERED = 10
_MOST_COMPARED = 10_000
"""Names read for one search: all that a county holds are compared; of more, those that sound or are spelled alike."""


def ids_alike(session: Session, typed: str, seen: ColumnElement[bool]) -> list[int]:
    """At most ten children of those `seen` with a name in which every word typed stands, slips allowed, the likest
    first. None for what is no name."""
    words = name_parts(typed)
    if not words or any(character.isdigit() for character in typed):
        return []
    held = session.scalar(select(func.count()).select_from(ChildName)) or 0
    likely = () if held <= _MOST_COMPARED else (_may_be(words),)
    query = (
        select(ChildName.child_id, ChildName.forename, ChildName.surname)
        .join(Child, Child.id == ChildName.child_id)
        .where(seen, Child.undone_at.is_(None), *likely)
    )
    slips: dict[int, int] = {}
    for child_id, forename, surname in session.execute(query.limit(_MOST_COMPARED)):
        found = _slips(words, (*name_parts(forename), *name_parts(surname)))
        if found is not None:
            slips[child_id] = min(found, slips.get(child_id, found))
    return sorted(slips, key=lambda child_id: (slips[child_id], child_id))[:MOST_OFFERED]


def _may_be(words: Sequence[str]) -> ColumnElement[bool]:
    """By how surname and forename sound, kept as a key for each child, or by one word of several spelled as held."""
    sounds = [name_keys(word) for word in words]
    if len(words) == 1:
        (alone,) = sounds
        by_sound = or_(*(way for one in sorted(alone) for way in _either_side(one)))
    else:
        pairs = {
            f"n:{'+'.join(sorted((a, b)))}"
            for n, one in enumerate(sounds)
            for two in sounds[n + 1 :]
            for a in one
            for b in two
        }
        by_sound = ChildKey.key.in_(sorted(pairs))
    ways = [ChildName.child_id.in_(select(ChildKey.child_id).where(by_sound))]
    if len(words) > 1:
        ways += [ChildName.child_id.in_(select_children_named(word)) for word in words if len(word) > 2]
    return or_(*ways)


def _either_side(sound: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    key = ChildKey.key
    return key.startswith(f"n:{sound}+", autoescape=True), key.startswith("n:") & key.endswith(
        f"+{sound}", autoescape=True
    )


def _slips(words: Sequence[str], parts: Sequence[str]) -> int | None:
    """How many letters differ in all; None where a word is like no part of the name."""
    found = [
        min((slips_between(word, part) for part in parts if word == part or is_close(word, part)), default=None)
        for word in words
    ]
    return None if None in found else sum(slips for slips in found if slips is not None)
