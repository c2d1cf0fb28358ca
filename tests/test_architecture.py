"""Who may import whom: the rooms of the house, read from the source, each failure saying where the import should go."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

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
        "tracker.core", "tracker.services", "tracker.bootstrap", "tracker.settings", "tracker.adapters.processes",
        "apscheduler", "flask",
    },
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
        "tracker.settings_engine", "tracker.settings_mail", "tracker.settings_meetings", "tracker.settings_national",
        "tracker.settings_roads", "pydantic",
    },
    "settings_digest": {"tracker.core", "pydantic"},
    "settings_disclosure": {"tracker.core", "pydantic"},
    "settings_districts": {"tracker.core", "pydantic"},
    "settings_national": {"tracker.core", "pydantic"},
    "settings_engine": {"tracker.core", "tracker.settings_roads", "pydantic"},
    "settings_mail": {"tracker.core", "tracker.settings_roads", "pydantic"},
    "settings_meetings": {"tracker.core", "pydantic"},
    "settings_roads": {"tracker.core", "pydantic"},
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
    "cli": "The command line's frame calls services; the commands stand in tracker/commands.",
    "settings": "Settings are read before anything else exists: they know the core only.",
    "settings_digest": "Settings are read before anything else exists: they know the core only.",
    "settings_disclosure": "Settings are read before anything else exists: they know the core only.",
    "settings_districts": "Settings are read before anything else exists: they know the core only.",
    "settings_national": "Settings are read before anything else exists: they know the core only.",
    "settings_mail": "Settings are read before anything else exists: they know the core only.",
    "settings_meetings": "Settings are read before anything else exists: they know the core only.",
    "settings_engine": "Settings are read before anything else exists: they know the core only.",
    "watchdog": "The watchdog calls services and owns no rules.",
    "settings_roads": "Settings are read before anything else exists: they know the core only.",
    "start": "It loads the command line, and that is all.",
    "bootstrap": "Wiring only.",
}

CORE_ORDER = (
    "terms", "interview_terms", "clock", "working_time", "alert_window", "feed", "mail", "monitoring", "policy",
    "addresses", "webhooks", "bounces", "pulls",
    "dropped_files", "written_times", "report_times", "report_values", "line_problems", "report_line", "report_row",
    "report_child", "daily_report", "line_marks",
    "reference_pattern", "feed_rules", "feed_definition",
    "date_shapes", "column_content", "column_words", "feed_guess", "value_guess", "feed_changes",
    "reconciliation", "expected_reports",
    "name_aliases", "names", "likeness", "candidates", "comparing", "matching_keys", "matching",
    "missing_episode", "overlap", "episodes", "undone", "interview_course", "independence", "interview_form",
    "form_definition", "form_answers",
    "interviews", "forecast", "forecast_check", "repeats", "meetings", "story", "calendar_file", "recipients",
    "ladder_steps", "alerts", "triggers", "notices", "digest", "ladder_rules", "ladder_definition", "ladder_changes",
    "rules",
    "tables", "figures", "bands", "month_facts", "month_rows", "month_episodes", "month_interviews", "month_course",
    "month_authorities", "month_prevention",
    "month_repeats", "month_alerts",
    "monthly_summary", "month_differences", "period_counts", "period_tables", "national", "suppression", "sums",
    "suppressing", "places", "edition_tables", "run_charts", "month_series", "frozen", "links",
    "pack_words", "pack_shapes", "pack_episodes", "pack_interviews", "month_pack", "pack_corrections",
    "pack_sentences", "month_changes", "month_decisions", "month_sentences",
    "frequent", "maramp", "maramp_changes", "quality_check", "pattern_words", "pattern", "said", "plan_gaps",
    "group_terms", "group_agenda", "group_minutes",
    "looked_after", "extract_rows", "extract_links", "ssda903", "ssda903_rows", "ssda903_xml", "ssda903_rules",
    "ssda903_checks", "interview_answers", "annex_a", "ssd_missing",
)  # fmt: skip
"""The path of a report: each module imports earlier ones, never later ones."""

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
    assert own in CORE_ORDER, f"{named(path)} is new: put it into CORE_ORDER here, after what it needs."
    for line, name in imports_of(path):
        if name.startswith("tracker.core."):
            other = name.split(".")[2]
            assert CORE_ORDER.index(other) < CORE_ORDER.index(own), (
                f"{named(path)}:{line} imports {other}, which comes later on a report's path. Move what both need "
                "into an earlier module, or the function that needs both into the later one."
            )


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
