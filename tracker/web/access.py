"""Who may open what: every route names its permission, and one that names none is denied to everybody.

A view is marked with `@requires(Permission.X)`, `@signed_in` (any signed-in person) or `@public` (anybody at all);
those of the HTTP interface with `@token_holder`: a program with a token, and no person.
What a person may see *within* a page (whose episodes, whose alerts) is for the services' queries: they take the viewer.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any, TypeVar

from tracker.core.terms import Role

View = TypeVar("View", bound=Callable[..., Any])


class Permission(StrEnum):
    """What a role may do. A closed set: views, navigation and tests speak of these only."""

    SEE_TODAY = "see_today"
    SEE_EPISODES = "see_episodes"
    EDIT_EPISODES = "edit_episodes"  # log by hand, record found and returned, settle what the police say
    SEE_CHILDREN = "see_children"
    EDIT_CHILDREN = "edit_children"
    ALLOCATE = "allocate"
    RECORD_INTERVIEW = "record_interview"  # offered, completed, declined; propose "not required"
    APPROVE_NOT_REQUIRED = "approve_not_required"
    REVIEW_INTERVIEWS = "review_interviews"  # look at what was written: return it with comments, approve, close
    SEE_OWN_INTERVIEWS = "see_own_interviews"
    SEE_TEAM = "see_team"
    WORK_ACTIONS = "work_actions"
    RECORD_MEETINGS = "record_meetings"
    REVIEW_REPEATS = "review_repeats"
    SEE_REPORTS = "see_reports"
    LOAD_REPORTS = "load_reports"
    RESOLVE_LINES = "resolve_lines"
    SEE_ALERTS = "see_alerts"
    ACKNOWLEDGE_ALERTS = "acknowledge_alerts"
    SEE_MONTH = "see_month"
    EXPORT_MONTH = "export_month"
    PUBLISH_MONTH = "publish_month"
    SEE_EDITION = "see_edition"  # the published quarters without small numbers: everybody who signs in
    EXPORT_RETURNS = "export_returns"  # statutory and sector returns, child by child
    SEE_FREQUENT = "see_frequent"  # the children on a repeat flag: pattern, interviews, plan
    WRITE_MARAMP = "write_maramp"
    CHECK_QUALITY = "check_quality"  # of the interviews of frequent runaways
    RUN_GROUP_MEETINGS = "run_group_meetings"  # agenda, decisions and minutes of the operational group
    MANAGE_FEEDS = "manage_feeds"  # how a force's report is read, and by which roads it comes in
    MANAGE_PEOPLE = "manage_people"
    MANAGE_LADDER = "manage_ladder"  # whom alerts tell, and when
    SEE_ENGINE = "see_engine"  # how the engine stands; test messages
    SEE_AUDIT = "see_audit"
    SEE_MAILBOX = "see_mailbox"  # the demonstration's mailbox; the page does not exist elsewhere


P = Permission
_RECORDS = frozenset(
    {
        P.SEE_TODAY, P.SEE_EPISODES, P.SEE_CHILDREN, P.SEE_ALERTS, P.ACKNOWLEDGE_ALERTS, P.WORK_ACTIONS, P.SEE_MAILBOX,
        P.SEE_EDITION,
    }
)  # fmt: skip
_GROUP = frozenset({P.SEE_FREQUENT, P.CHECK_QUALITY})
_OVERSIGHT = _GROUP | frozenset(
    {
        P.APPROVE_NOT_REQUIRED, P.REVIEW_INTERVIEWS, P.REVIEW_REPEATS, P.SEE_TEAM, P.SEE_REPORTS, P.SEE_MONTH,
        P.EXPORT_MONTH, P.RECORD_MEETINGS, P.WRITE_MARAMP,
    }
)  # fmt: skip
_CASEWORK = frozenset({P.EDIT_EPISODES, P.EDIT_CHILDREN, P.ALLOCATE, P.RECORD_INTERVIEW, P.SEE_OWN_INTERVIEWS})
_SENIOR = (
    _RECORDS | _OVERSIGHT | {P.PUBLISH_MONTH, P.MANAGE_LADDER, P.SEE_ENGINE, P.EXPORT_RETURNS, P.RUN_GROUP_MEETINGS}
)

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.LEAD: (
        _RECORDS
        | _CASEWORK
        | _OVERSIGHT
        | {P.LOAD_REPORTS, P.RESOLVE_LINES, P.MANAGE_FEEDS, P.PUBLISH_MONTH, P.SEE_ENGINE}
        | {P.EXPORT_RETURNS, P.RUN_GROUP_MEETINGS}
    )
    - {P.APPROVE_NOT_REQUIRED, P.REVIEW_INTERVIEWS},  # the lead proposes; a manager approves
    Role.INTERVIEWER: _RECORDS | {P.RECORD_INTERVIEW, P.SEE_OWN_INTERVIEWS},
    Role.MANAGER: _RECORDS | _CASEWORK | _OVERSIGHT,
    Role.SERVICE_MANAGER: _SENIOR,
    Role.HEAD_OF_SERVICE: _SENIOR,
    Role.OPERATIONAL_GROUP: _GROUP | {P.SEE_MONTH, P.EXPORT_MONTH, P.SEE_EDITION, P.RUN_GROUP_MEETINGS, P.SEE_MAILBOX},
    Role.ADMINISTRATOR: frozenset(
        {
            P.MANAGE_PEOPLE,
            P.MANAGE_FEEDS,
            P.MANAGE_LADDER,
            P.SEE_ENGINE,
            P.SEE_EDITION,
            P.SEE_MAILBOX,
            P.SEE_ALERTS,
            P.ACKNOWLEDGE_ALERTS,  # of those about no child only: tracker/store/visibility.py
        }
    ),
    Role.INFORMATION_GOVERNANCE: frozenset({P.SEE_AUDIT, P.SEE_EDITION, P.SEE_MAILBOX}),
}

PUBLIC = "public"
SIGNED_IN = "signed in"
TOKEN_HOLDER = "token holder"  # noqa: S105 (a mark, not a token)


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """All that these roles may do together."""
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in roles))


def requires(permission: Permission) -> Callable[[View], View]:
    """The view is for signed-in people with this permission. Stands directly above `def`, below the route."""
    return _mark(permission)


def public(view: View) -> View:
    """The view is for anybody, signed in or not: sign-in, health, static files."""
    return _mark(PUBLIC)(view)


def signed_in(view: View) -> View:
    """The view is for every signed-in person: their own account."""
    return _mark(SIGNED_IN)(view)


def token_holder(view: View) -> View:
    """The view is for a program that brings a token of the HTTP interface; being signed in opens nothing."""
    return _mark(TOKEN_HOLDER)(view)


def _mark(access: str) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]
        return view

    return decorate


def access_of(view: Callable[..., Any] | None) -> str | None:
    """What the view names: a Permission, `PUBLIC`, `SIGNED_IN`, `TOKEN_HOLDER`, or None where it names nothing."""
    return getattr(view, "access", None)
