"""The council's districts as a file: the shipped one, a council's own, and what stops the start."""

from pathlib import Path

import pytest

from tracker.settings import SettingsError, load_settings

ONE = '[[districts]]\nname = "Northmade"\ncolumn = 0\nrow = 0\n'


def test_every_shipped_district_has_a_tile_of_its_own() -> None:
    shipped = load_settings(environ={}).districts
    assert "Wexcombe" in {one.name for one in shipped}
    assert len({(one.column, one.row) for one in shipped}) == len(shipped)


def test_a_councils_own_file_stands_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(ONE, encoding="utf-8")
    assert [one.name for one in load_settings(environ={}, districts_file=str(tmp_path / "own.toml")).districts] == [
        "Northmade"
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (ONE + ONE.replace("row = 0", "row = 1"), "same name"),
        (ONE + ONE.replace("North", "South"), "one tile"),
        (ONE.replace("row = 0", "row = 20"), "row"),
        (ONE.replace("Northmade", "..."), "has none"),
        ("[[districts]\n", "cannot be used"),
    ],
    ids=["same-name", "same-tile", "off-the-map", "no-name", "no-toml"],
)
def test_what_cannot_be_used_stops_the_start_with_a_sentence(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=says):
        load_settings(environ={}, districts_file=str(tmp_path / "own.toml"))
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(environ={}, districts_file=str(tmp_path / "none.toml"))
