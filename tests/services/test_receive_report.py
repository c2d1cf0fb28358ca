"""A report arrives and every line has its one outcome, on both databases (definitions §4)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.factories import child, episode
from tests.reports import COLUMNS, as_csv, counts, feed_of, made_at, receive, receive_bytes, row, strangers
from tracker.bootstrap import wiring
from tracker.core.clock import read_local
from tracker.core.report_terms import LineOutcome
from tracker.core.terms import FlagCode
from tracker.services import receive_report as service
from tracker.services.context import Context
from tracker.services.receive_report import resume_reading
from tracker.services.report_table import report_table
from tracker.services.transaction import writing
from tracker.store import audit
from tracker.store.db import session
from tracker.store.models import (
    AuditEntry,
    Child,
    ChildName,
    Episode,
    EpisodeDecision,
    EpisodeVersion,
    Line,
    Receipt,
)

MISSING = datetime(2026, 11, 15, 10, 0, tzinfo=UTC)
RETURNED = datetime(2026, 11, 15, 18, 30, tzinfo=UTC)


def later(context: Context, hours: float = 24) -> Context:
    return replace(context, now=context.now + timedelta(hours=hours))


def one_episode() -> Episode:
    return session().scalars(select(Episode)).one()


def count(model: type) -> int:
    return session().scalar(select(func.count()).select_from(model)) or 0


def everything() -> list[object]:
    """What a report changed, as values: children, episodes, decisions; without receipts and lines."""
    session().rollback()
    return [
        tuple(getattr(found, column.key) for column in model.__table__.columns)
        for model in (Child, ChildName, Episode, EpisodeDecision, EpisodeVersion)
        for found in session().scalars(select(model).order_by(model.id))
    ]


def test_a_new_line_makes_a_child_and_an_episode(app: Flask, context: Context) -> None:
    receipt = receive(app, context, row(missing=MISSING, reported=MISSING, setting="Foster care", known_to="CSC"))
    assert (receipt.status, receipt.lines_read, counts(receipt)) == ("complete", 1, {"created": 1})
    held = one_episode()
    assert (held.police_force, held.police_reference, held.missing_from_at) == ("thames-valley", "TV26000001", MISSING)
    assert (held.kind, held.risk, held.setting, held.known_to_services) == ("missing", "medium", "looked_after", True)
    assert held.returned_at is None and held.interview_due_at is None and not held.clock_open
    born = session().get_one(Child, held.child_id)
    assert (born.surname, born.forename, str(born.date_of_birth)) == ("Inventedname", "Testa", "2012-03-04")
    line = session().scalars(select(Line)).one()
    assert (line.outcome, line.line_no, line.episode_id, line.child_id) == ("created", 2, held.id, born.id)
    assert line.cells["Occurrence No"] == "TV26000001"
    version = session().scalars(select(EpisodeVersion)).one()
    assert version.line_id == line.id and version.changes["risk"] == [None, "medium"]


def test_the_bytes_are_kept_with_their_sha256(app: Flask, context: Context) -> None:
    content = as_csv([row()])
    receipt = receive_bytes(app, context, content)
    held = session().get_one(Receipt, receipt.id)
    assert held.content == content and held.size_bytes == len(content)
    assert held.sha256 == __import__("hashlib").sha256(content).hexdigest()
    assert held.received_at == NOON and held.report_at == NOON


def test_a_return_starts_the_clock_and_says_when_we_were_told(app: Flask, context: Context) -> None:
    receive(app, context, row(missing=MISSING))
    second = later(context)
    receipt = receive(app, second, row(missing=MISSING, returned=RETURNED))
    assert counts(receipt) == {"updated": 1}
    held = one_episode()
    assert held.returned_at == RETURNED and held.notified_at == second.now
    assert held.interview_due_at == RETURNED + timedelta(hours=72) and held.clock_open
    assert held.sweep_at == held.interview_due_at - timedelta(hours=24)


def test_of_loaded_history_it_is_not_known_when_we_were_told(app: Flask, context: Context) -> None:
    receive(app, context, row(missing=MISSING, returned=RETURNED), is_history=True)
    held = one_episode()
    assert held.returned_at == RETURNED and held.notified_at is None and held.interview_due_at is not None


def test_a_corrected_return_moves_the_deadline_and_not_when_we_were_told(app: Flask, context: Context) -> None:
    receive(app, context, row(missing=MISSING, returned=RETURNED))
    earlier = RETURNED - timedelta(hours=2)
    receive(app, later(context), row(missing=MISSING, returned=earlier))
    held = one_episode()
    assert held.interview_due_at == earlier + timedelta(hours=72) and held.notified_at == context.now


def test_the_same_file_twice_changes_nothing(app: Flask, context: Context) -> None:
    lines = [row("TV1", missing=MISSING), row("TV2", surname="Othername", missing=MISSING, returned=RETURNED)]
    receive(app, context, *lines)
    before = everything()
    receipt = receive(app, later(context, 1), *lines)
    assert counts(receipt) == {"unchanged": 2} and receipt.duplicate_of_id is not None
    assert everything() == before


def test_an_old_missing_sent_again_after_the_return_is_stale_and_no_news(app: Flask, context: Context) -> None:
    first = [row(missing=MISSING)]
    receive(app, context, *first)
    receive(app, later(context), row(missing=MISSING, returned=RETURNED))
    before = everything()
    receipt = receive(app, later(context, 48), *first)
    assert counts(receipt) == {"stale": 1}
    assert everything() == before and FlagCode.POLICE_SAY_STILL_MISSING not in one_episode().flags


def test_the_same_bytes_after_a_person_recorded_the_return_are_no_news_either(app: Flask, context: Context) -> None:
    first = [row(missing=MISSING)]
    receive(app, context, *first)
    with writing() as current:
        held = current.scalars(select(Episode)).one()
        held.returned_at, held.person_fields = RETURNED, ["returned_at"]
    before = everything()
    assert counts(receive(app, later(context), *first)) == {"unchanged": 1}
    assert everything() == before


def test_a_quarantined_line_sent_again_does_not_wait_twice(app: Flask, context: Context) -> None:
    lines = [row("TV1", status="Nonsense"), row("TV2", surname="Othername")]
    assert counts(receive(app, context, *lines)) == {"created": 1, "quarantined": 1}
    assert counts(receive(app, later(context), *lines)) == {"unchanged": 2}


def test_two_reports_of_one_instant_are_applied_in_the_order_of_their_arrival(app: Flask, context: Context) -> None:
    receive(app, context, row("TV9", surname="Othername"), row("TV1", missing=MISSING))
    receipt = receive(app, context, row("TV1", missing=MISSING, returned=RETURNED))
    assert counts(receipt) == {"updated": 1}


def test_an_older_report_that_comes_late_is_stale(app: Flask, context: Context) -> None:
    header = {"Report Run At": "16/11/2026 06:00"}
    newer = [row(missing=MISSING, returned=RETURNED) | header]
    older = [row(missing=MISSING) | {"Report Run At": "15/11/2026 20:00"}]
    columns = (*COLUMNS.values(), "Report Run At")
    first = receive_bytes(app, context, as_csv(newer, columns))
    assert first.report_at == datetime(2026, 11, 16, 6, 0, tzinfo=UTC) and first.ignored_columns == ()
    assert counts(receive_bytes(app, later(context, 1), as_csv(older, columns))) == {"stale": 1}
    assert one_episode().returned_at == RETURNED


def test_a_report_that_says_it_was_made_tomorrow_has_the_age_of_its_receipt(app: Flask, context: Context) -> None:
    columns = (*COLUMNS.values(), "Report Run At")
    receipt = receive_bytes(app, context, as_csv([row() | {"Report Run At": "20/11/2026 06:00"}], columns))
    assert receipt.report_at == context.now


def test_an_unchanged_newer_line_makes_an_older_one_stale(app: Flask, context: Context) -> None:
    receive(app, context, row(risk="High"))
    version = one_episode().version
    session().rollback()
    newer = receive(app, later(context, 48), row(risk="High"), row("TV2", surname="Othername"))
    assert counts(newer) == {"unchanged": 1, "created": 1}
    held = session().scalars(select(Episode).where(Episode.police_reference == "TV26000001")).one()
    assert held.version == version and held.as_of_at == newer.report_at
    session().rollback()
    older = made_at(later(context, 24).now, row(risk="Low"))
    assert counts(receive_bytes(app, later(context, 72), older)) == {"stale": 1}


def test_after_a_clock_that_ran_ahead_is_put_right_what_comes_later_is_the_newer(app: Flask, context: Context) -> None:
    ahead = receive(app, later(context, 48), row(missing=MISSING))
    session().rollback()
    put_right = receive(app, later(context, 1), row(missing=MISSING, returned=RETURNED))
    assert counts(put_right) == {"updated": 1} and one_episode().returned_at == RETURNED
    assert put_right.received_at == later(context, 1).now
    assert ahead.report_at < put_right.report_at


def test_still_missing_where_we_hold_a_return_is_shown_and_never_applied(app: Flask, context: Context) -> None:
    receive(app, context, row(missing=MISSING, returned=RETURNED))
    receipt = receive(app, later(context), row(missing=MISSING))
    assert counts(receipt) == {"updated": 1}
    held = one_episode()
    assert FlagCode.POLICE_SAY_STILL_MISSING in held.flags and held.returned_at == RETURNED


def test_a_blank_erases_nothing(app: Flask, context: Context) -> None:
    receive(app, context, row(missing=MISSING, returned=RETURNED, circumstances="Left after tea.", address="1 Nowhere"))
    receive(app, later(context), row(missing=MISSING, returned=RETURNED, risk=""))
    held = one_episode()
    assert (held.circumstances, held.risk) == ("Left after tea.", "medium")
    assert session().get_one(Child, held.child_id).address == "1 Nowhere"


def test_what_a_person_entered_stands_and_a_differing_value_is_asked_once(app: Flask, context: Context) -> None:
    receive(app, context, row(risk="High"))
    with writing() as current:
        held = current.scalars(select(Episode)).one()
        held.risk, held.person_fields = "low", ["risk"]
    assert counts(receive(app, later(context, 1), row(risk="Medium"))) == {"updated": 1}
    assert counts(receive(app, later(context, 2), row(risk="Medium", circumstances=" "))) == {"unchanged": 1}
    held = one_episode()
    decision = session().scalars(select(EpisodeDecision)).one()
    assert held.risk == "low" and FlagCode.POLICE_VALUE_DIFFERS in held.flags
    assert (decision.field, decision.held_value, decision.police_value) == ("risk", "low", "medium")


def test_cancelled_is_kept_and_out_of_the_counts(app: Flask, context: Context) -> None:
    receive(app, context, row(missing=MISSING, returned=RETURNED))
    receive(app, later(context), row(missing=MISSING, status="Created in error"))
    held = one_episode()
    assert held.excluded == "cancelled" and not held.clock_open and held.interview_due_at is None


def test_two_lines_of_one_new_child_in_one_file_end_on_one_child(app: Flask, context: Context) -> None:
    receipt = receive(app, context, row("TV1", missing=MISSING), row("TV2", missing=MISSING + timedelta(days=1)))
    assert counts(receipt) == {"created": 2} and count(Child) == 1
    assert len({held.child_id for held in session().scalars(select(Episode))}) == 1


def test_the_same_reference_twice_in_one_file_is_one_episode(app: Flask, context: Context) -> None:
    receipt = receive(
        app, context, row("TV1", missing=MISSING), row("tv-1", missing=MISSING, returned=RETURNED), row("TV1", risk="")
    )
    assert receipt.lines_read == 3 and count(Episode) == 1
    assert receipt.outcomes[LineOutcome.CREATED] == 1 and receipt.outcomes[LineOutcome.UPDATED] >= 1
    assert one_episode().returned_at == RETURNED
    assert count(EpisodeVersion) >= 2


def test_a_known_child_is_matched_by_name_and_date_of_birth_and_taught(app: Flask, context: Context) -> None:
    with writing() as current:
        known = child(current, "Inventedname", "Testa").id
    receive(app, context, row(sex="F", postcode="ZZ1 1ZZ", person="URN7"))
    held = session().get_one(Child, known)
    assert count(Child) == 1 and (held.sex, held.postcode) == ("female", "ZZ1 1ZZ")
    line = session().scalars(select(Line)).one()
    assert {key: line.match_reasons[0][key] for key in ("field", "comparison")} == {
        "field": "surname",
        "comparison": "match",
    }


def test_a_date_of_birth_learnt_later_fills_the_blank_and_takes_the_flag_away(app: Flask, context: Context) -> None:
    receive(app, context, row(born="", person="URN7"))
    assert FlagCode.AGE_UNKNOWN in one_episode().flags
    session().rollback()
    receive(app, later(context), row(born="04/03/2012", person="URN7"))
    held = one_episode()
    assert FlagCode.AGE_UNKNOWN not in held.flags
    assert str(session().get_one(Child, held.child_id).date_of_birth) == "2012-03-04"
    session().rollback()
    receipt = receive(app, later(context, 48), row("TV2", person="", missing="17/11/2026 10:00"))
    assert counts(receipt) == {"created": 1} and count(Child) == 1  # found by name and the date learnt


def test_a_date_of_birth_learnt_may_show_an_adult_whose_clock_stops(app: Flask, context: Context) -> None:
    receive(app, context, row(born="", missing=MISSING, returned=RETURNED))
    assert one_episode().clock_open
    session().rollback()
    receive(app, later(context), row(born="01/01/2001", missing=MISSING, returned=RETURNED))
    held = one_episode()
    assert not held.clock_open and held.interview_due_at is None and held.closed_as == "withdrawn"


def test_an_ambiguous_child_waits_with_its_candidates_and_its_deadline(app: Flask, context: Context) -> None:
    with writing() as current:
        known = child(current, "Inventedname", "Testa", None).id
    receipt = receive(app, context, row(missing=MISSING, returned=RETURNED))
    assert counts(receipt) == {"quarantined": 1} and count(Episode) == 0
    line = session().scalars(select(Line)).one()
    assert line.problem_code == "match_undecided" and [one["child_id"] for one in line.candidates] == [known]
    assert {reason["field"] for reason in line.candidates[0]["reasons"]} >= {"surname", "forename", "date_of_birth"}
    assert line.due_at == RETURNED + timedelta(hours=72) and line.sweep_at == line.due_at - timedelta(hours=24)


def test_a_known_reference_with_another_child_is_not_touched(app: Flask, context: Context) -> None:
    receive(app, context, row())
    before = everything()
    other = row(surname="Whollyother", forename="Fictor", born="09/09/2014", returned=RETURNED)
    receipt = receive(app, later(context), other)
    assert counts(receipt) == {"quarantined": 1} and everything() == before
    line = session().scalars(select(Line).where(Line.outcome == "quarantined")).one()
    assert line.problem_code == "different_child" and line.due_at == RETURNED + timedelta(hours=72)
    assert (line.child_id, line.episode_id) == (None, None) and len(line.candidates) == 1


def test_a_known_reference_with_a_near_name_is_applied_and_flagged(app: Flask, context: Context) -> None:
    receive(app, context, row(surname="Inventedname"))
    receipt = receive(app, later(context), row(surname="Inventednaem", returned=RETURNED, missing=MISSING))
    held = one_episode()
    assert counts(receipt) == {"updated": 1} and held.returned_at == RETURNED
    assert FlagCode.NEAR_NAME in held.flags


def test_a_twin_reported_under_the_others_reference_does_not_become_the_other(app: Flask, context: Context) -> None:
    receive(app, context, row("TV1", forename="Testa", missing=MISSING))
    receive(app, later(context), row("TV1", forename="Fictor", missing=MISSING, person="URN8", sex="M"))
    assert FlagCode.NEAR_NAME in one_episode().flags  # the same surname and date of birth: applied, and shown
    session().rollback()
    receive(app, later(context, 48), row("TV2", forename="Fictor", missing="17/11/2026 10:00", person="URN8", sex="M"))
    first, second = session().scalars(select(Episode).order_by(Episode.id))
    assert first.child_id != second.child_id


def test_an_episode_logged_by_hand_near_the_start_asks_before_another_is_made(app: Flask, context: Context) -> None:
    with writing() as current:
        by_hand = episode(current, child(current, "Inventedname", "Testa"), MISSING + timedelta(hours=3)).id
    receipt = receive(app, context, row(missing=MISSING))
    assert counts(receipt) == {"quarantined": 1} and count(Episode) == 1
    line = session().scalars(select(Line)).one()
    assert (line.problem_code, line.candidates) == ("same_episode_undecided", [{"episode_id": by_hand}])


def test_an_episode_logged_by_hand_on_another_day_does_not_ask(app: Flask, context: Context) -> None:
    with writing() as current:
        episode(current, child(current, "Inventedname", "Testa"), MISSING - timedelta(hours=25), hours=3)
    assert counts(receive(app, context, row(missing=MISSING))) == {"created": 1}


def test_lines_with_problems_say_all_of_them_and_wait_at_the_deadline_they_would_give(
    app: Flask, context: Context
) -> None:
    receipt = receive(app, context, row(status="Nonsense", risk="Blue", missing=MISSING, returned=RETURNED))
    (line,) = receipt.problem_lines
    assert {problem.fields for problem in line.problems} == {("status",), ("risk",)}
    held = session().get_one(Line, line.id)
    assert held.due_at == RETURNED + timedelta(hours=72) and held.problem_code == "unknown_value"
    assert held.cells["Risk Grade"] == "Blue"


def test_a_kind_that_runs_no_clock_gives_a_waiting_line_no_deadline(app: Flask, context: Context) -> None:
    with writing() as current:
        child(current, "Inventedname", "Testa", None)
    receive(app, context, row(kind="Absent", missing=MISSING, returned=RETURNED))
    assert session().scalars(select(Line)).one().due_at is None


def test_blank_rows_are_counted_as_blank(app: Flask, context: Context) -> None:
    content = (
        as_csv([row()])
        + b"," * (len(COLUMNS) - 1)
        + b"\n\n"
        + as_csv([row("TV2", surname="Othername")]).split(b"\n", 1)[1]
    )
    receipt = receive_bytes(app, context, content)
    assert receipt.lines_read == 4 and counts(receipt) == {"created": 2, "blank": 2}


def test_a_header_and_no_lines_is_a_nil_return(app: Flask, context: Context) -> None:
    receipt = receive(app, context)
    assert (receipt.status, receipt.lines_read, counts(receipt)) == ("complete", 0, {})


def test_a_time_in_the_hour_that_occurs_twice_is_the_earlier_and_flagged(app: Flask, context: Context) -> None:
    receive(app, context, row(missing="24/10/2026 20:00", returned="25/10/2026 01:30"))
    held = one_episode()
    assert held.returned_at == read_local(datetime(2026, 10, 25, 1, 30)).at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert FlagCode.TIME_AMBIGUOUS in held.flags


def test_three_episodes_in_a_year_raise_a_repeat_flag_from_the_report(app: Flask, context: Context) -> None:
    rows = [row(f"TV{n}", missing=f"{n:02d}/11/2026 10:00", returned=f"{n:02d}/11/2026 15:00") for n in (2, 5, 9)]
    receive(app, context, *rows)
    actions = session().scalars(select(AuditEntry.action)).all()
    assert actions.count("repeat_flag_raised") == 2 and actions.count("episode_created") == 3


def test_everything_that_was_done_is_in_an_unbroken_audit_trail(app: Flask, context: Context) -> None:
    receive(app, context, row("TV1"), row("TV2", surname="Othername"))
    receive(app, later(context), row("TV1", risk="High"))
    actions = list(session().scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert actions.count("report_received") == 2 and actions.count("episode_created") == 2
    assert actions.count("child_created") == 2 and actions.count("episode_changed") == 1
    assert list(audit.broken_links(session())) == []
    texts = str(list(session().scalars(select(AuditEntry.details))))
    assert "Inventedname" not in texts and "TV1" not in texts


def test_lines_beyond_one_chunk_are_read_in_order(
    app: Flask, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "CHUNK", 3)
    receipt = receive(app, context, *strangers(8))
    numbers = session().scalars(select(Line.line_no).order_by(Line.id)).all()
    assert receipt.lines_read == 8 and list(numbers) == list(range(2, 10)) and receipt.status == "complete"


def test_a_reading_that_was_cut_short_goes_on_at_the_first_line_without_an_outcome(
    app: Flask, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "CHUNK", 2)
    rows = strangers(5)
    real, calls = service.read_chunk, []

    def cut_short(*given: object) -> None:
        calls.append(None)
        if len(calls) == 2:
            raise RuntimeError("power cut")
        real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(service, "read_chunk", cut_short)
    with pytest.raises(RuntimeError, match="power cut"):
        receive(app, context, *rows)
    receipt = session().scalars(select(Receipt)).one()
    assert receipt.status == "reading" and count(Line) == 2
    session().rollback()
    feeds, limits = wiring(app).settings.feeds, wiring(app).settings.limits
    assert resume_reading(later(context), feeds, limits) == (receipt.id,)
    assert resume_reading(later(context), feeds, limits) == ()
    session().expire_all()
    done = session().get_one(Receipt, receipt.id)
    assert (done.status, done.lines_read, count(Line), count(Episode)) == ("complete", 5, 5, 5)


def test_a_report_that_cannot_be_read_on_does_not_keep_the_others_waiting(
    app: Flask, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = [
        service._keep(context, as_csv([one]), "report.csv", feed_of(app), "test", None, False) for one in strangers(2)
    ]
    real = service.read_chunk

    def fails_for_the_first(current: Session, receipt: Receipt, *rest: object) -> None:
        if receipt.id == kept[0]:
            raise RuntimeError("a fault of ours")
        real(current, receipt, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(service, "read_chunk", fails_for_the_first)
    with pytest.raises(ExceptionGroup, match="could not be read on"):
        resume_reading(context, wiring(app).settings.feeds, wiring(app).settings.limits)
    statuses = session().scalars(select(Receipt.status).order_by(Receipt.id)).all()
    assert list(statuses) == ["reading", "complete"]


def test_two_processes_that_read_one_receipt_never_read_one_line_twice(
    app: Flask, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "CHUNK", 2)
    rows = strangers(5)
    receipt_id = service._keep(context, as_csv(rows), "report.csv", feed_of(app), "test", None, False)
    limits = wiring(app).settings.limits
    content = as_csv(rows)
    one = report_table(content, "report.csv", feed_of(app), limits)
    other = report_table(content, "report.csv", feed_of(app), limits)
    while service._read_next(context, receipt_id, one, feed_of(app)):  # type: ignore[arg-type]
        service._read_next(context, receipt_id, other, feed_of(app))  # type: ignore[arg-type]
    assert count(Line) == 5 and count(Episode) == 5
    assert session().get_one(Receipt, receipt_id).status == "complete"
