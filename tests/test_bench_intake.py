"""tracker bench intake: loads in processes of their own, with pages opened meanwhile, and the database as it was."""

import json
from pathlib import Path

from tests.faults import commands


def test_a_load_is_measured_beside_a_server(tmp_path: Path) -> None:
    database = tmp_path / "untouched.sqlite3"
    env = commands.environment(f"sqlite:///{database}", 25)
    measured = commands.start("bench", "intake", "--lines", "10", "--children", "20", "--json", env=env)
    out, err = measured.communicate(timeout=300)
    assert measured.returncode == 0, err
    document = json.loads(out)
    load = document["load_10"]
    assert sum(load["outcomes"].values()) == 10
    assert load["times_a_bare_insert"] > 1
    assert load["peak_mb"] > 0
    assert document["held"]["children"] > 20
    assert not database.exists() or database.stat().st_size == 0, "measured in a database of its own"


def test_a_measure_in_production_is_refused(tmp_path: Path) -> None:
    env = commands.environment(f"sqlite:///{tmp_path / 'a.sqlite3'}", 25) | {
        "TRACKER_ENV": "production",
        "TRACKER_BASE_URL": "https://interviews.example",
        "TRACKER_MAIL_SECURITY": "tls",
    }
    for measured in (("intake", "--children", "20"), ("load", "any.csv")):
        code, _out, err = commands.finish(commands.start("bench", *measured, env=env))
        assert code == 2
        assert "not for production" in err
