"""Alerts sent, what a reference stands for, and acknowledging: it holds the next rung, once, for at most 72 hours."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.services import world
from tests.services.world import HOUR, HOURS_OF, NOON, People, acting, codes
from tracker.core.alert_terms import Rung
from tracker.core.terms import BreachReason
from tracker.services import record_interview as interview
from tracker.services.acknowledge_alert import acknowledge
from tracker.services.context import Context, Viewer
from tracker.services.errors import Refused
from tracker.services.pages.alerts import AlertFilters, AlertPage, alert_list, alert_page
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import Alert, AuditEntry, Breach, Line, OutboxMessage


def raised(
    recipient: Viewer,
    reference: str,
    *,
    episode_id: int | None = None,
    line_id: int | None = None,
    rung: Rung = Rung.OVERDUE,
    hours_ago: float = 1,
    sent: bool = True,
    stopped: bool = False,
) -> None:
    """What the sweep writes: an alert that settles every rung up to its own, and its email."""
    at = NOON - hours_ago * HOUR
    rungs = [str(step) for step in list(Rung)[: list(Rung).index(rung) + 1]]
    with writing() as current:
        message = OutboxMessage(
            dedupe_key=reference, message_id=f"<{reference}>", template="overdue", to_address="a@b.invalid",
            subject="s", body="b", created_at=at, try_at=at, sent_at=at if sent and not stopped else None,
            stopped_at=at if stopped else None, stopped_why="no such mailbox" if stopped else None,
        )  # fmt: skip
        current.add(message)
        current.flush()
        current.add(
            Alert(
                reference=reference, dedupe_key=reference, subject="episode" if episode_id else "line",
                subject_id=episode_id or line_id, offset_hours=HOURS_OF[rung], episode_id=episode_id, line_id=line_id,
                clock_no=1 if episode_id else 0, rung=str(rung), rungs=rungs, recipient_id=recipient.person_id,
                outbox_id=message.id, due_at=NOON - 8 * HOUR, raised_at=at,
            )
        )  # fmt: skip
        if episode_id is not None and current.scalar(select(Breach).where(Breach.episode_id == episode_id)) is None:
            current.add(Breach(episode_id=episode_id, clock_no=1, breached_at=NOON - 8 * HOUR, detected_at=at))


def references(context: Context, viewer: Viewer, **filters: object) -> list[str]:
    found = alert_list(acting(context, viewer), viewer, AlertFilters(**filters))  # type: ignore[arg-type]
    assert found.total == len(found.rows)
    return [row.alert.reference for row in found.rows]


def opened(context: Context, viewer: Viewer, reference: str) -> AlertPage:
    page = alert_page(acting(context, viewer), viewer, reference)
    assert page is not None
    return page


def test_the_list_newest_first_and_narrowed(context: Context, people: People) -> None:
    id_ = world.episode(context, 80)
    raised(people.alice, "first", episode_id=id_, hours_ago=5, rung=Rung.DUE_SOON)
    raised(people.mary, "second", episode_id=id_, hours_ago=4, stopped=True)
    raised(people.alice, "third", episode_id=id_, hours_ago=30, sent=False)
    assert references(context, people.alice) == ["second", "first", "third"]
    assert references(context, people.alice, mine=True) == ["first", "third"]
    assert references(context, people.alice, rung=Rung.DUE_SOON) == ["first"]
    assert references(context, people.alice, state="undelivered") == ["second"]
    assert references(context, people.alice, state="waiting") == ["third"]
    assert references(context, people.alice, raised_from=NOON.date()) == ["second", "first"]
    assert references(context, people.alice, raised_to=(NOON - 24 * HOUR).date()) == ["third"]
    acknowledge(acting(context, people.alice), reference="first")
    assert references(context, people.alice, state="answered") == ["first"]
    assert references(context, people.alice, state="unanswered") == ["second", "third"]


def test_each_row_names_the_child_for_those_who_may_see(context: Context, people: People) -> None:
    id_ = world.episode(context, 80, surname="Quillfeather")
    raised(people.alice, "r", episode_id=id_)
    line = world.line(world.receipt(), 1, due_at=NOON - HOUR)
    raised(people.alice, "of-a-line", line_id=line, hours_ago=2)
    rows = alert_list(acting(context, people.alice), people.alice, AlertFilters()).rows
    assert [(row.episode_id, row.line_id, row.child_name) for row in rows] == [
        (id_, None, "Testchild Quillfeather"),
        (None, line, None),
    ]


def test_the_subject_of_a_reference_with_the_rest_of_the_chain(context: Context, people: People) -> None:
    id_ = world.episode(context, 80)
    raised(people.alice, "mine", episode_id=id_, hours_ago=2)
    raised(people.mary, "hers", episode_id=id_, hours_ago=1)
    page = opened(context, people.alice, "mine")
    assert page.episode is not None
    assert (page.episode.id, page.alert.recipient, page.may_acknowledge) == (id_, "Alice", True)
    assert [other.recipient for other in page.others] == ["Mary"]
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "episode_viewed")).one()
    assert entry.subject_id == str(id_)


def test_the_subject_may_be_a_waiting_line(context: Context, people: People) -> None:
    line = world.line(world.receipt(), 4, due_at=NOON - HOUR, problem_code="match_undecided")
    raised(people.alice, "of-a-line", line_id=line)
    page = opened(context, people.alice, "of-a-line")
    assert page.episode is None
    assert page.line is not None
    assert page.line.line_no == 4


def test_strangers_are_told_nothing(context: Context, people: People) -> None:
    his, others = world.episode(context, 80), world.episode(context, 90)
    interview.allocate(acting(context, people.alice), episode_id=his, person_id=people.bob.person_id)
    raised(people.alice, "his", episode_id=his)
    raised(people.alice, "others", episode_id=others)
    line = world.line(world.receipt(), 4, due_at=NOON - HOUR)
    raised(people.bob, "line", line_id=line)
    assert references(context, people.bob) == ["his"]
    assert references(context, people.charlie) == []
    for viewer, reference in ((people.bob, "others"), (people.bob, "line"), (people.charlie, "his")):
        assert alert_page(acting(context, viewer), viewer, reference) is None
        with pytest.raises(Refused) as refused:
            acknowledge(acting(context, viewer), reference=reference)
        assert codes(refused) == ["unknown_alert"]
    assert alert_page(acting(context, people.alice), people.alice, "nothing") is None


def test_acknowledging_holds_the_next_rung_until_the_plan(context: Context, people: People) -> None:
    id_ = world.episode(context, 80)
    raised(people.alice, "r", episode_id=id_)
    planned = NOON + 30 * HOUR
    acknowledge(acting(context, people.alice), reference="r", reason=BreachReason.NO_CAPACITY, planned_at=planned)
    page = opened(context, people.alice, "r")
    assert (page.alert.acknowledged_by, page.alert.acknowledged_reason, page.alert.planned_at) == (
        "Alice", BreachReason.NO_CAPACITY, planned,
    )  # fmt: skip
    assert page.may_acknowledge is False
    # overdue_24h would be told 16 hours from now; the plan holds it until 30 hours from now
    assert world.row(id_).sweep_at == planned


def test_the_first_reason_given_in_answering_is_the_breachs(context: Context, people: People) -> None:
    id_ = world.episode(context, 80)
    raised(people.alice, "first", episode_id=id_)
    raised(people.mary, "second", episode_id=id_)
    acknowledge(acting(context, people.alice), reference="first", reason=BreachReason.NO_CAPACITY)
    acknowledge(acting(context, people.mary), reference="second", reason=BreachReason.OTHER)
    breach = session().scalars(select(Breach).where(Breach.episode_id == id_)).one()
    assert (breach.reason, breach.reason_by_id) == ("no_capacity", people.alice.person_id)


def test_a_hold_lasts_72_hours_at_most(context: Context, people: People) -> None:
    id_ = world.episode(context, 80)
    raised(people.alice, "r", episode_id=id_)
    acknowledge(acting(context, people.alice), reference="r", planned_at=NOON + 500 * HOUR)
    assert world.row(id_).sweep_at == NOON + 72 * HOUR


def test_without_a_plan_nothing_is_held(context: Context, people: People) -> None:
    id_ = world.episode(context, 80)
    raised(people.alice, "r", episode_id=id_)
    acknowledge(acting(context, people.alice), reference="r", reason=BreachReason.OUT_OF_AREA)
    sweep_at = world.row(id_).sweep_at
    assert sweep_at is not None
    assert NOON + 16 * HOUR <= sweep_at <= NOON + 16 * HOUR + timedelta(seconds=1)


def test_once_only_and_a_plan_lies_ahead(context: Context, people: People) -> None:
    id_ = world.episode(context, 80)
    raised(people.alice, "r", episode_id=id_)
    for planned in (NOON, NOON - HOUR):
        with pytest.raises(Refused) as past:
            acknowledge(acting(context, people.alice), reference="r", planned_at=planned)
        assert [(problem.code, problem.fields) for problem in past.value.problems] == [
            ("plan_not_ahead", ("planned_at",))
        ]
    acknowledge(acting(context, people.alice), reference="r")
    with pytest.raises(Refused) as again:
        acknowledge(acting(context, people.mary), reference="r")
    assert codes(again) == ["already_acknowledged"]
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "alert_acknowledged")).one()
    assert (entry.actor_id, entry.details["rung"]) == (people.alice.person_id, "overdue")


def test_an_alert_of_a_line_is_acknowledged_and_looked_at_again(context: Context, people: People) -> None:
    line_id = world.line(world.receipt(), 4, due_at=NOON - 8 * HOUR, problem_code="match_undecided")
    raised(people.alice, "of-a-line", line_id=line_id)
    acknowledge(acting(context, people.alice), reference="of-a-line", planned_at=NOON + 20 * HOUR)
    session().rollback()
    assert session().get_one(Line, line_id).sweep_at == NOON + 20 * HOUR
