"""Minutes for circulation: no name of a child, no part of one, no initials are left."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import unhurried
from tracker.core.group_minutes import Named, number_of, without_names

ANWEN = Named(3, "Anwen", "Testly", ("Annie",))
WILL = Named(12, "Will", "O'Invented-Smythe")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Anwen Testly is safe.", "Child 3 is safe."),
        ("Anwen's carer rang; annie was named TESTLY.", "Child 3's carer rang; Child 3 was named Child 3."),
        ("Annie and Will went together.", "Child 3 and Child 12 went together."),
        ("He will not; Will's plan stands.", "He will not; Child 12's plan stands."),
        ("A.T. and WO were seen. AT school.", "Child 3 and Child 12 were seen. Child 3 school."),
        ("At school it is quieter.", "At school it is quieter."),
        ("Smythe or O'Invented", "Child 12 or Child 12"),
        ("Anwenna is another name.", "Anwenna is another name."),
        ("", ""),
    ],
)
def test_names_become_numbers(text: str, expected: str) -> None:
    assert without_names(text, [ANWEN, WILL]) == expected


def test_of_two_with_one_name_the_first_given_has_it() -> None:
    other = Named(4, "Anwen", "Otherly")
    assert without_names("Anwen", [other, ANWEN]) == number_of(4)


def test_nobody_named_changes_nothing() -> None:
    assert without_names("Anwen", []) == "Anwen"


words = st.text("abcdefg", min_size=3, max_size=7).map(str.capitalize)


@unhurried(200)
@given(
    words,
    words,
    st.lists(st.sampled_from(["{f}", "{s}", "{f} {s}", "{F}", "{l}", "and", "the plan,", "{s}'s"]), max_size=8),
)
def test_no_part_of_a_name_is_left(forename: str, surname: str, pieces: list[str]) -> None:
    child = Named(7, forename, surname)
    text = " ".join(piece.format(f=forename, s=surname, F=forename.upper(), l=surname.lower()) for piece in pieces)
    told = without_names(text, [child])
    for name in (forename, surname, forename.upper(), surname.lower()):
        assert not re.search(rf"(?<!\w){name}(?!\w)", told)
    assert without_names(told, [child]) == told
