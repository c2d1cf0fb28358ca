"""The workspace of frequent runaways: who is on it, for whom, in which order, and what each child's row says."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import event, select

from tests import factories
from tests.services.world import DAY, HOUR, NOON, People
from tracker.core.clock import local_date
from tracker.core.frequent import NextStep
from tracker.core.terms import Role
from tracker.services.context import Context, Viewer
from tracker.services.pages.frequent import frequent_list, frequent_page
from tracker.services.pages.frequent_shapes import FrequentFilters, FrequentRow
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import AuditEntry, Child, Episode, Maramp, RepeatFlagRow
from tracker.store.visibility import frequent_visible_to

TODAY = local_date(NOON)


def often(context: Context, *days_ago: int, forename: str = "Oftena", **more: object) -> int:
    """A child who went missing on each of these days before today, for six hours; the id."""
    with writing() as current:
        child = factories.child(current, forename=forename, **more)
        for ago in days_ago:
            factories.episode(current, child, NOON - ago * DAY - 8 * HOUR, hours=6, context=context)
        return child.id


def planned(child_id: int, review_on: date | None, **more: object) -> int:
    with writing() as current:
        row = Maramp(child_id=child_id, opened_at=NOON - DAY, version_no=1, next_review_on=review_on, **more)
        current.add(row)
        current.flush()
        return row.id


def row_of(context: Context, viewer: Viewer, child_id: int) -> FrequentRow:
    return next(row for row in frequent_list(context, viewer) if row.child_id == child_id)


def seen_by(viewer: Viewer) -> set[int]:
    return set(session().scalars(select(Child.id).where(frequent_visible_to(viewer, TODAY))))


def test_a_row_says_what_the_rules_count(lead: Context, people: People) -> None:
    child_id = often(lead, 400, 364, 100, 89, 20, 2)
    row = row_of(lead, people.charlie, child_id)
    assert (row.episodes_365, row.episodes_90) == (5, 3), "400 days ago is out, 364 in; 89 days ago is in"
    assert row.hours == 30 and not row.is_missing
    assert [flag.raised_on for flag in row.flags] == [TODAY - timedelta(days=100), TODAY - timedelta(days=2)]
    assert row.step is NextStep.NO_PLAN
    assert (row.returns, row.in_time) == (4, 0), "the newest is not late yet"


def test_the_group_reads_of_standing_and_lately_ended_flags_and_open_plans_only(lead: Context, people: People) -> None:
    standing, once = often(lead, 60, 30, 2), often(lead, 5)
    ended = often(lead, 600, 500, 400)
    withdrawn = often(lead, 61, 31, 3)
    plan_only, closed = often(lead, 4), often(lead, 4)
    planned(plan_only, None)
    planned(closed, None, closed_at=NOON)
    with writing() as current:
        for flag in current.scalars(select(RepeatFlagRow).where(RepeatFlagRow.child_id == withdrawn)):
            flag.withdrawn_at, flag.withdrawn_reason = NOON, "a merge was undone"
        for flag in current.scalars(select(RepeatFlagRow).where(RepeatFlagRow.child_id == ended)):
            flag.ends_on = flag.ended_on = TODAY - timedelta(days=89)
    assert seen_by(people.charlie) == {standing, ended, plan_only}
    with writing() as current:
        for flag in current.scalars(select(RepeatFlagRow).where(RepeatFlagRow.child_id == ended)):
            flag.ends_on = flag.ended_on = TODAY - timedelta(days=90)
    assert seen_by(people.charlie) == {standing, plan_only}
    assert {standing, once, ended, withdrawn, plan_only, closed} <= seen_by(people.alice)
    assert seen_by(people.bob) == set(), "an interviewer reads of theirs elsewhere"
    assert {row.child_id for row in frequent_list(lead, people.alice)} == {standing, plan_only}


def test_what_needs_doing_leads(lead: Context, people: People) -> None:
    settled, late, later, none = (often(lead, 60, 30, 2, forename=name) for name in ("Ann", "Bea", "Cia", "Dot"))
    planned(settled, TODAY + timedelta(days=40))
    planned(late, TODAY - timedelta(days=1))
    planned(later, TODAY - timedelta(days=9))
    rows = frequent_list(lead, people.charlie)
    assert [row.child_id for row in rows] == [later, late, none, settled]
    assert [row.days_overdue for row in rows] == [9, 1, None, None]
    today = often(lead, 60, 30, 2, forename="Eve")
    planned(today, TODAY)
    assert row_of(lead, people.charlie, today).step is NextStep.REVIEW_SOON, "on the day itself it is not late"


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (FrequentFilters(), 3),
        (FrequentFilters(plan="none"), 2),
        (FrequentFilters(plan="overdue"), 1),
        (FrequentFilters(whose="other"), 1),
        (FrequentFilters(whose="ours"), 2),
        (FrequentFilters(rule="no such rule"), 0),
    ],
    ids=["all", "no plan", "overdue", "other councils", "ours", "another rule"],
)
def test_the_list_is_narrowed_and_its_counts_are_not(
    lead: Context, people: People, filters: FrequentFilters, expected: int
) -> None:
    late = often(lead, 60, 30, 2)
    often(lead, 61, 31, 3)
    often(lead, 62, 32, 4, is_ours=False, responsible_authority="Farshire County Council")
    planned(late, TODAY - timedelta(days=3))
    found = frequent_page(lead, people.charlie, filters)
    assert len(found.page.rows) == found.page.total == expected
    assert (found.everybody, found.overdue, found.without_plan) == (3, 1, 2)
    told = session().scalars(select(AuditEntry.details).where(AuditEntry.subject == "frequent")).all()
    assert len(told) == 1, "one list, one row of the trail"


def test_a_child_still_missing_and_one_whose_records_were_taken_back(lead: Context, people: People) -> None:
    child_id, gone = often(lead, 60, 30), often(lead, 60, 30, 2)
    with writing() as current:
        factories.episode(current, current.get_one(Child, child_id), NOON - 3 * HOUR, context=lead)
        current.get_one(Child, gone).undone_at = NOON
    assert row_of(lead, people.charlie, child_id).is_missing
    assert gone not in seen_by(people.charlie)
    assert session().scalar(select(Episode.id).where(Episode.child_id == gone)) is not None


def test_the_list_asks_as_much_of_many_children_as_of_few(lead: Context, people: People) -> None:
    asked: list[str] = []
    engine = session().get_bind()

    def remember(_c: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    counts = []
    for _ in range(2):
        for _ in range(3):
            planned(often(lead, 60, 30, 2), TODAY)
        session().rollback()
        event.listen(engine, "before_cursor_execute", remember)
        frequent_list(lead, people.charlie)
        event.remove(engine, "before_cursor_execute", remember)
        counts.append(len(asked))
        asked.clear()
    assert counts[0] == counts[1] <= 10


def test_somebody_of_the_group_who_interviews_too_reads_as_the_group(lead: Context, people: People) -> None:
    standing, once = often(lead, 60, 30, 2), often(lead, 5)
    both = replace(people.charlie, roles=frozenset({Role.OPERATIONAL_GROUP, Role.INTERVIEWER}))
    assert seen_by(both) == {standing}
    everything = replace(people.charlie, roles=frozenset({Role.OPERATIONAL_GROUP, Role.MANAGER}))
    assert {standing, once} <= seen_by(everything)
    assert seen_by(replace(people.charlie, roles=frozenset({Role.ADMINISTRATOR}))) == set()
