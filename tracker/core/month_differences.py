"""What differs between two makings of a month: each figure, before and after, and the episodes that explain it
(`row_differences`)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tracker.core.figures import Subject
from tracker.core.row_differences import EpisodeDifference
from tracker.core.terms import Cohort

Behind = Mapping[str, Mapping[str, Sequence[int]]]
"""Dotted key → cohort → the ids behind it (`monthly_summary.behind`)."""


@dataclass(frozen=True)
class FigureDifference:
    """One figure of one cohort, as documents have it; `came`, `left`: ids that are behind it now, or were before."""

    key: str
    cohort: str
    before: object
    after: object
    of: Subject
    came: tuple[int, ...] = ()
    left: tuple[int, ...] = ()


@dataclass(frozen=True)
class Differences:
    """Every figure that differs, and the episodes that explain it."""

    figures: tuple[FigureDifference, ...] = ()
    episodes: tuple[EpisodeDifference, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.figures)


def as_plain(found: Differences) -> dict[str, Any]:
    """As JSON keeps it, and as the hash of the version that lists it covers it."""
    return {
        "figures": [{**asdict(one), "came": list(one.came), "left": list(one.left)} for one in found.figures],
        "episodes": [{**asdict(one), "fields": list(one.fields)} for one in found.episodes],
    }


def from_plain(document: Mapping[str, Any]) -> Differences:
    return Differences(
        tuple(
            FigureDifference(**{**one, "came": tuple(one["came"]), "left": tuple(one["left"])})
            for one in document["figures"]
        ),
        tuple(EpisodeDifference(**{**one, "fields": tuple(one["fields"])}) for one in document["episodes"]),
    )


def figure_differences(
    before: Mapping[str, Any], now: Mapping[str, Any], behind_before: Behind, behind_now: Behind
) -> tuple[FigureDifference, ...]:
    """By key and cohort, of two documents of a month (`as_json`); a figure that only one of them has is None in the
    other."""
    old, new = dict(figures_in(before)), dict(figures_in(now))
    found = []
    for key in sorted({*old, *new}):
        for cohort in Cohort:
            was, is_now = old.get(key, {}).get(cohort), new.get(key, {}).get(cohort)
            if was != is_now:
                ids_then, ids_now = (set(of.get(key, {}).get(cohort, ())) for of in (behind_before, behind_now))
                came, left = tuple(sorted(ids_now - ids_then)), tuple(sorted(ids_then - ids_now))
                found.append(FigureDifference(key, str(cohort), was, is_now, subject_of(key), came, left))
    return tuple(found)


ByKey = dict[str, dict[str, FigureDifference]]
"""Dotted key → cohort → its difference."""


def by_key(figures: Sequence[FigureDifference]) -> tuple[ByKey, ByKey]:
    """The month's own figures, and those of other months that stand beside it."""
    own: ByKey = {}
    beside: ByKey = {}
    for one in figures:
        part = beside if one.key.startswith("comparison.") else own
        part.setdefault(one.key, {})[one.cohort] = one
    return own, beside


def figures_in(document: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Dotted key → cohort → figure, of a document of a month."""
    for name, value in document.items():
        if isinstance(value, Mapping) and set(value) == set(Cohort):
            yield f"{prefix}{name}", value
        elif isinstance(value, Mapping):
            yield from figures_in(value, f"{prefix}{name}.")


def subject_of(key: str) -> Subject:
    """What the ids behind a figure are of."""
    parts = [part for part in key.split(".") if part not in ("comparison", "previous_month", "same_month_last_year")]
    section = parts[2] if parts[0] == "series" else parts[0]
    if section in ("children", "repeat", "year_to_date"):
        return "child"
    return "alert" if section in ("alerts", "escalations") else "episode"


def concerned_in(*behinds: Behind) -> set[int]:
    """The episodes behind any figure."""
    return {
        id_
        for behind in behinds
        for key, by_cohort in behind.items()
        if subject_of(key.removesuffix(".denominator")) == "episode"
        for ids in by_cohort.values()
        for id_ in ids
    }
