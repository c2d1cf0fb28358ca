"""What a view works with, read once for a request: now, who is signed in, the settings, the services' context."""

from datetime import datetime
from functools import cache

from flask import current_app, g

from tracker.bootstrap import wiring
from tracker.core.feed import Feed
from tracker.core.rules import Rules
from tracker.core.terms import Role
from tracker.services import feeds as feed_services
from tracker.services import ladder as ladder_services
from tracker.services.context import Actor, Context, Viewer
from tracker.settings import Settings
from tracker.web.access import Permission, permissions_of
from tracker.web.sessions import signed_in_person


def settings() -> Settings:
    return wiring(current_app).settings


def feeds() -> dict[str, Feed]:
    """The feeds in force by name, read once for this request."""
    if "feeds" not in g:
        g.feeds = feed_services.feeds_in_force(settings().feeds, settings().council.own_names)
    found: dict[str, Feed] = g.feeds
    return found


def feeds_to_replay_by() -> dict[str, Feed]:
    """The same, with the retired ones: for lines that have come in already."""
    return feed_services.feeds_to_replay_by(settings().feeds, settings().council.own_names)


def rules() -> Rules:
    """The council's rules with the alert ladder in force, read once for this request."""
    if "rules" not in g:
        g.rules = ladder_services.rules_in_force(settings().rules, settings().ladder_definition)
    found: Rules = g.rules
    return found


def webhook_names() -> tuple[str, ...]:
    """The webhooks of settings, which a ladder may name."""
    return settings().webhook_names


def now() -> datetime:
    """The clock, read once for this request."""
    if "now" not in g:
        g.now = wiring(current_app).clock.now()
    at: datetime = g.now
    return at


def viewer() -> Viewer | None:
    """The signed-in person, or None on public pages."""
    person = signed_in_person(settings(), now())
    return person.viewer if person else None


def signed_in_viewer() -> Viewer:
    """The signed-in person, in a view that is not public. Raises RuntimeError elsewhere: a mistake of ours."""
    person = viewer()
    if person is None:
        raise RuntimeError("this view asks for a signed-in person but is public")
    return person


def may(permission: Permission | str) -> bool:
    """Whether the signed-in person has this permission; in templates `may('see_episodes')`."""
    person = viewer()
    return person is not None and Permission(permission) in _permissions_of(person.roles)


@cache
def _permissions_of(roles: frozenset[Role]) -> frozenset[Permission]:
    """Asked for dozens of times a page."""
    return permissions_of(roles)


def request_context() -> Context:
    """What every service is called with: this request's now, the council's rules, the signed-in person as actor."""
    person = viewer()
    given = settings()
    actor = Actor(person.name, person.person_id) if person else Actor("nobody signed in")
    return Context(now(), rules(), actor, given.base_url, given.council.own_names)
