"""The command of the daily digest."""

import click

from tracker.cli import Command, cli, command
from tracker.services.send_digest import send_digests, show_digests


@command(cli, "digest")
@click.option("--dry-run", is_flag=True, help="Only show what each person would be told now; nothing is queued.")
def digest(run: Command, dry_run: bool) -> int:
    """Queue today's digests if their time has come and they are not queued yet."""
    policy = run.settings.digest.policy
    if dry_run:
        day, found = show_digests(run.context(), policy)
        told = [
            {"person_id": one.reader.id, "email": one.reader.email, "sent": one.is_sent(policy),
             "counts": {item.name: item.count for item in one.items}}
            for one in found
        ]  # fmt: skip
        sentences = [
            f"{one.reader.email}: "
            + (", ".join(f"{i.name.replace('_', ' ')} {i.count}" for i in one.items) or "nothing")
            for one in found
        ]
        run.show({"day": day.isoformat(), "digests": told}, "\n".join(sentences) or "Nobody has a digest.")
        return 0
    done = send_digests(run.context(), policy)
    run.show(
        {"queued": done.queued, "quiet": done.quiet}, f"{done.queued} queued; {done.quiet} had nothing to be told."
    )
    return 0
