"""The command by which a council sees how well the forecast would have told its own missed deadlines."""

from typing import Any

import click

from tracker.cli import Command, cli, command
from tracker.services.check_forecast import LOOKS_BACK, check_forecast

NAMES = {"forecast": "Forecast", "simple_rule": "Unallocated with under 24 hours left"}


@cli.group("forecast")
def forecast_group() -> None:
    """Which interviews will be late."""


@command(forecast_group, "check")
@click.option(
    "--days", default=LOOKS_BACK, show_default=True, type=click.IntRange(1, 3650), help="How far back to look."
)
def forecast_check(run: Command, days: int) -> None:
    """Ask the forecast and the simple rule about the clocks that ran out, by what was recorded at the time.

    Nobody's record is shown. Both rules are asked with 60, 48, 36, 23, 12 and 6 hours left.
    """
    document = check_forecast(run.context(), days)
    run.show(document, _sentences(document, days))


def _sentences(document: dict[str, Any], days: int) -> str:
    found = document["all"]
    asked = found["forecast"]["in_all"]
    if not asked["asked"]:
        return f"No clock of which the return was told in time ran out in the last {days} days: nothing to compare."
    lines = [
        f"{asked['asked']:,} moments of clocks that ran out in the last {days} days, {asked['missed']:,} of them of "
        "clocks that were missed.",
        "What was recorded later is not known at a moment. Who was away is not kept with its history: left out.",
    ]
    for name, title in NAMES.items():
        lines += ["", f"{title}:", f"  {_figures(found[name]['in_all'])}"]
        lines += [f"  {hours:>2} h left: {_figures(one)}" for hours, one in found[name]["by_hours_left"].items()]
    return "\n".join(lines)


def _figures(one: dict[str, Any]) -> str:
    return (
        f"{one['warned']} of {one['asked']} warned of; {_share(one['precision'])} of the warnings were right; "
        f"{_share(one['recall'])} of the missed were warned of; F1 {_plain(one['f1'])}; "
        f"{_plain(one['false_alarms_per_100'])} false alarms in 100"
    )


def _share(value: float | None) -> str:
    return "none" if value is None else f"{100 * value:.0f} %"


def _plain(value: float | None) -> str:
    return "none" if value is None else f"{value:g}"
