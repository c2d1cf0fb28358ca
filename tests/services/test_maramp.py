"""MARAMPs: opened, drafted, published version by version, never lost to another's, closed; they go with the child."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories
from tests.services.test_frequent import often
from tests.services.world import DAY, NOON, People, acting, codes
from tracker.bootstrap import wiring
from tracker.core.clock import local_date
from tracker.core.maramp import MarampPlan, PlanRisk, SafetyStep
from tracker.services import actions, write_maramp
from tracker.services.context import Context
from tracker.services.errors import Conflict, Refused
from tracker.services.merge_children import merge_children
from tracker.services.pages.maramps import changed_meanwhile, compared, maramp_page
from tracker.services.transaction import writing
from tracker.services.unmerge_children import unmerge_children
from tracker.store import plans
from tracker.store.db import session
from tracker.store.models import (
    Action,
    AuditEntry,
    Child,
    ChildMerge,
    Maramp,
    MarampDraft,
    MarampVersion,
    RepeatFlagRow,
)

TODAY = local_date(NOON)


@pytest.fixture
def child_id(lead: Context) -> int:
    return often(lead, 60, 30, 2)


def plan(people: People, **more: object) -> MarampPlan:
    whole = MarampPlan(
        risks=(PlanRisk("r1", "Lifts from an adult", "Two interviews", 4, 5),),
        strengths="Her aunt",
        child_says="“I want to see my brother.”",
        steps=(SafetyStep("s1", "Saturdays with her brother", "The home"),),
        lead_id=people.mary.person_id,
        next_review_on=TODAY + timedelta(days=28),
    )
    return replace(whole, **more)  # type: ignore[arg-type]


def write(context: Context, maramp_id: int, text: MarampPlan, version: int = 0, based_on: int = 0) -> int:
    return write_maramp.save_draft(context, maramp_id=maramp_id, plan=text, version=version, based_on=based_on)


def published(context: Context, people: People, child_id: int, **more: object) -> int:
    id_ = write_maramp.open_maramp(context, child_id=child_id)
    version = write(context, id_, plan(people, **more))
    write_maramp.publish(context, maramp_id=id_, version=version, why="First plan")
    return id_


def held(maramp_id: int) -> Maramp:
    session().rollback()
    return session().get_one(Maramp, maramp_id, populate_existing=True)


def test_two_versions_each_readable_and_what_changed_between_them(lead: Context, people: People, child_id: int) -> None:
    id_ = published(lead, people, child_id)
    assert (held(id_).version_no, held(id_).lead_id) == (1, people.mary.person_id)
    assert held(id_).next_review_on == TODAY + timedelta(days=28)
    later = replace(lead, now=NOON + 5 * DAY)
    text = plan(people, steps=(), lead_id=None, lead_name="Ms Invented", next_review_on=TODAY + timedelta(days=60))
    version = write(later, id_, text, based_on=1)
    with pytest.raises(Refused) as refused:
        write_maramp.publish(later, maramp_id=id_, version=version, why=" ")
    assert codes(refused) == ["missing_value", "missing_value"], "no step, and not why"
    version = write(later, id_, replace(text, steps=plan(people).steps), version)
    assert write_maramp.publish(later, maramp_id=id_, version=version, why="Reviewed") == 2
    assert (held(id_).lead_id, held(id_).lead_name) == (None, "Ms Invented")
    page = maramp_page(later, people.charlie, id_)
    assert page is not None and page.own is None
    assert page.versions[0].plan == plan(people), "the first stays as it was"
    found = compared(page, 1, 2)
    assert found is not None
    assert {change.field for change in found.changes} == {"lead_id", "lead_name", "next_review_on"}
    assert session().scalar(select(MarampDraft.maramp_id)) is None
    told = session().scalars(select(AuditEntry).where(AuditEntry.action.like("maramp_%")).order_by(AuditEntry.id)).all()
    assert [one.action for one in told] == [
        "maramp_opened", "maramp_draft_saved", "maramp_published", "maramp_draft_saved", "maramp_draft_saved",
        "maramp_published",
    ]  # fmt: skip
    assert not any(word in str(one.details) for one in told for word in ("brother", "Invented", "Reviewed"))


def test_who_publishes_second_is_shown_what_the_other_changed_and_loses_nothing(
    lead: Context, people: People, child_id: int
) -> None:
    id_, manager = published(lead, people, child_id), acting(lead, people.mary)
    mine = write(lead, id_, plan(people, strengths="Her aunt and her dog"), based_on=1)
    theirs = write(manager, id_, plan(people, child_says="“And my dog.”"), based_on=1)
    assert write_maramp.publish(manager, maramp_id=id_, version=theirs, why="After the visit") == 2
    with pytest.raises(Conflict) as conflict:
        write_maramp.publish(lead, maramp_id=id_, version=mine, why="After the call")
    assert conflict.value.problems == (write_maramp.NEWER_VERSION,)
    page = maramp_page(lead, people.alice, id_)
    assert page is not None and page.own is not None and page.is_behind
    assert page.own.plan.strengths == "Her aunt and her dog", "what was typed is kept"
    assert page.newest is not None and page.newest.plan.child_says == "“And my dog.”", "and so is what was published"
    meanwhile = changed_meanwhile(page)
    assert meanwhile is not None and [change.field for change in meanwhile.changes] == ["child_says"]
    write_maramp.go_on_from(lead, maramp_id=id_, version=mine, number=2)
    assert write_maramp.publish(lead, maramp_id=id_, version=mine + 1, why="Both") == 3


def test_a_draft_saved_from_two_windows_conflicts(lead: Context, people: People, child_id: int) -> None:
    id_ = write_maramp.open_maramp(lead, child_id=child_id)
    first = write(lead, id_, MarampPlan(strengths="One window"))
    with pytest.raises(Conflict):
        write(lead, id_, MarampPlan(strengths="The other"), version=0)
    second = write(lead, id_, MarampPlan(strengths="The other"), version=first)
    with pytest.raises(Conflict):
        write_maramp.discard_draft(lead, maramp_id=id_, version=first)
    write_maramp.discard_draft(lead, maramp_id=id_, version=second)
    with pytest.raises(Refused) as refused:
        write(lead, id_, MarampPlan(strengths="x" * 4001))
    assert codes(refused) == ["too_long"]
    assert session().scalar(select(MarampVersion.id)) is None


def test_closed_with_a_reason_and_opened_again(lead: Context, people: People, child_id: int) -> None:
    id_ = published(lead, people, child_id)
    with pytest.raises(Refused) as refused:
        write_maramp.open_maramp(lead, child_id=child_id)
    assert codes(refused) == ["already_open"]
    with pytest.raises(Refused) as refused:
        write_maramp.close_maramp(lead, maramp_id=id_, version=held(id_).version, reason=" ")
    assert codes(refused) == ["missing_value"]
    write_maramp.close_maramp(lead, maramp_id=id_, version=held(id_).version, reason="Settled with her aunt")
    with pytest.raises(Refused) as refused:
        write(lead, id_, plan(people), based_on=1)
    assert codes(refused) == ["closed"]
    other = write_maramp.open_maramp(lead, child_id=child_id)
    with pytest.raises(Refused) as refused:
        write_maramp.reopen_maramp(lead, maramp_id=id_, version=held(id_).version)
    assert codes(refused) == ["already_open"]
    write_maramp.close_maramp(lead, maramp_id=other, version=held(other).version, reason="Opened by mistake")
    with pytest.raises(Conflict):
        write_maramp.reopen_maramp(lead, maramp_id=id_, version=1)
    write_maramp.reopen_maramp(lead, maramp_id=id_, version=held(id_).version)
    assert held(id_).closed_at is None and held(id_).closed_reason == "Settled with her aunt"


def test_opened_from_a_flags_review_with_its_day(lead: Context, people: People, child_id: int) -> None:
    with writing() as current:
        flag = current.scalars(select(RepeatFlagRow).where(RepeatFlagRow.child_id == child_id)).first()
        assert flag is not None
        flag.maramp_on, flag_id = TODAY + timedelta(days=5), flag.id
    with pytest.raises(Refused) as refused:
        write_maramp.open_maramp(lead, child_id=often(lead, 9), flag_id=flag_id)
    assert codes(refused) == ["unknown_flag"]
    assert held(write_maramp.open_maramp(lead, child_id=child_id, flag_id=flag_id)).next_review_on == TODAY + timedelta(
        days=5
    )


@pytest.mark.parametrize("name", ["charlie", "bob"])
def test_whoever_may_not_read_of_the_child_may_not_write(
    lead: Context, people: People, child_id: int, name: str
) -> None:
    other = often(lead, 9)
    with pytest.raises(Refused) as refused:
        write_maramp.open_maramp(acting(lead, getattr(people, name)), child_id=other)
    assert codes(refused) == ["unknown_child"]
    id_ = published(lead, people, other)
    assert maramp_page(lead, people.bob, id_) is None
    page = maramp_page(lead, people.charlie, id_)
    assert page is not None, "an open plan is the group's to read"


def test_its_actions_say_what_they_answer(lead: Context, people: People, child_id: int) -> None:
    id_, other = published(lead, people, child_id), often(lead, 9)
    given = {"what": "Find a room", "due_on": TODAY, "owner_name": "Ms Invented"}
    action = actions.add_action(lead, child_id=child_id, maramp_id=id_, answers=["wish.1.help_now"], **given)  # type: ignore[arg-type]
    with pytest.raises(Refused) as refused:
        actions.add_action(lead, child_id=other, maramp_id=id_, **given)  # type: ignore[arg-type]
    assert codes(refused) == ["unknown_source"]
    actions.set_answers(lead, action_id=action, version=1, answers=["reasons.push.school"])
    with pytest.raises(Conflict):
        actions.set_answers(lead, action_id=action, version=1, answers=[])
    plain = actions.add_action(lead, child_id=child_id, **given)  # type: ignore[arg-type]
    with pytest.raises(Refused) as refused:
        actions.set_answers(lead, action_id=plain, version=1, answers=["reasons.push.school"])
    assert codes(refused) == ["not_of_a_plan"]
    page = maramp_page(lead, people.alice, id_)
    assert page is not None
    assert [(one.id, one.answers, one.source) for one in page.actions] == [
        (action, ("reasons.push.school",), "maramp"),
    ]  # fmt: skip


def test_plans_go_over_with_a_merged_child_and_come_back(app: Flask, lead: Context, people: People) -> None:
    kept, gone = often(lead, 60, 30, 2, forename="Kept"), often(lead, 61, 31, 3, forename="Gone")
    own, theirs = published(lead, people, kept), published(lead, people, gone)
    given = {"what": "Find a room", "due_on": TODAY, "owner_name": "Ms Invented"}
    before = actions.add_action(lead, child_id=gone, maramp_id=theirs, **given)  # type: ignore[arg-type]
    versions = dict(session().execute(select(Child.id, Child.version)).all())
    merge = merge_children(lead, kept_id=kept, gone_id=gone, kept_version=versions[kept], gone_version=versions[gone])
    assert (held(own).child_id, held(theirs).child_id) == (kept, kept)
    since = actions.add_action(lead, child_id=kept, maramp_id=theirs, **given)  # type: ignore[arg-type]
    stays = actions.add_action(lead, child_id=kept, maramp_id=own, **given)  # type: ignore[arg-type]
    feeds = wiring(app).settings.feeds
    unmerge_children(
        lead, merge_id=merge, version=session().get_one(Child, kept, populate_existing=True).version, feeds=feeds
    )
    session().rollback()
    assert session().get_one(ChildMerge, merge).undone_at is not None
    assert (held(own).child_id, held(theirs).child_id) == (kept, gone)
    whose = {id_: session().get_one(Action, id_, populate_existing=True).child_id for id_ in (before, since, stays)}
    assert whose == {before: gone, since: gone, stays: kept}, "what was added to a plan since goes with it"


def test_a_child_with_a_plan_is_not_taken_away_with_a_load(lead: Context, people: People, child_id: int) -> None:
    with writing() as current:
        alone = factories.child(current).id
    assert plans.worked_on_children(session(), [alone, child_id]) == set()
    published(lead, people, child_id)
    assert plans.worked_on_children(session(), [alone, child_id]) == {child_id}
