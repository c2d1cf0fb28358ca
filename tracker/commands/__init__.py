"""The commands by area; importing this registers them all."""

from tracker.commands import admin, engine, month, reports

__all__ = ["admin", "engine", "month", "reports"]
