"""`tracker export month` as typed: four forms, by the file's ending or as asked; a version; refusals in sentences."""

import csv
import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from tests.test_admin_commands import database, document, run

__all__ = ["database"]

NOW = ("--now", "2026-11-16T12:00+00:00")


def exported(folder: Path, name: str, *more: str) -> bytes:
    path = folder / name
    run("export", "month", "--month", "2026-10", "--out", str(path), *NOW, *more)
    return path.read_bytes()


@pytest.mark.usefixtures("database")
class TestExport:
    def test_the_files_ending_says_in_which_form(self, tmp_path: Path) -> None:
        assert PdfReader(io.BytesIO(exported(tmp_path, "october.pdf"))).pages
        assert "about" in load_workbook(io.BytesIO(exported(tmp_path, "october.XLSX"))).sheetnames
        names = zipfile.ZipFile(io.BytesIO(exported(tmp_path, "october.zip"))).namelist()
        assert "missing-children-2026-10/two-clocks.csv" in names
        rows = list(csv.reader(io.StringIO(exported(tmp_path, "october.csv").decode("utf-8-sig"))))
        assert ["interviews.required", "all", "0", "", ""] in [row[3:] for row in rows]

    def test_a_form_asked_for_stands_before_the_ending(self, tmp_path: Path) -> None:
        assert exported(tmp_path, "october.txt", "--format", "pdf").startswith(b"%PDF")
        assert exported(tmp_path, "october.txt").startswith("\ufeffmonth,status".encode())  # as before: csv

    def test_a_published_version_is_the_same_each_time(self, tmp_path: Path) -> None:
        run("summary", "2026-10", "--publish", *NOW)
        first = exported(tmp_path, "one.pdf", "--version", "1")
        assert exported(tmp_path, "two.pdf", "--version", "1") == first
        assert "Published: version 1" in PdfReader(io.BytesIO(first)).pages[0].extract_text()

    @pytest.mark.parametrize("ending", ["csv", "pdf", "xlsx", "zip"])
    def test_of_what_does_not_exist_nothing_is_written(self, tmp_path: Path, ending: str) -> None:
        path = tmp_path / f"october.{ending}"
        for month, more, code in (
            ("2026-10", ("--version", "3"), "no_such_version"),
            ("2026-13", (), "not_a_month"),
            ("2027-01", (), "month_not_begun"),
        ):
            found = document("export", "month", "--month", month, "--out", str(path), *NOW, *more, code=2)
            assert [problem["code"] for problem in found["problems"]] == [code]
        assert not path.exists()
