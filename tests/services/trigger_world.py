"""What the tests of the triggers work with: people here and away, and what a trigger may find."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import select

from tests import factories
from tests.conftest import NOON
from tests.services import world
from tracker.core.terms import Role
from tracker.services.context import Context
from tracker.services.raise_notices import NoticesResult, raise_notices
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import Action, Alert, Episode, Maramp, OutboxMessage, RepeatFlagRow

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
TODAY = NOON.date()
NOTHING = NoticesResult()


def people(*roles: Role) -> dict[Role, int]:
    """One person of each role, whose address is its name."""
    with writing() as current:
        return {role: factories.person(current, role, email=f"{role}@council.invalid").id for role in roles}


def at(context: Context, hours: float) -> Context:
    return replace(context, now=NOON + hours * HOUR)


def run(context: Context, hours: float) -> NoticesResult:
    return raise_notices(at(context, hours))


def found(context: Context, at: datetime = NOON, **more: object) -> int:
    """An episode found at that instant, and not returned."""
    return world.episode(context, None, missing_hours=30, found_at=at, **more)


def flag(child_id: int, at: datetime = NOON, **more: object) -> int:
    with writing() as current:
        row = RepeatFlagRow(
            child_id=child_id, rule="3_in_90", raised_on=at.date(), raised_at=at,
            ends_on=at.date() + timedelta(days=60), episode_ids=[1, 2, 3], **more,
        )  # fmt: skip
        current.add(row)
        current.flush()
        return row.id


def child(**more: object) -> int:
    with writing() as current:
        return factories.child(current, **more).id


def action(child_id: int, due_on: date = TODAY, owner_id: int | None = None, **more: object) -> int:
    with writing() as current:
        row = Action(
            child_id=child_id, what="Ring the school", due_on=due_on, owner_id=owner_id, created_at=NOON,
            owner_name=None if owner_id else "The placement", **more,
        )  # fmt: skip
        current.add(row)
        current.flush()
        return row.id


def maramp(child_id: int, review_on: date = TODAY, lead_id: int | None = None, **more: object) -> int:
    with writing() as current:
        row = Maramp(
            child_id=child_id, opened_at=NOON - DAY, version_no=1, next_review_on=review_on, lead_id=lead_id,
            lead_name=None if lead_id else "Ms Invented", **more,
        )  # fmt: skip
        current.add(row)
        current.flush()
        return row.id


def change(table: type, id_: int, **values: object) -> None:
    with writing() as current:
        row = current.get_one(table, id_)
        for name, value in values.items():
            setattr(row, name, value)


def episode_of(id_: int) -> Episode:
    session().rollback()
    return session().get_one(Episode, id_)


def told(template: str | None = None) -> list[str]:
    """Whom messages were queued to, by the first part of their address, in order of name."""
    session().rollback()
    query = select(OutboxMessage).order_by(OutboxMessage.id)
    rows = [row for row in session().scalars(query) if template in (None, row.template)]
    return sorted(row.to_address.partition("@")[0] for row in rows)


def messages(template: str) -> list[OutboxMessage]:
    session().rollback()
    query = select(OutboxMessage).where(OutboxMessage.template == template).order_by(OutboxMessage.id)
    return list(session().scalars(query))


def alerts(trigger: str | None = None) -> list[Alert]:
    session().rollback()
    query = select(Alert).order_by(Alert.id)
    return [row for row in session().scalars(query) if trigger in (None, row.trigger)]


def alerts_by_subject() -> Counter[tuple[str, int]]:
    return Counter((row.subject, row.subject_id) for row in alerts())
