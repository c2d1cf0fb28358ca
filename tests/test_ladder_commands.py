"""`tracker ladder`, as typed: exit codes, one JSON document, sentences; a ladder of settings that cannot be used."""

from pathlib import Path

import pytest

from tests.typed import document, run
from tracker.settings import SettingsError, load_settings


@pytest.fixture(autouse=True)
def folder(command_folder: Path) -> Path:
    return command_folder


def test_a_ladder_goes_out_as_a_file_and_comes_back_changed(folder: Path) -> None:
    shown = run("ladder", "show", code=1)
    assert "NOBODY would now be told of: due_soon, overdue" in shown.stderr
    path = folder / "ladder.toml"
    path.write_text(shown.stdout)
    assert "Nothing was changed" in run("ladder", "save", path.name, code=2).stderr
    path.write_text(shown.stdout.replace("offset_hours = 24", "offset_hours = 20"))
    assert document("ladder", "save", path.name, "--note", "Sooner.") == {"version": 1}
    run("user", "add", "lead@council.invalid", "--name", "Ada", "--role", "lead", "--no-password")
    found = document("ladder", "show")
    assert (found["version"], found["rungs"][2]["offset_hours"], found["reaching_nobody"]) == (1, 20, [])
    assert found["told_now"]["overdue"] == [{"teams": [], "people": ["Ada"], "others": []}]
    rows = document("ladder", "versions")
    assert [(row["version"], row["note"], row["saved_by"]) for row in rows] == [
        (1, "Sooner.", "command line"), (0, None, None),
    ]  # fmt: skip
    assert "0: the settings file" in run("ladder", "versions").stdout


def test_what_cannot_be_saved(folder: Path) -> None:
    path = folder / "ladder.toml"
    assert document("ladder", "save", path.name, code=2)["problems"][0]["code"] == "no_such_file"
    path.write_text("rungs = [")
    assert "no ladder file in TOML" in run("ladder", "save", path.name, code=2).stderr
    path.write_text(
        '[[rungs]]\nrung = "overdue"\noffset_hours = 0\naudience = ["lead"]'
        '\nteams = [{team = "X", audience = ["lead"]}]'
    )
    assert "no team named X" in run("ladder", "save", path.name, code=2).stderr


def test_a_councils_own_settings_file_may_give_the_steps_and_some_triggers(folder: Path) -> None:
    path = folder / "council.toml"
    path.write_text(
        '[[rungs]]\nrung = "overdue"\noffset_hours = 0\naudience = ["lead"]\n'
        '[[triggers]]\ntrigger = "no_report"\nafter_hours = 1\naudience = ["lead"]\nenabled = false\n'
    )
    rules = load_settings(environ={"TRACKER_CONFIG": str(path)}).rules
    assert [step.rung for step in rules.ladder] == ["overdue"]
    assert len(rules.triggers) == 7


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[[rungs]]\nrung = "late"\noffset_hours = 1\naudience = ["lead"]', "A step named overdue"),
        ('[[rungs]]\nrung = "overdue"\noffset_hours = 0\naudience = []', "Choose at least one role"),
        ('[[rungs]]\nrung = "overdue"\naudience = ["lead"]', "offset_hours in rungs.1 must be a number of hours"),
        ('[[triggers]]\ntrigger = "rain"\nafter_hours = 1\naudience = ["lead"]', "There is no trigger named rain"),
        (
            '[[rungs]]\nrung = "overdue"\noffset_hours = 0\naudience = ["lead"]\nwebhooks = ["no-such"]',
            "there is no webhook named no-such",
        ),
        ('[window]\nopens = "20:00"', "Working hours must end after they begin"),
    ],
)
def test_a_ladder_that_cannot_be_used_stops_the_start(folder: Path, text: str, sentence: str) -> None:
    path = folder / "council.toml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=sentence):
        load_settings(environ={"TRACKER_CONFIG": str(path)})
