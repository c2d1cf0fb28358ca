"""What may stand on a ladder, in its plain form, and how it becomes the steps and triggers of the rules."""

import tomllib
from collections.abc import Iterable
from datetime import time
from typing import Any

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from tests.core.ladders import ladders, shipped
from tests.core.made import HOUR, unhurried, utc
from tracker.core.alert_terms import Audience, Trigger
from tracker.core.alert_window import Window
from tracker.core.alerts import RungPolicy
from tracker.core.ladder_changes import (
    ladder_differences,
    set_since,
    step_of,
    teams_named,
    with_address_changed,
    with_step,
    with_team_renamed,
    with_trigger,
    without_step,
)
from tracker.core.ladder_definition import Ladder, ladder_of, read_ladder
from tracker.core.ladder_plain import plain_ladder
from tracker.core.ladder_rules import Known
from tracker.core.recipients import Receivers, ToldBy
from tracker.core.rules import SHIPPED_LADDER
from tracker.core.triggers import SHIPPED_TRIGGERS, TriggerPolicy

KNOWN = Known(
    frozenset({"North"}), {"alice@council.invalid": "", "ed@council.invalid": "Ed may not."}, frozenset({"t"})
)


def step(rung: str = "director", offset_hours: object = 120, **more: Any) -> dict[str, Any]:
    return {"rung": rung, "offset_hours": offset_hours, "audience": ["head_of_service"], **more}


def told(policy: RungPolicy | TriggerPolicy) -> frozenset[Audience]:
    assert policy.told_by == ToldBy(Receivers(policy.told_by.usual.audience))
    return frozenset(policy.told_by.usual.audience)


def triggers_of(policies: Iterable[TriggerPolicy]) -> list[tuple[Trigger, float, frozenset[Audience]]]:
    return [(one.trigger, one.after_hours, told(one)) for one in policies]


def codes(given: dict[str, Any], known: Known | None = KNOWN) -> list[str]:
    found = read_ladder(given, known)
    return [] if isinstance(found, Ladder) else [problem.code for problem in found]


def test_the_shipped_file_is_the_shipped_rules() -> None:
    ladder = ladder_of(shipped(), {})
    assert [(one.rung, one.offset_hours, told(one)) for one in ladder.rungs] == [
        (one.rung, one.offset_hours, told(one)) for one in SHIPPED_LADDER
    ]
    assert triggers_of(ladder.triggers) == triggers_of(SHIPPED_TRIGGERS)
    assert codes(shipped()) == []


def test_the_plain_form_is_its_own_and_passes_through_toml() -> None:
    assert plain_ladder(shipped()) == shipped()
    assert tomllib.loads(tomli_w.dumps(shipped())) == shipped()


@given(ladders())
@unhurried(60)
def test_any_valid_ladder_is_read_as_it_is_written(given: dict[str, Any]) -> None:
    assert codes(given) == []
    plain = plain_ladder(given)
    assert plain_ladder(plain) == plain
    assert read_ladder(tomllib.loads(tomli_w.dumps(plain))) == read_ladder(given)
    assert ladder_differences(plain, plain) == ()


_ANY = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["rung", "trigger", "offset_hours", "after_hours", "audience", "teams", "team", "opens"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["rungs", "triggers", "window", "other"]), _ANY))
@unhurried(60)
def test_reading_never_raises(given: dict[str, Any]) -> None:
    found = read_ladder(given, KNOWN)
    assert isinstance(found, Ladder) or all(problem.sentence for problem in found)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (step("Director!"), "bad_name"),
        (step("no_report"), "bad_name"),
        (step("overdue"), "name_twice"),
        (step(offset_hours=96), "not_rising"),
        (step(offset_hours=-800), "bad_hours"),
        (step(offset_hours=9000), "bad_hours"),
        (step(audience=[]), "no_audience"),
        (step(audience=[], addresses=["duty@council.invalid"]), "no_audience"),
        (step(audience=["administrator"]), "wrong_audience"),
        (step(audience=["action_owner"]), "wrong_audience"),
        (step(audience=["director"]), "unknown_audience"),
        (step(addresses=["nobody at all"]), "not_an_email"),
        (step(addresses=["a@b.invalid\r\nBcc: c@d.invalid"]), "not_an_email"),
        (step(addresses=["Ed@council.invalid"]), "may_not_be_told"),
        (step(webhooks=["none"]), "unknown_webhook"),
        (step(teams=[{"team": "South", "audience": ["lead"]}]), "unknown_team"),
        (step(teams=[{"team": "North", "audience": []}]), "no_audience"),
        (step(teams=[{"team": "North", "audience": ["lead"]}] * 2), "name_twice"),
        (step(teams=[{"team": "North", "audience": ["administrator"]}]), "wrong_audience"),
        (step(offset_hours=float("nan")), "wrong_kind"),
        (step(extra=1), "unknown_key"),
    ],
)
def test_a_step_that_cannot_stand(wrong: dict[str, Any], code: str) -> None:
    assert code in codes(with_step(shipped(), wrong))


def test_a_step_that_can_stand() -> None:
    more = {"addresses": ["Duty@Council.invalid", "alice@council.invalid"], "webhooks": ["t"], "title": " To  the top "}
    good = with_step(shipped(), step(**more, teams=[{"team": "North", "audience": ["lead"]}]))
    assert codes(good) == []
    made = ladder_of(plain_ladder(good), {"North": 7}, frozenset({"alice@council.invalid"})).rungs[-1]
    assert made.title == "To the top"
    assert made.told_by.usual == Receivers((Audience.HEAD_OF_SERVICE,), ("duty@council.invalid",), ("t",))
    assert made.told_by.of(7) == Receivers((Audience.LEAD,))
    assert made.told_by.of(8) == made.told_by.of(None) == made.told_by.usual


def test_the_step_at_the_deadline_stands_and_waits_for_nobody() -> None:
    assert "no_overdue_step" in codes(without_step(shipped(), "overdue"))
    overdue = step_of(shipped(), "overdue")
    assert overdue is not None
    assert "no_overdue_step" in codes(with_step(shipped(), {**overdue, "offset_hours": 1}, "overdue"))
    assert "overdue_waits" in codes(with_step(shipped(), {**overdue, "working_hours_only": True}, "overdue"))
    assert "no_step" in codes({"rungs": []})
    assert codes({"rungs": [step(offset_hours="soon")]}) == ["wrong_kind"]


def test_who_may_be_told_of_which_trigger() -> None:
    for one in shipped()["triggers"]:
        allowed = {"administrator": {"no_report", "mail_undeliverable", "engine_stale"},
                   "action_owner": {"action_overdue"}, "lead_professional": {"maramp_review_overdue"},
                   "allocated_interviewer": {"found_not_returned"}}  # fmt: skip
        for audience, where in allowed.items():
            found = codes(with_trigger(shipped(), {**one, "audience": [audience]}))
            assert found == ([] if one["trigger"] in where else ["wrong_audience"])


def test_a_trigger_not_named_is_as_shipped_and_one_switched_off_tells_nobody() -> None:
    unnamed = ladder_of(plain_ladder({"rungs": shipped()["rungs"]}), {})
    assert triggers_of(unnamed.triggers) == triggers_of(SHIPPED_TRIGGERS)
    off = {
        **shipped(),
        "triggers": [{"trigger": "no_report", "after_hours": 0, "audience": ["lead"], "enabled": False}],
    }
    assert codes(off) == []
    left = {policy.trigger for policy in ladder_of(plain_ladder(off), {}).triggers}
    assert left == set(Trigger) - {Trigger.NO_REPORT}


@pytest.mark.parametrize(
    ("window", "code"),
    [
        ({"opens": "8"}, "bad_time"),
        ({"opens": "18:00", "closes": "08:00"}, "wrong_order"),
        ({"weekdays": []}, "bad_days"),
        ({"weekdays": ["someday"]}, "bad_days"),
        ({"weekdays": "mon"}, "wrong_kind"),
        (7, "wrong_kind"),
    ],
)
def test_working_hours_that_cannot_be(window: object, code: str) -> None:
    assert code in codes({**shipped(), "window": window})


def test_the_working_hours_are_those_of_the_steps_that_wait() -> None:
    window = {"opens": "09:30", "closes": "16:00", "weekdays": ["sat"]}
    given = {**with_step(shipped(), step(working_hours_only=True)), "window": window}
    waits = {one.rung: one.window for one in ladder_of(plain_ladder(given), {}).rungs}
    assert waits.pop("director") == Window(time(9, 30), time(16), frozenset({5}))
    assert set(waits.values()) == {None}


def test_what_is_named_follows_a_new_name() -> None:
    team = {"team": "North", "audience": ["lead"], "addresses": ["a@x.invalid"]}
    given = plain_ladder(with_step(shipped(), step(addresses=["a@x.invalid", "b@x.invalid"], teams=[team])))
    assert teams_named(with_team_renamed(given, "North", "East")) == {"East"}
    changed = step_of(with_address_changed(given, "a@x.invalid", "b@x.invalid"), "director")
    assert changed is not None
    assert changed["addresses"] == changed["teams"][0]["addresses"] == ["b@x.invalid"]


def test_differences_say_where_and_what() -> None:
    before = plain_ladder(with_step(shipped(), step(teams=[{"team": "North", "audience": ["lead"]}])))
    after = plain_ladder(
        without_step(with_step(before, step(offset_hours=130, teams=[{"team": "North", "audience": ["team_manager"]}]),
                               "director"), "due_soon")
    )  # fmt: skip
    found = [(one.place, one.team, one.key, one.before, one.after) for one in ladder_differences(before, after)]
    assert found == [
        ("director", "", "offset_hours", 120, 130),
        ("director", "North", "audience", ["lead"], ["team_manager"]),
        ("due_soon", "", "", step_of(before, "due_soon"), None),
    ]


def test_since_when_a_step_stands() -> None:
    first, second, third = (utc("2026-10-01 08:00") + number * HOUR for number in range(3))
    one = plain_ladder(with_step(shipped(), step()))
    two = plain_ladder(with_step(one, step("chief", 200)))
    moved = plain_ladder(with_step(two, step(offset_hours=130), "director"))
    assert set_since([], shipped()) == {}
    assert set_since([(first, one)], shipped()) == {"director": first}
    assert set_since([(second, two), (first, one)], shipped()) == {"director": first, "chief": second}
    assert set_since([(third, moved), (second, two), (first, one)], shipped()) == {"director": third, "chief": second}
    assert set_since([(third, one), (second, shipped()), (first, one)], shipped()) == {"director": third}
