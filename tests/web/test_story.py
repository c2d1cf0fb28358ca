"""The story as it is read: kind plain sentences, in order, and what was asked beside what was done."""

from datetime import date, timedelta

import pytest

from tests.conftest import NOON
from tests.web.conftest import ClientRequest
from tests.web.day import Day, built, context_of, database_url, day, people
from tracker.core.interview_terms import ContactMethod, ContactOutcome, ContactWith
from tracker.core.maramp import MarampPlan, PlanRisk, SafetyStep
from tracker.services import write_maramp
from tracker.services.contact_child import record_attempt
from tracker.services.pages.story_shapes import PlanTold, PlanVersionTold
from tracker.services.record_interview import record_completed
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import Action, Episode, Interview, InterviewEpisode, InterviewSection, StrategyMeeting
from tracker.web.children.story_plan import plan_steps

__all__ = ["built", "database_url", "day", "people"]

HOUR = timedelta(hours=1)


@pytest.fixture
def held(day: Day, people: dict[str, int]) -> int:
    """Carabel was reached at the third attempt, and spoken with; her wish has an action, her friend's has none."""
    context, id_ = context_of(people), day.episode("Carabel")
    returned = session().get_one(Episode, id_).returned_at
    assert returned is not None
    for place, outcome in enumerate((ContactOutcome.NO_ANSWER, ContactOutcome.NO_ANSWER, ContactOutcome.ACCEPTED)):
        record_attempt(context, episode_id=id_, at=returned + (place + 1) * timedelta(minutes=5),
                       method=ContactMethod.PHONE, with_whom=ContactWith.CHILD, outcome=outcome)  # fmt: skip
    record_completed(context, episode_ids=[id_], completed_at=NOON - timedelta(minutes=5))
    with writing() as current:
        query = current.query(Interview).join(InterviewEpisode).filter(InterviewEpisode.episode_id == id_)
        row = query.order_by(Interview.id.desc()).first()
        assert row is not None
        child_id = current.get_one(Episode, id_).child_id
        for section, answers in {
            "own_words": {"words": "I was <b>fine</b>."},
            "would_help": {"help_now": "A room of my own."},
        }.items():
            current.add(
                InterviewSection(interview_id=row.id, section=section, version=1, answers=answers, saved_at=NOON)
            )
        current.add(Action(child_id=child_id, interview_id=row.id, what="Ask for another room", asked_by_child=True,
                           owner_name="The placement", due_on=date(2026, 11, 1), created_at=NOON))  # fmt: skip
        return child_id


def test_the_story_says_how_the_child_was_reached_and_what_the_child_said(
    client_request: ClientRequest, held: int
) -> None:
    page = client_request.sign_in("Alice").get(f"/children/{held}/story")
    text = " ".join(page.text.split())
    assert "Carabel went missing" in text
    assert "Tried 3 times by phone, reached on the third." in text
    assert "within the 72 hours" in text
    assert "Carabel’s own words" in text
    assert "I was <b>fine</b>." in text  # verbatim, and no markup
    for unkind in ("refused", "absconded", "non-compliant", "failed"):
        assert unkind not in text.lower()


def test_what_was_asked_stands_beside_what_was_not_done_yet(client_request: ClientRequest, held: int) -> None:
    client_request.sign_in("Alice")
    text = " ".join(client_request.get(f"/children/{held}/story").text.split())
    assert "A room of my own." in text
    assert "Not done yet It was to be done by 1 November 2026, by The placement." in text
    with writing() as current:
        current.query(Action).delete()
    text = " ".join(client_request.get(f"/children/{held}/story").text.split())
    assert "Nothing is recorded as done about it." in text


def test_who_may_read_it(client_request: ClientRequest, held: int, day: Day) -> None:
    client_request.sign_in("Charlie").get(f"/children/{held}/story", status=403)
    client_request.sign_in("Bob").get(f"/children/{day.child('Anwen')}/story", status=404)
    page = client_request.sign_in("Dana").get(f"/children/{held}")
    assert any(a.attributes.get("href") == f"/children/{held}/story" for a in page.all("a"))


def test_a_plan_stands_in_the_story_for_those_who_may_read_it(
    client_request: ClientRequest, held: int, people: dict[str, int]
) -> None:
    context = context_of(people)
    id_ = write_maramp.open_maramp(context, child_id=held)
    whole = MarampPlan(
        risks=(PlanRisk("r1", "Lifts from an adult", "Two interviews", 4, 5),), child_says="“My brother.”",
        steps=(SafetyStep("s1", "Saturdays"),), lead_name="Ms Invented", next_review_on=date(2026, 12, 14),
    )  # fmt: skip
    version = write_maramp.save_draft(context, maramp_id=id_, plan=whole, version=0, based_on=0)
    write_maramp.publish(context, maramp_id=id_, version=version, why="She asked for one.")
    page = client_request.sign_in("Alice").get(f"/children/{held}/story")
    text = " ".join(page.text.split())
    assert "A plan of several services (MARAMP) was begun" in text
    assert (
        "The plan was made By Alice Testworker. Why: She asked for one. The highest risk is scored 20 of 25, high. "
        "Ms Invented leads it. Next review by 14 December 2026." in text
    )
    assert [a for a in page.all("a") if a.attributes.get("href") == f"/frequent/maramps/{id_}"]
    own = client_request.sign_in("Bob").get(f"/children/{held}/story")
    assert "Carabel’s own words" in own.text
    assert "MARAMP" not in own.text and "She asked for one" not in own.text


def test_a_plan_looked_at_again_says_how_the_score_moved_and_how_late_it_came() -> None:
    at = [NOON + days * 24 * HOUR for days in (0, 30, 40)]
    versions = (
        PlanVersionTold(1, at[0], "Alice", "First plan", 20, "Mary", date(2026, 12, 14)),
        PlanVersionTold(2, at[1], "Alice", "Fewer lifts", 8, None, date(2026, 12, 20)),
    )
    plan = PlanTold(7, at[0], "Alice", versions, True, None, None, "Settled")
    begun, first, second = plan_steps(plan)
    assert begun[2] == ("By Alice.",)
    assert first[2][-2:] == ("Mary leads it.", "Next review by 14 December 2026.")
    assert second == (
        at[1], "The plan was looked at again: version 2",
        ("By Alice.", "Why: Fewer lifts", "The highest risk is scored 8 of 25, medium; it was 20.",
         "The review was set for 14 December 2026. It came 2 days later.", "Next review by 20 December 2026.",
         "The day of the review has passed. It was closed before, and opened again. Why it was closed then: Settled"),
    )  # fmt: skip
    closed = PlanTold(7, at[0], None, (), False, at[2], "Dana", "Moved away")
    assert [step[1] for step in plan_steps(closed)] == [begun[1], "The plan was closed"]
    assert list(plan_steps(closed))[-1] == (at[2], "The plan was closed", ("By Dana.", "Why: Moved away"))


def test_every_child_of_the_day_has_a_story(client_request: ClientRequest, day: Day) -> None:
    client_request.sign_in("Alice")
    for child_id in day.children.values():
        client_request.get(f"/children/{child_id}/story?all=yes")


def test_a_persons_word_about_the_prevention_interview(client_request: ClientRequest, day: Day) -> None:
    alice, id_ = client_request.sign_in("Alice"), day.episode("Carabel")
    page = alice.get(f"/episodes/{id_}")
    assert "Not recorded." in page.text
    form = alice.get(f"/episodes/{id_}/prevention-interview")
    at = {"prevention_interview_at-day": "16", "prevention_interview_at-month": "11",
          "prevention_interview_at-year": "2026", "prevention_interview_at-time": "11:00"}  # fmt: skip
    sent = {**at, "version": form.value_of("version"), "prevention_interview_raised_harm": "yes"}
    again = alice.post(f"/episodes/{id_}/prevention-interview", sent, status=200)
    assert "Write what was raised" in again.text
    alice.post(f"/episodes/{id_}/prevention-interview", {**sent, "prevention_interview_outcome": "Was followed."})
    page = alice.get(f"/episodes/{id_}")
    assert "Harm was raised" in page.text
    assert "Was followed." in page.text
    client_request.sign_in("Bob").get(f"/episodes/{id_}/prevention-interview", status=403)


def test_the_episodes_timeline_tells_the_course(client_request: ClientRequest, held: int, day: Day) -> None:
    with writing() as current:
        current.add(StrategyMeeting(key="k", child_id=held, episode_id=day.episode("Carabel"), trigger="missing_24h",
                                    title="Missing over 24 hours", due_at=NOON, asked_at=NOON))  # fmt: skip
    page = client_request.sign_in("Alice").get(f"/episodes/{day.episode('Carabel')}")
    told = " ".join(page.text.split())
    for words in (
        "Attempt to reach the child: no answer", "Offer accepted By the child.", "To do: Ask for another room",
        "The child asked for it.", "Strategy meeting asked for Missing over 24 hours",
    ):  # fmt: skip
        assert words in told
    assert told.count("Interview allocated to Bob") == 1
