"""Values of the core for its tests: instants written as London or UTC text, episodes with their clocks pinned."""

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tracker.core.clock import month_of, read_local
from tracker.core.episodes import MissingEpisode
from tracker.core.interview_terms import ContactOutcome
from tracker.core.interviews import ReturnHomeInterview, deadline_of
from tracker.core.month_facts import AttemptFact, ReasonFact, SummaryInput
from tracker.core.policy import Policy
from tracker.core.terms import BreachReason, EpisodeKind, ExclusionReason, FlagCode, LivingSetting, RiskLevel

POLICY = Policy()
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
OCTOBER = month_of(datetime(2026, 10, 1).date())


def unhurried(examples: int) -> settings:
    """Many examples on a machine that others use too: no deadline for a single one."""
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))


def utc(text: str) -> datetime:
    """`2026-10-01 12:00` as it stands, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def london(text: str) -> datetime:
    """`2026-10-01 12:00` by the London wall clock."""
    return read_local(datetime.fromisoformat(text)).at


def gone(
    id: int, child_id: int, start: datetime, returned: datetime | None = None, policy: Policy = POLICY, **more: object
) -> MissingEpisode:
    """An episode whose deadline is pinned, as the services pin it when the clock starts."""
    episode = MissingEpisode(id, child_id, start, returned_at=returned, **more)
    due = deadline_of(episode, policy)
    return MissingEpisode(
        id, child_id, start, returned_at=returned, interview_due_at=due, **{"deadline_hours": due and 72, **more}
    )


# Everything random lies in these seventeen months, on whole hours, so that edges are met often.
FIRST = utc("2025-06-01 00:00")
hours_in = st.integers(0, 24 * 517)
some_hours = st.one_of(st.integers(0, 100), st.integers(0, 24 * 40))


@st.composite
def episodes(draw: st.DrawFn, id: int, children: int = 4) -> MissingEpisode:
    start = FIRST + draw(hours_in) * HOUR
    found = draw(st.none() | some_hours.map(lambda hours: start + hours * HOUR))
    returned = draw(st.none() | some_hours.map(lambda hours: (found or start) + hours * HOUR))
    return gone(
        id,
        draw(st.integers(1, children)),
        start,
        returned,
        found_at=found,
        kind=draw(st.sampled_from([EpisodeKind.MISSING, EpisodeKind.MISSING, *EpisodeKind])),
        is_ours=draw(st.booleans()),
        excluded=draw(st.sampled_from([None, None, None, None, None, ExclusionReason.CANCELLED])),
        date_of_birth=draw(st.none() | st.dates(datetime(2007, 1, 1).date(), datetime(2020, 1, 1).date())),
        notified_at=returned and draw(st.none() | some_hours.map(lambda hours: returned + hours * HOUR)),
        interview_requested=draw(st.booleans()),
        conflict_settled=draw(st.booleans()),
        risk=draw(st.none() | st.sampled_from(RiskLevel)),
        setting=draw(st.none() | st.sampled_from(LivingSetting)),
        known_to_services=draw(st.none() | st.booleans()),
        district=draw(st.sampled_from([None, "", "unknown", "St. Invented", "Northmade"])),
        police_reference=draw(st.none() | st.just(f"T{id:04}")),
        flags=draw(st.sampled_from([frozenset(), frozenset({FlagCode.START_TIME_ESTIMATED})])),
    )


@st.composite
def interviews(draw: st.DrawFn, id: int, among: list[MissingEpisode]) -> ReturnHomeInterview:
    """An interview of one or two episodes, each of its facts there or not, before or after the deadline."""
    covered = draw(st.lists(st.sampled_from(among), min_size=1, max_size=2))
    around = max(episode.returned_at or episode.missing_from_at for episode in covered)
    fact = st.none() | st.sampled_from([-1, 0, 1, 24, 71, 72, 73, 200]).map(lambda hours: around + hours * HOUR)
    return ReturnHomeInterview(
        id,
        frozenset(episode.id for episode in covered),
        offered_at=draw(fact),
        accepted_at=draw(fact),
        completed_at=draw(fact),
        declined_at=draw(fact),
        not_required_approved_at=draw(fact),
    )


@st.composite
def inputs(draw: st.DrawFn, most: int = 9) -> SummaryInput:
    """Rows of a summary, in no order."""
    known = [draw(episodes(id)) for id in range(1, draw(st.integers(1, most)) + 1)]
    held = [draw(interviews(id, known)) for id in range(1, draw(st.integers(0, most)) + 1)]
    tried = [draw(attempts(id, held)) for id in range(1, draw(st.integers(0, most)) + 1)] if held else []
    said = [draw(reasons(id, known)) for id in range(1, draw(st.integers(0, 3)) + 1)]
    return SummaryInput(draw(st.permutations(known)), held, reasons=said, attempts=tried)


@st.composite
def attempts(draw: st.DrawFn, id: int, among: list[ReturnHomeInterview]) -> AttemptFact:
    at = FIRST + draw(hours_in) * HOUR
    return AttemptFact(id, draw(st.sampled_from(among)).id, at, draw(st.sampled_from(ContactOutcome)))


@st.composite
def reasons(draw: st.DrawFn, id: int, among: list[MissingEpisode]) -> ReasonFact:
    given_at = FIRST + draw(hours_in) * HOUR
    return ReasonFact(id, draw(st.sampled_from(among)).id, draw(st.sampled_from(BreachReason)), given_at)
