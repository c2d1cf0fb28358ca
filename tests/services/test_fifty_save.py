"""Fifty people save one section from the same loaded page: one is saved, forty-nine are told, no text is lost."""

from dataclasses import replace

from flask import Flask
from sqlalchemy import select

from tests.conftest import NOON
from tests.factories import person
from tests.services import world
from tests.services.test_two_people import at_once
from tracker.core.terms import Role
from tracker.services.context import Actor, Context
from tracker.services.record_interview import allocate
from tracker.services.transaction import writing
from tracker.services.write_interview import SectionConflict, save_section
from tracker.store import audit
from tracker.store.db import session
from tracker.store.models import InterviewSection, InterviewSectionConflict, InterviewSectionVersion

FIFTY = 50
SECTION = "own_words"


def text_of(number: int) -> dict[str, str]:
    return {"words": f"What number {number} typed.", "how_said": "Spoke"}


def test_fifty_save_one_section_at_once(app: Flask, context: Context) -> None:
    with writing() as current:
        leads = [person(current, Role.LEAD, name=f"Worker number {number}") for number in range(FIFTY)]
        actors = [replace(context, actor=Actor(one.name, one.id)) for one in leads]
    first = actors[0]
    interview_id = allocate(first, episode_id=world.episode(context), person_id=first.actor.person_id or 0)
    given = {"interview_id": interview_id, "section": SECTION}
    before = {"words": "What all of them saw.", "how_said": "Spoke"}
    save_section(first, **given, answers=before, based_on_version=0)
    session().rollback()

    met = at_once(
        app,
        *(
            lambda number=number, actor=actor: save_section(actor, **given, answers=text_of(number), based_on_version=1)
            for number, actor in enumerate(actors)
        ),
    )
    told = {number: error for number, error in enumerate(met) if error is not None}
    assert {type(error) for error in told.values()} == {SectionConflict}
    assert len(told) == FIFTY - 1
    (winner,) = set(range(FIFTY)) - set(told)
    for number, conflict in told.items():
        assert isinstance(conflict, SectionConflict)
        assert (conflict.held_version, conflict.held_by, conflict.held_at) == (2, f"Worker number {winner}", NOON)
        assert [(one.field, one.held, one.typed) for one in conflict.differences] == [
            ("words", text_of(winner)["words"], text_of(number)["words"])
        ]

    session().rollback()
    held = session().get_one(InterviewSection, (interview_id, SECTION), populate_existing=True)
    assert (held.version, held.answers) == (2, text_of(winner))
    kept = {row.kept_by_id: row.answers for row in session().scalars(select(InterviewSectionConflict))}
    assert kept == {actors[number].actor.person_id: text_of(number) for number in told}
    assert [row.answers for row in session().scalars(select(InterviewSectionVersion))] == [before]
    assert list(audit.broken_links(session())) == []
