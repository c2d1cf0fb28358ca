"""A council's own lists: used whole or not at all; our children found by number or name, or settled by a person."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories
from tracker.bootstrap import wiring
from tracker.core.extract_links import LinkHow
from tracker.core.extract_rows import ExtractKind
from tracker.core.terms import LivingSetting
from tracker.services.context import Context
from tracker.services.errors import Conflict, Refused
from tracker.services.import_extract import Imported, import_extract, match_again, settle_link
from tracker.services.merge_children import merge_children
from tracker.services.pages import returns
from tracker.services.pages.extracts import extract_of, extracts_page, list_as_received
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import AuditEntry, CareExtract, CareLink, Child

HEAD = ("CHILD", "SEX", "DOB", "ETHNIC", "UPN", "SURNAME", "FORENAME", "COUNCIL NUMBER")
CARE = ("CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC")
YEAR = 2026


def text_of(*rows: Sequence[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def load(
    app: Flask, context: Context, *rows: Sequence[str], kind: ExtractKind = ExtractKind.HEADER, year: int = YEAR
) -> Imported:
    head = {ExtractKind.HEADER: HEAD, ExtractKind.EPISODES: CARE}.get(
        kind, ("CHILD", "DOB", "MISSING", "MIS_START", "MIS_END")
    )
    return load_bytes(app, context, text_of(head, *rows), kind, year)


def load_bytes(
    app: Flask, context: Context, content: bytes, kind: ExtractKind = ExtractKind.HEADER, year: int = YEAR,
    filename: str = "list.csv",
) -> Imported:  # fmt: skip
    limits = wiring(app).settings.limits
    return import_extract(context, content=content, filename=filename, kind=kind, year=year, limits=limits)


def listed(
    code: str = "C1", born: str = "04/03/2012", surname: str = "", forename: str = "", number: str = "", sex: str = "1"
) -> tuple[str, ...]:
    return (code, sex, born, "WBRI", "UN1", surname, forename, number)


def held(**more: object) -> int:
    with writing() as current:
        return factories.child(current, **more).id


def link(code: str = "C1") -> CareLink:
    session().rollback()
    return session().scalars(select(CareLink).where(CareLink.code == code)).one()


def actions() -> list[str]:
    session().rollback()
    return list(session().scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_a_child_is_found_by_name_and_birth_whatever_the_case(app: Flask, context: Context) -> None:
    child_id = held(surname="QUILLFEATHER", forename="Bel")
    assert load(app, context, listed(surname="Quillfeather", forename="BEL")) == Imported(rows=1)
    assert (link().how, link().child_id) == (LinkHow.MATCHED, child_id)


def test_the_councils_number_finds_the_child_where_the_birthday_agrees(app: Flask, context: Context) -> None:
    child_id = held(council_id="77", surname="Otherwise")
    assert not load(app, context, listed(number="77")).undecided
    assert (link().how, link().child_id) == (LinkHow.NUMBER, child_id)
    assert load(app, context, listed(code="C2", number="77", born="05/03/2012")).undecided == 1
    assert (link("C2").how, link("C2").candidates) == (LinkHow.UNDECIDED, [child_id])


def test_the_child_id_itself_may_be_the_councils_number(app: Flask, context: Context) -> None:
    child_id = held(council_id="C1", surname="Otherwise")
    load(app, context, listed())
    assert (link().how, link().child_id) == (LinkHow.NUMBER, child_id)


def test_a_near_name_is_a_question_and_an_unknown_one_is_nobody(app: Flask, context: Context) -> None:
    child_id = held(surname="Quillfeather", forename="Bel")
    found = load(
        app, context, listed(surname="Quilfeather", forename="Bel"),
        listed("C2", "01/01/2015", "Nobodyhere", "Ever"),
    )  # fmt: skip
    assert (found.rows, found.undecided) == (2, 1)
    assert (link().how, link().candidates, link("C2").how) == (LinkHow.UNDECIDED, [child_id], LinkHow.NOT_HELD)


def test_without_names_a_birthday_is_only_a_question(app: Flask, context: Context) -> None:
    boy = held(sex="male")
    held(sex="female")
    load(app, context, listed())
    assert (link().how, link().candidates) == (LinkHow.UNDECIDED, [boy])


def test_two_ids_never_mean_one_child(app: Flask, context: Context) -> None:
    child_id = held(surname="Quillfeather", forename="Bel")
    rows = [listed(code, surname="Quillfeather", forename="Bel") for code in ("C1", "C2")]
    assert load(app, context, *rows).undecided == 2
    settle_link(context, link_id=link("C1").id, version=link("C1").version, child_id=child_id)
    assert load(app, context, *rows).undecided == 1
    assert (link("C1").how, link("C2").how) == (LinkHow.SETTLED, LinkHow.UNDECIDED)
    with pytest.raises(Refused) as refused:
        settle_link(context, link_id=link("C2").id, version=link("C2").version, child_id=child_id)
    assert refused.value.problems[0].code == "taken"


def test_what_a_person_settled_stands_for_later_lists(app: Flask, context: Context) -> None:
    held(surname="Quillfeather", forename="Bel")
    load(app, context, listed(surname="Quilfeather", forename="Bel"))
    settle_link(context, link_id=link().id, version=link().version, child_id=None)
    assert load(app, context, listed(surname="Quillfeather", forename="Bel")).undecided == 0
    assert (link().how, link().child_id) == (LinkHow.SETTLED, None)


def test_somebody_who_settled_it_meanwhile_is_not_overwritten(app: Flask, context: Context) -> None:
    child_id = held(surname="Quillfeather", forename="Bel")
    load(app, context, listed(surname="Quilfeather", forename="Bel"))
    version = link().version
    settle_link(context, link_id=link().id, version=version, child_id=child_id)
    with pytest.raises(Conflict):
        settle_link(context, link_id=link().id, version=version, child_id=None)
    assert link().child_id == child_id


@pytest.mark.parametrize(("child_id", "code"), [(999_999, "unknown_child")], ids=["no such child"])
def test_what_cannot_be_settled_is_said(app: Flask, context: Context, child_id: int, code: str) -> None:
    load(app, context, listed())
    with pytest.raises(Refused) as refused:
        settle_link(context, link_id=link().id, version=link().version, child_id=child_id)
    assert refused.value.problems[0].code == code


def test_a_child_merged_since_is_the_one_it_became(app: Flask, context: Context) -> None:
    gone = held(surname="Quillfeather", forename="Bel")
    load(app, context, listed(surname="Quillfeather", forename="Bel"))
    kept = held(surname="Quillfeather", forename="Belle")
    versions = {row.id: row.version for row in session().scalars(select(Child))}
    session().rollback()
    merge_children(context, kept_id=kept, gone_id=gone, kept_version=versions[kept], gone_version=versions[gone])
    known = extract_of(session(), YEAR, {})
    session().rollback()
    assert {child_id: child.code for child_id, child in known.children.items()} == {kept: "C1"}


def test_somebody_who_came_to_be_held_since_is_found_when_looked_for_again(app: Flask, context: Context) -> None:
    load(app, context, listed(surname="Quillfeather", forename="Bel"))
    assert link().how == LinkHow.NOT_HELD
    child_id = held(surname="Quillfeather", forename="Bel")
    assert match_again(context, year=YEAR) == 0
    assert link().child_id == child_id


BAD = (
    (listed("", "04/03/2012"), "no_code"),
    (listed("C 1"), "no_code"),
    (listed("=C1"), "no_code"),
    (listed("C2", ""), "no_date"),
    (listed("C2", "31/02/2012"), "unreadable_date"),
    (listed("C2", "03/04/12/1"), "unreadable_date"),
    (listed("C1", "05/03/2012"), "twice"),
)


@pytest.mark.parametrize(("row", "code"), BAD, ids=[f"{n}-{code}" for n, (_, code) in enumerate(BAD)])
def test_a_list_with_a_bad_line_loses_nothing_that_is_held(
    app: Flask, context: Context, row: tuple[str, ...], code: str
) -> None:
    load(app, context, listed("OLD"))
    found = load(app, context, listed("C1"), row)
    assert [(problem.line_no, problem.code) for problem in found.problems] == [(3, code)]
    assert found.rows == 0
    assert [child.code for child in _in_use()] == ["OLD"]
    assert actions()[-1] == "care_extract_refused"


def _in_use() -> list[object]:
    page_rows = session().scalars(select(CareExtract).order_by(CareExtract.id.desc())).first()
    assert page_rows is not None
    return [type("Row", (), given) for given in page_rows.rows]


@pytest.mark.parametrize(
    "content",
    [b"", b"\0\0\0", b"CHILD,DOB\r\n", b"SURNAME\r\nX\r\n", b"PK\x03\x04broken", b"[1,2]"],
    ids=["empty", "noughts", "no lines", "no columns", "broken workbook", "numbers"],
)
def test_what_is_no_list_is_refused_in_a_sentence(app: Flask, context: Context, content: bytes) -> None:
    found = load_bytes(app, context, content)
    assert len(found.problems) == 1
    assert found.problems[0].line_no is None
    assert found.problems[0].sentence.endswith(".")


def test_what_is_too_large_is_not_read(app: Flask, context: Context) -> None:
    too_much = b"CHILD,DOB\r\n" + b"x" * wiring(app).settings.limits.upload_bytes
    assert [problem.code for problem in load_bytes(app, context, too_much).problems] == ["too_large"]


def test_a_workbook_is_read_with_its_numbers_and_days(app: Flask, context: Context) -> None:
    book = openpyxl.Workbook()
    for row in (("CHILD", "DECOM", "DEC", "REC"), (300105, datetime(2025, 5, 1), None, None)):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    assert load_bytes(app, context, out.getvalue(), ExtractKind.EPISODES, filename="care.xlsx").rows == 1
    row = session().scalars(select(CareExtract)).one()
    assert row.rows == [{"code": "300105", "start_on": "2025-05-01"}]


def test_care_that_ends_before_it_begins_is_refused(app: Flask, context: Context) -> None:
    row = ("C1", "01/06/2025", "S", "", "", "U4", "", "01/05/2025", "E4A")
    assert [problem.code for problem in load(app, context, row, kind=ExtractKind.EPISODES).problems] == ["wrong_order"]


@pytest.mark.parametrize("year", [2014, 2028], ids=str)
def test_a_year_that_nobody_may_choose_is_refused(app: Flask, context: Context, year: int) -> None:
    with pytest.raises(Refused):
        load(app, context, listed(), year=year)


def test_older_lists_are_kept_and_the_one_in_use_can_be_had_again(app: Flask, context: Context) -> None:
    load(app, context, listed("C1"))
    load(app, context, listed("C2"))
    page = extracts_page(context, YEAR)
    header = page.lists[0]
    assert (header.older, header.held and header.held.row_count) == (1, 1)
    received = list_as_received(context, YEAR, ExtractKind.HEADER)
    assert received is not None
    assert b"C2" in received.content
    assert list_as_received(context, 2025, ExtractKind.HEADER) is None
    assert {"care_extract_loaded", "list_viewed", "export_made"} <= set(actions())


def test_the_return_rests_on_the_lists(app: Flask, context: Context) -> None:
    """One child in care, one who left before; last year's row was open and is not there."""
    with writing() as current:
        for surname, start in (("Quillfeather", 1), ("Mumblegate", 2)):
            child = factories.child(current, surname=surname, forename="Bel")
            at = datetime(2026, 5, start, 12, tzinfo=UTC)
            factories.episode(current, child, at, hours=30, setting=str(LivingSetting.LOOKED_AFTER))
    bare = returns.missing_page(context, YEAR)
    assert (len(bare.rows), bare.left_out, bare.has_care) == (2, 2, False)
    assert {state.rule for state in bare.rules if state.faults is None} == {
        "575",
        "576",
        "577",
        "578",
        "580",
        "581",
        "1012",
    }
    load(
        app,
        context,
        listed("C1", surname="Quillfeather", forename="Bel"),
        listed("C2", surname="Mumblegate", forename="Bel"),
    )
    load(
        app, context, ("C1", "01/02/2026", "S", "", "", "U4", "", "", ""),
        ("C2", "01/02/2026", "S", "", "", "U4", "", "01/04/2026", "E4A"), kind=ExtractKind.EPISODES,
    )  # fmt: skip
    load(app, context, ("C1", "04/03/2012", "M", "20/03/2026", ""), kind=ExtractKind.LAST_MISSING)
    page = returns.missing_page(context, YEAR)
    assert [(row.child, row.mis_start, row.mis_end) for row in page.rows] == [
        ("C1", "01/05/2026", "02/05/2026"), ("C2", "02/05/2026", "03/05/2026"),
    ]  # fmt: skip
    assert {(str(fault.rule), fault.child) for fault in page.faults} == {
        ("576", "C1"), ("577", "C2"), ("578", "C2"), ("581", "C2"),
    }  # fmt: skip
    assert returns.missing_file(context, YEAR, "csv").startswith(
        "CHILD,DOB,MISSING,MIS_START,MIS_END\r\nC1,04/03/2012,M,"
    )
    annex = returns.annex_page(context, date(2026, 11, 1))
    assert [child.cells[:3] for child in annex.children] == [("C1", 1, 0)]  # C2 is in care no more
    assert len(returns.ssd_page(context, YEAR).table.rows) == 2
    assert actions().count("export_made") == 1
