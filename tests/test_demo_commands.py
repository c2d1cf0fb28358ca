"""tracker demo and tracker bench seed from the command line: a short demonstration ends as the long one does."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask

from tracker.bench import delivery, febrl, intake, matching_quality, matching_speed, measures
from tracker.bootstrap import create_app
from tracker.cli import cli
from tracker.commands import bench
from tracker.core.clock import FixedClock
from tracker.core.forecast_check import MOMENTS
from tracker.core.report_terms import LineOutcome
from tracker.core.rules import Rules
from tracker.core.ssda903_rules import Rule
from tracker.core.terms import Role
from tracker.demo.people import DEMO_PASSWORD, STAFF
from tracker.services.context import Actor, Context, Viewer
from tracker.services.engine_state import rungs_that_reach_nobody
from tracker.services.pages.returns import missing_page
from tracker.services.pages.today import Today, today
from tracker.services.passwords import verify_password
from tracker.services.raise_alerts import sweep
from tracker.services.verify_audit import verify_audit
from tracker.settings import SettingsError, load_settings
from tracker.store.db import db, session
from tracker.store.models import (
    Action,
    Alert,
    AuthorityRequest,
    Breach,
    Child,
    ChildContact,
    ContactAttempt,
    Episode,
    GroupItem,
    GroupMeeting,
    Interview,
    InterviewEpisode,
    InterviewReview,
    InterviewVisit,
    Line,
    OutboxMessage,
    Person,
    PoliceShare,
    Receipt,
    RepeatFlagRow,
    StrategyMeeting,
)

pytestmark = pytest.mark.xdist_group("demonstration")  # built once, in one worker

BUILT_AT = datetime(2026, 11, 16, 14, 20, 33, tzinfo=UTC)
DAYS = 30


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, object]]]:
    """Thirty days, played once through the real services; its folder and what the command printed."""
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        _settle(patch, folder)
        upgraded = CliRunner().invoke(cli, ["db", "upgrade"])
        assert upgraded.exit_code == 0
        done = CliRunner().invoke(cli, ["demo", "--days", str(DAYS), "--now", BUILT_AT.isoformat(), "--json"])
        assert done.exit_code == 0, done.output
        yield folder, json.loads(done.stdout)


def _settle(patch: pytest.MonkeyPatch, folder: Path) -> None:
    patch.setenv("TRACKER_ENV", "test")
    patch.setenv("TRACKER_DATABASE_URL", f"sqlite:///{folder / 'tracker.sqlite3'}")
    patch.setenv("TRACKER_MAIL_FOLDER", str(folder / "mailbox"))


@pytest.fixture
def built(demonstration: tuple[Path, dict[str, object]]) -> Iterator[Flask]:
    """The application on the demonstration."""
    folder, _ = demonstration
    settings = load_settings(environ={}, env="test", database_url=f"sqlite:///{folder / 'tracker.sqlite3'}")
    app = create_app(settings, FixedClock(BUILT_AT))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def on_today(built: Flask) -> Today:
    viewer = Viewer(1, "Lena Larkspindle", frozenset({Role.LEAD}))
    return today(Context(BUILT_AT, Rules(), Actor("Lena Larkspindle", 1)), viewer)


def test_the_operational_group_has_met_and_meets_again(built: Flask) -> None:
    held, ahead = session().scalars(sa.select(GroupMeeting).order_by(GroupMeeting.meets_at)).all()
    assert held.minutes is not None and held.sha256 is not None
    assert [one["attendance"] for one in held.minutes["people"]].count("present") >= 2
    assert (ahead.started_at, ahead.meets_at > BUILT_AT) == (None, True)
    on_agenda = session().scalars(sa.select(GroupItem).where(GroupItem.meeting_id == ahead.id)).all()
    standing = sa.select(RepeatFlagRow.child_id).where(
        RepeatFlagRow.ended_on.is_(None), RepeatFlagRow.withdrawn_at.is_(None), RepeatFlagRow.raised_at < BUILT_AT
    )
    assert {item.child_id for item in on_agenda} == set(session().scalars(standing)) != set()


def test_it_says_what_it_made(demonstration: tuple[Path, dict[str, object]]) -> None:
    _, document = demonstration
    assert document["reports"] == DAYS
    assert document["children"] == round(694 * DAYS / 365)
    assert document["password"] == DEMO_PASSWORD
    assert len(document["sign_ins"]) == len(STAFF)  # type: ignore[arg-type]


def test_today_shows_every_open_matter(on_today: Today) -> None:
    """Two overdue, one decision of each kind, a return that the police deny, a flag nobody has reviewed."""
    assert on_today.overdue.total == 2
    assert on_today.running.total >= 4
    assert on_today.awaiting_return.total >= 4
    assert on_today.found_not_returned.total == 1
    assert {line.problem_code for line in on_today.lines_to_decide.rows} == {"match_undecided", "return_before_missing"}
    assert on_today.same_episode.total == 1
    assert on_today.still_missing.total == 1
    assert on_today.repeat_flags.total >= 1
    assert rungs_that_reach_nobody(session(), Context(BUILT_AT, Rules(), Actor("test"))) == ()


def test_the_desks_have_something_on_them_and_none_too_much(built: Flask) -> None:
    """Visits ahead, write-ups to do, returned and reviewed, actions open and done, meetings held, somebody away."""

    def count(*conditions: sa.ColumnElement[bool]) -> int:
        return db.session.scalar(sa.select(sa.func.count()).where(*conditions)) or 0

    here = (Interview.completed_at.is_not(None), ~Interview.written_elsewhere)
    assert count(InterviewVisit.ended_as.is_(None), InterviewVisit.planned_at > BUILT_AT) >= 2
    assert 1 <= count(*here, Interview.written_up_at.is_(None)) < 20
    assert count(*here, Interview.written_up_at.is_not(None), Interview.approved_at.is_not(None)) > 20
    assert count(Interview.returned_at.is_not(None), Interview.approved_at.is_(None)) >= 1
    assert count(InterviewReview.decision == "returned") > count(Interview.returned_at.is_not(None)) - 1
    assert count(ContactAttempt.outcome == "no_answer") > 5
    assert count(Action.done_at.is_not(None)) > count(Action.done_at.is_(None)) > 0
    assert count(StrategyMeeting.held_at.is_not(None)) > 3
    assert count(PoliceShare.acknowledged_at.is_not(None)) >= 1
    assert count(AuthorityRequest.answer.is_not(None)) >= 1
    assert count(Person.away_from <= BUILT_AT, Person.away_until > BUILT_AT) == 1
    phones = db.session.scalars(sa.select(ChildContact.phone)).all()
    assert phones
    assert all(phone and phone.startswith(("07700 900", "01632 960")) for phone in phones)


def test_every_line_has_its_outcome(built: Flask) -> None:
    statuses = db.session.execute(sa.select(Receipt.status, sa.func.count()).group_by(Receipt.status)).all()
    assert statuses == [("complete", DAYS)]
    assert db.session.scalar(sa.select(sa.func.sum(Receipt.lines_read))) == db.session.scalar(
        sa.select(sa.func.count()).select_from(Line)
    )
    outcomes = dict(db.session.execute(sa.select(Line.outcome, sa.func.count()).group_by(Line.outcome)).all())
    assert outcomes[LineOutcome.QUARANTINED] == 3
    assert min(outcomes[name] for name in (LineOutcome.CREATED, LineOutcome.UPDATED, LineOutcome.UNCHANGED)) > 20


def test_what_fell_due_was_told_and_each_breach_noticed_within_a_minute(built: Flask) -> None:
    breaches = db.session.scalars(sa.select(Breach)).all()
    assert breaches
    assert all((breach.detected_at - breach.breached_at).total_seconds() <= 60 for breach in breaches)
    told = set(db.session.scalars(sa.select(Alert.episode_id).where(Alert.rung != "due_soon")))
    assert {breach.episode_id for breach in breaches} <= told
    assert sweep(Context(BUILT_AT, Rules(), Actor("test"))).looked_at == 0


def test_the_last_fortnights_emails_are_in_the_mailbox_and_name_no_child(
    built: Flask, demonstration: tuple[Path, dict[str, object]]
) -> None:
    folder, _ = demonstration
    assert db.session.scalar(sa.select(sa.func.count()).where(OutboxMessage.sent_at.is_(None))) == 0
    fortnight = BUILT_AT.timestamp() - 14 * 24 * 3600
    recent = [at for at in db.session.scalars(sa.select(OutboxMessage.sent_at)) if at and at.timestamp() > fortnight]
    files = list((folder / "mailbox").glob("*.eml"))
    assert len(files) == len(recent) > 0
    names = {name.casefold() for row in db.session.execute(sa.select(Child.surname, Child.forename)) for name in row}
    text = "".join(file.read_text().casefold() for file in files)
    assert not [name for name in names if name in text]


def test_the_looked_after_return_rests_on_the_councils_lists_and_one_child_is_to_be_settled(built: Flask) -> None:
    page = missing_page(Context(BUILT_AT, Rules(), Actor("test")), 2026)
    assert page.has_care
    assert page.undecided == 1
    assert len(page.rows) - page.left_out > 5
    assert {fault.rule for fault in page.faults} <= {Rule.NO_CHILD}


def test_the_record_of_it_is_whole_and_people_can_sign_in(built: Flask) -> None:
    assert verify_audit().broken == ()
    lead = verify_password("lead@wexcombeshire.invalid", DEMO_PASSWORD)
    assert lead is not None
    assert lead.roles == {Role.LEAD}
    assert db.session.scalar(sa.text("PRAGMA synchronous")) == 2  # full again, once it is built


def _invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def test_a_database_in_use_is_left_alone(
    demonstration: tuple[Path, dict[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, document = demonstration
    _settle(monkeypatch, folder)
    for arguments in (
        ("demo",),
        ("bench", "seed", "--children", "1", "--episodes", "1", "--open", "0", "--overdue", "0"),
    ):
        done = _invoke(*arguments)
        assert done.exit_code == 2
        assert "already holds episodes" in done.output
    monkeypatch.setenv("TRACKER_ENV", "development")
    assert isinstance(_invoke("demo").exception, SettingsError)
    app = create_app(load_settings())
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Episode)) == document["episodes"]
        db.session.remove()
        db.engine.dispose()


def test_a_database_without_tables_is_said_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _settle(monkeypatch, tmp_path)
    done = _invoke("demo")
    assert done.exit_code == 2
    assert "tracker db upgrade" in done.output


def test_sign_ins_alone_need_no_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _settle(monkeypatch, tmp_path)
    done = _invoke("demo", "--sign-ins")
    assert done.exit_code == 0
    assert DEMO_PASSWORD in done.output
    assert all(member.email in done.output for member in STAFF)


def test_seeding_by_the_command_and_sizes_that_do_not_fit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _settle(monkeypatch, tmp_path)
    assert _invoke("db", "upgrade").exit_code == 0
    done = _invoke("bench", "seed", "--children", "3", "--episodes", "4", "--open", "3", "--overdue", "2")
    assert done.exit_code == 2
    assert "cannot be more" in done.output

    done = _invoke("bench", "seed", "--children", "6", "--episodes", "9", "--open", "3", "--overdue", "2", "--json")
    assert json.loads(done.stdout)["rows"]["episode"] == 9


def test_what_was_before_the_council_worked_here_is_loaded_as_history(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Of 44 days the last 24 are played: one file of history, interviews held elsewhere, nobody told of what was over.

    How far it is, is said by the month.
    """
    _settle(monkeypatch, tmp_path)
    monkeypatch.setattr("tracker.commands.demo.LIVE_FOR", timedelta(days=24))
    assert _invoke("db", "upgrade").exit_code == 0
    done = _invoke("demo", "--days", "44", "--now", BUILT_AT.isoformat(), "--json")
    assert done.exit_code == 0, done.output
    assert "Playing the county's days: November 2026" in done.stderr
    began_at = BUILT_AT - timedelta(days=24)
    app = create_app(load_settings(), FixedClock(BUILT_AT))
    with app.app_context():
        assert verify_audit().broken == ()
        receipts = db.session.scalars(sa.select(Receipt).order_by(Receipt.id)).all()
        assert [row.is_history for row in receipts] == [True, *[False] * 24]
        assert receipts[0].received_at < began_at < receipts[1].received_at
        assert {row.status for row in receipts} == {"complete"}
        early = Episode.returned_at < began_at - timedelta(days=8)
        history = db.session.scalars(sa.select(Episode).where(early)).all()
        assert len(history) > 20
        assert not [row.id for row in history if row.clock_open]
        assert {row.notified_at for row in history} == {None}
        held = (
            sa.select(Interview.written_elsewhere)
            .join(InterviewEpisode)
            .where(InterviewEpisode.episode_id.in_([row.id for row in history]), Interview.not_required_at.is_(None))
        )
        assert set(db.session.scalars(held)) == {True}
        told = sa.select(Alert.id).where(Alert.episode_id.in_([row.id for row in history]))
        assert not db.session.scalars(told).all()
        viewer = Viewer(1, "Lena Larkspindle", frozenset({Role.LEAD}))
        assert today(Context(BUILT_AT, Rules(), Actor("Lena Larkspindle", 1)), viewer).overdue.total == 2
        db.session.remove()
        db.engine.dispose()


def test_bench_measures_a_copy_and_says_what_it_took(
    demonstration: tuple[Path, dict[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fewer of everything than in earnest; each measure is there, and the database itself is as it was."""
    folder, document = demonstration
    _settle(monkeypatch, folder)
    for module, name, few in (
        (intake, "LINES", 60),
        (delivery, "MESSAGES", 7),
        (measures, "PAGE_TIMES", 1),
        (measures, "SWEEP_TIMES", 2),
        (measures, "MONTH_TIMES", 1),
        (matching_quality, "INVENTED", 300),
        (matching_speed, "LINES", 30),
        (bench, "CHILDREN", 200),
    ):
        monkeypatch.setattr(module, name, few)
    monkeypatch.setattr(febrl, "fetch", lambda: None)
    before = (folder / "tracker.sqlite3").read_bytes()
    done = _invoke("bench", "--json")
    assert done.exit_code == 0, done.output
    measured = json.loads(done.stdout)
    pages = {name: one for name, one in measured.items() if name.startswith("page_")}
    assert len(pages) == 8
    assert {one["status"] for one in pages.values()} == {200}
    assert sum(measured["intake"]["outcomes"].values()) == 60
    assert measured["intake"]["times_a_bare_insert"] > 1
    assert measured["delivery"]["sent"] == 7
    assert measured["sweep_nothing_due"]["median_ms"] >= measured["sweep_nothing_due"]["database_ms"] > 0
    assert measured["month_summary"]["median_ms"] > 0
    assert measured["matching_invented"]["wrong_links"] == 0
    assert measured["matching_invented"]["true_pairs"] > 50
    assert measured["matching_one_line"]["p99_ms"] >= measured["matching_one_line"]["p50_ms"] > 0
    assert measured["matching_chunk"]["children"] == 200
    assert "could not fetch" in measured["matching_febrl"]["note"]
    forecast = measured["forecast"]
    assert forecast["asked"] > forecast["missed"] > 0
    assert forecast["forecast_recall"] > forecast["simple_rule_recall"]
    assert sum(measured[f"forecast_{hours}h"]["asked"] for hours in MOMENTS) == forecast["asked"]
    assert measured["outlooks"]["clocks"] > 5
    assert measured["held"]["episodes"] >= document["episodes"]
    assert (folder / "tracker.sqlite3").read_bytes() == before


def test_a_council_asks_both_rules_about_its_own_records(
    demonstration: tuple[Path, dict[str, object]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder, _ = demonstration
    _settle(monkeypatch, folder)
    done = _invoke("forecast", "check", "--days", "30", "--now", BUILT_AT.isoformat(), "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)["all"]
    assert found["forecast"]["in_all"]["asked"] == found["simple_rule"]["in_all"]["asked"] > 100
    told = _invoke("forecast", "check", "--now", BUILT_AT.isoformat())
    assert "Unallocated with under 24 hours left:" in told.output
    assert "60 h left" in told.output
    _settle(monkeypatch, tmp_path)
    assert _invoke("db", "upgrade").exit_code == 0
    assert "nothing to compare" in _invoke("forecast", "check").output


def test_matching_is_measured_alone_in_a_database_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _settle(monkeypatch, tmp_path)
    monkeypatch.setattr(matching_speed, "LINES", 20)
    monkeypatch.setattr(febrl, "fetch", lambda: None)
    done = _invoke("bench", "matching", "--children", "150", "--invented", "200", "--json")
    assert done.exit_code == 0, done.output
    measured = json.loads(done.stdout)
    assert set(measured) == {"matching_invented", "matching_febrl", "matching_one_line", "matching_chunk"}
    assert measured["matching_one_line"]["children"] == 150
    assert measured["matching_one_line"]["candidates_p50"] >= 1
    assert not (tmp_path / "tracker.sqlite3").exists()


def test_bench_is_not_for_production(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _settle(monkeypatch, tmp_path)
    monkeypatch.setenv("TRACKER_ENV", "production")
    monkeypatch.setenv("TRACKER_MAIL_FOLDER", "")
    monkeypatch.setenv("TRACKER_SECRET_KEY", "t" * 40)
    monkeypatch.setenv("TRACKER_BASE_URL", "https://interviews.example")
    assert isinstance(_invoke("bench").exception, SettingsError)
    seed = ("bench", "seed", "--children", "1", "--episodes", "1", "--open", "0", "--overdue", "0")
    assert isinstance(_invoke(*seed).exception, SettingsError)
