"""What most tests of services begin with: three people and their managers, the lead at work, the feeds."""

import pytest
from flask import Flask

from tests.services import world
from tests.services.world import People, acting
from tracker.bootstrap import wiring
from tracker.core.feed import Feed
from tracker.services.context import Context


@pytest.fixture
def people(app: Flask) -> People:
    return world.people()


@pytest.fixture
def lead(context: Context, people: People) -> Context:
    return acting(context, people.alice)


@pytest.fixture
def feeds(app: Flask) -> dict[str, Feed]:
    return wiring(app).settings.feeds
