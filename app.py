"""The WSGI application."""

from tracker.bootstrap import create_app

app = create_app()
