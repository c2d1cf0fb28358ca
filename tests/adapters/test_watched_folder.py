"""What lies in the watched folder, as the disk has it: plain whole files only, by no trick anything else."""

import errno
import os
import socket
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from tracker.adapters import watched_folder
from tracker.adapters.watched_folder import FolderOnDisk
from tracker.core.dropped_files import DroppedFile, FolderError, OpenFolder

TODAY = date(2026, 11, 16)
LIMIT = 1_000_000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    (folder / "north").mkdir(parents=True)
    return folder


@pytest.fixture
def opened(root: Path) -> Iterator[OpenFolder]:
    """A look at what the test has dropped before it asks for this."""
    with FolderOnDisk(root).open(["north"]) as look:
        yield look


def look(root: Path, feeds: tuple[str, ...] = ("north",)) -> tuple[list[DroppedFile], dict[str, str]]:
    """The files, and what is left alone with its code."""
    with FolderOnDisk(root).open(feeds) as found:
        return list(found.files), {f"{left.feed}/{left.name}": left.code for left in found.left_alone}


def code(act: pytest.ExceptionInfo[FolderError]) -> str:
    return act.value.code


def test_the_feeds_folders_are_made(root: Path) -> None:
    assert look(root, ("north", "south")) == ([], {})
    assert (root / "south").is_dir()
    assert stat.S_IMODE((root / "south").stat().st_mode) & 0o007 == 0


def test_files_come_in_the_order_of_their_names(root: Path) -> None:
    for name in ("2.csv", "10.csv", "1.csv"):
        (root / "north" / name).write_bytes(b"x")
    assert [file.name for file in look(root)[0]] == ["1.csv", "10.csv", "2.csv"]


def test_what_is_not_a_whole_plain_file_is_left_alone(root: Path, tmp_path: Path) -> None:
    north = root / "north"
    os.mkfifo(north / "pipe.csv")
    (north / "link.csv").symlink_to("/etc/passwd")
    (north / "nowhere.csv").symlink_to(north / "nothing")
    (north / "folder.csv").mkdir()
    outside = tmp_path / "outside.csv"
    outside.write_bytes(b"x")
    os.link(outside, north / "hard.csv")
    with socket.socket(socket.AF_UNIX) as unix, suppress(OSError):
        unix.bind(str(north / "s.csv"))
    for name in ("a.csv.part", "a.TMP", "a.filepart", ".a.csv.Xy", "~$a.xlsx"):
        (north / name).write_bytes(b"x")
    files, left = look(root)
    assert files == []
    assert left == {
        "north/pipe.csv": "not_a_file",
        "north/link.csv": "not_a_file",
        "north/nowhere.csv": "not_a_file",
        "north/folder.csv": "not_a_file",
        "north/hard.csv": "hard_link",
        "north/s.csv": "not_a_file",
        "north/a.csv.part": "unfinished_name",
        "north/a.TMP": "unfinished_name",
        "north/a.filepart": "unfinished_name",
        "north/.a.csv.Xy": "hidden_name",
        "north/~$a.xlsx": "hidden_name",
    }


def test_what_stands_beside_the_feeds_folders_is_named(root: Path) -> None:
    (root / "nroth").mkdir()
    (root / "stray.csv").write_bytes(b"x")
    assert look(root)[1] == {"/nroth": "unknown_feed", "/stray.csv": "unknown_feed"}


def test_a_feeds_folder_that_is_a_link_is_not_entered(root: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "a.csv").write_bytes(b"x")
    (root / "south").symlink_to(elsewhere)
    files, left = look(root, ("north", "south"))
    assert (files, left) == ([], {"/south": "folder_unusable"})


def test_a_root_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FolderError) as error, FolderOnDisk(tmp_path / "none").open([]):
        pass
    assert code(error) == "no_folder"
    assert "does not exist" in (FolderOnDisk(tmp_path / "none").problem() or "")


def test_a_root_that_cannot_be_listed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(folder: int) -> set[str]:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(watched_folder, "_names", broken)
        with pytest.raises(FolderError, match="Input/output error") as error, FolderOnDisk(root).open([]):
            pass
    assert code(error) == "no_folder"
    with FolderOnDisk(root).open([]):
        pass


def test_one_look_at_a_time(root: Path) -> None:
    with FolderOnDisk(root).open(["north"]), pytest.raises(FolderError) as error, FolderOnDisk(root).open(["north"]):
        pass
    assert code(error) == "being_looked_at"
    assert look(root) == ([], {})


@pytest.mark.parametrize("content", [b"", b"x" * 3_000_000])
def test_the_bytes_are_read_up_to_the_limit(root: Path, content: bytes, request: pytest.FixtureRequest) -> None:
    (root / "north" / "a.csv").write_bytes(content)
    opened = request.getfixturevalue("opened")
    assert opened.read(opened.files[0], LIMIT + 1) == content[: LIMIT + 1]


class TestBetweenTheLookAndTheReading:
    """Whoever may write into the folder changes it in the worst moment."""

    @pytest.fixture
    def file(self, root: Path) -> Path:
        path = root / "north" / "a.csv"
        path.write_bytes(b"as it was seen")
        return path

    def test_gone(self, file: Path, opened: OpenFolder) -> None:
        file.unlink()
        with pytest.raises(FolderError) as error:
            opened.read(opened.files[0], LIMIT)
        assert code(error) == "gone"

    def test_another_file(self, file: Path, opened: OpenFolder) -> None:
        other = file.with_name("other")
        other.write_bytes(b"another report")
        os.utime(other, ns=(0, opened.files[0].mtime_ns))
        other.rename(file)
        with pytest.raises(FolderError) as error:
            opened.read(opened.files[0], LIMIT)
        assert code(error) == "changed"

    def test_grown(self, file: Path, opened: OpenFolder) -> None:
        with file.open("ab") as more:
            more.write(b", and more")
        with pytest.raises(FolderError) as error:
            opened.read(opened.files[0], LIMIT)
        assert code(error) == "changed"

    @pytest.mark.parametrize("what", ["link", "pipe", "hard link"])
    def test_no_plain_file_any_more(self, file: Path, opened: OpenFolder, what: str) -> None:
        if what == "hard link":
            os.link(file, file.with_name("second"))
        else:
            file.unlink()
            file.symlink_to("/etc/passwd") if what == "link" else os.mkfifo(file)
        with pytest.raises(FolderError) as error:
            opened.read(opened.files[0], LIMIT)
        assert code(error) in ("changed", "not_a_file")

    def test_while_it_is_read(self, file: Path, opened: OpenFolder, monkeypatch: pytest.MonkeyPatch) -> None:
        def grows(handle: int, limit: int) -> bytes:
            content = os.read(handle, limit)
            file.write_bytes(b"something else altogether")
            return content

        monkeypatch.setattr(watched_folder, "_bytes_of", grows)
        with pytest.raises(FolderError) as error:
            opened.read(opened.files[0], LIMIT)
        assert code(error) == "changed"

    def test_the_folder_itself_swapped_leads_nowhere(self, file: Path, opened: OpenFolder, tmp_path: Path) -> None:
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        (elsewhere / "a.csv").write_bytes(b"not for us")
        file.parent.rename(tmp_path / "aside")
        file.parent.symlink_to(elsewhere)
        assert opened.read(opened.files[0], LIMIT) == b"as it was seen"
        opened.move(opened.files[0], "done", TODAY, 7)
        assert [path.name for path in elsewhere.iterdir()] == ["a.csv"]
        assert (tmp_path / "aside/done/2026-11-16/r000007-a.csv").read_bytes() == b"as it was seen"

    @pytest.mark.skipif(not hasattr(__import__("fcntl"), "F_SETLEASE"), reason="Linux says who is writing")
    def test_open_in_a_program_that_still_writes(self, file: Path, opened: OpenFolder) -> None:
        with file.open("ab"), pytest.raises(FolderError) as error:
            opened.read(opened.files[0], LIMIT)
        assert code(error) == "being_written"
        assert opened.read(opened.files[0], LIMIT) == b"as it was seen"


class TestMoving:
    @pytest.fixture
    def file(self, root: Path) -> Path:
        path = root / "north" / "a.csv"
        path.write_bytes(b"report")
        return path

    def test_by_day_and_receipt(self, file: Path, root: Path, opened: OpenFolder) -> None:
        assert opened.move(opened.files[0], "refused", TODAY, 12) == "north/refused/2026-11-16/r000012-a.csv"
        assert (root / "north/refused/2026-11-16/r000012-a.csv").read_bytes() == b"report"
        assert not file.exists()
        assert stat.S_IMODE((root / "north/refused").stat().st_mode) & 0o077 == 0, "not for whoever drops files"

    def test_overwrites_nothing(self, file: Path, root: Path, opened: OpenFolder) -> None:
        day = root / "north/done/2026-11-16"
        day.mkdir(parents=True)
        (day / "r000012-a.csv").write_bytes(b"there already")
        assert opened.move(opened.files[0], "done", TODAY, 12).endswith("/r000012-2-a.csv")
        assert (day / "r000012-a.csv").read_bytes() == b"there already"
        assert (day / "r000012-2-a.csv").read_bytes() == b"report"

    def test_what_changed_since_it_was_read_stays(self, file: Path, opened: OpenFolder) -> None:
        file.write_bytes(b"a longer report")
        with pytest.raises(FolderError) as error:
            opened.move(opened.files[0], "done", TODAY, 12)
        assert code(error) == "changed"
        assert file.read_bytes() == b"a longer report"

    def test_what_changed_in_the_very_last_moment_is_put_back(
        self, file: Path, root: Path, opened: OpenFolder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = os.rename

        def late(*given: object, **more: object) -> None:
            monkeypatch.setattr(os, "rename", real)
            file.write_bytes(b"a longer report")
            real(*given, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(os, "rename", late)
        with pytest.raises(FolderError) as error:
            opened.move(opened.files[0], "done", TODAY, 12)
        assert code(error) == "changed"
        assert file.read_bytes() == b"a longer report"
        assert list((root / "north/done/2026-11-16").iterdir()) == []

    def test_onto_another_disk(
        self, file: Path, root: Path, opened: OpenFolder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def other_disk(*given: object, **more: object) -> None:
            raise OSError(errno.EXDEV, "Invalid cross-device link")

        monkeypatch.setattr(os, "rename", other_disk)
        opened.move(opened.files[0], "done", TODAY, 12)
        assert (root / "north/done/2026-11-16/r000012-a.csv").read_bytes() == b"report"
        assert not file.exists()

    def test_onto_a_disk_that_takes_nothing(
        self, file: Path, root: Path, opened: OpenFolder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def read_only(*given: object, **more: object) -> None:
            raise OSError(errno.EROFS, "Read-only file system")

        monkeypatch.setattr(os, "rename", read_only)
        with pytest.raises(FolderError, match="It cannot be moved: Read-only file system"):
            opened.move(opened.files[0], "done", TODAY, 12)
        assert file.read_bytes() == b"report"
        assert list((root / "north/done/2026-11-16").iterdir()) == [], "no empty file is left behind"

    def test_a_done_that_is_a_link_is_not_followed(self, file: Path, root: Path, tmp_path: Path) -> None:
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        (root / "north" / "done").symlink_to(elsewhere)
        with FolderOnDisk(root).open(["north"]) as found, pytest.raises(FolderError):
            found.move(found.files[0], "done", TODAY, 12)
        assert list(elsewhere.iterdir()) == []
        assert file.exists()

    @pytest.mark.parametrize(
        "name", ["line\nbreak.csv", "\u202egnp.csv", "spa ce;$(x).csv", "ü" * 125 + ".csv", "x" * 251 + ".csv", "-rf"]
    )
    def test_odd_names(self, root: Path, name: str) -> None:
        (root / "north" / name).write_bytes(b"odd")
        with FolderOnDisk(root).open(["north"]) as found:
            assert found.read(found.files[0], LIMIT) == b"odd"
            found.move(found.files[0], "done", TODAY, 1)
        (moved,) = (root / "north/done/2026-11-16").iterdir()
        assert moved.read_bytes() == b"odd"
        assert moved.name.startswith("r000001-")

    def test_a_name_that_is_no_text(self, root: Path) -> None:
        raw = os.fsencode(root / "north") + b"/\xff\xfe.csv"
        Path(os.fsdecode(raw)).write_bytes(b"odd")
        with FolderOnDisk(root).open(["north"]) as found:
            found.move(found.files[0], "done", TODAY, 1)
        (moved,) = (root / "north/done/2026-11-16").iterdir()
        assert os.fsencode(moved.name) == b"r000001-\xff\xfe.csv"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not")
def test_what_this_user_may_not_read_or_move_says_so() -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o755)
        (root / "north").mkdir(mode=0o755)
        secret = root / "north" / "a.csv"
        secret.write_bytes(b"x")
        secret.chmod(0o600)
        os.seteuid(65534)
        try:
            with FolderOnDisk(root).open(["north"]) as found:
                with pytest.raises(FolderError, match="It cannot be read: Permission denied"):
                    found.read(found.files[0], LIMIT)
                with pytest.raises(FolderError, match="It cannot be moved: Permission denied"):
                    found.move(found.files[0], "done", TODAY, 1)
            problem = FolderOnDisk(root).problem()
        finally:
            os.seteuid(0)
        assert "cannot be read and written" in (problem or "")
        assert secret.exists()
        assert FolderOnDisk(root).problem() is None
