"""The settings of figures that take long to count."""

import pytest

from tracker.settings import SettingsError, load_settings


def test_as_shipped_twenty_thousand_episodes_are_counted_at_once() -> None:
    figures = load_settings(environ={}).figures
    assert (figures.at_once_episodes, figures.look_seconds) == (20_000, 5)
    given = load_settings(environ={"TRACKER_FIGURES_AT_ONCE_EPISODES": "0", "TRACKER_FIGURES_LOOK_SECONDS": "0.5"})
    assert (given.figures.at_once_episodes, given.figures.look_seconds) == (0, 0.5)


@pytest.mark.parametrize(("name", "value"), [("AT_ONCE_EPISODES", "-1"), ("LOOK_SECONDS", "0"), ("LOOK_SECONDS", "61")])
def test_what_cannot_be_used_stops_the_start(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name.lower()):
        load_settings(environ={f"TRACKER_FIGURES_{name}": value})
