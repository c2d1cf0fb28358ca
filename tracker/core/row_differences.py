"""Which episodes and facts differ between two makings of a month's rows.

Facts are named and never told: a field's name says where to look, its value would tell of a child (definitions §6).
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.core.interviews import ReturnHomeInterview
from tracker.core.missing_episode import MissingEpisode
from tracker.core.month_facts import FIRST_EDITION, SECOND_EDITION, SummaryInput
from tracker.core.month_past import PastEpisode
from tracker.core.terms import FlagCode


@dataclass(frozen=True)
class EpisodeDifference:
    """An episode whose facts differ: by the names of the fields; `gone`: it is no longer among the month's rows."""

    id: int
    fields: tuple[str, ...]
    gone: bool = False


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
