"""The roads by which reports come in."""
