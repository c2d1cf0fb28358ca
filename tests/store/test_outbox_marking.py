"""Marks that do not wait for the disk: on connections of their own, which leave no trace on any other."""

import pytest
from flask import Flask
from sqlalchemy import text

from tracker.services.transaction import writing, writing_apart
from tracker.store.db import db, wait_for_disk, writers

ASK = {"sqlite": "PRAGMA synchronous", "postgresql": "SHOW synchronous_commit"}
FULL = {"sqlite": 2, "postgresql": "on"}
LIGHT = {"sqlite": 1, "postgresql": "off"}


@pytest.fixture
def kind(app: Flask) -> str:
    return db.engine.dialect.name


def asked(kind: str) -> object:
    with writing() as session:
        return session.scalar(text(ASK[kind]))


def test_only_its_own_connection_is_changed_and_only_until_it_is_closed(app: Flask, kind: str) -> None:
    usual = asked(kind)
    for _ in range(12):
        with writers()() as connection:
            wait_for_disk(connection, False)
            with writing_apart(connection) as writer:
                assert writer.scalar(text(ASK[kind])) == LIGHT[kind]
            assert asked(kind) == usual
            wait_for_disk(connection, True)
            with writing_apart(connection) as writer:
                assert writer.scalar(text(ASK[kind])) == FULL[kind]
        assert asked(kind) == usual
