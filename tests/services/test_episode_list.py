"""The list of episodes: filters that agree with the rules, pages, searches, and whose episodes they hold."""

import random
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from tests import factories
from tests.services import world
from tests.services.world import HOUR, NOON, People, acting
from tracker.core.interviews import interview_state
from tracker.core.terms import Cohort, EpisodeKind, InterviewState, RiskLevel
from tracker.services import record_interview as interview
from tracker.services.context import Context
from tracker.services.follow_up import follow_up_child, follow_up_episode
from tracker.services.pages.episode_filters import in_state
from tracker.services.pages.episodes import EpisodeFilters, episode_list, episode_page
from tracker.services.people import add_team
from tracker.services.transaction import writing
from tracker.store import episodes, interviews
from tracker.store.db import session
from tracker.store.models import AuditEntry, Episode


def ids(context: Context, people: People, **filters: object) -> list[int]:
    found = episode_list(acting(context, people.alice), people.alice, EpisodeFilters(**filters))  # type: ignore[arg-type]
    assert found.total == len(found.rows)
    return [row.id for row in found.rows]


def test_the_filter_by_state_agrees_with_the_rules_for_many_episodes_and_moments(
    context: Context, people: People
) -> None:
    chance = random.Random(20261116)
    with writing() as current:
        for _ in range(150):
            born = chance.choice([date(2012, 3, 4), date(2008, 11, 10), date(2000, 1, 1), None])
            child = factories.child(current, date_of_birth=born)
            start = NOON - chance.choice([chance.randrange(1, 60), chance.randrange(60, 300)]) * HOUR
            found = start + chance.randrange(1, 30) * HOUR if chance.random() < 0.4 else None
            back = (found or start) + chance.randrange(0, 40) * HOUR if chance.random() < 0.8 else None
            row = factories.episode(
                current,
                child,
                start,
                back if back and back <= NOON else None,
                found_at=found if found and found <= NOON else None,
                kind=chance.choice(list(EpisodeKind)),
                interview_requested=chance.random() < 0.2,
                excluded=chance.choice([None, None, None, "not_missing"]),
            )
            facts = chance.choice(
                ["completed_at", "declined_at", "not_required_approved_at", "not_required_at", "", ""]
            )
            if facts:
                factories.interview(current, [row], **{facts: NOON - chance.randrange(0, 100) * HOUR})
            follow_up_episode(current, row, context)
            follow_up_child(current, child.id, context)
    policy = context.rules.policy
    seen: set[InterviewState] = set()
    for hours in (0, 30, 71, 72, 73, 200):
        later = replace(context, now=NOON + hours * HOUR)
        by_filter = {
            state: set(session().scalars(select(Episode.id).where(in_state(state, later)))) for state in InterviewState
        }
        held = interviews.interviews_by_episode(session(), range(1, 1000))
        for episode in episodes.episodes_by_id(session(), range(1, 1000)):
            state = interview_state(episode, held.get(episode.id, []), later.now, policy)
            seen.add(state)
            assert [one for one, found_ids in by_filter.items() if episode.id in found_ids] == [state]
    assert seen == set(InterviewState)


def test_25_a_page_newest_first_with_the_total(context: Context, people: People) -> None:
    made = [world.episode(context, hours) for hours in range(1, 31)]
    alice = acting(context, people.alice)
    first = episode_list(alice, people.alice, EpisodeFilters())
    second = episode_list(alice, people.alice, EpisodeFilters(), 2)
    assert (first.total, first.pages, len(first.rows), len(second.rows)) == (30, 2, 25, 5)
    assert [row.id for row in (*first.rows, *second.rows)] == made
    assert episode_list(alice, people.alice, EpisodeFilters(), 3).rows == ()


def test_by_deadline_the_soonest_first_of_those_that_run(context: Context, people: People) -> None:
    made = world.one_of_each_state(context, people)
    running = [made[state] for state in (InterviewState.OVERDUE, InterviewState.DUE_SOON, InterviewState.DUE)]
    assert ids(context, people, order="deadline") == running
    closed = frozenset({InterviewState.COMPLETED_IN_TIME, InterviewState.COMPLETED_LATE})
    assert ids(context, people, order="deadline", states=closed) == [
        made[InterviewState.COMPLETED_LATE],
        made[InterviewState.COMPLETED_IN_TIME],
    ]


def test_narrowed_by_what_stands_on_the_episode(context: Context, people: People) -> None:
    north = add_team(context, name="North")
    ours = world.episode(context, 5, risk="high", team_id=north)
    other = world.episode(context, 6, risk="low", is_ours=False, kind=EpisodeKind.AWAY)
    assert ids(context, people, cohort=Cohort.OURS) == [ours]
    assert ids(context, people, cohort=Cohort.OTHER) == [other]
    assert ids(context, people, risk=RiskLevel.HIGH) == [ours]
    assert ids(context, people, kind=EpisodeKind.AWAY) == [other]
    assert ids(context, people, team_id=north) == [ours]
    assert ids(context, people, ids=(other, 999)) == [other]
    assert ids(context, people, ids=()) == []
    interview.allocate(acting(context, people.alice), episode_id=other, person_id=people.alice.person_id)
    assert ids(context, people, mine=True) == [other]


def test_dates_are_local_and_both_ends_count(context: Context, people: People) -> None:
    with writing() as current:
        child = factories.child(current)
        summer_midnight = NOON.replace(month=7, day=1, hour=0) - HOUR  # 1 July 00:00 BST is 30 June 23:00 UTC
        at_midnight = factories.episode(current, child, summer_midnight, hours=1, context=context).id
        before = factories.episode(current, child, summer_midnight - HOUR, hours=0.5, context=context).id
    first, last = date(2026, 7, 1), date(2026, 6, 30)
    assert ids(context, people, started_from=first) == [at_midnight]
    assert ids(context, people, started_to=last) == [before]
    assert ids(context, people, started_from=first, started_to=first) == [at_midnight]
    assert ids(context, people, returned_to=last) == [before]
    assert ids(context, people, returned_from=first) == [at_midnight]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("quillfeather", True),
        ("QUILL", True),
        ("ada quill", True),
        ("Quillfeather, Ada", True),
        ("Former", True),
        ("ada former", True),
        ("Bo Quillfeather", False),
        ("zoë", False),
        ("ts/26-00", True),
        ("TS26001", True),
        ("26001", False),
        ("%", False),
        ("_", False),
    ],
)
def test_by_part_of_a_name_or_the_beginning_of_a_reference(
    context: Context, people: People, text: str, found: bool
) -> None:
    with writing() as current:
        child = factories.child(current, "Quillfeather", "Ada")
        from tracker.store.children import Reported, learn

        learn(current, {child.id: [Reported("Formername", "Ada")]})
        wanted = factories.episode(
            current, child, NOON - 5 * HOUR, context=context, police_force="f", police_reference="TS26001"
        ).id
        other = factories.child(current, "Éloïse", "Zoé")
        factories.episode(current, other, NOON - 9 * HOUR, police_force="f", police_reference="XX1")
    assert ids(context, people, text=text) == ([wanted] if found else [])


def test_names_that_are_not_ascii_are_found_however_they_are_capitalised(context: Context, people: People) -> None:
    with writing() as current:
        child = factories.child(current, "Éloïse", "Zoé")
        wanted = factories.episode(current, child, NOON - 9 * HOUR, context=context).id
    for text in ("éloïse", "Éloïse", "Éloïse zoé"):
        assert ids(context, people, text=text) == [wanted]


def test_a_search_records_that_a_text_was_given_and_its_length(context: Context, people: People) -> None:
    episode_list(
        acting(context, people.alice), people.alice, EpisodeFilters(text="Quillfeather", ids=(1, 2), mine=True)
    )
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "search_made")).one()
    assert entry.details == {"filter": {"ids": 2, "text_length": 12, "mine": True, "page": 1}}
    assert entry.actor_id == people.alice.person_id
    episode_list(acting(context, people.alice), people.alice, EpisodeFilters())
    assert session().scalars(select(AuditEntry).where(AuditEntry.action == "list_viewed")).one().subject == "episodes"


def test_lists_hold_what_is_the_viewers(context: Context, people: People) -> None:
    his = world.episode(context, 10)
    world.episode(context, 20)
    interview.allocate(acting(context, people.alice), episode_id=his, person_id=people.bob.person_id)
    bob = episode_list(acting(context, people.bob), people.bob, EpisodeFilters())
    assert ([row.id for row in bob.rows], bob.total) == ([his], 1)
    charlie = episode_list(acting(context, people.charlie), people.charlie, EpisodeFilters(ids=(his,)))
    assert (charlie.rows, charlie.total) == ((), 0)


def test_every_state_is_found_by_its_filter_and_shown_on_its_page(context: Context, people: People) -> None:
    made = world.one_of_each_state(context, people)
    assert set(made) == set(InterviewState)
    for state, id_ in made.items():
        assert ids(context, people, states=frozenset({state})) == [id_]
        page = episode_page(acting(context, people.alice), people.alice, id_)
        assert page is not None
        assert page.state is state
    late = frozenset({InterviewState.OVERDUE, InterviewState.COMPLETED_LATE})
    assert set(ids(context, people, states=late)) == {made[state] for state in late}
