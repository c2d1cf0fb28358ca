"""`tracker folder`, `tracker pull`, what `tracker check` says of them, and their settings, as typed."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.https_servers import Authority, Server, answer, serving
from tests.reports import FEED, as_csv, row
from tracker.cli import cli
from tracker.settings import Settings, SettingsError, load_settings

SECRET = "an-invented-secret"


@pytest.fixture
def config(tmp_path: Path, upgraded: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Write the council's own settings file."""
    database = tmp_path / "tracker.sqlite3"
    database.write_bytes(upgraded.read_bytes())
    path = tmp_path / "council.toml"
    for name, value in {
        "TRACKER_ENV": "test",
        "TRACKER_DATABASE_URL": f"sqlite:///{database}",
        "TRACKER_SECRET_KEY": "t" * 40,
        "TRACKER_MAIL_FOLDER": str(tmp_path / "mailbox"),
        "TRACKER_CONFIG": str(path),
    }.items():
        monkeypatch.setenv(name, value)
    path.write_text("")
    return lambda text: path.write_text(text) and None


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(cli, list(arguments))
    assert result.exit_code == code, result.output + repr(result.exception)
    return result


def document(*arguments: str, code: int = 0) -> Any:
    return json.loads(run(*arguments, "--json", code=code).stdout)


def checks() -> dict[str, Any]:
    return {check["name"]: check for check in document("check", code=1)["checks"]}  # 1: no scheduler has run


def test_a_folder_is_looked_at(config: Callable[[str], None], tmp_path: Path) -> None:
    root = tmp_path / "in"
    config(f'[intake]\nwatch_folder = "{root}"\nsettle_seconds = 0\n')
    assert "does not exist" in checks()["folder"]["sentence"]
    assert document("folder", code=2)["problems"][0]["code"] == "folder_unusable"
    root.mkdir()
    assert checks()["folder"]["ok"]
    assert document("folder") == {"receipts": [], "moved": 0, "waiting": 0, "problem": None}
    (root / FEED / "night.csv").write_bytes(as_csv([row()]))
    assert run("folder").output == "0 taken, 0 moved, 1 lie in the folder and wait.\n"
    assert document("folder") == {"receipts": [1], "moved": 1, "waiting": 0, "problem": None}


def test_no_folder_and_no_pull(config: Callable[[str], None]) -> None:
    assert document("folder", code=2)["problems"][0]["code"] == "no_folder_set"
    assert document("pull", code=2)["problems"][0]["code"] == "no_pull"
    assert "watch_folder" in run("folder", code=2).output
    assert checks()["folder"] == {"name": "folder", "ok": True, "sentence": "No folder is watched."}


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def server(authority: Authority) -> Iterator[Server]:
    with serving(answer(as_csv([row()]), headers={"ETag": '"v1"'}), authority.server()) as under_way:
        yield under_way


def pull_settings(server: Server, authority: Authority, more: str = "") -> str:
    return (
        f'[[pulls]]\nfeed = "{FEED}"\nurl = "{server.url()}?key={SECRET}"\nat = ["07:30"]\n'
        f'ca_file = "{authority.file}"\nallow_private_addresses = ["127.0.0.1/32"]\n{more}'
    )


def test_a_report_is_fetched_now(
    config: Callable[[str], None], server: Server, authority: Authority, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    config(pull_settings(server, authority, f'auth = "bearer"\nsecret_file = "{secret}"\n'))
    assert checks()[f"pull {FEED}"] == {
        "name": f"pull {FEED}",
        "ok": False,
        "sentence": "The file in secret_file cannot be read: No such file or directory.",
    }
    (failed,) = document("pull", code=1)["pulls"]
    assert (failed["outcome"], failed["code"]) == ("failed", "own_files")
    secret.write_text(SECRET)
    assert checks()[f"pull {FEED}"]["sentence"] == "Fetched from 127.0.0.1; its files are there."
    (done,) = document("pull", "--feed", FEED)["pulls"]
    assert (done["outcome"], done["receipt_id"]) == ("received", 1)
    assert document("pull", "--feed", "generic", code=2)["problems"][0]["code"] == "no_pull"
    assert server.seen[0].headers["authorization"] == f"Bearer {SECRET}"
    said = run("check", code=1).output + run("pull").output
    assert SECRET not in said


def test_a_server_that_fails_is_a_sentence_and_exit_code_1(
    config: Callable[[str], None], server: Server, authority: Authority
) -> None:
    config(pull_settings(server, authority).replace("127.0.0.1/32", "10.0.0.0/8"))
    assert "not on the internet" in run("pull", code=1).output
    assert server.connections == 0


GOOD = {"feed": FEED, "url": "https://reports.police.invalid/daily.csv", "every_minutes": 15}


def settings(pull: dict[str, object], **environ: str) -> Settings:
    return load_settings(environ, env="test", pulls=[pull])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"url": "http://reports.police.invalid/"}, "must begin with https://"),
        ({"url": "https://"}, "must begin with https://"),
        ({"url": "https://[::1"}, "is not a web address"),
        ({"url": "https://a.invalid:99999/"}, "is not a web address"),
        ({"url": f"https://council:{SECRET}@reports.police.invalid/"}, "holds a name, a password"),
        ({"url": "https://reports.police.invalid/ä"}, "holds a character"),
        ({"every_minutes": None}, "either every_minutes or at"),
        ({"at": ["07:30"]}, "either every_minutes or at"),
        ({"every_minutes": None, "at": ["7"]}, "is not a time of day"),
        ({"every_minutes": None, "at": ["25:00"]}, "at.0"),
        ({"auth": "basic", "secret_file": "/x"}, "needs a username"),
        ({"auth": "basic", "username": "council"}, "TRACKER_PULL_SECRET_THAMES_VALLEY"),
        ({"auth": "bearer"}, "has no secret"),
        ({"auth": "client_certificate"}, "certificate_file"),
        ({"max_redirects": 4}, "max_redirects"),
        ({"allow_private_addresses": ["10.1.2.3/24"]}, "host bits"),
        ({"allow_private_addresses": ["localhost"]}, "does not appear to be"),
        ({"verify": False}, "Extra inputs"),
    ],
)
def test_settings_that_cannot_be_used_stop_the_start(change: dict[str, object], says: str) -> None:
    with pytest.raises(SettingsError) as error:
        settings(GOOD | change)
    assert says in str(error.value)
    assert SECRET not in str(error.value)


def test_two_pulls_of_one_feed_need_names() -> None:
    with pytest.raises(SettingsError, match="two pulls have the same name"):
        load_settings({}, env="test", pulls=[GOOD, GOOD])
    named = load_settings({}, env="test", pulls=[GOOD, GOOD | {"name": "evening"}])
    assert [pull.name for pull in named.report_pulls] == [FEED, "evening"]


def test_a_secret_for_a_pull_that_does_not_exist_is_a_mistake() -> None:
    with pytest.raises(SettingsError, match="does not exist"):
        settings(GOOD, TRACKER_PULL_SECRET_SOMEBODY=SECRET)


def test_a_secret_is_nowhere_in_the_settings_shown(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n")
    keyed = GOOD | {"url": f"https://reports.police.invalid/{SECRET}", "auth": "bearer"}
    read = settings(keyed, TRACKER_PULL_SECRET_THAMES_VALLEY_FILE=str(file))
    assert read.report_pulls[0].secret == SECRET
    assert SECRET not in repr(read) + repr(read.report_pulls)


def test_no_pull_takes_more_than_an_upload() -> None:
    most = load_settings({}, env="test").limits.upload_bytes
    assert settings(GOOD | {"max_bytes": most * 2}).report_pulls[0].max_bytes == most
    assert settings(GOOD | {"max_bytes": 1000}).report_pulls[0].max_bytes == 1000
    assert settings(GOOD).report_pulls[0].max_bytes == most
