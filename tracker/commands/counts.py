"""The command of the counts for a period."""

from datetime import datetime, timedelta

import click

from tracker.cli import Command, cli, command
from tracker.commands.month import refuse
from tracker.core.clock import Period
from tracker.core.period_counts import COUNTS, IMPLIED, REST
from tracker.core.terms import Cohort
from tracker.services.errors import Refused
from tracker.services.pages.counts import counts_of, definition_of

DAY = click.DateTime(["%Y-%m-%d"])


@command(cli, "counts")
@click.argument("first_day", metavar="FROM", type=DAY)
@click.argument("last_day", metavar="TO", type=DAY)
def counts(run: Command, first_day: datetime, last_day: datetime) -> int:
    """Children, episodes and interviews of a period of London days (YYYY-MM-DD, both count)."""
    context = run.context()
    period = Period(first_day.date(), last_day.date() + timedelta(days=1))
    try:
        found = counts_of(context, period)
    except Refused as refused:
        return refuse(run, refused)
    values = {name: {str(cohort): len(found[name][cohort].ids) for cohort in Cohort} for name in _NAMES}
    document = {
        "first_day": period.start_on.isoformat(),
        "last_day": period.last_day.isoformat(),
        "cut_off": context.now.isoformat(),
        "counts": values,
        "definitions": {name: definition_of(name) for name in _NAMES},
    }
    lines = [f"{period.start_on} to {period.last_day}, facts dated by {context.now.isoformat()}"]
    lines += [
        f"{_words(name)}: {v['all']} (ours {v['ours']}, other councils’ {v['other']})" for name, v in values.items()
    ]
    run.show(document, "\n".join(lines))
    return 0


_NAMES = (*COUNTS, *REST, *IMPLIED)


def _words(name: str) -> str:
    return name.replace("_", " ").replace("72h", "72 hours").capitalize()
