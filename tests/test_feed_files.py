"""A feed file that cannot be used stops the start with a sentence that names it."""

from pathlib import Path

import pytest

from tracker.settings import SettingsError, read_feed

GOOD = 'name = "x"\nforce = "x"\n[columns]\npolice_reference = "Ref"\nsurname = "Surname"\nmissing_date = "Date"\n'


@pytest.mark.parametrize(
    "text",
    [
        "name = ",
        'force = "x"\n[columns]\n',
        GOOD + 'colour = "Colour"\n',
        'date_formats = ["%m/%d/%Y"]\n' + GOOD,
        'reference_pattern = "("\n' + GOOD,
    ],
    ids=["not TOML", "no name", "unknown field", "US dates", "bad pattern"],
)
def test_it_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "oxmarsh.toml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=r"oxmarsh\.toml"):
        read_feed(path)


def test_a_good_one_is_read(tmp_path: Path) -> None:
    path = tmp_path / "oxmarsh.toml"
    path.write_text(GOOD)
    assert read_feed(path).columns["police_reference"] == ("Ref",)
