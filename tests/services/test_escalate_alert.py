"""Escalate now: the next step is told at once and once; and the chain of who was told of an episode."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import factories
from tests.conftest import NOON
from tests.services import world
from tests.services.world import HOUR, People, acting
from tracker.core.alert_terms import EscalationReason, Rung
from tracker.core.terms import Role
from tracker.services import people as people_services
from tracker.services.acknowledge_alert import acknowledge
from tracker.services.context import Context, Viewer
from tracker.services.errors import Refused
from tracker.services.escalate_alert import Escalated, escalate
from tracker.services.pages.alerts import alert_page
from tracker.services.pages.told import told_page
from tracker.services.raise_alerts import sweep
from tracker.services.record_interview import record_completed
from tracker.services.transaction import writing
from tracker.store import people as stored_people
from tracker.store.db import session
from tracker.store.models import Alert, AuditEntry, OutboxMessage

WHY = EscalationReason.CANNOT_ACT


@pytest.fixture
def seniors(people: People) -> dict[Role, int]:
    with writing() as current:
        return {
            role: factories.person(current, role, name=name).id
            for role, name in ((Role.SERVICE_MANAGER, "Sam"), (Role.HEAD_OF_SERVICE, "Hal"))
        }


def told(episode_id: int) -> list[tuple[str, str, bool]]:
    """(step, to whom, escalated) of every alert, in order."""
    query = select(Alert).where(Alert.episode_id == episode_id).order_by(Alert.id)
    found = session().scalars(query).all()
    by_id = stored_people.names_by_id(session())
    return [(row.rung, by_id[row.recipient_id or 0], row.escalated_by_id is not None) for row in found]


def first(episode_id: int, rung: Rung = Rung.OVERDUE) -> str:
    query = select(Alert.reference).where(Alert.episode_id == episode_id, Alert.rung == rung).order_by(Alert.id)
    reference = session().scalars(query).first()
    session().rollback()
    assert reference is not None
    return reference


def test_the_next_step_is_told_once_and_settled(context: Context, people: People, seniors: dict[Role, int]) -> None:
    id_ = world.episode(context, 73)
    sweep(context)
    alice = acting(context, people.alice)
    assert escalate(alice, reference=first(id_), reason=WHY) == Escalated(Rung.OVERDUE_24H, ("Sam",))
    assert told(id_)[-1] == (Rung.OVERDUE_24H, "Sam", True)
    message = session().scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    assert message is not None
    assert message.template == "escalated"
    assert sweep(replace(context, now=NOON + 25 * HOUR)).alerts == 0
    assert sweep(replace(context, now=NOON + 96 * HOUR)).alerts == 1
    assert told(id_)[-1] == (Rung.OVERDUE_96H, "Hal", False)
    with pytest.raises(Refused, match="Everybody on the ladder"):
        escalate(acting(context, people.alice, 97), reference=first(id_), reason=WHY)
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "alert_escalated")).one()
    assert entry.details == {"rung": "overdue_24h", "clock_no": 1, "reason": "cannot_act"}


def test_twice_goes_one_step_further_each_time_and_a_plan_holds_nothing_back(
    context: Context, people: People, seniors: dict[Role, int]
) -> None:
    id_ = world.episode(context, 73)
    sweep(context)
    alice = acting(context, people.alice)
    acknowledge(alice, reference=first(id_), planned_at=NOON + 60 * HOUR)
    assert escalate(alice, reference=first(id_), reason=WHY).told == ("Sam",)
    assert escalate(alice, reference=first(id_), reason=WHY).told == ("Hal",)
    assert [name for _, name, was_escalated in told(id_) if was_escalated] == ["Sam", "Hal"]


def test_before_the_deadline_the_step_at_it_is_told_and_told_again_when_it_passes(
    context: Context, people: People, seniors: dict[Role, int]
) -> None:
    id_ = world.episode(context, 60)
    sweep(context)
    alice = acting(context, people.alice)
    reference = first(id_, Rung.DUE_SOON)
    assert set(escalate(alice, reference=reference, reason=WHY).told) == {"Alice", "Mary", "Max"}
    with pytest.raises(Refused, match="told already"):
        escalate(alice, reference=reference, reason=WHY)
    assert sweep(replace(context, now=NOON + 12 * HOUR + timedelta(seconds=1))).alerts == 3
    overdue = [entry for entry in told(id_) if entry[0] == Rung.OVERDUE]
    assert sorted(entry[2] for entry in overdue) == [False] * 3 + [True] * 3


def test_what_is_settled_or_unknown_or_hidden_is_refused(
    context: Context, people: People, seniors: dict[Role, int]
) -> None:
    id_ = world.episode(context, 73)
    sweep(context)
    reference = first(id_)
    for viewer, given in ((people.alice, "x"), (people.bob, reference), (people.charlie, reference)):
        with pytest.raises(Refused, match="There is no such alert"):
            escalate(acting(context, viewer), reference=given, reason=WHY)
    record_completed(acting(context, people.alice), episode_ids=[id_], completed_at=NOON)
    with pytest.raises(Refused, match="settled already"):
        escalate(acting(context, people.alice, 1), reference=reference, reason=WHY)


# The chain


def test_the_chain_of_who_was_told(context: Context, people: People, seniors: dict[Role, int]) -> None:
    id_ = world.episode(context, 73)
    sweep(context)
    reference = first(id_)
    with writing() as current:
        for message in current.scalars(select(OutboxMessage)):
            message.sent_at = NOON + timedelta(seconds=20)
    assert alert_page(acting(context, people.alice, 1), people.alice, reference) is not None
    acknowledge(acting(context, people.alice, 1), reference=reference, planned_at=NOON + 9 * HOUR)
    escalate(acting(context, people.alice, 2), reference=reference, reason=WHY)
    people_services.change_person(context_at(context, 3), person_id=seniors[Role.SERVICE_MANAGER], roles=[Role.MANAGER])
    page = told_page(acting(context, people.alice, 4), people.alice, id_)
    assert page is not None
    assert page.lead is not None
    (clock,) = page.clocks
    assert (clock.is_current, clock.due_at, clock.breached_at) == (True, NOON - HOUR, NOON - HOUR)
    assert [(step.rung, step.escalated_by, {row.name for row in step.rows}) for step in clock.steps] == [
        (Rung.OVERDUE, None, {"Mary", "Max", "Alice"}), (Rung.OVERDUE_24H, "Alice", {"Sam"}),
    ]  # fmt: skip
    assert (page.lead.name, page.lead.raised_at, page.lead.sent_at) == ("Alice", NOON, NOON + timedelta(seconds=20))
    assert clock.steps[1].rows[0].roles is None
    mary = next(row for row in clock.steps[0].rows if row.reference == reference)
    assert (mary.acknowledged_by, mary.planned_at) == ("Alice", NOON + 9 * HOUR)
    opened = {row.name: row.opened_at for row in clock.steps[0].rows}
    assert opened["Max"] is None
    entry = session().scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.action, entry.subject_id) == ("alert_chain_viewed", str(id_))


def test_what_another_trigger_told_stands_apart(context: Context, people: People) -> None:
    id_ = world.episode(context, None, found_at=NOON - 20 * HOUR)
    with writing() as current:
        current.add(
            Alert(
                reference="k" * 16, dedupe_key="t", subject="episode", subject_id=id_, trigger="found_not_returned",
                episode_id=id_, clock_no=0, rung="found_not_returned", rungs=["found_not_returned"],
                recipient_id=people.alice.person_id, due_at=NOON - 8 * HOUR, raised_at=NOON,
            )
        )  # fmt: skip
    page = told_page(acting(context, people.alice), people.alice, id_)
    assert page is not None
    assert (page.clocks, page.lead) == ((), None)
    assert [(step.rung, step.rows[0].name) for step in page.others] == [("found_not_returned", "Alice")]


def context_at(context: Context, hours: float) -> Context:
    return replace(context, now=NOON + hours * HOUR)


@pytest.mark.parametrize("name", ["bob", "charlie"])
def test_the_chain_is_seen_by_who_sees_the_episode(context: Context, people: People, name: str) -> None:
    viewer: Viewer = getattr(people, name)
    assert told_page(acting(context, viewer), viewer, world.episode(context, 73)) is None
