"""The alerts behind a figure of the month, as they are looked at: no barrier, at both widths."""

from datetime import timedelta

from tests import factories
from tests.browser.conftest import Site
from tests.services.test_pages_alerts import raised
from tests.web.conftest import PEOPLE
from tests.web.day import context_of
from tracker.core.alert_terms import Rung
from tracker.services.context import Viewer
from tracker.services.transaction import writing


def test_escalations_lead_from_the_front_page_to_who_was_told(site: Site) -> None:
    context = context_of(site.people)
    dana = Viewer(site.people["Dana"], "Dana Testworker", frozenset(PEOPLE["Dana"]))
    with writing() as current:
        start = context.now - timedelta(days=6)
        id_ = factories.episode(current, factories.child(current), start, hours=9, context=context).id
    raised(dana, "abcdefgh", episode_id=id_, rung=Rung.OVERDUE_96H)
    site.sign_in("Alice")
    page = site.open(f"/month/{context.now:%Y-%m}")
    page.get_by_role("link", name="Raised, All alerts: open the list").click()
    assert "Dana Testworker" in page.inner_text("main")
    site.look("alerts-behind-a-figure")
    page.get_by_role("link", name="open alert abcdefgh").click()
    assert "Who was told of this clock" in page.inner_text("main")
