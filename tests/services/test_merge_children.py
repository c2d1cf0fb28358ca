"""Two records of one child become one, and two again: what moves, what stays, what is refused."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from tests import factories
from tests.reports import counts, receive, row
from tests.services import world
from tests.services.world import DAY, HOUR, NOON, People, acting, codes
from tracker.core.clock import local_date
from tracker.core.feed import Feed
from tracker.core.terms import BreachReason, FlagCode
from tracker.services import record_interview as interview
from tracker.services.actions import add_action
from tracker.services.context import Context
from tracker.services.correct_child import correct_child
from tracker.services.correct_episode import give_breach_reason, settle_conflict
from tracker.services.errors import Conflict, Refused
from tracker.services.find_children import find_children
from tracker.services.log_episode import log_episode
from tracker.services.meetings import ask_for_meeting
from tracker.services.merge_children import merge_children
from tracker.services.move_episode import move_episode
from tracker.services.raise_alerts import sweep
from tracker.services.review_repeat import review_flag
from tracker.services.transaction import writing
from tracker.services.unmerge_children import unmerge_children
from tracker.store.audit import broken_links
from tracker.store.db import session
from tracker.store.models import (
    Action,
    Alert,
    AuditEntry,
    Breach,
    Child,
    ChildContact,
    ChildIdentifier,
    ChildKey,
    ChildName,
    Episode,
    EpisodeVersion,
    InterviewEpisode,
    Line,
    RepeatFlagRow,
    StrategyMeeting,
)


def child(id_: int) -> Child:
    session().rollback()
    return session().get_one(Child, id_, populate_existing=True)


def make(surname: str, forename: str = "Ada", born: date | None = date(2012, 3, 4), **more: object) -> int:
    with writing() as current:
        return factories.child(current, surname, forename, born, **more).id


def merge(context: Context, kept_id: int, gone_id: int, take: tuple[str, ...] = ()) -> int:
    return merge_children(
        context, kept_id=kept_id, gone_id=gone_id, kept_version=child(kept_id).version,
        gone_version=child(gone_id).version, take=take,
    )  # fmt: skip


def unmerge(context: Context, merge_id: int, kept_id: int, feeds: dict[str, Feed], also: tuple[int, ...] = ()) -> None:
    unmerge_children(context, merge_id=merge_id, version=child(kept_id).version, also=also, feeds=feeds)


def state(*ids: int) -> dict[str, object]:
    """Everything of these children that a merge may touch, as plain values."""
    session().rollback()
    current = session()
    current.expire_all()
    fields = ("surname", "forename", "date_of_birth", "sex", "address", "council_id", "is_ours", "merged_into_id")
    return {
        "children": {id_: [getattr(current.get_one(Child, id_), name) for name in fields] for id_ in ids},
        "names": _rows(ids, ChildName, "child_id", "surname", "forename"),
        "numbers": _rows(ids, ChildIdentifier, "child_id", "kind", "value"),
        "keys": _rows(ids, ChildKey, "child_id", "key"),
        "episodes": _rows(ids, Episode, "child_id", "id", "flags", "conflict_settled", "closed_as", "needs_decision"),
        "repeats": [flag for flag in _rows(ids, RepeatFlagRow, "child_id", "withdrawn_at", *_FLAG) if flag[1] is None],
        "lines": _rows(ids, Line, "child_id", "id"),
        "actions": _rows(ids, Action, "child_id", "id", "episode_id", "interview_id", "meeting_id", "version"),
        "contacts": _rows(ids, ChildContact, "child_id", "id", "relation", "version"),
        "meetings": [one for one in _rows(ids, StrategyMeeting, "child_id", "withdrawn_at", *_MEETING) if not one[1]],
    }  # fmt: skip


_MEETING = ("id", "episode_id", "flag_id", "trigger", "due_at", "asked_at", "planned_at", "held_at")
_FLAG = ("rule", "raised_on", "episode_ids", "decision", "raised_at")


def _rows(ids: tuple[int, ...], model: type, *columns: str) -> list[list[object]]:
    found = session().scalars(select(model).where(model.child_id.in_(ids)))
    return sorted([[getattr(one, name) for name in columns] for one in found], key=str)


def owners(*episode_ids: int) -> list[int]:
    session().rollback()
    return [session().get_one(Episode, id_, populate_existing=True).child_id for id_ in episode_ids]


def test_everything_of_the_one_goes_over_and_comes_back(
    context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    kept = make("Quillfeather", council_id="C1", police_force="tv", police_person_id="U1")
    gone = make("Quilfeather", born=None, sex="female", council_id="C2", police_force="tv", police_person_id="U2")
    own, theirs = world.episode(context, 10, child_id=kept), world.episode(context, 80, child_id=gone)
    held = interview.allocate(lead, episode_id=theirs, person_id=lead.actor.person_id or 0)
    sweep(lead)
    give_breach_reason(lead, episode_id=theirs, reason=BreachReason.NO_CAPACITY)
    before = state(kept, gone)
    told = session().scalar(select(func.count()).select_from(Alert))
    merge_id = merge(lead, kept, gone)
    after = child(kept)
    assert (after.surname, after.sex, after.council_id) == ("Quillfeather", "female", "C1")
    assert child(gone).merged_into_id == kept and owners(own, theirs) == [kept, kept]
    found = find_children(lead, surname="Quilfeather", forename="Ada")
    assert [one.child_id for one in found] == [kept], "found by the other record's name, and once"
    numbers = set(session().scalars(select(ChildIdentifier.value).where(ChildIdentifier.child_id == kept)))
    assert numbers == {"U1", "U2", "C2"}, "the council's number that does not stand is found still"
    assert session().scalar(select(InterviewEpisode.episode_id).where(InterviewEpisode.interview_id == held)) == theirs
    assert session().scalar(select(Breach.reason).where(Breach.episode_id == theirs)) == "no_capacity"
    assert session().scalar(select(func.count()).select_from(Alert)) == told, "nobody is told twice"
    unmerge(lead, merge_id, kept, feeds)
    assert state(kept, gone) == before
    session().rollback()
    assert not list(broken_links(session()))


def planned_for(context: Context, child_id: int, episode_id: int) -> dict[str, int]:
    """One of each thing that is planned for a child: of the child, of an episode, of an interview, of a meeting."""
    interview_id = interview.allocate(context, episode_id=episode_id, person_id=context.actor.person_id or 0)
    meeting_id = ask_for_meeting(context, child_id=child_id, reason="A reason", episode_id=episode_id)
    sources: dict[str, dict[str, int]] = {
        "of_child": {}, "of_episode": {"episode_id": episode_id}, "of_interview": {"interview_id": interview_id},
        "of_meeting": {"meeting_id": meeting_id},
    }  # fmt: skip
    made = {
        name: add_action(
            context, child_id=child_id, what="Ring", due_on=local_date(NOON), owner_name="Ms Invented", **source
        )
        for name, source in sources.items()
    }
    with writing() as current:
        contact = ChildContact(child_id=child_id, relation="school", name="Ms Invented", added_at=NOON)
        current.add(contact)
        current.flush()
        return made | {"meeting": meeting_id, "contact": contact.id}


def test_what_is_planned_goes_over_and_comes_back_exactly(lead: Context, feeds: dict[str, Feed]) -> None:
    kept, gone = make("Quillfeather"), make("Quilfeather")
    own = world.episode(lead, 10, child_id=kept)
    theirs = world.episode(lead, 24 * 5, child_id=gone, missing_hours=30)
    planned_for(lead, kept, own)
    made = planned_for(lead, gone, theirs)
    sweep(replace(lead, now=NOON + HOUR))
    before = state(kept, gone)
    assert [len(before[name]) for name in ("actions", "contacts", "meetings")] == [8, 2, 4]  # type: ignore[arg-type]
    merge_id = merge(lead, kept, gone)
    session().rollback()
    for model in (Action, ChildContact, StrategyMeeting):
        assert set(session().scalars(select(model.child_id))) == {kept}
    since = add_action(lead, child_id=kept, what="Ring", due_on=local_date(NOON), owner_name="Mr", episode_id=theirs)
    stays = add_action(lead, child_id=kept, what="Ring", due_on=local_date(NOON), owner_name="Mr")
    unmerge(lead, merge_id, kept, feeds)
    session().rollback()
    assert session().get_one(Action, since).child_id == gone, "it hangs on an episode that went back"
    assert session().get_one(Action, stays).child_id == kept
    assert session().get_one(Action, made["of_child"]).child_id == gone
    with writing() as current:
        current.execute(delete(Action).where(Action.id.in_([since, stays])))
    assert state(kept, gone) == before


def test_a_crossing_of_both_asks_for_one_meeting_and_two_again(lead: Context, feeds: dict[str, Feed]) -> None:
    kept, gone = make("Quillfeather"), make("Quilfeather")
    for child_id in (kept, gone):
        for days in (60, 30, 1):
            world.episode(lead, 24 * days, missing_hours=2, child_id=child_id)
    before = state(kept, gone)
    assert len(before["meetings"]) == 2  # type: ignore[arg-type]
    merge_id = merge(lead, kept, gone)
    standing = select(StrategyMeeting).where(StrategyMeeting.withdrawn_at.is_(None))
    assert len(session().scalars(standing).all()) == 1
    unmerge(lead, merge_id, kept, feeds)
    assert state(kept, gone) == before


def test_a_moved_episode_takes_what_came_from_it(lead: Context) -> None:
    first, second = make("Quillfeather"), make("Moorhen")
    moving = world.episode(lead, 10, child_id=first)
    made = planned_for(lead, first, moving)
    sweep(lead)
    move_episode(lead, episode_id=moving, version=world.row(moving).version, child_id=second, feeds={})
    session().rollback()
    whose = {name: session().get_one(Action, id_).child_id for name, id_ in made.items() if name.startswith("of_")}
    assert whose == {"of_child": first, "of_episode": second, "of_interview": second, "of_meeting": second}
    assert session().get_one(ChildContact, made["contact"]).child_id == first
    assert set(session().scalars(select(StrategyMeeting.child_id))) == {second}


def test_what_a_person_chooses_stands_and_the_rest_is_the_kept_childs(lead: Context) -> None:
    kept = make("Quillfeather", address="1 Nowhere Lane", responsible_authority="Farshire", is_ours=False)
    gone = make("Quilfeather", born=date(2012, 4, 3), address="2 Nowhere Lane")
    merge(lead, kept, gone, take=("date_of_birth",))
    after = child(kept)
    assert (after.surname, after.date_of_birth, after.address) == ("Quillfeather", date(2012, 4, 3), "1 Nowhere Lane")
    assert after.is_ours is False, "whose the child is goes with the authority that stands"


def test_a_date_of_birth_of_an_adult_takes_the_episodes_out_of_the_counts(
    context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    kept, gone = make("Quillfeather", born=None), make("Quillfeather", born=date(2000, 1, 1))
    id_ = world.episode(context, 10, child_id=kept)
    assert world.row(id_).clock_open
    merge_id = merge(lead, kept, gone)
    assert (world.row(id_).closed_as, world.row(id_).clock_open) == ("withdrawn", False)
    unmerge(lead, merge_id, kept, feeds)
    assert world.row(id_).clock_open and FlagCode.AGE_UNKNOWN in world.row(id_).flags


def test_episodes_that_overlap_are_flagged_and_asked_about_anew(
    context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    kept, gone = make("Quillfeather"), make("Quilfeather")
    own = world.episode(context, 10, child_id=kept)
    one, two = (world.episode(context, hours, child_id=gone) for hours in (11, 12))
    settle_conflict(lead, episode_id=one, version=world.row(one).version)
    before = state(kept, gone)
    merge_id = merge(lead, kept, gone)
    for id_ in (own, one, two):
        assert FlagCode.OVERLAPS_ANOTHER in world.row(id_).flags and world.row(id_).needs_decision
    unmerge(lead, merge_id, kept, feeds)
    assert state(kept, gone) == before


def test_repeat_flags_are_those_of_the_whole_history(context: Context, lead: Context, feeds: dict[str, Feed]) -> None:
    kept, gone = make("Quillfeather"), make("Quilfeather")
    for of, days in ((kept, (40, 2)), (gone, (30, 20, 10))):
        for day in days:
            world.episode(context, day * 24, child_id=of, missing_hours=5)
    flag_id = session().scalar(select(RepeatFlagRow.id).where(RepeatFlagRow.rule == "3_in_90"))
    assert flag_id is not None
    review_flag(lead, flag_id=flag_id, decision="Strategy meeting held", maramp_on=None)
    before = state(kept, gone)
    merge_id = merge(lead, kept, gone)
    flags = {
        flag.raised_on: flag for flag in session().scalars(select(RepeatFlagRow).where(RepeatFlagRow.rule == "3_in_90"))
    }
    crossing, old = (NOON - 20 * DAY).date(), (NOON - 10 * DAY).date()
    assert len(flags[crossing].episode_ids) == 5 and flags[crossing].withdrawn_at is None
    assert flags[old].withdrawn_at is not None and flags[old].decision == "Strategy meeting held"
    assert {flag.child_id for flag in flags.values()} == {kept}
    unmerge(lead, merge_id, kept, feeds)
    assert state(kept, gone) == before
    session().rollback()
    assert session().scalar(select(RepeatFlagRow.withdrawn_at).where(RepeatFlagRow.raised_on == crossing)) is not None


def test_a_crossing_that_both_have_on_one_day_keeps_its_review(
    context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    kept, gone = make("Quillfeather"), make("Quilfeather")
    for of in (kept, gone):
        for day in (30, 20, 10):
            world.episode(context, day * 24, child_id=of, missing_hours=5 if of == kept else 4)
    theirs = session().scalar(
        select(RepeatFlagRow.id).where(RepeatFlagRow.child_id == gone, RepeatFlagRow.rule == "3_in_90")
    )
    review_flag(lead, flag_id=theirs or 0, decision="Strategy meeting held", maramp_on=None)
    before = state(kept, gone)
    merge_id = merge(lead, kept, gone)
    held = session().scalars(
        select(RepeatFlagRow).where(RepeatFlagRow.child_id == kept, RepeatFlagRow.rule == "3_in_90")
    )
    assert "Strategy meeting held" in [flag.decision for flag in held]
    unmerge(lead, merge_id, kept, feeds)
    assert state(kept, gone) == before


def test_a_report_finds_the_kept_child_by_the_other_record(app: Flask, context: Context, lead: Context) -> None:
    kept, gone = make("Otherwise", "Someone", date(2011, 1, 1)), make("Inventedname", "Testa")
    merge(lead, kept, gone, take=())
    assert counts(receive(app, lead, row("TV1", born="01/01/2011"))) == {"created": 1}
    assert session().scalar(select(Episode.child_id)) == kept


def test_what_people_entered_meanwhile_stays(context: Context, lead: Context, feeds: dict[str, Feed]) -> None:
    kept, gone = make("Quillfeather", born=None), make("Quilfeather", sex="female")
    theirs = world.episode(context, 200, child_id=gone)
    merge_id = merge(lead, kept, gone)
    correct_child(lead, child_id=kept, version=child(kept).version, values={"sex": "male"})
    logged = [log_episode(lead, child_id=kept, missing_from_at=NOON - days * DAY) for days in (5, 3)]
    held = interview.record_completed(lead, episode_ids=[theirs], completed_at=NOON - 190 * HOUR)
    unmerge(lead, merge_id, kept, feeds, also=(logged[1],))
    assert (child(kept).sex, child(kept).date_of_birth) == ("male", None)
    assert child(gone).sex == "female" and child(gone).date_of_birth == date(2012, 3, 4)
    assert owners(theirs, *logged) == [gone, kept, gone]
    assert session().scalar(select(InterviewEpisode.episode_id).where(InterviewEpisode.interview_id == held)) == theirs


def test_names_and_numbers_taught_since_go_with_the_episode_whose_lines_taught_them(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    kept = make("Otherwise", "Someone", date(2011, 1, 1))
    receive(app, context, row("TV1"))
    theirs = session().scalars(select(Episode)).one()
    id_, gone = theirs.id, theirs.child_id
    merge_id = merge(lead, kept, gone)
    later = replace(lead, now=lead.now + HOUR)
    receive(app, later, row("TV1", person="U77", risk="High"))
    assert session().scalar(select(ChildIdentifier.child_id).where(ChildIdentifier.value == "U77")) == kept
    unmerge(later, merge_id, kept, feeds)
    session().rollback()
    assert owners(id_) == [gone]
    assert list(session().scalars(select(ChildIdentifier.child_id).where(ChildIdentifier.value == "U77"))) == [gone]
    assert set(session().scalars(select(Line.child_id))) == {gone}
    assert "p:U77" not in session().scalars(select(ChildKey.key).where(ChildKey.child_id == kept)).all()


def test_only_what_was_added_since_may_go_along(context: Context, lead: Context, feeds: dict[str, Feed]) -> None:
    kept, gone = make("Quillfeather"), make("Quilfeather")
    own = world.episode(context, 10, child_id=kept)
    merge_id = merge(lead, kept, gone)
    with pytest.raises(Refused) as refused:
        unmerge(lead, merge_id, kept, feeds, also=(own,))
    assert codes(refused) == ["not_added_since"] and owners(own) == [kept]


def test_an_interview_of_both_stands_in_the_way(context: Context, lead: Context, feeds: dict[str, Feed]) -> None:
    kept, gone = make("Quillfeather"), make("Quilfeather")
    own, theirs = world.episode(context, 10, child_id=kept), world.episode(context, 80, child_id=gone)
    merge_id = merge(lead, kept, gone)
    held = interview.record_completed(lead, episode_ids=[own, theirs], completed_at=NOON - HOUR)
    with pytest.raises(Refused) as refused:
        unmerge(lead, merge_id, kept, feeds)
    assert codes(refused) == ["interview_of_both"]
    assert f"episodes {own} and {theirs}" in refused.value.problems[0].sentence
    interview.detach_interview(lead, episode_id=own, interview_id=held, reason="It was the other child’s")
    unmerge(lead, merge_id, kept, feeds)
    assert owners(own, theirs) == [kept, gone]


def test_chains_are_undone_from_their_end(context: Context, lead: Context, feeds: dict[str, Feed]) -> None:
    one, two, three = make("Quillfeather", born=None), make("Quilfeather", sex="female"), make("Quillfether")
    episodes = [world.episode(context, hours, child_id=id_) for hours, id_ in ((10, one), (80, two), (200, three))]
    before = state(one, two, three)
    first = merge(lead, two, one)
    second = merge(lead, three, two)
    assert owners(*episodes) == [three, three, three]
    with pytest.raises(Refused) as refused:
        unmerge(lead, first, two, feeds)
    assert codes(refused) == ["merged_again"]
    unmerge(lead, second, three, feeds)
    assert owners(*episodes) == [two, two, three]
    unmerge(lead, first, two, feeds)
    assert state(one, two, three) == before


@pytest.mark.parametrize("first_undone", [0, 1])
def test_two_merges_into_one_child_are_undone_in_any_order(
    context: Context, lead: Context, feeds: dict[str, Feed], first_undone: int
) -> None:
    kept, one, two = make("Quillfeather", born=None), make("Quilfeather", sex="female"), make("Quilfeather", sex="male")
    world.episode(context, 10, child_id=one)
    world.episode(context, 80, child_id=two)
    before = state(kept, one, two)
    done = [merge(lead, kept, one), merge(lead, kept, two, take=("sex",))]
    assert child(kept).sex == "male"
    unmerge(lead, done[first_undone], kept, feeds)
    unmerge(lead, done[1 - first_undone], kept, feeds)
    assert state(kept, one, two) == before


def test_a_child_is_not_merged_with_itself_or_with_one_that_is_gone(lead: Context) -> None:
    kept, gone, third = make("Quillfeather"), make("Quilfeather"), make("Quillfether")
    with pytest.raises(Refused) as refused:
        merge(lead, kept, kept)
    assert codes(refused) == ["same_child"]
    merge(lead, kept, gone)
    for pair in ((gone, third), (third, gone)):
        with pytest.raises(Refused) as refused:
            merge(lead, *pair)
        assert codes(refused) == ["unknown_child"]


def test_of_two_who_merge_at_once_the_second_is_told(lead: Context) -> None:
    kept, gone = make("Quillfeather"), make("Quilfeather")
    versions = {"kept_version": child(kept).version, "gone_version": child(gone).version}
    correct_child(lead, child_id=gone, version=child(gone).version, values={"sex": "male"})
    with pytest.raises(Conflict):
        merge_children(lead, kept_id=kept, gone_id=gone, **versions)
    assert child(gone).merged_into_id is None


def test_whoever_had_the_kept_record_open_is_told(lead: Context) -> None:
    kept, gone = make("Quillfeather"), make("Quilfeather")
    version = child(kept).version
    merge(lead, kept, gone)
    with pytest.raises(Conflict):
        correct_child(lead, child_id=kept, version=version, values={"sex": "male"})


def test_it_is_undone_once(lead: Context, feeds: dict[str, Feed]) -> None:
    kept, gone = make("Quillfeather"), make("Quilfeather")
    merge_id = merge(lead, kept, gone)
    unmerge(lead, merge_id, kept, feeds)
    with pytest.raises(Conflict):
        unmerge(lead, merge_id, kept, feeds)


def test_who_may_not_see_both_merges_neither(
    context: Context, lead: Context, people: People, feeds: dict[str, Feed]
) -> None:
    kept, gone = make("Quillfeather"), make("Quilfeather")
    id_ = world.episode(context, 10, child_id=kept)
    interview.allocate(lead, episode_id=id_, person_id=people.bob.person_id)
    with pytest.raises(Refused) as refused:
        merge(acting(context, people.bob), kept, gone)
    assert codes(refused) == ["unknown_child"]
    merge_id = merge(lead, kept, gone)
    with pytest.raises(Refused) as refused:
        unmerge(acting(context, people.charlie), merge_id, kept, feeds)
    assert codes(refused) == ["unknown_merge"]


def test_it_is_recorded_on_both_without_a_childs_data(lead: Context, context: Context, feeds: dict[str, Feed]) -> None:
    kept, gone = make("Quillfeather"), make("Quilfeather")
    id_ = world.episode(context, 10, child_id=gone)
    unmerge(lead, merge(lead, kept, gone), kept, feeds)
    session().rollback()
    entries = session().scalars(select(AuditEntry).where(AuditEntry.action.like("children_%")).order_by(AuditEntry.id))
    assert [(entry.action, entry.subject_id) for entry in entries] == [
        (action, str(child_id)) for action in ("children_merged", "children_unmerged") for child_id in (kept, gone)
    ]
    assert "uil" not in str([entry.details for entry in session().scalars(select(AuditEntry))])
    changes = [
        version.changes for version in session().scalars(select(EpisodeVersion).where(EpisodeVersion.episode_id == id_))
    ]
    assert {"child_id": [gone, kept]} in changes and {"child_id": [kept, gone]} in changes


def test_an_hour_later_the_clock_is_the_same(context: Context, lead: Context, feeds: dict[str, Feed]) -> None:
    kept, gone = make("Quillfeather"), make("Quilfeather")
    id_ = world.episode(context, 10, child_id=gone)
    clock = (world.row(id_).interview_due_at, world.row(id_).clock_no)
    later = replace(lead, now=NOON + timedelta(hours=1))
    unmerge(later, merge(later, kept, gone), kept, feeds)
    assert (world.row(id_).interview_due_at, world.row(id_).clock_no) == clock
