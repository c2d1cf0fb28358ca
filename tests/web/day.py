"""A lead's day in an invented county, as rows: a clock of each kind, and one of everything that waits for a person.

A module of tests that wants it imports the fixtures `built`, `database_url`, `people` and `day`: a test that asks for
`day` gets a copy of a database built once, any other an empty one.
"""

import shutil
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from tests import factories
from tests.conftest import NOON
from tests.reports import receive, row
from tests.web.conftest import add_people
from tracker.bootstrap import create_app
from tracker.core.clock import FixedClock
from tracker.core.rules import Rules
from tracker.core.terms import EpisodeKind, LivingSetting, RiskLevel
from tracker.services.context import Actor, Context
from tracker.services.correct_episode import correct_episode
from tracker.services.log_episode import log_episode
from tracker.services.not_required import propose_not_required
from tracker.services.raise_alerts import sweep
from tracker.services.record_interview import allocate
from tracker.services.transaction import writing
from tracker.settings import load_settings
from tracker.store.db import db, session
from tracker.store.models import Child, Episode

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Day:
    """The ids of what was built: by the child's first name, the newest episode, and the child."""

    episodes: dict[str, int]
    children: dict[str, int]

    def episode(self, name: str) -> int:
        return self.episodes[name]

    def child(self, name: str) -> int:
        return self.children[name]


def context_of(people: dict[str, int], name: str = "Alice", now: datetime = NOON) -> Context:
    return Context(now, Rules(), Actor(f"{name} Testworker", people[name]))


@dataclass(frozen=True)
class Built:
    path: Path
    people: dict[str, int]
    day: Day


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, upgraded: Path) -> Built:
    """The day, built once."""
    path = tmp_path_factory.mktemp("day") / "tracker.sqlite3"
    shutil.copy(upgraded, path)
    settings = load_settings(environ={}, env="test", database_url=f"sqlite:///{path}", secret_key="t" * 40)
    app = create_app(settings, FixedClock(NOON))
    with app.app_context():
        people = add_people()
        made = build_day(app, people)
        db.session.remove()
        db.engine.dispose()
    return Built(path, people, made)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path, upgraded: Path) -> str:
    path = request.getfixturevalue("built").path if "day" in request.fixturenames else upgraded
    shutil.copy(path, tmp_path / "tracker.sqlite3")
    return f"sqlite:///{tmp_path / 'tracker.sqlite3'}"


@pytest.fixture
def people(request: pytest.FixtureRequest, app: Flask) -> dict[str, int]:
    return request.getfixturevalue("built").people if "day" in request.fixturenames else add_people()


@pytest.fixture
def day(built: Built) -> Day:
    return built.day


def build_day(app: Flask, people: dict[str, int]) -> Day:
    """Everything on Today at once, as the services leave it."""
    alice = context_of(people)
    _clocks(alice)
    made = _ids()
    allocate(alice, episode_id=made.episode("Benny"), person_id=people["Bob"])
    allocate(alice, episode_id=made.episode("Carabel"), person_id=people["Bob"])
    propose_not_required(
        alice, episode_id=made.episode("Hallam"), reason="Back with the carer within ten minutes; seen the same day."
    )
    _reports(app, alice)
    sweep(replace(alice, actor=Actor("scheduler")))
    return _ids()


def _ids() -> Day:
    episodes, children = {}, {}
    for held, child in session().query(Episode, Child).join(Child, Child.id == Episode.child_id).order_by(Episode.id):
        episodes[child.forename], children[child.forename] = held.id, child.id
    session().rollback()
    return Day(episodes, children)


def _clocks(context: Context) -> None:
    """Children with a clock of each kind, one who is not back, one found and not returned."""
    with writing() as current:
        team_id = factories.team(current, "South team").id

        def gone(forename: str, due_in: float | None, *, away: float = 9, **more: object) -> Child:
            of = more.pop("of", None) or factories.child(current, f"{forename}son", forename)
            back = NOON + (due_in - 72) * HOUR if due_in is not None else None
            start = (back or NOON) - away * HOUR
            more = {"risk": "medium", "setting": "looked_after", "team_id": team_id, **more}
            factories.episode(current, of, start, back, context=context, **more)
            return of

        gone("Anwen", -30, risk="high", police_force="thames-valley", police_reference="TV26000411")
        gone("Benny", -2, away=31)
        cara = gone("Carabel", -24 * 40, notified_at=None)
        gone("Carabel", -24 * 20, of=cara)
        gone("Carabel", 5, of=cara, risk="high")
        gone("Devon", 40, is_ours=False, responsible_authority="Farshire County Council", setting="looked_after")
        gone("Evie", 60, setting="home", kind=EpisodeKind.AWAY)
        gone("Finlo", None, away=7, risk="high", missing_from_address="1 Invented Lane")
        gone("Gussie", None, away=30, found_at=NOON - 5 * HOUR, found_location="Invented Hospital")
        gone("Hallam", 50, away=2, risk="low")
        joss = gone("Jossie", 55, away=12)
        gone("Jossie", 57, away=9, of=joss)
        gone("Nolan", 65, away=3, kind=EpisodeKind.NO_APPARENT_RISK, risk="no_apparent_risk")


def _reports(app: Flask, alice: Context) -> None:
    """What only reports bring: lines to decide, "still missing", values that differ, "same episode?"."""
    ivy = {"surname": "Ivyson", "forename": "Ivy", "born": "01/02/2011", "missing": NOON - 20 * HOUR}
    kim = {"surname": "Kimson", "forename": "Kimber", "born": "05/06/2010", "missing": NOON - 30 * HOUR}
    night = replace(alice, now=NOON - 8 * HOUR)
    receive(app, night, row("TV26000501", **ivy, returned=NOON - 10 * HOUR), row("TV26000502", **kim))
    held = session().query(Episode).filter_by(police_reference="TV26000502").one()
    version, id_ = held.version, held.id
    correct_episode(alice, episode_id=id_, version=version, values={"risk": RiskLevel.LOW})
    with writing() as current:
        lou = factories.child(current, "Loumson", "Louisa", date_of_birth=datetime(2012, 8, 9).date()).id
    log_episode(
        replace(alice, now=NOON - 7 * HOUR), child_id=lou, missing_from_at=NOON - 14 * HOUR,
        setting=LivingSetting.HOME, known_to_services=True,
    )  # fmt: skip
    morning = replace(alice, now=NOON - 4 * HOUR)
    receive(
        app,
        morning,
        row("TV26000501", **ivy),
        row("TV26000502", **kim, risk="High"),
        row("TV26000503", surname="Loumson", forename="Louisa", born="09/08/2012", missing=NOON - 13 * HOUR),
        row("TV26000504", surname="Mysson", forename="Myfan", born="31/02/2011", missing=NOON - 20 * HOUR,
            returned=NOON - 12 * HOUR),
        row("TV26000505", surname="Nobson", forename="Nobby", missing="17 o’clock"),
    )  # fmt: skip
