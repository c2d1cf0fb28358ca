"""An episode logged by hand and the police's of the same going-missing become one, and two again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests import factories
from tests.reports import counts, receive, row
from tests.services import world
from tests.services.world import HOUR, NOON, People, acting, codes
from tracker.core.clock import local_date
from tracker.core.terms import BreachReason, FlagCode, RiskLevel
from tracker.services import record_interview as interview
from tracker.services.actions import add_action
from tracker.services.context import Actor, Context
from tracker.services.correct_episode import correct_episode, exclude_episode, give_breach_reason
from tracker.services.errors import Conflict, Refused
from tracker.services.join_episodes import join_episodes
from tracker.services.log_episode import log_episode
from tracker.services.raise_alerts import sweep
from tracker.services.raise_notices import raise_notices
from tracker.services.separate_episodes import separate_episodes
from tracker.services.settle_differences import decide_value
from tracker.services.transaction import writing
from tracker.store.audit import broken_links
from tracker.store.db import session
from tracker.store.models import (
    Action,
    Alert,
    Breach,
    Episode,
    EpisodeDecision,
    EpisodeJoin,
    EpisodeVersion,
    InterviewEpisode,
    Line,
    StrategyMeeting,
)

MISSING = datetime(2026, 11, 12, 10, 0, tzinfo=UTC)
RETURNED = datetime(2026, 11, 13, 10, 0, tzinfo=UTC)  # its clock ran out two hours before noon


def two(app: Flask, lead: Context, **by_hand: object) -> tuple[int, int]:
    """(the episode logged by hand after the report came, the police's)."""
    given = {"missing": MISSING, "returned": RETURNED, "risk": "High", "circumstances": "Left after tea."}
    receive(app, replace(lead, actor=Actor("test")), row(**given))
    police = session().scalars(select(Episode)).one()
    child_id, police_id = police.child_id, police.id
    ours = {"missing_from_at": MISSING + HOUR, "risk": RiskLevel.LOW, "district": "Invented", **by_hand}
    return log_episode(lead, child_id=child_id, confirm=True, **ours), police_id  # type: ignore[arg-type]


def join(context: Context, one: int, other: int) -> int:
    return join_episodes(
        context, episode_id=one, version=world.row(one).version, other_id=other, other_version=world.row(other).version
    )


def separate(context: Context, kept: int) -> int:
    session().rollback()
    query = select(EpisodeJoin.id).where(EpisodeJoin.kept_id == kept).order_by(EpisodeJoin.id.desc())
    join_id = session().scalar(query.limit(1))
    return separate_episodes(context, join_id=join_id or 0, version=world.row(kept).version)


def count(model: type, *conditions: object) -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(model).where(*conditions)) or 0  # type: ignore[arg-type]


_FACTS = (
    "missing_from_at", "returned_at", "risk", "district", "circumstances", "police_reference", "person_fields",
    "excluded", "joined_into_id", "interview_due_at", "clock_open", "flags", "needs_decision",
)  # fmt: skip


def facts(*ids: int) -> list[list[object]]:
    return [[getattr(world.row(id_), name) for name in _FACTS] for id_ in ids]


def standing(*ids: int) -> dict[str, list[object]]:
    """Whose each row is that hangs on these episodes."""
    session().rollback()
    found = {}
    for model in (Line, Alert, Breach, EpisodeDecision):
        query = select(model.id, model.episode_id).where(model.episode_id.in_(ids)).order_by(model.id)
        found[model.__name__] = [tuple(one) for one in session().execute(query)]
    for model in (Action, StrategyMeeting):
        given = select(model.id, model.episode_id, model.withdrawn_at).where(model.episode_id.in_(ids))
        found[model.__name__] = [tuple(one) for one in session().execute(given.order_by(model.id))]
    links = select(InterviewEpisode.interview_id, InterviewEpisode.episode_id).order_by(InterviewEpisode.episode_id)
    found["Interview"] = [tuple(one) for one in session().execute(links)]
    return found


@pytest.mark.parametrize("from_the_police", [False, True])
def test_the_one_logged_by_hand_stands_and_takes_the_reference(
    app: Flask, lead: Context, from_the_police: bool
) -> None:
    hand, police = two(app, lead)
    kept = join(lead, *((police, hand) if from_the_police else (hand, police)))
    held = world.row(kept)
    assert kept == hand and (held.police_force, held.police_reference) == ("thames-valley", "TV26000001")
    assert (held.missing_from_at, held.risk, held.district) == (MISSING + HOUR, "low", "Invented")
    assert (held.returned_at, held.circumstances) == (RETURNED, "Left after tea.")
    assert held.interview_due_at == RETURNED + 72 * HOUR and held.clock_open
    asked = {one.field: (one.held_value, one.police_value) for one in session().scalars(select(EpisodeDecision))}
    assert asked.keys() == {"missing_from_at", "risk"} and asked["risk"] == ("low", "high")
    assert FlagCode.POLICE_VALUE_DIFFERS in held.flags
    shell = world.row(police)
    assert (shell.excluded, shell.joined_into_id, shell.police_reference) == ("joined", hand, None)
    assert not shell.clock_open and shell.closed_as == "withdrawn"


def test_the_next_line_of_the_reference_is_about_the_one_that_stands(app: Flask, lead: Context) -> None:
    hand, police = two(app, lead)
    join(lead, hand, police)
    later = replace(lead, now=NOON + HOUR)
    assert counts(receive(app, later, row(missing=MISSING, returned=RETURNED, risk="High", sex="Male"))) == {
        "updated": 1
    }
    assert set(session().scalars(select(Line.episode_id))) == {hand}


def test_everything_goes_over_and_comes_back_and_nobody_is_told_twice(
    app: Flask, lead: Context, people: People
) -> None:
    hand, police = two(app, lead)
    interview.allocate(lead, episode_id=police, person_id=people.bob.person_id)
    for id_ in (hand, police):
        add_action(
            lead,
            child_id=world.row(id_).child_id,
            what="Ring",
            due_on=local_date(NOON),
            owner_name="Mr",
            episode_id=id_,
        )
    sweep(replace(lead, actor=Actor("scheduler")))
    assert count(StrategyMeeting, StrategyMeeting.episode_id == police) == 1, "high risk, says the police"
    give_breach_reason(lead, episode_id=police, reason=BreachReason.LATE_NOTICE)
    before, hanging, told = facts(hand, police), standing(hand, police), count(Alert)
    assert told > 0 and count(Breach) == 1
    join(lead, hand, police)
    sweep(replace(lead, actor=Actor("scheduler"), now=NOON + timedelta(minutes=1)))
    assert count(Alert) == told and count(Alert, Alert.episode_id == police) == 0
    breach = session().scalars(select(Breach)).one()
    assert (breach.episode_id, breach.reason, breach.withdrawn_at) == (hand, "late_notice", None)
    assert set(session().scalars(select(InterviewEpisode.episode_id))) == {hand}
    assert set(session().scalars(select(Action.episode_id))) == {hand}
    assert set(session().scalars(select(StrategyMeeting.episode_id))) == {hand}
    assert count(EpisodeVersion, EpisodeVersion.episode_id == hand) > 2
    separate(lead, hand)
    assert facts(hand, police) == before and standing(hand, police) == hanging
    sweep(replace(lead, actor=Actor("scheduler"), now=NOON + timedelta(minutes=2)))
    assert count(Alert) == told
    assert not list(broken_links(session()))


def test_what_came_since_is_kept_where_it_belongs(app: Flask, lead: Context) -> None:
    hand, police = two(app, lead)
    join(lead, hand, police)
    risk = session().scalar(select(EpisodeDecision.id).where(EpisodeDecision.field == "risk"))
    decide_value(lead, decision_id=risk or 0, take_police_value=True)
    correct_episode(lead, episode_id=hand, version=world.row(hand).version, values={"found_by": "A neighbour"})
    later = replace(lead, now=NOON + HOUR)
    back = RETURNED + 2 * HOUR
    receive(app, later, row(missing=MISSING, returned=back, risk="High"))
    assert world.row(hand).returned_at == back
    separate(later, hand)
    ours, theirs = world.row(hand), world.row(police)
    assert (ours.risk, ours.found_by, ours.returned_at, ours.police_reference) == ("high", "A neighbour", None, None)
    assert (theirs.returned_at, theirs.police_reference, theirs.excluded) == (back, "TV26000001", None)
    assert theirs.interview_due_at == back + 72 * HOUR
    assert set(session().scalars(select(Line.episode_id))) == {police}
    again = replace(lead, now=NOON + 2 * HOUR)
    assert counts(receive(app, again, row(missing=MISSING, returned=back, risk="High"))) == {"unchanged": 1}


def test_the_police_still_said_missing_after_the_return_that_was_logged(app: Flask, lead: Context) -> None:
    receive(app, replace(lead, actor=Actor("test")), row(missing=MISSING))
    police = session().scalars(select(Episode)).one()
    child_id, police_id = police.child_id, police.id
    hand = log_episode(lead, child_id=child_id, missing_from_at=MISSING, returned_at=RETURNED, confirm=True)
    join(lead, hand, police_id)
    assert FlagCode.POLICE_SAY_STILL_MISSING in world.row(hand).flags and world.row(hand).needs_decision


@pytest.mark.parametrize("case", ["itself", "two_children", "two_references", "no_reference", "excluded", "times"])
def test_what_cannot_be_one(app: Flask, context: Context, lead: Context, case: str) -> None:
    hand, police = two(app, lead)
    with writing() as current:
        held = current.get_one(Episode, hand)
        if case == "two_children":
            held.child_id = factories.child(current).id
        if case == "two_references":
            held.police_force, held.police_reference = "thames-valley", "TV2"
        if case == "no_reference":
            current.get_one(Episode, police).police_reference = None
        if case == "times":
            held.found_at, held.missing_from_at = RETURNED + 6 * HOUR, RETURNED + 5 * HOUR
            held.person_fields = ["missing_from_at", "found_at"]
            current.get_one(Episode, police).returned_at = RETURNED
    if case == "excluded":
        exclude_episode(lead, episode_id=hand, version=world.row(hand).version, reason="cancelled")  # type: ignore[arg-type]
    with pytest.raises(Refused) as refused:
        join(lead, hand, hand if case == "itself" else police)
    expected = {"itself": "same_episode", "times": "return_before_missing"}.get(case, case)
    assert codes(refused) == [expected]
    assert world.row(police).joined_into_id is None


def test_of_two_who_join_at_once_the_second_is_told(app: Flask, lead: Context) -> None:
    hand, police = two(app, lead)
    versions = {"version": world.row(hand).version, "other_version": world.row(police).version}
    correct_episode(lead, episode_id=police, version=world.row(police).version, values={"found_by": "A neighbour"})
    with pytest.raises(Conflict):
        join_episodes(lead, episode_id=hand, other_id=police, **versions)


def test_it_is_separated_once_and_not_by_a_stranger(
    app: Flask, context: Context, lead: Context, people: People
) -> None:
    hand, police = two(app, lead)
    join(lead, hand, police)
    with pytest.raises(Refused):
        separate(acting(context, people.bob), hand)
    separate(lead, hand)
    with pytest.raises(Conflict):
        separate(lead, hand)


def test_a_finding_that_people_were_told_of_is_not_told_again_once_they_are_one(app: Flask, lead: Context) -> None:
    """The police's episode was found and not returned, and told; the one by hand takes its finding, and its telling."""
    hand, police = two(app, lead)
    found_at = NOON - 20 * HOUR
    with writing() as current:
        current.execute(update(Episode).values(returned_at=None, found_at=None))
        current.execute(update(Episode).where(Episode.id == police).values(found_at=found_at))
    later = replace(lead, actor=Actor("scheduler"))
    assert raise_notices(later).matters == 1
    kept = join(lead, hand, police)
    with writing() as current:  # whichever finding stands in the end
        current.execute(update(Episode).where(Episode.id == kept).values(found_at=found_at))
    assert raise_notices(later).matters == 0
