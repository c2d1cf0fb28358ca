"""A form sent after its session had ended, as its writer meets it: no barrier, at both widths, and not a word lost."""

from datetime import timedelta

from tests import factories
from tests.browser.conftest import Site
from tests.web.day import context_of
from tracker.services.people import set_password
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import MonthCommentary

PASSWORD = "plainly invented words"
TEXT = "A quiet month.\nTwo children account for most of it; “why” is on page 3."


def test_what_was_typed_is_in_the_form_again(site: Site) -> None:
    context = context_of(site.people)
    with writing() as current:
        start = context.now - timedelta(days=40)
        factories.episode(current, factories.child(current), start, hours=9, context=context)
    set_password(context, person_id=site.people["Alice"], password=PASSWORD)
    month = f"{start:%Y-%m}"
    page = site.open("/sign-in")
    _signs_in(site)
    site.open(f"/month/{month}/commentary")
    page.get_by_label("Commentary").fill(TEXT)
    site.clock.at += timedelta(hours=2)
    page.locator("main").get_by_role("button").click()
    assert "What you typed is kept for one hour" in page.inner_text("body")
    site.look("signed-out-while-writing")
    _signs_in(site)
    assert "A quiet month." in page.inner_text("main")
    site.look("what-you-typed-is-kept")
    page.get_by_role("button", name="Back to the form, with what I typed").click()
    assert page.get_by_label("Commentary").input_value() == TEXT
    site.look("the-form-again")
    page.locator("main").get_by_role("button").click()
    assert "The commentary is kept." in page.inner_text("body")
    session().rollback()
    assert session().get_one(MonthCommentary, month).text == TEXT


def _signs_in(site: Site) -> None:
    site.page.get_by_label("Email address").fill("alice@council.invalid")
    site.page.get_by_label("Password").fill(PASSWORD)
    site.page.locator("main").get_by_role("button").click()
