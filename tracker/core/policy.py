"""What a council may set differently: the numbers of the rules, as one frozen value."""

from dataclasses import dataclass

from tracker.core.terms import RULES_VERSION, EpisodeKind

ABSENT_WITH_CLOCK = frozenset({EpisodeKind.MISSING, EpisodeKind.AWAY})


@dataclass(frozen=True)
class Policy:
    """Read from settings once; pinned on the episode (`deadline_hours`, `rules_version`) when its clock starts."""

    deadline_hours: int = 72
    due_soon_hours: int = 24
    clock_kinds: frozenset[EpisodeKind] = ABSENT_WITH_CLOCK
    countable_kinds: frozenset[EpisodeKind] = ABSENT_WITH_CLOCK
    only_known_to_services: bool = False
    same_episode_hours: int = 24
    future_tolerance_hours: int = 24
    rules_version: str = RULES_VERSION
