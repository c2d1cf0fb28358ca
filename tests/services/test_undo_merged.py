"""A load is undone after one of its children was merged with another."""

import pytest
from flask import Flask
from sqlalchemy import select

from tests.reports import feed_of, receive, row
from tests.services.world import acting as acting_as
from tests.services.world import people
from tracker.core.feed import Feed
from tracker.services.context import Context
from tracker.services.merge_children import merge_children
from tracker.services.undo_load import undo_load
from tracker.services.unmerge_children import unmerge_children
from tracker.store import audit
from tracker.store.db import session
from tracker.store.models import Child, ChildMerge, Episode, LoadUndo, Receipt


@pytest.fixture
def lead(context: Context) -> Context:
    return acting_as(context, people().alice)


@pytest.fixture
def feeds(app: Flask) -> dict[str, Feed]:
    return {"thames-valley": feed_of(app)}


def two_loads(app: Flask, lead: Context) -> tuple[int, int, int, int]:
    """(first receipt, second receipt, the child of the first, the child of the second), the second merged into it."""
    first = receive(app, lead, row("TV1", surname="Kettlewick", forename="Testa"))
    second = receive(app, lead, row("TV2", surname="Brambourne", forename="Odette", born="01/02/2013"))
    kept, gone = session().scalars(select(Child.id).order_by(Child.id)).all()
    session().rollback()
    merge_children(lead, kept_id=kept, gone_id=gone, kept_version=version(kept), gone_version=version(gone))
    return first.id, second.id, kept, gone


def version(child_id: int) -> int:
    session().rollback()
    held = session().get_one(Child, child_id).version
    session().rollback()
    return held


def standing() -> dict[str, tuple[int, str | None]]:
    """Reference, or id → whose it is, and why it is out of the counts."""
    session().rollback()
    return {
        row.police_reference or f"#{row.id}": (row.child_id, row.excluded) for row in session().scalars(select(Episode))
    }


def test_the_load_that_brought_the_record_that_went(app: Flask, lead: Context, feeds: dict[str, Feed]) -> None:
    """Merging is a person's work on the episode: it stays, and the receipt says so."""
    _, second, kept, _ = two_loads(app, lead)
    undo_load(lead, receipt_id=second, reason="The wrong file", feeds=feeds)
    assert standing() == {"TV1": (kept, None), "TV2": (kept, None)}
    assert session().get_one(Receipt, second).status == "undone"
    assert session().get_one(LoadUndo, second).counts["episodes_kept"] == 1
    assert session().get_one(Child, kept).undone_at is None
    assert list(audit.broken_links(session())) == []


def test_the_load_that_brought_the_record_that_stands(app: Flask, lead: Context, feeds: dict[str, Feed]) -> None:
    first, _, kept, gone = two_loads(app, lead)
    undo_load(lead, receipt_id=first, reason="The wrong file", feeds=feeds)
    assert standing()["TV2"] == (kept, None)
    assert session().get_one(Child, kept).undone_at is None, "an episode of another load is theirs"
    merge = session().scalars(select(ChildMerge)).one()
    merge_id = merge.id
    unmerge_children(lead, merge_id=merge_id, version=version(kept), feeds=feeds)
    assert standing()["TV2"] == (gone, None)
