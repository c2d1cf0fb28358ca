"""The settings of strategy meetings: shipped ones, a council's own, and those that stop the start with a sentence."""

import pytest

from tracker.core.meetings import SHIPPED_MEETINGS
from tracker.core.terms import RiskLevel
from tracker.settings import SettingsError, load_settings

LONG = {"name": "missing_48h", "title": "Missing for more than two days", "missing_hours": 48}


def test_the_shipped_ones_are_those_of_the_core() -> None:
    assert load_settings({}, env="test").rules.meetings == SHIPPED_MEETINGS


def test_a_councils_own_replace_them() -> None:
    medium = {"name": "medium", "title": "Medium risk", "risk": "medium"}
    held = load_settings({}, env="test", meeting_triggers=[LONG, medium], meetings={"history_days": 3}).rules.meetings
    assert [(one.name, one.missing_hours, one.risk) for one in held.triggers] == [
        ("missing_48h", 48, None), ("medium", None, RiskLevel.MEDIUM),
    ]  # fmt: skip
    assert held.history_days == 3
    assert load_settings({"TRACKER_MEETINGS_HISTORY_DAYS": "9"}, env="test").rules.meetings.history_days == 9


@pytest.mark.parametrize(
    ("triggers", "sentence"),
    [
        ([LONG, LONG], "two meeting triggers have the same name"),
        ([{**LONG, "risk": "high"}], "needs one of missing_hours, risk and repeat_rule"),
        ([{"name": "nothing", "title": "Nothing"}], "needs one of missing_hours, risk and repeat_rule"),
        ([{"name": "rule", "title": "Rule", "repeat_rule": "5_in_5"}], "5_in_5, which is not configured"),
        ([{**LONG, "name": "by_hand"}], "no meeting trigger may be named by_hand"),
        ([{**LONG, "missing_hours": 0}], "missing_hours"),
        ([{**LONG, "risk": "extreme", "missing_hours": None}], "risk"),
        ([{**LONG, "name": "Missing 48"}], "name"),
        (
            [{"name": name, "title": "Rule", "repeat_rule": "3_in_90"} for name in ("one", "two")],
            "two meeting triggers name the same repeat rule",
        ),
    ],
)
def test_what_cannot_be_used_stops_the_start(triggers: list[dict[str, object]], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        load_settings({}, env="test", meeting_triggers=triggers)
