"""Quality checks: one for each interview and role, every look kept; what the group reads of an interview."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.services.test_frequent import often, row_of
from tests.services.world import DAY, HOUR, NOON, People, acting
from tracker.core.quality_check import Met
from tracker.core.said import SECTIONS
from tracker.core.terms import InterviewState, Role
from tracker.services.check_quality import check_interview
from tracker.services.context import Context, Viewer
from tracker.services.errors import Conflict, Refused
from tracker.services.pages.frequent_child import frequent_child
from tracker.services.pages.frequent_interviews import interview_read, interviews_page
from tracker.services.pages.maramps import said_page
from tracker.services.transaction import writing
from tracker.settings import load_settings
from tracker.store import interview_forms
from tracker.store.db import session
from tracker.store.models import (
    AuditEntry,
    Episode,
    Interview,
    InterviewEpisode,
    InterviewSection,
    PoliceShare,
    QualityCheck,
)

FORM = load_settings(environ={}, env="test", database_url="sqlite://", secret_key="t" * 40).interview_form
ANSWERS = {
    "own_words": {"words": "I was cold."},
    "reasons": {"push": ["placement_far"], "pull": ["family"]},
    "whereabouts": {"with_whom": "A boy called Zed"},
    "would_help": {"help_now": "To see my brother", "share_wishes": "Do not tell my dad"},
    "analysis": {"view": "She misses her brother", "risk_level": "high"},
    "health": {"feelings": "Sleeps badly"},
    "carer": {"account": "The carer was worried"},
}
MET = {"heard": Met.YES, "understood": Met.YES, "done": Met.YES}


@pytest.fixture
def child_id(lead: Context) -> int:
    return often(lead, 60, 30, 2)


def held(child_id: int, holder: Viewer, written_up: bool = True, **more: object) -> int:
    """An interview of the child's newest episode, held by this person, written up or not; its id."""
    with writing() as current:
        newest = current.scalars(
            select(Episode).where(Episode.child_id == child_id).order_by(Episode.id.desc())
        ).first()
        assert newest is not None
        row = Interview(
            created_at=NOON - DAY, completed_at=NOON - HOUR, completed_by_id=holder.person_id,
            interviewer_name=holder.name, form_version_id=interview_forms.version_of_form(current, FORM, NOON),
            written_up_at=NOON if written_up else None, written_up_by_id=holder.person_id if written_up else None,
            **more,
        )  # fmt: skip
        row.links = [InterviewEpisode(episode_id=newest.id)]
        current.add(row)
        current.flush()
        for section, answers in ANSWERS.items():
            current.add(
                InterviewSection(interview_id=row.id, section=section, version=1, answers=answers, saved_at=NOON)
            )
        return row.id


def test_each_role_checks_once_and_looks_again(lead: Context, people: People, child_id: int) -> None:
    id_, group = held(child_id, people.bob), acting(lead, people.charlie)
    assert row_of(lead, people.charlie, child_id).unchecked == 1
    assert check_interview(group, interview_id=id_, seen_number=0, **MET) == 1
    assert row_of(lead, people.charlie, child_id).unchecked == 0
    with pytest.raises(Conflict):
        check_interview(group, interview_id=id_, seen_number=0, **MET)
    partly = {**MET, "done": Met.NO}
    with pytest.raises(Refused) as refused:
        check_interview(group, interview_id=id_, seen_number=1, **partly)
    assert [(one.code, one.fields) for one in refused.value.problems] == [("missing_value", ("comment",))]
    assert check_interview(group, interview_id=id_, seen_number=1, **partly, comment="Nobody rang the school") == 2
    assert check_interview(lead, interview_id=id_, seen_number=0, **MET) == 1, "another role, another check"
    read = interview_read(group, people.charlie, child_id, id_)
    assert read is not None
    assert [(check.role, check.number) for check in read.interview.checks] == [
        (Role.OPERATIONAL_GROUP, 2), (Role.LEAD, 1),
    ]  # fmt: skip
    assert [check.number for check in read.earlier] == [1] and read.seen_number == 2
    told = session().scalars(select(AuditEntry).where(AuditEntry.action == "interview_quality_checked")).all()
    assert len(told) == 3 and not any("school" in str(one.details) for one in told)


def test_what_cannot_be_checked(lead: Context, people: People, child_id: int) -> None:
    draft, own = held(child_id, people.bob, written_up=False), held(child_id, people.alice)
    other = held(often(lead, 9), people.bob)
    group = acting(lead, people.charlie)
    for context, interview_id, code in (
        (group, draft, "not_written_up"),
        (lead, own, "own_interview"),
        (group, other, "unknown_interview"),
        (acting(lead, people.bob), draft, "unknown_interview"),
        (group, 99_999, "unknown_interview"),
    ):
        with pytest.raises(Refused) as refused:
            check_interview(context, interview_id=interview_id, seen_number=0, **MET)
        assert [one.code for one in refused.value.problems] == [code]
    assert session().scalar(select(QualityCheck.id)) is None


def test_the_group_reads_some_sections_and_the_childs_wish_first(lead: Context, people: People, child_id: int) -> None:
    id_ = held(child_id, people.bob)
    read = interview_read(lead, people.charlie, child_id, id_)
    assert read is not None
    assert [section.code for section, _ in read.sections] == [
        "own_words", "would_help", "reasons", "whereabouts", "analysis",
    ]  # fmt: skip
    assert {section.code for section, _ in read.sections} <= set(SECTIONS)
    assert read.not_shared == "Do not tell my dad" and not read.opens
    assert read.interview.in_time, "an hour ago, of a return two days ago"
    own = interview_read(lead, people.alice, child_id, id_)
    assert own is not None and own.opens
    assert interview_read(lead, people.bob, child_id, id_) is None, "an interviewer reads theirs elsewhere"
    assert interview_read(lead, people.charlie, often(lead, 50, 20, 4), id_) is None, "of another child"


def test_returns_without_an_interview_say_how_that_stands(lead: Context, people: People, child_id: int) -> None:
    held(child_id, people.bob)
    often_id = often(lead, 400, 60, 2)
    page = interviews_page(lead, people.charlie, child_id)
    assert page is not None and len(page.held) == 1
    assert [one.state for one in page.not_held] == [InterviewState.OVERDUE] * 2
    other = interviews_page(lead, people.alice, often_id)
    assert other is not None and other.held == ()
    assert [one.state for one in other.not_held] == [InterviewState.DUE_SOON, InterviewState.OVERDUE], "400 days: out"


def test_what_is_not_written_up_is_read_nowhere_here(lead: Context, people: People, child_id: int) -> None:
    id_ = held(child_id, people.bob, written_up=False)
    read = interview_read(lead, people.charlie, child_id, id_)
    assert read is not None and read.sections == () and not read.interview.may_check
    page, told = frequent_child(lead, people.charlie, child_id), said_page(lead, people.charlie, child_id)
    assert page is not None and page.mentions == ()
    assert told is not None and told.told == ()
    assert row_of(lead, people.charlie, child_id).unchecked == 0


def test_what_is_said_stands_beside_the_plan(lead: Context, people: People, child_id: int) -> None:
    id_ = held(child_id, people.bob)
    with writing() as current:
        for sent_at in (NOON - timedelta(minutes=5), None):
            current.add(PoliceShare(interview_id=id_, what="A car", created_at=NOON, sent_at=sent_at))
        first, second, _ = current.scalars(select(Episode).where(Episode.child_id == child_id).order_by(Episode.id))
        first.prevention_interview_raised_harm, second.prevention_interview_raised_harm = True, False
        raised = first.id
    page = said_page(lead, people.charlie, child_id)
    assert page is not None
    codes = [row.said.code for row in page.told]
    assert [code for code in codes if code.startswith("prevention.")] == [f"prevention.{raised}"]
    assert codes[:3] == [f"wish.{id_}.help_now", "reasons.push.placement_far", "reasons.pull.family"]
    assert sum(code.startswith("police.") for code in codes) == 1, "what was sent, and nothing that was not"
    assert page.gaps == len(page.told), "there is no plan"
    shown = frequent_child(lead, people.charlie, child_id)
    assert shown is not None and [one.text for one in shown.mentions] == ["A boy called Zed"]
    assert shown.opens == frozenset(), "the group opens no episode"


def test_every_reading_is_recorded_before_it_is_shown(lead: Context, people: People, child_id: int) -> None:
    id_, group = held(child_id, people.bob), acting(lead, people.charlie)
    frequent_child(group, people.charlie, child_id)
    interviews_page(group, people.charlie, child_id)
    interview_read(group, people.charlie, child_id, id_)
    said_page(group, people.charlie, child_id)
    rows = session().scalars(select(AuditEntry).where(AuditEntry.action == "frequent_viewed").order_by(AuditEntry.id))
    assert [(row.subject, row.subject_id, row.details["part"]) for row in rows] == [
        ("child", str(child_id), part) for part in ("pattern", "interviews", "interview", "said")
    ]
