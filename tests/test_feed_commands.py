"""`tracker feeds`, as typed: exit codes, one JSON document, sentences; export and import keep every word."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import unhurried
from tests.reports import as_csv, row
from tests.typed import document, run
from tracker.core.feed import FIELDS
from tracker.core.feed_definition import plain_definition
from tracker.core.report_values import VALUES
from tracker.services.feed_files import as_feed_file, read_feed_file


@pytest.fixture(autouse=True)
def folder(command_folder: Path) -> Path:
    return command_folder


def test_a_feed_goes_out_as_a_file_and_comes_back_changed(folder: Path) -> None:
    text = run("feeds", "export", "thames-valley").stdout
    path = folder / "thames-valley.toml"
    path.write_text(text)
    assert "Nothing was changed" in run("feeds", "import", path.name, code=2).stderr
    path.write_text(text.replace('name = "thames-valley"', 'name = "thames-valley"\nexpected_by = "08:00"', 1))
    assert document("feeds", "import", path.name, "--note", "Expected") == {"name": "thames-valley", "version": 1}
    (row,) = [one for one in document("feeds", "list") if one["name"] == "thames-valley"]
    assert (row["version"], row["expected_by"], row["retired"]) == (1, "08:00", False)
    assert document("feeds", "export", "thames-valley")["expected_by"] == "08:00"


def test_a_report_is_read_by_the_feed_that_was_imported(folder: Path) -> None:
    text = run("feeds", "export", "thames-valley").stdout.replace('"thames-valley"', '"north-mercia"')
    folder.joinpath("new.toml").write_text(text)
    document("feeds", "import", "new.toml")
    folder.joinpath("day.csv").write_bytes(as_csv([row()]))
    assert document("ingest", "day.csv", "--feed", "north-mercia")["created"] == 1
    assert "north-mercia (version 1): last report 16 Nov 2026 12:00 UTC, 0 lines" in run("feeds", "list").stdout


def test_a_file_is_checked_with_a_sample(folder: Path) -> None:
    folder.joinpath("x.toml").write_text(run("feeds", "export", "thames-valley").stdout)
    assert document("feeds", "check", "x.toml") == {"name": "thames-valley", "problems": []}
    folder.joinpath("day.csv").write_bytes(as_csv([row(), {}]))
    checked = document("feeds", "check", "x.toml", "--sample", "day.csv")
    assert (checked["lines_read"], checked["new_child"], checked["blank"]) == (2, 1, 1)
    folder.joinpath("day.csv").write_bytes(as_csv([row(status="Odd")]))
    said = run("feeds", "check", "x.toml", "--sample", "day.csv", code=1).stdout
    assert "Row 2: The status is a word that is not known." in said
    folder.joinpath("day.csv").write_bytes(b"a,b\n1,2\n")
    assert (
        document("feeds", "check", "x.toml", "--sample", "day.csv", code=2)["problems"][0]["code"] == "missing_column"
    )
    assert document("ingest", "day.csv", "--feed", "thames-valley", code=2)["receipt_id"] == 1  # the first there is


@pytest.mark.parametrize("command", [("feeds", "check", "no.toml"), ("feeds", "import", "no.toml")])
def test_a_file_that_is_not_there_or_is_none(folder: Path, command: tuple[str, ...]) -> None:
    assert document(*command, code=2)["problems"][0]["code"] == "no_such_file"
    folder.joinpath("no.toml").write_text("name = ")
    assert document(*command, code=2)["problems"][0]["code"] == "not_a_feed_file"
    folder.joinpath("no.toml").write_text('name = "x"\nforce = "x"\n[columns]\nsex = "Sex"\n')
    sentences = run(*command, code=2).stderr
    assert "No column is read as the police reference." in sentences


def test_a_feed_that_is_not_there() -> None:
    assert document("feeds", "export", "nowhere", code=2)["problems"][0]["code"] == "unknown_feed"


TEXT = st.text(max_size=20).filter(lambda text: "\0" not in text and all(not "\ud800" <= c <= "\udfff" for c in text))
NAMES = st.lists(TEXT.filter(lambda text: any(map(str.isalnum, text))), min_size=1, max_size=3)
TABLES = st.fixed_dictionaries(
    {}, optional={field: st.dictionaries(TEXT, st.sampled_from(["", *VALUES[field]]), max_size=3) for field in VALUES}
)
DEFINITIONS = st.fixed_dictionaries(
    {
        "name": st.just("x"),
        "force": st.just("y"),
        "columns": st.fixed_dictionaries(
            {"police_reference": NAMES, "surname": NAMES, "missing_date": NAMES},
            optional=dict.fromkeys(FIELDS[9:13], NAMES),
        ),
    },
    optional={
        "description": TEXT,
        "found_means_returned": st.booleans(),
        "own_authority": st.lists(TEXT, max_size=2),
        "expected_by": st.times().map(lambda at: at.strftime("%H:%M")),
        "expected_days": st.lists(st.sampled_from(["mon", "sat"]), min_size=1, unique=True),
        "values": TABLES,
    },
)


@given(DEFINITIONS)
@unhurried(150)
def test_what_goes_out_comes_back_the_same(definition: dict[str, Any]) -> None:
    back = read_feed_file(as_feed_file(definition).encode())
    if isinstance(back, dict):
        assert back == plain_definition(definition)
    else:
        assert {problem.code for problem in back} <= {"column_used_twice", "word_used_twice"}


@given(st.binary(max_size=60))
@unhurried(100)
def test_no_bytes_raise(content: bytes) -> None:
    assert read_feed_file(content)
