"""A page as the tests read it, and what is true of every page."""

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

from werkzeug.test import TestResponse

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class Element:
    name: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class Page:
    """`text` is what a person reads in the body; `elements` every element with its own text inside."""

    response: TestResponse
    elements: list[Element] = field(default_factory=list)
    text: str = ""

    @property
    def location(self) -> str:
        """Where a redirect leads."""
        return self.response.headers.get("Location", "")

    def all(self, name: str, /, **attributes: str) -> list[Element]:
        """`page.all("a", href="/x")`; `class_` stands for class and matches one of the names."""
        wanted_class = attributes.pop("class_", None)
        return [
            element
            for element in self.elements
            if element.name == name
            and all(element.attributes.get(key) == value for key, value in attributes.items())
            and (wanted_class is None or wanted_class in element.attributes.get("class", "").split())
        ]

    def one(self, name: str, /, **attributes: str) -> Element:
        found = self.all(name, **attributes)
        assert len(found) == 1, f"{len(found)} <{name}> {attributes} on the page"
        return found[0]

    @property
    def h1(self) -> str:
        return self.one("h1").text

    def errors(self) -> list[str]:
        """The sentences of the error summary."""
        summary = self.all("div", class_="govuk-error-summary")
        return [item.text for item in self._inside(summary[0], "li")] if summary else []

    def _inside(self, outer: Element, name: str) -> list[Element]:
        start = self.elements.index(outer)
        return [e for e in self.elements[start:] if e.name == name and e.text and e.text in outer.text]

    def value_of(self, name: str) -> str:
        """The value of the first input so named."""
        return next(e.attributes.get("value", "") for e in self.elements if e.attributes.get("name") == name)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.open: list[Element] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {key: value or "" for key, value in attrs})
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1].name == tag, f"</{tag}> closes nothing, or the wrong element"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data
        if not any(element.name in ("head", "script", "style") for element in self.open):
            self.words.append(data)


def parse(response: TestResponse) -> Page:
    reader = _Reader()
    reader.feed(response.get_data(as_text=True))
    for element in reader.elements:
        element.text = " ".join(element.text.split())
    return Page(response, reader.elements, " ".join(" ".join(reader.words).split()))


def check_page(response: TestResponse) -> Page:
    """The page parsed, after what must be true of each: title, one h1, unique ids, headers, nothing inline."""
    headers = response.headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    if response.mimetype != "text/html" or 300 <= response.status_code < 400:
        return Page(response, text=response.get_data(as_text=True) if response.mimetype.startswith("text/") else "")
    page = parse(response)
    title = page.one("title").text
    assert re.match(r".+ – .+", title), f"the title {title!r} names no page"
    assert page.h1, "the page's h1 is empty"
    ids = Counter(e.attributes["id"] for e in page.elements if "id" in e.attributes)
    assert not [found for found, count in ids.items() if count > 1], f"ids used twice: {ids.most_common(3)}"
    for element in page.elements:
        inline = [name for name in element.attributes if name == "style" or name.startswith("on")]
        assert not inline, f"<{element.name}> has an inline {inline[0]}: write it in static/app.css or app.js"
        assert element.name != "style", "a <style> element: write it in static/app.css"
        assert element.name != "script" or "src" in element.attributes, "an inline <script>: write it in static/app.js"
        for attribute in ("for", "aria-describedby", "aria-labelledby"):
            for target in element.attributes.get(attribute, "").split():
                assert target in ids, f"{attribute}={target!r} names no id of the page"
        if element.name == "label":
            assert element.text, "a label without words"
    fields = [e for e in page.elements if e.name in ("input", "select", "textarea")]
    labelled = {e.attributes.get("for") for e in page.all("label")}
    for element in fields:
        if element.attributes.get("type") not in ("hidden", "submit"):
            assert element.attributes.get("id") in labelled, f"the field {element.attributes.get('name')} has no label"
    for form in page.all("form", method="post"):
        assert _has_token(page, form), "a form that posts has no csrf_token: write {{ form.csrf_token }}"
    return page


def _has_token(page: Page, form: Element) -> bool:
    rest = page.elements[page.elements.index(form) + 1 :]
    inside = []
    for element in rest:
        if element.name == "form":
            break
        inside.append(element)
    return any(element.attributes.get("name") == "csrf_token" for element in inside)
