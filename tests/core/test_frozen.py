"""The frozen rows of a published month: the same rows give the same document, and come back exactly."""

import json
from dataclasses import replace
from datetime import date, timedelta, timezone
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import OCTOBER, POLICY, gone, inputs, unhurried, utc
from tracker.core.episodes import MissingEpisode
from tracker.core.frozen import canonical_json, freeze, sha256_of, thaw
from tracker.core.interview_terms import ContactOutcome
from tracker.core.interviews import ReturnHomeInterview
from tracker.core.month_facts import AlertFact, AttemptFact, ReasonFact, SummaryInput
from tracker.core.monthly_summary import monthly_summary
from tracker.core.rules import SHIPPED_REPEAT_RULES
from tracker.core.terms import (
    BreachReason,
    DeclinedBy,
    EpisodeKind,
    ExclusionReason,
    FlagCode,
    LivingSetting,
    RiskLevel,
)

AT = utc("2026-10-06 08:00") + timedelta(microseconds=1)
LATER = utc("2026-11-20 09:00")

EVERYTHING = MissingEpisode(
    id=1, child_id=2, missing_from_at=AT, kind=EpisodeKind.AWAY, risk=RiskLevel.VERY_LOW, found_at=AT, returned_at=AT,
    notified_at=AT, police_force="invented", police_reference="TV12345", excluded=ExclusionReason.NOT_MISSING,
    flags=frozenset({FlagCode.NEAR_NAME, FlagCode.AGE_UNKNOWN}), person_fields=frozenset({"risk", "found_at"}),
    as_of=(AT, 17), reported_at=AT, setting=LivingSetting.HOME, responsible_authority="Northmade “Council”",
    is_ours=False, known_to_services=False, district="St. Invented", missing_from_address="1 Made-up Row",
    last_seen_location="", found_location="a\nb\ud800", found_by="é", prevention_interview_at=AT,
    prevention_interview_outcome="seen", circumstances="none", interview_requested=True, interview_due_at=AT,
    deadline_hours=72, rules_version="2026.1", clock_no=3, date_of_birth=date(2012, 2, 29), sex="F", ethnicity="any",
    conflict_settled=True,
)  # fmt: skip
HELD = ReturnHomeInterview(5, frozenset({1, 10, 2}), 7, AT, AT, AT, AT, AT, DeclinedBy.PARENT_OR_CARER, AT, AT)
ALERT = AlertFact(9, "overdue", AT, AT, True, AT, 1)
REASON = ReasonFact(3, 1, BreachReason.LATE_NOTICE, AT)
TRIED = AttemptFact(4, 5, AT, ContactOutcome.CALL_AGAIN)
ROWS = SummaryInput((EVERYTHING,), (HELD,), (ALERT,), (REASON,), (TRIED,))


def by_id(rows: SummaryInput) -> SummaryInput:
    parts = (rows.episodes, rows.interviews, rows.alerts, rows.reasons, rows.attempts)
    return SummaryInput(*(tuple(sorted(part, key=lambda row: row.id)) for part in parts))


def test_every_field_comes_back_with_its_type() -> None:
    back = thaw(json.loads(canonical_json(freeze(ROWS))))
    assert back == ROWS
    assert {type(value) for value in vars(back.episodes[0]).values()} == {type(v) for v in vars(EVERYTHING).values()}
    assert isinstance(back.interviews[0].declined_by, DeclinedBy)


@unhurried(25)
@given(inputs())
def test_rows_come_back_exactly_and_give_the_same_figures(rows: SummaryInput) -> None:
    back = thaw(json.loads(canonical_json(freeze(rows))))
    assert back == by_id(rows)
    one, other = (monthly_summary(r, OCTOBER, LATER, LATER, POLICY, SHIPPED_REPEAT_RULES) for r in (rows, back))
    assert one == other


@unhurried(20)
@given(inputs(), st.randoms(use_true_random=False))
def test_the_hash_is_of_the_rows_and_not_of_their_order(rows: SummaryInput, random: Random) -> None:
    episodes = list(rows.episodes)
    random.shuffle(episodes)
    assert sha256_of(freeze(replace(rows, episodes=episodes))) == sha256_of(freeze(rows))
    changed = [replace(episodes[0], missing_from_at=episodes[0].missing_from_at - timedelta.resolution), *episodes[1:]]
    assert sha256_of(freeze(replace(rows, episodes=changed))) != sha256_of(freeze(rows))


def test_the_same_instant_in_another_zone_is_the_same_row() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    one, other = (SummaryInput([gone(1, 1, at)], []) for at in (AT, elsewhere))
    assert canonical_json(freeze(one)) == canonical_json(freeze(other))


def test_the_canonical_text_and_its_hash() -> None:
    assert canonical_json({"b": [1, None, True], "a": "é"}) == '{"a":"\\u00e9","b":[1,null,true]}'
    # printf '{}' | sha256sum
    assert sha256_of({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical_json({"a": float("nan")})


def test_a_document_of_an_older_release_lacks_fields_and_one_of_a_newer_is_refused() -> None:
    document = json.loads(canonical_json(freeze(SummaryInput([gone(1, 2, AT)], []))))
    table = document["episodes"]
    place = table["fields"].index("conflict_settled")
    older = {"fields": table["fields"][:place], "rows": [row[:place] for row in table["rows"]]}
    assert thaw({**document, "episodes": older}) == SummaryInput((gone(1, 2, AT),), (), ())
    newer = {"fields": [*table["fields"], "invented"], "rows": [[*row, 1] for row in table["rows"]]}
    with pytest.raises(ValueError, match="invented"):
        thaw({**document, "episodes": newer})
    without = {name: part for name, part in document.items() if name not in ("reasons", "attempts")}
    assert thaw(without) == SummaryInput((gone(1, 2, AT),), (), ())
    with pytest.raises(ValueError, match="format"):
        thaw({**document, "format": 2})
