"""The commands by area; importing this registers them all."""

from tracker.commands import admin, bench, demo, engine, feeds, month, reports

__all__ = ["admin", "bench", "demo", "engine", "feeds", "month", "reports"]
