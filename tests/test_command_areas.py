"""Each command is found in its area, and asking for one loads no other."""

import subprocess
import sys
from pathlib import Path

import click
import pytest

import tracker.commands
from tracker.cli import cli
from tracker.commands import AREAS


def test_every_command_is_listed_and_every_area_has_one() -> None:
    assert cli.list_commands(click.Context(cli)) == sorted(AREAS)
    modules = {path.stem for path in Path(tracker.commands.__file__).parent.glob("*.py")} - {"__init__"}
    assert {name for name in modules if f"tracker.commands.{name}" not in sys.modules} == set()


@pytest.mark.parametrize("name", sorted(AREAS))
def test_each_is_registered_by_the_module_that_is_loaded_for_it(name: str) -> None:
    found = cli.get_command(click.Context(cli), name)
    assert found is not None and found.callback is not None
    area = "bench" if AREAS[name] == "bench_loads" else AREAS[name]
    assert found.callback.__module__ == f"tracker.commands.{area}"


def test_a_sweep_loads_nothing_of_other_areas() -> None:
    asked = """
import sys, click
from tracker.cli import cli
cli.get_command(click.Context(cli), "sweep")
print(*(name for name in sys.modules if name.startswith("tracker.commands.")), "openpyxl" in sys.modules)
"""
    loaded = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split()
    assert loaded == ["tracker.commands.engine", "False"]
