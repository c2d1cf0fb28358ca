"""What tests cost in processor time, by file: `python -m pytest -p tests.costs tests/web`; COSTS_EVERY=9: each ninth.

Processor time and not the clock's, which tells as much of whoever else works on the machine. Counted are the test's
process and the commands that it started and that have ended; a PostgreSQL server and chromium run on and are not.
"""

import os
from collections import defaultdict
from collections.abc import Iterator

import pytest

SETUP, CALL = range(2)
MOST = 40

spent: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
tests: dict[str, int] = defaultdict(int)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    every = int(os.environ.get("COSTS_EVERY", "1"))
    items[:] = items[::every]


def _so_far() -> float:
    return sum(os.times()[:4])


def _counted(item: pytest.Item, phase: int) -> Iterator[None]:
    begun = _so_far()
    try:
        return (yield)
    finally:
        spent[item.path.name][phase] += _so_far() - begun


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    tests[item.path.name] += 1
    return (yield from _counted(item, SETUP))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    return (yield from _counted(item, CALL))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    return (yield from _counted(item, SETUP))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.section("seconds of processor: around the tests, in them")
    for name in sorted(spent, key=lambda name: -sum(spent[name]))[:MOST]:
        around, within = spent[name]
        terminalreporter.write_line(f"{around:8.1f} {within:8.1f}  {name} ({tests[name]} tests)")
    around, within = (sum(of[phase] for of in spent.values()) for phase in (SETUP, CALL))
    terminalreporter.write_line(f"{around:8.1f} {within:8.1f}  together ({sum(tests.values())} tests)")
