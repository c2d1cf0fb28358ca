"""What the red banner adds for those who can mend it: which steps would reach nobody, and where that is mended."""

from flask import Flask, url_for

from tracker.services.pages.ladder import unreached
from tracker.web.access import Permission
from tracker.web.ladder.wording import step_title
from tracker.web.request import may, request_context, settings
from tracker.web.shell import engine

WHO_MENDS = (Permission.MANAGE_PEOPLE, Permission.MANAGE_LADDER, Permission.ALLOCATE)
"""Administrators, senior managers; leads and team managers, who end their own absence."""


def nobody_told() -> list[str]:
    """Which steps would reach nobody now, for which teams; empty where all is well, and for who cannot mend it."""
    if not engine().rungs_reaching_nobody or not any(may(permission) for permission in WHO_MENDS):
        return []
    by_teams: dict[tuple[str, ...], list[str]] = {}
    for row, teams in unreached(request_context(), settings().ladder_definition):
        by_teams.setdefault(teams, []).append(step_title(row.given))
    return [
        f"Nobody would be told of: {', '.join(titles)}"
        + (f" (the work of {', '.join(teams)})." if teams else ", whichever team’s work it is.")
        for teams, titles in by_teams.items()
    ]


def where_mended() -> list[tuple[str, str]]:
    """(text, address) of the pages on which this person can mend it."""
    found = [("Your own absence and cover", url_for("signin.absence"))]
    if may(Permission.MANAGE_LADDER):
        found.insert(0, ("The alert ladder", url_for("ladder.index")))
    if may(Permission.MANAGE_PEOPLE):
        found.insert(0, ("People, their roles and absences", url_for("people.index")))
    return found


def init_nobody_told(app: Flask) -> None:
    app.add_template_global(nobody_told)
    app.add_template_global(where_mended)
