"""The administrator's commands, as typed: exit codes, one JSON document, sentences."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from tracker.cli import cli


@pytest.fixture
def database(tmp_path: Path, upgraded: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "tracker.sqlite3"
    path.write_bytes(upgraded.read_bytes())
    for name, value in {
        "TRACKER_ENV": "test",
        "TRACKER_DATABASE_URL": f"sqlite:///{path}",
        "TRACKER_SECRET_KEY": "t" * 40,
        "TRACKER_MAIL_FOLDER": str(tmp_path / "mailbox"),
    }.items():
        monkeypatch.setenv(name, value)
    return path


def run(*arguments: str, code: int = 0, typed: str | None = None) -> Result:
    result = CliRunner().invoke(cli, list(arguments), input=typed)
    assert result.exit_code == code, result.output + repr(result.exception)
    return result


def document(*arguments: str, code: int = 0, typed: str | None = None) -> Any:
    return json.loads(run(*arguments, "--json", code=code, typed=typed).stdout)


ED = ("user", "add", "ed@council.invalid", "--name", "Ed Testworker", "--role", "administrator")
BOB = ("user", "add", "bob@council.invalid", "--name", "Bob Testworker", "--role", "interviewer", "--role", "lead")


@pytest.mark.usefixtures("database")
class TestUsers:
    def test_are_added_listed_and_disabled(self) -> None:
        assert document(*ED, "--password-stdin", typed="plainly invented words\n")["email"] == "ed@council.invalid"
        run(*BOB, "--no-password")
        rows = {row["email"]: row for row in document("user", "list")}
        assert rows["ed@council.invalid"]["has_password"] is True
        assert rows["bob@council.invalid"]["has_password"] is False
        assert rows["bob@council.invalid"]["roles"] == ["interviewer", "lead"]
        run("user", "disable", "bob@council.invalid")
        assert "(cannot sign in)" in run("user", "list").stdout

    def test_a_password_is_asked_for_and_never_printed(self) -> None:
        words = "plainly invented words"
        assert words not in run(*ED, typed=f"{words}\n{words}\n").output

    def test_a_refusal_is_a_sentence_and_exit_code_2(self) -> None:
        found = document(*ED, "--password-stdin", code=2, typed="short\n")
        assert "12" in found["problems"][0]["sentence"]
        assert "no team" in run(*BOB, "--no-password", "--team", "Nowhere", code=2).output
        assert "nobody has this address" in run("user", "disable", "x@council.invalid", code=2).output

    def test_the_last_administrator_is_not_disabled(self) -> None:
        run(*ED, "--no-password")
        assert "administrator" in run("user", "disable", "ed@council.invalid", code=2).output


@pytest.mark.usefixtures("database")
def test_check_says_in_sentences_what_is_not_in_order() -> None:
    found = {check["name"]: check for check in document("check", code=1)["checks"]}
    assert [found[name]["ok"] for name in ("settings", "database", "mail", "scheduler")] == [True, True, True, False]
    assert "has never run" in found["scheduler"]["sentence"]
    run(*ED, "--no-password")
    run(*BOB, "--no-password")
    run("sweep")
    checked = {check["name"]: check for check in document("check")["checks"]}
    assert checked["scheduler"]["sentence"].startswith("The last sweep was 0 s ago")


def test_check_names_a_database_of_another_version(database: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    engine.dispose()
    assert "tracker db upgrade" in run("check", code=1).output


def test_audit_verify_finds_what_was_changed_behind_its_back(database: Path) -> None:
    run(*ED, "--no-password")
    run(*BOB, "--no-password")
    assert document("audit", "verify") == {"rows": 2, "broken": []}
    engine = sa.create_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE audit SET actor = 'somebody else' WHERE id = 1"))
    engine.dispose()
    assert document("audit", "verify", code=1)["broken"] == [1]


def test_backup_and_restore(database: Path, tmp_path: Path) -> None:
    copy = str(tmp_path / "copy.backup")
    run(*ED, "--no-password")
    run("backup", copy)
    assert "exists already" in run("backup", copy, code=2).output
    run(*BOB, "--no-password")
    assert "--replace" in run("restore", copy, code=2).output
    run("restore", copy, "--replace")
    assert [row["email"] for row in document("user", "list")] == ["ed@council.invalid"]


@pytest.mark.usefixtures("database")
def test_a_database_that_cannot_be_used_is_told_in_a_sentence(tmp_path: Path) -> None:
    bare, nowhere = f"sqlite:///{tmp_path / 'bare'}", "postgresql+psycopg://x@127.0.0.1:1/none"
    for url, said in [(bare, "run `tracker db upgrade`"), (nowhere, "The database does not answer")]:
        asked = [sys.executable, "-c", "from tracker.start import main; main()", "user", "list"]
        done = subprocess.run(asked, env={**os.environ, "TRACKER_DATABASE_URL": url}, capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr and len(done.stderr.splitlines()) == 1
