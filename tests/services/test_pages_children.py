"""A child found and shown: every name, every episode in order, the flags with their reviews."""

from datetime import date

import pytest
from sqlalchemy import event, select

from tests import factories
from tests.services import world
from tests.services.world import DAY, HOUR, NOON, People, acting
from tracker.core.terms import ExclusionReason
from tracker.services import correct_episode as correct
from tracker.services import record_interview as interview
from tracker.services.context import Context
from tracker.services.errors import Refused
from tracker.services.pages import children_alike
from tracker.services.pages.children import ChildPage, child_page, child_search
from tracker.services.review_repeat import review_flag
from tracker.services.transaction import writing
from tracker.store.children import Reported, learn
from tracker.store.db import db, session
from tracker.store.models import AuditEntry


def quillfeather() -> int:
    with writing() as current:
        child = factories.child(
            current, "Quillfeather", "Ada", police_force="testshire", police_person_id="P77", council_id="C-12"
        )
        learn(current, {child.id: [Reported("Formername", "Ada")]})
        return child.id


def opened(context: Context, people: People, child_id: int) -> ChildPage:
    page = child_page(acting(context, people.alice), people.alice, child_id)
    assert page is not None
    return page


@pytest.mark.parametrize("text", ["quill", "Former", "ada quillf", "C-12", "ts/26-001", ""])
def test_found_by_any_name_number_or_reference(context: Context, people: People, text: str) -> None:
    wanted = quillfeather()
    world.episode(context, 5, child_id=wanted, police_force="testshire", police_reference="TS26001")
    found = child_search(acting(context, people.alice), people.alice, text)
    assert [(row.id, row.name, row.episodes) for row in found.rows] == [(wanted, "Ada Quillfeather", 1)]
    assert found.rows[0].last_missing_from_at == NOON - 35 * HOUR
    assert found.rows[0].age == 14


@pytest.mark.parametrize("text", ["15/6/2012", "15 June 2012", "2012-06-15", "p77", "P 77", "c-12"])
def test_found_by_date_of_birth_and_by_number_however_written(context: Context, people: People, text: str) -> None:
    with writing() as current:
        child = factories.child(
            current, "Quillfeather", "Ada", date(2012, 6, 15), police_force="testshire", police_person_id="P77",
            council_id="C-12",
        )  # fmt: skip
        other = factories.child(
            current, "Otherson", "Bea", date(2012, 6, 16), police_force="testshire", police_person_id="P78"
        )
        wanted, _ = child.id, other.id
    found = child_search(acting(context, people.alice), people.alice, text)
    assert ([row.id for row in found.rows], found.alike) == ([wanted], False)


@pytest.mark.parametrize(
    "text",
    [
        "quilfeather",
        "Quillfeahter",
        "Ada Quilfeather",
        "quillfethers, ada",
        "Ada Quixlfeather",
        "O’Drull",
        "Zoe",
        "Quilleather",
    ],
)
def test_a_name_with_a_slip_finds_those_like_it(context: Context, people: People, text: str) -> None:
    wanted = quillfeather()
    with writing() as current:
        accented = factories.child(current, "O'Drüll", "Zoë").id
        factories.child(current, "Otherson", "Bea")
        undone = factories.child(current, "Quillfeather", "Ada")
        undone.undone_at = NOON
    expected = accented if text in ("O’Drull", "Zoe") else wanted
    found = child_search(acting(context, people.alice), people.alice, text)
    assert ([row.id for row in found.rows], found.total, found.alike) == ([expected], 1, True)
    bob = acting(context, people.bob)
    assert child_search(bob, people.bob, text).total == 0


def test_of_more_children_than_are_compared_those_that_sound_alike_are(
    context: Context, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = quillfeather()
    with writing() as current:
        for number in range(3):
            factories.child(current, f"Otherson{number}", "Bea")
    monkeypatch.setattr(children_alike, "_MOST_COMPARED", 2)
    alice = acting(context, people.alice)
    for text in ("quilfeather", "Ada Quilfeather", "quillfethers, ada", "Ada Quixlfeather"):
        assert [row.id for row in child_search(alice, people.alice, text).rows] == [wanted], text


def test_the_name_as_spelled_comes_alone(context: Context, people: People) -> None:
    wanted = quillfeather()
    with writing() as current:
        factories.child(current, "Quilfeather", "Ada")
    found = child_search(acting(context, people.alice), people.alice, "quillfeather")
    assert ([row.id for row in found.rows], found.alike) == ([wanted], False)


def test_nothing_like_it_is_nothing(context: Context, people: People) -> None:
    quillfeather()
    assert child_search(acting(context, people.alice), people.alice, "zzz").total == 0
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "search_made")).one()
    assert entry.details == {"filter": {"text_length": 3, "page": 1}}


def test_25_a_page_by_name(context: Context, people: People) -> None:
    with writing() as current:
        for number in range(27, 0, -1):
            factories.child(current, f"Aname{number:02}")
    first = child_search(acting(context, people.alice), people.alice, "aname")
    second = child_search(acting(context, people.alice), people.alice, "aname", 2)
    assert (first.total, first.rows[0].name, len(first.rows)) == (27, "Testchild Aname01", 25)
    assert [row.name for row in second.rows] == ["Testchild Aname26", "Testchild Aname27"]


def test_episodes_in_order_of_start_with_names_and_numbers(context: Context, people: People) -> None:
    child_id = quillfeather()
    late = world.episode(context, 5, child_id=child_id)
    early = world.episode(context, 500, child_id=child_id)
    interview.record_completed(acting(context, people.alice), episode_ids=[late], completed_at=NOON)
    page = opened(context, people, child_id)
    assert [row.id for row in page.episodes] == [early, late]
    assert page.names == ("Ada Formername",)
    assert page.identifiers == (("police_person_id:testshire", "P77"),)
    assert [(held.episode_ids, held.completed_at) for held in page.interviews] == [((late,), NOON)]
    assert (page.child.council_id, page.version) == ("C-12", 1)
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "child_viewed")).one()
    assert entry.subject_id == str(child_id)


def test_flags_current_reviewed_and_withdrawn(context: Context, people: People) -> None:
    child_id = quillfeather()
    made = [world.episode(context, hours, child_id=child_id, missing_hours=2) for hours in (700, 400, 20)]
    page = opened(context, people, child_id)
    assert [(flag.rule, flag.stands, flag.episode_ids) for flag in page.flags] == [
        ("3_in_90", True, tuple(made)),
        ("3_in_365", True, tuple(made)),
    ]
    assert set(page.child.repeat_titles) == {"Three or more in a year", "Three or more in 90 days"}
    alice = acting(context, people.alice)
    review_flag(alice, flag_id=page.flags[0].id, decision="MARAMP", maramp_on=date(2026, 11, 30))
    reviewed = opened(context, people, child_id).flags[0]
    assert (reviewed.decision, reviewed.maramp_on, reviewed.reviewed_by) == ("MARAMP", date(2026, 11, 30), "Alice")
    correct.exclude_episode(
        alice, episode_id=made[0], version=world.row(made[0]).version, reason=ExclusionReason.NOT_MISSING
    )
    withdrawn = opened(context, people, child_id)
    assert [(flag.stands, flag.withdrawn_at) for flag in withdrawn.flags] == [(False, NOON), (False, NOON)]
    assert withdrawn.child.repeat_titles == ()
    with pytest.raises(Refused) as refused:
        review_flag(alice, flag_id=page.flags[1].id, decision="anything")
    assert [problem.code for problem in refused.value.problems] == ["flag_withdrawn"]


def test_a_review_says_what_was_decided_and_is_of_a_child_one_may_see(context: Context, people: People) -> None:
    child_id = quillfeather()
    for hours in (700, 400, 20):
        world.episode(context, hours, child_id=child_id, missing_hours=2)
    flag_id = opened(context, people, child_id).flags[0].id
    with pytest.raises(Refused) as silent:
        review_flag(acting(context, people.alice), flag_id=flag_id, decision=" ")
    assert silent.value.problems[0].fields == ("decision",)
    for person, flag in ((people.bob, flag_id), (people.charlie, flag_id), (people.alice, 999)):
        with pytest.raises(Refused) as unknown:
            review_flag(acting(context, person), flag_id=flag, decision="x")
        assert unknown.value.problems[0].code == "unknown_flag"


def test_a_stranger_finds_and_opens_nothing(context: Context, people: People) -> None:
    child_id = quillfeather()
    mine = world.episode(context, 5)
    interview.allocate(acting(context, people.alice), episode_id=mine, person_id=people.bob.person_id)
    bob = acting(context, people.bob)
    assert [row.id for row in child_search(bob, people.bob, "").rows] == [world.row(mine).child_id]
    assert child_search(bob, people.bob, "quill").total == 0
    assert child_page(bob, people.bob, child_id) is None
    assert child_page(bob, people.bob, world.row(mine).child_id) is not None
    charlie = acting(context, people.charlie)
    assert child_search(charlie, people.charlie, "").total == 0
    assert child_page(charlie, people.charlie, child_id) is None
    assert opened(context, people, child_id).child.name == "Ada Quillfeather"
    assert child_page(acting(context, people.alice), people.alice, 999) is None


def test_the_age_today_on_the_childs_page(context: Context, people: People) -> None:
    with writing() as current:
        child_id = factories.child(current, date_of_birth=(NOON + DAY).date().replace(year=2012)).id
    assert opened(context, people, child_id).child.age == 13


def test_many_interviews_cost_no_more_statements_than_few(context: Context, people: People) -> None:
    """Who must hold each, its course and who had it are read for all of them together."""
    child_id = world.row(world.episode(context, 500)).child_id

    def interviewed(hours_ago: float) -> None:
        id_ = world.episode(context, hours_ago, child_id=child_id, missing_hours=5)
        interview.record_completed(acting(context, people.alice), episode_ids=[id_], completed_at=NOON - HOUR)

    for hours in (400, 380):
        interviewed(hours)
    few = statements(context, people, child_id)
    for hours in range(20, 200, 20):
        interviewed(hours)
    assert statements(context, people, child_id) == few


def statements(context: Context, people: People, child_id: int) -> int:
    """How many the database is sent for the child's page."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    session().rollback()
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        opened(context, people, child_id)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(sent)
