"""The outside world, handed in by bootstrap: mail, files, reports."""
