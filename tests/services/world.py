"""A small invented world for the tests of pages: three people with different access, children, episodes, a report."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tests import factories
from tests.conftest import NOON
from tracker.core.rules import SHIPPED_LADDER
from tracker.core.terms import DeclinedBy, EpisodeKind, InterviewState, Role
from tracker.services import record_interview as interview
from tracker.services.context import Actor, Context, Viewer
from tracker.services.errors import Refused
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import Child, Episode, Line, Receipt

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
HOURS_OF = {step.rung: step.offset_hours for step in SHIPPED_LADDER}


@dataclass(frozen=True)
class People:
    """Alice leads, Bob interviews, Charlie sits in the operational group; Mary and Max manage."""

    alice: Viewer
    bob: Viewer
    charlie: Viewer
    mary: Viewer
    max: Viewer


def people() -> People:
    with writing() as current:
        return People(
            *(
                _viewer(current, name, role)
                for name, role in (
                    ("Alice", Role.LEAD),
                    ("Bob", Role.INTERVIEWER),
                    ("Charlie", Role.OPERATIONAL_GROUP),
                    ("Mary", Role.MANAGER),
                    ("Max", Role.MANAGER),
                )
            )
        )


def _viewer(current: Session, name: str, role: Role) -> Viewer:
    row = factories.person(current, role, name=name)
    return Viewer(row.id, row.name, frozenset({role}))


def acting(context: Context, viewer: Viewer, hours: float = 0) -> Context:
    """The context of a request by this person, so many hours after noon."""
    return replace(context, now=NOON + hours * HOUR, actor=Actor(viewer.name, viewer.person_id))


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in refused.value.problems]


def episode(
    context: Context,
    returned_hours_ago: float | None = 10,
    *,
    child_id: int | None = None,
    missing_hours: float = 30,
    surname: str | None = None,
    **more: object,
) -> int:
    """An episode that began `missing_hours` before the return, or before noon where there is none yet."""
    with writing() as current:
        child = current.get_one(Child, child_id) if child_id else factories.child(current, surname)
        returned = None if returned_hours_ago is None else NOON - returned_hours_ago * HOUR
        start = (returned or NOON) - missing_hours * HOUR
        return factories.episode(current, child, start, returned, context=context, **more).id


def row(episode_id: int) -> Episode:
    """As it stands in the database now."""
    session().rollback()
    return session().get_one(Episode, episode_id)


def receipt(received_at: datetime = NOON - HOUR, **more: object) -> int:
    with writing() as current:
        held = Receipt(
            feed="generic",
            force="testshire",
            source="upload",
            filename="report.csv",
            content=b"",
            size_bytes=0,
            sha256="0" * 64,
            received_at=received_at,
            report_at=received_at,
            status=more.pop("status", "complete"),
            **more,
        )
        current.add(held)
        current.flush()
        return held.id


def line(receipt_id: int, line_no: int, outcome: str = "quarantined", **more: object) -> int:
    with writing() as current:
        held = Line(receipt_id=receipt_id, line_no=line_no, cells={}, as_of_at=NOON - HOUR, outcome=outcome, **more)
        current.add(held)
        current.flush()
        return held.id


def one_of_each_state(context: Context, people: People) -> dict[InterviewState, int]:
    """An episode in every interview state there is at noon."""
    alice = acting(context, people.alice)
    made = {
        InterviewState.AWAITING_RETURN: episode(context, None),
        InterviewState.FOUND_NOT_RETURNED: episode(context, None, found_at=NOON - HOUR),
        InterviewState.NO_CLOCK: episode(context, 5, kind=EpisodeKind.NO_APPARENT_RISK),
        InterviewState.DUE: episode(context, 5),
        InterviewState.DUE_SOON: episode(context, 72),
        InterviewState.OVERDUE: episode(context, 73),
        InterviewState.COMPLETED_IN_TIME: episode(context, 50),
        InterviewState.COMPLETED_LATE: episode(context, 90),
        InterviewState.DECLINED: episode(context, 40),
        InterviewState.NOT_REQUIRED: episode(context, 30),
        InterviewState.WITHDRAWN: episode(context, 20, excluded="cancelled"),
    }
    for state in (InterviewState.COMPLETED_IN_TIME, InterviewState.COMPLETED_LATE):
        interview.record_completed(alice, episode_ids=[made[state]], completed_at=NOON - HOUR)
    interview.record_declined(
        alice,
        episode_ids=[made[InterviewState.DECLINED]],
        declined_at=NOON,
        declined_by=DeclinedBy.CHILD,
        reason="no",
    )
    held = interview.propose_not_required(alice, episode_id=made[InterviewState.NOT_REQUIRED], reason="a reason")
    interview.approve_not_required(acting(context, people.mary), interview_id=held)
    return made
