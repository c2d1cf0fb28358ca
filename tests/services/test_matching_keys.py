"""Keys of an earlier scheme are made anew, in short transactions, once."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from tests.conftest import NOON
from tests.factories import child
from tracker.services import matching_keys
from tracker.services.matching_keys import renew_keys
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import ChildKey, DueRun


@pytest.fixture
def earlier(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, int]]]:
    """Seven children under one key of another scheme each; the keys that they should have."""
    monkeypatch.setattr(matching_keys, "AT_ONCE", 2)
    with writing() as current:
        ids = [child(current, f"Testname{number}", "Testa").id for number in range(7)]
        current.execute(delete(DueRun))
        wanted = held()
        current.execute(delete(ChildKey))
        current.add_all(ChildKey(key="earlier", child_id=id_) for id_ in ids)
    yield wanted


def held() -> list[tuple[str, int]]:
    return [
        tuple(row)
        for row in session().execute(select(ChildKey.key, ChildKey.child_id).order_by(ChildKey.key, ChildKey.child_id))
    ]


def test_every_child_is_found_by_the_new_keys_and_by_no_others(earlier: list[tuple[str, int]]) -> None:
    told: list[int] = []
    assert renew_keys(NOON, told.append) == 7
    assert held() == earlier
    assert told == [2, 2, 2, 1, 0]
    assert renew_keys(NOON) == 0
    assert session().execute(select(DueRun.work, DueRun.key)).all() == [("matching_keys", matching_keys.KEYS_VERSION)]


def test_a_run_that_was_stopped_goes_on_where_it_was(earlier: list[tuple[str, int]]) -> None:
    class StoppedError(Exception):
        pass

    def stop(_: int) -> None:
        raise StoppedError

    for _ in range(2):
        with pytest.raises(StoppedError):
            renew_keys(NOON, stop)
    assert session().scalar(select(func.count()).where(ChildKey.key == "earlier")) == 3
    assert renew_keys(NOON) == 3
    assert held() == earlier


def test_another_scheme_begins_anew(earlier: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch) -> None:
    renew_keys(NOON)
    monkeypatch.setattr(matching_keys, "KEYS_VERSION", "next")
    assert renew_keys(NOON) == 7
    assert held() == earlier
