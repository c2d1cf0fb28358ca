"""Loads of any length, each in a process of its own, with somebody opening pages meanwhile."""

import csv
import json
import resource
import statistics
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from threading import Event, Thread
from time import perf_counter, process_time, sleep
from typing import Any
from urllib.error import URLError

from tracker.bench.intake import insert_bare, rows_of
from tracker.bench.measures import Measure, timed
from tracker.demo.reports import COLUMNS
from tracker.services.context import Context
from tracker.services.pages.reports import receipt_summary

BETWEEN_PAGES = 0.05
"""Seconds between one page and the next: a few people at work."""

ROOM = 256_000_000
"""Bytes that a measured file may have: with all its columns a long one is larger than what may be uploaded."""


@dataclass(frozen=True)
class Visitor:
    """Somebody signed in on a server of this machine."""

    page: str
    cookie: str

    def open(self) -> float:
        """Seconds until the whole page is here."""
        asked = urllib.request.Request(self.page, headers={"Cookie": self.cookie})  # noqa: S310 (our own server)
        started = perf_counter()
        with urllib.request.urlopen(asked, timeout=120) as answer:  # noqa: S310 # nosec B310
            assert answer.url == self.page, "not sent to sign in"
            answer.read()
        return perf_counter() - started


def measure_load(
    context: Context, lines: int, seeds: Iterator[int], folder: Path, env: Mapping[str, str], visitor: Visitor
) -> Measure:
    """One CSV file of so many lines of counties not held yet, loaded by `tracker bench load` while pages are opened."""
    rows = list(islice(rows_of(context, seeds), lines))
    path = folder / f"load-{lines}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    bare = timed(lambda: insert_bare(rows, folder / f"bare-{lines}.sqlite3"))
    with _opening(visitor) as taken:
        told = _load_alone(path, env)
    pages = sorted(1000 * seconds for seconds in taken) or [0.0]
    return Measure(
        f"load_{lines}",
        f"Load of {lines:,} lines",
        {
            **told,
            "lines_per_second": round(lines / told["seconds"]),
            "bare_insert_s": round(bare, 3),
            "times_a_bare_insert": round(told["seconds"] / bare, 1),
            "pages_opened": len(taken),
            "page_p50_ms": round(statistics.median(pages)),
            "page_p99_ms": round(pages[min(len(pages) - 1, int(0.99 * len(pages)))]),
            "page_longest_ms": round(pages[-1]),
        },
    )


def load_here(receive: Callable[[bytes], int], path: Path) -> dict[str, Any]:
    """Load a file in this process: seconds until every clock runs, processor's seconds, and the most memory it had."""
    content = path.read_bytes()
    began, worked = perf_counter(), process_time()
    receipt_id = receive(content)
    seconds, cpu = perf_counter() - began, process_time() - worked
    summary = receipt_summary(receipt_id)
    return {
        "seconds": round(seconds, 2),
        "cpu_s": round(cpu, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "outcomes": {str(outcome): number for outcome, number in summary.outcomes.items() if number},
    }


def _load_alone(path: Path, env: Mapping[str, str]) -> dict[str, Any]:
    done = subprocess.run(
        [*_COMMAND, "bench", "load", str(path), "--json"], env=dict(env), stdout=subprocess.PIPE, check=True
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


_COMMAND = (sys.executable, "-c", "from tracker.start import main; main()")


@contextmanager
def serving(port: int, env: Mapping[str, str]) -> Iterator[str]:
    """The pages, served by a process of their own for as long as this lasts; their address."""
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen([*_COMMAND, "serve", "--port", str(port)], env=dict(env))
    try:
        _wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    for tried in count():
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=10).close()  # noqa: S310 # nosec B310
        except URLError:
            if tried > 600 or process.poll() is not None:
                raise
            sleep(0.1)
        else:
            return


@contextmanager
def _opening(visitor: Visitor) -> Iterator[list[float]]:
    """Seconds of each page opened meanwhile, one after the other."""
    taken: list[float] = []
    over = Event()

    def visit() -> None:
        while not over.wait(BETWEEN_PAGES):
            taken.append(visitor.open())

    visitor.open()  # the first page of a server loads what all others find
    thread = Thread(target=visit)
    thread.start()
    try:
        yield taken
    finally:
        over.set()
        thread.join()
