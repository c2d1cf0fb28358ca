"""The operational group's meetings: planned with an agenda from the flags, held, closed with frozen minutes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests import factories
from tests.services.world import DAY, HOUR, NOON, People, acting, codes
from tracker.core.clock import local_date
from tracker.core.frozen import sha256_of
from tracker.core.group_terms import AgendaReason, Attendance, GroupDecision, MeetingState
from tracker.services import plan_group_meeting as plan
from tracker.services.actions import NewAction
from tracker.services.close_group_meeting import close_meeting, correct_minutes
from tracker.services.context import Context
from tracker.services.errors import Conflict, Refused
from tracker.services.hold_group_meeting import (
    Record,
    finish_group_action,
    record_attendance,
    record_business,
    record_item,
    start_meeting,
)
from tracker.services.merge_children import merge_children
from tracker.services.move_episode import move_episode
from tracker.services.pages.actions import ActionFilters, action_list
from tracker.services.pages.group import group_meeting_page, meetings_ahead, open_decisions, past_meetings
from tracker.services.pages.group_item import child_history, item_page
from tracker.services.pages.group_shapes import GroupMeetingPage
from tracker.services.plan_group_meeting import MeetingPlan
from tracker.services.transaction import writing
from tracker.services.unmerge_children import unmerge_children
from tracker.store.audit import broken_links
from tracker.store.db import session
from tracker.store.models import (
    Action,
    AuditEntry,
    Child,
    Episode,
    GroupItem,
    GroupMeeting,
    OutboxMessage,
    Person,
    RepeatFlagRow,
    StrategyMeeting,
)

TODAY = local_date(NOON)
SUFFICIENT = Record("We spoke of the plan.", GroupDecision.PLAN_SUFFICIENT, "It fits, and is followed.")


@pytest.fixture
def group(context: Context, people: People) -> Context:
    """Charlie, of the operational group, who sees no record anywhere else."""
    return acting(context, people.charlie)


def flagged(context: Context, forename: str, surname: str = "Testly") -> int:
    """A child with three episodes in ten days, and so on both rules."""
    with writing() as current:
        child = factories.child(current, surname, forename)
        for days in (9, 5, 1):
            factories.episode(current, child, NOON - days * DAY, hours=10, context=context)
        return child.id


def planned(context: Context, people: People, at: timedelta = 2 * DAY) -> int:
    return plan.plan_group_meeting(
        context,
        MeetingPlan(context.now + at, "Room 1", "Charlie", (people.charlie.person_id, people.alice.person_id),
                    ("Ms Invented, school",)),
    )  # fmt: skip


def shown(context: Context, people: People, meeting_id: int) -> GroupMeetingPage:
    session().rollback()
    page = group_meeting_page(context, people.charlie, meeting_id)
    assert page is not None
    return page


def begun(context: Context, people: People, at: timedelta = 2 * DAY) -> int:
    meeting_id = planned(context, people, at)
    start_meeting(context, meeting_id=meeting_id, version=1)
    return meeting_id


def item(meeting_id: int, child_id: int) -> GroupItem:
    session().rollback()
    session().expire_all()
    query = select(GroupItem).where(GroupItem.meeting_id == meeting_id, GroupItem.child_id == child_id)
    return session().scalars(query).one()


def record(context: Context, meeting_id: int, child_id: int, what: Record, action: NewAction | None = None) -> int:
    held = item(meeting_id, child_id)
    record_item(context, item_id=held.id, version=held.version, record=what, action=action)
    return held.id


def closed(context: Context, people: People, meeting_id: int) -> str:
    page = shown(context, people, meeting_id)
    here = [member.id for member in page.members if member.person_id == people.charlie.person_id]
    record_attendance(context, meeting_id=meeting_id, version=page.version, present=here, apologies=())
    version = shown(context, people, meeting_id).version
    return close_meeting(context, meeting_id=meeting_id, version=version)


def test_from_the_flags_to_frozen_minutes(context: Context, group: Context, people: People) -> None:
    ada, ben, cai = (flagged(context, name) for name in ("Ada", "Ben", "Cai"))
    meeting_id = planned(group, people)
    page = shown(group, people, meeting_id)
    assert [one.child_name for one in page.items] == ["Ada Testly", "Ben Testly", "Cai Testly"]
    assert {why.reason for one in page.items for why in one.reasons} == {AgendaReason.NEW_FLAG}
    assert {why.rule for why in page.items[0].reasons} == {"3_in_90", "3_in_365"}
    start_meeting(group, meeting_id=meeting_id, version=1)
    record(group, meeting_id, ada, SUFFICIENT, NewAction("Ring the school", TODAY + DAY, owner_name="Ms Invented"))
    asked = Record("", GroupDecision.STRATEGY_MEETING, "The pattern has changed.")
    record(group, meeting_id, ben, asked)
    maramp = Record("", GroupDecision.OPEN_MARAMP, "Risks have grown.", TODAY + 7 * DAY, TODAY + 30 * DAY)
    record(group, meeting_id, cai, maramp)
    record_business(group, meeting_id=meeting_id, version=2, other_business="A new member.", next_at=NOON + 30 * DAY)
    sha256 = closed(group, people, meeting_id)
    row = session().get_one(GroupMeeting, meeting_id)
    assert row.minutes is not None
    assert sha256 == row.sha256 == sha256_of(row.minutes)
    assert [one["forename"] for one in row.minutes["items"]] == ["Ada", "Ben", "Cai"]
    assert row.minutes["items"][0]["actions"] == [
        {"what": "Ring the school", "owner": "Ms Invented", "due_on": (TODAY + DAY).isoformat()}
    ]
    meeting = session().scalars(select(StrategyMeeting).where(StrategyMeeting.trigger == "by_hand")).one()
    assert (meeting.child_id, meeting.reason) == (ben, "The pattern has changed.")
    flags = session().scalars(select(RepeatFlagRow).where(RepeatFlagRow.child_id == cai)).all()
    assert {(one.decision, one.maramp_on) for one in flags} == {("Risks have grown.", TODAY + 7 * DAY)}
    assert shown(group, people, meeting_id).as_frozen
    assert list(broken_links(session())) == []


def test_the_emails_name_nobody_and_go_once_to_each_who_signs_in(
    context: Context, group: Context, people: People
) -> None:
    ada = flagged(context, "Ada")
    meeting_id = begun(group, people)
    record(group, meeting_id, ada, SUFFICIENT)
    with writing() as current:
        current.get_one(Person, people.alice.person_id).is_active = False  # invited, and has left since
    closed(group, people, meeting_id)
    sent = session().scalars(select(OutboxMessage).where(OutboxMessage.template == "group_minutes")).all()
    assert [(one.recipient_id, one.dedupe_key) for one in sent] == [
        (people.charlie.person_id, f"group_minutes:{meeting_id}:{people.charlie.person_id}")
    ]
    assert f"/group/{meeting_id}\n" in sent[0].body
    assert not any(word in sent[0].subject + sent[0].body for word in ("Ada", "Testly", "Child"))


def test_who_is_decided_on_stays_away_until_the_day_named_and_who_is_left_out_comes_again(
    context: Context, group: Context, people: People
) -> None:
    ada, ben, cai = (flagged(context, name) for name in ("Ada", "Ben", "Cai"))
    first = begun(group, people)
    record(group, first, ada, SUFFICIENT)
    record(group, first, ben, replace(SUFFICIENT, bring_back_on=TODAY + 20 * DAY))
    left = item(first, cai)
    plan.leave_out(group, item_id=left.id, version=left.version, reason="The social worker is away.")
    closed(group, people, first)
    soon = planned(replace(group, now=NOON + 3 * DAY), people)
    assert {one.child_id: [why.reason for why in one.reasons] for one in shown(group, people, soon).items} == {
        cai: [AgendaReason.NOT_DECIDED, AgendaReason.NOT_DECIDED]
    }
    later = planned(replace(group, now=NOON + 3 * DAY), people, at=20 * DAY)
    assert {one.child_id for one in shown(group, people, later).items} == {ben, cai}


def test_a_child_flagged_after_the_agenda_was_made_waits_to_be_added_and_is_added_at_the_start(
    context: Context, group: Context, people: People
) -> None:
    flagged(context, "Ada")
    meeting_id = planned(group, people)
    ben = flagged(context, "Ben")
    assert [one.child_id for one in shown(group, people, meeting_id).to_add] == [ben]
    assert plan.bring_up_to_date(group, meeting_id=meeting_id) == 1
    cai = flagged(context, "Cai")
    start_meeting(group, meeting_id=meeting_id, version=1)
    page = shown(group, people, meeting_id)
    assert [one.child_id for one in page.items][-2:] == [ben, cai]
    assert page.to_add == ()


def test_the_chair_orders_leaves_out_puts_back_and_adds(context: Context, group: Context, people: People) -> None:
    ada, ben = flagged(context, "Ada"), flagged(context, "Ben")
    meeting_id = planned(group, people)
    with writing() as current:
        calm = factories.child(current, "Calmly", "Cal").id
    plan.move_item(group, item_id=item(meeting_id, ben).id, up=True)
    assert [one.child_id for one in shown(group, people, meeting_id).items] == [ben, ada]
    plan.move_item(group, item_id=item(meeting_id, ben).id, up=True)
    assert [one.child_id for one in shown(group, people, meeting_id).items] == [ben, ada]
    held = item(meeting_id, ben)
    plan.leave_out(group, item_id=held.id, version=held.version, reason="Moved away.")
    page = shown(group, people, meeting_id)
    assert [(one.child_id, one.place) for one in page.items] == [(ada, 1)]
    assert [(one.child_id, one.left_out_reason, one.left_out_by) for one in page.left_out] == [
        (ben, "Moved away.", "Charlie")
    ]
    with pytest.raises(Refused) as refused:
        plan.add_child(group, meeting_id=meeting_id, child_id=ben, why="x")
    assert codes(refused) == ["on_agenda"]
    plan.put_back(group, item_id=held.id, version=item(meeting_id, ben).version)
    assert [one.child_id for one in shown(group, people, meeting_id).items] == [ben, ada]
    with pytest.raises(Refused) as refused:
        plan.add_child(group, meeting_id=meeting_id, child_id=calm, why="Worried")
    assert codes(refused) == ["unknown_child"], "the group sees children on a flag or an agenda, and no others"
    plan.add_child(acting(context, people.alice), meeting_id=meeting_id, child_id=calm, why="Worried")
    assert shown(group, people, meeting_id).items[-1].asked_why == "Worried"


def test_several_are_left_out_for_one_reason_and_none_who_is_decided_on(
    context: Context, group: Context, people: People
) -> None:
    ada, ben, cai = (flagged(context, name) for name in ("Ada", "Ben", "Cai"))
    meeting_id = begun(group, people)
    record(group, meeting_id, ada, SUFFICIENT)
    ids = {child_id: item(meeting_id, child_id).id for child_id in (ada, ben, cai)}
    for chosen, reason, expected in (
        ([], "Next time.", ["nobody_chosen"]),
        ([ids[ben]], " ", ["missing_value"]),
        ([ids[ada], ids[ben]], "Next time.", ["not_on_agenda"]),
        ([99_999], "Next time.", ["not_on_agenda"]),
    ):
        with pytest.raises(Refused) as refused:
            plan.leave_out_several(group, meeting_id=meeting_id, item_ids=chosen, reason=reason)
        assert codes(refused) == expected
    plan.leave_out_several(group, meeting_id=meeting_id, item_ids=[ids[ben], ids[cai]], reason="Next time.")
    page = shown(group, people, meeting_id)
    assert [one.child_id for one in page.items] == [ada]
    assert {(one.child_id, one.left_out_reason) for one in page.left_out} == {(ben, "Next time."), (cai, "Next time.")}


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (Record(words="Why"), ["missing_value"]),
        (Record(decision=GroupDecision.ESCALATE), ["missing_value"]),
        (Record(decision=GroupDecision.OPEN_MARAMP, words="Why"), ["missing_value"]),
        (Record(decision=GroupDecision.OPEN_MARAMP, words="Why", maramp_on=TODAY - DAY), ["in_the_past"]),
        (replace(SUFFICIENT, bring_back_on=TODAY), ["in_the_past"]),
        (Record(bring_back_on=TODAY + DAY), ["missing_value"]),
        (replace(SUFFICIENT, discussion="x" * 4001), ["too_long"]),
    ],
)
def test_what_cannot_be_recorded(
    context: Context, group: Context, people: People, what: Record, expected: list[str]
) -> None:
    ada = flagged(context, "Ada")
    meeting_id = begun(group, people)
    with pytest.raises(Refused) as refused:
        record(group, meeting_id, ada, what)
    assert codes(refused) == expected
    assert item(meeting_id, ada).version == 1


def test_an_action_that_is_refused_keeps_what_was_said_unwritten_too(
    context: Context, group: Context, people: People
) -> None:
    ada = flagged(context, "Ada")
    meeting_id = begun(group, people)
    with pytest.raises(Refused) as refused:
        record(group, meeting_id, ada, SUFFICIENT, NewAction("Ring the school", TODAY - DAY, owner_name="Ms Invented"))
    assert codes(refused) == ["in_the_past"]
    assert item(meeting_id, ada).decision is None
    assert session().scalar(select(Action.id)) is None


def test_two_who_write_at_once_the_second_is_told(context: Context, group: Context, people: People) -> None:
    ada = flagged(context, "Ada")
    meeting_id = begun(group, people)
    held = record(group, meeting_id, ada, SUFFICIENT)
    with pytest.raises(Conflict):
        record_item(group, item_id=held, version=1, record=Record("Another text."))
    record(group, meeting_id, ada, SUFFICIENT, NewAction("Ring the school", TODAY, owner_name="Ms Invented"))
    assert item(meeting_id, ada).version == 2, "an action changes nothing that somebody else may be writing"


def test_a_decision_is_corrected_and_asks_for_one_strategy_meeting_only(
    context: Context, group: Context, people: People
) -> None:
    ada = flagged(context, "Ada")
    meeting_id = begun(group, people)
    asked = Record("", GroupDecision.STRATEGY_MEETING, "The pattern has changed.")
    record(group, meeting_id, ada, asked)
    decided_at = item(meeting_id, ada).decided_at
    record(replace(group, now=NOON + HOUR), meeting_id, ada, replace(asked, words="It has changed much."))
    assert item(meeting_id, ada).decided_at == decided_at
    by_hand = select(StrategyMeeting).where(StrategyMeeting.trigger == "by_hand")
    assert len(session().scalars(by_hand).all()) == 1


def not_begun(group: Context, people: People, meeting_id: int, item_id: int) -> None:
    record_item(group, item_id=item_id, version=1, record=SUFFICIENT)


def with_nothing_decided(group: Context, people: People, meeting_id: int, item_id: int) -> None:
    start_meeting(group, meeting_id=meeting_id, version=1)
    close_meeting(group, meeting_id=meeting_id, version=2)


def after_closing(group: Context, people: People, meeting_id: int, item_id: int) -> None:
    start_meeting(group, meeting_id=meeting_id, version=1)
    record_item(group, item_id=item_id, version=1, record=SUFFICIENT)
    closed(group, people, meeting_id)
    record_item(group, item_id=item_id, version=2, record=Record("Another text."))


def called_off(group: Context, people: People, meeting_id: int, item_id: int) -> None:
    plan.cancel_group_meeting(group, meeting_id=meeting_id, version=1, reason="Nobody can come.")
    plan.bring_up_to_date(group, meeting_id=meeting_id)


def corrected_too_soon(group: Context, people: People, meeting_id: int, item_id: int) -> None:
    correct_minutes(group, meeting_id=meeting_id, text="A slip")


@pytest.mark.parametrize(
    ("does", "expected"),
    [
        (not_begun, ["is_planned"]),
        (with_nothing_decided, ["nobody_present", "not_decided"]),
        (after_closing, ["is_closed"]),
        (called_off, ["is_cancelled"]),
        (corrected_too_soon, ["is_planned"]),
    ],
)
def test_each_thing_in_its_time(
    context: Context, group: Context, people: People, does: Callable[..., None], expected: list[str]
) -> None:
    ada = flagged(context, "Ada")
    meeting_id = planned(group, people)
    with pytest.raises(Refused) as refused:
        does(group, people, meeting_id, item(meeting_id, ada).id)
    assert codes(refused) == expected


def test_a_meeting_called_off_loses_nobody(context: Context, group: Context, people: People) -> None:
    ada = flagged(context, "Ada")
    first = planned(group, people)
    plan.cancel_group_meeting(group, meeting_id=first, version=1, reason="Nobody can come.")
    assert [one.state for one in past_meetings().rows] == [MeetingState.CANCELLED]
    again = planned(group, people)
    assert [one.child_id for one in shown(group, people, again).items] == [ada]
    assert [(one.id, one.children, one.decided) for one in meetings_ahead()] == [(again, 1, 0)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"meets_at": NOON - 13 * HOUR}, ["in_the_past"]),
        ({"place": " "}, ["missing_value"]),
        ({"chair": ""}, ["missing_value"]),
        ({"person_ids": (), "others": (" ",)}, ["nobody_invited"]),
        ({"person_ids": (99_999,)}, ["unknown_person"]),
        ({"others": ("x" * 201,)}, ["too_long"]),
    ],
)
def test_what_a_plan_cannot_be(group: Context, people: People, given: dict[str, object], expected: list[str]) -> None:
    sound = {"meets_at": NOON + DAY, "place": "Room 1", "chair": "Charlie", "person_ids": (people.charlie.person_id,)}
    with pytest.raises(Refused) as refused:
        plan.plan_group_meeting(group, MeetingPlan(**{**sound, **given}))  # type: ignore[arg-type]
    assert codes(refused) == expected
    assert session().scalar(select(GroupMeeting.id)) is None


def test_whoever_opens_no_page_of_the_group_is_not_invited(group: Context, people: People) -> None:
    with pytest.raises(Refused) as refused:
        plan.plan_group_meeting(group, MeetingPlan(NOON + DAY, "Room 1", "Charlie", (people.bob.person_id,)))
    assert codes(refused) == ["unknown_person"]


def test_another_company_keeps_what_is_known_of_those_who_stay(
    context: Context, group: Context, people: People
) -> None:
    meeting_id = begun(group, people)
    members = {one.name: one.id for one in shown(group, people, meeting_id).members}
    record_attendance(
        group, meeting_id=meeting_id, version=2, present=[members["Charlie"]], apologies=[members["Alice"]],
        others=["Mr Invented, police"],
    )  # fmt: skip
    kept = MeetingPlan(NOON + 2 * DAY, "Room 2", "Charlie", (people.charlie.person_id, people.mary.person_id),
                       ("Mr Invented, police",))  # fmt: skip
    plan.change_group_meeting(group, meeting_id=meeting_id, version=3, plan=kept)
    page = shown(group, people, meeting_id)
    assert {(one.name, one.attendance) for one in page.members} == {
        ("Charlie", Attendance.PRESENT), ("Mr Invented, police", Attendance.PRESENT), ("Mary", None),
    }  # fmt: skip
    assert page.place == "Room 2"
    with pytest.raises(Conflict):
        plan.change_group_meeting(group, meeting_id=meeting_id, version=3, plan=kept)


def test_what_the_group_sees_of_a_child(context: Context, group: Context, people: People) -> None:
    ada = flagged(context, "Ada")
    first = begun(group, people)
    record(group, first, ada, replace(SUFFICIENT, bring_back_on=TODAY + 5 * DAY),
           NewAction("Ring the school", TODAY + DAY, owner_name="Ms Invented"))  # fmt: skip
    closed(group, people, first)
    later = replace(group, now=NOON + 4 * DAY)
    second = planned(later, people)
    page = item_page(later, people.charlie, item(second, ada).id)
    assert page is not None
    child = page.child
    assert (child.name, child.in_90_days, child.in_365_days, len(child.episodes)) == ("Ada Testly", 3, 3, 3)
    assert [one.hours for one in child.episodes] == [10.0, 10.0, 10.0]
    assert [why.reason for why in page.reasons] == [AgendaReason.BROUGHT_BACK]
    (past,) = child.past
    assert (past.decision, past.words) == (GroupDecision.PLAN_SUFFICIENT, "It fits, and is followed.")
    assert [(one.what, one.is_overdue) for one in past.actions] == [("Ring the school", True)]
    assert child.overdue_actions == 1
    assert not child.may_open
    read = session().scalars(select(AuditEntry).where(AuditEntry.action == "group_item_viewed")).one()
    assert (read.subject, read.subject_id) == ("child", str(ada))
    (still,) = open_decisions(later, people.charlie)
    assert (still.child_name, still.bring_back_on, [one.what for one in still.actions]) == (
        "Ada Testly", TODAY + 5 * DAY, ["Ring the school"],
    )  # fmt: skip
    listed = action_list(acting(context, people.alice), people.alice, ActionFilters("all"))
    assert [(one.source, one.source_id) for one in listed.rows] == [("group_item", item(first, ada).id)]


def test_the_group_sees_no_child_without_a_flag_or_an_agenda_of_the_last_year(
    context: Context, group: Context, people: People
) -> None:
    ada = flagged(context, "Ada")
    with writing() as current:
        calm = factories.child(current, "Calmly", "Cal").id
    assert child_history(group, people.charlie, calm) is None
    meeting_id = begun(group, people)
    item_id = record(group, meeting_id, ada, SUFFICIENT)
    closed(group, people, meeting_id)
    with writing() as current:
        for flag in current.scalars(select(RepeatFlagRow)):
            flag.ends_on = flag.ended_on = TODAY
    within = replace(group, now=NOON + 367 * DAY)
    assert item_page(within, people.charlie, item_id) is not None
    after = replace(group, now=NOON + 367 * DAY + HOUR)
    assert item_page(after, people.charlie, item_id) is None
    page = group_meeting_page(after, people.charlie, meeting_id)
    assert page is not None
    assert (page.items, page.not_shown, page.minutes) == ((), 1, None)
    seen = group_meeting_page(after, people.alice, meeting_id)
    assert seen is not None and seen.minutes is not None


def test_an_action_of_the_group_is_done_as_the_meeting_hears_it(
    context: Context, group: Context, people: People
) -> None:
    ada, ben = flagged(context, "Ada"), flagged(context, "Ben")
    meeting_id = begun(group, people)
    record(group, meeting_id, ada, SUFFICIENT, NewAction("Ring the school", TODAY, owner_name="Ms Invented"))
    action_id = session().scalars(select(Action.id)).one()
    with writing() as current:
        current.add(Action(child_id=ada, what="Another's", due_on=TODAY, created_at=NOON, owner_name="Ms Invented"))
    other_id = session().scalars(select(Action.id).where(Action.group_item_id.is_(None))).one()
    held = {child_id: item(meeting_id, child_id).id for child_id in (ada, ben)}
    for item_id, id_ in ((held[ben], action_id), (held[ada], other_id)):
        with pytest.raises(Refused) as refused:
            finish_group_action(group, item_id=item_id, action_id=id_, version=1, outcome="They know")
        assert codes(refused) == ["unknown_action"]
    with pytest.raises(Conflict):
        finish_group_action(group, item_id=held[ada], action_id=action_id, version=2, outcome="They know")
    finish_group_action(group, item_id=held[ada], action_id=action_id, version=1, outcome="They know")
    row = session().get_one(Action, action_id, populate_existing=True)
    assert (row.done_at, row.outcome, row.done_by_id) == (NOON, "They know", people.charlie.person_id)


def test_a_correction_stands_beside_minutes_that_do_not_change(
    context: Context, group: Context, people: People
) -> None:
    ada = flagged(context, "Ada")
    meeting_id = begun(group, people)
    record(group, meeting_id, ada, SUFFICIENT)
    sha256 = closed(group, people, meeting_id)
    correct_minutes(replace(group, now=NOON + DAY), meeting_id=meeting_id, text="The school is the other one.")
    page = shown(group, people, meeting_id)
    assert [(one.text, one.added_by) for one in page.notes] == [("The school is the other one.", "Charlie")]
    assert page.as_frozen and page.sha256 == sha256
    with writing() as current:
        row = current.get_one(GroupMeeting, meeting_id)
        assert row.minutes is not None
        row.minutes = {**row.minutes, "place": "Room 9"}
    assert not shown(group, people, meeting_id).as_frozen


def merged(context: Context, kept_id: int, gone_id: int) -> int:
    session().rollback()
    versions = {id_: session().get_one(Child, id_, populate_existing=True).version for id_ in (kept_id, gone_id)}
    return merge_children(
        context, kept_id=kept_id, gone_id=gone_id, kept_version=versions[kept_id], gone_version=versions[gone_id]
    )


def test_two_records_that_become_one_stand_once_and_are_two_again(
    context: Context, group: Context, people: People
) -> None:
    ada, also = flagged(context, "Ada"), flagged(context, "Adah")
    first = begun(group, people)
    decided = record(group, first, also, SUFFICIENT, NewAction("Ring the school", TODAY, owner_name="Ms Invented"))
    lead = acting(context, people.alice)
    merge_id = merged(lead, ada, also)
    page = shown(group, people, first)
    assert [one.child_id for one in page.items] == [ada]
    assert [(one.id, one.child_id) for one in page.left_out] == [(decided, ada)]
    page_of = item_page(group, people.charlie, decided)
    assert page_of is not None and page_of.discussion == SUFFICIENT.discussion
    history = child_history(group, people.charlie, also)
    assert history is not None and history.child_id == ada
    with writing() as current:
        current.add(Action(child_id=ada, group_item_id=decided, what="Since", due_on=TODAY, created_at=NOON))
    session().rollback()
    version = session().get_one(Child, ada, populate_existing=True).version
    unmerge_children(lead, merge_id=merge_id, version=version, feeds={})
    page = shown(group, people, first)
    assert {one.child_id for one in page.items} == {ada, also}
    assert page.left_out == ()
    own = session().scalars(select(Action.child_id).where(Action.group_item_id == decided)).all()
    assert list(own) == [also, also]


def test_an_episode_that_moves_leaves_what_the_group_decided_where_it_is(
    context: Context, group: Context, people: People
) -> None:
    """The group spoke of the child, not of one episode; and a child of whom it spoke is never taken for empty."""
    ada = flagged(context, "Ada")
    first = begun(group, people)
    item_id = record(group, first, ada, SUFFICIENT, NewAction("Ring the school", TODAY, owner_name="Ms Invented"))
    with writing() as current:
        other = factories.child(current, "Otherly", "Oz").id
        theirs = [(row.id, row.version) for row in current.scalars(select(Episode).where(Episode.child_id == ada))]
    for episode_id, version in theirs:
        move_episode(acting(context, people.alice), episode_id=episode_id, version=version, feeds={}, child_id=other)
    assert item(first, ada).id == item_id
    assert session().scalars(select(Action.child_id)).one() == ada
    assert session().get(Child, ada) is not None


def test_a_day_is_a_day_in_london(group: Context, people: People) -> None:
    """Planned late in the evening of the day before: the day of the meeting is that of London."""
    with writing() as current:
        child = factories.child(current, "Testly", "Ada")
        held = GroupMeeting(meets_at=NOON - DAY, place="Room 1", chair="Charlie", planned_at=NOON - DAY,
                            started_at=NOON - DAY, closed_at=NOON - DAY)  # fmt: skip
        current.add(held)
        current.flush()
        current.add(
            GroupItem(meeting_id=held.id, child_id=child.id, place=1, reasons=[], added_at=NOON - DAY,
                      decision="plan_sufficient", decided_at=NOON - DAY, bring_back_on=date(2027, 6, 2))
        )  # fmt: skip
        child_id = child.id
    in_summer = replace(group, now=NOON)
    at = NOON.replace(year=2027, month=6, day=1, hour=23, minute=30)  # 00:30 on 2 June in London
    meeting_id = planned(in_summer, people, at=at - NOON)
    assert [one.child_id for one in shown(in_summer, people, meeting_id).items] == [child_id]
