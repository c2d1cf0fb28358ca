"""The whole path by the command line, as one council would live it: report → episode → return → 72 hours pass →
breach once → one email for each recipient over real SMTP → interview recorded late → the month's figures."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.faults.commands import environment
from tests.faults.smtp_servers import Taking, serving

CHILD = (
    "QUILLWORTH",
    "Ambrose",
    "03/04/2011",
    "04/03/2011",
    "2011-04-03",
    "WX1 1AA",
    "TV/26/001",
    "TV26001",
    "Lantern",
)

HEADER = "Reference,Surname,Forename,Date of birth,Address,Postcode,Missing from,Returned,Status,Local authority"
MISSING = "TV/26/001,QUILLWORTH,Ambrose,03/04/2011,Lantern House,WX1 1AA,05/10/2026 19:00,,Still missing,Wexcombeshire"
RETURNED = (
    "TV/26/001,QUILLWORTH,Ambrose,03/04/2011,Lantern House,WX1 1AA,05/10/2026 19:00,06/10/2026 08:00,"
    "Returned home,Wexcombeshire"
)
INTERVIEW = (
    "police_reference,offered_at,outcome,completed_at,declined_by,reason\n"
    "TV/26/001,07/10/2026 10:00,completed,09/10/2026 09:30,,\n"
)


class CommandLine:
    """`run("sweep", now="…")` gives the exit code and the JSON document."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.environ = environ

    def run(self, *arguments: str, now: str, typed: str = "") -> tuple[int, Any]:
        done = subprocess.run(
            [sys.executable, "-c", "from tracker.start import main; main()", *arguments, "--now", now, "--json"],
            env=self.environ,
            input=typed,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "monday.csv").write_text(f"{HEADER}\n{MISSING}\n")
    (tmp_path / "tuesday.csv").write_text(f"{HEADER}\n{RETURNED}\n")
    (tmp_path / "interviews.csv").write_text(INTERVIEW)
    return tmp_path


def test_from_the_report_to_the_overdue_email_and_the_months_figures(files: Path) -> None:
    server = Taking()
    with serving(server) as port:
        line = CommandLine(environment(f"sqlite:///{files / 'tracker.sqlite3'}", port))
        assert line.run("db", "upgrade", now="2026-10-05T08:00Z") == (0, {"upgraded": True})
        for role in ("lead", "manager", "service_manager", "head_of_service"):
            email = f"{role}@council.invalid"
            code, _ = line.run(
                "user", "add", email, "--name", role.title(), "--role", role, "--no-password", now="2026-10-05T08:00Z"
            )
            assert code == 0

        # Monday night's report, then Tuesday's: the child came back at 08:00 BST, which is 07:00 UTC.
        code, receipt = line.run("ingest", str(files / "monday.csv"), "--feed", "generic", now="2026-10-06T05:00Z")
        assert (code, receipt["created"], receipt["lines_read"]) == (0, 1, 1)
        code, receipt = line.run("ingest", str(files / "tuesday.csv"), "--feed", "generic", now="2026-10-06T09:00Z")
        assert (code, receipt["updated"], receipt["lines_read"]) == (0, 1, 1)
        code, receipt = line.run("ingest", str(files / "tuesday.csv"), "--feed", "generic", now="2026-10-06T09:30Z")
        assert (receipt["unchanged"], receipt["created"], receipt["updated"]) == (1, 0, 0)

        # The deadline is Friday 07:00 UTC. At that very instant it is not yet overdue.
        _, swept = line.run("sweep", now="2026-10-09T07:00:00Z")
        assert swept["breaches"] == 0
        _, swept = line.run("sweep", now="2026-10-09T07:00:01Z")
        assert swept["breaches"] == 1
        _, again = line.run("sweep", now="2026-10-09T07:01:00Z")
        assert (again["breaches"], again["alerts"]) == (0, 0)
        line.run("deliver", now="2026-10-09T07:01:00Z")
        line.run("deliver", now="2026-10-09T07:02:00Z")

        overdue = [message for message in server.taken if "overdue" in str(message["Subject"]).casefold()]
        assert sorted(str(message["To"]) for message in overdue) == ["lead@council.invalid", "manager@council.invalid"]
        assert len(set(server.message_ids)) == len(server.taken)
        for message in server.taken:
            _discloses_nothing(message.as_string() + message.get_content())
            assert re.search(r"http://127\.0\.0\.1:5000/alerts/\S{12,}", message.get_content())
        assert "9 Oct 2026, 08:00 BST" in overdue[0].get_content()

        # The interview was held at 09:30 BST, an hour and a half after the deadline, and is recorded from the sheet.
        code, loaded = line.run(
            "interviews", "load", str(files / "interviews.csv"), "--feed", "generic", now="2026-10-09T12:00Z"
        )
        assert (code, loaded["recorded"], loaded["problems"]) == (0, 1, [])
        _, loaded = line.run(
            "interviews", "load", str(files / "interviews.csv"), "--feed", "generic", now="2026-10-09T12:05Z"
        )
        assert (loaded["recorded"], loaded["unchanged"]) == (0, 1)

        # A day later nothing more is sent, and the month says what happened.
        _, swept = line.run("sweep", now="2026-10-10T09:00Z")
        assert swept["alerts"] == 0
        code, month = line.run("summary", "2026-10", now="2026-11-16T12:00Z")
        assert code == 0
        assert month["status"] == "final"
        assert month["episodes"]["started"] == {"all": 1, "ours": 1, "other": 0}
        assert month["interviews"]["completed_late"]["all"] == 1
        assert month["interviews"]["overdue"]["all"] == 0
        assert month["interviews"]["offered_in_72h"]["all"] == 1
        assert month["interviews"]["pct_in_72h_of_returns"]["all"] == {"pct": 0.0, "numerator": 0, "denominator": 1}
        assert month["interviews"]["median_hours_to_interview"]["all"] == 73.5
        assert month["alerts"]["sent_by_rung"]["overdue"]["all"] == 2

        assert line.run("audit", "verify", now="2026-11-16T12:00Z")[0] == 0


def _discloses_nothing(text: str) -> None:
    for word in CHILD:
        assert word.casefold() not in text.casefold()
    assert not re.search(r"\bA\.? ?Q\b|\bAQ\b", text)
