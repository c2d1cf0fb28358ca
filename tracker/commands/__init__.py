"""The commands by area; importing this registers them all."""

from tracker.commands import admin

__all__ = ["admin"]
