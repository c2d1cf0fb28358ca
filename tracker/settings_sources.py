"""Where settings come from: files of TOML, which say more than a variable could, and the TRACKER_* variables."""

import tomllib
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, TypeVar

from tracker.core.feed import Feed
from tracker.core.feed_definition import plain_definition, read_definition
from tracker.core.form_definition import form_of
from tracker.core.interview_form import InterviewForm

T = TypeVar("T")


class SettingsError(ValueError):
    """A setting that cannot be used; its text is for the person who starts the program."""


def read_toml(path: Path) -> dict[str, Any]:
    """What a settings file says. Raises SettingsError naming the file."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"The settings file {path} cannot be read: {error}") from error


def read_feed_file(path: Path) -> dict[str, Any]:
    """A feed file's definition, in its plain form. Raises SettingsError naming the file and what is wrong with it."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"The feed file {path.name} cannot be used: {error}") from error
    feed = read_definition(given)
    if isinstance(feed, Feed):
        return plain_definition(given)
    sentences = " ".join(problem.sentence for problem in feed)
    raise SettingsError(f"The feed file {path.name} cannot be used: {sentences}")


def read_form_file(path: Path) -> InterviewForm:
    """The form of a file. Raises SettingsError naming the file and what is wrong with it."""
    try:
        return form_of(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise SettingsError(f"The interview form {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:  # what is no TOML or no UTF-8, too
        raise SettingsError(f"The interview form {path.name} cannot be used: {error}") from error


def read_data_file(path: Path, what: str, read: Callable[[Mapping[str, Any]], T]) -> T:
    """What a file of reference data says. Raises SettingsError naming the file and what is wrong with it."""
    try:
        return read(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise SettingsError(f"The {what} in {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:  # what is no TOML or no UTF-8, too
        raise SettingsError(f"The {what} in {path.name} cannot be used: {error}") from error


_NOT_SETTINGS = {"TRACKER_CONFIG"}
_FILES = {
    "mail_ca_file", "notify_ca_file", "bounces_ca_file", "monitoring_ca_file", "clock_offset_file",
    "interview_form_file",
}  # fmt: skip
"""Settings that are the name of a file, and no secret in one."""

_SECRETS = ("pull_secret", "webhook_secret")
"""Secrets of something with a name of its own: TRACKER_PULL_SECRET_<NAME>."""


def from_environ(environ: Mapping[str, str], sections: Collection[str]) -> dict[str, Any]:
    """TRACKER_MAIL_HOST → mail.host; TRACKER_ENV → env; TRACKER_SECRET_KEY_FILE → secret_key, from that file."""
    found: dict[str, Any] = {}
    for variable, raw in environ.items():
        if not variable.startswith("TRACKER_") or variable in _NOT_SETTINGS:
            continue
        name, text = variable.removeprefix("TRACKER_").lower(), raw
        if name.endswith("_file") and name not in _FILES:
            name, text = name.removesuffix("_file"), _secret(variable, raw)
        value: Any = [item.strip() for item in text.split(",")] if name == "trusted_hosts" else text
        kind = next((kind for kind in _SECRETS if name.startswith(kind + "_")), None)
        if kind:
            found.setdefault(kind + "s", {})[name.removeprefix(kind + "_")] = value
            continue
        section = next((section for section in sections if name.startswith(section + "_")), None)
        if section:
            found.setdefault(section, {})[name.removeprefix(section + "_")] = value
        else:
            found[name] = value
    return found


def _secret(variable: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{variable} names a file that cannot be read: {error.strerror}.") from error
