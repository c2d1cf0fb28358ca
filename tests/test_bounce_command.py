"""`tracker bounces`: reports at hand are read, and what they are about is said in counts."""

from pathlib import Path

import pytest

from tests.core.test_bounces import report
from tests.test_admin_commands import database, document, run

__all__ = ["database"]


@pytest.mark.usefixtures("database")
def test_files_are_read_and_counted(tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(report())
    (tmp_path / "two.eml").write_bytes(b"Subject: hello\n\nhello\n")
    found = document("bounces", str(tmp_path / "one.eml"), str(tmp_path / "two.eml"))
    assert found == {"looked_at": 2, "recorded": 0, "known": 0, "delayed": 0, "others": 2}
    assert "2 no report about an email of ours" in run("bounces", *map(str, tmp_path.glob("*.eml"))).stdout
    run("bounces", str(tmp_path / "absent.eml"), code=2)


@pytest.mark.usefixtures("database")
def test_a_token_for_mail_events() -> None:
    made = document("token", "add", "--label", "GOV.UK Notify", "--mail-events")
    assert made["token"].startswith("rit_")
    (row,) = document("token", "list")
    assert (row["purpose"], row["feed"], row["state"]) == ("mail_events", "", "in use")
    assert "mail events" in run("token", "list").stdout
