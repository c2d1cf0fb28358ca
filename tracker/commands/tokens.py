"""Commands of the HTTP interface's tokens."""

from datetime import date, timedelta

import click

from tracker.cli import Command, cli, command
from tracker.commands.month import refuse
from tracker.core.clock import local_midnight
from tracker.services import api_tokens
from tracker.services.errors import Refused
from tracker.services.pages.api_tokens import TokenRow, token_list


@cli.group("token")
def token_group() -> None:
    """Tokens of the HTTP interface."""


@command(token_group, "add")
@click.option("--label", required=True, help="Who or what will hold it.")
@click.option("--feed", default="", metavar="NAME", help="The feed whose reports it pushes.")
@click.option("--mail-events", is_flag=True, help="Instead: it says what became of emails, and pushes no report.")
@click.option("--last-day", type=click.DateTime(["%Y-%m-%d"]), help="The last London day on which it opens anything.")
def token_add(run: Command, label: str, feed: str, mail_events: bool, last_day: date | None) -> int:
    """Make a token and print it, this once: it is kept nowhere."""
    expires_at = None
    if last_day is not None:
        day = date(last_day.year, last_day.month, last_day.day)
        expires_at = local_midnight(day + timedelta(days=1))
    try:
        token_id, token = api_tokens.create_token(
            run.context(),
            label=label,
            feed=feed,
            feeds=run.feeds(),
            expires_at=expires_at,
            purpose=api_tokens.MAIL_EVENTS if mail_events else api_tokens.REPORTS,
        )
    except Refused as refused:
        return refuse(run, refused)
    run.show({"id": token_id, "token": token}, token)
    return 0


@command(token_group, "list")
def token_show(run: Command) -> None:
    """Every token, those not revoked first, with its last use."""
    rows = token_list(run.context(), run.feeds())
    sentences = "\n".join(map(_sentence, rows))
    run.show([_document(row) for row in rows], sentences or "There is none yet: tracker token add --label … --feed …")


def _document(row: TokenRow) -> dict[str, object]:
    return {
        "id": row.id,
        "label": row.label,
        "purpose": row.purpose,
        "feed": row.feed,
        "state": row.state,
        "created_at": row.created_at.isoformat(),
        "expires_at": row.expires_at.isoformat() if row.expires_at else None,
        "last_used_at": row.last_used_at.isoformat() if row.last_used_at else None,
        "revoked_at": row.revoked_at.isoformat() if row.revoked_at else None,
    }


def _sentence(row: TokenRow) -> str:
    used = f"last used {row.last_used_at.isoformat()}" if row.last_used_at else "never used"
    return f"{row.id}  {row.label}  {row.feed or 'mail events'}  {row.state}, {used}"


@command(token_group, "revoke")
@click.argument("token_id", type=click.IntRange(1, 2**31 - 1))
def token_revoke(run: Command, token_id: int) -> int:
    """Revoke the token of this number: from now on it opens nothing."""
    try:
        api_tokens.revoke_token(run.context(), token_id=token_id)
    except Refused as refused:
        return refuse(run, refused)
    run.show({"id": token_id, "revoked": True}, f"Token {token_id} is revoked.")
    return 0
