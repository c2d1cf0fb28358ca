"""What differs between two makings of a month: each figure, before and after, and the episodes and facts behind it.

Facts are named and never told: a field's name says where to look, its value would tell of a child (definitions §6).
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tracker.core.figures import Subject
from tracker.core.interviews import ReturnHomeInterview
from tracker.core.missing_episode import MissingEpisode
from tracker.core.month_facts import FIRST_EDITION, SECOND_EDITION, SummaryInput
from tracker.core.month_past import PastEpisode
from tracker.core.terms import Cohort, FlagCode

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
class EpisodeDifference:
    """An episode whose facts differ: by the names of the fields; `gone`: it is no longer among the month's rows."""

    id: int
    fields: tuple[str, ...]
    gone: bool = False


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


EPISODE_FACTS = (
    "child_id", "missing_from_at", "kind", "risk", "found_at", "returned_at", "notified_at", "excluded", "setting",
    "is_ours", "known_to_services", "district", "prevention_interview_at", "prevention_interview_raised_harm",
    "interview_requested", "interview_due_at", "date_of_birth", "sex", "ethnicity", "conflict_settled",
)  # fmt: skip
"""What the figures read of an episode, by the field's own name."""

PAST_FACTS = (
    "child_id", "is_ours", "missing_from_at", "found_at", "returned_at", "notified_at", "interview_due_at",
    "interview.completed_at", "interview.declined_at", "interview.not_required_approved_at",
)  # fmt: skip
"""What a past row bears of an episode, and of its interviews the earliest of each."""

INTERVIEW_FACTS = ("offered_at", "accepted_at", "completed_at", "declined_at", "not_required_approved_at")

Facts = dict[str, object]


def episode_differences(
    before: SummaryInput, now: SummaryInput, concerned: Collection[int], edition: int
) -> tuple[EpisodeDifference, ...]:
    """Of the episodes concerned (those behind any figure, then or now): whose facts differ, in order of id.

    Looks only at what the rows of that edition bear: what it did not keep has not changed.
    """
    ids = set(concerned)
    past = {episode.id for rows in (before, now) for episode in rows.past}
    then, today = _facts(before, ids, edition), _facts(now, ids, edition)
    found = []
    for id_ in sorted({*then, *today}):
        was, is_now = then.get(id_), today.get(id_)
        if was is None or is_now is None:
            found.append(EpisodeDifference(id_, (), gone=is_now is None))
        elif fields := _differing(_as_past(was), _as_past(is_now)) if id_ in past else _differing(was, is_now):
            found.append(EpisodeDifference(id_, fields))
    return tuple(found)


def _differing(was: Facts, is_now: Facts) -> tuple[str, ...]:
    return tuple(sorted(name for name in {*was, *is_now} if was.get(name) != is_now.get(name)))


def _as_past(facts: Facts) -> Facts:
    """As much of it as a past row bears: with the other making the episode may be read as one."""
    known = {name: facts[name] for name in PAST_FACTS if name in facts}
    return {name: value[:1] if isinstance(value, list) else value for name, value in known.items()}


def _facts(rows: SummaryInput, ids: set[int], edition: int) -> dict[int, Facts]:
    facts = {episode.id: _of_past(episode) for episode in rows.past if episode.id in ids}
    facts |= {episode.id: _of_episode(episode) for episode in rows.episodes if episode.id in ids}
    linked: dict[int, list[int]] = defaultdict(list)
    of_interviews: dict[int, list[ReturnHomeInterview]] = defaultdict(list)
    for interview in rows.interviews:
        for id_ in interview.episode_ids & ids:
            linked[interview.id].append(id_)
            of_interviews[id_].append(interview)
    for id_, held in of_interviews.items():
        for name in INTERVIEW_FACTS:
            if given := sorted(at for interview in held if (at := getattr(interview, name))):
                facts.setdefault(id_, {})[f"interview.{name}"] = given
    if edition > FIRST_EDITION:
        _add(facts, "breach.reason", [(r.episode_id, (r.given_at, str(r.reason))) for r in rows.reasons])
        tried = [(id_, (a.at, str(a.outcome))) for a in rows.attempts for id_ in linked[a.interview_id]]
        _add(facts, "interview.attempts", tried)
    if edition > SECOND_EDITION:
        asked = [(r, id_) for r in rows.requests for id_ in linked[r.interview_id]]
        said = [(id_, (r.asked_at, str(r.answer), str(r.answered_at))) for r, id_ in asked]
        _add(facts, "interview.authority_requests", said)
    return facts


def _of_episode(episode: MissingEpisode) -> Facts:
    return {
        **{name: getattr(episode, name) for name in EPISODE_FACTS},
        "prevention_interview_outcome": episode.prevention_interview_outcome is not None,
        str(FlagCode.START_TIME_ESTIMATED): FlagCode.START_TIME_ESTIMATED in episode.flags,
    }


def _of_past(episode: PastEpisode) -> Facts:
    facts: Facts = {name: getattr(episode, name) for name in PAST_FACTS if not name.startswith("interview.")}
    for name in ("completed_at", "declined_at", "not_required_approved_at"):
        if at := getattr(episode, name):
            facts[f"interview.{name}"] = [at]
    return facts


def _add(facts: dict[int, Facts], name: str, given: Sequence[tuple[int, tuple[Any, ...]]]) -> None:
    of: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for id_, fact in given:
        of[id_].append(fact)
    for id_, known in of.items():
        if id_ in facts:
            facts[id_][name] = sorted(known)


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
