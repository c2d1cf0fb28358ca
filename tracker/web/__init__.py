"""The pages. Flask's side of things: it may import services and the core, never the store."""

from flask import Flask


def init_web(app: Flask) -> None:
    """Hang the pages on the application."""
