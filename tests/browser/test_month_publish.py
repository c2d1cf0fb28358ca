"""A month is published, corrected and issued again, as it is looked at: no barrier, at both widths."""

from datetime import timedelta

from tests import factories
from tests.browser.conftest import Site
from tests.web.day import Day, built, context_of, database_url, day, people
from tracker.services.transaction import writing
from tracker.store.models import Episode

__all__ = ["built", "database_url", "day", "people"]


def test_a_month_is_published_corrected_and_issued_again(site: Site, day: Day) -> None:
    context = context_of(site.people)
    start = context.now - timedelta(days=40)
    with writing() as current:
        rows = [factories.episode(current, factories.child(current), start, hours=9, context=context) for _ in range(2)]
        id_ = rows[0].id
        month = f"{start:%Y-%m}"
    site.sign_in("Alice")
    page = site.open(f"/month/{month}/publish")
    page.get_by_role("button", name="Publish these figures").click()
    assert "Version 1 is published" in page.inner_text("main")
    with writing() as current:
        row = current.get_one(Episode, id_)
        factories.interview(current, [row], completed_at=row.returned_at + timedelta(hours=1), context=context)
    site.open(f"/month/{month}")
    page.get_by_role("link", name="What differs").click()
    assert f"Episode {id_}" in page.inner_text("main")
    page.get_by_text("of other months that stand beside it").click()
    site.look("month-differences")
    page.get_by_role("link", name="Issue version 2").click()
    page.get_by_role("button", name="Publish version 2").click()
    site.look("month-publish-why")
    page.get_by_label("Why is a further version issued?").fill("The interview was recorded late.")
    page.get_by_role("button", name="Publish version 2").click()
    site.open(f"/month/{month}/differences")
    assert "The interview was recorded late." in page.inner_text("main")
    site.look("month-corrected")
