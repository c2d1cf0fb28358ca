"""Tokens of the HTTP interface: what is refused, what is audited, and that one is revoked once."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import NOON
from tracker.services.api_tokens import create_token, revoke_token, token_holder
from tracker.services.context import Context
from tracker.services.errors import Conflict, Refused
from tracker.services.pages.api_tokens import token_list
from tracker.store import audit
from tracker.store.db import session
from tracker.store.models import ApiToken, AuditEntry

FEEDS = {"thames-valley"}


def make(context: Context, label: str = "export", **more: object) -> tuple[int, str]:
    return create_token(context, label=label, feed="thames-valley", feeds=FEEDS, **more)


@pytest.mark.parametrize("label", ["", "   ", "x" * 81, "two\nlines", "nul\0"])
def test_a_label_that_says_nothing_is_refused(app: Flask, context: Context, label: str) -> None:
    with pytest.raises(Refused) as refused:
        make(context, label)
    assert [problem.fields for problem in refused.value.problems] == [("label",)]
    assert session().scalars(select(ApiToken)).all() == []


def test_an_unknown_feed_and_an_end_that_has_passed_are_refused_together(app: Flask, context: Context) -> None:
    with pytest.raises(Refused) as refused:
        create_token(context, label="export", feed="nonsense", feeds=FEEDS, expires_at=NOON)
    assert [problem.code for problem in refused.value.problems] == ["unknown_feed", "expired"]


def test_no_two_tokens_are_alike_and_each_opens_its_own(app: Flask, context: Context) -> None:
    made = [make(context) for _ in range(5)]
    assert len({token for _, token in made}) == 5
    for token_id, token in made:
        holder = token_holder(token, NOON)
        assert holder is not None
        assert (holder.token_id, holder.feed) == (token_id, "thames-valley")
    assert token_holder(made[0][1] + "x", NOON) is None
    assert token_holder("", NOON) is None


def test_a_token_is_revoked_once(app: Flask, context: Context) -> None:
    token_id, token = make(context)
    revoke_token(context, token_id=token_id)
    assert token_holder(token, NOON) is None
    with pytest.raises(Conflict):
        revoke_token(context, token_id=token_id)
    with pytest.raises(Refused):
        revoke_token(context, token_id=99)
    session().rollback()
    actions = session().execute(select(AuditEntry.action, AuditEntry.subject_id, AuditEntry.details)).all()
    assert [tuple(row) for row in actions] == [
        ("api_token_created", str(token_id), {"feed": "thames-valley", "purpose": "reports"}),
        ("api_token_revoked", str(token_id), {"feed": "thames-valley"}),
    ]
    assert list(audit.broken_links(session())) == []


def test_a_clock_set_back_does_not_stop_the_last_use_from_being_noted(app: Flask, context: Context) -> None:
    _, token = make(context)
    for now in (NOON + timedelta(days=2), NOON):
        token_holder(token, now)
        session().rollback()
        assert session().scalar(select(ApiToken.last_used_at)) == now


def test_the_list_says_how_each_stands(app: Flask, context: Context) -> None:
    one, _ = make(context, "gone")
    make(context, "ended", expires_at=NOON + timedelta(hours=1))
    make(context, "in use")
    revoke_token(context, token_id=one)
    later = replace(context, now=NOON + timedelta(hours=1))
    rows = token_list(later, {"thames-valley": None})
    assert [(row.label, row.state) for row in rows] == [("in use", "in use"), ("ended", "expired"), ("gone", "revoked")]
    assert [row.state for row in token_list(later, {})] == ["feed not in force", "expired", "revoked"]
    assert rows[0].created_by == "the command line"
