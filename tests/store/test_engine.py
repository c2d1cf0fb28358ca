"""What is inserted once says whether it was this call that inserted it, on both databases."""

from flask import Flask

from tests.conftest import NOON
from tracker.services.transaction import writing
from tracker.store import engine


def test_of_two_that_mark_the_same_day_one_did_it(app: Flask) -> None:
    with writing() as current:
        assert engine.mark_done(current, "digest", "2026-11-16", NOON) is True
        assert engine.mark_done(current, "digest", "2026-11-16", NOON) is False
        assert engine.mark_done(current, "digest", "2026-11-17", NOON) is True
        assert engine.is_done(current, "digest", "2026-11-16")
        assert not engine.is_done(current, "digest", "2026-11-18")
