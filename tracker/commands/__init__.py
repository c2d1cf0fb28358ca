"""The commands by area. An area is loaded when one of its commands is asked for (tracker/cli.py)."""

AREAS = {
    "audit": "admin", "backup": "admin", "check": "admin", "db": "admin", "restore": "admin", "serve": "admin",
    "user": "admin",
    "bench": "bench_loads",  # which loads tracker/commands/bench.py, whose commands stand in the same group
    "counts": "counts",
    "demo": "demo",
    "digest": "digest",
    "bounces": "engine", "deliver": "engine", "scheduler": "engine", "sweep": "engine",
    "feeds": "feeds",
    "forecast": "forecast",
    "ladder": "ladder",
    "export": "month", "summary": "month",
    "ingest": "reports", "interviews": "reports", "reexamine": "reports", "reports": "reports",
    "returns": "returns",
    "folder": "roads", "pull": "roads",
    "token": "tokens",
}  # fmt: skip
"""Command or group → the module that registers it: `tracker sweep` need not load what sets a month in type."""
