"""Every piece of the layout on one page, plain and with errors: what axe and a person looking at it say."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from playwright.sync_api import expect
from wtforms import BooleanField, FileField
from wtforms.validators import InputRequired

from tests.browser.conftest import Site
from tracker.core.terms import EpisodeKind, FlagCode, InterviewState, RiskLevel
from tracker.web.access import public
from tracker.web.fields import LondonDateField, LondonDateTimeField, TimeGiven
from tracker.web.forms import Checkboxes, Form, LongText, Radios, Select, Text
from tracker.web.request import now
from tracker.web.words import choices

GALLERY = (Path(__file__).parent / "gallery.html").read_text(encoding="utf-8")


class Everything(Form):
    reference = Text("Police reference", [InputRequired("Enter the police reference.")])
    returned = LondonDateTimeField("When the child returned", [TimeGiven("when the child returned")])
    october = LondonDateTimeField("When the child was found")
    born = LondonDateField("Date of birth")
    kind = Select("Kind", choices=[("", "Choose"), *choices(EpisodeKind)], validators=[InputRequired("Choose.")])
    risk = Radios("Risk", choices=choices(RiskLevel), validators=[InputRequired("Choose the risk.")])
    asked = Radios("Was the child asked?", choices=[("y", "Yes"), ("n", "No")], default="y")
    flags = Checkboxes("What holds", choices=choices(FlagCode)[:3])
    sure = BooleanField("I have seen the child", [InputRequired("Say that you have seen the child.")])
    notes = LongText("What was said", [InputRequired("Write what was said.")])
    file = FileField("Report")
    search = Text("Search")
    which = Select("Show", choices=[("all", "All"), ("open", "Open clocks")])


@pytest.fixture
def gallery(app: Flask) -> None:
    def view() -> str:
        form = Everything()
        form.validate_on_submit()
        hours = (
            (-3, InterviewState.OVERDUE, "red"),
            (5.35, InterviewState.DUE_SOON, "amber"),
            (49, InterviewState.DUE, ""),
        )
        clocks = [(now() + timedelta(hours=h), state, colour) for h, state, colour in hours]
        return render_template_string(
            GALLERY, form=form, states=list(InterviewState), clocks=clocks, address=lambda n: f"/gallery?page={n}"
        )

    app.add_url_rule("/gallery", "gallery", public(view), methods=["GET", "POST"])


@pytest.mark.usefixtures("gallery")
def test_every_piece(site: Site) -> None:
    site.sign_in("Alice").open("/gallery")
    site.look("gallery")


@pytest.mark.usefixtures("gallery")
def test_every_piece_with_its_errors(site: Site) -> None:
    page = site.sign_in("Alice").open("/gallery")
    page.locator("#october-day").fill("25")
    page.locator("#october-month").fill("October")
    page.locator("#october-year").fill("2026")
    page.locator("#october-time").fill("1.30am")
    page.get_by_role("button", name="Save").click()
    site.look("gallery-errors")
    page.get_by_role("link", name="Enter when the child returned.").click()
    expect(page.locator("#returned-day")).to_be_focused()
    page.get_by_role("link", name="Choose the risk.").click()
    expect(page.locator("#risk-0")).to_be_focused()
    page.get_by_role("link", name="happened twice").click()
    expect(page.get_by_label("The first, BST")).to_be_focused()
    expect(page.get_by_label("The first, BST")).to_be_checked()
