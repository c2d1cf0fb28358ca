"""The commands by area; importing this registers them all."""

from tracker.commands import admin, month

__all__ = ["admin", "month"]
