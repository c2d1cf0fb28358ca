"""The commands by area; importing this registers them all."""

from tracker.commands import admin, bench, bench_loads, demo, engine, month, reports

__all__ = ["admin", "bench", "bench_loads", "demo", "engine", "month", "reports"]
