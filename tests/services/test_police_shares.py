"""What the police are to know: sent, acknowledged, with what came of it; corrected, withdrawn, open to boards."""

import pytest

from tests.conftest import NOON
from tests.services import world
from tests.services.test_write_interview import codes
from tests.services.world import HOUR, acting
from tracker.services.context import Context
from tracker.services.errors import Conflict, Refused
from tracker.services.pages.police_shares import open_shares, shares_of
from tracker.services.police_shares import add_share, change_share, withdraw_share
from tracker.services.record_interview import allocate
from tracker.store import audit
from tracker.store.db import session


@pytest.fixture
def interview_id(context: Context, people: world.People) -> int:
    return allocate(context, episode_id=world.episode(context), person_id=people.bob.person_id)


def test_from_to_be_sent_to_its_outcome(context: Context, people: world.People, interview_id: int) -> None:
    bob = acting(context, people.bob)
    share = add_share(bob, interview_id=interview_id, what="A car was seen there three times.")
    (open_one,) = open_shares(session(), people.alice)
    assert (open_one.id, open_one.interview_id, open_one.sent_at) == (share, interview_id, None)
    sent = {"sent_at": NOON - HOUR, "sent_how": "Email", "sent_to": "Missing persons desk"}
    change_share(bob, share_id=share, version=1, values=sent)
    change_share(bob, share_id=share, version=2, values=sent)  # the same again: no new version
    with pytest.raises(Conflict):
        change_share(bob, share_id=share, version=1, values={"outcome": "None"})
    change_share(bob, share_id=share, version=2, values={"acknowledged_at": NOON, "acknowledged_by": "Desk sergeant"})
    change_share(bob, share_id=share, version=3, values={"outcome": "The car is known; a log was made."})
    (view,) = shares_of(session(), interview_id)
    assert (view.version, view.sent_by, view.outcome_at) == (4, "Bob", NOON)
    assert open_shares(session(), people.alice) == ()
    assert list(audit.broken_links(session())) == []


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"what": "   "}, "missing_value", "what"),
        ({"what": "x" * 4001}, "too_long", "what"),
        ({"sent_at": NOON + HOUR, "sent_to": "Desk"}, "in_the_future", "sent_at"),
        ({"sent_at": NOON}, "missing_value", "sent_to"),
        ({"sent_to": "Desk"}, "missing_value", "sent_at"),
        ({"sent_at": NOON, "sent_to": "Desk", "acknowledged_at": NOON}, "missing_value", "acknowledged_by"),
        (
            {"sent_at": NOON, "sent_to": "D", "acknowledged_at": NOON - HOUR, "acknowledged_by": "S"},
            "before_sent",
            "acknowledged_at",
        ),
    ],
)
def test_what_cannot_be_is_refused(
    context: Context, people: world.People, interview_id: int, values: dict[str, object], code: str, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        add_share(acting(context, people.bob), interview_id=interview_id, **{"what": "A car.", **values})
    (problem,) = refused.value.problems
    assert (problem.code, problem.fields) == (code, (field,))


def test_withdrawn_with_its_reason(context: Context, people: world.People, interview_id: int) -> None:
    bob = acting(context, people.bob)
    share = add_share(bob, interview_id=interview_id, what="A car.")
    with pytest.raises(Refused) as refused:
        withdraw_share(bob, share_id=share, version=1, reason=" ")
    assert codes(refused) == ["missing_value"]
    withdraw_share(bob, share_id=share, version=1, reason="The police told us of it themselves.")
    assert open_shares(session(), people.alice) == ()
    with pytest.raises(Refused) as gone:
        change_share(bob, share_id=share, version=2, values={"outcome": "None"})
    assert codes(gone) == ["withdrawn"]


def test_who_sees_and_changes_them(context: Context, people: world.People, interview_id: int) -> None:
    share = add_share(acting(context, people.alice), interview_id=interview_id, what="A car.")
    assert len(open_shares(session(), people.bob)) == 1
    assert len(open_shares(session(), people.bob, allocated_to_id=people.bob.person_id)) == 1
    assert open_shares(session(), people.charlie) == ()
    with pytest.raises(Refused) as refused:
        change_share(acting(context, people.charlie), share_id=share, version=1, values={"outcome": "None"})
    assert codes(refused) == ["unknown_share"]
