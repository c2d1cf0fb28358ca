"""A child's story: all that is recorded, read in a fixed number of queries, by whoever may see the child."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from sqlalchemy import Engine, event, select

from tests import factories
from tests.services import world
from tests.services.course import attempt, plan
from tests.services.test_frequent import often
from tests.services.test_maramp import held as held_maramp
from tests.services.test_maramp import plan as plan_text
from tests.services.test_maramp import published, write
from tests.services.world import DAY, HOUR, NOON, People, acting
from tracker.core.interview_terms import ContactOutcome, NotHeldReason, VisitEnd
from tracker.core.maramp import PlanRisk
from tracker.core.terms import Role
from tracker.services import record_interview as interview
from tracker.services import write_maramp
from tracker.services.context import Context
from tracker.services.pages.child_story import child_story
from tracker.services.pages.story_shapes import StoryPage
from tracker.services.plan_visit import end_visit
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import (
    Action,
    AuditEntry,
    Episode,
    Interview,
    InterviewFormVersion,
    InterviewSection,
    StrategyMeeting,
)

WORDS = "I wanted to see my brother.\nNobody would take me."
FORM = {
    "title": "Invented",
    "sections": [
        {"code": "own_words", "title": "Own words", "verbatim": True, "questions": [
            {"code": "words", "label": "What did the child say?", "kind": "long_text"},
            {"code": "how_said", "label": "How?", "kind": "text"},
        ]},
        {"code": "would_help", "title": "Would help", "verbatim": False, "questions": [
            {"code": "help_now", "label": "What does the child want?", "kind": "long_text"},
        ]},
    ],
}  # fmt: skip


def told(context: Context, people: People, child_id: int) -> StoryPage:
    page = child_story(acting(context, people.alice), people.alice, child_id)
    assert page is not None
    return page


def child_of(episode_id: int) -> int:
    return session().get_one(Episode, episode_id).child_id


def write_up(interview_id: int, form_id: int | None = None) -> None:
    with writing() as current:
        if form_id is None:
            form = InterviewFormVersion(sha256="0" * 64, definition=FORM, first_used_at=NOON)
            current.add(form)
            current.flush()
            form_id = form.id
        current.get_one(Interview, interview_id).form_version_id = form_id
        answers = {"own_words": {"how_said": "Drew it", "words": WORDS}, "would_help": {"help_now": "Saturdays."}}
        for code, given in answers.items():
            current.add(
                InterviewSection(interview_id=interview_id, section=code, version=1, answers=given, saved_at=NOON)
            )


def test_the_whole_course_of_an_interview_and_the_childs_own_words(context: Context, people: People) -> None:
    id_ = world.episode(context, 40)
    alice = acting(context, people.alice)
    interview.allocate(alice, episode_id=id_, person_id=people.bob.person_id)
    attempt(alice, id_, at=NOON - 30 * HOUR)
    attempt(alice, id_, ContactOutcome.ACCEPTED, at=NOON - 20 * HOUR)
    visit = plan(alice, id_, NOON + HOUR)
    end_visit(acting(context, people.alice, 2), visit_id=visit, ended_as=VisitEnd.NOT_HELD,
              reason=NotHeldReason.CHILD_NOT_THERE)  # fmt: skip
    interview.record_completed(acting(context, people.alice, 5), episode_ids=[id_], completed_at=NOON + 4 * HOUR)
    held = session().scalars(select(Interview.id)).one()
    write_up(held)
    with writing() as current:
        child_id = current.get_one(Episode, id_).child_id
        current.add(Action(child_id=child_id, interview_id=held, what="Ask for Saturdays", asked_by_child=True,
                           due_on=date(2026, 12, 1), created_at=NOON + 5 * HOUR))  # fmt: skip
        current.add(StrategyMeeting(key="k", child_id=child_id, trigger="missing_24h", title="Missing over 24 hours",
                                    due_at=NOON, asked_at=NOON))  # fmt: skip
    page = told(context, people, child_id)
    (one,) = page.interviews
    assert [(holder.name, str(holder.kind)) for holder in one.holders] == [("Bob", "allocated")]
    assert [attempt.outcome for attempt in one.attempts] == [ContactOutcome.NO_ANSWER, ContactOutcome.ACCEPTED]
    assert [(visit.ended_as, visit.not_held_reason) for visit in one.visits] == [
        (VisitEnd.NOT_HELD, NotHeldReason.CHILD_NOT_THERE)
    ]
    assert [(quote.text, quote.verbatim) for quote in one.words] == [(WORDS, True), ("Drew it", False)]
    assert [(quote.label, quote.text) for quote in one.wishes] == [("What does the child want?", "Saturdays.")]
    assert one.told_at == NOON + 4 * HOUR
    assert [action.asked_by_child for action in page.actions] == [True]
    assert [meeting.title for meeting in page.meetings] == ["Missing over 24 hours"]


def test_only_whoever_may_see_the_child_and_the_opening_is_recorded(context: Context, people: People) -> None:
    id_ = world.episode(context, 10)
    child_id = child_of(id_)
    for nobody in (people.bob, people.charlie):
        assert child_story(acting(context, nobody), nobody, child_id) is None
    assert child_story(acting(context, people.alice), people.alice, 99_999) is None
    interview.allocate(acting(context, people.alice), episode_id=id_, person_id=people.bob.person_id)
    assert child_story(acting(context, people.bob), people.bob, child_id) is not None
    seen = session().scalars(select(AuditEntry).where(AuditEntry.action == "child_viewed")).all()
    assert [(row.actor, row.subject_id, row.details) for row in seen] == [("Bob", str(child_id), {"part": "story"})]


def test_a_plan_is_told_with_its_versions_scores_and_closing(context: Context, people: People) -> None:
    child_id = often(acting(context, people.alice), 60, 30, 2)
    lead = acting(context, people.alice)
    id_ = published(lead, people, child_id)
    later = replace(lead, now=NOON + 30 * DAY)  # two days after the review was due
    calmer = plan_text(
        people, risks=(PlanRisk("r1", "Lifts", "One interview", 2, 4),), next_review_on=date(2027, 1, 20)
    )
    version = write(later, id_, calmer, based_on=1)
    write_maramp.publish(later, maramp_id=id_, version=version, why="Fewer lifts")
    (one,) = told(context, people, child_id).plans
    assert [(step.number, step.highest, step.why, step.lead) for step in one.versions] == [
        (1, 20, "First plan", "Mary"), (2, 8, "Fewer lifts", "Mary"),
    ]  # fmt: skip
    assert (one.opened_by, one.closed_at, one.reopened, one.review_passed) == ("Alice", None, False, False)
    overdue = child_story(replace(later, now=NOON + 90 * DAY), people.alice, child_id)
    assert overdue is not None and overdue.plans[0].review_passed
    write_maramp.close_maramp(later, maramp_id=id_, version=held_maramp(id_).version, reason="Settled at her aunt's")
    (one,) = told(context, people, child_id).plans
    assert (one.closed_at, one.closed_by, one.closed_reason) == (later.now, "Alice", "Settled at her aunt's")
    write_maramp.reopen_maramp(later, maramp_id=id_, version=held_maramp(id_).version)
    (one,) = told(context, people, child_id).plans
    assert one.reopened


def test_a_plan_is_not_told_to_whoever_may_not_read_it(context: Context, people: People) -> None:
    """Bob sees the child, whose interview is his; plans are for those who work on them."""
    alice = acting(context, people.alice)
    child_id = often(alice, 60, 30, 2)
    published(alice, people, child_id)
    with writing() as current:
        row = current.scalars(select(Episode).where(Episode.child_id == child_id)).first()
        assert row is not None
        factories.interview(current, [row], allocated_to_id=people.bob.person_id, context=context)
    page = child_story(acting(context, people.bob), people.bob, child_id)
    assert page is not None and page.episodes and not page.plans
    both = replace(people.bob, roles=people.bob.roles | {Role.OPERATIONAL_GROUP})
    page = child_story(acting(context, both), both, child_id)
    assert page is not None and page.plans


@contextmanager
def counting() -> Iterator[list[str]]:
    """The statements sent meanwhile."""
    sent: list[str] = []

    def note(*given: object) -> None:
        sent.append(str(given[2]))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_a_long_story_costs_no_more_queries_than_a_short_one(context: Context, people: People) -> None:
    short = child_of(world.episode(context, 40))
    with writing() as current:
        long = factories.child(current).id
    for place in range(12):
        id_ = world.episode(context, 40 + 100 * place, child_id=long)
        with writing() as current:
            row = current.get_one(Episode, id_)
            assert row.returned_at is not None
            factories.interview(current, [row], completed_at=row.returned_at + DAY, context=context)
    form_id = None
    for held in session().scalars(select(Interview.id)).all():
        write_up(held, form_id)
        form_id = session().scalars(select(InterviewFormVersion.id)).one()
    spent = {}
    for child_id in (long, short, long):
        session().rollback()
        with counting() as sent:
            told(context, people, child_id)
        spent.setdefault(child_id, []).append(len([one for one in sent if one.startswith("SELECT")]))
    assert len(set(spent[long])) == 1
    assert spent[long][0] <= spent[short][0] + 3  # links and forms, which a child without interviews has none of
    assert spent[long][0] < 30
