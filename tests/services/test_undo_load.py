"""A load is undone: as if it had never been, but for what people have entered since."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import NOON
from tests.factories import person
from tests.faults.test_kill_ingest import report
from tests.reports import COLUMNS, as_csv, counts, made_at, receive, receive_bytes, row, strangers
from tests.services.world import codes
from tracker.core.clock import local_date
from tracker.core.feed import Feed
from tracker.core.terms import FlagCode, RiskLevel, Role
from tracker.services import record_interview as interviews
from tracker.services.actions import add_action
from tracker.services.context import Actor, Context
from tracker.services.correct_child import correct_child
from tracker.services.correct_episode import correct_episode, reinstate_episode
from tracker.services.errors import Conflict, Refused
from tracker.services.meetings import decide_not_needed
from tracker.services.pages.reports import ReceiptSummary
from tracker.services.raise_alerts import sweep
from tracker.services.reexamine import reexamine
from tracker.services.resolve_line import correct_and_replay, decide_match
from tracker.services.transaction import writing
from tracker.services.undo_load import foretell, resume_undoing, undo_load
from tracker.store import audit
from tracker.store.db import session
from tracker.store.models import (
    Alert,
    AuditEntry,
    Breach,
    Child,
    ChildContact,
    ChildIdentifier,
    ChildKey,
    ChildName,
    Episode,
    EpisodeDecision,
    EpisodeVersion,
    Line,
    LoadUndo,
    OutboxMessage,
    Receipt,
    RepeatFlagRow,
    StrategyMeeting,
    UndoneRow,
)

MISSING = datetime(2026, 11, 15, 10, 0, tzinfo=UTC)
RETURNED = datetime(2026, 11, 15, 18, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)

OF_HISTORY = {
    "id", "child_id", "version", "created_at", "created_by_id", "clock_no", "deadline_hours", "rules_version",
    "carried_rungs", "sweep_at", "meeting_check_at",
}  # fmt: skip
"""Columns of an episode that may tell that something was undone."""


@pytest.fixture
def lead(app: Flask, context: Context) -> Context:
    with writing() as current:
        who = person(current, Role.LEAD)
        person(current, Role.MANAGER)
        return replace(context, now=context.now + 2 * HOUR, actor=Actor(who.name, who.id))


@pytest.fixture
def undo(lead: Context, feeds: dict[str, Feed]) -> Callable[[ReceiptSummary], None]:
    def act(receipt: ReceiptSummary) -> None:
        assert undo_load(lead, receipt_id=receipt.id, reason="The wrong feed", feeds=feeds)

    return act


def everything() -> dict[str, list[str]]:
    """All that is held, by natural keys, without what was withdrawn and without the traces of history."""
    current = session()
    current.rollback()
    current.expire_all()
    details = ("surname", "forename", "date_of_birth", "sex", "ethnicity", "address", "postcode", "is_ours",
               "responsible_authority", "known_to_services")  # fmt: skip
    whose = {
        one.id: str([getattr(one, name) for name in details])
        for one in current.scalars(select(Child).where(Child.undone_at.is_(None)))
    }
    columns = [column.key for column in Episode.__table__.columns if column.key not in OF_HISTORY]
    episodes = [one for one in current.scalars(select(Episode)) if one.excluded != "load_undone"]
    flags = [one for one in current.scalars(select(RepeatFlagRow)) if one.withdrawn_at is None]
    waiting = select(Line).where(Line.outcome == "quarantined", Line.settled_at.is_(None))
    return {
        "children": sorted(whose.values()),
        "names": sorted(str((whose[n.child_id], n.surname, n.forename)) for n in current.scalars(select(ChildName))),
        "numbers": sorted(str((whose[n.child_id], n.kind, n.value)) for n in current.scalars(select(ChildIdentifier))),
        "keys": sorted(str((whose[key.child_id], key.key)) for key in current.scalars(select(ChildKey))),
        "episodes": sorted(
            str((whose[one.child_id], one.sweep_at is None, [(name, getattr(one, name)) for name in columns]))
            for one in episodes
        ),
        "flags": sorted(str((whose[one.child_id], one.rule, one.raised_on)) for one in flags),
        "waiting": sorted(str((one.cells, one.problem_code, one.due_at)) for one in current.scalars(waiting)),
        "breaches": [str(one.breached_at) for one in current.scalars(select(Breach)) if one.withdrawn_at is None],
        "questions": sorted(f"{one.field} {one.police_value}" for one in current.scalars(select(EpisodeDecision))),
    }


def differences(one: dict[str, list[str]], two: dict[str, list[str]]) -> dict[str, tuple[set[str], set[str]]]:
    """What is in one only, and in the other only, under each name."""
    pairs = {name: (set(one[name]) - set(two[name]), set(two[name]) - set(one[name])) for name in one}
    return {name: pair for name, pair in pairs.items() if pair[0] or pair[1] or len(one[name]) != len(two[name])}


def the_episode() -> Episode:
    session().rollback()
    return session().scalars(select(Episode).execution_options(populate_existing=True)).one()


def later(context: Context, hours: float) -> Context:
    return replace(context, now=context.now + hours * HOUR)


# as if it had never been


def two_reports(seed: int) -> tuple[bytes, bytes]:
    """Two reports of which the second speaks of some episodes of the first, with changes, and of new ones."""
    chance = random.Random(seed)
    first = report(40, chance)
    second = []
    for one in first[::2]:
        changed = dict(one)
        if one and chance.random() < 0.5:
            changed |= {COLUMNS["risk"]: "High", COLUMNS["circumstances"]: "Seen at the fair"}
        if one and chance.random() < 0.3:
            changed |= {COLUMNS["returned"]: "16/11/2026 08:00", COLUMNS["status"]: "Returned"}
        if one and chance.random() < 0.3:
            changed |= {COLUMNS["address"]: "1 Invented Row", COLUMNS["postcode"]: "ZZ1 1ZZ", COLUMNS["sex"]: "F"}
        second.append(changed)
    fresh = report(60, random.Random(seed + 1))[40:]
    second += [one | {COLUMNS["reference"]: f"N{number}"} if one else one for number, one in enumerate(fresh)]
    return as_csv(first), as_csv(second)


@pytest.mark.parametrize("seed", [3, 14])
@pytest.mark.parametrize("order", ["first then second", "second then first"])
def test_undone_in_either_order_all_is_as_if_never_loaded(
    app: Flask, context: Context, lead: Context, undo: Callable[[ReceiptSummary], None], seed: int, order: str
) -> None:
    one, two = two_reports(seed)
    nothing = everything()
    if order == "second then first":
        first = receive_bytes(app, context, one)
        alone = everything()
        second = receive_bytes(app, later(context, 1), two)
        undo(second)
        assert differences(everything(), alone) == {}
        undo(first)
    else:
        first = receive_bytes(app, context, one)
        second = receive_bytes(app, later(context, 1), two)
        undo(first)
        undo(second)
    assert differences(everything(), nothing) == {}
    assert list(audit.broken_links(session())) == []


@pytest.mark.parametrize("seed", [159])
def test_what_a_later_report_says_stands_as_if_it_had_come_alone(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed], undo: Callable[[ReceiptSummary], None],
    seed: int,
) -> None:  # fmt: skip
    one, two = two_reports(seed)
    only = receive_bytes(app, later(context, 1), two)
    alone = everything()
    undo(only)
    first = receive_bytes(app, context, one)
    again = two + b"\r\n"  # other bytes, the same lines: nothing of the undone one is a copy
    receive_bytes(app, later(context, 1), again)
    undo(first)
    reexamine(lead, feeds)
    assert differences(everything(), alone) == {}


def test_the_same_bytes_may_be_loaded_again(
    app: Flask, context: Context, lead: Context, undo: Callable[[ReceiptSummary], None]
) -> None:
    content = as_csv([*strangers(3), row("TV9", risk="Blue")])
    first = receive_bytes(app, context, content)
    held = everything()
    undo(first)
    again = receive_bytes(app, lead, content)
    assert again.duplicate_of_id is None and counts(again) == counts(first) == {"created": 3, "quarantined": 1}
    after = everything()
    assert after["children"] == held["children"] and after["keys"] == held["keys"]
    assert len(after["episodes"]) == 3


def test_an_episode_that_the_load_alone_made_leaves_the_counts_and_frees_its_reference(
    app: Flask, context: Context, lead: Context, undo: Callable[[ReceiptSummary], None]
) -> None:
    received = receive(app, context, row(missing=MISSING, returned=RETURNED))
    undo(received)
    held = the_episode()
    assert (held.excluded, held.police_reference, held.police_force) == ("load_undone", None, None)
    assert not held.clock_open and held.sweep_at is None and held.closed_as == "withdrawn"
    version = session().scalars(select(EpisodeVersion).order_by(EpisodeVersion.id)).all()[-2:]
    assert f"Receipt {received.id} was undone." in {one.reason for one in version}
    child = session().scalars(select(Child)).one()
    assert child.undone_at is not None and session().scalars(select(ChildKey)).all() == []
    aside = session().scalars(select(UndoneRow).where(UndoneRow.subject == "child")).one()
    assert aside.became == "removed" and aside.details["names"] == [["Inventedname", "Testa"]] and aside.details["keys"]
    receipt = session().get_one(Receipt, received.id)
    done = session().get_one(LoadUndo, received.id)
    assert receipt.status == "undone" and done.reason == "The wrong feed" and done.finished_at is not None
    assert done.counts == {"lines_dismissed": 0, "episodes_withdrawn": 1, "children_removed": 1}
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "load_undone")).one()
    assert entry.details == {"feed": received.feed, "counts": done.counts} and entry.actor_id == lead.actor.person_id


def test_what_it_changed_of_an_episode_held_before_is_taken_back(
    app: Flask, context: Context, lead: Context, undo: Callable[[ReceiptSummary], None]
) -> None:
    receive(app, context, row(missing=MISSING))
    before = everything()
    wrong = receive(app, later(context, 1), row(missing=MISSING, returned=RETURNED, risk="High"))
    assert the_episode().clock_open
    undo(wrong)
    assert everything() == before and not the_episode().clock_open


def test_a_line_that_the_load_made_look_old_is_heard_again(
    app: Flask, context: Context, lead: Context, undo: Callable[[ReceiptSummary], None]
) -> None:
    """B came later but was made earlier: stale beside A. Without A it is the newest word."""
    base = receive(app, context, row(missing=MISSING))
    newest = receive(app, later(context, 1), row(missing=MISSING, risk="High"))
    with writing() as current:  # as if the report of the waiting line had been made before A
        current.get_one(Receipt, newest.id).report_at += 2 * HOUR
        line = current.scalars(select(Line).where(Line.receipt_id == newest.id)).one()
        line.as_of_at += 2 * HOUR
        held = current.scalars(select(Episode)).one()
        held.as_of_at = line.as_of_at
    made = later(context, 1.5)
    old = receive_bytes(app, made, made_at(made.now, row(missing=MISSING, risk="Low")))
    assert counts(base) == {"created": 1} and counts(old) == {"stale": 1} and the_episode().risk == "high"
    undo(newest)
    assert the_episode().risk == "low"


# what people entered stays


def test_what_a_person_has_worked_on_stays_with_a_note(
    app: Flask, context: Context, lead: Context, undo: Callable[[ReceiptSummary], None]
) -> None:
    one, two, three = strangers(3)
    back = {COLUMNS["returned"]: "15/11/2026 18:30", COLUMNS["status"]: "Returned"}
    received = receive(app, context, one | back, two, three)
    held = {e.police_reference: e for e in session().scalars(select(Episode))}
    ids = {reference: (e.id, e.version) for reference, e in held.items()}
    interviews.record_completed(lead, episode_ids=[ids["TV0"][0]], completed_at=lead.now - HOUR)
    correct_episode(lead, episode_id=ids["TV1"][0], version=ids["TV1"][1], values={"district": "North"})
    undo(received)
    session().rollback()
    after = {id_: session().get_one(Episode, id_, populate_existing=True) for id_, _version in ids.values()}
    kept, corrected, gone = (after[ids[f"TV{number}"][0]] for number in range(3))
    assert kept.excluded is None and kept.police_reference == "TV0" and FlagCode.LOAD_UNDONE in kept.flags
    assert corrected.excluded is None and corrected.district == "North" and FlagCode.LOAD_UNDONE in corrected.flags
    assert gone.excluded == "load_undone"
    children = {child.id: child.undone_at for child in session().scalars(select(Child))}
    assert children[kept.child_id] is None and children[corrected.child_id] is None
    assert children[gone.child_id] is not None


def test_an_action_a_meeting_and_somebody_to_ring_are_a_persons_work_and_what_a_trigger_asked_is_none(
    app: Flask, context: Context, lead: Context, undo: Callable[[ReceiptSummary], None]
) -> None:
    received = receive(app, context, *strangers(5))
    sweep(replace(context, now=NOON + 30 * HOUR))
    held = {e.police_reference: (e.id, e.child_id) for e in session().scalars(select(Episode))}
    meetings = {m.episode_id: m.id for m in session().scalars(select(StrategyMeeting))}
    assert len(meetings) == 5
    later_ = replace(lead, now=NOON + 31 * HOUR)
    add_action(
        later_, child_id=held["TV0"][1], what="Ring", due_on=local_date(later_.now), owner_name="Mr",
        episode_id=held["TV0"][0],
    )  # fmt: skip
    decide_not_needed(later_, meeting_id=meetings[held["TV1"][0]], version=1, reason="Known")
    add_action(later_, child_id=held["TV2"][1], what="Ring", due_on=local_date(later_.now), owner_name="Mr")
    with writing() as current:
        current.add(ChildContact(child_id=held["TV3"][1], relation="school", name="Ms Invented", added_at=NOON))
    undo(received)
    session().rollback()
    after = {number: session().get_one(Episode, held[f"TV{number}"][0], populate_existing=True) for number in range(5)}
    assert [after[number].excluded for number in range(5)] == [None, None, *["load_undone"] * 3]
    gone = [session().get_one(Child, held[f"TV{number}"][1]).undone_at is not None for number in range(5)]
    assert gone == [False, False, False, False, True]
    withdrawn = {m.episode_id for m in session().scalars(select(StrategyMeeting)) if m.withdrawn_at is not None}
    assert withdrawn == {after[number].id for number in (2, 3, 4)}


def test_a_persons_word_stands_where_the_load_changed_the_same_record(
    app: Flask, context: Context, lead: Context, undo: Callable[[ReceiptSummary], None]
) -> None:
    receive(app, context, row(missing=MISSING))
    wrong = receive(app, later(context, 1), row(missing=MISSING, risk="High", circumstances="wrong"))
    held = the_episode()
    correct_episode(lead, episode_id=held.id, version=held.version, values={"risk": RiskLevel.LOW})
    undo(wrong)
    held = the_episode()
    assert (held.risk, held.circumstances, held.excluded) == ("low", None, None)


def test_a_question_that_the_load_raised_goes_with_it(
    app: Flask, context: Context, lead: Context, undo: Callable[[ReceiptSummary], None]
) -> None:
    receive(app, context, row(missing=MISSING))
    held = the_episode()
    correct_episode(lead, episode_id=held.id, version=held.version, values={"risk": RiskLevel.LOW})
    wrong = receive(app, later(lead, 1), row(missing=MISSING, risk="High"))
    assert FlagCode.POLICE_VALUE_DIFFERS in the_episode().flags
    undo(wrong)
    assert session().scalars(select(EpisodeDecision)).all() == []
    assert FlagCode.POLICE_VALUE_DIFFERS not in the_episode().flags and the_episode().risk == "low"


def test_a_question_that_a_later_report_asks_too_stays(
    app: Flask, context: Context, lead: Context, undo: Callable[[ReceiptSummary], None]
) -> None:
    receive(app, context, row(missing=MISSING))
    held = the_episode()
    correct_episode(lead, episode_id=held.id, version=held.version, values={"risk": RiskLevel.LOW})
    wrong = receive(app, later(lead, 1), row(missing=MISSING, risk="High"))
    receive(app, later(lead, 2), row(missing=MISSING, risk="High", circumstances="again"))
    undo(wrong)
    assert len(session().scalars(select(EpisodeDecision)).all()) == 1
    assert FlagCode.POLICE_VALUE_DIFFERS in the_episode().flags


def test_a_child_whom_a_person_corrected_stays(
    app: Flask, context: Context, lead: Context, undo: Callable[[ReceiptSummary], None]
) -> None:
    received = receive(app, context, row(missing=MISSING))
    child = session().scalars(select(Child)).one()
    correct_child(lead, child_id=child.id, version=child.version, values={"forename": "Testina"})
    undo(received)
    session().rollback()
    held = session().get_one(Child, child.id, populate_existing=True)
    assert held.undone_at is None and held.forename == "Testina"
    assert len(session().scalars(select(ChildName)).all()) == 2


def test_a_loaded_by_a_person_is_no_persons_correction(
    app: Flask, context: Context, lead: Context, undo: Callable[[ReceiptSummary], None]
) -> None:
    """Filling a blank in the name of whoever uploads is the line's doing."""
    receive(app, lead, row(missing=MISSING, born=""))
    before = everything()
    wrong = receive(app, later(lead, 1), row(missing=MISSING, postcode="ZZ9 9ZZ", sex="F"))
    assert everything() != before
    undo(wrong)
    assert everything()["children"] == before["children"]


def test_corrections_and_decisions_of_its_lines_go_with_the_load(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed], undo: Callable[[ReceiptSummary], None]
) -> None:
    nothing = everything()
    one, two = strangers(2)
    received = receive(app, context, one | {COLUMNS["risk"]: "Blue"}, two | {COLUMNS["born"]: "31/02/2012"})
    first = session().scalars(select(Line).order_by(Line.line_no)).first()
    assert first is not None
    cells = {COLUMNS["risk"]: "High"}
    correct_and_replay(lead, line_id=first.id, version=first.version, cells=cells, feeds=feeds)
    undo(received)
    assert everything() == nothing
    lines = session().scalars(select(Line).order_by(Line.line_no)).all()
    assert lines[0].corrected_cells is not None and lines[1].settled_how == "undone"
    assert (lines[1].settled_reason, lines[1].sweep_at) == ("The wrong feed", None)


def test_a_match_that_a_person_decided_of_a_later_report_keeps_the_child(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed], undo: Callable[[ReceiptSummary], None]
) -> None:
    received = receive(app, context, row("TV1", missing=MISSING, born=""))
    child = session().scalars(select(Child.id)).one()
    receive(app, later(context, 1), row("TV2", missing=MISSING - 48 * HOUR))
    line = session().scalars(select(Line).where(Line.outcome == "quarantined")).one()
    decide_match(lead, line_id=line.id, version=line.version, child_id=child, feeds=feeds)
    undo(received)
    session().rollback()
    held = session().get_one(Child, child, populate_existing=True)
    standing = [one for one in session().scalars(select(Episode)) if one.excluded is None]
    assert held.undone_at is None and [one.police_reference for one in standing] == ["TV2"]
    assert session().scalars(select(ChildKey).where(ChildKey.child_id == child)).all()


# alerts


def test_alerts_sent_stay_and_clocks_end(
    app: Flask, context: Context, lead: Context, undo: Callable[[ReceiptSummary], None]
) -> None:
    received = receive(app, context, row(missing=MISSING - 200 * HOUR, returned=RETURNED - 100 * HOUR))
    sweep(later(context, 0.5))
    assert session().scalars(select(Alert)).all() and session().scalars(select(Breach)).one().withdrawn_at is None
    undo(received)
    assert session().scalars(select(Breach)).one().withdrawn_reason == "left_the_counts"
    assert session().scalars(select(Alert)).all() and session().scalars(select(OutboxMessage)).all()
    assert the_episode().sweep_at is None


# refused


def test_undoing_asks_why(app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]) -> None:
    received = receive(app, context, row())
    with pytest.raises(Refused) as refused:
        undo_load(lead, receipt_id=received.id, reason="  ", feeds=feeds)
    assert codes(refused) == ["missing_value"]


def test_what_cannot_be_undone(app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]) -> None:
    content = as_csv([row()])
    first = receive_bytes(app, context, content)
    copy = receive_bytes(app, later(context, 1), content)
    unread = receive_bytes(app, later(context, 1), b"%PDF-1.7")
    with writing() as current:
        reading = receive(app, context, row("TV8"))
        current.rollback()
    with writing() as current:
        current.get_one(Receipt, reading.id).status = "reading"

    def refusal(receipt_id: int, known: dict[str, Feed] = feeds) -> list[str]:
        with pytest.raises(Refused) as refused:
            undo_load(lead, receipt_id=receipt_id, reason="Why", feeds=known)
        return codes(refused)

    assert refusal(404) == ["unknown_receipt"]
    assert refusal(unread.id) == ["refused"]
    assert refusal(reading.id) == ["still_reading"]
    assert refusal(first.id) == ["copied"]
    assert refusal(copy.id, {}) == ["unknown_feed"]
    undo_load(lead, receipt_id=copy.id, reason="Why", feeds=feeds)
    undo_load(lead, receipt_id=first.id, reason="Why", feeds=feeds)
    with pytest.raises(Conflict):
        undo_load(lead, receipt_id=first.id, reason="Why", feeds=feeds)


def test_a_file_of_corrections_is_undone_where_its_lines_came_from(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed], undo: Callable[[ReceiptSummary], None]
) -> None:
    nothing = everything()
    origin = receive(app, context, row(risk="Blue"))
    sent = as_csv([{"Waiting line": f"R{origin.id}-2", **row(risk="High")}], ["Waiting line", *COLUMNS.values()])
    corrected = receive_bytes(app, later(context, 1), sent)
    assert counts(corrected) == {"created": 1}
    with pytest.raises(Refused) as refused:
        undo_load(lead, receipt_id=corrected.id, reason="Why", feeds=feeds)
    assert codes(refused) == ["corrections"] and f"receipt {origin.id}" in refused.value.problems[0].sentence
    undo(origin)
    assert everything() == nothing


def test_who_may_not_see_every_record_undoes_nothing(app: Flask, context: Context, feeds: dict[str, Feed]) -> None:
    received = receive(app, context, row())
    with writing() as current:
        who = person(current, Role.INTERVIEWER)
        outsider = replace(context, actor=Actor(who.name, who.id))
    with pytest.raises(Refused) as refused:
        undo_load(outsider, receipt_id=received.id, reason="Mine", feeds=feeds)
    assert codes(refused) == ["unknown_receipt"]


def test_an_episode_of_an_undone_load_is_not_reinstated(
    app: Flask, context: Context, lead: Context, undo: Callable[[ReceiptSummary], None]
) -> None:
    undo(receive(app, context, row()))
    held = the_episode()
    with pytest.raises(Refused) as refused:
        reinstate_episode(lead, episode_id=held.id, version=held.version)
    assert codes(refused) == ["load_undone"]


# foretold, in chunks, and cut short


def test_what_will_happen_is_said_beforehand(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    one, two, three, four = strangers(4)
    receive(app, context, one)
    second = receive(
        app, later(context, 1), one | {COLUMNS["risk"]: "High", COLUMNS["circumstances"]: "More"}, two, three,
        four | {COLUMNS["risk"]: "Blue"},
    )  # fmt: skip
    held = session().scalars(select(Episode).where(Episode.police_reference == "TV1")).one()
    correct_episode(lead, episode_id=held.id, version=held.version, values={"district": "North"})
    session().rollback()
    told = foretell(session(), session().get_one(Receipt, second.id), feeds)
    assert (told.withdrawn, told.taken_back, told.changes, told.kept, told.waiting) == (1, 1, 2, 1, 1)
    assert told.is_exact
    session().rollback()
    undo_load(lead, receipt_id=second.id, reason="Why", feeds=feeds)
    done = session().get_one(LoadUndo, second.id).counts
    assert (done["episodes_withdrawn"], done["episodes_taken_back"], done["episodes_kept"]) == (1, 1, 1)
    assert done["lines_dismissed"] == 1


def test_cut_short_it_goes_on_and_comes_to_the_same(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.services.undo_load.CHUNK", 3)
    nothing = everything()
    received = receive_bytes(app, context, two_reports(7)[0])
    assert not undo_load(lead, receipt_id=received.id, reason="Why", feeds=feeds, at_most=10)
    assert session().get_one(Receipt, received.id).status == "undoing"
    session().rollback()
    scheduler = replace(lead, actor=Actor("scheduler"))
    assert resume_undoing(scheduler, feeds) == 1 and resume_undoing(scheduler, feeds) == 0
    assert everything() == nothing
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "load_undone")).one()
    assert entry.actor_id == lead.actor.person_id, "in the name of whoever began"
