"""Words that may be a name still: listed by a rule that can be told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import unhurried
from tracker.core.names_left import may_be_names, small_words
from tracker.core.plain_words import COMMON

PEOPLE = ("Charlie Testworker", "Ms Éva O’Example, school nursing")


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("Child 3 was with Zedders and Toby-Lee's uncle.", ("Zedders", "Toby-Lee")),
        ("We spoke to the School on Monday; CAMHS and Charlie will ring.", ()),
        ("Eva O'Example agreed. Testworker's view too.", ()),
        ("Zedders. Zedders' phone. ZEDDERS.", ("Zedders",)),
        ("Upper Nonesuch bus station", ("Upper", "Nonesuch")),
        ("Curfews work. More curfews.", ()),
        ("Rose said so; she rose early.", ("Rose",)),
        ("Éloïse", ("Éloïse",)),
        ("zedders", ()),
        ("I. A plan. X", ()),
        ("", ()),
    ],
)
def test_capitals_that_are_no_common_words_nor_anybody_there(text: str, listed: tuple[str, ...]) -> None:
    assert may_be_names(text, PEOPLE, small_words([text])) == listed


def test_a_word_written_small_elsewhere_in_the_minutes_is_a_word() -> None:
    assert may_be_names("Skating helps.", ()) == ("Skating",)
    assert may_be_names("Skating helps.", (), small_words(["She likes skating."])) == ()


@unhurried(200)
@given(st.text("abcdefghé", min_size=2, max_size=8).map(str.capitalize), st.text(max_size=30))
def test_a_name_nobody_knows_is_always_listed(name: str, around: str) -> None:
    if name.lower() in COMMON:
        return
    text = f"{around} {name} {around}"
    listed = [word.casefold() for word in may_be_names(text, (), frozenset())]
    assert any(name.casefold() in word for word in listed)
