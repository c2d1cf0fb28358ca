"""What may be done with an episode as it stands; who may do it is the page's permission."""

from collections.abc import Sequence

from tracker.core.episodes import MissingEpisode
from tracker.core.interviews import Closing
from tracker.core.policy import Policy
from tracker.core.terms import ExclusionReason, FlagCode, InterviewState
from tracker.services.pages.episode_shapes import Act, BreachView, InterviewView


def acts_possible(
    facts: MissingEpisode,
    closing: Closing | None,
    interviews: Sequence[InterviewView],
    breaches: Sequence[BreachView],
    policy: Policy,
) -> frozenset[Act]:
    """Each act whose use case would not refuse it for the state of the episode."""
    if facts.excluded is ExclusionReason.LOAD_UNDONE:
        return frozenset()
    found = {Act.CORRECT, Act.EXCLUDE if facts.excluded is None else Act.REINSTATE}
    if any(breach.withdrawn_at is None for breach in breaches):
        found.add(Act.GIVE_BREACH_REASON)
    if any(interview.completed_at or interview.declined_at for interview in interviews):
        found.add(Act.DETACH_INTERVIEW)
    if facts.excluded is not None:
        return frozenset(found)
    if facts.returned_at is None:
        found.add(Act.RECORD_RETURNED)
        if facts.found_at is None:
            found.add(Act.RECORD_FOUND)
    if FlagCode.OVERLAPS_ANOTHER in facts.flags:
        found.add(Act.SETTLE_CONFLICT)
    if facts.out_of_counts is not None:
        return frozenset(found)
    would_not_run = facts.kind not in policy.clock_kinds or facts.returned_at is not None
    if not facts.interview_requested and facts.interview_due_at is None and would_not_run:
        found.add(Act.REQUEST_INTERVIEW)
    return frozenset(found | _of_the_interview(facts, closing, interviews))


def _of_the_interview(facts: MissingEpisode, closing: Closing | None, interviews: Sequence[InterviewView]) -> set[Act]:
    waits = any(interview.waits_for_approval for interview in interviews)
    found = set()
    if closing is None:
        found |= {Act.ALLOCATE, Act.ASK_AUTHORITY}
        if facts.interview_due_at is not None and not waits:
            found.add(Act.PROPOSE_NOT_REQUIRED)
    if facts.ended_at is not None:
        if closing is None:
            found |= {Act.RECORD_ATTEMPT, Act.RECORD_OFFER, Act.RECORD_ACCEPTED, Act.PLAN_VISIT, Act.RECORD_DECLINED}
        if closing is None or closing.state in (InterviewState.DECLINED, InterviewState.NOT_REQUIRED):
            found.add(Act.RECORD_COMPLETED)
    if any(interview.may_approve for interview in interviews):
        found.add(Act.APPROVE_NOT_REQUIRED)
    return found
