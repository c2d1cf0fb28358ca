"""`tracker returns …`: the files of the page, the lists, and the exit codes that say what needs somebody."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests import factories
from tracker.bootstrap import create_app
from tracker.cli import cli
from tracker.core.terms import LivingSetting
from tracker.services.transaction import writing
from tracker.settings import load_settings
from tracker.store.db import db

HEADER = "CHILD,SEX,DOB,ETHNIC,UPN,SURNAME,FORENAME\nC1,2,04/03/2012,WBRI,UN1,Quillfeather,Bel\n"


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["returns", *words, "--now", "2026-11-16T12:00:00Z"])


def document(*words: str) -> Any:
    return json.loads(run(*words, "--json").stdout)


@pytest.fixture
def folder(command_folder: Path) -> Path:
    """A looked-after child, missing once in May 2026, and the list that names it."""
    app = create_app(load_settings(), pages=False)
    with app.app_context():
        with writing() as session:
            child = factories.child(session, surname="Quillfeather", forename="Bel")
            start, setting = datetime(2026, 5, 1, 12, tzinfo=UTC), str(LivingSetting.LOOKED_AFTER)
            factories.episode(session, child, start, hours=30, setting=setting)
        db.session.remove()
        db.engine.dispose()
    (command_folder / "header.csv").write_text(HEADER)
    return command_folder


def test_a_row_without_an_id_stays_out_and_is_said(folder: Path) -> None:
    done = run("ssda903", "--year", "2026-27", "--out", "missing.csv")
    assert done.exit_code == 1
    assert "0 rows of 0 children, 1 left out" in done.stdout
    assert "no_child: 1 rows" in done.stdout
    assert "Not checked, for want of a list: 575, 576, 577, 578, 580, 581, 1012." in done.stdout


def test_with_the_list_the_row_leaves_in_every_form(folder: Path) -> None:
    imported = document("import", "header.csv", "--kind", "header", "--year", "2026-27")
    assert imported == {"rows": 1, "undecided": 0, "problems": []}
    told = document("ssda903", "--year", "2026-27", "--out", "missing.csv")
    assert (told["rows"], told["left_out"], told["codes"], told["rules"]["575"]) == (1, 0, {"M": 1}, None)
    lines = (folder / "missing.csv").read_bytes().split(b"\r\n")
    assert lines[:2] == [b"CHILD,DOB,MISSING,MIS_START,MIS_END", b"C1,04/03/2012,M,01/05/2026,02/05/2026"]
    assert run("ssda903", "--year", "2026-27", "--format", "xml", "--out", "missing.xml").exit_code == 0
    assert "<CHILDID>C1</CHILDID>" in (folder / "missing.xml").read_text()
    assert document("annex-a", "--on", "2026-10-31", "--out", "annex.csv")["children"] == 1
    assert (folder / "annex.csv").read_text(encoding="utf-8-sig").splitlines()[1].startswith("C1,1,0,b) No,")
    assert run("annex-a", "--out", "annex.xlsx").exit_code == 0
    assert (folder / "annex.xlsx").read_bytes().startswith(b"PK")
    assert document("ssd-missing", "--year", "2026-27", "--out", "ssd.csv")["rows"] == 1
    assert run("list", "--kind", "header", "--year", "2026-27", "--out", "again.csv").exit_code == 0
    assert (folder / "again.csv").read_text() == HEADER
    assert document("years") == {"years": []}  # of care, not of the children


def test_a_bad_list_is_refused_whole_with_its_lines(folder: Path) -> None:
    (folder / "bad.csv").write_text(HEADER + "C2,2,31/02/2012,,,X,Y\n")
    done = run("import", "bad.csv", "--kind", "header", "--year", "2026-27")
    assert done.exit_code == 2
    assert "Nothing of this list is used.\nLine 3, DOB: A date cannot be read." in done.stdout


def test_a_child_to_settle_is_exit_code_1(folder: Path) -> None:
    (folder / "near.csv").write_text(HEADER.replace("Quillfeather", "Quilfeather"))
    done = run("import", "near.csv", "--kind", "header", "--year", "2026-27")
    assert done.exit_code == 1
    assert "1 to settle" in done.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("ssda903", "--year", "2026", "--out", "x"), "Write it like 2026-27"),
        (("ssda903", "--year", "2031-32", "--out", "x"), "no such collection year yet"),
        (("ssd-missing", "--year", "x", "--out", "x"), "Write it like 2026-27"),
        (("ssd-missing", "--year", "2031-32", "--out", "x"), "no such collection year yet"),
        (("annex-a", "--on", "2031-01-01", "--out", "x"), "still to come"),
        (("import", "header.csv", "--kind", "header", "--year", "2031-32"), "Choose a collection year"),
        (("import", "header.csv", "--kind", "header", "--year", "x"), "Write it like 2026-27"),
        (("list", "--kind", "header", "--year", "2026-27", "--out", "x"), "No such list"),
        (("list", "--kind", "header", "--year", "x", "--out", "x"), "Write it like 2026-27"),
    ],
    ids=lambda given: given[0] if isinstance(given, tuple) else "",
)
def test_what_cannot_be_done_is_said_with_exit_code_2(folder: Path, words: tuple[str, ...], sentence: str) -> None:
    done = run(*words)
    assert done.exit_code == 2
    assert sentence in done.stdout
    assert not (folder / "x").exists()
