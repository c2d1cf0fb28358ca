"""The page of one episode: all shown, what may be done, and strangers told nothing."""

from datetime import timedelta

from sqlalchemy import select

from tests import factories
from tests.services import world
from tests.services.world import DAY, HOUR, NOON, People, acting
from tracker.core.terms import FlagCode, InterviewState
from tracker.services import correct_episode as correct
from tracker.services import record_interview as interview
from tracker.services.context import Context
from tracker.services.pages.episodes import Act, EpisodePage, episode_page
from tracker.services.pages.report_history import report_history
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import Alert, AuditEntry, Episode, EpisodeDecision, EpisodeVersion, OutboxMessage


def opened(context: Context, people: People, id_: int, hours: float = 0) -> EpisodePage:
    page = episode_page(acting(context, people.alice, hours), people.alice, id_)
    assert page is not None
    return page


def test_a_strangers_id_is_as_unknown_as_any_and_nothing_is_recorded(context: Context, people: People) -> None:
    id_ = world.episode(context, 10)
    for viewer in (people.bob, people.charlie):
        assert episode_page(acting(context, viewer), viewer, id_) is None
    assert episode_page(acting(context, people.alice), people.alice, 999) is None
    assert session().scalars(select(AuditEntry).where(AuditEntry.action == "episode_viewed")).all() == []


def test_opening_is_recorded(context: Context, people: People) -> None:
    id_ = world.episode(context, 10)
    opened(context, people, id_)
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "episode_viewed")).one()
    assert (entry.actor_id, entry.subject, entry.subject_id) == (people.alice.person_id, "episode", str(id_))


def test_both_clocks_and_the_delay_of_notice(context: Context, people: People) -> None:
    id_ = world.episode(context, 60, notified_at=NOON - 40 * HOUR)
    clock = opened(context, people, id_, hours=2).clock
    assert clock is not None
    assert (clock.due_at, clock.hours_left, clock.is_open) == (NOON + 12 * HOUR, 10.0, True)
    assert (clock.notice_hours, clock.due_from_notice_at) == (20.0, NOON + 32 * HOUR)
    unknown = world.episode(context, 60, notified_at=None)
    history = opened(context, people, unknown).clock
    assert history is not None
    assert (history.notified_at, history.notice_hours, history.due_from_notice_at) == (None, None, None)


def test_the_page_shows_everything_known(context: Context, people: People) -> None:
    id_ = world.episode(context, 80, police_force="testshire", police_reference="TS1", risk="high")
    child_id = world.row(id_).child_id
    earlier = world.episode(context, 500, child_id=child_id)
    line = world.line(world.receipt(), 7, "updated", episode_id=id_)
    interview.allocate(acting(context, people.alice), episode_id=id_, person_id=people.bob.person_id)
    interview.allocate(acting(context, people.alice), episode_id=id_, person_id=people.mary.person_id)
    with writing() as current:
        message = OutboxMessage(
            dedupe_key="d", message_id="<m>", template="overdue", to_address="a@b.invalid", subject="s", body="b",
            created_at=NOON, try_at=NOON, sent_at=NOON + timedelta(seconds=9),
        )  # fmt: skip
        current.add(message)
        current.flush()
        current.add(
            Alert(
                reference="abc", dedupe_key="k", subject="episode", subject_id=id_, episode_id=id_, clock_no=1,
                rung="overdue",
                rungs=["due_soon", "overdue"], recipient_id=people.mary.person_id, outbox_id=message.id,
                due_at=NOON - 8 * HOUR, raised_at=NOON, acknowledged_at=NOON, acknowledged_by_id=people.alice.person_id,
                acknowledged_reason="no_capacity", planned_at=NOON + HOUR,
            )
        )  # fmt: skip
        current.add(EpisodeVersion(episode_id=id_, changed_at=NOON, line_id=line, changes={"risk": ["low", "high"]}))
        current.add(EpisodeDecision(episode_id=id_, field="kind", held_value="a", police_value="b", raised_at=NOON))
    page = opened(context, people, id_)
    assert (page.child.name, page.child.age) == (page.row.child_name, 14)
    assert [other.id for other in page.others] == [earlier]
    (held,) = page.interviews
    assert (held.allocated_to, held.allocated_before) == ("Mary", ("Bob",))
    (alert,) = page.alerts
    assert (alert.recipient, alert.sent_at, alert.acknowledged_by, alert.planned_at) == (
        "Mary", NOON + timedelta(seconds=9), "Alice", NOON + HOUR,
    )  # fmt: skip
    assert (page.history[0].line_no, dict(page.history[0].changes)) == (7, {"risk": ("low", "high")})
    assert [(d.field, d.decided_at) for d in page.decisions] == [("kind", None)]
    assert [(said.line_no, said.outcome) for said in report_history(id_, {}).lines] == [(7, "updated")]
    assert page.facts.police_reference == "TS1"


def test_what_may_be_done_follows_the_state(context: Context, people: People) -> None:
    made = world.one_of_each_state(context, people)
    may = {state: opened(context, people, id_).may for state, id_ in made.items()}
    assert may[InterviewState.AWAITING_RETURN] == {
        Act.CORRECT, Act.EXCLUDE, Act.RECORD_FOUND, Act.RECORD_RETURNED, Act.ALLOCATE,
        Act.ASK_AUTHORITY,
    }  # fmt: skip
    assert Act.RECORD_FOUND not in may[InterviewState.FOUND_NOT_RETURNED]
    assert may[InterviewState.FOUND_NOT_RETURNED] >= {Act.RECORD_RETURNED, Act.RECORD_COMPLETED}
    assert Act.REQUEST_INTERVIEW in may[InterviewState.NO_CLOCK]
    assert may[InterviewState.OVERDUE] == {
        Act.CORRECT, Act.EXCLUDE, Act.ALLOCATE, Act.RECORD_OFFER, Act.RECORD_COMPLETED, Act.RECORD_DECLINED,
        Act.PROPOSE_NOT_REQUIRED, Act.RECORD_ATTEMPT, Act.RECORD_ACCEPTED, Act.PLAN_VISIT, Act.ASK_AUTHORITY,
        Act.RECORD_PREVENTION,
    }  # fmt: skip
    closed = {Act.CORRECT, Act.EXCLUDE, Act.DETACH_INTERVIEW, Act.RECORD_PREVENTION}
    assert may[InterviewState.COMPLETED_IN_TIME] == closed
    assert may[InterviewState.DECLINED] == closed | {Act.RECORD_COMPLETED}
    assert may[InterviewState.WITHDRAWN] == {Act.CORRECT, Act.REINSTATE}


def test_a_manager_who_did_not_propose_may_approve(context: Context, people: People) -> None:
    id_ = world.episode(context, 10)
    interview.propose_not_required(acting(context, people.mary), episode_id=id_, reason="a reason")
    may = {}
    for viewer in (people.mary, people.max, people.alice):
        page = episode_page(acting(context, viewer), viewer, id_)
        assert page is not None
        may[viewer.name] = Act.APPROVE_NOT_REQUIRED in page.may
        assert Act.PROPOSE_NOT_REQUIRED not in page.may
    assert may == {"Mary": False, "Max": True, "Alice": False}


def test_what_is_held_differently_by_the_age_of_the_child(context: Context, people: People) -> None:
    with writing() as current:
        adult = factories.child(current, date_of_birth=(NOON - 40 * HOUR - 365 * 18 * DAY - 5 * DAY).date())
        row = factories.episode(current, adult, NOON - 40 * HOUR, NOON - 30 * HOUR, context=context)
        id_ = row.id
    page = opened(context, people, id_)
    assert (page.state, page.clock, world.row(id_).closed_as) == (InterviewState.WITHDRAWN, None, "withdrawn")
    assert Act.REINSTATE not in page.may


def test_flags_are_given_as_codes(context: Context, people: People) -> None:
    one = world.episode(context, 20, missing_hours=30)
    world.episode(context, 30, missing_hours=30, child_id=world.row(one).child_id)
    page = opened(context, people, one)
    assert page.flags == (FlagCode.OVERLAPS_ANOTHER,)
    assert Act.SETTLE_CONFLICT in page.may
    correct.settle_conflict(acting(context, people.alice), episode_id=one, version=page.row.version)
    assert opened(context, people, one).flags == ()
    assert session().scalar(select(Episode.needs_decision).where(Episode.id == one)) is False
