"""How long it takes to find whose line it is, in a database of so many children, common names and all."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from random import Random
from time import perf_counter, process_time
from typing import Any

from sqlalchemy import insert, text

from tracker.bench.corruption import corrupted
from tracker.bench.measures import Measure
from tracker.bench.population import InventedChild, population
from tracker.core.daily_report import ReportLine
from tracker.core.matching import match_child
from tracker.services.line_memory import remember_candidates
from tracker.services.receive_report import CHUNK
from tracker.services.transaction import writing
from tracker.store import db
from tracker.store.children import Reported, identifier_kind
from tracker.store.db import Base
from tracker.store.models import Child, ChildIdentifier, ChildKey, ChildName

FORCE = "bench"
SEED = 11
LINES = 2_000
"""So many lines one at a time, and as many again by the chunk."""

_AT_ONCE = 20_000


def hold_population(size: int, now: datetime) -> int:
    """Put so many children straight into an empty database, with their names, numbers and keys; how many keys."""
    children = population(size, SEED, now.date())
    keys = 0
    while some := list(islice(children, _AT_ONCE)):
        rows = [_rows(child, now) for child in some]
        with writing() as current:
            if current.get_bind().dialect.name == "sqlite":
                current.execute(text("PRAGMA cache_size=-200000"))  # keys go everywhere in their index
            tables: tuple[tuple[type[Base], Iterable[_Row | None]], ...] = (
                (Child, (child for child, *_ in rows)),
                (ChildName, (name for _, name, *_ in rows)),
                (ChildIdentifier, (number for _, _, number, _ in rows)),
                (ChildKey, _in_order(key for *_, found_by in rows for key in found_by)),
            )
            for model, given in tables:
                current.connection().execute(
                    insert(Base.metadata.tables[model.__tablename__]), [row for row in given if row]
                )
        keys += sum(len(found_by) for *_, found_by in rows)
    with writing() as current:
        current.execute(text("ANALYZE"))
    return keys


_Row = dict[str, Any]


def _in_order(keys: Iterable[_Row]) -> list[_Row]:
    return sorted(keys, key=lambda row: (row["key"], row["child_id"]))


def _rows(child: InventedChild, now: datetime) -> tuple[_Row, _Row, _Row | None, list[_Row]]:
    id_ = child.number + 1
    held = {
        "id": id_,
        "surname": child.surname,
        "forename": child.forename,
        "date_of_birth": child.date_of_birth,
        "sex": child.sex,
        "address": child.address,
        "postcode": child.postcode,
        "is_ours": True,
        "created_at": now,
    }
    name = {"child_id": id_, "surname": child.surname, "forename": child.forename}
    number = None
    if child.person_id:
        number = {"child_id": id_, "kind": identifier_kind(FORCE), "value": child.person_id}
    reported = Reported(
        child.surname,
        child.forename,
        child.date_of_birth,
        FORCE,
        child.person_id,
        postcode=child.postcode,
        address=child.address,
    )
    return held, name, number, [{"key": key, "child_id": id_} for key in sorted(reported.keys)]


def measure_matching_speed(size: int, now: datetime) -> Iterator[Measure]:
    """Lines about children of a database that `hold_population` filled, none of them read before.

    Everything that deciding takes is in it: the keys, the candidates from the database, the comparison, and when those
    to whom the line may certainly belong were missing. Processor time stands beside the clock's: where a machine has
    other work too, the difference is that.
    """
    rng = Random(SEED + 1)  # noqa: S311 (a simulation)
    chosen = set(rng.sample(range(size), min(size, 2 * LINES)))
    about = [child for child in population(size, SEED, now.date()) if child.number in chosen]
    rng.shuffle(about)
    lines = [corrupted(child, rng) for child in about]
    half = len(lines) // 2
    for line in lines[:20]:
        _decide([line])  # what is compiled once is not measured
    yield _one_at_a_time(lines[:half], size)
    yield _by_chunk(lines[half:], size)


def _decide(lines: list[ReportLine]) -> list[int]:
    """Match these lines as one chunk of a report would be; how many candidates each had."""
    current = db.session()
    memory, _ = remember_candidates(current, lines, FORCE)
    found = []
    for line in lines:
        candidates = memory.candidates(line)
        match_child(line, candidates)
        found.append(len(candidates))
    current.rollback()
    return found


def _one_at_a_time(lines: list[ReportLine], size: int) -> Measure:
    taken, worked, candidates = [], [], []
    for line in lines:
        start, at_work = perf_counter(), process_time()
        candidates += _decide([line])
        worked.append(process_time() - at_work)
        taken.append(perf_counter() - start)
    figures = {
        "children": size,
        "lines": len(lines),
        "p50_ms": _at(taken, 0.5),
        "p99_ms": _at(taken, 0.99),
        "p50_processor_ms": _at(worked, 0.5),
        "p99_processor_ms": _at(worked, 0.99),
        "candidates_p50": sorted(candidates)[len(lines) // 2],
        "candidates_p99": sorted(candidates)[int(len(lines) * 0.99)],
    }
    return Measure("matching_one_line", f"Whose line is it, one at a time, of {size:,}", figures)


def _by_chunk(lines: list[ReportLine], size: int) -> Measure:
    """What a line takes as one of a chunk: each chunk's time by its lines."""
    taken, worked = [], []
    for place in range(0, len(lines), CHUNK):
        chunk = lines[place : place + CHUNK]
        start, at_work = perf_counter(), process_time()
        _decide(chunk)
        worked.append((process_time() - at_work) / len(chunk))
        taken.append((perf_counter() - start) / len(chunk))
    figures = {
        "children": size,
        "lines": len(lines),
        "p50_ms": _at(taken, 0.5),
        "longest_ms": _at(taken, 1),
        "p50_processor_ms": _at(worked, 0.5),
    }
    return Measure("matching_chunk", f"Whose line is it, {CHUNK} at a time, of {size:,}", figures)


def _at(seconds: list[float], share: float) -> float:
    ordered = sorted(seconds)
    return round(1000 * ordered[min(int(len(ordered) * share), len(ordered) - 1)], 3)
