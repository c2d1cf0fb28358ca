"""`tracker ingest` and `tracker interviews load`, as typed: exit codes, one JSON document, sentences."""

from pathlib import Path
from typing import Any

import pytest

from tests.reports import as_csv, row
from tests.typed import document, run

COUNTS = ("lines_read", "created", "updated", "unchanged", "stale", "quarantined", "blank")


@pytest.fixture(autouse=True)
def folder(command_folder: Path) -> Path:
    return command_folder


def ingest(*files: str, code: int = 0) -> Any:
    return document("ingest", *files, "--feed", "thames-valley", code=code)


def counts(receipt: dict[str, Any]) -> list[int]:
    return [receipt[name] for name in COUNTS]


def test_a_report_is_received_with_its_counts(folder: Path) -> None:
    folder.joinpath("day.csv").write_bytes(as_csv([row(returned="15/11/2026 18:30"), {}]))
    receipt = ingest("day.csv")
    assert receipt["status"] == "complete" and counts(receipt) == [2, 1, 0, 0, 0, 0, 1]
    assert receipt["problems"] == [] and receipt["ignored_columns"] == []
    again = ingest("day.csv")
    assert counts(again) == [2, 0, 0, 1, 0, 0, 1] and again["duplicate_of"] == receipt["receipt_id"]


def test_a_line_that_waits_is_named_with_its_problem(folder: Path) -> None:
    folder.joinpath("day.csv").write_bytes(as_csv([row(risk="Blue")]))
    receipt = ingest("day.csv", code=1)
    (problem,) = receipt["problems"]
    assert (problem["line_no"], problem["code"], problem["fields"]) == (2, "unknown_value", ["risk"])
    assert problem["sentence"] and receipt["quarantined"] == 1
    said = run("ingest", "day.csv", "--feed", "generic", code=2)
    assert "are missing" in said.stdout


def test_several_files_are_a_list_in_their_order(folder: Path) -> None:
    folder.joinpath("one.csv").write_bytes(as_csv([row()]))
    folder.joinpath("two.csv").write_bytes(as_csv([row(returned="15/11/2026 18:30")]))
    first, second = ingest("one.csv", "two.csv")
    assert (first["file"], first["created"], second["file"], second["updated"]) == ("one.csv", 1, "two.csv", 1)


def test_a_refused_file_has_its_sentence_and_code_two(folder: Path) -> None:
    folder.joinpath("day.csv").write_bytes(b"%PDF-1.7")
    receipt = ingest("day.csv", code=2)
    assert (receipt["status"], receipt["code"], receipt["lines_read"]) == ("refused", "not_a_table", 0)
    assert receipt["sentence"].endswith(".")
    assert receipt["sentence"] in run("ingest", "day.csv", "--feed", "thames-valley", code=2).stdout


def test_an_unknown_feed_and_a_file_that_is_not_there(folder: Path) -> None:
    folder.joinpath("day.csv").write_bytes(as_csv([row()]))
    unknown = document("ingest", "day.csv", "--feed", "nowhere", code=2)
    assert unknown["problems"][0]["code"] == "unknown_feed" and "thames-valley" in unknown["problems"][0]["sentence"]
    assert ingest("day.csv", "other.csv", code=2)["problems"][0]["code"] == "no_such_file"
    assert ingest(".", code=2)["problems"][0]["code"] == "no_such_file"
    assert ingest("day.csv")["created"] == 1  # nothing had been read


def test_a_file_over_the_limit_is_refused_without_being_read_whole(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_LIMITS_UPLOAD_BYTES", "2000")
    folder.joinpath("day.csv").write_bytes(as_csv([row(f"TV{n}") for n in range(100)]))
    receipt = ingest("day.csv", code=2)
    assert (receipt["status"], receipt["code"]) == ("refused", "too_large")


def test_people_get_sentences(folder: Path) -> None:
    folder.joinpath("day.csv").write_bytes(as_csv([row("TV1", risk="Blue"), row("TV2")]))
    said = run("ingest", "day.csv", "--feed", "thames-valley", code=1).stdout
    assert "2 lines read: 1 created, 1 quarantined." in said and "Row 2: " in said
    assert "Inventedname" not in said


def test_interviews_are_loaded_once(folder: Path) -> None:
    folder.joinpath("day.csv").write_bytes(as_csv([row("TV1", returned="15/11/2026 18:30")]))
    ingest("day.csv")
    head = b"police_reference,offered_at,outcome,completed_at,declined_by,reason\n"
    folder.joinpath("held.csv").write_bytes(
        head + b"TV1,15/11/2026 20:00,completed,16/11/2026 09:00,,\nTV404,,completed,16/11/2026 09:00,,\n"
    )
    load = ("interviews", "load", "held.csv", "--feed", "thames-valley")
    loaded = document(*load, code=1)
    assert (loaded["lines_read"], loaded["recorded"], loaded["unchanged"]) == (2, 1, 0)
    assert (loaded["problems"][0]["line_no"], loaded["problems"][0]["code"]) == (3, "unknown_reference")
    again = document(*load, code=1)
    assert (again["recorded"], again["unchanged"], len(again["problems"])) == (0, 1, 1)
    folder.joinpath("held.csv").write_bytes(b"")
    assert document(*load, code=2)["problems"][0]["code"] == "empty_file"


def test_waiting_lines_are_judged_again_by_command(folder: Path) -> None:
    path = folder / "night.csv"
    path.write_bytes(as_csv([row("TV1"), row("TV2", risk="Blue", surname="Othername")]))
    run("ingest", str(path), "--feed", "thames-valley", code=1)
    assert document("reexamine", code=1) == {"looked_at": 1, "settled": 0, "refreshed": 0}
    assert document("reexamine", "--feed", "generic") == {"looked_at": 0, "settled": 0, "refreshed": 0}
    assert "no feed named" in run("reexamine", "--feed", "unheard-of", code=2).stderr


def test_a_load_is_undone_by_command(folder: Path) -> None:
    path = folder / "night.csv"
    path.write_bytes(as_csv([row("TV1")]))
    run("ingest", str(path), "--feed", "thames-valley")
    assert document("reports", "undo", "1", "--reason", "The wrong feed") == {"receipt_id": 1, "status": "undone"}
    assert "no such receipt" in run("reports", "undo", "7", "--reason", "Why", code=2).stderr
    assert document("ingest", str(path), "--feed", "thames-valley")["created"] == 1
