"""Settings: `config/default.toml`, then the file in TRACKER_CONFIG, then TRACKER_* variables; frozen and validated.

A bad value stops the start with a sentence (`SettingsError`). A secret may also come from a file: TRACKER_X_FILE.
"""

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from tracker.core.feed import Feed
from tracker.core.feed_definition import feed_of
from tracker.core.interview_form import InterviewForm
from tracker.core.ladder_changes import webhooks_named
from tracker.core.ladder_definition import Ladder, ladder_of, read_ladder
from tracker.core.ladder_plain import plain_ladder
from tracker.core.national import NationalFigure
from tracker.core.places import District
from tracker.core.policy import Policy
from tracker.core.pulls import Pull
from tracker.core.repeats import RepeatRule
from tracker.core.rules import Rules
from tracker.core.terms import EpisodeKind
from tracker.core.webhooks import Webhook
from tracker.settings_digest import DigestSection
from tracker.settings_disclosure import DisclosureSection
from tracker.settings_districts import districts_of
from tracker.settings_engine import AlertsSection, Monitoring
from tracker.settings_figures import FiguresSection
from tracker.settings_mail import Bounces, Notify, WebhookSection, webhooks_of
from tracker.settings_meetings import MeetingsSection, MeetingTriggerSection, meetings_of
from tracker.settings_national import national_figures_of
from tracker.settings_roads import Intake, PullSection, pulls_of
from tracker.settings_sources import (
    SettingsError,
    from_environ,
    read_data_file,
    read_feed_file,
    read_form_file,
    read_toml,
)

__all__ = ["PROJECT", "Settings", "SettingsError", "load_settings", "read_feed_file"]

PROJECT = Path(__file__).resolve().parent.parent
SHIPPED_FORM = "config/interview_form.toml"
SHIPPED_NATIONAL = "config/national.toml"
SHIPPED_DISTRICTS = "config/districts.toml"
SECTIONS = (
    "council", "mail", "scheduler", "policy", "limits", "intake", "meetings", "digest", "notify", "bounces", "alerts",
    "monitoring", "disclosure", "figures",
)  # fmt: skip


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Council(_Section):
    name: str = Field(min_length=1)
    service: str = Field(min_length=1)
    own_names: tuple[str, ...] = ()


class Mail(_Section):
    host: str
    port: int = Field(ge=1, le=65535)
    security: Literal["starttls", "tls", "none"]
    username: str
    password: str
    ca_file: str
    sender: str
    folder: str
    timeout_seconds: float = Field(gt=0, le=120)
    road: Literal["smtp", "notify"] = "smtp"


class Scheduler(_Section):
    sweep_seconds: float = Field(gt=0, le=3600)
    deliver_seconds: float = Field(gt=0, le=3600)
    folder_seconds: float = Field(gt=0, le=3600)
    pull_seconds: float = Field(gt=0, le=3600)
    summary_day: int = Field(ge=1, le=28)
    stale_after_seconds: float = Field(gt=0)
    lease_seconds: float = Field(ge=5, le=300)


class PolicySection(_Section):
    deadline_hours: int = Field(ge=1, le=24 * 31)
    due_soon_hours: int = Field(ge=0)
    clock_kinds: frozenset[EpisodeKind]
    countable_kinds: frozenset[EpisodeKind]
    only_known_to_services: bool
    same_episode_hours: int = Field(ge=0, le=24 * 7)


class Limits(_Section):
    upload_bytes: int = Field(ge=1024)
    rows: int = Field(ge=1)
    session_minutes: int = Field(ge=1)
    idle_minutes: int = Field(ge=1)
    sign_in_per_minute: int = Field(ge=1)
    api_per_minute: int = Field(ge=1)


class RepeatRuleSection(_Section):
    name: str = Field(pattern=r"^[a-z0-9_]{1,40}$")
    count: int = Field(ge=2, le=100)
    window_days: int = Field(ge=1, le=3660)
    title: str = ""
    action: str = ""


class Settings(_Section):
    """Everything a council or an administrator may set."""

    env: Literal["development", "demo", "test", "production"]
    database_url: str = Field(min_length=1)
    base_url: str = Field(pattern=r"^https?://[^/\s]+$")
    trusted_hosts: tuple[str, ...]
    secret_key: str
    proxy_hops: int = Field(default=0, ge=0, le=5)
    feeds_dir: str = ""
    interview_form_file: str = ""
    national_file: str = ""
    districts_file: str = ""
    now: str = ""
    clock_offset_file: str = ""
    council: Council
    mail: Mail
    scheduler: Scheduler
    policy: PolicySection
    limits: Limits
    repeat_rules: tuple[RepeatRuleSection, ...]
    rungs: tuple[dict[str, Any], ...]
    triggers: tuple[dict[str, Any], ...] = ()
    window: dict[str, Any] = {}
    meetings: MeetingsSection
    digest: DigestSection
    meeting_triggers: tuple[MeetingTriggerSection, ...]
    intake: Intake
    alerts: AlertsSection = AlertsSection()
    monitoring: Monitoring = Monitoring()
    disclosure: DisclosureSection = DisclosureSection()
    figures: FiguresSection = FiguresSection()
    pulls: tuple[PullSection, ...] = ()
    pull_secrets: dict[str, SecretStr] = {}
    notify: Notify = Notify()
    bounces: Bounces = Bounces()
    webhooks: tuple[WebhookSection, ...] = ()
    webhook_secrets: dict[str, SecretStr] = {}

    @model_validator(mode="after")
    def _fits_together(self) -> "Settings":
        if len({rule.name for rule in self.repeat_rules}) != len(self.repeat_rules):
            raise ValueError("two repeat rules have the same name")
        ladder = read_ladder(self._ladder_as_given())
        if not isinstance(ladder, Ladder):
            raise ValueError("the ladder: " + " ".join(problem.sentence for problem in ladder))  # noqa: TRY004
        if unknown := webhooks_named(self.ladder_definition) - {*self.webhook_names}:
            raise ValueError(f"the ladder: there is no webhook named {', '.join(sorted(unknown))}")
        if (self.now or self.clock_offset_file) and self.env not in ("test", "demo"):
            raise ValueError("the clock may be set only where env is test or demo")
        pulls_of(self.pulls, self.pull_secrets, self.limits.upload_bytes)
        meetings_of(self.meetings, self.meeting_triggers, [rule.name for rule in self.repeat_rules])
        webhooks_of(self.webhooks, self.webhook_secrets)
        if self.mail.road == "notify":
            self.notify.check()
        if self.env == "production":
            self._fit_for_production()
        return self

    def _fit_for_production(self) -> None:
        if len(self.secret_key) < 32:
            raise ValueError("secret_key needs at least 32 characters in production (TRACKER_SECRET_KEY_FILE)")
        if not self.base_url.startswith("https://"):
            raise ValueError("base_url must begin with https:// in production")
        if self.mail.road == "smtp" and self.mail.host and self.mail.security == "none":
            raise ValueError("mail.security must be starttls or tls in production")
        if self.mail.folder:
            raise ValueError("mail.folder is for demonstrations: set mail.host in production")

    @cached_property
    def rules(self) -> Rules:
        """The settings that are rules, as the core knows them. The ladder is the file's, its teams unresolved: that in
        force is found by services/ladder.py."""
        ladder = ladder_of(self.ladder_definition, {})
        return Rules(
            policy=Policy(**self.policy.model_dump()),
            repeat_rules=tuple(RepeatRule(**rule.model_dump()) for rule in self.repeat_rules),
            ladder=ladder.rungs,
            triggers=ladder.triggers,
            interview_form=self.interview_form,
            meetings=meetings_of(self.meetings, self.meeting_triggers, [rule.name for rule in self.repeat_rules]),
            single_messages=self.alerts.single_messages,
        )

    @property
    def webhook_names(self) -> tuple[str, ...]:
        """The webhooks that a ladder may name."""
        return tuple(webhook.name for webhook in self.webhooks)

    def _ladder_as_given(self) -> dict[str, Any]:
        return {"rungs": list(self.rungs), "triggers": list(self.triggers), "window": self.window}

    @cached_property
    def ladder_definition(self) -> dict[str, Any]:
        """The ladder of the files, in its plain form: in force until one is saved on its page."""
        return plain_ladder(self._ladder_as_given())

    @cached_property
    def interview_form(self) -> InterviewForm:
        """The form of the return home interview: the council's own, or the shipped one."""
        return read_form_file(PROJECT / (self.interview_form_file or SHIPPED_FORM))

    @cached_property
    def national_figures(self) -> tuple[NationalFigure, ...]:
        """Published figures to compare with: the council's own file, or the shipped one."""
        path = PROJECT / (self.national_file or SHIPPED_NATIONAL)
        return read_data_file(path, "published figures", national_figures_of)

    @cached_property
    def districts(self) -> tuple[District, ...]:
        """The council's districts and their tiles: its own file, or the shipped one."""
        return read_data_file(PROJECT / (self.districts_file or SHIPPED_DISTRICTS), "districts", districts_of)

    @cached_property
    def report_pulls(self) -> tuple[Pull, ...]:
        """The pulls, as the core knows them."""
        return pulls_of(self.pulls, self.pull_secrets, self.limits.upload_bytes)

    @cached_property
    def webhooks_out(self) -> tuple[Webhook, ...]:
        """The webhooks, as the core knows them."""
        return webhooks_of(self.webhooks, self.webhook_secrets)

    @cached_property
    def feeds(self) -> dict[str, Feed]:
        """Every feed of a file, by name."""
        return {name: feed_of(given, self.council.own_names) for name, given in self.feed_definitions.items()}

    @cached_property
    def feed_definitions(self) -> dict[str, dict[str, Any]]:
        """What the feed files say, by name: the shipped ones, then those of `feeds_dir`, which may replace them."""
        folders = [PROJECT / "config" / "feeds", *([Path(self.feeds_dir)] if self.feeds_dir else [])]
        found = [read_feed_file(path) for folder in folders for path in sorted(folder.glob("*.toml"))]
        return {given["name"]: given for given in found}


def load_settings(environ: Mapping[str, str] | None = None, **overrides: object) -> Settings:
    """Read and validate. `overrides` are top-level keys, or `section__key`, and win over everything else."""
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = read_toml(PROJECT / "config" / "default.toml")
    values |= read_toml(PROJECT / "config" / "ladder.toml")
    if path := environ.get("TRACKER_CONFIG"):
        _merge(values, read_toml(Path(path)))
    _merge(values, from_environ(environ, SECTIONS))
    for key, value in overrides.items():
        section, _, name = key.partition("__")
        _merge(values, {section: {name: value}} if name else {key: value})
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(f"The settings cannot be used: {_sentence(error)}") from error
    _ = settings.interview_form, settings.national_figures, settings.districts  # a bad file stops the start, no page
    return settings


def _merge(values: dict[str, Any], more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, Mapping) and isinstance(values.get(key), dict):
            values[key] = {**values[key], **value}
        else:
            values[key] = value


def _sentence(error: Exception) -> str:
    if isinstance(error, ValidationError):
        parts = [
            f"{'.'.join(map(str, e['loc'])) or 'together'}: {e['msg'].removeprefix('Value error, ')}"
            for e in error.errors()
        ]
        return "; ".join(parts) + "."
    return str(error)
