"""Writing an interview up: saved as typed, both texts kept where two write, and what completion asks for."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.conftest import NOON
from tests.services import world
from tests.services.world import HOUR, acting, codes
from tracker.core.form_answers import missing
from tracker.core.interview_form import InterviewForm, Question, QuestionKind, Section
from tracker.core.interview_terms import ReviewDecision
from tracker.core.terms import DeclinedBy
from tracker.services.context import Context
from tracker.services.errors import Refused
from tracker.services.record_interview import allocate, record_completed, record_declined
from tracker.services.review_interview import review
from tracker.services.write_interview import (
    SectionConflict,
    finish_write_up,
    reopen_write_up,
    save_section,
    settle_conflict,
)
from tracker.store import audit
from tracker.store.db import session
from tracker.store.models import (
    AuditEntry,
    Interview,
    InterviewFormVersion,
    InterviewSection,
    InterviewSectionConflict,
    InterviewSectionVersion,
)

SECTION = "circumstances"


@pytest.fixture
def interview_id(context: Context, people: world.People) -> int:
    """Bob's, of an episode that ended ten hours ago; not held yet."""
    return allocate(context, episode_id=world.episode(context), person_id=people.bob.person_id)


@pytest.fixture
def bob(context: Context, people: world.People) -> Context:
    return acting(context, people.bob)


@pytest.fixture
def alice(context: Context, people: world.People) -> Context:
    return acting(context, people.alice)


def saved(interview_id: int, section: str = SECTION) -> InterviewSection | None:
    session().rollback()
    return session().get(InterviewSection, (interview_id, section), populate_existing=True)


def count(table: type, *conditions: object) -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(table).where(*conditions)) or 0


def acts(action: str) -> int:
    return count(AuditEntry, AuditEntry.action == action)


def write(context: Context, interview_id: int, text: str, based_on: int, **more: object) -> int:
    given = {"interview_id": interview_id, "section": SECTION, "answers": {"what_happened": text}}
    return save_section(context, **given, based_on_version=based_on, **more).version


def fill(context: Context, interview_id: int) -> None:
    """Every required question, with the least that completion asks for."""
    form = context.rules.interview_form
    assert form is not None
    for section in form.sections:
        answers = {question.code: _least(question) for question in section.questions if question.required}
        if answers:
            held = saved(interview_id, section.code)
            save_section(
                context, interview_id=interview_id, section=section.code, answers=answers,
                based_on_version=held.version if held else 0,
            )  # fmt: skip


def _least(question: Question) -> str | list[str]:
    if question.kind is QuestionKind.CHOICES:
        return [question.options[0][0]]
    return question.options[0][0] if question.options else "Some words."


def test_the_form_is_pinned_with_the_first_answer(bob: Context, interview_id: int) -> None:
    assert write(bob, interview_id, "", 0) == 0, "nothing typed, nothing written"
    assert saved(interview_id) is None
    assert write(bob, interview_id, "The bus was late.", 0) == 1
    row = session().get_one(Interview, interview_id)
    pinned = session().get_one(InterviewFormVersion, row.form_version_id)
    assert (row.form_started_at, pinned.sha256) == (NOON, bob.rules.interview_form.sha256())  # type: ignore[union-attr]
    other = InterviewForm("Another form", (Section("circumstances", "Here", (_text_question(),)),))
    changed = replace(bob, rules=replace(bob.rules, interview_form=other))
    assert write(changed, interview_id, "The bus was an hour late.", 1) == 2, "it goes on with the form it began with"
    assert count(InterviewFormVersion) == 1


def _text_question() -> Question:
    return Question("only", "Only this?", QuestionKind.TEXT)


def test_the_same_answers_write_nothing(bob: Context, interview_id: int) -> None:
    write(bob, interview_id, "The bus was late.", 0)
    before = (count(AuditEntry), count(InterviewSectionVersion))
    later = replace(bob, now=NOON + HOUR)
    assert write(later, interview_id, "  The bus was late.\r\n", 0) == 1, "whatever version the page was based on"
    assert (count(AuditEntry), count(InterviewSectionVersion)) == before


def test_typing_does_not_flood_history_and_trail(bob: Context, interview_id: int) -> None:
    text = "A sentence that goes on and on. "
    for second in range(0, 150, 5):
        write(replace(bob, now=NOON + timedelta(seconds=second)), interview_id, text * (second // 5 + 1), second // 5)
    assert saved(interview_id).version == 30  # type: ignore[union-attr]
    versions = session().scalars(select(InterviewSectionVersion.version).order_by(InterviewSectionVersion.id)).all()
    assert versions == [1, 12, 23], "the first, then one a minute"
    assert acts("interview_section_saved") == 4


@pytest.mark.parametrize("cause", ["another person", "text taken away"])
def test_what_is_replaced_goes_into_the_history(bob: Context, alice: Context, interview_id: int, cause: str) -> None:
    long = "A long account of the evening, as far as it is known."
    for version, text in enumerate(("First", "Second", long)):
        write(bob, interview_id, text, version)
    who, text = (alice, long + " And more.") if cause == "another person" else (bob, "Gone.")
    write(who, interview_id, text, 3)
    kept = session().scalars(select(InterviewSectionVersion).order_by(InterviewSectionVersion.id.desc())).first()
    assert kept is not None and kept.answers == {"what_happened": long}


def test_two_write_over_one_another_and_both_texts_are_kept(bob: Context, alice: Context, interview_id: int) -> None:
    write(bob, interview_id, "From Bob.", 0)
    with pytest.raises(SectionConflict) as met:
        write(alice, interview_id, "From Alice.", 0)
    conflict = met.value
    assert (conflict.held_version, conflict.held_by, conflict.held_at) == (1, "Bob", NOON)
    assert [(one.field, one.held, one.typed) for one in conflict.differences] == [
        ("what_happened", "From Bob.", "From Alice.")
    ]
    assert saved(interview_id).answers == {"what_happened": "From Bob."}  # type: ignore[union-attr]
    with pytest.raises(SectionConflict) as again:
        write(alice, interview_id, "From Alice.", 0)
    assert again.value.conflict_id == conflict.conflict_id, "the same text is kept once"
    with pytest.raises(SectionConflict) as more:
        write(alice, interview_id, "From Alice. And more.", 0, conflict_id=conflict.conflict_id)
    assert more.value.conflict_id == conflict.conflict_id, "what goes on from it takes its place"
    assert count(InterviewSectionConflict) == acts("interview_section_conflict_kept") == 1
    with pytest.raises(SectionConflict) as bobs:
        write(bob, interview_id, "From Bob, in another window.", 0, conflict_id=conflict.conflict_id)
    assert bobs.value.conflict_id != conflict.conflict_id, "nobody writes over another's kept text"


def test_a_conflict_is_settled_once_and_stays_readable(bob: Context, alice: Context, interview_id: int) -> None:
    write(bob, interview_id, "From Bob.", 0)
    with pytest.raises(SectionConflict) as met:
        write(alice, interview_id, "From Alice.", 0)
    given = {"conflict_id": met.value.conflict_id, "answers": {"what_happened": "From Bob. From Alice."}}
    with pytest.raises(SectionConflict):
        settle_conflict(alice, **given, based_on_version=7)
    assert settle_conflict(alice, **given, based_on_version=1).version == 2
    kept = session().get_one(InterviewSectionConflict, met.value.conflict_id, populate_existing=True)
    assert (kept.answers, kept.settled_at) == ({"what_happened": "From Alice."}, NOON)
    with pytest.raises(Refused) as refused:
        settle_conflict(bob, **given, based_on_version=2)
    assert codes(refused) == ["already_settled"]


def test_who_may_write(context: Context, people: world.People, bob: Context, interview_id: int) -> None:
    write(bob, interview_id, "From Bob.", 0)
    write(acting(context, people.mary), interview_id, "From Mary, who manages.", 1)
    episode_id = session().get_one(Interview, interview_id).links[0].episode_id
    allocate(context, episode_id=episode_id, person_id=people.alice.person_id)
    with pytest.raises(Refused) as refused:
        write(bob, interview_id, "From Bob, who had it before.", 2)
    assert codes(refused) == ["not_yours"]
    with pytest.raises(Refused) as unseen:
        write(acting(context, people.charlie), interview_id, "From Charlie.", 2)
    assert codes(unseen) == ["unknown_interview"]


def test_a_text_that_is_too_long_is_refused_with_its_question(bob: Context, interview_id: int) -> None:
    write(bob, interview_id, "x" * 20_000, 0)
    with pytest.raises(Refused) as refused:
        write(bob, interview_id, "x" * 20_001, 1)
    (problem,) = refused.value.problems
    assert (problem.code, problem.fields) == ("too_long", ("what_happened",))


def test_finishing_asks_for_what_is_missing_and_only_then(bob: Context, interview_id: int) -> None:
    write(bob, interview_id, "", 0)
    with pytest.raises(Refused) as refused:
        finish_write_up(bob, interview_id=interview_id)
    form = bob.rules.interview_form
    assert form is not None
    wanted = [f"{one.section.code}.{one.question.code}" for one in missing(form, {})]
    assert len(wanted) > 5
    assert [problem.fields for problem in refused.value.problems] == [(), *((name,) for name in wanted)]
    fill(bob, interview_id)
    with pytest.raises(Refused) as not_held:
        finish_write_up(bob, interview_id=interview_id)
    assert codes(not_held) == ["not_held"]
    _held(bob, interview_id)
    finish_write_up(bob, interview_id=interview_id)
    row = session().get_one(Interview, interview_id, populate_existing=True)
    assert (row.written_up_at, row.written_up_by_id) == (NOON, bob.actor.person_id)
    with pytest.raises(Refused) as locked:
        write(bob, interview_id, "One thing more.", 1)
    assert codes(locked) == ["written_up"]


def _held(context: Context, interview_id: int) -> None:
    episode_id = session().get_one(Interview, interview_id).links[0].episode_id
    record_completed(context, episode_ids=[episode_id], completed_at=NOON - HOUR)


def test_a_text_that_waits_to_be_settled_blocks_the_finish(bob: Context, alice: Context, interview_id: int) -> None:
    fill(bob, interview_id)
    _held(bob, interview_id)
    with pytest.raises(SectionConflict) as met:
        write(alice, interview_id, "From Alice.", 0)
    with pytest.raises(Refused) as refused:
        finish_write_up(bob, interview_id=interview_id)
    assert codes(refused) == ["unsettled"]
    settle_conflict(bob, conflict_id=met.value.conflict_id, answers=met.value.held, based_on_version=1)
    finish_write_up(bob, interview_id=interview_id)


def test_who_wrote_it_takes_it_back_until_a_manager_decides(
    context: Context, people: world.People, bob: Context, interview_id: int
) -> None:
    fill(bob, interview_id)
    _held(bob, interview_id)
    finish_write_up(bob, interview_id=interview_id)
    with pytest.raises(Refused) as not_hers:
        reopen_write_up(acting(context, people.alice), interview_id=interview_id)
    assert codes(not_hers) == ["not_yours"]
    reopen_write_up(bob, interview_id=interview_id)
    write(bob, interview_id, "Some words, and some more.", 1)
    finish_write_up(bob, interview_id=interview_id)
    review(acting(context, people.mary), interview_id=interview_id, decision=ReviewDecision.APPROVED)
    with pytest.raises(Refused) as decided:
        reopen_write_up(bob, interview_id=interview_id)
    assert codes(decided) == ["not_waiting"]
    assert list(audit.broken_links(session())) == []


def test_a_decline_has_no_form(bob: Context, interview_id: int) -> None:
    episode_id = session().get_one(Interview, interview_id).links[0].episode_id
    write(bob, interview_id, "What is known before the visit.", 0)
    record_declined(bob, episode_ids=[episode_id], declined_at=NOON, declined_by=DeclinedBy.CHILD, reason="None")
    with pytest.raises(Refused) as refused:
        write(bob, interview_id, "More.", 1)
    assert codes(refused) == ["declined"]
    assert saved(interview_id).version == 1, "what was written before stays"  # type: ignore[union-attr]
