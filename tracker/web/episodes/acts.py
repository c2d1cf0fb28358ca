"""What a person may do with an episode: the state allows it, and the person's permissions do."""

from dataclasses import dataclass

from flask import url_for

from tracker.services.pages.episodes import Act, EpisodePage
from tracker.web.access import Permission
from tracker.web.request import may

PERMISSIONS: dict[Act, Permission] = {
    Act.RECORD_RETURNED: Permission.EDIT_EPISODES,
    Act.RECORD_FOUND: Permission.EDIT_EPISODES,
    Act.ALLOCATE: Permission.ALLOCATE,
    Act.RECORD_COMPLETED: Permission.RECORD_INTERVIEW,
    Act.RECORD_OFFER: Permission.RECORD_INTERVIEW,
    Act.RECORD_DECLINED: Permission.RECORD_INTERVIEW,
    Act.GIVE_BREACH_REASON: Permission.RECORD_INTERVIEW,
    Act.PROPOSE_NOT_REQUIRED: Permission.RECORD_INTERVIEW,
    Act.REQUEST_INTERVIEW: Permission.EDIT_EPISODES,
    Act.RECORD_PREVENTION: Permission.EDIT_EPISODES,
    Act.SETTLE_CONFLICT: Permission.EDIT_EPISODES,
    Act.CORRECT: Permission.EDIT_EPISODES,
    Act.EXCLUDE: Permission.EDIT_EPISODES,
    Act.REINSTATE: Permission.EDIT_EPISODES,
}
"""In the order of a case. Approving, and detaching, stand beside the interview they concern."""

_PAGES: dict[Act, tuple[str, str]] = {
    Act.RECORD_RETURNED: ("Record the return", "episodes.record_returned"),
    Act.RECORD_FOUND: ("Record that the child was found", "episodes.record_found"),
    Act.ALLOCATE: ("Allocate the interview", "interviews.allocate"),
    Act.RECORD_COMPLETED: ("Record the interview", "interviews.record_completed"),
    Act.RECORD_OFFER: ("Record the offer", "interviews.record_offer"),
    Act.RECORD_DECLINED: ("Record a decline", "interviews.record_declined"),
    Act.GIVE_BREACH_REASON: ("Say why it was late", "episodes.give_breach_reason"),
    Act.PROPOSE_NOT_REQUIRED: ("Propose: not required", "interviews.propose_not_required"),
    Act.REQUEST_INTERVIEW: ("Ask for an interview", "episodes.request_interview"),
    Act.RECORD_PREVENTION: ("Record the police’s prevention interview", "episodes.prevention"),
    Act.SETTLE_CONFLICT: ("Settle the overlap", "episodes.settle_conflict"),
    Act.CORRECT: ("Correct the facts", "episodes.correct"),
    Act.EXCLUDE: ("Leave out of the counts", "episodes.exclude"),
    Act.REINSTATE: ("Take back into the counts", "episodes.reinstate"),
}

_BUTTONS = 4
"""So many acts stand as buttons; the rest are links."""


@dataclass(frozen=True)
class Step:
    act: Act
    text: str
    address: str


@dataclass(frozen=True)
class Steps:
    """`first` is the next sensible step; then a few more buttons; then links."""

    first: Step | None
    buttons: tuple[Step, ...]
    links: tuple[Step, ...]


def steps(page: EpisodePage) -> Steps:
    """What this person may do with this episode now."""
    possible = [_step(act, page) for act, needed in PERMISSIONS.items() if act in page.may and may(needed)]
    seldom = {
        Act.CORRECT,
        Act.EXCLUDE,
        Act.REINSTATE,
        Act.RECORD_PREVENTION,
        *([Act.GIVE_BREACH_REASON] if _reason_is_given(page) else []),
    }
    work = [step for step in possible if step.act not in seldom]
    if page.row.allocated_to is not None:  # allocated already: giving it to somebody else is seldom the next step
        work.sort(key=lambda step: step.act is Act.ALLOCATE)
    top = work[:_BUTTONS]
    rest = [step for step in possible if step not in top]
    return Steps(top[0] if top else None, tuple(top[1:]), tuple(rest))


def _step(act: Act, page: EpisodePage) -> Step:
    text, endpoint = _PAGES[act]
    if act is Act.ALLOCATE and page.row.allocated_to is not None:
        text = "Give to somebody else"
    if act is Act.RECORD_PREVENTION and page.facts.prevention_interview_at is not None:
        text = "Change the police’s prevention interview"
    if act is Act.GIVE_BREACH_REASON and _reason_is_given(page):
        text = "Change why it was late"
    return Step(act, text, url_for(endpoint, episode_id=page.row.id))


def _reason_is_given(page: EpisodePage) -> bool:
    """Whether the breach that stands has its reason."""
    return any(breach.reason for breach in page.breaches if breach.withdrawn_at is None)
