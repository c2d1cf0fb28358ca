"""What a dropped file is called once taken, and which names are left alone."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.dropped_files import is_hidden_name, is_unfinished_name, name_once_taken, shown_name, stored_name

NAMES = st.binary(min_size=1, max_size=255).filter(lambda raw: not set(raw) & {0, 47} and raw not in (b".", b".."))


@pytest.mark.parametrize("name", ["a.csv.part", "a.TMP", "a.filepart"])
def test_unfinished_names(name: str) -> None:
    assert is_unfinished_name(name)


@pytest.mark.parametrize("name", [".a.csv.x7Tq", "~$night.xlsx", ".nfs0001"])
def test_hidden_names(name: str) -> None:
    assert is_hidden_name(name)


@pytest.mark.parametrize("name", ["night.csv", "part", "tmp.csv", "night.parts"])
def test_names_of_reports(name: str) -> None:
    assert not is_unfinished_name(name)
    assert not is_hidden_name(name)


def test_the_receipts_number_stands_before_the_name() -> None:
    assert name_once_taken(12, "night.csv") == "r000012-night.csv"
    assert name_once_taken(12, "night.csv", copy=2) == "r000012-2-night.csv"
    assert name_once_taken(12_345_678, "n") == "r12345678-n"


@given(NAMES, st.integers(min_value=1, max_value=10**9), st.integers(min_value=1, max_value=3))
def test_any_name_on_disk_has_one_that_a_disk_takes(raw: bytes, receipt_id: int, copy: int) -> None:
    name = os.fsdecode(raw)
    taken = name_once_taken(receipt_id, name, copy)
    assert len(os.fsencode(taken)) <= 255
    assert "/" not in taken
    assert taken.startswith(f"r{receipt_id:06d}-")
    if len(raw) < 200:
        assert os.fsencode(taken).endswith(raw)
    stored_name(name).encode()
    assert shown_name(stored_name(name)).isprintable()


def test_a_long_name_keeps_its_ending() -> None:
    taken = name_once_taken(1, "é" * 120 + ".csv")
    assert len(taken.encode()) <= 255
    assert taken.endswith("é.csv")
    assert Path(taken).suffix == ".csv"
