"""The audit trail, and everything about one child on one page: who looked, what changed, when the lead was told."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests import factories
from tests.services import world
from tests.services.test_pages_alerts import raised
from tests.services.world import DAY, HOUR, NOON, People, acting
from tracker.core.terms import Role
from tracker.services import record_interview as interview
from tracker.services.acknowledge_alert import acknowledge
from tracker.services.context import Context, Viewer
from tracker.services.pages.audit_trail import AuditFilters, TrailPart, audit_entries, audit_file, record_trail
from tracker.services.pages.children import child_page
from tracker.services.pages.episodes import episode_page
from tracker.services.transaction import writing
from tracker.store import audit
from tracker.store.db import session
from tracker.store.models import Action, AuditEntry, Episode, GroupItem, GroupMeeting, StrategyMeeting
from tracker.web.audit.words import ACTION_WORDS


def guardian(people: People) -> Viewer:
    """Information governance: sees the trail, no record."""
    return Viewer(people.charlie.person_id, "Charlie", frozenset({Role.INFORMATION_GOVERNANCE}))


def test_narrowed_by_subject_person_action_and_day(context: Context, people: People) -> None:
    id_ = world.episode(context, 10)
    episode_page(acting(context, people.alice), people.alice, id_)
    episode_page(acting(context, people.mary, 24), people.mary, id_)
    charlie = guardian(people)

    def found(**filters: object) -> list[tuple[str, str]]:
        page = audit_entries(acting(context, charlie), charlie, AuditFilters(**filters))  # type: ignore[arg-type]
        return [(row.actor, row.action) for row in page.rows]

    views = [("Mary", "episode_viewed"), ("Alice", "episode_viewed")]
    assert found(subject="episode", subject_id=str(id_)) == views
    assert found(person_id=people.alice.person_id) == views[1:]
    assert found(action="episode_viewed", on_from=(NOON + DAY).date()) == views[:1]
    assert found(action="episode_viewed", on_to=NOON.date()) == views[1:]


def test_looking_at_the_trail_is_in_the_trail(context: Context, people: People) -> None:
    charlie = guardian(people)
    audit_entries(acting(context, charlie), charlie, AuditFilters(subject="child"))
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "audit_viewed")).one()
    assert entry.details == {"filter": {"subject": "child", "page": 1}}


def test_25_a_page(context: Context, people: People) -> None:
    id_ = world.episode(context, 10)
    for _ in range(26):
        episode_page(acting(context, people.alice), people.alice, id_)
    charlie = guardian(people)
    only = AuditFilters(action="episode_viewed")
    page = audit_entries(acting(context, charlie), charlie, only, 2)
    assert (page.total, len(page.rows), page.pages) == (26, 1, 2)


def test_one_child_who_looked_what_changed_and_when_the_lead_was_told(context: Context, people: People) -> None:
    id_ = world.episode(context, 80)
    child_id = world.row(id_).child_id
    unrelated = world.episode(context, 80)
    raised(people.alice, "told", episode_id=id_, hours_ago=7)
    raised(people.alice, "other", episode_id=unrelated, hours_ago=7)
    acknowledge(acting(context, people.alice, -2), reference="told")
    child_page(acting(context, people.mary, -1), people.mary, child_id)
    interview.record_completed(acting(context, people.alice), episode_ids=[id_], completed_at=NOON - HOUR)
    episode_page(acting(context, people.mary, 1), people.mary, id_)
    trail = record_trail(acting(context, people.alice, 2), people.alice, child_id)
    assert trail is not None
    assert trail.episode_ids == (id_,)
    assert [(entry.kind, entry.action, entry.actor) for entry in trail.entries.rows] == [
        ("view", "episode_viewed", "Mary"),
        ("interview", "interview_completed", "Alice"),
        ("view", "child_viewed", "Mary"),
        ("alert", "alert_acknowledged", "Alice"),
        ("alert", "alert_raised", "Alice"),
        ("email", "email_sent", "Alice"),
    ]
    assert {entry.episode_id for entry in trail.entries.rows} == {id_, None}
    assert trail.entries.rows[-1].at == NOON - 7 * HOUR


def test_information_governance_sees_the_trail_and_no_name(context: Context, people: People) -> None:
    id_ = world.episode(context, 80, surname="Quillfeather")
    child_id = world.row(id_).child_id
    charlie = guardian(people)
    assert child_page(acting(context, charlie), charlie, child_id) is None
    trail = record_trail(acting(context, charlie), charlie, child_id)
    assert trail is not None
    assert "Quillfeather" not in repr(trail)
    assert record_trail(acting(context, people.charlie), people.charlie, child_id) is None
    assert record_trail(acting(context, people.bob), people.bob, child_id) is None
    assert record_trail(acting(context, charlie), charlie, 999) is None
    looked = session().scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "audit_viewed"))
    assert looked == 1


def test_the_trail_is_paged(context: Context, people: People) -> None:
    id_ = world.episode(context, 10)
    child_id = world.row(id_).child_id
    for number in range(101):
        episode_page(acting(context, people.mary, number / 100), people.mary, id_)
    first = record_trail(acting(context, people.alice), people.alice, child_id)
    second = record_trail(acting(context, people.alice), people.alice, child_id, 2)
    assert first is not None
    assert second is not None
    assert (first.entries.total, len(first.entries.rows), len(second.entries.rows)) == (101, 100, 1)
    assert first.entries.rows[0].at - second.entries.rows[0].at == timedelta(hours=1)


def test_a_childs_trail_holds_the_actions_meetings_and_forms_of_the_child(context: Context, people: People) -> None:
    id_, other = world.episode(context, 10), world.episode(context, 10)
    alice = acting(context, people.alice)
    with writing() as current:
        child_id, other_id = (current.get_one(Episode, one).child_id for one in (id_, other))
        held = factories.interview(current, [current.get_one(Episode, id_)], context=context)
        rows = []
        for of in (child_id, other_id):
            rows.append(Action(child_id=of, what="an invented action", due_on=NOON.date(), created_at=NOON))
            rows.append(StrategyMeeting(key=f"k{of}", child_id=of, episode_id=id_ if of == child_id else None,
                                        trigger="missing_24h", title="t", due_at=NOON, asked_at=NOON))  # fmt: skip
        current.add_all(rows)
        current.flush()
        for row, (action, subject, details) in zip(
            rows, 2 * [("action_done", "action", {}), ("meeting_held", "meeting", {})], strict=True
        ):
            audit.record(current, action, alice.actor, NOON, subject, row.id, details)
        for action, details in (
            ("interview_form_viewed", {}),
            ("interview_section_saved", {"section": "harm", "version": 2}),
            ("contact_attempt_recorded", {"outcome": "no_answer"}),
        ):
            audit.record(current, action, alice.actor, NOON, "interview", held.id, details)
    charlie = guardian(people)
    trail = record_trail(acting(context, charlie), charlie, child_id)
    assert trail is not None
    told = {(entry.kind, entry.action, entry.episode_id) for entry in trail.entries.rows}
    assert told >= {
        ("plan", "action_done", None), ("plan", "meeting_held", id_), ("view", "interview_form_viewed", id_),
        ("interview", "interview_section_saved", id_), ("interview", "contact_attempt_recorded", id_),
    }  # fmt: skip
    assert len([entry for entry in trail.entries.rows if entry.kind == "plan"]) == 2


def test_a_childs_trail_is_read_in_parts(context: Context, people: People) -> None:
    id_ = world.episode(context, 80)
    child_id = world.row(id_).child_id
    raised(people.alice, "told", episode_id=id_, hours_ago=7)
    child_page(acting(context, people.mary, -1), people.mary, child_id)
    interview.record_completed(acting(context, people.alice), episode_ids=[id_], completed_at=NOON - HOUR)
    for part, actions in (
        (TrailPart.LOOKED, ["child_viewed"]),
        (TrailPart.TOLD, ["alert_raised", "email_sent"]),
        (TrailPart.DONE, ["interview_completed"]),
    ):
        trail = record_trail(acting(context, people.alice), people.alice, child_id, part=part)
        assert trail is not None
        assert [entry.action for entry in trail.entries.rows] == actions
        assert (trail.entries.total, trail.counts[part]) == (len(actions), len(actions))
        assert trail.counts[TrailPart.EVERYTHING] == 4


def test_who_opened_a_meeting_with_the_child_on_its_agenda_looked_at_the_child(
    context: Context, people: People
) -> None:
    child_id, other = (world.row(world.episode(context, 80)).child_id for _ in range(2))
    alice = acting(context, people.alice)
    with writing() as current:
        meeting = GroupMeeting(meets_at=NOON, place="a room", chair="C", planned_at=NOON)
        current.add(meeting)
        current.flush()
        current.add(GroupItem(meeting_id=meeting.id, child_id=child_id, place=1, reasons=[], added_at=NOON))
        for action, details in (
            ("group_meeting_viewed", {"child_ids": [child_id]}),
            ("group_meeting_viewed", {"child_ids": [other]}),  # before the child was put on it
            ("group_minutes_downloaded", {"sha256": "0" * 64, "names": True}),
            ("group_attendance_recorded", {}),
        ):
            audit.record(current, action, alice.actor, NOON, "group_meeting", meeting.id, details)
    trail = record_trail(alice, people.alice, child_id, part=TrailPart.LOOKED)
    assert trail is not None
    assert sorted(entry.action for entry in trail.entries.rows) == ["group_meeting_viewed", "group_minutes_downloaded"]
    assert all("child_ids" not in entry.details for entry in trail.entries.rows)


def test_what_the_filter_finds_is_taken_as_a_file_and_that_is_recorded(
    context: Context, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = world.episode(context, 10)
    for _ in range(30):
        episode_page(acting(context, people.alice), people.alice, id_)
    episode_page(acting(context, people.mary), people.mary, id_)
    charlie = acting(context, guardian(people))
    only = AuditFilters(action="episode_viewed", person_id=people.alice.person_id)
    lines = (audit_file(charlie, only) or "").splitlines()
    assert len(lines) == 31 and all(",Alice," in line for line in lines[1:])
    export = session().scalars(select(AuditEntry).where(AuditEntry.action == "export_made")).one()
    assert export.details == {
        "filter": {"action": "episode_viewed", "person_id": people.alice.person_id},
        "rows": 30,
    }
    monkeypatch.setattr("tracker.services.pages.audit_trail.FILE_SIZE", 29)
    assert audit_file(charlie, only) is None


def test_every_act_has_words_and_no_words_are_without_an_act() -> None:
    assert set(ACTION_WORDS) - {"email_sent"} == set(audit.ACTIONS)
