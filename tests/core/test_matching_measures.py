"""What measures the matching: invented children, garbled lines, and the counting of what became of them."""

from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path
from random import Random

from tracker.bench import febrl
from tracker.bench.corruption import FAULTS, corrupted
from tracker.bench.matching_quality import Held, Tally, TrueLine, is_held_out, measure_invented
from tracker.bench.population import population
from tracker.core.candidates import KnownChild
from tracker.core.daily_report import ReportLine

TODAY = date(2026, 11, 16)


def test_the_population_is_the_same_for_the_same_seed_and_has_twins_that_differ_in_forename() -> None:
    children = list(population(3_000, 1, TODAY))
    assert children[:50] == list(islice(population(3_000, 1, TODAY), 50))
    assert children[:50] != list(islice(population(3_000, 2, TODAY), 50))
    twins = [(children[child.twin_of], child) for child in children if child.twin_of is not None]
    assert len(twins) > 20
    for one, other in twins:
        assert (one.surname, one.date_of_birth, one.address) == (other.surname, other.date_of_birth, other.address)
        assert one.forename != other.forename
    assert all(1990 < child.date_of_birth.year <= 2026 for child in children)


def test_every_fault_takes_every_line_and_changes_some() -> None:
    """Whatever befell the line before: blanks are garbled too."""
    children = list(population(400, 1, TODAY))
    changed: set[str] = set()
    for number, fault in enumerate(FAULTS):
        rng = Random(number)
        for child in children:
            said = febrl.Said(
                child.surname, child.forename, child.sex, child.date_of_birth, child.address, child.postcode, None
            )
            before = replace(said)
            fault(said, rng)
            if said != before:
                changed.add(fault.__name__)
        fault(febrl.Said("", "", None, None, None, None, None), rng)
    assert changed == {fault.__name__ for fault in FAULTS}


def held() -> Held:
    return Held(
        [KnownChild(1, (("Testsurname", "Jade"),), date(2012, 3, 5)), KnownChild(2, (("Madeup", "Ruby"),), None)]
    )


def line(surname: str, forename: str, born: date | None) -> ReportLine:
    return febrl.line_of(febrl.Said(surname, forename, None, born, None, None, None))


def test_what_became_of_lines_is_counted() -> None:
    lines = [
        TrueLine(line("Testsurname", "Jade", date(2012, 3, 5)), 1),  # linked
        TrueLine(line("Testsurname", "Jade", date(2012, 3, 5)), 2),  # linked to the wrong one
        TrueLine(line("Madeup", "Ruby", date(2012, 3, 5)), 2),  # offered
        TrueLine(line("Whollyother", "Quill", date(2012, 3, 5)), 2),  # missed
        TrueLine(line("Testsurname", "Jade", date(2012, 3, 5)), 3, is_held=False),  # linked, and should be new
        TrueLine(line("Madeup", "Ruby", None), 4, is_held=False),  # asked
        TrueLine(line("Whollyother", "Quill", None), 5, is_held=False),  # new
    ]
    tally = Tally()
    for one in lines:
        tally.add(one, held().candidates(one.line))
    figures = tally.measure("key", "title").figures
    assert figures == {
        "true_pairs": 4, "linked": 1, "offered_among_three": 1, "missed": 2, "automatic_links": 3, "wrong_links": 2,
        "wrong_in_2000": 1333.33, "precision_pct": 33.333, "recall_pct": 50.0, "left_to_people_pct": 28.57,
        "children_not_held": 3, "asked_of_those_pct": 33.33,
    }  # fmt: skip


def test_a_line_about_somebody_who_is_not_held_is_matched_without_them() -> None:
    asked = line("Testsurname", "Jade", date(2012, 3, 5))
    assert [child.id for child in held().candidates(asked)] == [1]
    assert held().candidates(asked, besides=1) == []


def test_half_is_held_out_and_always_the_same_half() -> None:
    held_out = [number for number in range(2_000) if is_held_out("febrl", number)]
    assert 900 < len(held_out) < 1_100
    assert held_out == [number for number in range(2_000) if is_held_out("febrl", number)]


def test_garbled_lines_of_invented_children_find_them() -> None:
    """A small run of what `make bench` reports in full, held to the same."""
    figures = measure_invented(1_500, TODAY).figures
    assert figures["wrong_links"] == 0
    assert figures["recall_pct"] >= 97


def test_febrl_is_read_without_its_telling_number(tmp_path: Path) -> None:
    """The format of the package's files: a space after each comma, dates as digits, some of them none."""
    path = tmp_path / "dataset.csv"
    path.write_text(
        "rec_id, given_name, surname, street_number, address_1, address_2, suburb, postcode, state, date_of_birth, "
        "soc_sec_id\n"
        "rec-7-org, testa, madeup, 6, invented street, , madeupton, 4011, wa, 19081209, 6988048\n"
        "rec-7-dup-0, tseta, , 6, invented street, , , , , 19081399, 6988048\n"
    )
    original, copy = febrl.read(path)
    assert (original.person, original.is_original, copy.person, copy.is_original) == (7, True, 7, False)
    assert original.said == febrl.Said(
        "madeup", "testa", None, date(1908, 12, 9), "6 invented street madeupton", "4011", None
    )
    assert (copy.said.surname, copy.said.date_of_birth, copy.said.postcode) == ("", None, None)
    (measure,) = febrl.measure_febrl(None)
    assert "could not fetch" in measure.note


def test_a_garbled_line_is_the_same_for_the_same_chance() -> None:
    child = next(population(1, 1, TODAY))
    assert corrupted(child, Random(4)) == corrupted(child, Random(4))
