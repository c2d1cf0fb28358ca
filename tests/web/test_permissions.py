"""Every route names its permission, and nobody without it passes."""

import re

import pytest
from flask import Flask

from tests.web.conftest import PEOPLE, ClientRequest
from tracker.core.terms import Role
from tracker.web import access
from tracker.web.access import (
    PUBLIC,
    ROLE_PERMISSIONS,
    SIGNED_IN,
    TOKEN_HOLDER,
    Permission,
    access_of,
    permissions_of,
)
from tracker.web.shell import MENU

PUBLIC_ENDPOINTS = {
    "static", "signin.sign_in", "signin.sign_out", "health.healthz", "health.readyz", "health.metrics", "api.openapi",
}  # fmt: skip
"""What anybody may open. Adding to it needs a reason in a review."""

TOKEN_ENDPOINTS = {"api.receive", "api.show", "api.mail_events"}
"""What a program opens with a token, and no person."""


def test_every_route_names_its_permission(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        named = access_of(app.view_functions[rule.endpoint])
        assert named in {*Permission, PUBLIC, SIGNED_IN, TOKEN_HOLDER}, (
            f"{rule.rule} ({rule.endpoint}) names no permission. Directly above its `def`, below the route, type "
            "@requires(Permission.SEE_EPISODES) or whichever of tracker/web/access.py fits, @signed_in for any "
            "signed-in person, or @public for anybody."
        )


def test_what_is_public_is_listed_here(app: Flask) -> None:
    open_to_all = {name for name, view in app.view_functions.items() if access_of(view) == PUBLIC}
    unlisted = open_to_all - PUBLIC_ENDPOINTS
    assert not unlisted, f"{unlisted} is open to anybody: name a permission, or list it in PUBLIC_ENDPOINTS here."


def test_what_opens_with_a_token_is_listed_here_and_is_the_whole_interface(app: Flask) -> None:
    with_token = {name for name, view in app.view_functions.items() if access_of(view) == TOKEN_HOLDER}
    assert with_token == TOKEN_ENDPOINTS
    assert {name for name in app.view_functions if name.startswith("api.")} == TOKEN_ENDPOINTS | {"api.openapi"}


def test_a_view_that_names_nothing_is_denied_to_everybody(app: Flask, client_request: ClientRequest) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    assert client_request.get("/forgotten", status=403).h1 == "You may not open this page"
    assert client_request.sign_in("Alice").get("/forgotten", status=403).h1 == "You may not open this page"


def test_every_role_has_its_permissions_and_every_permission_a_role() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert permissions_of(Role) == set(Permission)


def test_approval_is_a_managers() -> None:
    may_approve = {role for role, given in ROLE_PERMISSIONS.items() if Permission.APPROVE_NOT_REQUIRED in given}
    assert may_approve == {Role.MANAGER, Role.SERVICE_MANAGER, Role.HEAD_OF_SERVICE}


@pytest.mark.parametrize("role", [Role.OPERATIONAL_GROUP, Role.ADMINISTRATOR, Role.INFORMATION_GOVERNANCE])
def test_these_roles_see_no_records_of_children(role: Role) -> None:
    about_children = {Permission.SEE_TODAY, Permission.SEE_EPISODES, Permission.SEE_CHILDREN}
    if role is not Role.ADMINISTRATOR:  # who sees alerts about no child, and no others: tests/web/test_alerts.py
        about_children.add(Permission.SEE_ALERTS)
    assert not about_children & ROLE_PERMISSIONS[role]


def _concrete(rule: str) -> str:
    """The rule with something in each of its places: permission is judged before anything is looked up."""
    return re.sub(r"<([^>:]*:)?\w+>", lambda place: "1" if (place[1] or "").startswith("int") else "x", rule)


@pytest.mark.parametrize("name", PEOPLE)
def test_nobody_passes_without_the_permission(app: Flask, client_request: ClientRequest, name: str) -> None:
    """Every page and every form of the whole service, as this person: 403 exactly where a permission is missing."""
    held = permissions_of(PEOPLE[name])
    client_request.sign_in(name)
    for rule in app.url_map.iter_rules():
        named = access_of(app.view_functions[rule.endpoint])
        if named not in set(Permission) - held:
            continue
        for method in rule.methods & {"GET", "POST"}:
            status = client_request.raw(method, _concrete(rule.rule)).status_code
            assert status == 403, f"{name} without {named}: {method} {rule.rule} answered {status}"


@pytest.mark.parametrize("name", [None, *PEOPLE])
def test_no_person_passes_where_a_token_is_needed(app: Flask, client_request: ClientRequest, name: str | None) -> None:
    """Signed in or not: 401 on every view for token holders, and no page."""
    if name:
        client_request.sign_in(name)
    for rule in app.url_map.iter_rules():
        if access_of(app.view_functions[rule.endpoint]) == TOKEN_HOLDER:
            for method in rule.methods - {"HEAD"}:
                answer = client_request.raw(method, _concrete(rule.rule))
                assert (answer.status_code, answer.mimetype) == (401, "application/problem+json"), f"{method} {rule}"


def test_whoever_has_not_signed_in_passes_nowhere(app: Flask, client_request: ClientRequest) -> None:
    for rule in app.url_map.iter_rules():
        if access_of(app.view_functions[rule.endpoint]) in (PUBLIC, TOKEN_HOLDER):
            continue
        for method in rule.methods & {"GET", "POST"}:
            answer = client_request.raw(method, _concrete(rule.rule))
            assert (answer.status_code, answer.location.split("?")[0]) == (302, "/sign-in"), f"{method} {rule.rule}"


@pytest.mark.parametrize("name", PEOPLE)
def test_the_menu_offers_what_the_person_may_open(app: Flask, client_request: ClientRequest, name: str) -> None:
    page = client_request.sign_in(name).get("/account")
    menu = [item.text for item in MENU if item.endpoint in app.view_functions]
    offered = [a.text for a in page.all("a") if a.text in menu]
    held = permissions_of(PEOPLE[name])
    assert offered == [i.text for i in MENU if i.text in menu and i.permission in held and i.unless not in held]


def test_marks_survive_the_decorators_above_them(app: Flask) -> None:
    """flask-limiter wraps views: what they name must still be seen."""
    assert access_of(app.view_functions["signin.sign_in"]) == access.PUBLIC
