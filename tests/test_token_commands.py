"""Tokens from the command line: printed once, listed, revoked."""

import pytest

from tests.test_admin_commands import database, document, run

__all__ = ["database"]

ADD = ("token", "add", "--label", "Nightly export", "--feed", "thames-valley")


@pytest.mark.usefixtures("database")
class TestTokens:
    def test_are_made_listed_and_revoked(self) -> None:
        assert "There is none yet" in run("token", "list").stdout
        made = document(*ADD)
        assert made["id"] == 1
        assert run(*ADD, "--last-day", "2099-12-31").stdout.startswith("rit_")
        rows = document("token", "list")
        assert [(row["id"], row["state"], row["last_used_at"]) for row in rows] == [
            (2, "in use", None), (1, "in use", None),
        ]  # fmt: skip
        assert rows[0]["expires_at"] == "2100-01-01T00:00:00+00:00", "to the end of its last day"
        listed = run("token", "list").stdout
        assert made["token"] not in listed
        assert document("token", "revoke", "1") == {"id": 1, "revoked": True}
        assert document("token", "list")[-1]["state"] == "revoked"

    def test_a_refusal_is_a_sentence_and_exit_code_2(self) -> None:
        found = document("token", "add", "--label", "x", "--feed", "nonsense", code=2)
        assert found["problems"][0]["code"] == "unknown_feed"
        assert "There is no such token." in run("token", "revoke", "7", code=2).output
        run("token", "revoke", "99999999999", code=2)
