"""The commands by area; importing this registers them all."""

from tracker.commands import (
    admin,
    bench,
    bench_loads,
    counts,
    demo,
    digest,
    engine,
    feeds,
    forecast,
    ladder,
    month,
    reports,
    returns,
    roads,
    tokens,
)

__all__ = [
    "admin", "bench", "bench_loads", "counts", "demo", "digest", "engine", "feeds", "forecast", "ladder", "month",
    "reports",
    "returns", "roads", "tokens",
]  # fmt: skip
