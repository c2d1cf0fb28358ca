"""Run by `make test-903` in an environment of its own: the published validator's word on our exports.

    python -m tests.published_903.check FOLDER

In FOLDER, for each year such as 2026-27: missing-2026-27.csv and .xml as exported, header-… and episodes-… as imported,
and missing-of-last-year-… where there is one. Exit code 1: a fault in what we exported, or a planted one not named.
"""

import contextlib
import csv
import importlib
import io
import logging
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from random import Random
from typing import Any

from tests.published_903 import invented, planted

HEADER = ("CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB")
EPISODES = (
    "CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC", "REASON_PLACE_CHANGE", "HOME_POST",
    "PL_POST", "URN",
)  # fmt: skip
CODES = sorted({code for code, _ in planted.EXPECTED} | {"INT04", "INT13"})
"""The rules that touch the Missing table: those we check, and the two that hold it against the Header."""

CANNOT_RUN = {"1012"}
"""Stumbles over the tables that a return of Missing rows alone has no lines of, where it is read from XML."""


def main(folder: Path) -> int:
    """Every year of the folder, as CSV and as XML, then the planted faults, then invented children."""
    years = sorted(path.stem.removeprefix("missing-") for path in folder.glob("missing-2*.csv"))
    if not years:
        print(f"No export in {folder}: run make test-903.")
        return 1
    failed = False
    for year in years:
        for what, files in (("CSV", _csv_files(folder, year)), ("XML", _xml_files(folder, year))):
            faults, ran = validate(files, int(year[:4]))
            rows = len(_read(folder / f"missing-{year}.csv"))
            print(f"{year} as {what}: {rows} rows, {len(ran)} rules run, {len(faults)} faults")
            for code, child in sorted(faults):
                print(f"  {code}: {child}")
            failed |= bool(faults) or not rows or len(ran) < len(CODES) - 2
    differs = [_planted(), _invented()]
    return 1 if failed or any(differs) else 0


def _planted() -> bool:
    """Whether the validator's word on the planted faults differs from what our own preview says of them."""
    files = [
        _file("missing.csv", planted.MISSING_HEADERS, planted.MISSING),
        _file("last.csv", planted.MISSING_HEADERS, planted.LAST_YEAR, "Prev year"),
        _file("episodes.csv", EPISODES, [_care_row(row) for row in planted.EPISODES]),
    ]
    found, _ = validate(files, planted.YEAR)
    print(f"Planted faults: {len(planted.EXPECTED)}, named by the published validator: {len(found)}")
    for code, child in sorted(planted.EXPECTED ^ found):
        print(f"  {code} {child}: {'only by ours' if (code, child) in planted.EXPECTED else 'only by theirs'}")
    return found != planted.EXPECTED


def _invented() -> bool:
    """Whether the two differ about a thousand invented children, most of them with something wrong."""
    return_ = invented.make(1000, Random(903))
    files = [
        _file("missing.csv", planted.MISSING_HEADERS, return_.missing),
        _file("last.csv", planted.MISSING_HEADERS, return_.last_year, "Prev year"),
        _file("episodes.csv", EPISODES, [_care_row(row) for row in return_.episodes]),
    ]
    theirs, _ = validate(files, planted.YEAR)
    ours = invented.our_word(return_, planted.YEAR)
    print(f"Invented children: {len(ours)} faults named by ours, {len(theirs)} by theirs, {len(ours & theirs)} by both")
    for code, child in sorted(ours ^ theirs)[:20]:
        print(f"  {code} {child}: {'only by ours' if (code, child) in ours else 'only by theirs'}")
        print(
            *(row for row in (*return_.missing, *return_.last_year, *return_.episodes) if row[0] == child), sep="\n    "
        )
    return ours != theirs


def _care_row(row: tuple[str, ...]) -> list[str]:
    given = dict(zip(("CHILD", "DECOM", "RNE", "DEC", "REC"), row, strict=True))
    return [given.get(name, "") for name in EPISODES]


def validate(files: list[dict[str, Any]], year: int) -> tuple[set[tuple[str, str]], list[str]]:
    """(rule, CHILD) of every fault, and the rules that ran, by the rule book of the year (or the oldest there is)."""
    logging.disable(logging.CRITICAL)
    from lac_validator.lac_validator import LacValidator

    name = f"lac{max(year, 2022)}_{(max(year, 2022) + 1) % 100:02}"
    registry = importlib.import_module(f"lac_validator.rules.{name}").registry
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        metadata = {"collectionYear": str(year + 1), "localAuthority": "E10000000"}
        done = LacValidator(metadata=metadata, files=files, registry=registry, selected_rules=CODES)
    if set(done.fails) - CANNOT_RUN:
        raise SystemExit(f"The published validator's own rules failed to run: {done.fails}")
    found = set()
    for table in done.ds_results.values():
        for column in (name for name in getattr(table, "columns", ()) if str(name).startswith("ERR_")):
            code = str(column).removeprefix("ERR_")
            found |= {(code, str(child)) for child in table.loc[table[column] == True, "CHILD"]}  # noqa: E712
    return found, done.dones


def _csv_files(folder: Path, year: str) -> list[dict[str, Any]]:
    files = [_as_it_is(folder / f"missing-{year}.csv")]
    files.append(_columns(folder / f"header-{year}.csv", HEADER))
    files.append(_columns(folder / f"episodes-{year}.csv", EPISODES))
    last = folder / f"missing-of-last-year-{year}.csv"
    return [*files, _as_it_is(last, "Prev year")] if last.exists() else files


def _xml_files(folder: Path, year: str) -> list[dict[str, Any]]:
    """The exported XML with the care episodes put beside each child's missing ones, as the whole return has them."""
    root = ET.fromstring((folder / f"missing-{year}.xml").read_bytes())
    children = {child.findtext("HEADER/CHILDID"): child for child in root}
    for row in _read(folder / f"episodes-{year}.csv"):
        if row["CHILD"] in children:
            episode = ET.SubElement(children[row["CHILD"]], "EPISODE")
            for name in EPISODES[1:]:
                ET.SubElement(episode, "PL" if name == "PLACE" else name).text = row.get(name) or None
    return [{"name": "return.xml", "description": "This year", "file_content": ET.tostring(root)}]


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _as_it_is(path: Path, description: str = "This year") -> dict[str, Any]:
    return {"name": path.name, "description": description, "file_content": path.read_bytes()}


def _columns(path: Path, headers: tuple[str, ...]) -> dict[str, Any]:
    """The columns of the return alone: the names that find our children are no part of it."""
    return _file(path.name, headers, [[row.get(name, "") for name in headers] for row in _read(path)])


def _file(name: str, headers: Any, rows: Any, description: str = "This year") -> dict[str, Any]:
    out = io.StringIO()
    csv.writer(out).writerows([headers, *rows])
    return {"name": name, "description": description, "file_content": out.getvalue().encode()}


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
