"""The only place that wires things together: settings, clock, database, mailer, pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask

from tracker.adapters.bounce_mailbox import ImapMailbox
from tracker.adapters.charts import ChartRenderer
from tracker.adapters.mailbox import FolderMailbox
from tracker.adapters.mailer import FolderMailer, Mailer, NoMailer, SmtpMailer
from tracker.adapters.monitor import HttpsMonitor
from tracker.adapters.notify import NotifyMailer
from tracker.adapters.report_source import HttpsReportSource
from tracker.adapters.typesetting import Typesetter
from tracker.adapters.webhook import WebhookMailer
from tracker.core.bounces import BounceMailbox
from tracker.core.clock import Clock, ShiftedClock, SystemClock, read_local
from tracker.core.dropped_files import WatchedFolder
from tracker.core.monitoring import Monitor
from tracker.core.pulls import ReportSource
from tracker.settings import PROJECT, Settings, SettingsError, load_settings
from tracker.settings_engine import Monitoring
from tracker.store.db import db, prepare_engine
from tracker.store.migrations import migrate


@dataclass(frozen=True)
class Wiring:
    """What was handed in, for the edge: views, commands and jobs read it by `wiring(app)`."""

    settings: Settings
    clock: Clock
    mailer: Mailer
    charts: ChartRenderer
    typesetter: Typesetter
    source: ReportSource
    folder: WatchedFolder | None
    webhooks: Mapping[str, Mailer]
    bounces: BounceMailbox | None
    monitor: Monitor | None


def create_app(
    settings: Settings | None = None,
    clock: Clock | None = None,
    mailer: Mailer | None = None,
    source: ReportSource | None = None,
    *,
    pages: bool = True,
) -> Flask:
    """The application. Tests hand in their own clock, mailer and source; commands and servers take the settings'.

    `pages`: False for what serves none, such as a command: it starts in a fraction of the time.
    """
    settings = settings or load_settings()
    clock = clock or make_clock(settings)
    app = Flask(
        "tracker",
        root_path=str(PROJECT),
        instance_path=str(PROJECT / "var"),
        template_folder="templates",
        static_folder="static",
    )
    app.extensions["tracker"] = Wiring(
        settings=settings,
        clock=clock,
        mailer=mailer or make_mailer(settings, clock),
        charts=ChartRenderer(PROJECT / "templates" / "charts"),
        typesetter=Typesetter(PROJECT / "templates" / "reports"),
        source=source or HttpsReportSource(),
        folder=make_folder(settings.intake.watch_folder),
        webhooks={one.name: WebhookMailer(one, clock.now) for one in settings.webhooks_out},
        bounces=make_bounces(settings),
        monitor=make_monitor(settings.monitoring),
    )
    app.config.update(
        SQLALCHEMY_DATABASE_URI=database_url(settings),
        # hide_parameters: the text of a database error must not quote a child's data
        SQLALCHEMY_ENGINE_OPTIONS={"pool_pre_ping": True, "hide_parameters": True},
        MAX_CONTENT_LENGTH=settings.limits.upload_bytes + 65_536,
        MAX_FORM_MEMORY_SIZE=2_000_000,
        TRUSTED_HOSTS=list(settings.trusted_hosts),
    )
    db.init_app(app)
    migrate.init_app(app, db)
    with app.app_context():
        prepare_engine(db.engine)
    if pages:
        from tracker.web import init_web  # with Flask's extensions, which what serves no page need not load

        init_web(app)
    return app


def wiring(app: Flask) -> Wiring:
    """What was handed to this application."""
    found = app.extensions["tracker"]
    assert isinstance(found, Wiring)
    return found


def mailbox(app: Flask) -> FolderMailbox | None:
    """What would have been emailed, in a demonstration; None elsewhere."""
    given = wiring(app).settings
    return FolderMailbox(PROJECT / given.mail.folder) if given.env == "demo" and given.mail.folder else None


def make_mailer(settings: Settings, clock: Clock) -> Mailer:
    """What carries the road `email`."""
    mail = settings.mail
    if mail.folder:
        return FolderMailer(PROJECT / mail.folder, mail.sender)
    if mail.road == "notify":
        given = settings.notify.model_dump() | {"api_key": settings.notify.api_key.get_secret_value()}
        return NotifyMailer(**given, read_clock=clock.now)
    if not mail.host:
        return NoMailer()
    return SmtpMailer(**mail.model_dump(exclude={"folder", "road"}))


def make_bounces(settings: Settings) -> BounceMailbox | None:
    """The mailbox into which undeliverable emails come back; None where none is set."""
    given = settings.bounces
    if not given.host:
        return None
    found = given.model_dump(exclude={"every_seconds"}) | {"password": given.password.get_secret_value()}
    return ImapMailbox(**found)


def make_monitor(monitoring: Monitoring) -> Monitor | None:
    """What hears of every good sweep; None where no address is set."""
    url = monitoring.ping_url.get_secret_value()
    allowed = monitoring.allow_private_addresses
    return HttpsMonitor(url, monitoring.ping_timeout_seconds, monitoring.ca_file, allowed) if url else None


def make_folder(path: str) -> WatchedFolder | None:
    """The watched folder, relative to the project; None where none is set."""
    if not path:
        return None
    from tracker.adapters.watched_folder import FolderOnDisk  # needs a POSIX system, which the rest does not

    return FolderOnDisk(PROJECT / path)


def database_url(settings: Settings) -> str:
    """SQLite paths are relative to the project, so that every command finds the same file."""
    prefix = "sqlite:///"
    if settings.database_url.startswith(prefix) and not settings.database_url.startswith("sqlite:////"):
        path = PROJECT / settings.database_url.removeprefix(prefix)
        path.parent.mkdir(parents=True, exist_ok=True)
        return prefix + str(path)
    return settings.database_url


class OffsetFileClock:
    """A clock shifted by the seconds written in a file, read anew each time: moves a running process."""

    def __init__(self, base: Clock, path: Path) -> None:
        self.base = base
        self.path = path

    def now(self) -> datetime:
        text = self.path.read_text(encoding="utf-8").strip() if self.path.exists() else ""
        return self.base.now() + timedelta(seconds=float(text or 0))


def make_clock(settings: Settings) -> Clock:
    """The system's clock, or for tests and demonstrations one that starts at TRACKER_NOW and ticks on."""
    clock: Clock = SystemClock()
    if settings.now:
        clock = ShiftedClock(clock, parse_instant(settings.now) - clock.now())
    if settings.clock_offset_file:
        clock = OffsetFileClock(clock, Path(settings.clock_offset_file))
    return clock


def parse_instant(text: str) -> datetime:
    """An ISO instant; without an offset it is London time. Raises SettingsError with a sentence."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"{text[:40]!r} is not an instant. Write for example 2026-10-25T01:30+00:00.") from None
    return at if at.tzinfo else read_local(at).at
