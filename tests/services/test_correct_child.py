"""What is held of a child, corrected: and what follows for its episodes."""

from datetime import date

import pytest
from sqlalchemy import select

from tests import factories
from tests.services import world
from tests.services.world import HOUR, NOON, People, acting
from tracker.core.terms import FlagCode
from tracker.services.context import Context
from tracker.services.correct_child import correct_child
from tracker.services.errors import Conflict, Refused
from tracker.services.find_children import find_children
from tracker.services.people import add_team
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import AuditEntry, Child, Episode


def child_with_episode(context: Context, born: date | None = date(2012, 3, 4)) -> tuple[int, int]:
    with writing() as current:
        child = factories.child(current, "Quillfeather", "Ada", born)
        row = factories.episode(current, child, NOON - 30 * HOUR, NOON - 5 * HOUR, context=context)
        return child.id, row.id


def child(id_: int) -> Child:
    session().rollback()
    return session().get_one(Child, id_)


def test_a_former_name_stays_known(context: Context, people: People) -> None:
    id_, _ = child_with_episode(context)
    changed = correct_child(
        acting(context, people.alice), child_id=id_, version=1, values={"surname": " Stoneybroke ", "sex": None}
    )
    assert changed == ("surname",)
    assert child(id_).surname == "Stoneybroke"
    for surname in ("Stoneybroke", "Quillfeather"):
        found = find_children(acting(context, people.alice), surname=surname, forename="Ada")
        assert [(one.child_id, one.name) for one in found] == [(id_, "Ada Stoneybroke")]
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "child_changed")).one()
    assert (entry.subject_id, entry.details) == (str(id_), {"changed": ["surname"], "by_hand": ["surname"]})


def test_shown_to_be_an_adult_the_episode_leaves_the_counts_and_comes_back(context: Context, people: People) -> None:
    id_, episode_id = child_with_episode(context, None)
    assert world.row(episode_id).flags == [str(FlagCode.AGE_UNKNOWN)]
    correct_child(context, child_id=id_, version=1, values={"date_of_birth": date(2000, 1, 1)})
    row = world.row(episode_id)
    assert (row.flags, row.closed_as, row.interview_due_at, row.clock_open) == ([], "withdrawn", None, False)
    correct_child(context, child_id=id_, version=child(id_).version, values={"date_of_birth": date(2012, 1, 1)})
    row = world.row(episode_id)
    assert (row.closed_as, row.interview_due_at, row.clock_open) == (None, NOON + 67 * HOUR, True)


def test_its_episodes_move_with_it_to_another_team(context: Context, people: People) -> None:
    id_, episode_id = child_with_episode(context)
    north = add_team(context, name="North")
    correct_child(context, child_id=id_, version=1, values={"team_id": north})
    assert world.row(episode_id).team_id == north


def test_who_is_responsible_says_whose_the_child_is(context: Context, people: People) -> None:
    id_, _ = child_with_episode(context)
    correct_child(context, child_id=id_, version=1, values={"responsible_authority": "Farshire"})
    assert child(id_).is_ours is False


def test_two_editors(context: Context, people: People) -> None:
    id_, _ = child_with_episode(context)
    correct_child(acting(context, people.alice), child_id=id_, version=1, values={"sex": "female"})
    with pytest.raises(Conflict):
        correct_child(acting(context, people.mary), child_id=id_, version=1, values={"sex": "male"})
    assert child(id_).sex == "female"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"surname": " "}, "missing_value"),
        ({"date_of_birth": date(2026, 11, 17)}, "in_the_future"),
        ({"team_id": 99}, "unknown_team"),
    ],
)
def test_what_cannot_be_is_refused(context: Context, people: People, values: dict[str, object], code: str) -> None:
    id_, _ = child_with_episode(context)
    with pytest.raises(Refused) as refused:
        correct_child(context, child_id=id_, version=1, values=values)
    assert [(p.code, p.fields) for p in refused.value.problems] == [(code, tuple(values))]
    assert child(id_).version == 1


def test_a_stranger_corrects_nothing(context: Context, people: People) -> None:
    id_, _ = child_with_episode(context)
    for person in (people.bob, people.charlie):
        with pytest.raises(Refused) as refused:
            correct_child(acting(context, person), child_id=id_, version=1, values={"sex": "male"})
        assert refused.value.problems[0].code == "unknown_child"
    with pytest.raises(ValueError, match="created_at"):
        correct_child(context, child_id=id_, version=1, values={"created_at": NOON})
    assert session().scalar(select(Episode.child_id)) == id_
