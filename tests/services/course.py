"""One interview on its way, for the tests of its use cases: what they are called with, and what the database holds."""

from datetime import datetime

import pytest
from sqlalchemy import select

from tests.services.world import HOUR, NOON
from tracker.core.interview_course import stage_of
from tracker.core.interview_terms import ContactMethod, ContactOutcome, ContactWith, InterviewStage
from tracker.services.contact_child import record_attempt
from tracker.services.context import Context
from tracker.services.errors import Refused
from tracker.services.plan_visit import plan_visit
from tracker.store import interview_courses, interviews
from tracker.store.db import session
from tracker.store.models import AuditEntry, Interview, InterviewVisit


def attempt(
    context: Context,
    episode_id: int,
    outcome: ContactOutcome = ContactOutcome.NO_ANSWER,
    at: datetime = NOON - HOUR,
    with_whom: ContactWith = ContactWith.PARENT_OR_CARER,
    **more: object,
) -> int:
    values: dict[str, object] = {"method": ContactMethod.PHONE, "with_whom": with_whom, **more}
    return record_attempt(context, episode_id=episode_id, at=at, outcome=outcome, **values)  # type: ignore[arg-type]


def plan(context: Context, episode_id: int, at: datetime = NOON + 5 * HOUR, **more: object) -> int:
    values: dict[str, object] = {"minutes": 60, "place": "1 Invented Street", **more}
    return plan_visit(context, episode_id=episode_id, planned_at=at, **values)  # type: ignore[arg-type]


def held(episode_id: int) -> Interview:
    """The newest interview of an episode, as the database has it now."""
    session().rollback()
    return interviews.rows_of_episode(session(), episode_id)[-1]


def stage(episode_id: int) -> InterviewStage:
    row = held(episode_id)
    return stage_of(interview_courses.courses_of(session(), [row])[row.id])


def visits(interview_id: int) -> list[InterviewVisit]:
    session().rollback()
    query = select(InterviewVisit).where(InterviewVisit.interview_id == interview_id)
    return list(session().scalars(query.order_by(InterviewVisit.id)))


def acts(action: str) -> list[dict[str, object]]:
    """The details of every audit row of this action, oldest first."""
    session().rollback()
    query = select(AuditEntry.details).where(AuditEntry.action == action).order_by(AuditEntry.id)
    return list(session().scalars(query))


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {problem.code for problem in refused.value.problems}
