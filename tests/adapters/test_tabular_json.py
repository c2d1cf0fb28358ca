"""JSON: lists of objects, objects around one, one object a line; whatever else it says is refused in a sentence."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.reading import HEAD, WANTED, cells, read, refused
from tests.core.made import unhurried
from tracker.adapters.tabular import Refusal, read_table
from tracker.core.report_terms import ProblemCode

ONE = '{"Ref": "A1", "Surname": "Łukaszewicz-Ó", "Missing from": "1 May"}'
TWO = '{"missing FROM": "2 May", "note": "x", "surname": "Naïve", "REF.": "A2"}'


def as_json(text: str) -> bytes:
    return text.encode()


@pytest.mark.parametrize(
    "content",
    [
        f"[{ONE}, {TWO}]".encode(),
        b"\xef\xbb\xbf" + f"\n[\n  {ONE},\r\n\t{TWO}\n]\n".encode(),
        f"[{ONE},{TWO}]".encode("utf-16"),
        f"[{ONE},{TWO}]".encode("utf-16-be"),
        f'{{"generated": "today", "count": 2, "lines": [{ONE}, {TWO}], "more": {{"a": [1]}}, "none": [ ]}}'.encode(),
        f"{ONE}\n{TWO}\n".encode(),
        f"{ONE}\r\n{TWO}".encode(),
    ],
)
@pytest.mark.parametrize("filename", ["report.json", "report", "report.txt"])
def test_the_usual_forms_of_json_read_alike(content: bytes, filename: str) -> None:
    table = read(content, filename)
    assert [list(row.cells.items())[:3] for row in table.rows()] == [
        [("Ref", "A1"), ("Surname", "Łukaszewicz-Ó"), ("Missing from", "1 May")],
        [("Ref", "A2"), ("Surname", "Naïve"), ("Missing from", "2 May")],
    ]
    assert table.ignored == ("note",)
    assert [row.line_no for row in table.rows()] == [1, 2]


def test_one_object_a_line_has_the_numbers_of_its_lines() -> None:
    table = read(as_json(f"\n{ONE}\n\n{TWO}\n\n"), "report.jsonl")
    assert [(row.line_no, row.cells["Ref"]) for row in table.rows()] == [(1, ""), (2, "A1"), (3, ""), (4, "A2")]


@pytest.mark.parametrize("content", [ONE, f"\n{ONE}\n", ONE.replace(", ", ",\n ")])
def test_one_object_alone_is_one_line(content: str) -> None:
    assert cells(read(as_json(content), "report.json")) == [["A1", "Łukaszewicz-Ó", "1 May"]]


@pytest.mark.parametrize("content", ["[]", " [ ] ", '{"lines": []}', '{"at": "now", "lines": [ ], "errors": []}'])
def test_an_empty_list_says_that_nobody_is_missing(content: str) -> None:
    assert len(read(as_json(content), "report.json")) == 0


def test_values_stay_as_they_are_written() -> None:
    values = ["00123", 1, -0.50, True, False, None, 10**30, "1e5"]
    head = [*HEAD, "a", "b", "c", "d", "e"]
    text = json.dumps([dict(zip(head, values, strict=True))]).replace("-0.5", "-0.50").replace('"1e5"', "1e5")
    (row,) = read(as_json(text), "report.json").rows()
    assert list(row.cells.values()) == ["00123", "1", "-0.50", "true", "false", "1" + "0" * 30, "1e5"]


def test_an_object_may_lack_names_and_bring_new_ones() -> None:
    table = read(as_json(f'[{{"Ref": "A0"}}, {{}}, {ONE[:-1]}, "more": 1}}]'), "report.json")
    assert cells(table) == [["A0", "", ""], ["", "", ""], ["A1", "Łukaszewicz-Ó", "1 May"]]
    assert table.ignored == ("more",)


def test_a_nested_value_keeps_its_line_out_only_where_it_is_read() -> None:
    unread, needed = read(
        as_json(f'[{ONE[:-1]}, "note": {{"a": [1, "]"]}}}}, {ONE.replace(chr(34) + "1 May" + chr(34), "[1]")}]'),
        "a.json",
    ).rows()
    assert unread.cells["note"] == '{"a": [1, "]"]}' and not unread.problems
    assert [(one.code, one.fields) for one in needed.problems] == [(ProblemCode.NESTED_VALUE, ("start_at",))]
    assert needed.cells["Missing from"] == "[1]"


def test_escaped_characters() -> None:
    text = ONE.replace("A1", r"A\u0031\/\"\\\n\t\ud83d\ude00\u0007")
    assert cells(read(as_json(f"[{text}]"), "a.json"))[0][0] == 'A1/"\\\n\t😀'


DEEP = 100_000


@pytest.mark.parametrize(
    ("content", "code", "word"),
    [
        ("[" * DEEP + "]" * DEEP, ProblemCode.NOT_A_TABLE, "Entry 1 of the list is not an object"),
        ("[" * DEEP, ProblemCode.NOT_A_TABLE, "Entry 1"),
        ('{"a":' * DEEP + "1" + "}" * DEEP, ProblemCode.NOT_A_TABLE, "nested in one another without end"),
        (f'[{{"a": {"[" * DEEP}{"]" * DEEP}}}]', ProblemCode.NOT_A_TABLE, "without end (entry 1 of the list)"),
        (f'[{ONE}, {{"a": {"[1]," * 20_000}}}]', ProblemCode.NOT_A_TABLE, "(entry 2 of the list)"),
        (f'[{{"a": [{"[]," * 20_000}[]]}}]', ProblemCode.NOT_A_TABLE, "far too long (entry 1"),
        (f'[{ONE}, {{"Ref": NaN}}]', ProblemCode.NOT_A_TABLE, "NaN or Infinity"),
        ('[{"Ref": -Infinity}]', ProblemCode.NOT_A_TABLE, "NaN or Infinity"),
        (f'[{ONE}, {{"Ref": "A2", "Ref": "A3"}}]', ProblemCode.DUPLICATE_COLUMN, "twice in entry 2"),
        ('[{"Ref": "A2", "REF.": "A3"}]', ProblemCode.DUPLICATE_COLUMN, "“REF.” stands twice"),
        (f'{ONE}\n{{"Ref": 1, "R\\u0065f": 2}}', ProblemCode.DUPLICATE_COLUMN, "stands twice in line 2"),
        ('{"a": 1, "a": 2, "lines": []}', ProblemCode.DUPLICATE_COLUMN, "“a” stands twice in the document"),
        ('[{"a": {"b": 1, "b": 2}}]', ProblemCode.NOT_A_TABLE, "names something twice"),
        ('[{"Ref": "A\\u0000"}]', ProblemCode.NOT_A_TABLE, "half a character or NUL (entry 1"),
        ('[{"Ref": "A\\ud800"}]', ProblemCode.NOT_A_TABLE, "half a character or NUL"),
        ('[{"Ref": "A\\x41"}]', ProblemCode.NOT_A_TABLE, "a way that is none"),
        ('[{"Ref": "A\nB"}]', ProblemCode.NOT_A_TABLE, "not written as JSON"),
        (f"[{ONE}, {TWO}", ProblemCode.NOT_A_TABLE, "ends in the middle"),
        (f"[{ONE}, {TWO[:-5]}", ProblemCode.NOT_A_TABLE, "ends in the middle; a part of it may be missing (entry 2"),
        (f'[{ONE}, {{"Ref": "A2\\', ProblemCode.NOT_A_TABLE, "ends in the middle"),
        (f"{ONE}\n{ONE}\n{TWO[:-5]}\n", ProblemCode.NOT_A_TABLE, "may be missing (line 3)"),
        (f"{ONE}\n{TWO} {TWO}\n", ProblemCode.NOT_A_TABLE, "after the object (line 2)"),
        (f"{ONE}\n{TWO}\nnull", ProblemCode.NOT_A_TABLE, "not written as JSON (line 3)"),
        (f"[{ONE}]]", ProblemCode.NOT_A_TABLE, "after the end"),
        (f"[{ONE},]", ProblemCode.NOT_A_TABLE, "Entry 2 of the list is not an object"),
        (f"[{ONE} {TWO}]", ProblemCode.NOT_A_TABLE, "a comma or a bracket is missing"),
        ('[{"Ref": 00123}]', ProblemCode.NOT_A_TABLE, "not written as JSON"),
        ('[{"Ref": 1.}]', ProblemCode.NOT_A_TABLE, "not written as JSON"),
        ("[{'Ref': 1}]", ProblemCode.NOT_A_TABLE, "not written as JSON"),
        ('[{"Ref" 1}]', ProblemCode.NOT_A_TABLE, "not written as JSON"),
        ('[{"Ref": ]', ProblemCode.NOT_A_TABLE, "a value is missing"),
        ("[{1: 2}]", ProblemCode.NOT_A_TABLE, "a name is missing"),
        ("[1, 2]", ProblemCode.NOT_A_TABLE, "Entry 1"),
        (f"[{ONE}, null]", ProblemCode.NOT_A_TABLE, "Entry 2"),
        ('{"a": [{}], "b": [{}]}', ProblemCode.NOT_A_TABLE, "two lists"),
        ('{"error": "no such report"}', ProblemCode.MISSING_COLUMN, "No object has such a name"),
        ('[{"Surname": "x"}]', ProblemCode.MISSING_COLUMN, "“Ref” or “Reference”; “Missing from”"),
        (f'[{ONE[:-1]}, "x": "{"y" * 200_000}"}}]', ProblemCode.TOO_LARGE, "more than 32,767 characters"),
        ("[" + ",".join(f'{{"n{n}": 1}}' for n in range(600)) + "]", ProblemCode.TOO_LARGE, "500 different names"),
        ("[" + ONE + f",{ONE}" * 1_050 + "]", ProblemCode.TOO_LARGE, "too many rows"),
        ("[" + "{}," * 200_000 + "{}]", ProblemCode.TOO_LARGE, "too many rows"),
        ("Ref,Surname", ProblemCode.NOT_A_TABLE, "named .json"),
    ],
)  # fmt: skip
def test_bad_json_is_refused_in_a_sentence_without_its_values(content: str, code: ProblemCode, word: str) -> None:
    found = refused(as_json(content), "report.json")
    assert (found.code, word in found.sentence) == (code, True), found
    assert "A1" not in found.sentence and "A2" not in found.sentence


def test_nul_bytes_and_half_characters_in_the_text_are_refused() -> None:
    assert refused(as_json(f"[{ONE}\0]"), "a.json").code is ProblemCode.NOT_A_TABLE
    assert refused(b'[{"Ref": "\xed\xa0\x80\xc3\xa9\xc3\xa9\xc3\xa9"}]', "a.json").code is ProblemCode.WRONG_ENCODING


def test_json_is_utf8_whatever_one_letter_of_it_would_be_in_another_encoding() -> None:
    assert cells(read(as_json(f"[{ONE.replace('Łukaszewicz-Ó', 'Б')}]"), "a.json"))[0][1] == "Б"


def test_json_under_the_name_of_another_kind_is_refused() -> None:
    assert "named .csv but its content is JSON" in refused(as_json(f"[{ONE}]"), "report.csv").sentence
    assert "named .xlsx" in refused(as_json(f"[{ONE}]"), "report.xlsx").sentence
    assert "JSON" not in refused(as_json("[OFFICIAL],report\nnobody,today\n"), "report.csv").sentence


scalar = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.floats(allow_nan=False, allow_infinity=False)
)
objects = st.lists(st.dictionaries(st.sampled_from([*HEAD, "note", "üß"]), scalar, max_size=5), max_size=8)


@given(objects, st.booleans(), st.sampled_from([None, 1]), st.booleans())
@unhurried(150)
def test_what_was_written_is_what_is_read(
    rows: list[dict[str, object]], ascii_only: bool, indent: int | None, lines: bool
) -> None:
    """Against the standard library's writer: strings as they are, numbers and words as it writes them."""
    rows = [{"Ref": "A1", "Surname": "a", "Missing from": "1"}, *rows]
    if lines:
        text = "\n".join(json.dumps(row, ensure_ascii=ascii_only) for row in rows)
    else:
        text = json.dumps(rows, ensure_ascii=ascii_only, indent=indent)
    found = read_table(text.encode("utf-8", "surrogatepass"), "a.jsonl" if lines else "a.json", WANTED, 100)
    if isinstance(found, Refusal):
        assert any(c in "\0\x7f" or "\ud800" <= c <= "\udfff" for row in rows for v in row.values() for c in str(v))
        return
    assert len(found) == len(rows)
    for given_row, row in zip(rows, found.rows(), strict=True):
        for name, value in given_row.items():
            written = value if isinstance(value, str) else "" if value is None else json.dumps(value)
            plain = "".join(c for c in written if c in "\t\n\r" or not (ord(c) < 32 or ord(c) == 127))
            assert row.cells.get(name, "") == plain or not plain.strip()
