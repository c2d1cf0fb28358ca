"""The published figures as a file: the shipped one, a council's own, and what stops the start."""

from pathlib import Path

import pytest

from tracker.core.monthly_summary import SERIES_KEYS
from tracker.settings import SettingsError, load_settings

GOOD = """[[figures]]
key = "interviews.pct_in_72h_of_returns"
title = "Held within 72 hours"
area = "Elsewhere"
first_day = 2024-04-01
last_day = 2025-03-31
value = 55.5
source = "A report"
address = "https://report.example/"
looked_up_on = 2026-01-02
"""


def test_every_shipped_figure_has_its_source() -> None:
    shipped = load_settings(environ={}).national_figures
    assert [(one.value, one.area, one.period.key) for one in shipped] == [(63.0, "England", "2023-04")]
    assert all(one.source and one.address.startswith("https://") for one in shipped)
    assert "interviews.pct_in_72h_of_returns" in SERIES_KEYS  # the headline is another share: the file names its own


def test_a_councils_own_file_stands_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(GOOD, encoding="utf-8")
    (one,) = load_settings(environ={}, national_file=str(tmp_path / "own.toml")).national_figures
    assert (one.value, one.period.last_day.isoformat()) == (55.5, "2025-03-31")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD.replace("55.5", "105"), "less than or equal to 100"),
        (GOOD.replace("https://report.example/", "somewhere"), "address"),
        (GOOD.replace("2025-03-31", "2024-03-31"), "last_day comes before first_day"),
        (GOOD + GOOD, "two figures"),
        (GOOD.replace("pct_in_72h_of_returns", "returns"), "key"),
        ("[[figures]\n", "cannot be used"),
    ],
    ids=["too-much", "no-address", "wrong-order", "twice", "no-share", "no-toml"],
)
def test_what_cannot_be_used_stops_the_start_with_a_sentence(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=says):
        load_settings(environ={}, national_file=str(tmp_path / "own.toml"))


def test_the_threshold_lies_between_five_and_ten() -> None:
    assert load_settings(environ={}).disclosure.threshold == 5
    assert load_settings(environ={}, disclosure__threshold=10).disclosure.threshold == 10
    with pytest.raises(SettingsError, match="threshold"):
        load_settings(environ={}, disclosure__threshold=4)
