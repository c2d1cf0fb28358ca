"""The settings of the roads by which reports come in by themselves: the watched folder and the pulls."""

from datetime import time
from ipaddress import ip_network
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from tracker.core.addresses import Network
from tracker.core.pulls import Pull


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Intake(_Section):
    watch_folder: str = ""
    settle_seconds: float = Field(default=30, ge=0, le=3600)


def https_address(url: str) -> str:
    try:
        parts, port = urlsplit(url), urlsplit(url).port
    except ValueError:
        raise ValueError("is not a web address") from None
    if parts.scheme != "https" or not parts.hostname:
        raise ValueError("must begin with https:// and name a host")
    if parts.username is not None or parts.password is not None or parts.fragment or port == 0:
        raise ValueError("holds a name, a password or a fragment: give username and secret_file beside it")
    if not url.isascii() or any(character.isspace() for character in url):
        raise ValueError("holds a character that no web address has")
    return url


def _time_of_day(text: object) -> object:
    """`07:30` and nothing else: not `7`, which pydantic would take for seconds."""
    if not isinstance(text, str) or len(text) != 5 or text[2] != ":":
        raise ValueError("is not a time of day: write for example 07:30")
    return text


def network(text: object) -> object:
    if not isinstance(text, str):
        raise ValueError("is not a network")  # noqa: TRY004 (pydantic makes a sentence of a ValueError)
    return ip_network(text)


class PullSection(_Section):
    feed: str = Field(min_length=1)
    name: str = Field(default="", pattern=r"^([a-z0-9][a-z0-9_-]{0,40})?$")
    url: Annotated[str, AfterValidator(https_address)] = Field(repr=False)
    auth: Literal["none", "basic", "bearer", "client_certificate"] = "none"
    username: str = ""
    secret_file: str = ""
    certificate_file: str = ""
    key_file: str = ""
    ca_file: str = ""
    every_minutes: int | None = Field(default=None, ge=1, le=24 * 60)
    at: tuple[Annotated[time, BeforeValidator(_time_of_day)], ...] = ()
    timeout_seconds: float = Field(default=60, ge=1, le=600)
    max_bytes: int | None = Field(default=None, ge=1)
    max_redirects: int = Field(default=0, ge=0, le=3)
    redirect_hosts: tuple[str, ...] = ()
    allow_private_addresses: tuple[Annotated[Network, BeforeValidator(network)], ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> "PullSection":
        if (self.every_minutes is None) == (not self.at):
            raise ValueError("give either every_minutes or at")
        if self.auth == "basic" and not self.username:
            raise ValueError("basic sign-in needs a username")
        if self.auth == "client_certificate" and not self.certificate_file:
            raise ValueError("sign-in by certificate needs a certificate_file")
        return self

    def as_pull(self, secrets: dict[str, SecretStr], most_bytes: int) -> Pull:
        """The core's value. `secrets` are those of the environment, by the pull's name."""
        given = self.model_dump(exclude={"name", "max_bytes"})
        name = self.name or self.feed
        secret = secrets.get(as_variable(name), SecretStr("")).get_secret_value()
        return Pull(
            **given | {"redirect_hosts": tuple(host.lower() for host in self.redirect_hosts)},
            name=name,
            secret=secret,
            max_bytes=min(self.max_bytes or most_bytes, most_bytes),
        )


def as_variable(name: str) -> str:
    """How the name of a pull stands in TRACKER_PULL_SECRET_<NAME>, in small letters."""
    return name.replace("-", "_")


def pulls_of(sections: tuple[PullSection, ...], secrets: dict[str, SecretStr], most_bytes: int) -> tuple[Pull, ...]:
    """Every pull. Raises ValueError with a sentence where two have one name, or a sign-in has no secret."""
    pulls = tuple(section.as_pull(secrets, most_bytes) for section in sections)
    names = [as_variable(pull.name) for pull in pulls]
    if len(set(names)) != len(names):
        raise ValueError("two pulls have the same name: give each a name of its own")
    for pull in pulls:
        if pull.auth in ("basic", "bearer") and not (pull.secret or pull.secret_file):
            variable = f"TRACKER_PULL_SECRET_{as_variable(pull.name).upper()}"
            raise ValueError(f"the pull {pull.name} has no secret: set its secret_file, or {variable}")
    unknown = sorted(set(secrets) - set(names))
    if unknown:
        raise ValueError(f"there is a secret for a pull that does not exist: {unknown[0]}")
    return pulls
