"""JSON: an array of flat objects, an object that holds exactly one such array, or one object a line (NDJSON).

The names in the objects are the headers, compared as headers are. A number of a line is the object's place in the
array, from 1; of one object a line it is the line's own. Numbers stay as they are written, so that no reference is
rounded. The text is read piece by piece and no value is built deeper than its cell: whatever is nested in it cannot
fill the memory or the stack.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from tracker.adapters.tabular_parts import LONGEST_CELL, MAX_COLUMNS, Cell, Grid, Rows, Unusable, clean
from tracker.core.feed import fold
from tracker.core.report_terms import ProblemCode

_BEGINS = re.compile(r"\s*+(?:\[\s*+[\[{\]]|\{\s*+[\"}])")
_LINES = re.compile(r"\s*+\{[^\n]*\}[ \t\r]*\n\s*+\{")
_SPACE = re.compile(r"[ \t\r\n]*+")
_TOKEN = re.compile(
    r'(?P<mark>[\[\]{}:,])|(?P<text>"[^"\\\x00-\x1f]*+(?:\\.[^"\\\x00-\x1f]*+)*+")'
    r"|(?P<number>-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?(?![\w.+-]))|(?P<word>(?:true|false|null)\b)"
)
_CUT_TEXT = re.compile(r'"[^"\\\x00-\x1f]*+(?:\\.[^"\\\x00-\x1f]*+)*+\\?')
_LIST_OF_OBJECTS = re.compile(r"\[[ \t\r\n]*+\{")
_DEEPEST = 50


def looks_like_json(text: str) -> bool:
    """Whether it begins as objects in JSON begin; a title row in brackets does not."""
    return _BEGINS.match(text) is not None


def read_json(text: str, is_lines: bool, limit: int) -> Grid:
    """The objects as rows. `is_lines`: the name says one object a line; else the content shows it. Raises Unusable."""
    objects = _Objects(limit)
    if is_lines or _LINES.match(text):
        _read_lines(text, objects)
    else:
        _read_document(_Tokens(text, 0, len(text), "list", 0), objects)
    return Grid(objects.rows, headers=tuple(objects.headers))


def _read_lines(text: str, objects: "_Objects") -> None:
    for number, (start, end) in enumerate(_line_places(text), start=1):
        tokens = _Tokens(text, start, end, "line", number)
        if tokens.is_at_end():
            objects.rows.add([])
            continue
        tokens.expect("{")
        objects.add(tokens)
        if not tokens.is_at_end():
            tokens.refuse("something stands after the object")


def _line_places(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield start, end
        start = end + 1


def _read_document(tokens: "_Tokens", objects: "_Objects") -> None:
    mark, _text = tokens.take()
    if mark == "[":
        _read_array(tokens, objects)
    elif mark == "{":
        _read_wrapper(tokens, objects)
    else:
        raise _no_objects()
    if not tokens.is_at_end():
        tokens.refuse("something stands after the end")


def _read_array(tokens: "_Tokens", objects: "_Objects") -> None:
    """The objects of an array whose bracket is taken."""
    for _ in tokens.elements():
        if not tokens.is_next("{"):
            sentence = f"Entry {tokens.number:,} of the list is not an object with names and values. Correct it."
            raise Unusable(ProblemCode.NOT_A_TABLE, sentence)
        tokens.expect("{")
        objects.add(tokens)


def _read_wrapper(tokens: "_Tokens", objects: "_Objects") -> None:
    """An object around the one list, beside which lists of other things or of nothing may stand; without any list it
    is itself the one object.
    """
    start = tokens.at
    seen: set[str] = set()
    lists = empty = 0
    for name in tokens.members():
        if name in seen:
            raise _twice(name, "the document")
        seen.add(name)
        if tokens.is_list_of_objects():
            lists += 1
            if lists > 1:
                sentence = "This JSON document holds two lists of objects. Send one list in a file."
                raise Unusable(ProblemCode.NOT_A_TABLE, sentence)
            tokens.expect("[")
            _read_array(tokens, objects)
        else:
            value = tokens.value()
            empty += isinstance(value, tuple) and not value[0].strip("[] \t\r\n")
    if not (lists or empty):
        tokens.at, tokens.number = start, 1
        objects.add(tokens)


class _Objects:
    """Objects as rows under the names met so far. Two names in one object that say the same refuse the file."""

    def __init__(self, limit: int) -> None:
        self.rows = Rows(limit)
        self.headers: list[str] = []
        self._places: dict[str, int] = {}

    def add(self, tokens: "_Tokens") -> None:
        """The object whose brace is taken."""
        row: list[Cell] = [""]
        given: set[int] = set()
        for name in tokens.members():
            place = self._place(name)
            if place in given:
                raise _twice(name, tokens.where)
            given.add(place)
            row.extend([""] * (place + 1 - len(row)))
            row[place] = tokens.value()
        self.rows.add(row)

    def _place(self, name: str) -> int:
        plain = " ".join(name.split())[:200]
        key = fold(plain) or name
        place = self._places.setdefault(key, len(self.headers))
        if place == len(self.headers):
            if place == MAX_COLUMNS:
                raise Unusable(ProblemCode.TOO_LARGE, f"The objects have more than {MAX_COLUMNS} different names.")
            self.headers.append(plain or f"Column {place + 1}")
        return place


class _Tokens:
    """The tokens of a stretch of JSON text, one at a time. Raises Unusable for what is no JSON."""

    def __init__(self, text: str, start: int, end: int, kind: str, number: int) -> None:
        self.at = start
        self.number = number
        self._text, self._end, self._kind = text, end, kind

    @property
    def where(self) -> str:
        """Where an object stands, in words."""
        return f"line {self.number:,}" if self._kind == "line" else f"entry {self.number:,} of the list"

    def is_at_end(self) -> bool:
        self._pass_space()
        return self.at >= self._end

    def is_next(self, mark: str) -> bool:
        self._pass_space()
        return self._text.startswith(mark, self.at, self._end)

    def is_list_of_objects(self) -> bool:
        self._pass_space()
        return _LIST_OF_OBJECTS.match(self._text, self.at, self._end) is not None

    def _pass_space(self) -> None:
        found = _SPACE.match(self._text, self.at, self._end)
        self.at = found.end() if found else self.at

    def take(self) -> tuple[str, str]:
        """The next token: the mark itself, or "text", "number" or "word"; and as it is written."""
        self._pass_space()
        found = _TOKEN.match(self._text, self.at, self._end)
        if found is None:
            self._refuse_here()
        self.at = found.end()
        kind = found.lastgroup or ""
        return (found[0] if kind == "mark" else kind), found[0]

    def expect(self, mark: str) -> None:
        if not self.is_next(mark):
            self._refuse_here()
        self.at += 1

    def elements(self) -> Iterator[None]:
        """Stops before each element of an array whose bracket is taken, and counts it."""
        if self.is_next("]"):
            self.expect("]")
            return
        while True:
            self.number += 1
            yield
            if self.take_one_of(",", "]") == "]":
                return

    def members(self) -> Iterator[str]:
        """Each name of an object whose brace is taken, stopping before its value."""
        if self.is_next("}"):
            self.expect("}")
            return
        while True:
            kind, written = self.take()
            if kind != "text":
                self.refuse("a name is missing")
            self.expect(":")
            yield self._plain(written)
            if self.take_one_of(",", "}") == "}":
                return

    def take_one_of(self, *marks: str) -> str:
        kind, _written = self.take()
        if kind not in marks:
            self.refuse("a comma or a bracket is missing")
        return kind

    def value(self) -> Cell:
        """The next value as a cell; what is nested as its text in a tuple."""
        self._pass_space()
        start = self.at
        kind, written = self.take()
        if kind in ("[", "{"):
            return (self._nested(start),)
        if kind == "text":
            return self._plain(written)
        if kind not in ("number", "word"):
            self.refuse("a value is missing")
        return "" if written == "null" else written

    def _plain(self, written: str) -> str:
        if "\\" not in written:
            return written[1:-1]
        try:
            text = str(json.loads(written))
        except ValueError:
            self.refuse("a character is written in a way that is none")
        if any("\ud800" <= character <= "\udfff" or character == "\0" for character in text):
            self.refuse("a text holds half a character or NUL")
        return clean(text)

    def _nested(self, start: int) -> str:
        """The text of an array or object whose opening is taken, at least as deep as a person would nest it."""
        depth = 1
        while depth:
            kind, _written = self.take()
            depth += (kind in ("[", "{")) - (kind in ("]", "}"))
            if depth > _DEEPEST:
                self.refuse("lists are nested in one another without end")
            if self.at - start > LONGEST_CELL:
                self.refuse("a nested value is far too long")
        written = self._text[start : self.at]
        try:
            json.loads(written, object_pairs_hook=_unique)
        except (ValueError, RecursionError):
            self.refuse("a nested value is not written as JSON, or names something twice")
        return written

    def _refuse_here(self) -> NoReturn:
        """What stands here is no token."""
        if self._text.startswith(("NaN", "Infinity", "-Infinity"), self.at):
            self.refuse("NaN or Infinity stands where a value should, which JSON does not know")
        if self.is_at_end() or self._is_cut_text():
            self.refuse("the document ends in the middle; a part of it may be missing")
        self.refuse("something is not written as JSON")

    def _is_cut_text(self) -> bool:
        """Whether a text begins here that no quotation mark ends."""
        return _CUT_TEXT.fullmatch(self._text, self.at, self._end) is not None

    def refuse(self, what: str) -> NoReturn:
        """Refuse the file, saying what is wrong and where."""
        place = f" ({self.where})" if self.number else ""
        sentence = f"This JSON document cannot be read: {what}{place}. Correct it and send it again."
        raise Unusable(ProblemCode.NOT_A_TABLE, sentence)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _twice(name: str, where: str) -> Unusable:
    sentence = f"The name “{name[:80]}” stands twice in {where}. Each name may stand once in an object."
    return Unusable(ProblemCode.DUPLICATE_COLUMN, sentence)


def _no_objects() -> Unusable:
    sentence = "This JSON document holds no list of objects. Send a list with one object for each line of the report."
    return Unusable(ProblemCode.NOT_A_TABLE, sentence)
