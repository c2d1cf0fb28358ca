"""The statutory returns as they are looked at: no barrier, at both widths, with lists, faults and a child to settle."""

from datetime import UTC, datetime

from tests import factories
from tests.browser.conftest import Site
from tracker.bootstrap import wiring
from tracker.core.extract_rows import ExtractKind
from tracker.core.rules import Rules
from tracker.core.terms import LivingSetting
from tracker.services.context import Actor, Context
from tracker.services.import_extract import import_extract
from tracker.services.transaction import writing

HEADER = "CHILD,SEX,DOB,ETHNIC,UPN,SURNAME,FORENAME\r\nC1,2,04/03/2012,WBRI,UN1,Quillfeather,Bel\r\n"
CARE = "CHILD,DECOM,RNE,DEC,REC\r\nC1,01/02/2026,S,20/05/2026,E4A\r\n"


def test_the_returns_and_how_a_list_comes_in(site: Site) -> None:
    _missing(site)
    site.sign_in("Alice")
    page = site.open("/returns")
    site.look("returns")
    page.get_by_role("link", name="Import a list").click()
    page.get_by_label("For which collection year?").select_option("2026")
    page.get_by_label("Header: the looked-after children").check()
    bad = {"name": "list.csv", "mimeType": "text/csv", "buffer": (HEADER + "C1,2,31/02/2012,,,X,Y\r\n").encode()}
    page.get_by_label("The file").set_input_files(bad)
    page.get_by_role("button", name="Import the list").click()
    assert page.get_by_text("Line 3, DOB: A date cannot be read").is_visible()
    site.look("returns-import")
    misspelt = HEADER.replace("Quillfeather", "Quilfeather").encode()
    page.get_by_label("The file").set_input_files({"name": "list.csv", "mimeType": "text/csv", "buffer": misspelt})
    page.get_by_role("button", name="Import the list").click()
    site.look("returns-lists")
    page.get_by_role("link", name="Say who it is").click()
    site.look("returns-settle")
    page.get_by_label("Bel Quillfeather, record").check()
    page.get_by_role("button", name="Settle it").click()
    site.open("/returns/ssda903?year=2026")
    page.get_by_text("Every rule that touches this table").click()
    assert page.get_by_text("It starts in none of the child’s episodes of care.").count() >= 1
    site.look("returns-ssda903")
    site.open("/returns/annex-a?on=2026-10-31")
    site.look("returns-annex-a")
    site.open("/returns/ssd-missing?year=2026")
    site.look("returns-ssd-missing")


def _missing(site: Site) -> None:
    """One time in care, one after it ended."""
    context = Context(site.clock.now(), Rules(), Actor("test"))
    with writing() as current:
        child = factories.child(current, surname="Quillfeather", forename="Bel")
        for month in (5, 6):
            start = datetime(2026, month, 1, 12, tzinfo=UTC)
            setting = str(LivingSetting.LOOKED_AFTER)
            factories.episode(current, child, start, hours=30, context=context, setting=setting)
    limits = wiring(site.app).settings.limits
    import_extract(
        context, content=CARE.encode(), filename="care.csv", kind=ExtractKind.EPISODES, year=2026, limits=limits
    )
