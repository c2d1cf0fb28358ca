"""The return home interview, from allocation to its outcome. Each use case returns the interview's id."""

from collections.abc import Collection
from datetime import datetime

from tracker.core.terms import DeclinedBy
from tracker.services.context import Context


def allocate(
    context: Context, *, episode_id: int, person_id: int, not_independent_reason: str | None = None
) -> int:
    """Give the interview to a person. The same person again changes nothing."""
    raise NotImplementedError


def bulk_allocate(context: Context, *, episode_ids: Collection[int], person_id: int) -> tuple[int, ...]:
    """All or none, each its own interview."""
    raise NotImplementedError


def record_offer(context: Context, *, episode_id: int, offered_at: datetime) -> int:
    """When the offer reached the child or carer; an unanswered attempt is no offer."""
    raise NotImplementedError


def record_completed(
    context: Context,
    *,
    episode_ids: Collection[int],
    completed_at: datetime,
    interviewer_name: str | None = None,
    interview_id: int | None = None,
) -> int:
    """When the conversation ended, whenever it is recorded; it may cover several episodes of one child.

    Recording the same again changes nothing. With `interview_id` the time of that interview is corrected.
    Refused: in the future; before an episode's end (`before_end`); another time held already (`already_completed`).
    """
    raise NotImplementedError


def record_declined(
    context: Context,
    *,
    episode_ids: Collection[int],
    declined_at: datetime,
    declined_by: DeclinedBy,
    reason: str,
    child_was_asked: bool | None = None,
    child_not_asked_reason: str | None = None,
    carer_asked_instead: str | None = None,
    interview_id: int | None = None,
) -> int:
    """By the child, or by a parent or carer with "was the child asked?" or why not. The same again changes nothing."""
    raise NotImplementedError


def propose_not_required(context: Context, *, episode_id: int, reason: str) -> int:
    """Closes nothing until a manager approves."""
    raise NotImplementedError


def approve_not_required(context: Context, *, interview_id: int) -> int:
    """By a manager who did not propose it."""
    raise NotImplementedError


def refuse_not_required(context: Context, *, interview_id: int, reason: str) -> int:
    """By a manager who did not propose it; the clock has run on meanwhile."""
    raise NotImplementedError


def detach_interview(context: Context, *, interview_id: int, episode_id: int, reason: str) -> None:
    """A person decides that an interview does not cover an episode after all (definitions §3)."""
    raise NotImplementedError
