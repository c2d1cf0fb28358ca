"""Places as they are written, made alike; the district that a text names; nothing of a place in its mark."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import gone, unhurried, utc
from tracker.core.places import District, alike, district_of, key_of, places

DISTRICTS = (District("Upper Nadd", 0, 0), District("Nadd", 1, 0), District("Oxlode", 2, 0))
AT = utc("2026-10-01 12:00")


def test_writings_of_one_place_are_one_with_the_episodes_and_children_behind() -> None:
    written = ["Bus station, Oxlode", "bus  station - oxlode", "Bus station, Oxlode", "The pier", None, " unknown "]
    found = places((text, gone(id_, id_ % 2, AT)) for id_, text in enumerate(written, start=1))
    assert [(one.text, one.episode_ids, one.child_ids) for one in found] == [
        ("Bus station, Oxlode", (1, 2, 3), (0, 1)),
        ("The pier", (4,), (0,)),
        (None, (5, 6), (0, 1)),
    ]


@pytest.mark.parametrize(
    ("text", "district"),
    [
        ("8 Old Ropewalk, Oxlode", "Oxlode"),
        ("UPPER NADD", "Upper Nadd"),
        ("Nadd Valley railway station", "Nadd"),
        ("Oxlode Road, Upper Nadd", "Upper Nadd"),
        ("Oxlodeshire", None),
        ("", None),
        (None, None),
    ],
)
def test_the_district_that_a_text_names(text: str | None, district: str | None) -> None:
    assert district_of(text, DISTRICTS) == district
    assert district_of(text, ()) is None


@unhurried(100)
@given(st.text(max_size=30))
def test_making_alike_twice_changes_nothing_and_the_mark_tells_nothing(text: str) -> None:
    assert alike(alike(text)) == alike(text)
    assert key_of(text) == key_of(f"  {text}. ")
    assert len(key_of(text)) == 16
    assert set(key_of(text)) <= set("0123456789abcdef")
