"""Who may import whom: the rooms of the house, read from the source, each failure saying where the import should go."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import tracker.core

TRACKER = Path(__file__).resolve().parent.parent / "tracker"
FILES = sorted(path for path in TRACKER.rglob("*.py") if "versions" not in path.parts)

ALLOWED: dict[str, set[str]] = {
    "core": {"tracker.core"},
    "store": {"tracker.core", "tracker.store", "sqlalchemy", "flask_sqlalchemy", "flask_migrate", "alembic"},
    "services": {
        "tracker.core", "tracker.store", "tracker.services", "tracker.adapters.tabular", "sqlalchemy", "argon2",
        "jinja2", "tomli_w",
    },
    "adapters": {
        "tracker.core", "tracker.adapters", "requests", "urllib3", "openpyxl", "vl_convert", "typst",
    },
    "web": {
        "tracker.core", "tracker.services", "tracker.web", "tracker.bootstrap", "tracker.settings",
        "tracker.adapters.workbook", "flask", "wtforms",
        "flask_wtf", "flask_limiter", "werkzeug", "markupsafe", "prometheus_client", "pydantic",
    },
    "commands": {
        "tracker.core", "tracker.services", "tracker.commands", "tracker.cli", "tracker.bootstrap", "tracker.settings",
        "tracker.scheduler", "tracker.watchdog", "tracker.demo", "tracker.bench", "tracker.adapters.processes",
        "tracker.adapters.mailer", "tracker.adapters.workbook", "tracker.store.migrations", "flask", "click",
        "waitress",
    },
    "demo": {"tracker.core", "tracker.services", "tracker.demo", "tracker.settings", "openpyxl"},
    "scheduler": {
        "tracker.core", "tracker.services", "tracker.bootstrap", "tracker.jobs", "tracker.adapters.processes",
        "apscheduler", "flask",
    },
    "jobs": {"tracker.core", "tracker.services", "tracker.bootstrap", "tracker.adapters.processes"},
    "watchdog": {"tracker.core", "tracker.services", "tracker.bootstrap", "tracker.adapters.processes", "flask"},
    "bench": {
        "tracker.core", "tracker.store", "tracker.services", "tracker.bench", "tracker.demo", "tracker.adapters.mailer",
        "sqlalchemy", "flask", "werkzeug", "aiosmtpd",
    },
    "cli": {
        "tracker.core", "tracker.services", "tracker.commands", "tracker.bootstrap", "tracker.settings", "click",
        "flask",
    },
    "settings": {
        "tracker.core", "tracker.settings_digest", "tracker.settings_disclosure", "tracker.settings_districts",
        "tracker.settings_engine", "tracker.settings_figures", "tracker.settings_mail", "tracker.settings_meetings",
        "tracker.settings_national", "tracker.settings_roads", "tracker.settings_sources", "pydantic",
    },
    "settings_digest": {"tracker.core", "pydantic"},
    "settings_disclosure": {"tracker.core", "pydantic"},
    "settings_districts": {"tracker.core", "pydantic"},
    "settings_national": {"tracker.core", "pydantic"},
    "settings_engine": {"tracker.core", "tracker.settings_roads", "pydantic"},
    "settings_figures": {"tracker.core", "pydantic"},
    "settings_mail": {"tracker.core", "tracker.settings_roads", "pydantic"},
    "settings_meetings": {"tracker.core", "pydantic"},
    "settings_roads": {"tracker.core", "pydantic"},
    "settings_sources": {"tracker.core"},
    "start": {"tracker.cli"},
    "bootstrap": {"tracker", "flask"},
}  # fmt: skip
"""What each room may import beside the standard library; a name allows what lies below it."""

WHERE: dict[str, str] = {
    "core": "The core decides, from what it is given: take the value as an argument, and read it in a service.",
    "store": "The store remembers: rules belong in tracker/core, several things at once in tracker/services.",
    "services": "A service uses the core and the store; what speaks to the outside (tracker/adapters) is handed in "
    "by tracker/bootstrap.py, and what speaks to a person stands in tracker/web.",
    "adapters": "An adapter knows the core only; whoever calls it hands it what it needs.",
    "web": "A page asks a service: put the query or the change in tracker/services and call it.",
    "commands": "A command asks a service: put the query or the change in tracker/services and call it.",
    "demo": "The demonstration acts through the services, as people would.",
    "bench": "Measurements put rows straight into an empty database; what they measure is asked of the services.",
    "scheduler": "The scheduler calls services and owns no rules.",
    "jobs": "A job of the scheduler calls services and owns no rules.",
    "cli": "The command line's frame calls services; the commands stand in tracker/commands.",
    "settings": "Settings are read before anything else exists: they know the core only.",
    "settings_digest": "Settings are read before anything else exists: they know the core only.",
    "settings_disclosure": "Settings are read before anything else exists: they know the core only.",
    "settings_districts": "Settings are read before anything else exists: they know the core only.",
    "settings_national": "Settings are read before anything else exists: they know the core only.",
    "settings_mail": "Settings are read before anything else exists: they know the core only.",
    "settings_meetings": "Settings are read before anything else exists: they know the core only.",
    "settings_engine": "Settings are read before anything else exists: they know the core only.",
    "settings_figures": "Settings are read before anything else exists: they know the core only.",
    "watchdog": "The watchdog calls services and owns no rules.",
    "settings_roads": "Settings are read before anything else exists: they know the core only.",
    "settings_sources": "Settings are read before anything else exists: they know the core only.",
    "start": "It loads the command line, and that is all.",
    "bootstrap": "Wiring only.",
}

CORE_ORDER = tuple(
    name
    for names in re.findall(r"^- [^:]+: ([^.]+)\.$", tracker.core.__doc__ or "", re.MULTILINE)
    for name in re.split(r",\s+", names)
)
"""The path of a report, as tracker/core/__init__.py tells it: each module imports earlier ones, never later ones."""

ONLY_IN_ADAPTERS = {
    "smtplib": "Email goes through tracker/store/outbox.py; only tracker/adapters speaks SMTP.",
    "requests": "Only tracker/adapters speaks HTTP.",
    "urllib3": "Only tracker/adapters speaks HTTP.",
}


def room_of(path: Path) -> str:
    first = path.relative_to(TRACKER).parts[0]
    return first.removesuffix(".py")


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """Every import of the file, those inside functions too: its line, and the full name of what is imported."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}:{node.lineno}: write the whole name, not a relative import"
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


def is_within(name: str, allowed: set[str]) -> bool:
    return any(name == given or name.startswith(given + ".") for given in allowed)


def is_standard(name: str) -> bool:
    return name.partition(".")[0] in sys.stdlib_module_names


def named(path: Path) -> str:
    return str(path.relative_to(TRACKER.parent))


@pytest.mark.parametrize("path", FILES, ids=named)
def test_imports_stay_in_their_room(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        assert not list(imports_of(path)), "tracker/__init__.py imports nothing, so that the core loads without Flask"
        return
    assert room in ALLOWED, f"{named(path)} stands in no room: see docs/decisions for the house, then name it here."
    for line, name in imports_of(path):
        if not is_standard(name):
            assert is_within(name, ALLOWED[room]), f"{named(path)}:{line} imports {name}. {WHERE[room]}"
        for banned, sentence in ONLY_IN_ADAPTERS.items():
            assert room == "adapters" or not is_within(name, {banned}), f"{named(path)}:{line}: {sentence}"


@pytest.mark.parametrize("path", [path for path in FILES if room_of(path) == "core"], ids=named)
def test_the_core_imports_earlier_modules_only(path: Path) -> None:
    own = path.stem
    if own == "__init__":
        return
    assert own in CORE_ORDER, f"{named(path)} is new: put it into tracker/core/__init__.py, after what it needs."
    for line, name in imports_of(path):
        if name.startswith("tracker.core."):
            other = name.split(".")[2]
            assert CORE_ORDER.index(other) < CORE_ORDER.index(own), (
                f"{named(path)}:{line} imports {other}, which comes later on a report's path. Move what both need "
                "into an earlier module, or the function that needs both into the later one."
            )


def test_the_core_is_read_in_an_order_that_is_all_there() -> None:
    there = {path.stem for path in FILES if room_of(path) == "core" and path.stem != "__init__"}
    assert sorted(CORE_ORDER) == sorted(there), "tracker/core/__init__.py names each module of the core once"


STORE = [path for path in FILES if room_of(path) == "store" and path.name != "env.py"]  # Alembic's own runs by itself


@pytest.mark.parametrize("path", STORE, ids=named)
def test_the_store_never_commits(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        commits = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
        assert not commits, f"{named(path)}:{node.lineno} commits. Services do, with `writing()`; the store never."


@pytest.mark.parametrize("path", FILES, ids=named)
def test_the_clock_is_read_in_one_place(path: Path) -> None:
    if path == TRACKER / "core" / "clock.py":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            read = f"{node.value.id}.{node.attr}"
            assert read not in {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}, (
                f"{named(path)}:{node.lineno} reads the machine's clock. Take `now` as an argument; a request, job or "
                "command reads its clock once (tracker/core/clock.py)."
            )


def test_the_core_loads_without_anything_but_the_standard_library() -> None:
    """What the table says, seen once in a fresh interpreter."""
    import subprocess

    modules = [f"tracker.core.{path.stem}" for path in FILES if room_of(path) == "core" and path.stem != "__init__"]
    told = (
        f"import sys; [__import__(name) for name in {modules!r}]; "
        "print([m for m in sys.modules if m.split('.')[0] in ('flask', 'sqlalchemy', 'pydantic', 'werkzeug')])"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, cwd=TRACKER.parent)
    assert done.stdout.strip() == "[]"
