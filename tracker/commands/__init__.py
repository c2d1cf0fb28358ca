"""The commands by area; importing this registers them all."""

from tracker.commands import admin, demo, engine, month, reports

__all__ = ["admin", "demo", "engine", "month", "reports"]
