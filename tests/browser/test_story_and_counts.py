"""A child's story and the counts of a period, as they are looked at: no barrier, at both widths, and on paper."""

from datetime import timedelta

from tests.browser.conftest import Site
from tests.web.day import Day, built, context_of, database_url, day, people
from tracker.core.interview_terms import ContactMethod, ContactOutcome, ContactWith
from tracker.services.contact_child import record_attempt
from tracker.services.record_interview import record_completed
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import Action, Episode, Interview, InterviewEpisode, InterviewSection

__all__ = ["built", "database_url", "day", "people"]


def test_a_story_and_the_counts_behind_it(site: Site, day: Day) -> None:
    child_id = _told(site, day)
    site.sign_in("Alice")
    page = site.open(f"/children/{child_id}")
    page.get_by_role("link", name="Read the whole story").click()
    assert page.get_by_text("A room of my own.").count() == 2  # what was asked, and in its place in the story
    site.look("story")
    page.emulate_media(media="print")
    assert not page.get_by_role("link", name="Sign out").is_visible()
    page.emulate_media(media="screen")
    site.open("/month/counts")
    page.get_by_label("First day").fill("2026-01-01")
    page.get_by_label("Last day").fill("2026-12-31")
    page.get_by_role("button", name="Count").click()
    site.look("counts")
    page.get_by_role("link", name="children missing, all children").click()
    assert "Behind the count" in page.inner_text("main")


def _told(site: Site, day: Day) -> int:
    context, id_ = context_of(site.people), day.episode("Carabel")
    returned = session().get_one(Episode, id_).returned_at
    assert returned is not None
    for minutes, outcome in ((5, ContactOutcome.NO_ANSWER), (9, ContactOutcome.ACCEPTED)):
        record_attempt(context, episode_id=id_, at=returned + timedelta(minutes=minutes), method=ContactMethod.PHONE,
                       with_whom=ContactWith.CHILD, outcome=outcome)  # fmt: skip
    record_completed(context, episode_ids=[id_], completed_at=context.now - timedelta(minutes=5))
    with writing() as current:
        row = current.query(Interview).join(InterviewEpisode).filter(InterviewEpisode.episode_id == id_).first()
        assert row is not None
        child_id = current.get_one(Episode, id_).child_id
        for section, answers in {
            "own_words": {"words": "I was fine."},
            "would_help": {"help_now": "A room of my own."},
        }.items():
            current.add(
                InterviewSection(interview_id=row.id, section=section, version=1, answers=answers, saved_at=context.now)
            )
        current.add(Action(child_id=child_id, interview_id=row.id, what="Ask for another room", asked_by_child=True,
                           due_on=(context.now + timedelta(days=7)).date(), created_at=context.now))  # fmt: skip
        return child_id
