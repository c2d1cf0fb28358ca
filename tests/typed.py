"""The `tracker` command as typed, at one instant: what it prints, and the code it ends with."""

import json
from typing import Any

from click.testing import CliRunner, Result

from tracker.cli import cli

NOW = ("--now", "2026-11-16T12:00:00+00:00")


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(cli, [*arguments, *NOW])
    assert result.exit_code == code, result.output + repr(result.exception)
    return result


def document(*arguments: str, code: int = 0) -> Any:
    return json.loads(run(*arguments, "--json", code=code).stdout)
