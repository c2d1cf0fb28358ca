"""Dropped files become receipts, each exactly one, and are moved once that is committed; on both databases."""

import errno
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.reports import FEED, as_csv, row, strangers
from tracker.adapters import watched_folder
from tracker.adapters.watched_folder import FolderOnDisk
from tracker.bootstrap import wiring
from tracker.core.dropped_files import DroppedFile, FolderError
from tracker.core.report_terms import Road
from tracker.services import receive_report as intake
from tracker.services import watch_folder as service
from tracker.services.context import Context
from tracker.services.receive_report import resume_reading
from tracker.services.watch_folder import Looked, look
from tracker.store.db import session
from tracker.store.models import AuditEntry, Episode, FolderFile, Line, Receipt, RoadState

SETTLE = 30


class Watch:
    """The folder, and looks at it a minute apart."""

    def __init__(self, app: Flask, context: Context, root: Path) -> None:
        self.app, self.context, self.root = app, context, root
        self.minute = 0
        self.feed = root / FEED
        self.feed.mkdir(parents=True)

    def look(self, minutes: float = 1, settle: float = SETTLE, feeds: bool = True) -> Looked:
        self.minute += minutes
        now = NOON + timedelta(minutes=self.minute)
        wired = wiring(self.app)
        known = wired.settings.feeds if feeds else {}
        limits = wired.settings.limits
        return look(replace(self.context, now=now), FolderOnDisk(self.root), known, limits, settle, lambda: now)

    def drop(self, name: str = "night.csv", *rows: dict[str, str]) -> Path:
        path = self.feed / name
        path.write_bytes(as_csv(rows or [row()]))
        return path

    def taken(self, into: str = "done", day: str = "2026-11-16") -> list[str]:
        folder = self.feed / into / day
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []

    def waiting(self) -> dict[str, str]:
        session().rollback()
        found = session().scalars(select(FolderFile).where(FolderFile.moved_at.is_(None)))
        return {held.name: held.code for held in found}


@pytest.fixture
def watch(app: Flask, context: Context, tmp_path: Path) -> Watch:
    return Watch(app, context, tmp_path / "in")


def receipts() -> list[Receipt]:
    session().rollback()
    return list(session().scalars(select(Receipt).order_by(Receipt.id)))


def count(model: type) -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(model)) or 0


def test_a_dropped_file_is_taken_once_it_has_stayed_as_it_is(watch: Watch) -> None:
    watch.drop()
    assert watch.look() == Looked(waiting=1)
    assert watch.waiting() == {"night.csv": "settling"}
    assert watch.look() == Looked(receipts=[1], moved=1)
    (receipt,) = receipts()
    assert (receipt.source, receipt.feed, receipt.filename) == (Road.FOLDER, FEED, "night.csv")
    assert (receipt.status, receipt.lines_read) == ("complete", 1)
    assert receipt.received_at == NOON + timedelta(minutes=2)
    assert watch.taken() == ["r000001-night.csv"]
    held = session().scalars(select(FolderFile)).one()
    assert held.moved_to == f"{FEED}/done/2026-11-16/r000001-night.csv"
    assert watch.look() == Looked()
    assert count(Receipt) == 1
    assert (
        session().scalar(select(AuditEntry.details).where(AuditEntry.action == "report_received"))["source"]
        == "watched folder"
    )


def test_never_at_the_first_look(watch: Watch) -> None:
    watch.drop()
    assert watch.look(settle=0).receipts == []
    assert watch.look(settle=0).receipts == [1]


def test_a_growing_file_waits_until_it_grows_no_longer(watch: Watch) -> None:
    path = watch.drop("night.csv", *strangers(1))
    for number in range(2, 5):
        assert watch.look().receipts == []
        path.write_bytes(as_csv(strangers(number)))
    assert watch.look().receipts == []
    assert watch.look().receipts == [1]
    assert receipts()[0].lines_read == 4


def test_a_file_replaced_by_one_of_the_same_size_settles_anew(watch: Watch) -> None:
    path = watch.drop()
    watch.look()
    seen = path.stat()
    other = watch.drop("other", row("TV26000002"))
    assert other.stat().st_size == seen.st_size
    os.utime(other, ns=(seen.st_mtime_ns, seen.st_mtime_ns))
    other.rename(path)
    assert watch.look().receipts == []
    assert watch.look().receipts == [1]


def test_a_clock_set_back_never_takes_a_file_too_early_nor_never(watch: Watch) -> None:
    watch.drop()
    watch.look()
    assert watch.look(minutes=-600).receipts == []
    assert watch.look().receipts == [1]


def test_files_are_read_in_the_order_of_their_names(watch: Watch) -> None:
    for name in ("b.csv", "c.csv", "a.csv"):
        watch.drop(name, row(risk={"a.csv": "Low", "b.csv": "Medium", "c.csv": "High"}[name]))
    watch.look()
    watch.look()
    assert [receipt.filename for receipt in receipts()] == ["a.csv", "b.csv", "c.csv"]
    assert session().scalars(select(Episode.risk)).one() == "high", "the last is the newest"


def test_what_cannot_be_read_as_a_report_is_refused_and_moved_aside(watch: Watch) -> None:
    (watch.feed / "a.csv").write_bytes(b"")
    (watch.feed / "b.csv").write_bytes(b"<html><body>Sign in</body></html>")
    (watch.feed / "c.csv").write_bytes(b"x" * (wiring(watch.app).settings.limits.upload_bytes + 10))
    watch.look()
    assert watch.look().moved == 3
    assert [receipt.status for receipt in receipts()] == ["refused"] * 3
    assert receipts()[0].problem_code == "empty_file"
    assert receipts()[2].problem_code == "too_large"
    assert watch.taken("refused") == ["r000001-a.csv", "r000002-b.csv", "r000003-c.csv"]
    assert watch.taken() == []


def test_the_same_name_twice_is_two_reports(watch: Watch) -> None:
    watch.drop()
    watch.look()
    watch.look()
    watch.drop("night.csv", row(risk="High"))
    watch.look()
    assert watch.look().receipts == [2]
    watch.drop("night.csv", row(risk="High"))  # the very same bytes, dropped again
    watch.look()
    assert watch.look().receipts == [3]
    assert receipts()[2].duplicate_of_id == 2
    assert watch.taken() == ["r000001-night.csv", "r000002-night.csv", "r000003-night.csv"]


class _Cut(BaseException):
    """The process ends here."""


def cut_before_moving(monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(*given: object) -> None:
        raise _Cut

    monkeypatch.setattr(service._Look, "move", cut)


def test_cut_short_between_commit_and_move_it_is_known_again(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    watch.drop()
    watch.look()
    with monkeypatch.context() as patch:
        cut_before_moving(patch)
        with pytest.raises(_Cut):
            watch.look()
    assert count(Receipt) == 1
    assert watch.taken() == []
    assert watch.look() == Looked(moved=1)
    assert count(Receipt) == 1
    assert watch.taken() == ["r000001-night.csv"]


def test_cut_short_after_the_move_nothing_more_is_done(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    path = watch.drop()
    watch.look()
    with monkeypatch.context() as patch:
        cut_before_moving(patch)
        with pytest.raises(_Cut):
            watch.look()
    path.rename(path.with_name("done"))  # as the process had done before it could say so
    assert watch.look() == Looked()
    assert session().scalars(select(FolderFile.moved_at)).one() is not None
    assert count(Receipt) == 1


def test_while_it_waits_to_be_moved_another_report_of_the_same_name_is_another(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch.drop()
    watch.look()
    with monkeypatch.context() as patch:
        cut_before_moving(patch)
        with pytest.raises(_Cut):
            watch.look()
    watch.drop("night.csv", *strangers(3))
    watch.look()
    assert watch.look().receipts == [2]
    assert [receipt.lines_read for receipt in receipts()] == [1, 3]


def test_a_receipt_still_being_read_keeps_its_file_in_the_folder(
    watch: Watch, monkeypatch: pytest.MonkeyPatch, context: Context
) -> None:
    watch.drop("a.csv", *strangers(2))
    watch.drop("b.csv", row("TV9", surname="Othername"))
    watch.look()
    real = intake.read_chunk

    def fails_once(current: Session, receipt: Receipt, *rest: object) -> None:
        if receipt.filename == "a.csv":
            raise RuntimeError("a fault of ours")
        real(current, receipt, *rest)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(intake, "read_chunk", fails_once)
        with pytest.raises(ExceptionGroup, match="could not be taken"):
            watch.look()
    assert [receipt.status for receipt in receipts()] == ["reading", "complete"], "it held up nobody else"
    assert watch.look().moved == 0
    assert watch.waiting() == {"a.csv": "being_read"}
    wired = wiring(watch.app)
    resume_reading(context, wired.settings.feeds, wired.settings.limits)
    assert watch.look().moved == 1
    assert watch.taken() == ["r000001-a.csv", "r000002-b.csv"]
    assert count(Receipt) == 2


def test_what_cannot_be_kept_stays_in_the_folder(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk: the transaction fails, so there is neither a receipt nor a note that there is one."""
    watch.drop()
    watch.look()

    def full(*given: object, **more: object) -> bool:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(service.roads, "give_receipt", full)
        with pytest.raises(ExceptionGroup):
            watch.look()
    assert count(Receipt) == 0
    assert len(watch.look().receipts) == 1
    assert count(Receipt) == 1


def test_two_looks_at_once_make_one_receipt(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    """As from two machines, where no lock on the disk keeps them apart: the database does."""
    watch.drop()
    watch.look()
    real = service.roads.give_receipt
    entered = []

    def the_other_first(*given: object, **more: object) -> bool:
        if not entered:
            entered.append(True)
            return False  # what the compare-and-set says if another's commit came first
        return real(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(service.roads, "give_receipt", the_other_first)
    assert watch.look().receipts == []
    assert count(Receipt) == 0
    assert watch.look().receipts != []
    assert count(Receipt) == 1


def reluctant(monkeypatch: pytest.MonkeyPatch, method: str, error: FolderError) -> None:
    """A disk on which one thing does not work."""

    def fails(self: object, file: DroppedFile, *given: object) -> None:
        raise error

    monkeypatch.setattr(watched_folder._Look, method, fails)


def test_a_file_that_may_not_be_read_is_said_so_and_tried_again(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    watch.drop()
    watch.look()
    with monkeypatch.context() as patch:
        reluctant(patch, "read", FolderError("not_read", "It cannot be read: Permission denied."))
        assert watch.look() == Looked(waiting=1)
        assert watch.look() == Looked(waiting=1)
    assert watch.waiting() == {"night.csv": "not_read"}
    assert session().scalars(select(FolderFile.sentence)).one() == "It cannot be read: Permission denied."
    assert watch.look().receipts == [1]


def test_a_file_that_cannot_be_moved_is_said_so_and_never_read_twice(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch.drop()
    watch.look()
    with monkeypatch.context() as patch:
        reluctant(patch, "move", FolderError("not_moved", "It cannot be moved: Read-only file system."))
        assert watch.look() == Looked(receipts=[1])
        assert watch.look() == Looked()
        sentence = session().scalars(select(FolderFile.sentence)).one()
        assert sentence == "It has its receipt 1 and stays where it is. It cannot be moved: Read-only file system."
        session().rollback()
        reluctant(patch, "read", FolderError("not_read", "It cannot be read: Permission denied."))
        assert watch.look() == Looked()
    assert count(Receipt) == 1
    assert watch.look() == Looked(moved=1)
    assert count(Receipt) == 1


def test_what_is_left_alone_is_written_down_and_forgotten_when_it_goes(watch: Watch) -> None:
    (watch.root / "nroth").mkdir()
    pipe = watch.feed / "pipe.csv"
    os.mkfifo(pipe)
    part = watch.drop("night.csv.part")
    watch.look()
    assert watch.waiting() == {"nroth": "unknown_feed", "pipe.csv": "not_a_file", "night.csv.part": "unfinished_name"}
    pipe.unlink()
    part.rename(part.with_suffix(""))
    watch.look()
    assert watch.waiting() == {"nroth": "unknown_feed", "night.csv": "settling"}
    assert watch.look().receipts == [1]


def test_a_name_under_which_a_folder_stood_may_become_a_file(watch: Watch) -> None:
    (watch.feed / "night.csv").mkdir()
    watch.look()
    (watch.feed / "night.csv").rmdir()
    watch.drop()
    watch.look()
    assert watch.look().receipts == [1]


def test_odd_names(watch: Watch) -> None:
    for name in ("line\nbreak.csv", "\u202evsc.gnp", os.fsdecode(b"\xff\xfe.csv"), "x" * 255):
        watch.drop(name)
    watch.look()
    assert watch.look().moved == 4
    assert all(receipt.filename.isprintable() for receipt in receipts())
    assert len(watch.taken()) == 4


def test_a_root_that_went_away_is_a_problem_until_it_is_back(watch: Watch) -> None:
    watch.drop()
    watch.look()
    aside = watch.root.rename(watch.root.with_name("aside"))
    assert watch.look().problem == "The folder cannot be opened: No such file or directory."
    watch.look()
    session().rollback()
    held = session().scalars(select(RoadState)).one()
    assert (held.failures, held.failing_since, held.code) == (2, NOON + timedelta(minutes=2), "no_folder")
    aside.rename(watch.root)
    assert watch.look().receipts == [1], "it is as it was seen before"
    session().rollback()
    assert (held.failures, held.failing_since, held.code) == (0, None, None)


def test_a_feed_that_is_no_longer_configured_keeps_its_files(watch: Watch) -> None:
    path = watch.drop()
    watch.look(feeds=False)
    watch.look(feeds=False)
    assert path.exists()
    assert watch.waiting() == {FEED: "unknown_feed"}


def test_looking_stops_between_two_files_when_told_to(watch: Watch) -> None:
    for name in "abc":
        watch.drop(f"{name}.csv")
    watch.look()
    answers = iter([True, False])
    now = NOON + timedelta(minutes=5)
    wired = wiring(watch.app)
    given = (
        replace(watch.context, now=now),
        FolderOnDisk(watch.root),
        wired.settings.feeds,
        wired.settings.limits,
        SETTLE,
    )
    assert look(*given, lambda: now, lambda: next(answers)).receipts == [1]
    assert count(Line) == 1


def test_when_no_folder_is_watched_nothing_of_it_is_spoken_of(watch: Watch) -> None:
    (watch.root / "nroth").mkdir()
    watch.look()
    service.forget()
    assert count(FolderFile) == count(RoadState) == 0


@pytest.mark.parametrize("times", [1, 3])
def test_a_folder_full_of_rubbish_does_not_fill_the_database(watch: Watch, times: int) -> None:
    for number in range(250):
        (watch.root / f"rubbish{number:03d}").touch()
    for _ in range(times):
        watch.look()
    assert count(FolderFile) == 200
